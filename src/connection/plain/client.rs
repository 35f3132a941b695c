//! Connection → PlainClient: a client that sends plain text where TLS is expected.
//!
//! A TLS server that receives plain text answers with an alert, with a sentence in plain HTTP, or not at all: most
//! close. Then only other facts about the port show that TLS was expected there.

use super::Spoken;
use crate::base::frame::FrameNumber;
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::tls::{AlertDescription, AlertLevel};

/// A client that sent another protocol where TLS was expected.
#[derive(Clone, Copy, Debug)]
pub struct PlainClient {
    /// The protocol of its first bytes.
    pub spoken: Spoken,
    /// The frame in which it began.
    pub frame: FrameNumber,
    /// The sign that TLS was expected; `None` if this connection has none.
    pub sign: Option<TlsSign>,
}

/// A sign that a port expects TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsSign {
    /// It answers with an alert.
    Alert(FrameNumber, AlertLevel, AlertDescription),
    /// It says so in plain HTTP.
    SaysSo(FrameNumber),
    /// It refuses the request in plain HTTP, and its number is a TLS port's.
    Refuses(FrameNumber),
    /// It says in its own protocol that it takes nothing without encryption.
    Demands(FrameNumber),
    /// Its number is a TLS port's, and the server did not answer.
    Port,
}

/// Ports that are registered for a protocol inside TLS from its first byte, or used for that by common software: HTTPS
/// and its usual alternatives, mail, directories, DNS, FTP, IRC, SIP, brokers, Kubernetes, Docker, cloud Redis, Kafka's
/// second listener.
const TLS_PORTS: &[u16] = &[
    443, 465, 563, 636, 853, 989, 990, 992, 993, 995, 2083, 2087, 2096, 2376, 3269, 4433, 5061, 5223, 5671, 5986, 6380,
    6443, 6514, 6697, 7443, 8443, 8883, 9093, 9443, 10250,
];

/// Sentences in which HTTPS servers answer a request in plain HTTP: nginx, Apache, Go, Tomcat and Jetty, in lower case.
pub(super) const SENTENCES: &[&str] = &[
    "plain http request was sent to https",
    "speaking plain http to an ssl",
    "sent an http request to an https server",
    "combination of host and port requires tls",
    "http request sent to https",
    "this web server is running in ssl mode",
];

/// In bytes: greetings, a list of capabilities and a refusal fill less.
const MOST_OF_A_REFUSAL: u64 = 1024;

/// What servers say that refuse a client without encryption, in lower case: PostgreSQL, MySQL (ER_SECURE_TRANSPORT_REQUIRED),
/// SMTP (RFC 3207 section 4, RFC 4954 section 6), IMAP (RFC 5530 section 3), FTP, LDAP (RFC 4511 appendix A).
const DEMANDS: &[&str] = &[
    ", no encryption",
    ", ssl off",
    "insecure transport are prohibited",
    "must issue a starttls command",
    "encryption required for requested",
    "[privacyrequired]",
    "must use encryption",
    "ssl/tls required",
    "confidentiality required",
];

/// True for first bytes of servers that may say so: PostgreSQL's error, lines of mail and FTP, an LDAP message, MySQL's packets.
const fn greets(opening: &[u8]) -> bool {
    matches!(
        opening,
        [b'E' | b'2' | b'*' | b'+' | b'-' | 0x30, ..] | [_, _, 0, 0, 10 | 0xff, ..]
    )
}

/// The sentence by which a server demands encryption, as far as its first bytes hold one.
#[must_use]
pub fn demand(opening: &[u8]) -> Option<&[u8]> {
    let lower = opening.to_ascii_lowercase();
    let at = DEMANDS.iter().find_map(|said| {
        let mut places = lower.windows(said.len());
        places.position(|place| place == said.as_bytes())
    })?;
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~');
    let before = opening.get(..at)?.iter().rev().take_while(|byte| is_text(byte)).count();
    let sentence = opening.get(at - before..)?;
    let len = sentence.iter().take_while(|byte| is_text(byte)).count();
    sentence.get(..len)
}

impl PlainClient {
    /// Examines the client's first bytes, and the answer.
    #[must_use]
    pub fn of(connection: &Connection) -> Option<Self> {
        let client = &connection.tcp.client;
        let says_tls = |side: Side| {
            connection
                .steps
                .iter()
                .any(|step| step.side == side && step.kind.is_tls())
        };
        if !client.start_known || client.bytes == 0 || says_tls(Side::Client) || connection.tunnel_target().is_some() {
            return None;
        }
        let (spoken, frame) = first_words(connection)?;
        let sign = sign(connection, spoken);
        Some(Self { spoken, frame, sign })
    }
}

/// The protocol of the client's first bytes, and their frame.
fn first_words(connection: &Connection) -> Option<(Spoken, FrameNumber)> {
    if let Some((frame, _)) = connection.http.iter().find_map(|exchange| exchange.request.as_ref()) {
        return Some((Spoken::Http, *frame));
    }
    let opening = &connection.opening.client;
    // A record that was incomplete, or unreadable, is no plain text; nor is a hello in SSLv2 format.
    let like_record =
        matches!(opening[..], [20..=24, 3, ..]) || matches!(opening[..], [high, _, 1, 3 | 0, ..] if high & 0x80 != 0);
    (!opening.is_empty() && !like_record).then_some((Spoken::of(opening), connection.opening_frame.client?))
}

