//! text → Syslog: one message of IOS XE or IOS XR, wherever in a line it stands.
//!
//! `[seq: ][*|.]Mmm dd [yyyy] hh:mm:ss[.mmm][ TZ]: %FACILITY-SEVERITY-MNEMONIC: text`. What stands in front differs by
//! platform, high availability and syslog server; the mnemonic is the same. So it is looked for, and the stamp is the last
//! one before it. Peers are named differently from release to release and are not looked at.

use super::stamp::Stamp;
use super::wording::{certificate_is_invalid, reason};
use super::{What, shown};
use crate::base::wire_text::WireText;

/// How far before a mnemonic its stamp is looked for: headers of two syslog servers and a line card have under 150 bytes.
const LONGEST_HEADER: usize = 256;

/// A message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Syslog<'a> {
    pub(super) stamp: Option<Stamp>,
    /// `SMART_LIC`, without a prefix such as `LICENSE-`.
    pub(super) facility: &'a str,
    /// `COMM_FAILED`.
    pub(super) mnemonic: &'a str,
    /// What it says.
    pub(super) text: &'a str,
    /// From `%` on.
    pub(super) whole: &'a str,
}

/// The message in a line.
pub(super) fn find(line: &str) -> Option<Syslog<'_>> {
    // A per cent sign may stand in the header of a server, and does stand in many other texts.
    let mut from = 0;
    for _ in 0..4 {
        let at = from + line.get(from..)?.find('%')?;
        if let Some(found) = parse(line, at) {
            return Some(found);
        }
        from = at + 1;
    }
    None
}

fn parse(line: &str, at: usize) -> Option<Syslog<'_>> {
    let whole = line.get(at..)?;
    let rest = whole.get(1..)?;
    let len = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
        .count();
    let (code, behind) = rest.split_at_checked(len)?;
    let mut parts = code.rsplitn(3, '-');
    let (mnemonic, severity, facility) = (parts.next()?, parts.next()?, parts.next()?);
    if mnemonic.is_empty() || facility.is_empty() || !matches!(severity.as_bytes(), [b'0'..=b'7']) {
        return None;
    }
    let text = behind.trim_start().strip_prefix(':')?.trim();
    let mut start = at.saturating_sub(LONGEST_HEADER);
    while !line.is_char_boundary(start) {
        start += 1;
    }
    let header = line.get(start..at)?;
    let (mut stamp, place) = match Stamp::last_in(header) {
        Some((stamp, place)) => (Some(stamp), place),
        None => (None, 0),
    };
    // A syslog server's header has the year that the device leaves out.
    if let Some(stamp) = &mut stamp
        && stamp.year.is_none()
        && let Some((server, _)) = header.get(..place).and_then(Stamp::last_in)
    {
        stamp.year = server.year.filter(|_| server.month == stamp.month);
    }
    Some(Syslog {
        stamp,
        facility: facility.rsplit('-').next().unwrap_or(facility),
        mnemonic,
        text,
        whole,
    })
}

