//! Testimony, Finding → Finding: how a line of a device's log affects a verdict.
//!
//! A line agrees with a verdict or contradicts what the capture shows. A line that agrees never creates a verdict. It
//! makes one surer where it excludes the other explanations: by one step, if the line's time is at least likely and the
//! verdict claims no silence. Where a line contradicts the frames, the frames are believed and the line is named.

use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::device::{JoinReason, Reason, What};
use crate::judge::finding::{Evidence, Finding, Severity};

/// How a line relates to a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// It says the same.
    Agrees,
    /// It says the same, and excludes the other explanations.
    Settles,
    /// It is about the attempt, and neither confirms nor denies the verdict.
    Neutral,
}

/// How a line relates to the verdict with this id.
#[must_use]
pub fn bearing(what: What, id: &str, severity: Severity) -> Bearing {
    if what.is_of_join() {
        return of_join(what, id, severity);
    }
    match (what, id) {
        (What::CommunicationFailed(Reason::NameNotResolved), "dns-no-response" | "dns-error") => Bearing::Settles,
        (
            What::CommunicationFailed(Reason::CertificateNotValidated) | What::CertificateInvalid,
            "server-certificate-rejected" | "interception-suspected",
        ) => Bearing::Settles,
        (What::RevocationFailed, "crl-fetch-failed") => Bearing::Settles,
        (
            What::NoAnswer | What::CommunicationFailed(Reason::EmptyAnswer | Reason::TimedOut),
            "no-application-response",
        ) => Bearing::Settles,
        (What::CommunicationFailed(_) | What::NoAnswer, _) if severity == Severity::Error => Bearing::Agrees,
        (What::Answer(Some(false)) | What::CommunicationFailed(Reason::HttpStatus(_)), "application-error") => {
            Bearing::Agrees
        }
        (what, "refused-by-service" | "device-reports-failure") if what.is_failure() => Bearing::Agrees,
        (what, _) if what.is_success() && severity == Severity::Ok => Bearing::Agrees,
        _ => Bearing::Neutral,
    }
}

/// The same for lines about access points that join.
fn of_join(what: What, id: &str, severity: Severity) -> Bearing {
    match (what, id) {
        (
            What::JoinFailed(JoinReason::CertificateDates | JoinReason::CertificateRefused),
            "client-certificate-rejected" | "server-certificate-rejected",
        )
        | (What::JoinFailed(JoinReason::NotAuthorised), "refused-by-service")
        | (What::JoinFailed(JoinReason::NoAnswer), "tls-no-response" | "silent-mid-handshake") => Bearing::Settles,
        (What::JoinFailed(_), _) if severity == Severity::Error => Bearing::Agrees,
        (What::Joined, _) if severity == Severity::Ok => Bearing::Agrees,
        _ => Bearing::Neutral,
    }
}

/// Makes a verdict surer by one step where a line settles it: the device knows why it gave up. Only lines whose time is
/// beyond doubt count, and a claim of silence stays limited to what the capture can prove.
pub fn support(finding: &mut Finding, attempt: &Attempt<'_>) {
    let settles = attempt.testimonies.iter().find(|it| {
        it.certainty >= Confidence::Likely
            && bearing(it.what(attempt), &finding.id, finding.severity) == Bearing::Settles
    });
    let Some(testimony) = settles else { return };
    let before = finding.confidence;
    finding.confidence = match finding.confidence {
        Confidence::Possible => Confidence::Likely,
        // Where both sides are silent, a line from one of them does not show what the other did.
        Confidence::Likely if finding.claims_silence_of.is_none() => Confidence::Certain,
        same => same,
    };
    if finding.confidence > before
        && let Some(frame) = finding.evidence.last().map(|evidence| evidence.frame)
    {
        let what = phrase("device-supports")
            .with("log", testimony.log.name.as_str())
            .with("line", testimony.event.line);
        finding.evidence.push(Evidence { frame, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_that_names_the_cause_settles_it() {
        let name = What::CommunicationFailed(Reason::NameNotResolved);
        assert_eq!(bearing(name, "dns-error", Severity::Error), Bearing::Settles);
        assert_eq!(bearing(name, "tcp-refused", Severity::Error), Bearing::Agrees);
        let vague = What::CommunicationFailed(Reason::Unspecified);
        assert_eq!(bearing(vague, "dns-error", Severity::Error), Bearing::Agrees);
        assert_eq!(bearing(vague, "healthy", Severity::Ok), Bearing::Neutral);
        assert_eq!(bearing(What::TrustInstalled, "healthy", Severity::Ok), Bearing::Agrees);
    }

    #[test]
    fn what_is_said_of_joining_is_worth_what_it_names() {
        let failed = |reason, id| bearing(What::JoinFailed(reason), id, Severity::Error);
        let (dates, silent) = (JoinReason::CertificateDates, JoinReason::NoAnswer);
        assert_eq!(failed(dates, "client-certificate-rejected"), Bearing::Settles);
        assert_eq!(failed(silent, "tls-no-response"), Bearing::Settles);
        assert_eq!(failed(silent, "client-certificate-rejected"), Bearing::Agrees);
        assert_eq!(bearing(What::Joined, "healthy", Severity::Ok), Bearing::Agrees);
        assert_eq!(
            bearing(What::Joined, "tls-no-response", Severity::Error),
            Bearing::Neutral
        );
    }
}
