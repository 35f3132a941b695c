//! DeviceLogs → Facts: the device's state as its own texts show it, whatever the outcome of an attempt.
//!
//! A controller whose transport is off is silent by intention; a controller that waits for a reload, or whose standby
//! has no trust code, needs that first. No capture shows any of these.

use super::device_service::setting;
use crate::base::dialect::{Dialect, Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::device::{DeviceLog, What};
use crate::judge::finding::{Owner, Remedy};

/// A state that a text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// Sending is switched off by configuration.
    Offline,
    /// A reservation from before licensing by policy.
    Reservation,
    /// Licensing was reset, and the reload that completes it is still to come.
    ReloadPending,
    /// A member of a pair has no trust code.
    TrustMissing,
    /// The token had no uses left: a token for a single use has none for the second chassis of a pair.
    TokenUsedUp,
}

/// Words of an answer about a token whose uses are exhausted; the answer never contains the token itself.
const USED_UP: [&str; 3] = ["maximum number of uses", "max uses", "number of uses"];

/// The facts that the texts show, in the order in which they have to be handled.
pub(super) fn facts(logs: &[DeviceLog]) -> Vec<Fact> {
    let has = |name: &str| setting(logs, name).is_some();
    let says_off = |name: &str| {
        let value = setting(logs, name).unwrap_or_default().to_ascii_lowercase();
        matches!(value.as_str(), "off" | "transport off")
    };
    let is_offline = says_off("transport")
        || says_off("configured-transport")
        || setting(logs, "state").is_some_and(|state| state.contains("Offline transport"));
    let refusals = logs.iter().flat_map(|log| &log.events).filter(|event| {
        matches!(
            event.what,
            What::TrustFailed | What::RegistrationFailed | What::Answer(Some(false))
        )
    });
    let used_up = refusals.map(|event| event.text.raw().to_ascii_lowercase()).any(|text| {
        let is_of_token = text.contains("token");
        is_of_token && USED_UP.iter().any(|words| text.contains(words))
    });
    let mut facts = Vec::new();
    for (fact, is_shown) in [
        (Fact::ReloadPending, has("reload-pending")),
        (Fact::Offline, is_offline),
        (Fact::Reservation, has("reservation")),
        (Fact::TokenUsedUp, used_up),
        (Fact::TrustMissing, member_without_trust(logs).is_some()),
    ] {
        if is_shown {
            facts.push(fact);
        }
    }
    facts
}

/// The member of a pair without a trust code: from a text that describes both members, or from one text of each member,
/// with its own identifier, where one has a trust code and the other has none.
fn member_without_trust(logs: &[DeviceLog]) -> Option<WireText> {
    if let Some(member) = setting(logs, "trust-missing") {
        return Some(WireText::from(member.as_str()));
    }
    let udi = |log: &DeviceLog| log.setting("udi").map(|udi| udi.raw().to_owned());
    let lacks = |log: &&DeviceLog| log.setting("no-trust-code").is_some() && log.setting("trust-code").is_none();
    let lacking = logs.iter().find(lacks)?;
    let own = udi(lacking)?;
    let has_other = |log: &DeviceLog| log.setting("trust-code").is_some() && udi(log).is_some_and(|it| it != own);
    logs.iter().any(has_other).then(|| WireText::from(own.as_str()))
}

impl Fact {
    /// The fact as a clause.
    pub(super) fn says(self, logs: &[DeviceLog]) -> Phrase {
        let value = |name: &str| setting(logs, name).unwrap_or_default();
        match self {
            Self::Offline => match setting(logs, "ack-deadline") {
                Some(deadline) => phrase("device-fact-offline-until").with("deadline", deadline),
                None => phrase("device-fact-offline"),
            },
            Self::Reservation => phrase("device-fact-reservation").with("says", value("reservation")),
            Self::ReloadPending => phrase("device-fact-reload"),
            Self::TrustMissing => {
                let member = member_without_trust(logs).unwrap_or_default();
                phrase("device-fact-trust-missing").with("member", &member)
            }
            Self::TokenUsedUp => phrase("device-fact-token"),
        }
    }

