//! wording → Reason, Standing: how the device says why. An open set: what is not known stays unspecified.

use super::Reason;

/// Reasons for a failure of communication: words, one of which occurs, most informative first. The agent's own wordings
/// are those of Cisco FN72323, FN72578 and 222725, and curl's, which it passes on; an open set.
const REASONS: &[(Reason, &[&str])] = &[
    (Reason::NameNotResolved, &["resolve", "dns"]),
    (
        Reason::CertificateNotValidated,
        &[
            "cert cannot be validated",
            "certificate cannot be",
            "certificate problem",
            "certificate verif",
            "certificate validation",
            "issuer certificate",
            "peer certificate",
            "self signed certificate",
            "self-signed certificate",
        ],
    ),
    (Reason::EmptyAnswer, &["empty response", "empty reply"]),
    (Reason::TimedOut, &["timed out", "time out", "timeout", "err 207"]),
    (Reason::HandshakeFailed, &["handshake", "ssl connect", "tls connect"]),
    (Reason::TransportOff, &["transport is disabled", "transport is off"]),
    (
        Reason::NotConnected,
        &[
            "connection refused",
            "couldn't connect",
            "could not connect",
            "failed to connect",
            "unable to connect",
            "unreachable",
            "no route to host",
        ],
    ),
    (
        Reason::NotSent,
        &[
            "fail to send",
            "failed to send",
            "failed sending",
            "message send",
            "request aborted",
        ],
    ),
];

/// Statuses that are given in words only (RFC 9110 section 15, RFC 6585 section 4).
const STATUSES: &[(u16, &str)] = &[
    (429, "too many requests"),
    (500, "internal server error"),
    (502, "bad gateway"),
    (503, "service unavailable"),
    (504, "gateway time"),
];

/// The reason for a failure of communication.
pub(super) fn reason(text: &str) -> Reason {
    let text = text.to_ascii_lowercase();
    // A status is an answer, whatever its words sound like: `404 host not found`, `504 Gateway Time-out`.
    if let Some(status) = http_status(&text) {
        return Reason::HttpStatus(status);
    }
    let known = REASONS
        .iter()
        .find(|(_, words)| words.iter().any(|word| text.contains(word)));
    known.map_or(Reason::Unspecified, |(reason, _)| *reason)
}

/// An HTTP status that is a refusal: by its number, if that begins the reason or follows a word that announces it,
/// otherwise by its words.
fn http_status(text: &str) -> Option<u16> {
    let announces = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        word.starts_with("http") || matches!(word, "status" | "error" | "code" | "response" | "returned")
    };
    let mut before = ":";
    for word in text.split_whitespace() {
        let digits = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let status = digits.parse().ok().filter(|status| (400..600).contains(status));
        let is_told = before.ends_with(':') && !before.starts_with("port") || announces(before);
        // 443 is no status of HTTP, and the port of every other line.
        if let Some(status) = status.filter(|&status| is_told && status != 443) {
            return Some(status);
        }
        before = word;
    }
    let by_words = STATUSES.iter().find(|(_, words)| text.contains(words));
    by_words.map(|(status, _)| *status)
}

/// True if a PKI mnemonic says that a certificate was not accepted.
pub(super) fn certificate_is_invalid(mnemonic: &str) -> bool {
    mnemonic.contains("CERT")
        && ["INVALID", "EXPIRED", "UNAUTHORIZED", "VERIFY", "VALIDATION", "NOT_YET"]
            .iter()
            .any(|word| mnemonic.contains(word))
}

/// True if the status in an answer is a success.
pub(super) fn is_good(status: &str) -> Option<bool> {
    match status {
        "" | "null" => None,
        "SUCCESS" | "OK" | "OK_POLL" | "COMPLETE" => Some(true),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_reasons_are_told_apart_and_others_stay_unspecified() {
        for (text, expected) in [
            (
                "(CSSM) : Unable to resolve server hostname/domain name",
                Reason::NameNotResolved,
            ),
            (
                "Cannot establish secure connection because server TLS cert cannot be validated",
                Reason::CertificateNotValidated,
            ),
            ("Received empty response from server", Reason::EmptyAnswer),
            ("to: https://x (ERR 207 : Connection time out)", Reason::TimedOut),
            ("SSL handshake failed", Reason::HandshakeFailed),
            ("the Cisco Smart Software Manager", Reason::Unspecified),
            ("No detail given", Reason::Unspecified),
            (
                "(CSSM) : HTTP Server Error 500: Internal Server Error",
                Reason::HttpStatus(500),
            ),
            ("(CSLU) : 404 host not found", Reason::HttpStatus(404)),
            ("(CSLU) : HTTP/1.1 504 Gateway Time-out", Reason::HttpStatus(504)),
            ("(CSSM) : Bad Gateway", Reason::HttpStatus(502)),
            (
                "Failed to connect to 10.1.1.1 port 443: Connection refused",
                Reason::NotConnected,
            ),
            ("(CSSM) : 443 is closed", Reason::Unspecified),
            ("Fail to send out Call Home HTTP message.", Reason::NotSent),
            ("(ERR 205 : Request Aborted)", Reason::NotSent),
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
    }
}
