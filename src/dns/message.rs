//! datagram → Message: DNS questions and answers (RFC 1035).
//!
//! Only what explains a connection that follows, or does not: the name, the response code, addresses.

use std::fmt;
use std::iter;
use std::net::IpAddr;

use crate::base::phrase::words;
use crate::base::wire_text::WireText;

/// A DNS message, as far as name resolution needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Transaction id.
    pub id: u16,
    /// True if it is a response.
    pub is_response: bool,
    /// True if the response was cut to fit a datagram (TC): the client asks again over TCP.
    pub truncated: bool,
    /// The response code.
    pub status: Status,
    /// The name asked for, without the final dot; lower case is left as sent.
    pub name: WireText,
    /// The type asked for: 1 is A, 28 is AAAA.
    pub kind: u16,
    /// Addresses in the answer section.
    pub addresses: Vec<IpAddr>,
}

words!(Status);

/// A response code (RFC 1035 section 4.1.1, RFC 6895).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status(pub u8);

impl Status {
    /// The answer holds the requested records, of which there may be none.
    pub const NO_ERROR: Self = Self(0);
    /// The server failed, often because servers further up did not answer it.
    pub const SERVER_FAILURE: Self = Self(2);
    /// There is no such name.
    pub const NO_SUCH_NAME: Self = Self(3);
    /// Policy forbids an answer.
    pub const REFUSED: Self = Self(5);
}

/// The mnemonics of RFC 6895 section 2.3, as `dig` prints them.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "NOERROR",
            1 => "FORMERR",
            2 => "SERVFAIL",
            3 => "NXDOMAIN",
            4 => "NOTIMP",
            5 => "REFUSED",
            6 => "YXDOMAIN",
            7 => "YXRRSET",
            8 => "NXRRSET",
            9 => "NOTAUTH",
            10 => "NOTZONE",
            other => return write!(f, "RCODE {other}"),
        })
    }
}

/// A message of 65,535 bytes has room for fewer records than this: each takes at least 11 bytes.
const MAX_RECORDS: u16 = 5957;
/// Bytes of a name on the wire (RFC 1035 section 2.3.4).
const MAX_NAME: usize = 255;
/// The number of pointers followed for one name. A name has at most 127 labels, and a pointer to a pointer saves
/// nothing: a chain of pointers through the whole message, to which each of its records refers, only costs time.
pub(crate) const MAX_JUMPS: usize = 127;

const TYPE_A: u16 = 1;
const TYPE_CNAME: u16 = 5;
const TYPE_AAAA: u16 = 28;

/// Reads a DNS message; `None` when it is none. What the snap length cut from its end is missing from the answer only.
#[must_use]
pub fn parse(payload: &[u8]) -> Option<Message> {
    let mut reader = Reader {
        message: payload,
        at: 0,
    };
    let header = [(); 6].map(|()| reader.u16());
    let [
        Ok(id),
        Ok(flags),
        Ok(questions),
        Ok(answers),
        Ok(authorities),
        Ok(additionals),
    ] = header
    else {
        return None;
    };
    let is_response = flags & 0x8000 != 0;
    let is_query = flags & 0x7800 == 0; // opcode 0; updates and notifications resolve nothing
    let is_plausible = questions <= 1
        && (questions == 1 || is_response)
        && [answers, authorities, additionals]
            .iter()
            .all(|count| *count <= MAX_RECORDS);
    if !is_query || !is_plausible {
        return None;
    }

    let mut message = Message {
        id,
        is_response,
        truncated: flags & 0x0200 != 0,
        status: Status(u8::try_from(flags & 0x000f).ok()?),
        name: WireText::default(),
        kind: 0,
        addresses: Vec::new(),
    };
    let end = message.read_body(&mut reader, questions, answers);
    // Records that the snap length cut are as missing as those that the server left out.
    message.truncated |= end == Err(End::Cut);
    // Once the question made sense, damage after it only shortens the answer.
    let has_question = questions == 0 || message.kind != 0;
    if end == Err(End::Bad) && !has_question {
        None
    } else {
        Some(message)
    }
}

