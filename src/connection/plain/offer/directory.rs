//! Talk → Offer: LDAP's StartTLS (RFC 4511 section 4.14), an extended operation.

use super::{Denial, Ends, Offer, Protocol, answer_to, said};
use crate::base::wire_text::WireText;
use crate::connection::plain::Talk;

const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// The ASN.1 tags that are read.
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const ENUMERATED: u8 = 0x0a;
const OCTET_STRING: u8 = 0x04;
/// The client says goodbye (RFC 4511 section 4.3).
const UNBIND_REQUEST: u8 = 0x42;
const EXTENDED_REQUEST: u8 = 0x77;
const EXTENDED_RESPONSE: u8 = 0x78;

/// True if the client's first message asks for TLS.
pub(super) fn asks(client: &Talk) -> bool {
    let request = message(client.bytes(), EXTENDED_REQUEST);
    request
        .and_then(|(request, _)| value(request))
        .is_some_and(|(_, oid, _)| oid == START_TLS)
}

/// A request for TLS whose result is not success.
pub(super) fn ldap(client: &Talk, server: &Talk, ends: Ends) -> Option<Offer> {
    let bytes = client.bytes();
    let (request, rest) = message(bytes, EXTENDED_REQUEST)?;
    let (_, oid, _) = value(request)?;
    if oid != START_TLS {
        return None;
    }
    let end = bytes.len() - rest.len();
    let asked = said(client, 0, WireText::from(Protocol::Ldap.request()))?;
    let Some(at) = answer_to(server, client.position_after(end.checked_sub(1)?)) else {
        return ends
            .server_closed
            .then(|| Offer::new(Protocol::Ldap, Denial::Closed { asked }, ends.next(!rest.is_empty())));
    };
    let (response, _) = message(server.bytes().get(at..)?, EXTENDED_RESPONSE)?;
    let (ENUMERATED, code, after) = value(response)? else {
        return None;
    };
    let code = code.iter().fold(0_u32, |code, &byte| code << 8 | u32::from(byte));
    if code == 0 {
        return None;
    }
    // The name of an entry, and then the error in words.
    let words = value(after)
        .and_then(|(_, _, after)| value(after))
        .filter(|&(tag, text, _)| tag == OCTET_STRING && !text.is_empty())
        .map(|(_, text, _)| text)
        .unwrap_or_default();
    let text = format!("resultCode {code} {}", WireText::from_bytes(words).raw());
    let answer = said(server, at, WireText::from(text.trim_end()))?;
    Some(Offer::new(
        Protocol::Ldap,
        Denial::Refused { asked, answer },
        ends.next(!rest.is_empty() && message(rest, UNBIND_REQUEST).is_none()),
    ))
}

/// The operation of a message at the beginning of these bytes, if it is of this kind, and the bytes after the message.
fn message(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (SEQUENCE, body, rest) = value(bytes)? else {
        return None;
    };
    let (INTEGER, _, operation) = value(body)? else {
        return None;
    };
    let (tag, operation, _) = value(operation)?;
    (tag == kind).then_some((operation, rest))
}

/// Tag and contents of the first value in BER, and the bytes after it. Lengths are definite (RFC 4511 section 5.1).
fn value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 7))?;
            let len = digits.iter().fold(0_usize, |len, &byte| len << 8 | usize::from(byte));
            (len, rest)
        }
        _ => return None,
    };
    let (body, rest) = rest.split_at_checked(len)?;
    Some((tag, body, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::plain::Next;
    use crate::connection::plain::tests::talk;

    const ENDS: Ends = Ends {
        hello: false,
        client_left: true,
        closed: true,
        server_closed: false,
    };

    fn request() -> Vec<u8> {
        let oid = [&[0x80, START_TLS.len() as u8][..], START_TLS].concat();
        let operation = [&[EXTENDED_REQUEST, oid.len() as u8][..], &oid].concat();
        let body = [&[INTEGER, 1, 1][..], &operation].concat();
        [&[SEQUENCE, body.len() as u8][..], &body].concat()
    }

    fn response(code: u8) -> Vec<u8> {
        let result = [&[ENUMERATED, 1, code, OCTET_STRING, 0, OCTET_STRING, 2][..], b"no"].concat();
        let operation = [&[EXTENDED_RESPONSE, 0x81, result.len() as u8][..], &result].concat();
        let body = [&[INTEGER, 1, 1][..], &operation].concat();
        [&[SEQUENCE, body.len() as u8][..], &body].concat()
    }

    #[test]
    fn a_result_that_is_no_success_is_a_refusal() {
        let (request, no, yes) = (request(), response(52), response(0));
        let heard = 1000 + request.len() as u64;
        let client = talk(&[(&request, 0)]);
        let Some(Denial::Refused { answer, .. }) = ldap(&client, &talk(&[(&no, heard)]), ENDS).map(|it| it.denial)
        else {
            panic!("a refusal")
        };
        assert_eq!(answer.text.raw(), "resultCode 52 no");
        assert!(ldap(&client, &talk(&[(&yes, heard)]), ENDS).is_none());
        // A client that says goodbye does not go on.
        let unbind = [SEQUENCE, 5, INTEGER, 1, 2, UNBIND_REQUEST, 0];
        let next = |rest: &[u8]| {
            let all = [&request[..], rest].concat();
            ldap(&talk(&[(&all, 0)]), &talk(&[(&no, heard)]), ENDS).map(|it| it.next)
        };
        assert_eq!(
            (next(&unbind), next(&[SEQUENCE, 5])),
            (Some(Next::Left), Some(Next::Plain))
        );
        for cut in 0..no.len() {
            assert!(
                ldap(&client, &talk(&[(&no[..cut], heard)]), ENDS).is_none(),
                "cut at {cut}"
            );
        }
    }
}
