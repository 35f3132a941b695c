//! Attempt, Directory → the sizes of packets that arrived in other connections between the same hosts.
//!
//! A path that drops large packets (RFC 2923 section 2.1) drops those of every connection: one that carried the size once does
//! not lose a packet because of it.

use super::Attempt;
use super::index::Directory;
use crate::base::frame::Timestamp;
use crate::connection::walk::{Side, Sides};

/// Connections beside an attempt's own that are looked at.
const MAX_BESIDE: usize = 64;

/// The largest payloads that arrived in the other connections to the server of an attempt that lost bytes.
pub(super) fn beside(attempt: &Attempt<'_>, directory: &Directory<'_>) -> Sides<u32> {
    let mut arrived = Sides::default();
    let Some(own) = attempt.connection() else {
        return arrived;
    };
    let lost = |side: Side| !own.tcp[side].gaps.is_empty() || own.tcp[side].delivery.repeated().is_some();
    if !Side::both().into_iter().any(lost) {
        return arrived;
    }
    let beside = directory.connections_to(own.client.ip, own.server, Timestamp(i64::MIN));
    for other in beside
        .iter()
        .take(MAX_BESIDE)
        .filter(|other| !std::ptr::eq(**other, own))
    {
        for side in Side::both() {
            let tcp = &other.tcp[side];
            if tcp.bytes > 0 && tcp.acked_bytes == tcp.bytes && tcp.gaps.is_empty() {
                arrived[side] = tcp.largest.max(arrived[side]);
            }
        }
    }
    arrived
}
