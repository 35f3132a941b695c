//! wording → Reason, Standing: how the device says why. An open set: what is not known stays unspecified.

use super::Reason;

/// The reason behind a failure of communication. Wordings: Cisco FN72323, FN72578, 222725; an open set.
pub(super) fn reason(text: &str) -> Reason {
    let text = text.to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if any(&["resolve", "dns"]) {
        Reason::NameNotResolved
    } else if any(&[
        "cert cannot be validated",
        "certificate cannot be",
        "peer certificate",
        "certificate verif",
    ]) {
        Reason::CertificateNotValidated
    } else if any(&["empty response"]) {
        Reason::EmptyAnswer
    } else if any(&["timed out", "time out", "timeout", "err 207"]) {
        Reason::TimedOut
    } else if any(&["handshake", "ssl connect", "tls connect"]) {
        Reason::HandshakeFailed
    } else if any(&["transport is disabled", "transport is off"]) {
        Reason::TransportOff
    } else {
        Reason::Unspecified
    }
}

/// Whether a mnemonic of PKI says that a certificate was not accepted.
pub(super) fn certificate_is_invalid(mnemonic: &str) -> bool {
    mnemonic.contains("CERT")
        && ["INVALID", "EXPIRED", "UNAUTHORIZED", "VERIFY", "VALIDATION", "NOT_YET"]
            .iter()
            .any(|word| mnemonic.contains(word))
}

/// Whether the status in an answer says yes.
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
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
    }
}
