//! Expectation, Report → met, not met, or not visible: the check of a gate against a capture's report.
//!
//! ```text
//! healthy                         the verdict, or several that will do, parted by commas
//! tls >= 1.3                      what was negotiated: tls, cipher, group, alpn, sni
//! client-certificate: sent        or not-sent, asked, not-asked
//! issuer: "ACT2 SUDI CA"          of any certificate shown; server-issuer, client-issuer, subject …
//! alert: none                     or an alert's name
//! reset: none                     a step: seen, none, client or server
//! healthy within 2 s              from the first frame to the last before the close
//! ```
//!
//! A gate passes only what was seen: if the capture hides a fact, the expectation is not met, and the answer says that
//! the fact is not visible.

mod facts;

use super::{Report, explain};
use crate::connection::step::StepKind;

/// One expectation for each attempt of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    text: String,
    wanted: Wanted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Verdict(Vec<String>),
    Within {
        verdict: Option<String>,
        nanoseconds: i64,
    },
    Is {
        key: Key,
        relation: Relation,
        values: Vec<String>,
    },
}

/// The subject of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Tls,
    Cipher,
    Group,
    Alpn,
    Sni,
    Name,
    By,
    At,
    Confidence,
    Cause,
    Finding,
    ClientCertificate,
    Alert,
    Issuer(Whose),
    Subject(Whose),
    Step(StepKind),
}

/// The owner of the certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Any,
    Client,
    Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Is,
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// The result of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The report is as expected.
    Met,
    /// The report is not as expected; with what it shows instead.
    Unmet(String),
    /// The capture does not show it; with the reason.
    Untold(String),
}

/// The keys that a line can begin with, beside the names of steps.
const KEYS: [(&str, Key); 19] = [
    ("tls", Key::Tls),
    ("cipher", Key::Cipher),
    ("group", Key::Group),
    ("alpn", Key::Alpn),
    ("sni", Key::Sni),
    ("name", Key::Name),
    ("by", Key::By),
    ("at", Key::At),
    ("confidence", Key::Confidence),
    ("cause", Key::Cause),
    ("finding", Key::Finding),
    ("client-certificate", Key::ClientCertificate),
    ("alert", Key::Alert),
    ("issuer", Key::Issuer(Whose::Any)),
    ("client-issuer", Key::Issuer(Whose::Client)),
    ("server-issuer", Key::Issuer(Whose::Server)),
    ("subject", Key::Subject(Whose::Any)),
    ("client-subject", Key::Subject(Whose::Client)),
    ("server-subject", Key::Subject(Whose::Server)),
];

const RELATIONS: [(&str, Relation); 6] = [
    (">=", Relation::AtLeast),
    ("<=", Relation::AtMost),
    (">", Relation::Above),
    ("<", Relation::Below),
    (":", Relation::Is),
    ("=", Relation::Is),
];

impl Gate {
    /// Reads an expectation.
    ///
    /// # Errors
    /// If the text is not an expectation; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wanted = match (within(text), relation(text)) {
            (Some(within), _) => within?,
            (None, Some((key, relation, values))) => fact(key, relation, values)?,
            (None, None) => Wanted::Verdict(verdicts(text)?),
        };
        Ok(Self {
            text: text.to_owned(),
            wanted,
        })
    }

    /// The text as written; a verdict in words.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.wanted {
            Wanted::Verdict(ids) => format!("verdict is {}", ids.join(" or ")),
            _ => self.text.clone(),
        }
    }

    /// Whether a report is as expected: facts are checked for each of its attempts.
    #[must_use]
    pub fn check(&self, report: &Report) -> Checked {
        if let Wanted::Verdict(ids) = &self.wanted {
            return match ids.iter().any(|id| report.verdict.id == id.as_str()) {
                true => Checked::Met,
                false => Checked::Unmet(report.verdict.id.to_string()),
            };
        }
        if report.attempts.is_empty() {
            return Checked::Untold(format!("there is no attempt ({})", report.verdict.id));
        }
        if report.capture.not_judged > 0 {
            return Checked::Untold("not everything in the capture was judged".to_owned());
        }
        let of_attempts = report.attempts.iter().map(|attempt| {
            let checked = match &self.wanted {
                Wanted::Within { verdict, nanoseconds } => {
                    facts::within(report, attempt, verdict.as_deref(), *nanoseconds)
                }
                Wanted::Is { key, relation, values } => facts::is(report, attempt, *key, *relation, values),
                Wanted::Verdict(_) => Checked::Met,
            };
            match checked {
                Checked::Met => Checked::Met,
                Checked::Unmet(seen) => Checked::Unmet(of_attempt(report, attempt.id, seen)),
                Checked::Untold(why) => Checked::Untold(of_attempt(report, attempt.id, why)),
            }
        });
        // A fault is more informative than a hidden fact.
        of_attempts
            .max_by_key(|it| match it {
                Checked::Met => 0,
                Checked::Untold(_) => 1,
                Checked::Unmet(_) => 2,
            })
            .unwrap_or(Checked::Met)
    }
}

/// Adds the attempt's number, if there are several.
fn of_attempt(report: &Report, id: usize, text: String) -> String {
    match report.attempts.len() {
        1 => text,
        _ => format!("{text} (attempt {id})"),
    }
}

