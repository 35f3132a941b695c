//! DeviceLogs → Finding: what the logs of controllers and access points say about joining, without an attempt in a capture.
//!
//! A controller's log covers many access points. An access point that joined later has no fault any more; for the
//! others, the last line that names a reason is reported.

use std::collections::BTreeMap;

use super::device_reports_failure::{ID, SUCCESS};
use crate::base::confidence::Confidence;
use crate::base::dialect::{Dialect, Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::device::{DeviceEvent, DeviceLog, JoinReason, What};
use crate::judge::finding::{At, By, Finding, Owner, Remedy};

/// The number of access points kept apart: a controller serves a few thousand.
const MAX_ACCESS_POINTS: usize = 16 * 1024;

/// The finding for logs about access points only; `None` if the logs mention licensing, or no join.
pub(super) fn finding(logs: &[DeviceLog], dialect: Dialect) -> Option<Finding> {
    let events = || logs.iter().flat_map(|log| &log.events);
    let of_licensing = |event: &DeviceEvent| {
        let what = event.what;
        (what.is_failure() || what.is_success()) && what != What::CertificateInvalid
    };
    let joined = events().rfind(|event| event.what == What::Joined);
    if events().any(of_licensing) || !events().any(|event| event.what.is_of_join()) {
        return None;
    }
    let Some((reason, event)) = failing(events()) else {
        let says = &joined?.text;
        let summary = phrase("device-success-join").with("says", says);
        return Some(
            Finding::ok(SUCCESS, summary)
                .confidence(Confidence::Likely)
                .cannot_tell(phrase("device-cannot-tell-success")),
        );
    };
    let mut finding = Finding::error(
        ID,
        By::Unknown,
        at(reason),
        phrase(summary(reason)).with("says", &event.text),
    )
    .confidence(Confidence::Likely)
    .cannot_tell(phrase("device-cannot-tell-join"));
    finding.remedies = remedies(reason, dialect, &phrase("device-join-verify"));
    Some(finding)
}

/// The last line that names a reason, among access points that did not join; otherwise their last line.
fn failing<'l>(events: impl Iterator<Item = &'l DeviceEvent>) -> Option<(JoinReason, &'l DeviceEvent)> {
    let mut failing: BTreeMap<&str, (usize, JoinReason, &DeviceEvent)> = BTreeMap::new();
    for (at, event) in events.enumerate() {
        let reason = match event.what {
            What::Joined => {
                failing.remove(who(event.text.raw()));
                continue;
            }
            What::JoinFailed(reason) => reason,
            // Beside lines about joins, the certificate is that of an access point or of the controller.
            What::CertificateInvalid if event.text.raw().contains("EXPIRED") => JoinReason::CertificateDates,
            What::CertificateInvalid => JoinReason::CertificateRefused,
            _ => continue,
        };
        let key = who(event.text.raw());
        let known = failing.get(key).copied();
        let keeps = known.is_some_and(|(_, known, _)| reason == JoinReason::Unspecified && known != reason);
        if !keeps && (known.is_some() || failing.len() < MAX_ACCESS_POINTS) {
            failing.insert(key, (at, reason, event));
        }
    }
    let telling = |(at, reason, _): &(usize, JoinReason, &DeviceEvent)| (*reason != JoinReason::Unspecified, *at);
    let found = failing.into_values().max_by_key(telling);
    found.map(|(_, reason, event)| (reason, event))
}

/// The access point that a line names, by the first of its hardware addresses; empty if the line names none.
fn who(text: &str) -> &str {
    let is_hardware = |word: &&str| {
        let digits = word.bytes().filter(u8::is_ascii_hexdigit).count();
        let marks = word.bytes().filter(|byte| matches!(byte, b'.' | b':' | b'-')).count();
        digits == 12 && matches!((word.len(), marks), (14, 2) | (17, 5))
    };
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '[' | ']'));
    words
        .map(|word| word.trim_matches(['.', ':', '-']))
        .find(is_hardware)
        .unwrap_or_default()
}

