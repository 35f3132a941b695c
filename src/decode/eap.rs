//! EAP packet → whether it carries TLS: 802.1X and RADIUS transport handshakes that are counted, not read.
//!
//! EAP-TLS (RFC 5216), PEAP, EAP-TTLS (RFC 5281), EAP-FAST (RFC 4851) and TEAP (RFC 7170) cut TLS records into packets
//! of EAP (RFC 3748), which travel in EAPOL (IEEE 802.1X) between client and authenticator, and in EAP-Message
//! attributes (RFC 3579 section 3.1) between authenticator and RADIUS server.

/// The methods whose packets carry TLS: EAP-TLS, EAP-TTLS, PEAP, EAP-FAST, TEAP.
const METHODS: [u8; 5] = [13, 21, 25, 43, 55];

/// EAP requests and responses (RFC 3748 section 4); success and failure name no method.
const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;

/// The RADIUS attribute that holds a part of an EAP packet; the first one of a message begins with its header.
const EAP_MESSAGE: u8 = 79;

/// The header of a RADIUS message: code, identifier, length, authenticator (RFC 2865 section 3).
const RADIUS_HEADER_LEN: usize = 20;

/// True if this is a port of RADIUS authentication (RFC 2865 section 3, and the one used before it).
#[inline]
pub(super) const fn is_radius_port(port: u16) -> bool {
    matches!(port, 1812 | 1645)
}

/// True if an EAPOL frame, without its EtherType, holds a packet of such a method: version, type 0, length, EAP.
pub(super) fn is_tls_in_eapol(frame: &[u8]) -> bool {
    matches!(frame, [1..=3, 0, _, _, eap @ ..] if is_tls_method(eap))
}

/// True if a RADIUS message holds the beginning of a packet of such a method.
pub(super) fn is_tls_in_radius(message: &[u8]) -> bool {
    let mut attributes = message.get(RADIUS_HEADER_LEN..).unwrap_or_default();
    while let &[kind, len, ..] = attributes {
        let Some((attribute, rest)) = attributes.split_at_checked(usize::from(len).max(2)) else {
            return false;
        };
        if kind == EAP_MESSAGE {
            return attribute.get(2..).is_some_and(is_tls_method);
        }
        attributes = rest;
    }
    false
}

/// Code, identifier, length, method. A packet without data behind its flags only starts, or acknowledges a fragment; what
/// lies behind its length is padding of Ethernet.
fn is_tls_method(eap: &[u8]) -> bool {
    const FLAGS_END: u16 = 6;
    let &[REQUEST | RESPONSE, _, high, low, method, _flags, _, ..] = eap else {
        return false;
    };
    METHODS.contains(&method) && u16::from_be_bytes([high, low]) > FLAGS_END
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A response of this method with these bytes behind its type.
    fn eap(method: u8, data: &[u8]) -> Vec<u8> {
        let len = u16::try_from(5 + data.len()).unwrap().to_be_bytes();
        [&[RESPONSE, 7, len[0], len[1], method], data].concat()
    }

    #[test]
    fn only_methods_with_tls_and_data_count() {
        let hello = [0x80, 0, 0, 0, 5, 22, 3, 1];
        let in_eapol = |eap: &[u8]| is_tls_in_eapol(&[&[2, 0, 0, 20], eap].concat());
        for method in METHODS {
            assert!(in_eapol(&eap(method, &hello)), "{method}");
        }
        // Identity, MD5 challenge; an acknowledgement of a fragment; success.
        assert!(!in_eapol(&eap(1, b"anonymous")) && !in_eapol(&eap(4, &hello)));
        assert!(!in_eapol(&eap(13, &[0])) && !in_eapol(&[3, 7, 0, 4]));
        let padded = [&eap(13, &[0])[..], &[0; 40]].concat();
        assert!(!in_eapol(&padded));
        // A key of WPA is EAPOL of type 3.
        assert!(!is_tls_in_eapol(&[&[2, 3, 0, 20][..], &eap(13, &hello)].concat()));
    }

    #[test]
    fn the_first_eap_message_of_radius_counts() {
        let message = |attributes: &[&[u8]]| [&[1; RADIUS_HEADER_LEN], &attributes.concat()[..]].concat();
        let packet = eap(25, &[0, 22, 3, 3, 0, 1]);
        let in_attribute = [&[EAP_MESSAGE, u8::try_from(packet.len() + 2).unwrap()], &packet[..]].concat();
        assert!(is_tls_in_radius(&message(&[&[1, 5, b'b', b'o', b'b'], &in_attribute])));
        assert!(!is_tls_in_radius(&message(&[&[1, 5, b'b', b'o', b'b']])));
        // A length that leads nowhere, or beyond the end.
        assert!(!is_tls_in_radius(&message(&[&[1, 0], &[1, 0], &[79]])));
        assert!(!is_tls_in_radius(&message(&[&[1, 255, 0]])) && !is_tls_in_radius(&[1, 2]));
    }
}
