//! Talk → Socks: a tunnel that was asked of a SOCKS proxy, and its answer.
//!
//! SOCKS5 (RFC 1928) offers ways to authenticate, authenticates (RFC 1929), and asks for a connection; SOCKS4 and 4a ask
//! at once. All of it is in clear, before TLS. User names and passwords are passed over.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Part, Talk};
use crate::base::wire_text::WireText;

/// Ports that SOCKS proxies use: the registered one, and those of Tor. On others only an answer shows that it is SOCKS.
const PORTS: [u16; 3] = [1080, 9050, 9150];

/// No acceptable method (RFC 1928 section 3).
const NO_METHOD: u8 = 0xff;

/// A tunnel that was asked of a SOCKS proxy.
#[derive(Clone, Debug)]
pub struct Socks {
    /// 4 or 5.
    pub version: u8,
    /// Host and port asked for; empty if the proxy refused before they were named.
    pub target: WireText,
    /// The segment that asks.
    pub asked: Part,
    /// The proxy's last answer, and its segment; `None` if it never answered the request.
    pub reply: Option<(Reply, Part)>,
}

/// The answer of a SOCKS proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The tunnel is open.
    Opened,
    /// No tunnel, by the reply's number (RFC 1928 section 6; 91 to 93 of SOCKS4).
    Refused(u8),
    /// None of the client's ways to authenticate is accepted.
    NoMethod,
    /// User name or password are wrong.
    WrongCredentials,
}

impl Socks {
    /// Reads the opening of both sides; `None` if it is no SOCKS, or asks for something else than a connection.
    pub(crate) fn of(client: &Talk, server: &Talk, port: u16) -> Option<Self> {
        let is_said = PORTS.contains(&port) || !server.bytes().is_empty();
        match client.bytes() {
            [5, ..] if is_said => Self::version5(client, server),
            [4, 1, ..] if is_said => Self::version4(client, server),
            _ => None,
        }
    }

    fn version5(client: &Talk, server: &Talk) -> Option<Self> {
        let (said, answered) = (client.bytes(), server.bytes());
        let methods = usize::from(*said.get(1)?);
        let offered = said.get(2..2 + methods).filter(|it| !it.is_empty())?;
        let greeting = Self {
            version: 5,
            target: WireText::default(),
            asked: *client.part_of(1 + methods)?,
            reply: None,
        };
        let method = match answered {
            [] => return Some(greeting),
            [5, NO_METHOD, ..] => return greeting.answered(Reply::NoMethod, server, 1),
            [5, method, ..] if offered.contains(method) => *method,
            _ => return None,
        };
        let (mut asks, mut answers) = (2 + methods, 2);
        if method == 2 {
            let name = usize::from(*said.get(asks + 1)?);
            let password = usize::from(*said.get(asks + 2 + name)?);
            asks += 3 + name + password;
            match answered.get(answers..answers + 2) {
                Some([_, 0]) => answers += 2,
                Some(_) => return greeting.answered(Reply::WrongCredentials, server, answers + 1),
                None => return Some(greeting),
            }
        }
        let Some([5, 1, 0, kind, address @ ..]) = said.get(asks..) else {
            return None;
        };
        let (target, len) = target5(*kind, address)?;
        let asked = Self {
            target,
            asked: *client.part_of(asks + 4 + len - 1)?,
            ..greeting
        };
        match answered.get(answers..).unwrap_or_default() {
            [5, 0, ..] => asked.answered(Reply::Opened, server, answers + 1),
            [5, code, ..] => asked.answered(Reply::Refused(*code), server, answers + 1),
            [] => Some(asked),
            _ => None,
        }
    }

    fn version4(client: &Talk, server: &Talk) -> Option<Self> {
        let &[_, _, p0, p1, a, b, c, d, ref user @ ..] = client.bytes() else {
            return None;
        };
        let port = u16::from_be_bytes([p0, p1]);
        let end = user.iter().position(|&byte| byte == 0)?;
        // SOCKS4a: an address that cannot be one, and the name behind the user's.
        let (target, len) = match [a, b, c, d] {
            [0, 0, 0, 1..=255] => {
                let name = user.get(end + 1..)?;
                let len = name.iter().position(|&byte| byte == 0)?;
                (place(&WireText::from_bytes(name.get(..len)?), port), end + 1 + len)
            }
            address => (
                WireText::from(format!("{}:{port}", Ipv4Addr::from(address)).as_str()),
                end,
            ),
        };
        let asked = Self {
            version: 4,
            target,
            asked: *client.part_of(8 + len)?,
            reply: None,
        };
        match server.bytes() {
            [] => Some(asked),
            [0, 90, ..] => asked.answered(Reply::Opened, server, 1),
            [0, code @ 91..=93, ..] => asked.answered(Reply::Refused(*code), server, 1),
            _ => None,
        }
    }

    /// With the answer whose byte stands at this offset.
    fn answered(mut self, reply: Reply, server: &Talk, at: usize) -> Option<Self> {
        self.reply = Some((reply, *server.part_of(at)?));
        Some(self)
    }

    /// True if the tunnel was opened.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.reply, Some((Reply::Opened, _)))
    }

    /// The request, as a step names it.
    #[must_use]
    pub fn request(&self) -> String {
        format!("SOCKS{} {}", self.version, self.target.in_prose())
            .trim_end()
            .to_owned()
    }
}

