//! Claim on a value, Facts → Judgement: negotiated values, counts, lengths, answers and places.

use std::net::IpAddr;

use super::Mark;
use super::certified;
use super::claims::{Answerable, Who};
use super::facts::{Facts, Hidden, Of};
use super::judging::Judgement;
use super::stepped::shown;
use super::tokens::{Frames, Moment};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::in_prose;
use crate::connection::step::Side;

fn hello(of: &Of<'_>, kind: &str) -> Vec<(u64, Phrase)> {
    of.events
        .iter()
        .find(|it| it.kind == kind)
        .map(shown)
        .into_iter()
        .collect()
}

pub(super) fn found(value: &str) -> Phrase {
    phrase("why-instead").with("found", value)
}

pub(super) fn version(wanted: &str, offered: bool, only: bool, of: &Of<'_>) -> Judgement {
    let Some(tls) = &of.connection.tls else {
        return Judgement::open("check-why-nothing-of-it");
    };
    let is_it = |version: &str| {
        version.eq_ignore_ascii_case(wanted) || version.to_ascii_lowercase().trim_start_matches("tls ") == wanted
    };
    if offered {
        if tls.offered_versions.is_empty() {
            return Judgement::open("check-why-nothing-of-it");
        }
        let has = tls.offered_versions.iter().any(|it| is_it(it));
        let holds = has && (!only || tls.offered_versions.iter().all(|it| is_it(it)));
        return Judgement::whether(holds)
            .because_false(&tls.offered_versions.join(", "))
            .showing(hello(of, "client-hello"));
    }
    match &tls.version {
        Some(version) => Judgement::whether(is_it(version))
            .because_false(version)
            .showing(hello(of, "server-hello")),
        None => Judgement::open("check-why-no-server-hello"),
    }
}

/// The highest version that the client offers.
pub(super) fn highest(wanted: &str, exact: bool, of: &Of<'_>) -> Judgement {
    let rank = |version: &str| {
        let version = version.to_ascii_lowercase();
        let known = ["ssl 2.0", "ssl 3.0", "1.0", "1.1", "1.2", "1.3"];
        known.iter().position(|it| *it == version.trim_start_matches("tls "))
    };
    let offered = of.connection.tls.iter().flat_map(|tls| &tls.offered_versions);
    let highest = offered.filter_map(|it| Some((rank(it)?, it))).max();
    let (Some(wanted), Some((own, version))) = (rank(wanted), highest) else {
        return Judgement::open("check-why-nothing-of-it");
    };
    match own.cmp(&wanted) {
        std::cmp::Ordering::Less if !exact => Judgement::open("check-why-two-readings"),
        it => Judgement::whether(it.is_eq()).because_false(version),
    }
    .showing(hello(of, "client-hello"))
}

/// True if frames hold DNS questions or answers.
pub(super) fn dns_frames(is_answer: bool, frames: &Frames, facts: &Facts<'_>) -> Judgement {
    let lookups = || facts.report.attempts.iter().flat_map(|it| &it.lookups);
    let is_question = |frame: u64| lookups().any(|it| it.question == frame);
    let is_answered = |frame: u64| lookups().any(|it| it.answer == Some(frame));
    let last = facts.report.capture.frames;
    let of_one = |frame: &u64| {
        let (holds, other) = match is_answer {
            true => (is_answered(*frame), is_question(*frame)),
            false => (is_question(*frame), is_answered(*frame)),
        };
        match (holds, other) {
            (true, _) => Mark::True,
            _ if other || *frame > last || !facts.at(*frame).is_empty() => Mark::False,
            // A repeated question, or one of another host.
            _ => Mark::NotProvable,
        }
    };
    let marks: Vec<Mark> = frames.list.iter().map(of_one).collect();
    if marks.contains(&Mark::False) {
        let wrong = frames.list.iter().zip(&marks).filter(|it| *it.1 == Mark::False);
        let shown = wrong.flat_map(|(frame, _)| facts.at(*frame).into_iter().map(|(_, event)| shown(event)));
        return Judgement::new(Mark::False).showing(shown.collect());
    }
    match marks.contains(&Mark::NotProvable) {
        true => Judgement::open("check-why-unknown-frame"),
        false => Judgement::new(Mark::True),
    }
}

