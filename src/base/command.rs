//! Values → Command: a line that a person pastes into a device or a shell.
//!
//! Names in a capture or a log are chosen by their senders. If `a | redirect flash:x` were pasted, it would run. So a
//! command is a line of a dialect's book, filled in with types whose constructors check their values: a string from the
//! wire is no such type, and does not compile into a command.
//!
//! ```compile_fail
//! let wire = String::from("evil.example | redirect flash:x");
//! tlswalk::base::dialect::task("reach").with("host", &wire.as_str());
//! ```

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use crate::base::endpoint::Endpoint;

/// A line to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    line: String,
    is_unread: bool,
}

impl Command {
    /// A line of a dialect's book, in which words have been filled.
    pub(super) const fn of_book(line: String) -> Self {
        Self { line, is_unread: false }
    }

    /// The same where the book says that no document with it was read.
    pub(super) const fn unread(mut self, is_unread: bool) -> Self {
        self.is_unread = is_unread;
        self
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.line
    }

    /// True if the line was found in no document, and in no public text from such a system.
    #[must_use]
    pub const fn is_unread(&self) -> bool {
        self.is_unread
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A value that is allowed in a command.
pub trait Word: sealed::Sealed {
    /// The text in the command.
    fn word(&self) -> Cow<'_, str>;
}

macro_rules! words {
    ($($kind:ty)*) => {
        $(impl sealed::Sealed for $kind {}
        impl Word for $kind {
            fn word(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        })*
    };
}
words!(u16 u32 u64 i64 IpAddr Endpoint HostName HostArgument HostPort UrlHost UrlPath IosName CommonName Command);

impl sealed::Sealed for &'static str {}

/// Text of the program itself: a keyword, a placeholder. A string that was read does not live as long.
impl Word for &'static str {
    fn word(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

/// A host name in the form of RFC 952 and RFC 1123 section 2.1: labels of letters, digits and hyphens. It does not
/// prove the identity of the host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

impl HostName {
    /// Takes text for a host name where it is one; a final dot is dropped. Neither a wildcard nor an address is one: the
    /// last label has a letter (RFC 1123 section 2.1).
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let name = text.strip_suffix('.').unwrap_or(text);
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let has_letter = |label: &str| label.bytes().any(|byte| byte.is_ascii_alphabetic());
        let is_name =
            name.len() <= 253 && name.split('.').all(is_label) && name.rsplit('.').next().is_some_and(has_letter);
        is_name.then(|| Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A host in a command: its name or address, or a placeholder where the capture has neither that could be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostArgument {
    /// A name.
    Name(HostName),
    /// An address.
    Address(IpAddr),
    /// Text of ours in angle brackets.
    Placeholder(&'static str),
}

impl HostArgument {
    /// Takes text for a host where it is one, and `placeholder` otherwise.
    #[must_use]
    pub fn new(text: &str, placeholder: &'static str) -> Self {
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        if let Ok(address) = inner.unwrap_or(text).parse() {
            return Self::Address(address);
        }
        HostName::new(text).map_or(Self::Placeholder(placeholder), Self::Name)
    }

    /// Takes `host:port`, as CONNECT asks for it, for a host and a port where it is both.
    #[must_use]
    pub fn with_port(text: &str, placeholder: &'static str) -> (Self, Option<u16>) {
        match text.rsplit_once(':') {
            // More colons without brackets are an address by itself.
            Some((host, port)) if host.ends_with(']') || !host.contains(':') => {
                (Self::new(host, placeholder), port.parse().ok())
            }
            _ => (Self::new(text, placeholder), None),
        }
    }

    /// The name, if it is one.
    #[must_use]
    pub fn name(self) -> Option<HostName> {
        match self {
            Self::Name(name) => Some(name),
            Self::Address(_) | Self::Placeholder(_) => None,
        }
    }

    /// The form in a URL.
    #[must_use]
    pub fn in_url(self) -> UrlHost {
        UrlHost(self)
    }
}

impl fmt::Display for HostArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name}"),
            Self::Address(address) => write!(f, "{address}"),
            Self::Placeholder(text) => f.write_str(text),
        }
    }
}

/// A host in a URL, where an IPv6 address is in brackets (RFC 3986 section 3.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlHost(HostArgument);

impl fmt::Display for UrlHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            HostArgument::Address(address) if address.is_ipv6() => write!(f, "[{address}]"),
            host => write!(f, "{host}"),
        }
    }
}

