//! Claim on a certificate, Facts → Judgement: dates, names and issuers of the certificates that were sent.

use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

use super::Mark;
use super::claims::OfCertificate;
use super::facts::{Facts, Hidden, Of};
use super::judging::Judgement;
use super::tokens::Moment;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::in_prose;
use crate::connection::step::Side;
use crate::report::Certificate;

/// Judges a claim on the certificates of a side, or of both.
pub(super) fn judge(
    side: Option<Side>,
    subject: Option<&str>,
    what: &OfCertificate,
    not: bool,
    of: &Of<'_>,
    facts: &Facts<'_>,
) -> Judgement {
    let sides = || {
        [Side::Client, Side::Server]
            .into_iter()
            .filter(move |it| side.is_none_or(|side| side == *it))
    };
    let lacks = |it| of.certificates(it).is_empty() && of.lacks(it, facts.report);
    let chains: Vec<&[Certificate]> = sides()
        .map(|it| of.certificates(it))
        .filter(|it| !it.is_empty())
        .collect();
    if chains.is_empty() {
        return match sides().any(lacks) {
            true => Judgement::hidden(Hidden::NotCaptured),
            false if of.seals("certificate", side) => Judgement::hidden(Hidden::Encrypted),
            false => Judgement::open("check-why-no-certificate"),
        };
    }
    let all = || chains.iter().flat_map(|chain| chain.iter());
    let is_meant = |it: &&Certificate| subject.is_none_or(|wanted| is_named(it.subject.as_deref(), wanted));
    let mut meant: Vec<&Certificate> = all().filter(is_meant).collect();
    if meant.is_empty() {
        // A hidden chain may hold it.
        return match sides().any(lacks) {
            true => Judgement::hidden(Hidden::NotCaptured),
            false => Judgement::new(Mark::False)
                .because(phrase("check-why-no-subject"))
                .showing(all().flat_map(told).collect())
                .denied(not),
        };
    }
    if subject.is_none() && is_of_leaf(what, not) {
        meant = chains.iter().filter_map(|chain| chain.first()).collect();
    }
    of_all(&meant, what, not, facts)
}

/// True if the statement is about the leaf when no certificate is named: `the certificate has not expired`.
const fn is_of_leaf(what: &OfCertificate, not: bool) -> bool {
    match what {
        OfCertificate::SelfSigned | OfCertificate::Current | OfCertificate::NotYet => true,
        OfCertificate::Expired => not,
        _ => false,
    }
}

/// Judges a claim on any of these; if it is denied, it must hold for none.
fn of_all(meant: &[&Certificate], what: &OfCertificate, not: bool, facts: &Facts<'_>) -> Judgement {
    let judged: Vec<_> = meant.iter().map(|it| (holds(it, what, facts), told(it))).collect();
    let count = |mark: Mark| judged.iter().filter(|it| it.0 == mark).count();
    let everything = || judged.iter().flat_map(|it| it.1.clone()).collect::<Vec<_>>();
    let whole = judged.len();
    match (not, count(Mark::True), count(Mark::False)) {
        (true, 0, no) if no == whole => Judgement::new(Mark::True).showing(everything()),
        (true, yes, _) if yes == whole => Judgement::new(Mark::False).showing(everything()),
        (true, ..) => Judgement::open("check-why-two-readings").showing(everything()),
        (false, 1.., _) => {
            let true_ones = judged.iter().filter(|it| it.0 == Mark::True);
            Judgement::new(Mark::True).showing(true_ones.flat_map(|it| it.1.clone()).collect())
        }
        (false, _, no) if no == whole => Judgement::new(Mark::False).showing(everything()),
        (false, ..) => Judgement::open(why_open(what)).showing(everything()),
    }
}

const fn why_open(what: &OfCertificate) -> &'static str {
    match what {
        OfCertificate::NotAfter(_) | OfCertificate::NotBefore(_) => "check-why-zone",
        _ => "check-why-two-readings",
    }
}

/// A certificate with its frame, in a clause.
fn told(certificate: &Certificate) -> Vec<(u64, Phrase)> {
    let day = |time: &Option<String>| time.as_deref().and_then(|it| it.get(..10)).unwrap_or("?").to_owned();
    let words = |text: &Option<String>| in_prose(text.as_deref().unwrap_or_default()).into_owned();
    let text = phrase("check-certificate")
        .with("subject", words(&certificate.subject))
        .with("issuer", words(&certificate.issuer))
        .with("before", day(&certificate.not_before))
        .with("after", day(&certificate.not_after));
    vec![(certificate.frames.last().copied().unwrap_or(0), text)]
}