/// Whether there is a connection between two places. Packets go both ways, so the order of the two refutes nothing.
pub(super) fn between(from: (IpAddr, Option<u16>), to: (IpAddr, Option<u16>), facts: &Facts<'_>) -> Judgement {
    let fits = |end: Option<(IpAddr, u16)>, (address, port): (IpAddr, Option<u16>)| {
        end.is_some_and(|(own, own_port)| own == address && port.is_none_or(|it| it == own_port))
    };
    let is_it =
        |it: &&Of<'_>| fits(it.client, from) && fits(it.server, to) || fits(it.client, to) && fits(it.server, from);
    if let Some(it) = facts.connections.iter().find(is_it) {
        let first = it.events.first().map(shown);
        return Judgement::new(Mark::True).showing(first.into_iter().collect());
    }
    // A proxy's own connections are not in the capture; hosts that are asked by UDP are not in the report.
    let elsewhere = [from, to].into_iter().any(|(address, port)| {
        let knows = facts.knows(address) && !facts.connections.iter().any(|of| of.is_at(&Who::At(address, None)));
        knows && port.is_none_or(|port| port == 53)
    });
    match facts.is_complete && !elsewhere {
        true => Judgement::new(Mark::False).because(phrase("check-why-nobody-there")),
        false => Judgement::open("check-why-nothing-of-it"),
    }
}

impl Judgement {
    /// The value that is there instead, if the claim is false.
    fn because_false(self, value: &str) -> Self {
        match self.mark {
            Mark::False => self.because(found(value)),
            _ => self,
        }
    }
}

/// Compares a suite or group with the chosen one.
pub(super) fn chosen(own: Option<&str>, wanted: &str, of: &Of<'_>) -> Judgement {
    let Some(own) = own else {
        return Judgement::open("check-why-no-server-hello");
    };
    if own.eq_ignore_ascii_case(wanted) {
        return Judgement::new(Mark::True).showing(hello(of, "server-hello"));
    }
    // A suite or group with an unknown name may be the same under another name.
    let is_known = wanted.to_ascii_uppercase().starts_with("TLS_") == own.to_ascii_uppercase().starts_with("TLS_");
    match is_known && !own.starts_with("0x") {
        true => Judgement::new(Mark::False)
            .because_false(own)
            .showing(hello(of, "server-hello")),
        false => Judgement::open("check-why-two-readings"),
    }
}

/// The length of the capture, in seconds, with the tolerance of usual rounding.
pub(super) fn length(seconds: f64, facts: &Facts<'_>) -> Judgement {
    let own = facts.report.capture.duration;
    let apart = (own - seconds).abs();
    if apart <= 0.05 || apart <= own * 0.05 {
        return Judgement::new(Mark::True);
    }
    match apart > 0.5 && apart > own * 0.5 {
        true => Judgement::new(Mark::False).because(found(&format!("{own:.2}"))),
        false => Judgement::open("check-why-two-readings"),
    }
}

/// Whether the first frame has this time, or day.
pub(super) fn began(moment: &Moment, facts: &Facts<'_>) -> Judgement {
    let Some(first) = facts.report.capture.first.as_deref() else {
        return Judgement::open("check-why-nothing-of-it");
    };
    let same = match moment.day {
        Some(_) => certified::same_day(moment, first),
        None => certified::same_moment(moment, first),
    };
    match same {
        Some(true) => Judgement::new(Mark::True),
        Some(false) => Judgement::new(Mark::False).because(found(first)),
        None => Judgement::open("check-why-zone"),
    }
}

