//! Connection → report::Connection: one connection's facts in their public form.

use std::fmt::Write as _;

use super::build::numbers;
use super::{
    Alert, Certificate, Certificates, Close, Connection, Copy, Count, Exchange, Gap, Quic, QuicClose, Seen, Step, Tcp,
    Tls,
};
use crate::base::carrier::Carrier;
use crate::base::frame::Timestamp;
use crate::base::phrase::Voice;
use crate::connection;
use crate::connection::walk::{self, Side, StepKind, TlsFacts};
use crate::decode::Tunnel;
use crate::profile::options::Options;
use crate::tcp::side::{Mark, TcpSide};
use crate::tcp::stream::GapCause;
use crate::tls::certificate;

pub(super) fn connection_of(
    id: usize,
    connection: &connection::Connection,
    licensing: bool,
    options: &Options,
) -> Connection {
    let voice = options.language.into();
    Connection {
        id,
        client: connection.client.to_string(),
        server: connection.server.to_string(),
        licensing,
        carrier: (connection.carrier != Carrier::Tcp).then(|| connection.carrier.name().to_owned()),
        quic: quic_of(connection),
        tunnel: (connection.tunnel != Tunnel::None).then(|| connection.tunnel.to_string()),
        tcp: tcp_of(connection),
        tls: connection.tls.as_ref().map(|tls| tls_of(tls, connection)),
        history: history(&connection.steps),
        steps: connection.steps.iter().map(|step| step_of(step, voice)).collect(),
        certificates: certificates_of(connection, options, voice),
        http: connection.http.iter().map(exchange_of).collect(),
    }
}

