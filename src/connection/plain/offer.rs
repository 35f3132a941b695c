//! Talk → Offer: TLS that was requested in plain text and did not follow.
//!
//! An answer belongs to a command if its sender had received the command by then: the acknowledgement numbers decide,
//! whatever the order in the file.

mod database;
mod directory;
mod lines;

pub(crate) use database::SSL_REQUEST;

use super::Talk;
use crate::base::frame::FrameNumber;
use crate::base::wire_text::WireText;
use crate::tcp::side::TcpSide;
use crate::tcp::stream::Position;

/// Protocols that begin in plain text and can switch to TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // their own names
pub enum Protocol {
    Smtp,
    Imap,
    Pop3,
    Ftp,
    Nntp,
    Sieve,
    Xmpp,
    Ldap,
    Postgres,
    MySql,
}

impl Protocol {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smtp => "SMTP",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Ftp => "FTP",
            Self::Nntp => "NNTP",
            Self::Sieve => "ManageSieve",
            Self::Xmpp => "XMPP",
            Self::Ldap => "LDAP",
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
        }
    }

    /// The request by which a client asks for TLS.
    #[must_use]
    pub const fn request(self) -> &'static str {
        match self {
            Self::Pop3 => "STLS",
            Self::Ftp => "AUTH TLS",
            Self::Postgres => "SSLRequest",
            Self::MySql => "CLIENT_SSL",
            Self::Ldap => "StartTLS",
            _ => "STARTTLS",
        }
    }
}

impl Protocol {
    /// Its name where TLS clients are told how to ask for TLS: in OpenSSL's `-starttls`, and in GnuTLS's.
    #[must_use]
    pub const fn starttls(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Ftp => "ftp",
            Self::Nntp => "nntp",
            Self::Sieve => "sieve",
            Self::Xmpp => "xmpp",
            Self::Ldap => "ldap",
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
        }
    }

    /// The protocol of a server that greets in plain text, and in which a client may ask for TLS. The greetings of SMTP and FTP
    /// differ in the port, and in what they say (RFC 5321 section 4.2, RFC 959 section 5.4).
    pub(crate) fn greeting(bytes: &[u8], port: u16) -> Option<Self> {
        let says_ftp = || bytes.windows(3).any(|word| word.eq_ignore_ascii_case(b"ftp"));
        Some(match bytes {
            [b'2', b'2', b'0', b' ' | b'-', ..] if port == 21 || says_ftp() => Self::Ftp,
            [b'2', b'2', b'0', b' ' | b'-', ..] => Self::Smtp,
            [b'*', b' ', b'O', b'K', ..] => Self::Imap,
            [b'+', b'O', b'K', ..] => Self::Pop3,
            // Number 0, protocol version 10.
            [_, _, _, 0, 10, ..] => Self::MySql,
            _ => return None,
        })
    }

    /// The port on which it is spoken inside TLS from the first byte (RFC 8314 section 7.3, RFC 4217).
    pub(crate) const fn tls_port(self) -> Option<u16> {
        match self {
            Self::Smtp => Some(465),
            Self::Imap => Some(993),
            Self::Pop3 => Some(995),
            Self::Ftp => Some(990),
            _ => None,
        }
    }

    /// The protocol in which the client asked for TLS, whatever the answer.
    pub(crate) fn asking(client: &Talk, server: &Talk) -> Option<Self> {
        if client.bytes().is_empty() {
            return None;
        }
        let by_line = || lines::protocol(client, server).filter(|&it| lines::is_asked(it, client));
        database::asking(client, server)
            .or_else(|| directory::asks(client).then_some(Self::Ldap))
            .or_else(|| lines::asks_in_xmpp(client).then_some(Self::Xmpp))
            .or_else(by_line)
    }
}

/// A line, and the frame that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The frame.
    pub frame: FrameNumber,
    /// The line.
    pub text: WireText,
}

