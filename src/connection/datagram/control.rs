//! UDP payload → Control: the header of CAPWAP and the type of a control message in clear (RFC 5415 sections 4.3, 4.5.1).

use crate::connection::walk::StepKind;

/// The content after the preamble of CAPWAP control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside<'a> {
    /// DTLS.
    Dtls(&'a [u8]),
    /// A control message in clear, if it is a known one.
    Clear(Option<StepKind>),
}

/// Reads a datagram of CAPWAP control: version 0, and the type of what follows.
pub(super) fn inside(payload: &[u8]) -> Option<Inside<'_>> {
    match *payload.first()? {
        // Four bytes: the preamble, and 24 bits that are reserved.
        1 => payload.get(4..).map(Inside::Dtls),
        0 => Some(Inside::Clear(message(payload))),
        _ => None,
    }
}

/// Enterprise number 0: the messages of RFC 5415 itself.
fn message(payload: &[u8]) -> Option<StepKind> {
    let header_len = usize::from(payload.get(1)? >> 3) * 4;
    if header_len < 8 {
        return None;
    }
    let kind = payload.get(header_len..)?.first_chunk::<4>()?;
    match u32::from_be_bytes(*kind) {
        1 => Some(StepKind::DiscoveryRequest),
        2 => Some(StepKind::DiscoveryResponse),
        3 => Some(StepKind::JoinRequest),
        4 => Some(StepKind::JoinResponse),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preamble_tells_dtls_from_clear_text() {
        let discovery = [0, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 9, 0];
        assert_eq!(
            inside(&discovery),
            Some(Inside::Clear(Some(StepKind::DiscoveryRequest)))
        );
        assert_eq!(inside(&[1, 0, 0, 0, 22, 0xfe]), Some(Inside::Dtls(&[22, 0xfe])));
        assert_eq!(inside(&[0, 0x10, 2, 0]), Some(Inside::Clear(None)));
        for other in [&[][..], &[2, 0, 0, 0], &[1, 0, 0], &[0x45; 20]] {
            assert_eq!(inside(other), None, "{other:?}");
        }
    }
}
