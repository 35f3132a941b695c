//! First bytes → Framing: protocols that carry TLS records inside packets of their own.
//!
//! OpenVPN over TCP writes a two-byte length before each packet, and cuts the records of its TLS session into packets
//! with their own headers between them. Read as a plain TLS stream, those headers would produce records and
//! certificates that were never sent.

/// OpenVPN's packet types that open a session, in the upper five bits of the byte after the length: reset by the client
/// (versions 1 to 3) and by the server (1 and 2).
const CLIENT_RESETS: [u8; 3] = [1, 7, 10];
const SERVER_RESETS: [u8; 2] = [2, 8];

/// The length of the shortest packet that opens a session: type, session id, no acknowledgements, packet id.
const SHORTEST: usize = 14;

/// The length of the longest: with the client's wrapped key of tls-crypt-v2.
const LONGEST: usize = 1400;

/// True if these first bytes of a client, and of its server if there are any, open an OpenVPN session over TCP.
#[must_use]
pub fn is_openvpn(client: &[u8], server: &[u8]) -> bool {
    opens(client, &CLIENT_RESETS) && (server.is_empty() || opens(server, &SERVER_RESETS))
}

fn opens(bytes: &[u8], kinds: &[u8]) -> bool {
    let &[high, low, kind, ..] = bytes else { return false };
    let len = usize::from(u16::from_be_bytes([high, low]));
    // The key's number, in the lower three bits, is 0 in the first packet.
    (SHORTEST..=LONGEST).contains(&len) && kind & 7 == 0 && kinds.contains(&(kind >> 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_opens_with_a_reset_of_each_side() {
        let client = [0, 14, 0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0];
        let server = [0, 26, 0x40, 9, 9, 9, 9, 9, 9, 9, 9, 1, 0, 0, 0, 0];
        assert!(is_openvpn(&client, &server) && is_openvpn(&client, &[]));
        assert!(!is_openvpn(&server, &client) && !is_openvpn(&client, b"HTTP/1.1 400"));
        assert!(!is_openvpn(&[22, 3, 1, 2, 0, 1], &[]));
    }
}
