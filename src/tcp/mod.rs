//! Segment → Chunk: what one direction of a connection carried, in sequence order.

pub mod delivery;
pub mod said;
pub mod side;
pub mod stream;