fn holds(certificate: &Certificate, what: &OfCertificate, facts: &Facts<'_>) -> Mark {
    let whether = |holds: bool| if holds { Mark::True } else { Mark::False };
    let validity = |wanted: &str| match certificate.validity {
        "unknown" => Mark::NotProvable,
        validity => whether(validity == wanted),
    };
    let day = |time: &Option<String>, moment: &Moment| match time.as_deref().map(|it| same_day(moment, it)) {
        Some(Some(same)) => whether(same),
        _ => Mark::NotProvable,
    };
    match what {
        OfCertificate::Sent => Mark::True,
        OfCertificate::Expired => validity("expired"),
        OfCertificate::NotYet => validity("not-yet-valid"),
        OfCertificate::Current => validity("current"),
        OfCertificate::NotAfter(moment) => day(&certificate.not_after, moment),
        OfCertificate::NotBefore(moment) => day(&certificate.not_before, moment),
        OfCertificate::Issuer(name) => match &certificate.issuer {
            Some(issuer) => whether(is_named(Some(issuer), name)),
            None => Mark::NotProvable,
        },
        OfCertificate::SelfSigned => match (certificate.self_signed, certificate.subject == certificate.issuer) {
            (true, _) => Mark::True,
            (false, true) => Mark::NotProvable,
            (false, false) => Mark::False,
        },
        OfCertificate::Serial(serial) => match &certificate.serial {
            Some(own) => {
                let bare = |text: &str| text.to_ascii_lowercase().trim_start_matches('0').to_owned();
                whether(bare(own) == bare(serial))
            }
            None => Mark::NotProvable,
        },
        OfCertificate::KeyBits(bits) => match certificate.key.as_deref().and_then(|it| it.strip_prefix("RSA ")) {
            Some(own) => own.parse().map_or(Mark::NotProvable, |own: u64| whether(own == *bits)),
            None => Mark::NotProvable,
        },
        OfCertificate::DaysBefore(days) => days_before(certificate, *days, facts),
    }
}

fn days_before(certificate: &Certificate, days: u64, facts: &Facts<'_>) -> Mark {
    let parse = |text: &Option<String>| text.as_deref().and_then(|it| OffsetDateTime::parse(it, &Rfc3339).ok());
    match (parse(&certificate.not_after), parse(&facts.report.capture.first)) {
        (Some(end), Some(first)) => {
            let between = (first - end).whole_days();
            match i64::try_from(days) {
                Ok(days) if (between - days).abs() <= 1 => Mark::True,
                _ => Mark::False,
            }
        }
        _ => Mark::NotProvable,
    }
}

/// True if a sentence's name fits a certificate: all of its parts, or its common name.
fn is_named(own: Option<&str>, wanted: &str) -> bool {
    let Some(own) = own else { return false };
    let flat = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = |text: &str| -> Vec<String> {
        text.split([',', '+', '/', ';'])
            .map(|part| flat(&part.replace(" =", "=").replace("= ", "=")))
            .filter(|it| !it.is_empty())
            .collect()
    };
    let (own_flat, wanted_flat) = (flat(own), flat(wanted));
    if own_flat == wanted_flat {
        return true;
    }
    let own_parts = parts(own);
    if wanted.contains('=') {
        let wanted = parts(wanted);
        return !wanted.is_empty() && wanted.iter().all(|part| own_parts.contains(part));
    }
    own_parts
        .iter()
        .any(|part| part.split_once('=').is_some_and(|(_, value)| value == wanted_flat))
}

fn offset(zone: i32) -> Option<UtcOffset> {
    UtcOffset::from_whole_seconds(zone).ok()
}

/// True if a time of a certificate is on that day; `None` if another time zone may explain the difference.
pub(super) fn same_day(moment: &Moment, time: &str) -> Option<bool> {
    let time = OffsetDateTime::parse(time, &Rfc3339).ok()?;
    let (year, month, day) = moment.day?;
    let claimed = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    if let Some(zone) = moment.zone.and_then(offset) {
        let local = time.to_offset(zone);
        let is_time = moment
            .seconds
            .is_none_or(|seconds| (seconds_of_day(local) - seconds).abs() < 1.0);
        return Some(local.date() == claimed && is_time);
    }
    let is_time = moment
        .seconds
        .is_none_or(|seconds| (seconds_of_day(time) - seconds).abs() < 1.0);
    if time.date() == claimed {
        return if is_time { Some(true) } else { None };
    }
    let apart = (time.date() - claimed).abs();
    if apart > Duration::days(1) {
        return Some(false);
    }
    // From 14 hours east to 12 hours west.
    let is_later = claimed > time.date();
    let hour = time.hour();
    let explains = if is_later { hour >= 10 } else { hour < 12 };
    if explains { None } else { Some(false) }
}

fn seconds_of_day(time: OffsetDateTime) -> f64 {
    f64::from(u32::from(time.hour()) * 3600 + u32::from(time.minute()) * 60 + u32::from(time.second()))
        + f64::from(time.nanosecond()) / 1e9
}

/// True if a step's time equals the claimed one, to a second; `None` if another time zone may explain the difference.
pub(super) fn same_moment(moment: &Moment, time: &str) -> Option<bool> {
    let time = OffsetDateTime::parse(time, &Rfc3339).ok()?;
    let seconds = moment.seconds?;
    let close = |time: OffsetDateTime| (seconds_of_day(time) - seconds).abs() <= 1.0;
    match moment.zone.and_then(offset) {
        Some(zone) => Some(close(time.to_offset(zone))),
        None if close(time) => Some(true),
        // Zones are a whole number of quarters of an hour apart.
        None => {
            let apart = (seconds_of_day(time) - seconds).abs() % 900.0;
            if apart <= 1.0 || apart >= 899.0 {
                None
            } else {
                Some(false)
            }
        }
    }
}