/// Whether a question for this name was asked.
pub(super) fn asked_name(name: &str, facts: &Facts<'_>) -> Judgement {
    let name = name.trim_end_matches('.');
    let is_it = |it: &str| it.trim_end_matches('.').eq_ignore_ascii_case(name);
    let mut lookups = facts.report.attempts.iter().flat_map(|it| &it.lookups);
    let asked = &facts.report.capture.contents.dns_names;
    let other = asked.first().filter(|_| facts.report.capture.not_judged == 0);
    match other {
        _ if asked.iter().any(|it| is_it(it)) || lookups.any(|it| is_it(&it.name)) => Judgement::new(Mark::True),
        Some(other) => Judgement::new(Mark::False).because(found(&in_prose(other))),
        None => Judgement::open("check-why-no-lookup"),
    }
}

/// Whether a question goes to this server: the one in these frames, the one for this name, or any.
pub(super) fn asked(address: IpAddr, frames: Option<&Frames>, name: Option<&str>, facts: &Facts<'_>) -> Judgement {
    let address = address.to_string();
    let lookups = facts.report.attempts.iter().flat_map(|it| &it.lookups);
    let is_named =
        |it: &crate::report::Lookup| name.is_none_or(|name| it.name.trim_end_matches('.').eq_ignore_ascii_case(name));
    let is_meant = |it: &&crate::report::Lookup| match frames {
        Some(frames) => frames.list == [it.question],
        None => is_named(it),
    };
    let is_there =
        |server: &str| server == address || server.strip_prefix(&address).is_some_and(|it| it.starts_with(':'));
    let mut meant = lookups.filter(is_meant).peekable();
    let Some(first) = meant.peek().map(|it| it.server.clone()) else {
        return Judgement::open("check-why-unknown-frame");
    };
    match meant.any(|it| is_there(&it.server) && is_named(it)) {
        true => Judgement::new(Mark::True),
        false => Judgement::new(Mark::False).because(found(&first)),
    }
}

/// Whether the connection uses this version of QUIC.
pub(super) fn quic(version: u64, of: &Of<'_>) -> Judgement {
    let Some(quic) = &of.connection.quic else {
        return Judgement::open("check-why-nothing-of-it");
    };
    let own = [&quic.asked, &quic.version].into_iter().flatten();
    let known: Vec<u64> = own.filter_map(|it| it.parse().ok()).collect();
    match (known.contains(&version), known.first()) {
        (true, _) => Judgement::new(Mark::True).showing(hello(of, "client-hello")),
        (false, Some(other)) => Judgement::new(Mark::False)
            .because(found(&other.to_string()))
            .showing(hello(of, "client-hello")),
        (false, None) => Judgement::open("check-why-nothing-of-it"),
    }
}

/// Whether a party has an address or port.
pub(super) fn place(of: Option<Side>, address: Option<IpAddr>, port: Option<u16>, facts: &Facts<'_>) -> Judgement {
    let fits = |end: Option<(IpAddr, u16)>| {
        end.is_some_and(|(own, own_port)| address.is_none_or(|it| it == own) && port.is_none_or(|it| it == own_port))
    };
    let ends = |it: &Of<'_>| match of {
        Some(Side::Client) => vec![it.client],
        Some(Side::Server) => vec![it.server],
        None => vec![it.client, it.server],
    };
    if let Some(it) = facts.connections.iter().find(|it| ends(it).into_iter().any(fits)) {
        let shown = it.events.first().map(shown).into_iter().collect();
        return Judgement::new(Mark::True).showing(shown);
    }
    let written = address.map(|it| it.to_string());
    let is_written = |text: &str| {
        written
            .as_deref()
            .is_some_and(|it| text == it || text.starts_with(&format!("{it}:")))
    };
    let is_attempts = facts.report.attempts.iter().any(|it| match of {
        Some(Side::Client) => is_written(&it.device),
        _ => {
            it.via_proxy.is_some()
                || is_written(&it.name)
                || it
                    .lookups
                    .iter()
                    .any(|it| it.addresses.iter().any(|it| is_written(it)) || is_written(&it.server))
        }
    });
    if is_attempts || facts.connections.is_empty() || address.is_none() && port == Some(53) {
        return match of {
            Some(Side::Client) if is_attempts && port.is_none() => Judgement::new(Mark::True),
            _ => Judgement::open("check-why-nothing-of-it"),
        };
    }
    match facts.is_complete
        || address.is_some() && facts.report.capture.not_judged == 0 && of.is_some() && facts.connections.len() == 1
    {
        true => Judgement::new(Mark::False).because(phrase("check-why-nobody-there")),
        false => Judgement::open("check-why-nothing-of-it"),
    }
}

