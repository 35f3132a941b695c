//! text → What: statements of controllers and access points about joining, in syslog, on consoles and in tables.
//!
//! These are lines of an access point's console and of a controller (`%DTLS-…`, `%CAPWAP-…`, `show wireless stats ap
//! join summary`, `show ap join stats detailed`). They say nothing about licensing, and are shown beside the attempts
//! of access points.

use super::{JoinReason, What};

/// The meaning of a syslog message for joining, by its facility; `None` if it is about something else.
pub(super) fn of_syslog(facility: &str, mnemonic: &str, severity: u8, text: &str) -> Option<What> {
    let is_of_join = matches!(facility, "DTLS" | "CAPWAP" | "LWAPP")
        || facility.starts_with("CAPWAPAC_")
        || facility.starts_with("APMGR_")
        || facility.starts_with("DTLS_");
    if !is_of_join {
        return None;
    }
    let text = text.to_ascii_lowercase();
    // An access point also says goodbye with an alert.
    let is_alert = mnemonic.contains("ALERT") && text.contains("fatal") && !text.contains("close notify");
    let says_so = ["failed", "failure", "error", "expired", "rejected"]
        .iter()
        .any(|word| text.contains(word));
    let fails = mnemonic.contains("FAIL") || mnemonic.contains("ERR") || is_alert || severity <= 3 && says_so;
    let joined =
        mnemonic == "JOINEDCONTROLLER" || mnemonic.contains("JOIN") && text.split_whitespace().any(|it| it == "joined");
    Some(match fails {
        true => What::JoinFailed(reason(&text)),
        false if joined => What::Joined,
        false => What::Join,
    })
}

/// Words of a message, in lower case, and why a join failed by them; the more telling first. Names of alerts are those that
/// access points write (RFC 5246 section 7.2.2); "cert-chain not available" is the controller's for a certificate that it lacks.
const WHY: &[(JoinReason, &[&str])] = &[
    (
        JoinReason::CertificateDates,
        &["expired", "not yet valid", "not valid before"],
    ),
    (
        JoinReason::CertificateRefused,
        &[
            "bad certificate",
            "certificate unknown",
            "unknown ca",
            "unsupported certificate",
            "certificate revoked",
            "issuer certificate",
            "verify cert: failed",
            "cert verification failed",
            "certificate verification failed",
            "certificate validation",
            "cert-chain",
        ],
    ),
    (
        JoinReason::NotAuthorised,
        &["authoriz", "authoris", "radius", "auth-list", "ap auth"],
    ),
    (
        JoinReason::NoAnswer,
        &[
            "max retransmission",
            "timed out",
            "timeout",
            "time out",
            "no response",
            "not responding",
        ],
    ),
];

/// Why a join failed, by the words of a message in lower case.
fn reason(text: &str) -> JoinReason {
    let known = WHY
        .iter()
        .find(|(_, words)| words.iter().any(|word| text.contains(word)));
    known.map_or(JoinReason::Unspecified, |(reason, _)| *reason)
}

/// Parts of lines of a console that say that a join failed.
const FAILURES: [&str; 7] = [
    "Verify Cert: FAILED",
    "Cert Verification FAILED",
    "Max retransmission count reached",
    "DTLS_CLIENT_ERROR",
    "Peer certificate verification failed",
    "Failed to join controller",
    "dtls_disconnect: ERROR",
];

/// Parts of console lines that show how far a join has come.
const STEPS: [&str; 4] = [
    "CAPWAP State: ",
    "Discovery Request sent to ",
    "Discovery Response from ",
    "MIC certificate for DTLS",
];

/// Beginnings of lines of `show ap join stats detailed` and similar commands that give the reason of the last failed
/// join.
const REASONS: [&str; 5] = [
    "Reason for last unsuccessful attempt",
    "Reason for last AP connection failure",
    "Reason for error that occurred last",
    "Type of error that occurred last",
    "Last AP disconnect reason",
];

/// The meaning of a line without a mnemonic for joining.
pub(super) fn of_line(line: &str) -> Option<What> {
    let has = |parts: &[&str]| parts.iter().any(|part| line.contains(part));
    if has(&FAILURES) {
        return Some(What::JoinFailed(reason(&line.to_ascii_lowercase())));
    }
    if has(&STEPS) {
        return Some(What::Join);
    }
    let trimmed = line.trim_start_matches([' ', '-', '\t']);
    if let Some(rest) = REASONS.iter().find_map(|reason| trimmed.strip_prefix(reason)) {
        let value = rest.trim_start_matches([' ', '.', ':']).trim();
        let is_none =
            value.is_empty() || ["na", "n/a", "none", "not applicable"].contains(&&*value.to_ascii_lowercase());
        let reason = reason(&value.to_ascii_lowercase());
        return Some(if is_none { What::Join } else { What::JoinFailed(reason) });
    }
    of_row(line)
}

