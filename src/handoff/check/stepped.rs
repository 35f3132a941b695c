//! Claim on a step, Facts → Judgement: whether the named party sent it, and whether a frame holds it.

use super::Mark;
use super::certified;
use super::claims::{Scope, Step, Who};
use super::facts::{Event, Facts, Hidden, Of};
use super::judging::{Judgement, side_name, together};
use super::lexicon;
use super::tokens::{Frames, Moment};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::connection::step::{Side, StepKind};
use crate::report::step_name;
use crate::tls::AlertDescription;

/// The description of a step, as in `tlswalk why`.
pub(super) fn shown(event: &Event<'_>) -> (u64, Phrase) {
    let side = phrase(side_name(event.side));
    let code = event.code.map(AlertDescription);
    let text = match (event.kind, event.level, code) {
        ("alert", Some(level), Some(code)) => {
            let alert = phrase("step-alert")
                .with("level", level)
                .with("description", code.to_string());
            phrase("why-alert").with("alert", alert)
        }
        ("alert", ..) if event.is_inferred => phrase("why-alert-sealed"),
        ("alert", ..) => phrase("check-alert-encrypted"),
        _ => match event.detail {
            Some(detail) => phrase("why-step-detail")
                .with("detail", detail)
                .with("step", step_name(event.kind, event.language)),
            None => phrase("why-step").with("step", step_name(event.kind, event.language)),
        },
    };
    (event.frame, text.with("side", side))
}

/// Judges a claim on a step.
pub(super) fn judge(claim: &Step, not: bool, scope: &Scope, facts: &Facts<'_>) -> Judgement {
    let lexicon::Event::Step(_) = claim.event else {
        if claim.event == lexicon::Event::Icmp {
            return icmp(claim, not, facts);
        }
        let Some(wrong) = misnamed(claim) else {
            return known(claim, not, scope, facts);
        };
        // `unknown_ca (16)`: its frame, and not its number.
        return match by_frame(claim, facts) {
            Some(step) => known(&step, not, scope, facts),
            None => wrong.denied(not),
        };
    };
    known(claim, not, scope, facts)
}

/// A name and a number that belong to different alerts.
fn misnamed(claim: &Step) -> Option<Judgement> {
    let (name, number) = (claim.alert?, claim.number?);
    if u64::from(name) == number {
        return None;
    }
    let why = phrase("check-why-misnamed")
        .with("number", u64::from(name))
        .with("name", AlertDescription(name).to_string());
    Some(Judgement::new(Mark::False).because(why))
}

/// The same claim with its number as that of a frame, if an alert is there.
fn by_frame(claim: &Step, facts: &Facts<'_>) -> Option<Step> {
    let frame = claim.number.filter(|_| claim.frames.is_none())?;
    let is_there = facts.at(frame).iter().any(|(_, it)| it.kind == "alert");
    is_there.then(|| Step {
        number: None,
        frames: Some(Frames {
            list: vec![frame],
            is_span: false,
        }),
        ..claim.clone()
    })
}

/// True if a day is given that the capture does not include: it is no time of a step, but, say, a certificate's.
fn is_other_day(claim: &Step, facts: &Facts<'_>) -> bool {
    let Some(day) = claim.at.filter(|it| it.day.is_some()) else {
        return false;
    };
    let day = Moment { seconds: None, ..day };
    let capture = &facts.report.capture;
    let is_on = |time: &Option<String>| {
        time.as_deref()
            .is_some_and(|it| certified::same_day(&day, it) != Some(false))
    };
    !is_on(&capture.first) && !is_on(&capture.last)
}

fn known(claim: &Step, not: bool, scope: &Scope, facts: &Facts<'_>) -> Judgement {
    if is_other_day(claim, facts) {
        return Judgement::open("check-why-two-readings");
    }
    let Some(connections) = facts.in_scope(scope) else {
        return Judgement::open("check-why-no-attempt");
    };
    // A party that the report does not know did nothing in it.
    if let Some(who @ Who::At(address, _)) = &claim.by
        && !connections.iter().any(|of| of.side_of(who).is_some())
    {
        return match facts.is_complete && !facts.knows(*address) {
            true => Judgement::new(Mark::False)
                .because(phrase("check-why-nobody-there"))
                .denied(not),
            false => Judgement::open("check-why-no-attempt"),
        };
    }
    if let Some(frames) = &claim.frames {
        return in_frames(claim, &frames.list, frames.is_span, &connections, facts).denied(not);
    }
    if connections.is_empty() {
        return match facts.is_complete {
            true => Judgement::new(Mark::False)
                .because(phrase("check-why-nothing"))
                .denied(not),
            false => Judgement::open("check-why-nothing-of-it"),
        };
    }
    let judged = connections
        .iter()
        .map(|of| sent(claim, of, facts, not).denied(not))
        .collect();
    together(judged, scope, not)
}