impl Reply {
    /// The answer, as a step names it: by its number, with the name of RFC 1928 section 6.
    #[must_use]
    pub fn name(self) -> String {
        let (number, name) = match self {
            Self::Opened => return "succeeded".to_owned(),
            Self::NoMethod => (NO_METHOD, "no acceptable methods"),
            Self::WrongCredentials => return "user name or password refused".to_owned(),
            Self::Refused(code) => (
                code,
                match code {
                    1 => "general SOCKS server failure",
                    2 => "connection not allowed by ruleset",
                    3 => "Network unreachable",
                    4 => "Host unreachable",
                    5 => "Connection refused",
                    6 => "TTL expired",
                    7 => "Command not supported",
                    8 => "Address type not supported",
                    91 => "request rejected or failed",
                    92 | 93 => "identd does not confirm the user",
                    _ => "no known reply",
                },
            ),
        };
        format!("{name} ({number})")
    }
}

/// An address of SOCKS5 and the port behind it, and their length.
fn target5(kind: u8, bytes: &[u8]) -> Option<(WireText, usize)> {
    let port = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    match kind {
        1 => {
            let address: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
            let text = format!("{}:{}", Ipv4Addr::from(address), port(4)?);
            Some((WireText::from(text.as_str()), 6))
        }
        3 => {
            let len = usize::from(*bytes.first()?);
            let name = WireText::from_bytes(bytes.get(1..=len)?);
            Some((place(&name, port(1 + len)?), 3 + len))
        }
        4 => {
            let address: [u8; 16] = bytes.get(..16)?.try_into().ok()?;
            let text = format!("[{}]:{}", Ipv6Addr::from(address), port(16)?);
            Some((WireText::from(text.as_str()), 18))
        }
        _ => None,
    }
}

fn place(name: &WireText, port: u16) -> WireText {
    WireText::from(format!("{}:{port}", name.raw()).as_str())
}

#[cfg(test)]
mod tests {
    use super::super::tests::talk;
    use super::*;

    fn read(client: &[u8], server: &[u8]) -> Option<(String, Option<Reply>)> {
        let socks = Socks::of(&talk(&[(client, 0)]), &talk(&[(server, 0)]), 4000)?;
        Some((socks.request(), socks.reply.map(|(reply, _)| reply)))
    }

    #[test]
    fn tunnels_of_every_version_and_address_are_read() {
        let named = b"\x05\x01\x00\x05\x01\x00\x03\x06a.test\x01\xbb";
        let told = |text: &str, reply| Some((text.to_owned(), reply));
        let refused = |code| Some(Reply::Refused(code));
        assert_eq!(
            read(named, b"\x05\x00\x05\x00\x00\x01\0\0\0\0\0\0"),
            told("SOCKS5 a.test:443", Some(Reply::Opened))
        );
        assert_eq!(
            read(named, b"\x05\x00\x05\x05\x00\x01"),
            told("SOCKS5 a.test:443", refused(5))
        );
        assert_eq!(read(named, b"\x05\x00"), told("SOCKS5 a.test:443", None));
        assert_eq!(
            read(b"\x05\x01\x00", b"\x05\xff"),
            told("SOCKS5", Some(Reply::NoMethod))
        );
        let authenticated = b"\x05\x02\x00\x02\x01\x01u\x02pw\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb";
        assert_eq!(
            read(authenticated, b"\x05\x02\x01\x00\x05\x04\x00\x01"),
            told("SOCKS5 192.0.2.1:443", refused(4))
        );
        assert_eq!(
            read(authenticated, b"\x05\x02\x01\x01"),
            told("SOCKS5", Some(Reply::WrongCredentials))
        );
        let ipv6 = [&b"\x05\x01\x00\x05\x01\x00\x04"[..], &[0; 15], &[1, 1, 0xbb]].concat();
        assert_eq!(read(&ipv6, b"\x05\x00"), told("SOCKS5 [::1]:443", None));
        assert_eq!(
            read(b"\x04\x01\x01\xbb\0\0\0\x01me\0a.test\0", b"\0\x5b\0\0"),
            told("SOCKS4 a.test:443", refused(91))
        );
        assert_eq!(
            read(b"\x04\x01\x01\xbb\xc0\x00\x02\x01\0", b"\0\x5a"),
            told("SOCKS4 192.0.2.1:443", Some(Reply::Opened))
        );
    }

    #[test]
    fn what_only_begins_like_socks_is_none() {
        assert_eq!(read(b"\x05\x01\x00", b""), None, "nothing shows that it is SOCKS");
        assert_eq!(
            read(b"\x05\x01\x00", b"\x05\x02"),
            None,
            "a method that was not offered"
        );
        assert_eq!(read(b"\x05\x01\x00\x05\x02\x00\x01", b"\x05\x00"), None, "BIND");
        assert_eq!(read(b"\x05\x00", b"\x05\x00"), None);
        for len in 0..12 {
            let cut = b"\x05\x01\x00\x05\x01\x00\x03\x06a.te";
            assert_eq!(read(&cut[..len.min(cut.len())], b"220 mail"), None);
        }
    }
}