impl Syslog<'_> {
    /// What it means for licensing; `None`: it is about something else.
    pub(super) fn what(&self) -> Option<What> {
        Some(match (self.facility, self.mnemonic) {
            ("SMART_LIC", "COMM_FAILED") => What::CommunicationFailed(reason(self.text)),
            ("SMART_LIC", "COMM_RESTORED") => What::CommunicationRestored,
            ("SMART_LIC", "TRUST_INSTALL_SUCCESS" | "TRUST_CODE_INSTALL_SUCCESS") => What::TrustInstalled,
            ("SMART_LIC", mnemonic) if mnemonic.contains("TRUST") && mnemonic.contains("FAIL") => What::TrustFailed,
            ("SMART_LIC", "AGENT_REG_FAILED" | "AUTH_RENEW_FAILED" | "ID_CERT_RENEW_FAILED") => What::TrustFailed,
            ("SMART_LIC" | "SMART_LIC_UTILITY", _) => What::Other,
            ("CALL_HOME", "SL_MESSAGE_FAILED") => What::CommunicationFailed(reason(self.text)),
            ("PKI", "CRL_FETCH_FAIL") => What::RevocationFailed,
            ("PKI", mnemonic) if certificate_is_invalid(mnemonic) => What::CertificateInvalid,
            ("PKI" | "SSL" | "CRYPTO_PKI" | "HTTPC" | "HTTP_CLIENT" | "CALL_HOME", _) => What::Other,
            ("CRYPTO_ENGINE", "KEY_DELETED" | "KEY_ADDITION") if self.text.contains("SLA-KeyPair") => What::KeysRenewed,
            ("SYS", "CLOCKUPDATE") => What::ClockSet,
            ("NTP", mnemonic) if mnemonic.contains("UNSYNC") || mnemonic.contains("UNREACH") => What::ClockDoubtful,
            ("NTP", _) => What::Other,
            _ => return None,
        })
    }

    /// From the mnemonic on, as shown.
    pub(super) fn shown(&self) -> WireText {
        shown(self.whole)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mark, Reason};
    use super::*;

    fn found(line: &str) -> (String, &str, Option<What>) {
        let syslog = find(line).unwrap_or_else(|| panic!("{line}"));
        let stamp = syslog.stamp.as_ref().map(ToString::to_string).unwrap_or_default();
        (stamp, syslog.mnemonic, syslog.what())
    }

    #[test]
    fn the_mnemonic_is_found_whatever_stands_in_front() {
        let resolve = Some(What::CommunicationFailed(Reason::NameNotResolved));
        let text = "Communications failure with the Cisco Smart License Utility (CSLU) : Unable to resolve server hostname/domain name";
        for (header, stamp) in [
            ("Aug 23 09:19:43.486: ", "Aug 23 09:19:43.486"),
            ("000123: *Aug 23 09:19:43.486: ", "Aug 23 09:19:43.486"),
            (".Aug 23 2021 09:19:43 CEST: ", "2021 Aug 23 09:19:43 CEST"),
            (
                "<187>Aug 23 09:20:00 10.1.1.1 812: 000123: Aug 23 09:19:43.486: ",
                "Aug 23 09:19:43.486",
            ),
            (
                "2021-08-23T09:20:00Z wlc-1 812: Aug 23 09:19:43.486: ",
                "2021 Aug 23 09:19:43.486",
            ),
            ("Aug 23 09:19:43.486: Chassis 1 R0/0: smartd: ", "Aug 23 09:19:43.486"),
            ("", ""),
        ] {
            let line = format!("{header}%SMART_LIC-3-COMM_FAILED: {text}");
            assert_eq!(found(&line), (stamp.to_owned(), "COMM_FAILED", resolve), "{line}");
        }
        let xr = format!(
            "RP/0/RP0/CPU0:Jan  9 13:54:11.717 UTC: smartlicserver[390]: %LICENSE-SMART_LIC-3-COMM_FAILED : {text}"
        );
        assert_eq!(
            found(&xr),
            ("Jan 09 13:54:11.717 UTC".to_owned(), "COMM_FAILED", resolve)
        );
    }

    #[test]
    fn marks_of_the_clock_are_kept() {
        let stamp = find("*Aug 23 09:19:43.486: %SMART_LIC-6-TRUST_INSTALL_SUCCESS: x")
            .unwrap()
            .stamp;
        assert_eq!(stamp.unwrap().mark, Mark::NotSet);
    }

    #[test]
    fn a_per_cent_sign_is_no_message() {
        for line in [
            "",
            "%",
            "CPU 5%/0%; one minute: 6%",
            "%Warning: reload required",
            "%A-9-B: x",
            "%-3-: x",
            "%A-3-B",
        ] {
            assert!(find(line).is_none(), "{line}");
        }
    }
}