fn name(claim: &Step) -> &'static str {
    match claim.event {
        lexicon::Event::Step(name) => name,
        lexicon::Event::Alert => "alert",
        lexicon::Event::Icmp => "icmp",
    }
}

/// How an event relates to a claim.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Yes,
    /// It may be the one: it is encrypted, or was inferred.
    Perhaps,
    No,
}

fn fit(claim: &Step, event: &Event<'_>, of: &Of<'_>) -> Fit {
    // Over UDP a connection is closed by a message that is reported as an alert.
    let closes = name(claim) == "fin" && event.kind == "alert" && of.connection.carrier.is_some();
    // CONNECT is a request of HTTP, too.
    let connects = match name(claim) {
        "http-request" => event.kind == "connect-request",
        "http-response" => event.kind == "connect-response",
        _ => false,
    };
    if event.kind != name(claim) && !closes && !connects {
        return Fit::No;
    }
    if let Some(who) = &claim.by {
        match of.side_of(who) {
            Some(side) if side.name() == event.side => {}
            _ => return Fit::No,
        }
    }
    if let Some(moment) = &claim.at {
        match certified::same_moment(moment, event.time) {
            Some(true) => {}
            Some(false) => return Fit::No,
            None => return Fit::Perhaps,
        }
    }
    if event.kind == "alert" && !closes {
        let wanted = claim.alert.map(u64::from).or(claim.number);
        return match (wanted, event.code) {
            (Some(wanted), Some(code)) if wanted != u64::from(code) => Fit::No,
            (Some(_), None) => Fit::Perhaps,
            _ if claim.fatal && event.level.is_some_and(|it| it != "fatal") => Fit::No,
            _ if claim.warning && event.level.is_some_and(|it| it != "warning") => Fit::No,
            _ if (claim.fatal || claim.warning) && event.level.is_none() => Fit::Perhaps,
            _ if event.is_inferred => Fit::Perhaps,
            _ => Fit::Yes,
        };
    }
    // After Change Cipher Spec, a message of that size in that place is Finished.
    let is_old = of
        .connection
        .tls
        .as_ref()
        .is_some_and(|it| it.version.as_deref() != Some("1.3"));
    if event.is_inferred && !(event.kind == "finished" && is_old) {
        return Fit::Perhaps;
    }
    Fit::Yes
}

/// The steps of a connection that a claim surely means.
pub(super) fn matching<'a, 'b>(claim: &Step, of: &'b Of<'a>) -> Vec<&'b Event<'a>> {
    let is_there = |event: &Event<'_>| {
        let frames = claim.frames.as_ref();
        frames.is_none_or(|it| it.list.iter().any(|frame| event.frames.contains(frame)))
    };
    let fits = |event: &&Event<'a>| fit(claim, event, of) == Fit::Yes && is_there(event);
    of.events.iter().filter(fits).collect()
}

/// True if a connection has such a step at all.
fn sent(claim: &Step, of: &Of<'_>, facts: &Facts<'_>, not: bool) -> Judgement {
    let fits = |wanted: Fit| {
        of.events
            .iter()
            .filter(move |it| fit(claim, it, of) == wanted)
            .map(shown)
            .collect::<Vec<_>>()
    };
    let found = fits(Fit::Yes);
    if !found.is_empty() {
        // An empty message is sent by a client that has no certificate (RFC 8446 section 4.4.2).
        let client_has_none = name(claim) == "certificate" && of.certificates(Side::Client).is_empty();
        let is_servers = of
            .events
            .iter()
            .any(|it| it.kind == "certificate" && it.side == "server" && fit(claim, it, of) == Fit::Yes);
        // `without a certificate`, of nobody in particular, may be said of the client.
        return match not && client_has_none && (!is_servers || claim.by.is_none()) {
            true => Judgement::open("check-why-two-readings").showing(found),
            false => Judgement::new(Mark::True).showing(found),
        };
    }
    let perhaps = fits(Fit::Perhaps);
    if !perhaps.is_empty() {
        return Judgement::hidden(Hidden::Encrypted).showing(perhaps);
    }
    let side = claim.by.as_ref().and_then(|who| of.side_of(who));
    if claim.by.is_some() && side.is_none() {
        return Judgement::open("check-why-no-attempt");
    }
    let only_capture = claim.in_capture && not;
    match of.hides(name(claim), side, facts.report).filter(|_| !only_capture) {
        Some(hidden) => Judgement::hidden(hidden),
        None => {
            let near = of
                .events
                .iter()
                .filter(|it| it.kind == name(claim))
                .map(shown)
                .collect();
            Judgement::new(Mark::False)
                .because(phrase("check-why-nothing"))
                .showing(near)
        }
    }
}

