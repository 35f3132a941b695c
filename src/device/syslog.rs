//! text → Syslog: one message of IOS XE, IOS XR, NX-OS or ASA, anywhere in a line.
//!
//! `[seq: ][*|.]Mmm dd [yyyy] hh:mm:ss[.mmm][ TZ]: %FACILITY-SEVERITY-MNEMONIC: text`. The part before it differs by
//! platform, high availability and syslog server; the mnemonic is the same. So the mnemonic is searched for, and the
//! stamp is the last one before it. Names of peers differ from release to release and are not read.
//!
//! The licensing agent is the same program everywhere. IOS XR writes `%LICENSE-SMART_LIC-3-COMM_FAILED`, NX-OS
//! `%LICMGR-3-LOG_SMART_LIC_COMM_FAILED`, and ASA puts the whole message into one of its own:
//! `%ASA-3-444303: %SMART_LIC-3-COMM_FAILED: …`.

use super::join;
use super::stamp::Stamp;
use super::wording::{certificate_is_invalid, reason};
use super::{Reason, System, What, shown};
use crate::base::wire_text::WireText;

/// The greatest distance between a stamp and its mnemonic: headers of two syslog servers and a line card have under 150
/// bytes.
const LONGEST_HEADER: usize = 256;

/// The licensing agent, as a facility.
pub(super) const AGENT: &str = "SMART_LIC";
/// The licence manager of NX-OS, and how it begins the mnemonics of the agent.
const NX_OS: &str = "LICMGR";
const NX_OS_AGENT: &str = "LOG_SMART_LIC_";
/// The facilities of ASA and of FTD, which runs it.
const ASA: [&str; 2] = ["ASA", "FTD"];
/// The least severe of errors: 0 to 3 are emergency, alert, critical and error (RFC 5424 section 6.2.1).
const ERROR: u8 = 3;

/// A message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Syslog<'a> {
    pub(super) stamp: Option<Stamp>,
    /// `SMART_LIC`, without a prefix such as `LICENSE-`.
    pub(super) facility: &'a str,
    /// 0 to 7, the worst first.
    pub(super) severity: u8,
    /// Which operating system writes such messages.
    pub(super) system: System,
    /// `COMM_FAILED`.
    pub(super) mnemonic: &'a str,
    /// Text of the message.
    pub(super) text: &'a str,
    /// From `%` on.
    pub(super) whole: &'a str,
}

/// The message in a line.
pub(super) fn find(line: &str) -> Option<Syslog<'_>> {
    // A per cent sign may be in a server's header, and is in many other texts.
    let mut from = 0;
    for _ in 0..4 {
        let at = from + line.get(from..)?.find('%')?;
        if let Some(found) = parse(line, at) {
            return Some(nested(line, at, &found).unwrap_or(found));
        }
        from = at + 1;
    }
    None
}

/// The agent's own message inside one of ASA.
fn nested<'a>(line: &'a str, at: usize, outer: &Syslog<'a>) -> Option<Syslog<'a>> {
    if !ASA.contains(&outer.facility) || !outer.text.starts_with('%') {
        return None;
    }
    let inner = at + 1 + line.get(at + 1..)?.find('%')?;
    let system = System::Asa;
    parse(line, inner).map(|found| Syslog { system, ..found })
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
    let &[digit @ b'0'..=b'7'] = severity.as_bytes() else {
        return None;
    };
    if mnemonic.is_empty() || facility.is_empty() {
        return None;
    }
    let (facility, mnemonic, system) = on_system(facility, mnemonic);
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
    // NX-OS writes the year before the month.
    if let Some(stamp) = stamp.as_mut().filter(|it| it.year.is_none()) {
        let before = header
            .get(..place)
            .and_then(|before| before.split_whitespace().next_back());
        let year = before.filter(|word| word.len() == 4).and_then(|word| word.parse().ok());
        stamp.year = year.filter(|year| (1990..2200).contains(year));
    }
    // A syslog server's header has the year that the device leaves out.
    if let Some(stamp) = &mut stamp
        && stamp.year.is_none()
        && let Some((server, _)) = header.get(..place).and_then(Stamp::last_in)
    {
        stamp.year = server.year.filter(|_| server.month == stamp.month);
    }
    Some(Syslog {
        stamp,
        facility,
        severity: digit - b'0',
        system,
        mnemonic,
        text,
        whole,
    })
}

/// Facility and mnemonic without what an operating system puts before the agent's, and which that is.
fn on_system<'a>(facility: &'a str, mnemonic: &'a str) -> (&'a str, &'a str, System) {
    if facility == NX_OS {
        return match mnemonic.strip_prefix(NX_OS_AGENT) {
            Some(own) => (AGENT, own, System::NxOs),
            None => (facility, mnemonic, System::NxOs),
        };
    }
    match facility.rsplit_once('-') {
        Some(("LICENSE", own)) => (own, mnemonic, System::IosXr),
        Some((_, own)) => (own, mnemonic, System::IosXe),
        None if ASA.contains(&facility) => (facility, mnemonic, System::Asa),
        None => (facility, mnemonic, System::IosXe),
    }
}

