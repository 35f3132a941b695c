//! Message → kind and detail of a Step: what is shown beside a message's name.

use crate::base::wire_text::WireText;
use crate::connection::step::StepKind;
use crate::tls::hello::ClientHello;
use crate::tls::message::CertificateMessage;

pub(super) const fn step_of_type(kind: u8) -> StepKind {
    match kind {
        0 => StepKind::HelloRequest,
        1 => StepKind::ClientHello,
        2 => StepKind::ServerHello,
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
