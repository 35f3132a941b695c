//! Attempt, fact → Checked: what an attempt's connections show about an expectation.

use super::{Checked, Key, Relation, Whose};
use crate::judge::finding::Severity;
use crate::report::labels::{beginning, connections, seconds_of};
use crate::report::{Attempt, Certificate, Connection, Report, Tls};

/// Whether an attempt is as expected.
pub(super) fn is(report: &Report, attempt: &Attempt, key: Key, relation: Relation, values: &[String]) -> Checked {
    let verdict = &attempt.verdict;
    let one_of = |seen: &str| one_of(seen, values);
    match key {
        Key::Tls => negotiated(
            report,
            attempt,
            |tls| tls.version.as_deref(),
            |seen| {
                let ranked = version(seen);
                values.iter().any(|it| {
                    let wanted = version(it);
                    match relation {
                        Relation::Is => ranked == wanted,
                        Relation::AtLeast => ranked >= wanted,
                        Relation::AtMost => ranked <= wanted,
                        Relation::Above => ranked > wanted,
                        Relation::Below => ranked < wanted,
                    }
                })
            },
        ),
        Key::Cipher => negotiated(
            report,
            attempt,
            |tls| tls.cipher_suite.as_deref(),
            |seen| same(seen, values),
        ),
        Key::Group => negotiated(report, attempt, |tls| tls.group.as_deref(), |seen| same(seen, values)),
        Key::Alpn => negotiated(report, attempt, |tls| tls.alpn.as_deref(), |seen| same(seen, values)),
        Key::Sni => negotiated(report, attempt, |tls| tls.sni.as_deref(), |seen| same(seen, values)),
        Key::Name => one_of(&attempt.name),
        Key::By => one_of(verdict.by.name()),
        Key::At => one_of(verdict.at.name()),
        Key::Confidence => one_of(verdict.confidence.name()),
        Key::Cause => some_of(verdict.causes.iter().map(|it| it.name()), values),
        Key::Finding => {
            let counts = |severity| severity > Severity::Note;
            let problems = attempt.findings.iter().filter(|it| counts(it.severity));
            match values {
                [none] if none == "none" => none_of(problems.map(|it| it.id.name())),
                _ => some_of(attempt.findings.iter().map(|it| it.id.name()), values),
            }
        }
        Key::ClientCertificate => client_certificate(report, attempt, values),
        Key::Alert => alert(report, attempt, values),
        Key::Issuer(whose) => certificate(report, attempt, whose, |it| it.issuer.as_deref(), values),
        Key::Subject(whose) => certificate(report, attempt, whose, |it| it.subject.as_deref(), values),
        Key::Step(kind) => step(report, attempt, kind.name(), values),
    }
}

/// Whether an attempt has this verdict and lasted no longer: from its first frame to its last step before the close.
pub(super) fn within(report: &Report, attempt: &Attempt, verdict: Option<&str>, nanoseconds: i64) -> Checked {
    if verdict.is_some_and(|verdict| attempt.verdict.id != verdict) {
        return Checked::Unmet(attempt.verdict.id.to_string());
    }
    let begin = beginning(report, attempt).1.as_deref().and_then(seconds_of);
    let closes = |kind: &str, detail: Option<&str>| {
        matches!(kind, "fin" | "reset") || kind == "alert" && detail.is_none_or(|it| it.contains("close_notify"))
    };
    let steps = connections(report, attempt).into_iter().flat_map(|it| &it.steps);
    let end = steps
        .filter(|it| !closes(it.kind, it.detail.as_deref()))
        .filter_map(|it| seconds_of(&it.time))
        .reduce(f64::max);
    match begin.zip(end) {
        None => Checked::Untold("it has no steps".to_owned()),
        Some((begin, end)) if (end - begin) * 1e9 <= nanoseconds as f64 => Checked::Met,
        Some((begin, end)) => Checked::Unmet(format!("{} in {:.3} s", attempt.verdict.id, end - begin)),
    }
}