impl Syslog<'_> {
    /// Meaning for licensing; `None`: it is about something else.
    pub(super) fn what(&self) -> Option<What> {
        Some(match (self.facility, self.mnemonic) {
            (AGENT | "SMART_LIC_UTILITY" | NX_OS, _) => self.of_agent(),
            ("CALL_HOME", "SL_MESSAGE_FAILED") => What::CommunicationFailed(reason(self.text)),
            ("PKI", "CRL_FETCH_FAIL") => What::RevocationFailed,
            ("PKI", mnemonic) if certificate_is_invalid(mnemonic) => What::CertificateInvalid,
            ("PKI" | "SSL" | "CRYPTO_PKI" | "HTTPC" | "HTTP_CLIENT" | "CALL_HOME", _) => What::Other,
            ("CRYPTO_ENGINE", "KEY_DELETED" | "KEY_ADDITION") if self.text.contains("SLA-KeyPair") => What::KeysRenewed,
            ("SYS", "CLOCKUPDATE") => What::ClockSet,
            ("NTP", mnemonic) if mnemonic.contains("UNSYNC") || mnemonic.contains("UNREACH") => What::ClockDoubtful,
            ("NTP", _) => What::Other,
            (facility, mnemonic) => return join::of_syslog(facility, mnemonic, self.severity, self.text),
        })
    }

    /// The meaning of a licensing agent's message. An error is one even if its mnemonic is unknown; a failure to
    /// communicate is never reported as the failure of the intended action.
    fn of_agent(&self) -> What {
        let mnemonic = self.mnemonic;
        let what = match mnemonic {
            "COMM_FAILED" => return What::CommunicationFailed(reason(self.text)),
            "COMM_RESTORED" => return What::CommunicationRestored,
            "REPORTING_NOT_SUPPORTED" => return What::OnPremTooOld,
            "AGENT_REG_SUCCESS" | "AUTH_RENEW_SUCCESS" | "ID_CERT_RENEW_SUCCESS" => return What::Answer(Some(true)),
            _ if mnemonic.contains("TRUST") && mnemonic.ends_with("SUCCESS") => return What::TrustInstalled,
            _ if mnemonic.contains("TRUST") && mnemonic.contains("FAIL") => What::TrustFailed,
            "AGENT_REG_FAILED" | "AUTH_RENEW_FAILED" | "ID_CERT_RENEW_FAILED" => What::RegistrationFailed,
            _ if self.severity <= ERROR && !mnemonic.ends_with("SUCCESS") => What::AgentFailed,
            _ => return What::Other,
        };
        match reason(self.text) {
            Reason::Unspecified => what,
            known => What::CommunicationFailed(known),
        }
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
    fn the_agent_is_the_same_in_other_systems() {
        let resolve = Some(What::CommunicationFailed(Reason::NameNotResolved));
        let system = |line: &str| find(line).unwrap().system;
        let nexus =
            "2024 Mar 10 12:01:02 N9K-1 %LICMGR-3-LOG_SMART_LIC_COMM_FAILED: x : Unable to resolve server hostname";
        assert_eq!(found(nexus), ("2024 Mar 10 12:01:02".into(), "COMM_FAILED", resolve));
        assert_eq!(system(nexus), System::NxOs);
        let asa = "Mar 10 2022 12:01:02 asa-1 : %ASA-3-444303: %SMART_LIC-3-AGENT_REG_FAILED: x failed: No such token";
        assert_eq!(
            found(asa),
            (
                "2022 Mar 10 12:01:02".into(),
                "AGENT_REG_FAILED",
                Some(What::RegistrationFailed)
            )
        );
        assert_eq!(system(asa), System::Asa);
        assert_eq!(system(&asa.replace("ASA-3", "FTD-3")), System::Asa);
        assert_eq!(system("%LICENSE-SMART_LIC-3-COMM_FAILED : x"), System::IosXr);
        assert_eq!(system("%SMART_LIC-3-COMM_FAILED: x"), System::IosXe);
    }

    #[test]
    fn an_error_of_the_agent_is_one_whatever_its_mnemonic() {
        let what = |line: &str| find(line).unwrap().what();
        assert_eq!(what("%SMART_LIC-3-NEVER_SEEN: x"), Some(What::AgentFailed));
        assert_eq!(what("%LICMGR-2-LOG_LIC_X: x"), Some(What::AgentFailed));
        assert_eq!(what("%SMART_LIC-4-NEVER_SEEN: x"), Some(What::Other));
        assert_eq!(
            what("%SMART_LIC-3-TRUST_CODE_INSTALL_SUCCESS: x"),
            Some(What::TrustInstalled)
        );
        let send = "%SMART_LIC-3-AUTH_RENEW_FAILED: x : Communication message send error for udi PID:X";
        assert_eq!(what(send), Some(What::CommunicationFailed(Reason::NotSent)));
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