/// A row of `show wireless stats ap join summary`: two addresses of hardware, name, address, status, phase, reason.
fn of_row(line: &str) -> Option<What> {
    let mut words = line.split_whitespace();
    let is_hardware = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_hexdigit).count();
        word.len() == 14 && digits == 12 && word.bytes().filter(|&byte| byte == b'.').count() == 2
    };
    let first = words.next()?;
    // AireOS: `00:13:19:31:9c:e0............................. Not joined`.
    if let Some((hardware, rest)) = first.split_once("....")
        && hardware.len() == 17
        && hardware.bytes().filter(|&byte| byte == b':').count() == 5
        && rest.bytes().all(|byte| byte == b'.')
    {
        let said: Vec<&str> = words.collect();
        return match said.as_slice() {
            ["Joined"] => Some(What::Joined),
            ["Not", "joined"] => Some(What::JoinFailed(JoinReason::Unspecified)),
            _ => None,
        };
    }
    if !is_hardware(first) || !is_hardware(words.next()?) {
        return None;
    }
    if line.contains("Not Joined") || line.contains("Not joined") {
        return Some(What::JoinFailed(reason(&line.to_ascii_lowercase())));
    }
    words.any(|word| word == "Joined").then_some(What::Joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_joining_are_told_by_their_facility() {
        let said = |facility, mnemonic, severity, text| of_syslog(facility, mnemonic, severity, text);
        let alert = "Send FATAL : Bad certificate Alert to 192.0.2.5:5246";
        assert_eq!(
            said("DTLS", "SEND_ALERT", 5, alert),
            Some(What::JoinFailed(JoinReason::CertificateRefused))
        );
        let goodbye = "Send FATAL : Close notify Alert to 192.0.2.5:5246";
        assert_eq!(said("DTLS", "SEND_ALERT", 5, goodbye), Some(What::Join));
        assert_eq!(
            said("DTLS", "HANDSHAKE_FAILURE", 3, "x"),
            Some(What::JoinFailed(JoinReason::Unspecified))
        );
        let asked = "DTLS connection request sent peer_ip: 192.0.2.5 peer_port: 5246";
        assert_eq!(said("CAPWAP", "DTLSREQSEND", 5, asked), Some(What::Join));
        assert_eq!(said("SYS", "CONFIG_I", 5, "x"), None);
    }

    #[test]
    fn lines_of_consoles_and_tables_are_told_by_what_they_say() {
        for (line, what) in [
            (
                "[*11/29/2026 05:00:00.1] display_verify_cert_status: Verify Cert: FAILED at 0 depth: certificate has expired",
                Some(What::JoinFailed(JoinReason::CertificateDates)),
            ),
            ("[*11/29/2026 05:00:00.1] CAPWAP State: DTLS Setup", Some(What::Join)),
            (
                "[*11/29/2026 05:00:00.1] Max retransmission count reached for Connection 0x1!",
                Some(What::JoinFailed(JoinReason::NoAnswer)),
            ),
            (
                "00a1.b2c3.d4e5 00a1.b2c3.d4e6 AP-3 10.1.1.9 Not Joined Dtls-Handshake DTLS cert-chain not available",
                Some(What::JoinFailed(JoinReason::CertificateRefused)),
            ),
            (
                "00a1.b2c3.d4e5 00a1.b2c3.d4e6 AP-4 10.1.1.10 Joined Run NA",
                Some(What::Joined),
            ),
            (
                "- Reason for last unsuccessful attempt.......................... RADIUS authorization is pending for the AP",
                Some(What::JoinFailed(JoinReason::NotAuthorised)),
            ),
            (
                "- Reason for last unsuccessful attempt.......................... Not applicable",
                Some(What::Join),
            ),
            (
                "Type of error that occurred last : DTLS-Handshake",
                Some(What::JoinFailed(JoinReason::Unspecified)),
            ),
            (
                "00:0b:85:1b:7c:b0............................. Joined",
                Some(What::Joined),
            ),
            (
                "00:13:19:31:9c:e0............................. Not joined",
                Some(What::JoinFailed(JoinReason::Unspecified)),
            ),
            ("00:13:19:31:9c:e0............................. Not here", None),
            ("Interface Status Joined", None),
            ("00a1.b2c3.d4e5 dynamic Gi1/0/1", None),
        ] {
            assert_eq!(of_line(line), what, "{line}");
        }
    }
}