/// Host and port as CONNECT names them (RFC 9110 section 9.3.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort(UrlHost, u16);

impl HostPort {
    /// Takes `host:port` for both where it is both; otherwise a placeholder stands for the host, and 443 for the port.
    #[must_use]
    pub fn new(text: &str, placeholder: &'static str) -> Self {
        let (host, port) = HostArgument::with_port(text, placeholder);
        Self(host.in_url(), port.unwrap_or(443))
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0, self.1)
    }
}

/// The path of a URL, or a placeholder where it has characters that would be more than a path in a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlPath(Cow<'static, str>);

impl UrlPath {
    /// Longest path taken, in bytes; licensing's have fewer than 100.
    const MAX_LEN: usize = 128;

    /// Takes text for a path where it is one: unreserved characters, escapes and slashes (RFC 3986 section 3.3).
    #[must_use]
    pub fn new(text: &str, placeholder: &'static str) -> Self {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
        let is_path = text.len() <= Self::MAX_LEN && text.starts_with('/') && text.bytes().all(allowed);
        Self(if is_path {
            Cow::Owned(text.to_owned())
        } else {
            Cow::Borrowed(placeholder)
        })
    }
}

impl fmt::Display for UrlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that a device's configuration gives to an interface, a VRF or a trustpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IosName(String);

impl IosName {
    /// Longest name taken, in bytes: a VRF's has at most 32, a trustpoint's and an interface's fewer than 64.
    const MAX_LEN: usize = 64;

    /// Accepts text that can be such a name: letters, digits, and `-_.:/` after a letter or a digit.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
        let is_name = text.len() <= Self::MAX_LEN
            && text.bytes().all(allowed)
            && text.starts_with(|first: char| first.is_ascii_alphanumeric());
        is_name.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for IosName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The common name of a certificate's issuer, or a placeholder where it has characters that would be more than words in a
/// command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommonName(Cow<'static, str>);

impl CommonName {
    /// Longest name taken, in bytes (RFC 5280, ub-common-name).
    const MAX_LEN: usize = 64;

    /// Accepts words of letters, digits and `-_.`, the first of which begins with a letter or a digit.
    #[must_use]
    pub fn new(text: &str, placeholder: &'static str) -> Self {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_. ".contains(&byte);
        let is_name = text.len() <= Self::MAX_LEN
            && text.bytes().all(allowed)
            && !text.ends_with(' ')
            && text.starts_with(|first: char| first.is_ascii_alphanumeric());
        Self(if is_name {
            Cow::Owned(text.to_owned())
        } else {
            Cow::Borrowed(placeholder)
        })
    }
}

impl fmt::Display for CommonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file's name as an argument of a POSIX shell's command: in quotes if necessary, after `--` if it would be taken as
/// an option; `None` if it has characters that cannot be shown, so that no pasted text would name the file.
#[must_use]
pub fn shell_file(name: &str) -> Option<String> {
    let hides = crate::base::wire_text::WireText::from(name).to_string() != name || name.contains('\u{a0}');
    if hides || name.is_empty() {
        return None;
    }
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte));
    let dashes = if name.starts_with('-') { "-- " } else { "" };
    Some(if plain {
        format!("{dashes}{name}")
    } else {
        format!("{dashes}'{}'", name.replace('\'', r"'\''"))
    })
}

#[cfg(test)]
mod tests;