/// The order of versions; SSL is older than any TLS.
pub(super) fn version(text: &str) -> Option<u32> {
    match text.strip_prefix("1.").map(str::parse) {
        Some(Ok(minor)) => Some(minor),
        // `1.0` and later are TLS or DTLS; 2.0 and 3.0 are SSL.
        None if text.contains("2.0") || text.contains("3.0") => Some(0),
        _ => None,
    }
}

fn same(seen: &str, values: &[String]) -> bool {
    values.iter().any(|it| it.eq_ignore_ascii_case(seen))
}

fn one_of(seen: &str, values: &[String]) -> Checked {
    match same(seen, values) {
        true => Checked::Met,
        false => Checked::Unmet(seen.to_owned()),
    }
}

fn some_of<'a>(seen: impl Iterator<Item = &'a str>, values: &[String]) -> Checked {
    let seen: Vec<&str> = seen.collect();
    match seen.iter().any(|it| same(it, values)) {
        true => Checked::Met,
        false => Checked::Unmet(listed(&seen)),
    }
}

fn none_of<'a>(seen: impl Iterator<Item = &'a str>) -> Checked {
    let seen: Vec<&str> = seen.collect();
    match seen.is_empty() {
        true => Checked::Met,
        false => Checked::Unmet(listed(&seen)),
    }
}

fn listed(seen: &[&str]) -> String {
    match seen {
        [] => "none".to_owned(),
        some => some.join(", "),
    }
}

/// The result of the last handshake.
fn negotiated<'r>(
    report: &'r Report,
    attempt: &Attempt,
    value: impl Fn(&'r Tls) -> Option<&'r str>,
    fits: impl Fn(&str) -> bool,
) -> Checked {
    let last = connections(report, attempt)
        .into_iter()
        .rev()
        .find_map(|it| it.tls.as_ref());
    match last.map(|tls| (value(tls), &tls.version)) {
        Some((Some(seen), _)) if fits(seen) => Checked::Met,
        Some((Some(seen), _)) => Checked::Unmet(seen.to_owned()),
        Some((None, Some(_))) => Checked::Unmet("none was negotiated, or it is encrypted".to_owned()),
        _ => Checked::Untold("no Server Hello was captured".to_owned()),
    }
}

/// True if the capture shows everything that a side sent: then a step that is absent was not sent.
fn shows_all(report: &Report, attempt: &Attempt) -> bool {
    let whole = |it: &&Connection| {
        it.tcp.gaps.is_empty()
            && it.tcp.client_seen.cut == 0
            && it.tcp.server_seen.cut == 0
            && !it.tcp.client_seen.acked_unseen
            && !it.tcp.server_seen.acked_unseen
    };
    report.capture.end == "complete"
        && report.capture.damage.is_empty()
        && connections(report, attempt).iter().all(whole)
}

fn client_certificate(report: &Report, attempt: &Attempt, values: &[String]) -> Checked {
    let connections = connections(report, attempt);
    let Some((connection, tls)) = connections.iter().rev().find_map(|it| Some((*it, it.tls.as_ref()?))) else {
        return Checked::Untold("there was no TLS".to_owned());
    };
    let asks = values.iter().any(|it| it == "asked" || it == "not-asked");
    if asks {
        return match tls.client_certificate_requested {
            Some(true) => one_of("asked", values),
            Some(false) => one_of("not-asked", values),
            None => Checked::Untold("whether one was asked for is encrypted or was not captured".to_owned()),
        };
    }
    let of_client = |kind: &str| {
        connection
            .steps
            .iter()
            .find(|it| it.kind == kind && it.side == "client")
    };
    match of_client("certificate") {
        _ if !connection.certificates.client.is_empty() => one_of("sent", values),
        Some(step) if step.seen == "inferred" => {
            Checked::Untold("the client's Certificate is encrypted; only its size shows".to_owned())
        }
        Some(_) => one_of("not-sent", values),
        None if tls.version.as_deref() == Some("1.3") => {
            Checked::Untold("the handshake of TLS 1.3 is encrypted (--keylog opens it)".to_owned())
        }
        // The client has answered without a certificate (RFC 5246 section 7.3).
        None if of_client("client-key-exchange").is_some() && shows_all(report, attempt) => one_of("not-sent", values),
        None => Checked::Untold("the handshake did not come so far, or was not captured".to_owned()),
    }
}