/// Verdict ids, any of which is enough.
fn verdicts(text: &str) -> Result<Vec<String>, String> {
    let ids: Vec<String> = text.split(',').map(|id| id.trim().to_owned()).collect();
    match ids.iter().find(|id| explain::explanation(id).is_none()) {
        Some(unknown) => Err(no_verdict(unknown)),
        None => Ok(ids),
    }
}

fn no_verdict(unknown: &str) -> String {
    let near = explain::nearest(unknown).map(|near| format!("; did you mean {near}?"));
    format!(
        "{unknown} is not a verdict{} (all: tlswalk explain)",
        near.unwrap_or_default()
    )
}

/// `healthy within 2 s`
fn within(text: &str) -> Option<Result<Wanted, String>> {
    let (verdict, limit) = match text.strip_prefix("within ") {
        Some(limit) => (None, limit),
        None => text
            .split_once(" within ")
            .map(|(verdict, limit)| (Some(verdict), limit))?,
    };
    Some(nanoseconds(limit).and_then(|nanoseconds| {
        let verdict = match verdict.map(str::trim) {
            Some(id) if explain::explanation(id).is_none() => return Err(no_verdict(id)),
            verdict => verdict.map(str::to_owned),
        };
        Ok(Wanted::Within { verdict, nanoseconds })
    }))
}

/// `2 s`, `0.5 s` or `500 ms`.
fn nanoseconds(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let (number, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1e6),
        (None, Some(number)) => (number, 1e9),
        (None, None) => return Err(format!("{text}: write the time as in 2 s or 500 ms")),
    };
    let number: f64 = number
        .trim()
        .parse()
        .map_err(|_| format!("{text}: write the time as in 2 s or 500 ms"))?;
    if !(0.0..=86_400e9).contains(&(number * unit)) {
        return Err(format!("{text}: up to a day can be expected"));
    }
    Ok((number * unit) as i64)
}

/// The key, the sign and the value after it.
fn relation(text: &str) -> Option<(&str, Relation, &str)> {
    let found = RELATIONS.iter().filter_map(|&(sign, relation)| {
        let (key, value) = text.split_once(sign)?;
        Some((key, relation, value, sign))
    });
    // The first sign counts, and among signs at one place the longest.
    let (key, relation, value, _) = found.min_by_key(|(key, _, _, sign)| (key.len(), std::cmp::Reverse(sign.len())))?;
    Some((key.trim(), relation, value.trim()))
}

fn fact(key: &str, relation: Relation, value: &str) -> Result<Wanted, String> {
    let values: Vec<String> = match value.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(quoted) => vec![quoted.to_owned()],
        None => value.split(',').map(|it| it.trim().to_owned()).collect(),
    };
    if values.iter().any(String::is_empty) {
        return Err(format!("{key}: nothing is expected of it"));
    }
    if key == "verdict" && relation == Relation::Is {
        return Ok(Wanted::Verdict(verdicts(value)?));
    }
    let known = KEYS.iter().find(|(name, _)| *name == key).map(|(_, key)| *key);
    let step = || {
        StepKind::ALL
            .iter()
            .find(|kind| kind.name() == key)
            .map(|kind| Key::Step(*kind))
    };
    let Some(key_found) = known.or_else(step) else {
        let keys: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "{key} cannot be expected: {}, or the name of a step can",
            keys.join(", ")
        ));
    };
    let words: &[&str] = match key_found {
        Key::ClientCertificate => &["sent", "not-sent", "asked", "not-asked"],
        Key::Step(_) => &["seen", "none", "client", "server"],
        Key::By => &["client", "server", "path", "device", "unknown"],
        Key::At => &["dns", "tcp", "proxy", "tls", "http", "close"],
        Key::Confidence => &["certain", "likely", "possible"],
        _ => &[],
    };
    match values
        .iter()
        .find(|it| !words.is_empty() && !words.contains(&it.as_str()))
    {
        Some(other) => return Err(format!("{key}: {other} is none of {}", words.join(", "))),
        None if key_found == Key::Tls => {
            if let Some(other) = values.iter().find(|it| facts::version(it).is_none()) {
                return Err(format!("tls: {other} is no version, as 1.2 or 1.3"));
            }
        }
        None if relation != Relation::Is => return Err(format!("{key} has no order; write {key}: …")),
        None => {}
    }
    Ok(Wanted::Is {
        key: key_found,
        relation,
        values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    #[test]
    fn a_mistake_is_named() {
        for (text, told) in [
            ("healty", "healty is not a verdict; did you mean healthy?"),
            ("healty within 2 s", "healty is not a verdict"),
            ("healthy within 2", "write the time"),
            ("healthy within 2e9 s", "up to a day"),
            ("colour: red", "colour cannot be expected"),
            ("tls >= new", "no version"),
            ("group >= X25519", "has no order"),
            ("client-certificate: given", "none of sent, not-sent"),
            ("alert:", "nothing is expected"),
            ("reset: yes", "none of seen, none"),
        ] {
            let error = Gate::parse(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn a_report_without_attempts_tells_no_fact() {
        let report = examples::no_traffic();
        let check = |text: &str| Gate::parse(text).unwrap().check(&report);
        assert!(matches!(check("alert: none"), Checked::Untold(_)));
        assert_eq!(check("no-licensing-traffic"), Checked::Met);
    }
}
