//! Segment → server name: a quick look at a Client Hello without parsing all of it.
//!
//! Nearly every TLS connection of an export asks for a server of no interest, and is only counted. Its hello needs no
//! list of cipher suites and no event: the server's name is enough. Bytes that are not exactly one whole hello in the
//! order of RFC 8446 section 4.1.2, naming exactly one server, are left to the full reader.

/// The server that a segment's Client Hello asks for (RFC 6066 section 3).
#[must_use]
pub fn server_name(payload: &[u8]) -> Option<&str> {
    let mut record = Fields(payload);
    let [22, 3, 0..=4] = *record.array::<3>()? else {
        return None;
    };
    let mut fragment = Fields(record.list::<2>()?);
    if *fragment.array::<1>()? != [1] {
        return None;
    }
    let mut hello = Fields(fragment.list::<3>()?);
    let _version_and_random: &[u8; 34] = hello.array()?;
    let session_id = hello.list::<1>()?;
    let suites = hello.list::<2>()?;
    let compressions = hello.list::<1>()?;
    let mut extensions = Fields(hello.list::<2>()?);
    let orderly = fragment.0.is_empty()
        && hello.0.is_empty()
        && session_id.len() <= 32
        && suites.len() >= 2
        && suites.len().is_multiple_of(2)
        && !compressions.is_empty();
    if !orderly {
        return None;
    }
    let mut name = None;
    while !extensions.0.is_empty() {
        let kind = *extensions.array::<2>()?;
        let body = extensions.list::<2>()?;
        if kind == [0, 0] && name.replace(only_name(body)?).is_some() {
            return None;
        }
    }
    name.filter(|name| name.is_ascii())
        .and_then(|name| str::from_utf8(name).ok())
}

/// The host name of a `server_name` extension that holds one, and nothing else.
fn only_name(body: &[u8]) -> Option<&[u8]> {
    let mut extension = Fields(body);
    let mut list = Fields(extension.list::<2>()?);
    let [0] = *list.array::<1>()? else { return None };
    let name = list.list::<2>()?;
    (extension.0.is_empty() && list.0.is_empty() && !name.is_empty()).then_some(name)
}

/// The bytes left to read.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn array<const LEN: usize>(&mut self) -> Option<&'a [u8; LEN]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(array)
    }

    /// The bytes after their length, which has `LEN` bytes itself.
    fn list<const LEN: usize>(&mut self) -> Option<&'a [u8]> {
        let len = self.array::<LEN>()?;
        let len = len.iter().fold(0, |len, &byte| len << 8 | usize::from(byte));
        let (list, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::hello::parse_client;

    fn hello(extensions: &[&[u8]]) -> Vec<u8> {
        let extensions = extensions.concat();
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0, 2, 0x13, 1, 1, 0]);
        body.extend((extensions.len() as u16).to_be_bytes());
        body.extend(&extensions);
        let mut bytes = vec![22, 3, 1];
        bytes.extend((body.len() as u16 + 4).to_be_bytes());
        bytes.extend([1, 0]);
        bytes.extend((body.len() as u16).to_be_bytes());
        bytes.extend(&body);
        bytes
    }

    fn named(name: &[u8]) -> Vec<u8> {
        let len = name.len() as u8;
        [&[0, 0, 0, len + 5, 0, len + 3, 0, 0, len], name].concat()
    }

    #[test]
    fn the_name_is_found_behind_other_extensions_and_before_further_records() {
        let mut bytes = hello(&[&[0xff, 1, 0, 1, 0], &named(b"a.example"), &[0, 16, 0, 0]]);
        assert_eq!(server_name(&bytes), Some("a.example"));
        bytes.extend([20, 3, 3, 0, 1, 1]);
        assert_eq!(server_name(&bytes), Some("a.example"));
    }

    #[test]
    fn what_is_not_one_whole_hello_with_one_name_is_left_alone() {
        let whole = hello(&[&named(b"a.example")]);
        assert!((0..whole.len()).all(|cut| server_name(&whole[..cut]).is_none()));
        for other in [
            hello(&[]),
            hello(&[&named(b"a.example"), &named(b"b.example")]),
            hello(&[&named(b"")]),
            hello(&[&[0, 0, 0, 0]]),
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        ] {
            assert_eq!(server_name(&other), None, "{other:x?}");
        }
    }

    /// Whatever the bytes: a name that is found here is the one that the hello's reader finds.
    #[test]
    fn it_never_says_anything_else_than_the_reader_of_hellos() {
        let whole = hello(&[&named(b"a.example"), &[0, 10, 0, 4, 0, 2, 0, 29]]);
        let mut found = 0;
        for at in 0..whole.len() {
            for value in [0, 1, 2, 3, 4, 9, 16, 22, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let Some(name) = server_name(&bytes) else { continue };
                found += 1;
                let read = parse_client(&bytes[9..], false).unwrap();
                assert_eq!(read.server_name.unwrap().raw(), name);
            }
        }
        assert!(found > 300, "{found}");
    }
}