fn alert(report: &Report, attempt: &Attempt, values: &[String]) -> Checked {
    let all = connections(report, attempt);
    let alerts = all.iter().filter_map(|it| it.tls.as_ref()).flat_map(|tls| &tls.alerts);
    // An alert that only closes a connection reports no error; if it is encrypted, it closes one that worked.
    let works = attempt.verdict.severity < Severity::Warning;
    let alerts = alerts.filter(|it| match it.description.as_deref() {
        Some(description) => description != "close_notify",
        None => !works,
    });
    let (named, sealed): (Vec<_>, Vec<_>) = alerts.partition(|it| it.description.is_some());
    let names: Vec<&str> = named.iter().filter_map(|it| it.description.as_deref()).collect();
    let wants_none = matches!(values, [none] if none == "none");
    match (wants_none, sealed.first()) {
        (false, _) if names.iter().any(|it| same(it, values)) => Checked::Met,
        (true, _) if !names.is_empty() => Checked::Unmet(listed(&names)),
        (_, Some(sealed)) => Checked::Untold(format!("the alert in frame {} is encrypted", sealed.frame)),
        (true, None) if shows_all(report, attempt) => Checked::Met,
        (true, None) => Checked::Untold("not all that was said was captured".to_owned()),
        (false, None) => Checked::Unmet(listed(&names)),
    }
}

fn certificate<'r>(
    report: &'r Report,
    attempt: &Attempt,
    whose: Whose,
    name: impl Fn(&'r Certificate) -> Option<&'r str>,
    values: &[String],
) -> Checked {
    let mut seen: Vec<&str> = Vec::new();
    for connection in connections(report, attempt) {
        let (client, server) = (&connection.certificates.client, &connection.certificates.server);
        let chains: &[&Vec<Certificate>] = match whose {
            Whose::Any => &[client, server],
            Whose::Client => &[client],
            Whose::Server => &[server],
        };
        for name in chains.iter().flat_map(|it| it.iter()).filter_map(&name) {
            if values.iter().any(|wanted| names(name, wanted)) {
                return Checked::Met;
            }
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
    }
    match seen.is_empty() {
        true => Checked::Untold("no such certificate was captured in clear".to_owned()),
        false => Checked::Unmet(seen.join("; ")),
    }
}

/// True if a distinguished name is this, or one of its attributes is.
fn names(name: &str, wanted: &str) -> bool {
    name == wanted
        || name.match_indices(wanted).any(|(at, _)| {
            let before = name.get(..at).and_then(|it| it.chars().next_back());
            let behind = name
                .get(at.saturating_add(wanted.len())..)
                .and_then(|it| it.chars().next());
            before == Some('=') && matches!(behind, None | Some(',' | '+'))
        })
}

fn step(report: &Report, attempt: &Attempt, kind: &str, values: &[String]) -> Checked {
    let all = connections(report, attempt);
    let mut sides: Vec<&str> = all
        .iter()
        .flat_map(|it| &it.steps)
        .filter(|it| it.kind == kind)
        .map(|it| it.side)
        .collect();
    sides.dedup();
    let wants = |word: &str| values.iter().any(|it| it == word);
    match sides.is_empty() {
        true if !wants("none") => Checked::Unmet("none".to_owned()),
        true if shows_all(report, attempt) => Checked::Met,
        true => Checked::Untold("not all that was said was captured".to_owned()),
        false if wants("seen") || sides.iter().any(|it| wants(it)) => Checked::Met,
        false => Checked::Unmet(format!("from the {}", sides.join(" and the "))),
    }
}
