//! Message → Step: the name of a step and its detail.

use crate::connection::event::EventKind;
use crate::connection::step::{Detail, Side, StepKind};
use crate::tls::hello::ClientHello;
use crate::tls::key_exchange::KeyExchange;
use crate::tls::message::{CertificateMessage, Message};
use crate::tls::{AlertDescription, AlertLevel, CipherSuite, Version};

/// The step of a TLS message. Records whose meaning depends on the moment are named by the walker.
pub(super) fn step_of(message: &Message) -> (StepKind, Option<Detail>) {
    let kind = match message {
        Message::ClientHello(hello) => return (StepKind::ClientHello, hello_detail(hello)),
        Message::ServerHello(hello) if hello.is_retry => {
            return (StepKind::HelloRetryRequest, hello.group.map(Detail::AsksFor));
        }
        Message::ServerHello(hello) => {
            let (version, suite) = (Version(hello.version), CipherSuite(hello.cipher_suite));
            return (StepKind::ServerHello, Some(Detail::Chosen(version, suite)));
        }
        Message::Certificate(message) => return (StepKind::Certificate, certificate_detail(message)),
        Message::ServerKeyExchange(KeyExchange { group, .. }) => {
            let group = group.map(|group| Detail::Words(group.to_string()));
            return (StepKind::ServerKeyExchange, group);
        }
        Message::CertificateRequest(request) => {
            let names = request.authorities.len();
            let names = (names > 0).then_some(Detail::AcceptableIssuers(names));
            return (StepKind::CertificateRequest, names);
        }
        Message::OtherMessage(2) => return (StepKind::ServerHello, Some(Detail::Malformed)),
        Message::OtherMessage(kind @ (3 | 8 | 24)) => step_of_type(*kind),
        Message::OtherMessage(kind) => return (StepKind::OtherMessage, Some(Detail::HandshakeType(*kind))),
        Message::DamagedMessage { kind, missing } => return (step_of_type(*kind), Some(Detail::Missing(*missing))),
        Message::Alert { level, description } => {
            let (level, description) = (AlertLevel(*level), AlertDescription(*description));
            return (StepKind::Alert, Some(Detail::Alert(level, description)));
        }
        Message::EncryptedAlert { .. } => return (StepKind::Alert, Some(Detail::EncryptedAlert)),
        Message::HelloRequest => StepKind::HelloRequest,
        Message::CertificateStatus => StepKind::CertificateStatus,
        Message::ServerHelloDone => StepKind::ServerHelloDone,
        Message::ClientKeyExchange => StepKind::ClientKeyExchange,
        Message::CertificateVerify => StepKind::CertificateVerify,
        Message::NewSessionTicket => StepKind::NewSessionTicket,
        Message::Finished => StepKind::Finished,
        Message::ChangeCipherSpec => StepKind::ChangeCipherSpec,
        Message::EncryptedHandshake { .. } => StepKind::EncryptedHandshake,
        Message::ApplicationData { .. } => StepKind::ApplicationData,
        Message::Heartbeat(read) => return (StepKind::Heartbeat, read.map(Detail::Heartbeat)),
        Message::NotARecord(_) => StepKind::OtherMessage,
    };
    (kind, None)
}

const fn step_of_type(kind: u8) -> StepKind {
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

fn hello_detail(hello: &ClientHello) -> Option<Detail> {
    if hello.malformed {
        return Some(Detail::Malformed);
    }
    if hello.sslv2_format {
        return Some(Detail::SslV2Format);
    }
    hello.server_name.as_ref().map(|name| Detail::Words(name.in_prose()))
}

fn certificate_detail(message: &CertificateMessage) -> Option<Detail> {
    match message.missing.saturating_sub(message.unread) {
        0 if message.unread > 0 => return Some(Detail::Unread(message.unread)),
        0 => {}
        missing => return Some(Detail::Missing(missing)),
    }
    Some(match message.chain.first().map(|leaf| &leaf.fields) {
        None => Detail::NoCertificate,
        Some(Err(why)) => Detail::UnreadableCertificate(why.clone()),
        Some(Ok(fields)) => Detail::Words(fields.subject.in_prose()),
    })
}

/// True if a server's message shows a full handshake, not an abbreviated one (RFC 5246 section 7.3).
pub(super) const fn is_of_full_handshake(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Tls(Message::Certificate(_) | Message::ServerHelloDone | Message::ServerKeyExchange(_))
    )
}

/// The flight of an event in DTLS or QUIC (RFC 6347 section 4.2.4): flights answer one another, and an alert ends them.
pub(super) const fn turn(side: Side, kind: &EventKind, has_retried: bool, is_full: bool) -> u8 {
    match (side, kind) {
        (_, EventKind::Control(StepKind::DiscoveryRequest, _)) => 0,
        (_, EventKind::Control(StepKind::VersionNegotiation | StepKind::Retry, _)) => 3,
        (_, EventKind::Control(StepKind::ApplicationData, _)) => 4,
        (_, EventKind::Control(StepKind::ConnectionClose, _)) => 11,
        (_, EventKind::Control(..)) => 1,
        (Side::Client, EventKind::Tls(Message::ClientHello(_))) if !has_retried => 2,
        (Side::Server, EventKind::Tls(Message::OtherMessage(3))) => 3,
        (Side::Server, EventKind::Tls(Message::ServerHello(hello))) if hello.is_retry => 3,
        (Side::Client, EventKind::Tls(Message::ClientHello(_))) => 4,
        (Side::Server, EventKind::Tls(Message::NewSessionTicket | Message::ChangeCipherSpec)) if is_full => 8,
        (Side::Server, EventKind::Tls(Message::EncryptedHandshake { .. })) if is_full => 9,
        (Side::Client, EventKind::Tls(Message::ChangeCipherSpec)) => 7,
        (Side::Client, EventKind::Tls(Message::EncryptedHandshake { .. })) => 8,
        (_, EventKind::Tls(Message::ApplicationData { .. } | Message::Heartbeat(_))) => 10,
        (_, EventKind::Tls(Message::Alert { .. } | Message::EncryptedAlert { .. })) => 11,
        (Side::Server, EventKind::Tls(Message::EncryptedHandshake { .. })) => 6,
        (Side::Server, _) => 5,
        (Side::Client, _) => 6,
    }
}
