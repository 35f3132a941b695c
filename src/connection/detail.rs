//! Message → Step: what a step is called, and what is told beside its name.

use crate::base::wire_text::WireText;
use crate::connection::event::EventKind;
use crate::connection::step::{Side, StepKind};
use crate::tls::hello::ClientHello;
use crate::tls::message::{CertificateMessage, Message};

pub(super) const fn step_of_type(kind: u8) -> StepKind {
    match kind {
        0 => StepKind::HelloRequest,
        1 => StepKind::ClientHello,
        2 => StepKind::ServerHello,
        3 => StepKind::HelloVerifyRequest,
        4 => StepKind::NewSessionTicket,
        8 => StepKind::EncryptedExtensions,
        11 => StepKind::Certificate,
        12 => StepKind::ServerKeyExchange,
        13 => StepKind::CertificateRequest,
        14 => StepKind::ServerHelloDone,
        15 => StepKind::CertificateVerify,
        16 => StepKind::ClientKeyExchange,
        20 => StepKind::Finished,
        22 => StepKind::CertificateStatus,
        24 => StepKind::KeyUpdate,
        _ => StepKind::OtherMessage,
    }
}

pub(super) fn hello_detail(hello: &ClientHello) -> Option<String> {
    if hello.malformed {
        return Some("malformed".to_owned());
    }
    if hello.sslv2_format {
        return Some("SSLv2 format".to_owned());
    }
    hello.server_name.as_ref().map(WireText::to_string)
}

pub(super) fn certificate_detail(message: &CertificateMessage) -> Option<String> {
    match message.missing.saturating_sub(message.unread) {
        0 if message.unread > 0 => return Some(format!("too long: {} bytes of it were not read", message.unread)),
        0 => {}
        missing => return Some(format!("{missing} bytes of it are not in the capture")),
    }
    match message.chain.as_slice() {
        [] => Some("empty: no certificate to show".to_owned()),
        [leaf, ..] => {
            let subject = leaf
                .fields
                .as_ref()
                .map_or_else(|why| format!("unreadable: {why}"), |it| it.subject.to_string());
            Some(subject)
        }
    }
}

/// Whether a message of a server shows a handshake that is not abbreviated (RFC 5246 section 7.3).
pub(super) const fn is_of_full_handshake(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Tls(Message::Certificate(_) | Message::ServerHelloDone | Message::ServerKeyExchange(_))
    )
}

/// Whose turn it is to say this in DTLS (RFC 6347 section 4.2.4): flights answer one another, and an alert ends them.
pub(super) const fn turn(side: Side, kind: &EventKind, has_retried: bool, is_full: bool) -> u8 {
    match (side, kind) {
        (_, EventKind::Control(StepKind::DiscoveryRequest)) => 0,
        (_, EventKind::Control(_)) => 1,
        (Side::Client, EventKind::Tls(Message::ClientHello(_))) if !has_retried => 2,
        (Side::Server, EventKind::Tls(Message::OtherMessage(3))) => 3,
        (Side::Server, EventKind::Tls(Message::ServerHello(hello))) if hello.is_retry => 3,
        (Side::Client, EventKind::Tls(Message::ClientHello(_))) => 4,
        (Side::Server, EventKind::Tls(Message::NewSessionTicket | Message::ChangeCipherSpec)) if is_full => 8,
        (Side::Server, EventKind::Tls(Message::EncryptedHandshake { .. })) if is_full => 9,
        (Side::Client, EventKind::Tls(Message::ChangeCipherSpec)) => 7,
        (Side::Client, EventKind::Tls(Message::EncryptedHandshake { .. })) => 8,
        (_, EventKind::Tls(Message::ApplicationData { .. } | Message::Heartbeat)) => 10,
        (_, EventKind::Tls(Message::Alert { .. } | Message::EncryptedAlert { .. })) => 11,
        (Side::Server, EventKind::Tls(Message::EncryptedHandshake { .. })) => 6,
        (Side::Server, _) => 5,
        (Side::Client, _) => 6,
    }
}
