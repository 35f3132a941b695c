//! Record → Heartbeat: what a Heartbeat message in clear asks for (RFC 6520).
//!
//! Nothing but its length fields is read: they show whether the sender asks for more than it sent, as an attack on the
//! fault Heartbleed (CVE-2014-0160) does.

/// Type, length, and the shortest padding (RFC 6520 section 4).
const BESIDE_PAYLOAD: u32 = 1 + 2 + 16;

/// The fields of a Heartbeat message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// True for a request, false for a response.
    pub is_request: bool,
    /// The length of the payload that the message names.
    pub named: u16,
    /// The length of the record.
    pub len: u16,
}

impl Heartbeat {
    /// Reads a message in clear; `len` is the length of its record, of which the capture may hold less.
    #[must_use]
    pub fn read(body: &[u8], len: u16) -> Option<Self> {
        let &[kind @ (1 | 2), a, b, ..] = body else { return None };
        Some(Self {
            is_request: kind == 1,
            named: u16::from_be_bytes([a, b]),
            len,
        })
    }

    /// True if a request names more payload than its record can hold: a receiver must discard it (RFC 6520 section 4), and one
    /// with the fault answers with its own memory.
    #[must_use]
    pub const fn asks_too_much(self) -> bool {
        self.is_request && self.named as u32 + BESIDE_PAYLOAD > self.len as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_more_than_it_carries_is_known_by_its_lengths() {
        let asks = |named: u16, len: u16| {
            let [a, b] = named.to_be_bytes();
            Heartbeat::read(&[1, a, b], len).unwrap().asks_too_much()
        };
        assert!(!asks(16, 35), "16 bytes of payload and 16 of padding");
        assert!(asks(17, 35));
        assert!(asks(0x4000, 3), "the attack");
        let response = Heartbeat::read(&[2, 0x40, 0], 3).unwrap();
        assert!(!response.asks_too_much());
        assert_eq!(Heartbeat::read(&[7, 0, 1, 0], 4), None);
        assert_eq!(Heartbeat::read(&[1, 0], 2), None);
    }
}
