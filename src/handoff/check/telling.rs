//! Claim → text: the claim that was understood, so that a reader notices a misunderstanding.

use super::claims::{Answerable, Claim, Counted, Ending, OfCertificate, Step, What, Who};
use super::lexicon::Event;
use super::tokens::{Frames, Moment};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::wire_text::in_prose;
use crate::connection::step::Side;
use crate::report::step_name;
use crate::tls::AlertDescription;

/// The claim in words.
pub(super) fn told(claim: &Claim, language: Language) -> String {
    let mut parts = match &claim.what {
        What::Step(step) => of_step(step, language),
        What::Certificate { of, subject, what } => of_certificate(*of, subject.as_deref(), what),
        what => vec![other(what, language)],
    };
    if let Some(attempt) = claim.scope.attempt {
        parts.push(phrase("check-of-attempt").with("attempt", attempt));
    }
    if let Some(connection) = claim.scope.connection {
        parts.push(phrase("check-of-connection").with("connection", connection));
    }
    if let Some(port) = claim.scope.port {
        parts.push(phrase("check-of-port").with("port", port.to_string()));
    }
    for place in &claim.scope.places {
        parts.push(phrase("check-of-place").with("place", name(place)));
    }
    let texts: Vec<String> = parts.iter().map(|it| it.in_language(language)).collect();
    let text = texts.join(&phrase("list-separator").in_language(language));
    match claim.not {
        true => phrase("check-denied").with("claim", text).in_language(language),
        false => text,
    }
}

fn words(text: &str) -> String {
    in_prose(text).into_owned()
}

fn name(who: &Who) -> Phrase {
    match who {
        Who::Side(side) => phrase(side.name()),
        Who::At(address, None) => Phrase::verbatim(address.to_string()),
        Who::At(address, Some(port)) => Phrase::verbatim(std::net::SocketAddr::new(*address, *port).to_string()),
        Who::Named(name) => Phrase::verbatim(words(name)),
    }
}

fn step_word(step: &Step, language: Language) -> String {
    match step.event {
        Event::Step(kind) => step_name(kind, language),
        Event::Alert => step_name("alert", language),
        Event::Icmp => "ICMP".to_owned(),
    }
}

fn of_step(step: &Step, language: Language) -> Vec<Phrase> {
    let mut parts = vec![Phrase::verbatim(step_word(step, language))];
    match (step.alert, step.number) {
        (Some(name), Some(number)) => {
            parts.push(
                phrase("check-alert-both")
                    .with("name", AlertDescription(name).to_string())
                    .with("number", number),
            );
        }
        (Some(name), None) => parts.push(Phrase::verbatim(AlertDescription(name).to_string())),
        (None, Some(number)) => parts.push(phrase("check-alert-number").with("number", number)),
        (None, None) => {}
    }
    if step.fatal {
        parts.push(phrase("check-fatal"));
    }
    if step.warning {
        parts.push(phrase("check-warning"));
    }
    if let Some(by) = &step.by {
        parts.push(phrase("check-from").with("who", name(by)));
    }
    if let Some(frames) = &step.frames {
        parts.push(of_frames(frames));
    }
    if let Some(moment) = &step.at {
        parts.push(phrase("check-at").with("time", of_moment(moment)));
    }
    parts
}

fn of_frames(frames: &Frames) -> Phrase {
    let list: Vec<String> = frames.list.iter().map(u64::to_string).collect();
    match (list.as_slice(), frames.is_span) {
        ([from, to], true) => phrase("check-frames").with(
            "frames",
            phrase("range")
                .with("lowest", from.as_str())
                .with("highest", to.as_str()),
        ),
        ([one], _) => phrase("one-frame").with("frame", one.as_str()),
        _ => phrase("check-frames").with("frames", list.join(", ")),
    }
}