const fn at(reason: JoinReason) -> At {
    match reason {
        JoinReason::NotAuthorised => At::Http,
        _ => At::Tls,
    }
}

const fn summary(reason: JoinReason) -> &'static str {
    match reason {
        JoinReason::CertificateDates => "device-join-dates",
        JoinReason::CertificateRefused => "device-join-certificate",
        JoinReason::NotAuthorised => "device-join-authorised",
        JoinReason::NoAnswer => "device-join-silent",
        JoinReason::Unspecified => "device-join-unspecified",
    }
}

/// The remedies for a failed join, for the reason that the device logs.
pub(super) fn remedies(reason: JoinReason, dialect: Dialect, verify: &Phrase) -> Vec<Remedy> {
    let remedy = |owner, action: &'static str, tasks: &[Task]| Remedy {
        owner,
        action: phrase(action),
        commands: dialect.lines(tasks),
        verify: verify.clone(),
    };
    let look = [task("join-certificates"), task("join-show")];
    let first = match reason {
        JoinReason::CertificateDates => {
            let clock = remedy(Owner::Server, "device-join-clock-do", &[task("join-clock")]);
            let expired = remedy(Owner::Server, "device-join-dates-do", &[task("join-ignore-expiry")]);
            vec![clock, expired]
        }
        JoinReason::CertificateRefused => vec![remedy(Owner::Server, "join-issuer-unknown", &look)],
        JoinReason::NotAuthorised => vec![remedy(Owner::Server, "join-refused-do", &[task("join-show")])],
        JoinReason::NoAnswer => vec![remedy(Owner::Firewall, "device-join-silent-do", &[])],
        JoinReason::Unspecified => vec![remedy(Owner::Server, "device-join-look-do", &look)],
    };
    let own = remedy(Owner::Wlc, "join-look-at-access-point", &[task("join-access-point")]);
    first.into_iter().chain([own]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::finding::VerdictId;

    fn told(text: &str) -> Option<(VerdictId, String)> {
        let logs = [crate::device::read("a", text.as_bytes())];
        let finding = finding(&logs, Dialect::IosXeWireless)?;
        Some((finding.id, finding.summary.english()))
    }

    const ROW: &str = "00a1.b2c3.d4e5 00a1.b2c3.d4e6 AP-3 10.1.1.9 Not Joined Dtls-Handshake DTLS Handshake timeout\n";

    #[test]
    fn an_access_point_that_joined_later_fails_no_more() {
        let joined = ROW.replace("Not Joined", "Joined");
        assert_eq!(told(ROW).unwrap().0, ID);
        assert_eq!(told(&format!("{ROW}{joined}")).unwrap().0, SUCCESS);
        // Another access point's success says nothing about this one.
        let other = joined.replace("b2c3", "b2c9");
        assert_eq!(told(&format!("{ROW}{other}")).unwrap().0, ID);
    }

    #[test]
    fn a_vague_line_leaves_the_reason_that_stood_before() {
        let expired = "Nov 29 05:00:00: %PKI-3-CERTIFICATE_INVALID_EXPIRED: Certificate chain validation has failed.\n";
        let vague = "Nov 29 05:00:01: %DTLS-3-HANDSHAKE_FAILURE: Chassis 1 R0/0: wncd: Failed\n";
        let (id, summary) = told(&format!("{expired}{vague}")).unwrap();
        assert_eq!(id, ID);
        assert!(summary.contains("CERTIFICATE_INVALID_EXPIRED"), "{summary}");
    }

    #[test]
    fn licensing_is_told_before_access_points() {
        let licensing =
            "Aug 23 09:19:43: %SMART_LIC-3-COMM_FAILED: x : Unable to resolve server hostname/domain name\n";
        assert_eq!(told(&format!("{licensing}{ROW}")), None);
        assert_eq!(told(licensing), None);
        // An invalid certificate may be anyone's if no line mentions a join.
        assert_eq!(told("Nov 29 05:00:00: %PKI-3-CERTIFICATE_INVALID_EXPIRED: x\n"), None);
    }
}