/// Whether a side answered.
pub(super) fn answered(by: Side, to: Answerable, of: &Of<'_>, facts: &Facts<'_>) -> Judgement {
    let tcp = &of.connection.tcp;
    let (_, bytes) = of.side(by);
    let first = |kinds: &[&str]| {
        of.events
            .iter()
            .find(|it| kinds.contains(&it.kind) && it.side == by.name())
            .map(shown)
    };
    let shows = |kinds: &[&str]| first(kinds).into_iter().collect::<Vec<_>>();
    let nothing = || match of.lacks(by, facts.report) {
        true => Judgement::hidden(Hidden::NotCaptured),
        false => Judgement::new(Mark::False).because(phrase("check-why-nothing")),
    };
    match to {
        Answerable::Syn
            if tcp.syn_ack.is_some() || of.events.iter().any(|it| it.kind == "reset" && it.side == by.name()) =>
        {
            Judgement::new(Mark::True).showing(shows(&["syn-ack", "reset"]))
        }
        Answerable::Syn => nothing(),
        Answerable::ClientHello => {
            let answer = first(&["server-hello", "hello-retry-request", "hello-verify-request", "alert"]);
            match answer {
                Some(answer) => Judgement::new(Mark::True).showing(vec![answer]),
                None if bytes > 0 => Judgement::open("check-why-two-readings"),
                None => nothing(),
            }
        }
        Answerable::Anything => {
            let data = shows(&["application-data", "http-response"]);
            let spoke = shows(&[
                "server-hello",
                "alert",
                "certificate",
                "application-data",
                "client-hello",
                "http-response",
            ]);
            let is_message = |kind: &str| !matches!(kind, "ack" | "fin" | "reset" | "syn" | "syn-ack");
            let last = of.events.iter().rfind(|it| is_message(it.kind)).map(|it| it.side);
            match (bytes > 0, data.is_empty()) {
                (true, true) if last == Some(by.name()) => Judgement::new(Mark::True).showing(spoke),
                (true, false) => Judgement::new(Mark::True).showing(data),
                // Whether to a request, or at all, is unclear.
                (true, true) => Judgement::open("check-why-two-readings").showing(spoke),
                (false, _) if tcp.syn_ack.is_some() => {
                    Judgement::open("check-why-two-readings").showing(shows(&["syn-ack"]))
                }
                (false, _)
                    if by == Side::Server && of.events.iter().any(|it| it.kind == "reset" && it.side == "server") =>
                {
                    Judgement::open("check-why-two-readings").showing(shows(&["reset"]))
                }
                (false, _) => nothing(),
            }
        }
    }
}

/// The status of an HTTP answer in clear.
pub(super) fn status(wanted: u64, frames: Option<&Frames>, of: &Of<'_>) -> Judgement {
    let answers = of
        .events
        .iter()
        .filter(|it| matches!(it.kind, "http-response" | "connect-response"));
    let read: Vec<_> = answers
        .filter_map(|it| Some((it.detail?.split_whitespace().next()?.parse::<u64>().ok()?, shown(it))))
        .collect();
    let is_there = |frame: u64| frames.is_none_or(|it| it.list.contains(&frame));
    if let Some((_, shown)) = read
        .iter()
        .find(|(status, (frame, _))| *status == wanted && is_there(*frame))
    {
        return Judgement::new(Mark::True).showing(vec![shown.clone()]);
    }
    let has_sealed = of.events.iter().any(|it| it.kind == "application-data");
    match read.is_empty() || has_sealed {
        true => Judgement::open("check-why-encrypted"),
        false => Judgement::new(Mark::False).showing(read.into_iter().map(|it| it.1).collect()),
    }
}