fn sign(connection: &Connection, spoken: Spoken) -> Option<TlsSign> {
    let tls = connection.tls.as_ref();
    if let Some(alert) = tls.and_then(|tls| tls.alerts.iter().find(|alert| alert.side == Side::Server))
        && let Some((level, description)) = alert.content
        && connection.opening.server.is_empty()
    {
        return Some(TlsSign::Alert(alert.frame, level, description));
    }
    // TLCP is a protocol of its own; an answer in it is no sign of TLS.
    if tls.is_some() || spoken == Spoken::Tlcp {
        return None;
    }
    if let Some(frame) = connection.opening_frame.server
        && spoken != Spoken::Http
        && connection.tcp.server.bytes <= MOST_OF_A_REFUSAL
        && greets(&connection.opening.server)
        && demand(&connection.opening.server).is_some()
    {
        return Some(TlsSign::Demands(frame));
    }
    let is_tls_port = is_tls_port(connection.server.port);
    if let Some((frame, answer)) = connection.http.iter().find_map(|exchange| exchange.response.as_ref()) {
        let said = format!("{} {}", answer.reason.raw(), answer.excerpt.raw()).to_ascii_lowercase();
        let says_so = SENTENCES.iter().any(|sentence| said.contains(sentence)) || answer.status == 497;
        return match (says_so && answer.status >= 400, answer.status == 400 && is_tls_port) {
            (true, _) => Some(TlsSign::SaysSo(*frame)),
            (_, true) => Some(TlsSign::Refuses(*frame)),
            _ => None,
        };
    }
    let silent = connection.tcp.server.bytes == 0 && connection.tcp.server.frames > 0;
    (is_tls_port && silent && is_over(connection)).then_some(TlsSign::Port)
}

/// True if TLS is usual at this port from the first byte.
pub(crate) fn is_tls_port(port: u16) -> bool {
    TLS_PORTS.contains(&port)
}

/// True if the connection ended without a byte of the server, and no part of it is missing.
pub(crate) fn is_over(connection: &Connection) -> bool {
    let server = &connection.tcp.server;
    let closed = |side: Side| connection.tcp[side].fin.is_some() || connection.tcp[side].reset.is_some();
    server.bytes == 0
        && !server.said_unseen()
        && server.gaps.is_empty()
        && (closed(Side::Server) || closed(Side::Client))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::Timestamp;
    use crate::connection::Exchange;
    use crate::connection::connection;
    use crate::http::reader::{Request, Response};
    use crate::tcp::side::Mark;

    fn closed() -> Mark {
        Mark {
            frame: FrameNumber(9),
            time: Timestamp(0),
            ttl: 64,
            ip_id: None,
            ack: true,
            at: 0,
            acked: 0,
        }
    }

    /// A client that sent these bytes to a port whose server closed.
    fn saying(bytes: &[u8], server: &str) -> Connection {
        let mut it = connection(1, "192.0.2.1:50000", server).answered();
        it.tcp.client.start_known = true;
        it.tcp.client.bytes = bytes.len() as u64;
        it.opening.client = bytes.to_vec();
        it.opening_frame.client = Some(FrameNumber(4));
        it.tcp.server.fin = Some(closed());
        it
    }

    fn answering(mut it: Connection, status: u16, reason: &str) -> Connection {
        it.tcp.server.bytes = 100;
        it.http.push(Exchange {
            request: Some((FrameNumber(4), Box::<Request>::default())),
            response: Some((
                FrameNumber(6),
                Box::new(Response {
                    status,
                    reason: reason.into(),
                    ..Response::default()
                }),
            )),
        });
        it
    }

    #[test]
    fn a_port_of_tls_that_closes_expected_tls() {
        let sign = |bytes: &[u8], server: &str| PlainClient::of(&saying(bytes, server)).map(|it| (it.spoken, it.sign));
        assert_eq!(
            sign(b"*1\r\n$4\r\nPING\r\n", "192.0.2.2:6380"),
            Some((Spoken::Redis, Some(TlsSign::Port)))
        );
        assert_eq!(
            sign(b"*1\r\n$4\r\nPING\r\n", "192.0.2.2:6379"),
            Some((Spoken::Redis, None))
        );
        assert_eq!(
            sign(&[22, 3, 1, 0, 5, 1], "192.0.2.2:443"),
            None,
            "a record that is not whole"
        );
        let mut cut = saying(b"hello", "192.0.2.2:443");
        cut.tcp.server.acked_unseen = true;
        assert_eq!(PlainClient::of(&cut).unwrap().sign, None, "its answer was not captured");
    }

    #[test]
    fn a_server_that_says_so_counts_on_any_port() {
        let sign = |port: &str, status, reason: &str| {
            PlainClient::of(&answering(saying(b"", port), status, reason)).and_then(|it| it.sign)
        };
        let says_so = "Client sent an HTTP request to an HTTPS server.";
        assert_eq!(sign("192.0.2.2:8080", 400, says_so), None, "nothing was said");
        let mut it = answering(saying(b"GET", "192.0.2.2:8080"), 400, says_so);
        assert_eq!(
            PlainClient::of(&it).unwrap().sign,
            Some(TlsSign::SaysSo(FrameNumber(6)))
        );
        it = answering(saying(b"GET", "192.0.2.2:443"), 400, "Bad Request");
        assert_eq!(
            PlainClient::of(&it).unwrap().sign,
            Some(TlsSign::Refuses(FrameNumber(6)))
        );
        it = answering(saying(b"GET", "192.0.2.2:80"), 400, "Bad Request");
        assert_eq!(PlainClient::of(&it).unwrap().sign, None);
        it = answering(saying(b"GET", "192.0.2.2:443"), 200, "OK");
        assert_eq!(PlainClient::of(&it).unwrap().sign, None, "plain HTTP is spoken there");
    }
}