fn of_moment(moment: &Moment) -> String {
    let day = moment
        .day
        .map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"));
    let clock = moment.seconds.map(|seconds| {
        let whole = seconds as u64;
        format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
    });
    let zone = moment.zone.map(|zone| match zone {
        0 => "UTC".to_owned(),
        zone => format!(
            "{}{:02}:{:02}",
            if zone < 0 { '-' } else { '+' },
            zone.abs() / 3600,
            zone.abs() / 60 % 60
        ),
    });
    [day, clock, zone].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn of_certificate(of: Option<Side>, subject: Option<&str>, what: &OfCertificate) -> Vec<Phrase> {
    let noun = match of {
        Some(side) => phrase("check-certificate-of").with("side", phrase(side.name())),
        None => phrase("check-a-certificate"),
    };
    let mut parts = vec![noun];
    if let Some(subject) = subject {
        parts.push(phrase("check-subject").with("subject", words(subject)));
    }
    parts.push(match what {
        OfCertificate::Sent => phrase("check-shown"),
        OfCertificate::Expired => phrase("check-expired"),
        OfCertificate::NotYet => phrase("check-not-yet"),
        OfCertificate::Current => phrase("check-current"),
        OfCertificate::NotAfter(moment) => phrase("check-until").with("time", of_moment(moment)),
        OfCertificate::NotBefore(moment) => phrase("check-since").with("time", of_moment(moment)),
        OfCertificate::Issuer(issuer) => phrase("check-issuer").with("issuer", words(issuer)),
        OfCertificate::SelfSigned => phrase("check-self-signed"),
        OfCertificate::Serial(serial) => phrase("check-serial").with("serial", serial.to_uppercase()),
        OfCertificate::KeyBits(bits) => phrase("check-key").with("bits", bits.to_string()),
        OfCertificate::DaysBefore(days) => phrase("check-days-before").with("days", *days),
    });
    parts
}

#[allow(clippy::too_many_lines, reason = "one arm for each claim")]
fn other(what: &What, language: Language) -> Phrase {
    match what {
        What::Ended { how, by, first } => {
            let who = by.as_ref().map_or_else(|| phrase("check-somebody"), name);
            phrase(match (how, first) {
                (Ending::Fin, false) => "check-closed",
                (Ending::Fin, true) => "check-closed-first",
                (Ending::Reset, _) => "check-reset",
                (Ending::Any, _) => "check-ended",
            })
            .with("who", who)
        }
        What::Answered { by, to } => phrase(match to {
            Answerable::Anything => "check-answered",
            Answerable::Syn => "check-answered-syn",
            Answerable::ClientHello => "check-answered-hello",
        })
        .with("side", phrase(by.name())),
        What::Version { version, offered, only } => phrase(match (offered, only) {
            (true, true) => "check-offered-only",
            (true, false) => "check-offered",
            (false, _) => "check-negotiated",
        })
        .with("what", format!("TLS {version}")),
        What::Highest { version, exact } => {
            phrase(if *exact { "check-highest" } else { "check-none-higher" }).with("what", format!("TLS {version}"))
        }
        What::Suite { suite, offered } | What::Group { group: suite, offered } => {
            phrase(if *offered { "check-offered" } else { "check-negotiated" }).with("what", words(suite))
        }
        What::ServerName(name) => phrase("check-server-name").with("name", words(name)),
        What::Count { of, number, by } => {
            let who = by.map(|side| phrase(side.name()));
            let counted = phrase(match of {
                Counted::Frames => "check-count-frames",
                Counted::Syns => "check-count-syns",
                Counted::Retransmissions => "check-count-retransmissions",
                Counted::Attempts => "check-count-attempts",
                Counted::Connections => "check-count-connections",
                Counted::Certificates => "check-count-certificates",
                Counted::Alerts => "check-count-alerts",
                Counted::TcpConnections => "check-count-tcp",
                Counted::Questions => "check-count-questions",
                Counted::DiscoveryRequests => "check-count-discovery",
                Counted::Initials => "check-count-initials",
            })
            .with("count", *number);
            match who {
                Some(who) => phrase("check-count-of").with("counted", counted).with("who", who),
                None => counted,
            }
        }
        What::Repeated => phrase("check-repeated"),
        What::QuicVersion(version) => phrase("check-quic-version").with("version", *version),
        What::Lapse { from, to, seconds } => {
            let step = |it: &Step| Phrase::verbatim(step_word(it, language));
            let begin = || phrase("check-lapse-begin");
            phrase("check-lapse")
                .with("from", from.as_deref().map_or_else(begin, step))
                .with("to", step(to))
                .with("seconds", format!("{seconds}"))
        }
        What::LapseOfFrames { from, to, seconds } => {
            let frame = |frame: u64| phrase("one-frame").with("frame", frame);
            phrase("check-lapse")
                .with("from", frame(*from))
                .with("to", frame(*to))
                .with("seconds", format!("{seconds}"))
        }
        What::AskedName(name) => phrase("why-question").with("name", in_prose(name).into_owned()),
        What::Sender { frames, by } => phrase("check-sender")
            .with("frames", of_frames(frames))
            .with("who", name(by)),
        What::Request { method, target, frame } => {
            let method = method.map(str::to_ascii_uppercase);
            let request = [method.as_deref(), target.as_deref()];
            let request: Vec<&str> = request.into_iter().flatten().collect();
            let told = phrase("check-request").with("request", in_prose(&request.join(" ")).into_owned());
            match frame {
                Some(frame) => phrase("check-http-status-in")
                    .with("told", told)
                    .with("frames", phrase("one-frame").with("frame", *frame)),
                None => told,
            }
        }
        What::Tunnel(host) => phrase("why-connect").with("target", in_prose(host).into_owned()),
        What::Began(moment) => phrase("check-began").with("time", of_moment(moment)),
        What::Asked { address, .. } => phrase("check-asked").with("address", address.to_string()),
        What::Length(seconds) => phrase("check-length").with("seconds", format!("{seconds}")),
        What::Handshake => phrase("check-handshake"),
        What::TcpOpened => phrase("check-tcp-opened"),
        What::Healthy => phrase("check-healthy"),
        What::Succeeded => phrase("check-succeeded"),
        What::Rejected { by, .. } => phrase("check-rejected").with("side", name(by)),
        What::Verdict(id) => phrase("check-verdict").with("id", id.as_str()),
        What::Resolved(address) => phrase("check-resolved").with("address", address.to_string()),
        What::DnsAnswered => phrase("check-dns-answered"),
        What::DnsFrames { is_answer, frames } => phrase(if *is_answer {
            "check-dns-answer-in"
        } else {
            "check-dns-question-in"
        })
        .with("frames", of_frames(frames)),
        What::DnsStatus(status) => phrase("check-dns-status").with("status", *status),
        What::HttpStatus { status, frames } => {
            let told = phrase("check-http-status").with("status", *status);
            match frames {
                Some(frames) => phrase("check-http-status-in")
                    .with("told", told)
                    .with("frames", of_frames(frames)),
                None => told,
            }
        }
        What::Proxy { address, port } => phrase("check-proxy").with("place", name(&Who::At(*address, *port))),
        What::Between { from, to } => {
            let place = |(address, port): (std::net::IpAddr, Option<u16>)| name(&Who::At(address, port));
            phrase("check-between")
                .with("from", place(*from))
                .with("to", place(*to))
        }
        What::Place { of, address, port } => {
            let who = of.map_or_else(|| phrase("check-somebody"), |side| phrase(side.name()));
            let place = match (address, port) {
                (Some(address), Some(port)) => std::net::SocketAddr::new(*address, *port).to_string(),
                (Some(address), None) => address.to_string(),
                (None, port) => port.map(|it| it.to_string()).unwrap_or_default(),
            };
            phrase(if address.is_some() { "check-place" } else { "check-port" })
                .with("who", who)
                .with("place", place)
        }
        What::Licensing => phrase("check-licensing"),
        What::Step(_) | What::Certificate { .. } => Phrase::verbatim(String::new()),
    }
}