fn quic_of(connection: &connection::Connection) -> Option<Box<Quic>> {
    let facts = connection.datagrams.as_ref()?.quic.as_deref()?;
    let hello = connection.tls.as_ref().and_then(|tls| tls.client_hello.as_ref());
    let listed = facts.negotiation.iter().flat_map(|(_, versions)| versions);
    Some(Box::new(Quic {
        asked: facts.asked.map(|it| it.to_string()),
        version: facts.version.map(|it| it.to_string()),
        listed: listed.filter(|it| !it.is_reserved()).map(ToString::to_string).collect(),
        offered_protocols: hello
            .map(|it| it.alpn.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        close: facts.close.as_ref().map(|close| QuicClose {
            frame: close.frame.0,
            side: close.side.name(),
            code: close.error.0,
            name: close.error.name().to_owned(),
        }),
    }))
}

fn tcp_of(connection: &connection::Connection) -> Tcp {
    let (client, server) = (&connection.tcp.client, &connection.tcp.server);
    let first_syn = |tcp: &TcpSide| tcp.syns.first().map(|syn| syn.frame.0);
    Tcp {
        first_frame: connection.first.frame.0,
        last_frame: connection.last.frame.0,
        syn: first_syn(client),
        syns: client.syns.iter().map(|syn| syn.frame.0).collect(),
        syn_ack: first_syn(server),
        ack: connection.step(StepKind::Ack).map(|step| step.frame.0),
        fin: closes(connection, |tcp| tcp.fin),
        reset: closes(connection, |tcp| tcp.reset).into_iter().next(),
        gaps: gaps_of(connection),
        retransmissions: client.retransmissions + server.retransmissions,
        duplicates: client.duplicates + server.duplicates,
        copies: copies_of(client, server),
        client_bytes: client.bytes,
        server_bytes: server.bytes,
        client_frames: client.frames,
        server_frames: server.frames,
        client_seen: seen_of(client),
        server_seen: seen_of(server),
    }
}

/// The FINs, or the RSTs, of both sides in order.
fn closes(connection: &connection::Connection, mark: fn(&TcpSide) -> Option<Mark>) -> Vec<Close> {
    let close = |side: Side| {
        Some(Close {
            frame: mark(&connection.tcp[side])?.frame.0,
            side: side.name(),
        })
    };
    let mut closes: Vec<Close> = Side::both().into_iter().filter_map(close).collect();
    closes.sort_by_key(|close| close.frame);
    closes
}

fn gaps_of(connection: &connection::Connection) -> Vec<Gap> {
    let of_side = |side: Side| {
        connection.tcp[side].gaps.iter().map(move |gap| Gap {
            side: side.name(),
            bytes: gap.to.saturating_sub(gap.from),
            before_frame: gap.seen_at.0,
            cause: match gap.cause {
                GapCause::NotCaptured => "not-captured",
                GapCause::NeverArrived => "never-arrived",
                GapCause::SnapLength => "snap-length",
                GapCause::Unknown => "unknown",
            },
        })
    };
    let mut gaps: Vec<Gap> = Side::both().into_iter().flat_map(of_side).collect();
    gaps.sort_by_key(|gap| gap.before_frame);
    gaps
}

fn copies_of(client: &TcpSide, server: &TcpSide) -> Vec<Copy> {
    let both = client.copies.iter().chain(&server.copies);
    let mut copies: Vec<Copy> = both
        .map(|&(copy, of)| Copy {
            frame: copy.0,
            of: of.0,
        })
        .collect();
    copies.sort_by_key(|copy| copy.frame);
    copies
}

fn seen_of(tcp: &TcpSide) -> Seen {
    let seen = tcp.frames > 0;
    Seen {
        first_frame: seen.then_some(tcp.first.0),
        last_frame: seen.then_some(tcp.last.frame.0),
        start: tcp.start_known,
        end: tcp.fin.is_some() || tcp.reset.is_some(),
        acked_bytes: tcp.acked_bytes,
        acked_unseen: tcp.acked_unseen,
        cut: tcp.cut,
    }
}

fn tls_of(tls: &TlsFacts, connection: &connection::Connection) -> Tls {
    let hello = tls.client_hello.as_ref();
    let tls13 = tls.version().is_some_and(crate::tls::Version::is_tls13);
    Tls {
        version: tls.version().map(|version| version.to_string()),
        offered_versions: hello
            .map(|hello| hello.offered_versions().iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        sni: hello
            .and_then(|hello| hello.server_name.as_ref())
            .map(ToString::to_string),
        cipher_suite: tls.cipher_suite().map(|suite| suite.to_string()),
        group: tls.group.map(|group| group.to_string()),
        alpn: tls
            .server_hello
            .as_ref()
            .and_then(|hello| hello.alpn.as_ref())
            .map(ToString::to_string),
        resumed: tls.resumed,
        complete: tls.is_complete(),
        client_certificate_requested: if tls.certificate_request.is_some() {
            Some(true)
        } else if !tls13
            && connection.step(StepKind::ServerHelloDone).is_some()
            && connection.tcp.server.gaps.is_empty()
        {
            Some(false)
        } else {
            None
        },
        acceptable_cas: tls
            .certificate_request
            .iter()
            .flat_map(|request| &request.authorities)
            .map(ToString::to_string)
            .collect(),
        alerts: tls
            .alerts
            .iter()
            .map(|alert| Alert {
                side: alert.side.name(),
                level: alert.content.map(|(level, _)| level.to_string()),
                description: alert.content.map(|(_, description)| description.to_string()),
                code: alert.content.map(|(_, description)| description.0),
                frame: alert.frame.0,
                seen: alert.seen.name(),
            })
            .collect(),
        client_application_data: Count {
            records: connection.records.client.records,
            bytes: connection.records.client.bytes,
        },
        server_application_data: Count {
            records: connection.records.server.records,
            bytes: connection.records.server.bytes,
        },
    }
}

fn step_of(step: &walk::Step, voice: Voice) -> Step {
    Step {
        kind: step.kind.name(),
        side: step.side.name(),
        frame: step.frame.0,
        frames: numbers(&step.frames),
        time: step.time.to_string(),
        seen: step.seen.name(),
        detail: step.detail.as_ref().map(|detail| detail.told(voice)),
    }
}

/// A letter per step, capital letters for the client.
fn history(steps: &[walk::Step]) -> String {
    steps
        .iter()
        .map(|step| match step.side {
            Side::Client => step.kind.letter(),
            Side::Server => step.kind.letter().to_ascii_lowercase(),
        })
        .collect()
}

fn certificates_of(connection: &connection::Connection, options: &Options, voice: Voice) -> Certificates {
    let chain = |side: Side| {
        let Some(tls) = &connection.tls else { return Vec::new() };
        let at = tls.certificate_times[side].unwrap_or(connection.first.time);
        tls.certificates[side]
            .iter()
            .flat_map(|message| &message.chain)
            .map(|certificate| Certificate {
                self_signed: options.anchors.is_self_signed(certificate),
                ..certificate_of(certificate, at, voice)
            })
            .collect()
    };
    Certificates {
        server: chain(Side::Server),
        client: chain(Side::Client),
    }
}

fn certificate_of(certificate: &certificate::Certificate, at: Timestamp, voice: Voice) -> Certificate {
    let mut sha256 = String::with_capacity(64);
    for byte in certificate.sha256 {
        let _ = write!(sha256, "{byte:02x}");
    }
    let frames = numbers(&certificate.frames);
    let fields = match &certificate.fields {
        Ok(fields) => fields,
        Err(why) => {
            let salvaged = certificate.salvaged.as_deref();
            return Certificate {
                subject: salvaged.map(|it| it.subject.to_string()),
                issuer: salvaged.map(|it| it.issuer.to_string()),
                validity: "unknown",
                sha256,
                frames,
                error: Some(why.told(voice)),
                ..Certificate::default()
            };
        }
    };
    Certificate {
        subject: Some(fields.subject.to_string()),
        issuer: Some(fields.issuer.to_string()),
        serial: Some(fields.serial.clone()),
        not_before: Some(fields.not_before.to_string()),
        not_after: Some(fields.not_after.to_string()),
        validity: if at.seconds() > fields.not_after.seconds() {
            "expired"
        } else if at.seconds() < fields.not_before.seconds() {
            "not-yet-valid"
        } else {
            "current"
        },
        names: fields.names.iter().map(ToString::to_string).collect(),
        key: Some(fields.key.clone()),
        signature_algorithm: Some(fields.signature_algorithm.clone()),
        usages: fields.extended_key_usage.clone().unwrap_or_default(),
        sha256,
        frames,
        ..Certificate::default()
    }
}

fn exchange_of(exchange: &connection::Exchange) -> Exchange {
    let request = exchange.request.as_ref();
    let response = exchange.response.as_ref();
    Exchange {
        method: request.map(|(_, request)| request.method.to_string()),
        target: request.map(|(_, request)| request.target.to_string()),
        request: request.map(|(frame, _)| frame.0),
        status: response.map(|(_, response)| response.status),
        reason: response.map(|(_, response)| response.reason.to_string()),
        response: response.map(|(frame, _)| frame.0),
    }
}