fn in_frames(claim: &Step, frames: &[u64], is_span: bool, connections: &[&Of<'_>], facts: &Facts<'_>) -> Judgement {
    let all = || {
        connections
            .iter()
            .flat_map(|of| of.events.iter().map(move |event| (*of, event)))
    };
    if is_span && let [from, to] = frames {
        let within = |event: &Event<'_>| event.frames.iter().all(|frame| (from..=to).contains(&frame));
        let found: Vec<_> = all()
            .filter(|(of, event)| within(event) && fit(claim, event, of) == Fit::Yes)
            .map(|(_, event)| shown(event))
            .collect();
        if !found.is_empty() {
            return Judgement::new(Mark::True).showing(found);
        }
        let has_any = all().any(|(of, event)| fit(claim, event, of) != Fit::No);
        return match has_any
            || !facts.is_complete
            || connections
                .iter()
                .any(|of| of.hides(name(claim), None, facts.report).is_some())
        {
            true => Judgement::open("check-why-unknown-frame"),
            false => Judgement::new(Mark::False).because(phrase("check-why-nothing")),
        };
    }
    let mut shown = Vec::new();
    let mut open: Option<Judgement> = None;
    for frame in frames {
        let mut judgement = in_frame(claim, *frame, connections, facts);
        match judgement.mark {
            Mark::True => shown.append(&mut judgement.shown),
            Mark::False => return judgement,
            Mark::NotProvable => open = Some(judgement),
        }
    }
    shown.dedup_by_key(|it| it.0);
    open.unwrap_or_else(|| Judgement::new(Mark::True).showing(shown))
}

fn in_frame(claim: &Step, frame: u64, connections: &[&Of<'_>], facts: &Facts<'_>) -> Judgement {
    let capture = &facts.report.capture;
    if frame == 0 || frame > capture.frames {
        return Judgement::new(Mark::False).because(phrase("why-no-frame").with("frames", capture.frames));
    }
    let held = facts.at(frame);
    let is_in_scope = |of: &Of<'_>| connections.iter().any(|it| it.connection.id == of.connection.id);
    let fits = |wanted: Fit| {
        held.iter()
            .filter(move |(of, event)| is_in_scope(of) && fit(claim, event, of) == wanted)
    };
    let found: Vec<_> = fits(Fit::Yes).map(|(_, event)| (frame, shown(event).1)).collect();
    if !found.is_empty() {
        return Judgement::new(Mark::True).showing(found);
    }
    // Only the ACK that opens the connection is a step; any frame may acknowledge.
    if name(claim) == "ack" {
        return Judgement::open("check-why-unknown-frame");
    }
    let there: Vec<_> = held.iter().map(|(_, event)| (frame, shown(event).1)).collect();
    if fits(Fit::Perhaps).next().is_some() {
        return Judgement::hidden(Hidden::Encrypted).showing(there);
    }
    // A copy holds the same as the packet that it copies.
    let copied = facts
        .connections
        .iter()
        .flat_map(|of| &of.connection.tcp.copies)
        .find(|it| it.frame == frame && it.of != frame);
    if let (true, Some(copy)) = (held.is_empty(), copied) {
        return match facts.at(copy.of).is_empty() {
            true => Judgement::open("check-why-unknown-frame"),
            false => in_frame(claim, copy.of, connections, facts),
        };
    }
    if !held.is_empty() {
        let sealed = held.iter().any(|(of, event)| {
            let is_closed = event.is_inferred || matches!(event.kind, "application-data" | "encrypted-handshake");
            is_closed && (of.seals(name(claim), None) || claim.event == lexicon::Event::Alert && event.is_inferred)
        });
        // The frame may hold more than is known, if the record continues.
        let is_partial =
            name(claim) == "application-data" && held.iter().any(|(_, it)| it.is_inferred || it.kind == "finished");
        return match sealed || is_partial {
            true => Judgement::hidden(Hidden::Encrypted).showing(there),
            false => Judgement::new(Mark::False).showing(there),
        };
    }
    elsewhere(claim, frame, facts)
}

/// The result for a frame without a step.
fn elsewhere(claim: &Step, frame: u64, facts: &Facts<'_>) -> Judgement {
    let lookups = facts.report.attempts.iter().flat_map(|it| &it.lookups);
    for it in lookups {
        let name = crate::base::wire_text::in_prose(&it.name).into_owned();
        if it.question == frame {
            return Judgement::new(Mark::False).showing(vec![(frame, phrase("why-question").with("name", name))]);
        }
        if let (true, Some(status)) = (it.answer == Some(frame), &it.status) {
            let text = phrase("why-answer").with("name", name).with("status", status.as_str());
            return Judgement::new(Mark::False).showing(vec![(frame, text)]);
        }
    }
    let mut around = facts.around(frame).peekable();
    if around.peek().is_none() {
        return match facts.is_complete {
            true => Judgement::new(Mark::False).because(phrase("check-why-outside")),
            false => Judgement::open("check-why-unknown-frame"),
        };
    }
    // Besides its steps a connection has acknowledgements, repetitions, and further instances of a step.
    let kind = name(claim);
    let is_possible = around.any(|of| {
        let tcp = &of.connection.tcp;
        // A side that sent no byte sent no message.
        let by = claim.by.as_ref().and_then(|who| of.side_of(who)).or(sender(kind));
        let is_tls = StepKind::ALL.iter().any(|it| it.name() == kind && it.is_tls());
        if by.is_some_and(|by| is_tls && of.side(by).1 == 0 && !of.lacks(by, facts.report)) {
            return false;
        }
        let is_repeated =
            tcp.retransmissions > 0 || tcp.duplicates > 0 || !tcp.gaps.is_empty() || of.connection.carrier.is_some();
        // A FIN that was not sent again stands in the one frame that is known.
        let is_another_end = matches!(kind, "reset" | "fin")
            && !of
                .events
                .iter()
                .any(|it| it.kind == kind && by.is_some_and(|by| it.side == by.name()));
        // Of several resets the report lists the first.
        let is_another_reset = kind == "reset" && of.events.iter().any(|it| it.kind == kind);
        is_repeated
            || is_another_reset
            || is_another_end
            || matches!(
                kind,
                "application-data" | "new-session-ticket" | "http-request" | "http-response"
            )
            || of.hides(kind, None, facts.report).is_some()
    });
    // The frame may be one of a connection that the report does not list.
    match is_possible || !facts.is_complete {
        true => Judgement::open("check-why-unknown-frame"),
        false => Judgement::new(Mark::False).because(phrase("check-why-no-step").with("frame", frame)),
    }
}

/// ICMP errors are listed only if a verdict rests on them.
fn icmp(claim: &Step, not: bool, facts: &Facts<'_>) -> Judgement {
    let findings = facts.report.attempts.iter().flat_map(|it| &it.findings);
    // A question of DNS may be answered by ICMP, too.
    let found: Vec<(u64, Phrase)> = findings
        .flat_map(|it| it.evidence.iter().map(move |evidence| (it, evidence)))
        .filter(|(it, evidence)| it.id == "icmp-blocked" || evidence.what.contains("ICMP"))
        .map(|it| it.1)
        .map(|it| (it.frame, Phrase::verbatim(it.what.clone())))
        .collect();
    let holds = match &claim.frames {
        Some(frames) => frames.list.iter().all(|frame| found.iter().any(|it| it.0 == *frame)),
        None => !found.is_empty(),
    };
    // The evidence names the sender of an ICMP message.
    let is_by = match &claim.by {
        Some(Who::At(address, _)) => {
            let address = address.to_string();
            found.iter().any(|it| it.1.in_language(Language::En).contains(&address))
        }
        _ => true,
    };
    // ICMP that no verdict rests on is counted as skipped.
    let has_others = facts.report.capture.skipped.contains_key("icmp") || facts.report.capture.not_judged > 0;
    let is_whole = facts.report.capture.end == "complete" && facts.report.capture.damage.is_empty() && !has_others;
    let is_none = found.is_empty() && claim.frames.is_none() && claim.by.is_none() && facts.is_complete;
    match holds && is_by {
        true => Judgement::new(Mark::True).showing(found).denied(not),
        false if is_whole && (is_none || holds && !is_by) => Judgement::new(Mark::False)
            .because(phrase("check-why-nothing"))
            .showing(found)
            .denied(not),
        false => Judgement::open("check-why-nothing-of-it"),
    }
}

/// The only side that can send a step of this kind.
fn sender(kind: &str) -> Option<Side> {
    match kind {
        "client-hello" | "client-key-exchange" | "syn" => Some(Side::Client),
        "server-hello" | "server-hello-done" | "server-key-exchange" | "syn-ack" | "hello-retry-request" => {
            Some(Side::Server)
        }
        _ => None,
    }
}