    /// The remedy for this state.
    pub(super) fn remedy(self, dialect: Dialect, verify: Phrase) -> Remedy {
        let (action, tasks): (_, Vec<Task>) = match self {
            Self::Offline => (
                "device-fact-offline-do",
                vec![task("show-status"), task("save-usage"), task("import-acknowledgement")],
            ),
            Self::Reservation => (
                "device-fact-reservation-do",
                vec![task("show-all"), task("save-usage"), task("import-acknowledgement")],
            ),
            Self::ReloadPending => ("device-fact-reload-do", vec![]),
            Self::TrustMissing => (
                "device-fact-trust-missing-do",
                vec![task("show-status"), task("renew-trust")],
            ),
            Self::TokenUsedUp => ("device-fact-token-do", vec![task("renew-trust")]),
        };
        Remedy {
            owner: Owner::Wlc,
            action: phrase(action),
            commands: dialect.lines(&tasks),
            verify,
        }
    }
}

/// The remedies for the states that the texts show; they come before other remedies.
pub(super) fn remedies(logs: &[DeviceLog], dialect: Dialect) -> Vec<Remedy> {
    let facts = facts(logs);
    facts
        .into_iter()
        .map(|fact| fact.remedy(dialect, phrase("device-fact-verify").with("says", fact.says(logs))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Fact> {
        facts(&[crate::device::read("a", text.as_bytes())])
    }

    #[test]
    fn a_transport_that_is_off_is_shown_by_status_and_by_configuration() {
        for text in [
            "Transport:\n  Type: Transport Off\n",
            "Transport:\n  Type: Off\n",
            "license smart transport off\n",
            "Overall State: Device configured for Offline transport\n",
        ] {
            assert_eq!(of(text), [Fact::Offline], "{text}");
        }
        for text in ["Transport:\n  Type: Smart\n", "license smart transport smart\n", ""] {
            assert_eq!(of(text), [], "{text}");
        }
    }

    #[test]
    fn a_reservation_is_shown_before_and_after_an_upgrade() {
        assert_eq!(of("License Reservation is ENABLED\n"), [Fact::Reservation]);
        let after = "Overall status:\n  Active: PID:C9800-40-K9,SN:9SYNTHETIC1\n      Status: SPECIFIC INSTALLED on Nov 02 03:16:01 2020 UTC\n";
        assert_eq!(of(after), [Fact::Reservation]);
        assert_eq!(of("License Reservation is DISABLED\n"), []);
    }

    #[test]
    fn a_reload_is_pending_until_the_device_restarts() {
        let reset = "wlc-1#license smart factory reset\n%Warning: reload required after \"license smart factory reset\" command\n";
        assert_eq!(of(reset), [Fact::ReloadPending]);
        let restarted = format!("{reset}Nov 22 09:45:04.102: %SYS-5-RESTART: System restarted --\n");
        assert_eq!(of(&restarted), []);
    }

    #[test]
    fn a_member_of_a_pair_without_a_trust_code_is_named() {
        let status = |standby: &str| {
            format!(
                "Trust Code Installed:\n  Active: PID:C9800-40-K9,SN:9SYNTHETIC1\n    INSTALLED on Aug 01 05:09:50 2022 UTC\n  \
                 Standby: PID:C9800-40-K9,SN:9SYNTHETIC2\n    {standby}\n"
            )
        };
        assert_eq!(of(&status("INSTALLED on Aug 01 05:09:52 2022 UTC")), []);
        let logs = [crate::device::read("a", status("<none>").as_bytes())];
        assert_eq!(facts(&logs), [Fact::TrustMissing]);
        assert!(Fact::TrustMissing.says(&logs).english().contains("9SYNTHETIC2"));
        // No pair at all.
        assert_eq!(of("Trust Code Installed: <none>\n"), []);
    }

    #[test]
    fn a_token_without_uses_is_told_from_one_that_expired() {
        let failed = |why: &str| format!("Aug 23 09:19:43: %SMART_LIC-3-TRUST_CODE_INSTALL_FAILED: x: {why}\n");
        assert_eq!(
            of(&failed("The token has reached its maximum number of uses")),
            [Fact::TokenUsedUp]
        );
        assert_eq!(of(&failed("The token has expired")), []);
    }
}