/// The messages of a DNS connection over TCP, from one direction's bytes: each is preceded by its length (RFC 1035 section
/// 4.2.2). It ends where bytes are missing or are no DNS.
pub fn parse_tcp(mut stream: &[u8]) -> impl Iterator<Item = Message> {
    iter::from_fn(move || {
        let (len, rest) = stream.split_first_chunk::<2>()?;
        let len = usize::from(u16::from_be_bytes(*len));
        let (message, rest) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        stream = rest;
        parse(message)
    })
}

impl Message {
    fn read_body(&mut self, reader: &mut Reader<'_>, questions: u16, answers: u16) -> Result<(), End> {
        for _ in 0..questions {
            self.name = reader.name()?;
            let kind = reader.u16()?;
            // IN, CH, HS and the two that only questions have.
            if !matches!(reader.u16()?, 1 | 3 | 4 | 254 | 255) {
                return Err(End::Bad);
            }
            self.kind = kind;
        }
        if !self.is_response {
            return Ok(());
        }
        for _ in 0..answers {
            reader.name()?;
            let kind = reader.u16()?;
            reader.take(6)?; // class and time to live
            let len = usize::from(reader.u16()?);
            let mut value = Reader {
                message: reader.message,
                at: reader.at,
            };
            let bytes = reader.take(len)?;
            match kind {
                TYPE_A => self.addresses.extend(<[u8; 4]>::try_from(bytes).map(IpAddr::from)),
                TYPE_AAAA => self.addresses.extend(<[u8; 16]>::try_from(bytes).map(IpAddr::from)),
                // A name that cannot be read is damage, whatever its purpose.
                TYPE_CNAME => drop(value.name()?),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The bytes ended.
    Cut,
    /// They are no DNS.
    Bad,
}

/// A position in a message; names may point back into it.
#[derive(Clone, Copy, Debug)]
struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], End> {
        let bytes = self
            .message
            .get(self.at..)
            .and_then(|rest| rest.get(..len))
            .ok_or(End::Cut)?;
        self.at += len;
        Ok(bytes)
    }

    fn u8(&mut self) -> Result<u8, End> {
        self.take(1).map(|bytes| bytes.first().copied().unwrap_or_default())
    }

    fn u16(&mut self) -> Result<u16, End> {
        Ok(u16::from(self.u8()?) << 8 | u16::from(self.u8()?))
    }

    /// A name: labels up to an empty one, or a pointer to the rest of it (RFC 1035 section 4.1.4). A pointer must go
    /// back before everything that was read of this name, so that no chain of them is endless.
    fn name(&mut self) -> Result<WireText, End> {
        let mut text = Vec::with_capacity(64);
        let mut reader = *self;
        let mut earliest = self.at;
        let mut has_jumped = false;
        let mut jumps = 0..MAX_JUMPS;
        loop {
            let len = reader.u8()?;
            match len >> 6 {
                0 => {
                    let label = reader.take(usize::from(len))?;
                    if !has_jumped {
                        self.at = reader.at;
                    }
                    if len == 0 {
                        return Ok(WireText::from_bytes(&text));
                    }
                    if !text.is_empty() {
                        text.push(b'.');
                    }
                    // A dot inside a label is not one between labels (RFC 1035 section 5.1).
                    if label.contains(&b'.') {
                        let escaped = |&byte: &u8| (byte == b'.').then_some(b'\\').into_iter().chain([byte]);
                        text.extend(label.iter().flat_map(escaped));
                    } else {
                        text.extend_from_slice(label);
                    }
                    if text.len() > MAX_NAME {
                        return Err(End::Bad);
                    }
                }
                3 => {
                    let target = usize::from(len & 0x3f) << 8 | usize::from(reader.u8()?);
                    if !has_jumped {
                        self.at = reader.at;
                        has_jumped = true;
                    }
                    if target >= earliest || jumps.next().is_none() {
                        return Err(End::Bad);
                    }
                    earliest = target;
                    reader.at = target;
                }
                _ => return Err(End::Bad),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issue_17_7_a_chain_of_pointers_is_followed_as_far_as_a_name_can_need() {
        // A question of one label, and an answer whose name is a pointer at the end of a chain inside a record's data.
        let message = |jumps: u16| {
            let mut bytes = vec![0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, 1, b'a', 0, 0, 1, 0, 1];
            bytes.extend(b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c");
            bytes.extend(((jumps - 1) * 2).to_be_bytes());
            let mut target = 12_u16;
            for _ in 1..jumps {
                let here = bytes.len() as u16;
                bytes.extend((0xc000 | target).to_be_bytes());
                target = here;
            }
            bytes.extend((0xc000 | target).to_be_bytes());
            bytes.extend(b"\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01");
            bytes
        };
        let most = MAX_JUMPS as u16;
        assert_eq!(parse(&message(most)).unwrap().addresses.len(), 1);
        assert_eq!(parse(&message(most + 1)).unwrap().addresses.len(), 0);
    }

    /// A response of a real resolver: www.example.com is an alias of a.example.com, which has one address of each kind.
    fn response() -> Vec<u8> {
        let mut bytes = vec![0x12, 0x34, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 0];
        bytes.extend(b"\x03www\x07example\x03com\x00\x00\x01\x00\x01");
        bytes.extend(b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x04\x01a\xc0\x10");
        bytes.extend(b"\xc0\x2d\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01");
        bytes.extend(b"\xc0\x2d\x00\x1c\x00\x01\x00\x00\x00\x3c\x00\x10");
        bytes.extend([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        bytes
    }

    #[test]
    fn a_response_names_aliases_and_addresses() {
        let message = parse(&response()).unwrap();
        assert!(message.is_response && !message.truncated);
        assert_eq!(
            (message.id, message.status, message.kind),
            (0x1234, Status::NO_ERROR, 1)
        );
        assert_eq!(message.name.raw(), "www.example.com");
        assert_eq!(
            message.addresses,
            ["192.0.2.1".parse::<IpAddr>().unwrap(), "2001:db8::1".parse().unwrap()]
        );
    }

    #[test]
    fn a_cut_response_still_tells_what_came_before_the_cut() {
        let whole = response();
        for len in 0..whole.len() {
            let message = parse(&whole[..len]);
            assert_eq!(message.is_some(), len >= 12, "{len}");
            assert_eq!(
                message.is_some_and(|m| m.name.raw() == "www.example.com"),
                len >= 29,
                "{len}"
            );
        }
    }

    #[test]
    fn a_name_that_points_at_itself_ends() {
        let mut bytes = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend([0xc0, 12, 0, 1, 0, 1]);
        assert_eq!(parse(&bytes), None);
        // Forwards is no better.
        bytes[13] = 14;
        assert_eq!(parse(&bytes), None);
    }

    #[test]
    fn a_name_beyond_255_bytes_is_no_name() {
        let mut bytes = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for _ in 0..5 {
            bytes.push(63);
            bytes.extend([b'a'; 63]);
        }
        bytes.extend([0, 0, 1, 0, 1]);
        assert_eq!(parse(&bytes), None);
    }

    #[test]
    fn other_traffic_on_the_port_is_no_dns() {
        assert_eq!(parse(b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"), None);
        assert_eq!(parse(&[0xff; 64]), None);
        assert_eq!(parse(&[0; 64]), None);
    }

    #[test]
    fn messages_over_tcp_are_taken_apart() {
        let one = response();
        let mut stream = Vec::new();
        for _ in 0..2 {
            stream.extend(u16::try_from(one.len()).unwrap().to_be_bytes());
            stream.extend(&one);
        }
        assert_eq!(parse_tcp(&stream).count(), 2);
        stream.truncate(stream.len() - 10);
        assert_eq!(
            parse_tcp(&stream)
                .map(|message| message.addresses.len())
                .collect::<Vec<_>>(),
            [2, 1]
        );
        assert_eq!(parse_tcp(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").count(), 0);
    }

    #[test]
    fn an_unknown_status_keeps_its_number() {
        assert_eq!(Status::NO_SUCH_NAME.to_string(), "NXDOMAIN");
        assert_eq!(Status(13).to_string(), "RCODE 13");
    }
}
