//! Certificates → chains with bars: the validity of each, against the time of the capture.

use serde::Serialize;

use super::super::labels::seconds_of;
use super::super::{Certificate, Connection};
use crate::base::phrase::{Phrase, Voice, phrase};
use crate::base::wire_text::in_prose;

/// The number of certificates shown per chain, and of names per certificate: real ones have fewer, and the page stays
/// small.
const MOST: usize = 8;
/// Width of a bar in the units of its drawing.
const WIDTH: f64 = 1000.0;
const DAY: f64 = 86_400.0;

/// The certificates that one side presented.
#[derive(Debug, Serialize)]
pub(super) struct Chain {
    title: String,
    certificates: Vec<Shown>,
    /// How many are left out, in words.
    more: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    subject: String,
    issuer: String,
    self_signed: bool,
    validity: &'static str,
    dates: String,
    state: String,
    bar: Option<Bar>,
    frames: String,
    facts: Vec<(String, String)>,
}

/// A bar: the ends of the validity, and the position of the capture.
#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    width: f64,
    now: f64,
    label: String,
}

/// The chains of a connection; `captured` is the time of its certificates, or of its first step.
pub(super) fn chains(connection: &Connection, voice: Voice) -> Vec<Chain> {
    let of = |side: &str| {
        let certificate = |step: &&super::super::Step| step.kind == "certificate" && step.side == side;
        let step = connection.steps.iter().find(certificate).or(connection.steps.first());
        step.map(|step| step.time.as_str()).unwrap_or_default()
    };
    [
        ("page-server-chain", &connection.certificates.server, of("server")),
        ("page-client-chain", &connection.certificates.client, of("client")),
    ]
    .into_iter()
    .filter(|(_, chain, _)| !chain.is_empty())
    .map(|(title, chain, captured)| {
        let shown = chain.get(..MOST).unwrap_or(chain);
        let scale = Scale::of(shown, captured);
        let more = chain.len() - shown.len();
        Chain {
            title: phrase(title).told(voice),
            certificates: shown.iter().map(|it| show(it, captured, scale, voice)).collect(),
            more: if more == 0 {
                String::new()
            } else {
                phrase("page-more").with("count", more).told(voice)
            },
        }
    })
    .collect()
}

/// The time that a chain's bars span.
#[derive(Clone, Copy, Debug)]
struct Scale {
    from: f64,
    to: f64,
}

impl Scale {
    fn of(chain: &[Certificate], captured: &str) -> Self {
        let times = chain.iter().flat_map(|it| [&it.not_before, &it.not_after]);
        let times = times.flatten().filter_map(|time| seconds_of(time));
        let (mut from, mut to) = (f64::MAX, f64::MIN);
        for time in times.chain(seconds_of(captured)) {
            from = from.min(time);
            to = to.max(time);
        }
        // Room at both ends, so that a capture outside every validity is not at the edge.
        let margin = ((to - from) * 0.03).max(DAY);
        Self {
            from: from - margin,
            to: to + margin,
        }
    }

    fn place(self, time: f64) -> f64 {
        (((time - self.from) / (self.to - self.from)) * WIDTH)
            .clamp(0.0, WIDTH)
            .round()
    }
}

fn show(certificate: &Certificate, captured: &str, scale: Scale, voice: Voice) -> Shown {
    let day = |time: &Option<String>| {
        let day = time.as_deref().and_then(|time| time.get(..10));
        day.unwrap_or("?").to_owned()
    };
    let (from, to) = (day(&certificate.not_before), day(&certificate.not_after));
    let state = state(certificate, captured).told(voice);
    let label = phrase("page-bar")
        .with("from", from.as_str())
        .with("to", to.as_str())
        .with("at", captured.get(..10).unwrap_or_default())
        .with("state", state.as_str());
    let frames: Vec<String> = certificate.frames.iter().take(MOST).map(u64::to_string).collect();
    Shown {
        subject: match (&certificate.subject, &certificate.error) {
            (Some(subject), _) => in_prose(subject).into_owned(),
            (None, Some(error)) => error.clone(),
            (None, None) => phrase("page-unreadable").told(voice),
        },
        issuer: in_prose(certificate.issuer.as_deref().unwrap_or_default()).into_owned(),
        self_signed: certificate.self_signed,
        validity: certificate.validity,
        dates: phrase("page-valid").with("from", from).with("to", to).told(voice),
        state,
        bar: bar(certificate, captured, scale, label.told(voice)),
        frames: frames.join(", "),
        facts: facts(certificate, voice),
    }
}

/// Whether it was valid at the time of the capture, or how long it had expired, or was not yet valid.
fn state(certificate: &Certificate, captured: &str) -> Phrase {
    let begin = certificate.not_before.as_deref().and_then(seconds_of);
    let end = certificate.not_after.as_deref().and_then(seconds_of);
    let now = seconds_of(captured);
    let days = |late: Option<f64>, early: Option<f64>| {
        let seconds = late.zip(early).map_or(0.0, |(late, early)| late - early);
        (seconds / DAY).max(0.0) as i64
    };
    match certificate.validity {
        "current" => phrase("page-current"),
        "expired" => phrase("page-expired").with("days", days(now, end)),
        "not-yet-valid" => phrase("page-not-yet-valid").with("days", days(begin, now)),
        _ => phrase("page-validity-unknown"),
    }
}

/// Its validity as a bar, with the time of the capture.
fn bar(certificate: &Certificate, captured: &str, scale: Scale, label: String) -> Option<Bar> {
    let begin = seconds_of(certificate.not_before.as_deref()?)?;
    let end = seconds_of(certificate.not_after.as_deref()?)?;
    Some(Bar {
        x: scale.place(begin),
        width: (scale.place(end) - scale.place(begin)).max(4.0),
        now: scale.place(seconds_of(captured)?),
        label,
    })
}

/// Its other fields, each with a label, if it has them.
fn facts(certificate: &Certificate, voice: Voice) -> Vec<(String, String)> {
    let listed = |values: &[String]| {
        let mut text = values.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = values.len().checked_sub(MOST) {
            text.push_str(", ");
            text.push_str(&phrase("page-more").with("count", more).told(voice));
        }
        text
    };
    let or_not = |text: &Option<String>| text.clone().unwrap_or_default();
    let names: Vec<String> = certificate
        .names
        .iter()
        .map(|name| in_prose(name).into_owned())
        .collect();
    [
        ("page-names", listed(&names)),
        ("page-key", or_not(&certificate.key)),
        ("page-signature", or_not(&certificate.signature_algorithm)),
        ("page-usages", listed(&certificate.usages)),
        ("page-serial", or_not(&certificate.serial)),
        ("page-fingerprint", certificate.sha256.clone()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(id, value)| (phrase(id).told(voice), value))
    .collect()
}
