//! Talk → Offer: PostgreSQL's SSLRequest, and MySQL's greeting.

use super::{Denial, Ends, Next, Offer, Protocol, answer_to, said};
use crate::base::wire_text::WireText;
use crate::connection::plain::Talk;

/// PostgreSQL's requests for encryption: a length of eight and a code (its manual, section "Message Formats").
pub(crate) const SSL_REQUEST: &[u8] = &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
const GSS_REQUEST: &[u8] = &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30];

/// PostgreSQL's message by which a client says goodbye.
const TERMINATE: &[u8] = b"X\0\0\0\x04";

/// The SQLSTATE codes of a request that is not known: feature not supported, protocol violation.
const UNKNOWN_REQUEST: [&[u8]; 2] = [b"0A000", b"08P01"];

/// MySQL's capability flag CLIENT_SSL, among the lower two bytes of the greeting.
const CLIENT_SSL: u16 = 0x0800;

/// PostgreSQL or MySQL, if the client asks for TLS as they do.
pub(super) fn asking(client: &Talk, server: &Talk) -> Option<Protocol> {
    let bytes = client.bytes();
    let after_kerberos = bytes.strip_prefix(GSS_REQUEST).unwrap_or(bytes);
    if after_kerberos.starts_with(SSL_REQUEST) {
        return Some(Protocol::Postgres);
    }
    // The client's first packet, number 1, is a request for TLS of 32 bytes that begins with its capabilities.
    let &[32, 0, 0, 1, low, high, ..] = bytes else {
        return None;
    };
    let is_greeting = matches!(server.bytes(), [_, _, _, 0, 10, ..]);
    (is_greeting && u16::from_le_bytes([low, high]) & CLIENT_SSL != 0).then_some(Protocol::MySql)
}

/// A client that asks a PostgreSQL server for TLS is answered S or N, or by an error message from a server without TLS
/// support.
pub(super) fn postgres(client: &Talk, server: &Talk, ends: Ends) -> Option<Offer> {
    let bytes = client.bytes();
    // A client that may use Kerberos asks for that first, and continues when it is refused.
    let at = if bytes.starts_with(GSS_REQUEST) {
        GSS_REQUEST.len()
    } else {
        0
    };
    let rest = bytes.get(at..)?.strip_prefix(SSL_REQUEST)?;
    let end = at + SSL_REQUEST.len();
    let asked = said(client, at, WireText::from(Protocol::Postgres.request()))?;
    let heard = client.position_after(end - 1);
    let Some(answer_at) = answer_to(server, heard) else {
        return ends.server_closed.then(|| {
            Offer::new(
                Protocol::Postgres,
                Denial::Closed { asked },
                ends.next(!rest.is_empty()),
            )
        });
    };
    let mut is_about_tls = true;
    let text = match server.bytes().get(answer_at..)? {
        [b'N', ..] => WireText::from("N"),
        // An error: its type, a length, and fields that each begin with a letter and end with a zero.
        [b'E', _, _, _, _, fields @ ..] => {
            let field = |kind: &[u8]| {
                fields
                    .split(|&byte| byte == 0)
                    .find_map(|field| field.strip_prefix(kind))
            };
            // A server without TLS support does not know the request; others speak of their own state.
            is_about_tls = field(b"C").is_none_or(|code| UNKNOWN_REQUEST.contains(&code));
            WireText::from_bytes(field(b"M").unwrap_or(b"E"))
        }
        _ => return None,
    };
    let answer = said(server, answer_at, text)?;
    let denial = match is_about_tls {
        true => Denial::Refused { asked, answer },
        false => Denial::Failed { asked, answer },
    };
    let says_more = !rest.is_empty() && rest != TERMINATE;
    Some(Offer::new(Protocol::Postgres, denial, ends.next(says_more)))
}

/// A MySQL server sends first and lists its capabilities; a client that requires TLS leaves if TLS is not on the list.
pub(super) fn mysql(client: &Talk, server: &Talk, ends: Ends) -> Option<Offer> {
    let bytes = server.bytes();
    // A packet's length in three bytes, number 0, protocol version 10.
    let &[low, middle, high, 0, 10, ref greeting @ ..] = bytes else {
        return None;
    };
    let len = usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16;
    if len + 4 > bytes.len() || !client.bytes().is_empty() || !ends.client_left || ends.hello {
        return None;
    }
    // The server's version, ended by a zero; the connection's number, eight bytes and a zero.
    let version = greeting.split(|&byte| byte == 0).next()?;
    let flags = greeting.get(version.len() + 1 + 4 + 8 + 1..)?;
    let flags = u16::from_le_bytes(*flags.first_chunk()?);
    if flags & CLIENT_SSL != 0 {
        return None;
    }
    let list = said(server, 0, WireText::from_bytes(version))?;
    Some(Offer::new(Protocol::MySql, Denial::NotOffered { list }, Next::Left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::plain::tests::talk;

    const LEFT: Ends = Ends {
        hello: false,
        client_left: true,
        closed: true,
        server_closed: false,
    };

    #[test]
    fn an_n_to_the_ssl_request_is_a_refusal() {
        let client = talk(&[(SSL_REQUEST, 0)]);
        let offer = postgres(&client, &talk(&[(b"N", 1008)]), LEFT).unwrap();
        assert_eq!((offer.protocol, offer.next), (Protocol::Postgres, Next::Left));
        assert!(matches!(offer.denial, Denial::Refused { .. }));
        assert!(postgres(&client, &talk(&[(b"S", 1008)]), LEFT).is_none());
        assert!(
            postgres(&client, &talk(&[(b"N", 1007)]), LEFT).is_none(),
            "it had not heard"
        );
    }

    #[test]
    fn kerberos_is_asked_for_first() {
        let client = talk(&[(GSS_REQUEST, 0), (SSL_REQUEST, 1), (b"\0\0\0\x08\0\x03\0\0", 2)]);
        let offer = postgres(&client, &talk(&[(b"N", 1008), (b"N", 1016)]), LEFT).unwrap();
        assert_eq!(offer.next, Next::Plain);
        assert!(postgres(&client, &talk(&[(b"N", 1008), (b"S", 1016)]), LEFT).is_none());
    }

    #[test]
    fn an_old_server_answers_with_an_error() {
        let client = talk(&[(SSL_REQUEST, 0)]);
        let server = talk(&[(b"E\0\0\0\x20SFATAL\0Munsupported frontend protocol\0\0", 1008)]);
        let Denial::Refused { answer, .. } = postgres(&client, &server, LEFT).unwrap().denial else {
            panic!("a refusal")
        };
        assert_eq!(answer.text.raw(), "unsupported frontend protocol");
    }

    #[test]
    fn a_greeting_without_tls_counts_only_where_the_client_leaves_without_a_word() {
        let greeting = |flags: [u8; 2]| {
            let body = [&b"\x0a8.0.1\0\x01\0\0\0abcdefgh\0"[..], &flags, b"\x21\0\0"].concat();
            [&[body.len() as u8, 0, 0, 0][..], &body].concat()
        };
        let (without, with) = (greeting([0xff, 0xf7]), greeting([0xff, 0xff]));
        let nothing = talk(&[]);
        assert!(mysql(&nothing, &talk(&[(&without, 1)]), LEFT).is_some());
        assert!(mysql(&nothing, &talk(&[(&with, 1)]), LEFT).is_none());
        assert!(mysql(&talk(&[(b"login", 90)]), &talk(&[(&without, 1)]), LEFT).is_none());
        assert!(mysql(&nothing, &talk(&[(&without[..20], 1)]), LEFT).is_none(), "cut");
    }
}