/// The way in which TLS was denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The client asked, and the server refused.
    Refused {
        /// The client's request.
        asked: Said,
        /// The answer.
        answer: Said,
    },
    /// The client asked, and the server answered with an error that is about something else.
    Failed {
        /// The client's request.
        asked: Said,
        /// The error.
        answer: Said,
    },
    /// The client asked, and the server closed without an answer.
    Closed {
        /// The client's request.
        asked: Said,
    },
    /// The server's list of capabilities is complete, TLS is not on it, and the client left without another command.
    NotOffered {
        /// The end of the list, or the greeting that is the list.
        list: Said,
    },
}

/// The client's next action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It left.
    Left,
    /// It had no choice: the server closed first.
    Closed,
    /// It continued in plain text.
    Plain,
    /// It sent its Client Hello nevertheless.
    Hello,
    /// The capture shows no further action.
    Open,
}

/// TLS that was requested and did not follow.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The protocol.
    pub protocol: Protocol,
    /// The way in which TLS was denied.
    pub denial: Denial,
    /// The client's next action.
    pub next: Next,
    /// A capability whose name was overwritten with letters X, as firewalls that inspect mail do.
    pub blotted: Option<Said>,
}

/// The end of the connection, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    /// A Client Hello was sent.
    pub(crate) hello: bool,
    /// The client closed or reset, and the server had not closed before.
    pub(crate) client_left: bool,
    /// Either side closed or reset.
    pub(crate) closed: bool,
    /// The server closed or reset.
    pub(crate) server_closed: bool,
}

impl Ends {
    pub(crate) fn of(client: &TcpSide, server: &TcpSide, hello: bool) -> Self {
        let client_closed = client.fin.is_some() || client.reset.is_some();
        let server_closed = server.fin.is_some() || server.reset.is_some();
        // The side that had received the other's FIN when it closed was second.
        let server_first = match (client.fin, server.fin) {
            (Some(client), Some(server)) => client.acked > server.at && server.acked <= client.at,
            (None, Some(server)) => client.reset.is_none_or(|reset| reset.frame > server.frame),
            (_, None) => server.reset.is_some_and(|reset| {
                let left = client.fin.or(client.reset);
                left.is_none_or(|left| reset.frame < left.frame)
            }),
        };
        Self {
            hello,
            client_left: client_closed && !server_first,
            closed: client_closed || server_closed,
            server_closed,
        }
    }

    /// The client's action after the server's refusal; `said_more` if it sent more commands.
    const fn next(self, said_more: bool) -> Next {
        match (self.hello, said_more, self.closed) {
            (true, _, _) => Next::Hello,
            (_, true, _) => Next::Plain,
            (_, _, true) if self.client_left => Next::Left,
            (_, _, true) => Next::Closed,
            _ => Next::Open,
        }
    }
}

impl Offer {
    /// Reads both sides' opening; `None` if TLS was not requested, or did start as far as the capture shows.
    pub(crate) fn of(client: &Talk, server: &Talk, ends: Ends) -> Option<Self> {
        database::postgres(client, server, ends)
            .or_else(|| database::mysql(client, server, ends))
            .or_else(|| directory::ldap(client, server, ends))
            .or_else(|| lines::xmpp(client, server, ends))
            .or_else(|| lines::of(client, server, ends))
    }

    const fn new(protocol: Protocol, denial: Denial, next: Next) -> Self {
        Self {
            protocol,
            denial,
            next,
            blotted: None,
        }
    }
}

/// The bytes at an offset as a line.
fn said(talk: &Talk, offset: usize, text: WireText) -> Option<Said> {
    talk.part_of(offset).map(|part| Said {
        frame: part.frame,
        text,
    })
}

/// The offset of the first byte whose sender had received everything up to `heard`.
fn answer_to(talk: &Talk, heard: Position) -> Option<usize> {
    talk.parts.iter().find(|part| part.acked >= heard).map(|part| part.at)
}
