//! The facts of TLS in a walk: choices, certificates, alerts, and the progress of the handshake.

use super::step::{Seen, Side, Sides};
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::tcp::stream::Position;
use crate::tls::hello::{CertificateRequest, ClientHello, ServerHello};
use crate::tls::key_exchange::KeyExchange;
use crate::tls::message::CertificateMessage;
use crate::tls::{AlertDescription, AlertLevel, CipherSuite, Group, Version};

/// An alert in the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its sender.
    pub side: Side,
    /// Level and description, unless it is encrypted.
    pub content: Option<(AlertLevel, AlertDescription)>,
    /// Its frame.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// Read, or deduced from a record's size and place.
    pub seen: Seen,
    /// Index of its step.
    pub step: usize,
    /// The other side had closed before: the alert is a consequence of the close.
    pub after_close: bool,
}

impl Alert {
    /// True if it reports an error: every alert except close_notify and, in TLS 1.3, user_canceled; warnings of earlier
    /// versions do not end a connection by themselves.
    #[must_use]
    pub const fn is_error(&self, version: Option<Version>) -> bool {
        match self.content {
            Some((level, description)) => {
                let tls13 = matches!(version, Some(version) if version.is_tls13());
                description.0 != 0 && description.0 != 90 && (level.0 != 1 || tls13)
            }
            None => false,
        }
    }
}

/// The facts of TLS in a walk.
#[derive(Clone, Debug, Default)]
pub struct TlsFacts {
    /// The first Client Hello, and the second after a retry.
    pub client_hello: Option<Box<ClientHello>>,
    /// The Server Hello that counts (not a retry).
    pub server_hello: Option<Box<ServerHello>>,
    /// Certificates requested.
    pub certificate_request: Option<Box<CertificateRequest>>,
    /// Both sides' Certificate messages; `None`: not seen (absent, encrypted or not captured).
    pub certificates: Sides<Option<CertificateMessage>>,
    /// Time at which each side's Certificate message was captured.
    pub certificate_times: Sides<Option<Timestamp>>,
    /// Group of the key exchange.
    pub group: Option<Group>,
    /// The Server Key Exchange (up to TLS 1.2).
    pub key_exchange: Option<KeyExchange>,
    /// Alerts, in order.
    pub alerts: Vec<Alert>,
    /// Abbreviated handshake.
    pub resumed: bool,
    /// Each side's Finished was seen or inferred.
    pub finished: Sides<Option<FrameNumber>>,
    /// Records of application data proper, the encrypted handshake, tickets and alerts of TLS 1.3 excluded as far as they can be recognised.
    pub application_data: Sides<u64>,
    /// First record of application data proper.
    pub first_application_data: Sides<Option<FrameNumber>>,
    /// TLS 1.3: the client's part of the handshake held more than Finished, hence a Certificate, perhaps an empty one
    /// (RFC 9846 section 4.4.2: it is sent if and only if the server asked).
    pub client_sent_certificate: bool,
    /// TLS 1.3: the size shows that this Certificate was empty.
    pub client_certificate_empty: bool,
    /// TLS 1.3: the record that held it, and its size in bytes.
    pub client_empty_record: Option<(FrameNumber, u16)>,
    /// TLS 1.3: the server sent a record other than an alert after the client's Finished: it accepted the messages
    /// before.
    pub server_accepted: bool,
    /// TLS 1.3: the server's answer is a single record that could also be a ticket.
    pub lone_answer: bool,
    /// TLS 1.3: all records of the server after the handshake may be tickets or the answer; the first of them.
    pub ticket_or_answer: Option<FrameNumber>,
    /// TLS 1.3: the frame of a client's record as short as an alert, after one as large as a certificate and without a
    /// Finished.
    pub client_gave_up: Option<FrameNumber>,
    /// QUIC: the server's packet after the handshake, if it may be the end or an answer, or if the capture may have
    /// lost sight of the connection.
    pub unclear_answer: Option<FrameNumber>,
    /// TLS 1.3: the server's first record after the client's Finished is as short as an alert, and only the
    /// connection's end follows it.
    pub server_alert_after_finished: Option<FrameNumber>,
    /// TLS 1.3: the same from the client, in place of its Finished.
    pub client_alert_instead_of_finished: Option<FrameNumber>,
    /// TLS 1.3: the server's first encrypted record holds only an alert: the server aborted after its Server Hello.
    pub server_broke_off: Option<FrameNumber>,
    /// Bytes other than a record stood where one should begin: the first such place.
    pub not_a_record: Option<NotARecord>,
    /// The end that is taken for the server sent a Client Hello, too: its random value.
    pub second_client: Option<[u8; 32]>,
}

/// Bytes other than a record, where one should begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotARecord {
    /// Their sender.
    pub side: Side,
    /// The frame in which they begin.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// Position of the first of them.
    pub from: Position,
    /// The first of them, as far as that segment holds them.
    pub bytes: Box<[u8]>,
}

impl NotARecord {
    pub(super) fn of(side: Side, FrameAt { frame, time }: FrameAt, from: Position, bytes: &[u8]) -> Self {
        Self {
            side,
            frame,
            time,
            from,
            bytes: Box::from(bytes),
        }
    }
}

impl TlsFacts {
    /// The version in use, once the server chose.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.server_hello.as_ref().map(|hello| Version(hello.version))
    }

    /// The cipher suite chosen.
    #[must_use]
    pub fn cipher_suite(&self) -> Option<CipherSuite> {
        self.server_hello.as_ref().map(|hello| CipherSuite(hello.cipher_suite))
    }

    /// True if both sides finished the handshake, as far as the capture shows.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.finished.client.is_some() && self.finished.server.is_some()
    }

    /// The first alert that reports an error.
    #[must_use]
    pub fn first_error(&self) -> Option<&Alert> {
        self.alerts
            .iter()
            .find(|alert| !alert.after_close && alert.is_error(self.version()))
    }
}
