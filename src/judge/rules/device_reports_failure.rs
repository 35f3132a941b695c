//! DeviceLogs → Finding: what the device says by itself, where no capture shows an attempt.
//!
//! A log tells that licensing failed and sometimes why, never who broke it off. So the likely cause is named with what to
//! type, and with the capture that would show it.

use crate::attempt::device_clock::written;
use crate::base::command::{Command, HostArgument, IosName};
use crate::base::confidence::Confidence;
use crate::base::frame::Timestamp;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::device::{DeviceEvent, DeviceLog, Form, Reason, Standing, Statistics, What};
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Severity};
use crate::judge::recapture::commands_by_log;

/// The verdict id where the device says that licensing fails.
pub const ID: &str = "device-reports-failure";
/// The verdict id where it says that it works.
pub const SUCCESS: &str = "device-reports-success";
/// The verdict id where it says nothing about it.
pub const NOTHING: &str = "no-device-events";

/// Why, as far as the device knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Name,
    Certificate,
    Revocation,
    Empty,
    Off,
    Refused,
    Silent,
    Trust,
    Unspecified,
}

/// What is said of logs by themselves.
#[must_use]
pub fn finding(logs: &[DeviceLog]) -> Finding {
    let failing: Vec<&Statistics> = logs
        .iter()
        .flat_map(|log| &log.statistics)
        .filter(|row| matches!(row.standing(), Standing::NoReply | Standing::Refused | Standing::Fails))
        .collect();
    let last = latest(logs);
    let told = last.is_some_and(|event| event.what.is_failure());
    if failing.is_empty() && !told {
        return not_failing(logs, last);
    }
    let (cause, says) = cause(logs, &failing);
    let mut finding = Finding::error(ID, By::Unknown, cause.at(), phrase(cause.summary()).with("says", &says))
        .confidence(Confidence::Likely)
        .cannot_tell(phrase("device-cannot-tell-who"));
    for remedy in cause.remedies(logs) {
        finding = finding.remedy(remedy);
    }
    if cause != Cause::Off {
        finding = finding.remedy(capture(logs));
    }
    finding
}

/// Whether logs say that licensing fails.
#[must_use]
pub fn is_failing(logs: &[DeviceLog]) -> bool {
    finding(logs).id == ID
}

fn not_failing(logs: &[DeviceLog], last: Option<&DeviceEvent>) -> Finding {
    let works = logs
        .iter()
        .flat_map(|log| &log.statistics)
        .any(|row| row.standing() == Standing::Works);
    if works || last.is_some() {
        let says = last.map(|event| event.text.clone()).unwrap_or_default();
        let id = if says.is_empty() {
            "device-success-counted"
        } else {
            "device-success"
        };
        return Finding::ok(SUCCESS, phrase(id).with("says", &says))
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("device-cannot-tell-success"));
    }
    let lines: u64 = logs.iter().map(|log| log.lines).sum();
    Finding::ok(NOTHING, phrase("device-nothing").with("lines", lines))
        .severity(Severity::Note)
        .remedy(Remedy {
            owner: Owner::Wlc,
            action: phrase("device-collect"),
            commands: [
                "show logging | include SMART_LIC|PKI|CALL_HOME",
                "show license history message",
                "show license tech support",
                "show license all",
                "show clock detail",
            ]
            .map(Command::fixed)
            .to_vec(),
            verify: phrase("device-collect-verify"),
        })
}

/// What says yes or no, in order of time. Answers that are counted elsewhere are told there; the milliseconds inside a
/// message are the same event again.
fn in_order(logs: &[DeviceLog]) -> Vec<&DeviceEvent> {
    let dated = logs.iter().flat_map(|log| &log.events);
    let with_year = dated.filter_map(|event| event.stamp.as_ref().filter(|it| it.year.is_some())?.as_written(0));
    // Years that are left out are those nearest to the latest one given.
    let around = with_year.max().unwrap_or(MIDDLE_OF_A_YEAR);
    let says = logs.iter().flat_map(|log| &log.events).filter(|event| {
        (event.what.is_failure() || event.what.is_success()) && !matches!(event.form, Form::Status | Form::Epoch)
    });
    let mut says: Vec<&DeviceEvent> = says.collect();
    says.sort_by_cached_key(|event| written(event, around));
    says
}

/// Without any year: all are of one.
const MIDDLE_OF_A_YEAR: Timestamp = Timestamp::from_seconds(1_719_792_000);

/// The last line that says yes or no.
fn latest(logs: &[DeviceLog]) -> Option<&DeviceEvent> {
    in_order(logs).last().copied()
}

/// The most telling thing that is said since licensing last worked.
fn cause(logs: &[DeviceLog], failing: &[&Statistics]) -> (Cause, WireText) {
    let mut events = in_order(logs);
    let good = events.iter().rposition(|event| event.what.is_success());
    events.drain(..good.map_or(0, |at| at + 1));
    // Of several types of messages the one that failed last: what it met is how things stand.
    let newest = failing
        .iter()
        .max_by_key(|row| row.last.as_ref().and_then(|stamp| stamp.as_written(1970)));
    let find = |wanted: &dyn Fn(What) -> bool| {
        let event = events.iter().rev().find(|event| wanted(event.what));
        event.map(|event| event.text.clone())
    };
    let reason = |wanted: Reason| find(&|what| what == What::CommunicationFailed(wanted));
    let row = |standing: Standing| {
        let row = newest.filter(|row| row.standing() == standing)?;
        let reason = if row.reason.is_empty() {
            String::new()
        } else {
            format!(", {}", row.reason.raw())
        };
        let last = row.last_response.raw();
        let text = format!("{}: {last}{reason}", row.message.raw());
        Some(WireText::from(text.trim_end_matches([':', ' '])))
    };
    let found = [
        (Cause::Name, reason(Reason::NameNotResolved)),
        (Cause::Off, reason(Reason::TransportOff)),
        (Cause::Certificate, reason(Reason::CertificateNotValidated)),
        (Cause::Revocation, find(&|what| what == What::RevocationFailed)),
        (Cause::Certificate, find(&|what| what == What::CertificateInvalid)),
        (Cause::Empty, reason(Reason::EmptyAnswer)),
        (Cause::Refused, row(Standing::Refused)),
        (Cause::Refused, find(&|what| what == What::Answer(Some(false)))),
        (Cause::Silent, row(Standing::NoReply)),
        (Cause::Silent, reason(Reason::TimedOut)),
        (Cause::Trust, find(&|what| what == What::TrustFailed)),
        (Cause::Silent, find(&|what| what == What::NoAnswer)),
        (Cause::Unspecified, row(Standing::Fails)),
        (Cause::Unspecified, find(&|what| what.is_failure())),
    ];
    found
        .into_iter()
        .find_map(|(cause, text)| Some((cause, text?)))
        .unwrap_or((Cause::Unspecified, WireText::default()))
}

impl Cause {
    const fn summary(self) -> &'static str {
        match self {
            Self::Name => "device-failure-name",
            Self::Certificate => "device-failure-certificate",
            Self::Revocation => "device-failure-revocation",
            Self::Empty => "device-failure-empty",
            Self::Off => "device-failure-off",
            Self::Refused => "device-failure-refused",
            Self::Silent => "device-failure-silent",
            Self::Trust => "device-failure-trust",
            Self::Unspecified => "device-failure-unspecified",
        }
    }

    const fn at(self) -> At {
        match self {
            Self::Name => At::Dns,
            Self::Certificate | Self::Revocation => At::Tls,
            Self::Empty | Self::Refused | Self::Trust => At::Http,
            Self::Off | Self::Silent | Self::Unspecified => At::Tcp,
        }
    }

    fn remedies(self, logs: &[DeviceLog]) -> Vec<Remedy> {
        let host = host(logs);
        let name_server = match setting(logs, "vrf").map(|vrf| IosName::new(&vrf)) {
            None => Command::fixed("  ip name-server <address of a resolver>"),
            Some(Some(vrf)) => Command::with("  ip name-server vrf {} <address of a resolver>", &[&vrf]),
            Some(None) => Command::fixed("  ip name-server vrf <vrf> <address of a resolver>"),
        };
        let port: u16 = if is_plain(logs) { 80 } else { 443 };
        let reach = Command::with("telnet {} {}", &[&host, &port]);
        let configured = Command::fixed("show running-config | include name-server|ip http client|license smart");
        let wlc = |action: &'static str, commands: Vec<Command>| Remedy {
            owner: Owner::Wlc,
            action: phrase(action).with("host", host.to_string()),
            commands,
            verify: verify(),
        };
        let other = |owner: Owner, action: &'static str| Remedy {
            owner,
            action: phrase(action).with("host", host.to_string()),
            commands: Vec::new(),
            verify: verify(),
        };
        match self {
            Self::Name => vec![wlc(
                "device-do-name",
                vec![
                    configured,
                    Command::fixed("configure terminal"),
                    Command::fixed("  ip domain lookup"),
                    name_server,
                    Command::fixed("  end"),
                    reach,
                ],
            )],
            Self::Certificate => vec![
                other(Owner::Firewall, "device-do-inspection"),
                wlc(
                    "device-do-trustpool",
                    vec![
                        Command::fixed("show clock detail"),
                        Command::fixed("show crypto pki trustpool | include cn=IdenTrust"),
                        Command::fixed("configure terminal"),
                        Command::fixed(
                            "  crypto pki trustpool import url http://www.cisco.com/security/pki/trs/ios_core.p7b",
                        ),
                        Command::fixed("  end"),
                    ],
                ),
            ],
            Self::Revocation => vec![wlc(
                "device-do-revocation",
                [
                    "configure terminal",
                    "  crypto pki trustpoint SLA-TrustPoint",
                    "    revocation-check none",
                    "    end",
                ]
                .map(Command::fixed)
                .to_vec(),
            )],
            Self::Empty => vec![wlc(
                "device-do-empty",
                vec![
                    Command::fixed("show license all | section Transport"),
                    Command::fixed("configure terminal"),
                    Command::fixed("  license smart transport cslu"),
                    Command::with(
                        "  license smart url cslu https://{}/cslu/v1/pi/<account>-1",
                        &[&host.clone().in_url()],
                    ),
                    Command::fixed("  end"),
                    Command::fixed("license smart sync local"),
                ],
            )],
            Self::Off => vec![wlc(
                "device-do-transport",
                [
                    "configure terminal",
                    "  license smart transport smart",
                    "  license smart url default",
                    "  end",
                ]
                .map(Command::fixed)
                .to_vec(),
            )],
            Self::Refused | Self::Trust => vec![wlc(
                if self == Self::Trust {
                    "device-do-trust"
                } else {
                    "device-do-token"
                },
                vec![
                    Command::fixed("show license history message"),
                    Command::fixed("show clock detail"),
                    Command::fixed("license smart trust idtoken <token> all force"),
                ],
            )],
            Self::Silent | Self::Unspecified => vec![
                wlc(
                    "device-do-reach",
                    vec![
                        configured,
                        reach,
                        Command::fixed("configure terminal"),
                        Command::fixed("  ip http client source-interface <interface>"),
                        Command::fixed("  ip http client secure-trustpoint <trustpoint, e.g. CISCO_IDEVID_SUDI>"),
                        Command::fixed("  end"),
                        Command::fixed("license smart trust idtoken <token> all force"),
                    ],
                ),
                other(Owner::Firewall, "device-do-allow"),
            ],
        }
    }
}

/// The capture that shows who broke it off.
fn capture(logs: &[DeviceLog]) -> Remedy {
    let interface = setting(logs, "source-interface").and_then(|name| IosName::new(&name));
    Remedy {
        owner: Owner::Capture,
        action: phrase("device-do-capture"),
        commands: commands_by_log(interface.as_ref()),
        verify: phrase("device-do-capture-verify"),
    }
}

fn verify() -> Phrase {
    phrase("device-verify")
}

fn setting(logs: &[DeviceLog], name: &str) -> Option<String> {
    logs.iter()
        .rev()
        .find_map(|log| log.setting(name))
        .map(ToString::to_string)
}

fn url(logs: &[DeviceLog]) -> Option<String> {
    let called =
        setting(logs, "cslu").filter(|_| setting(logs, "transport").is_some_and(|it| it.eq_ignore_ascii_case("cslu")));
    called
        .or_else(|| setting(logs, "url"))
        .or_else(|| setting(logs, "configured-url"))
}

fn is_plain(logs: &[DeviceLog]) -> bool {
    url(logs).is_some_and(|url| url.starts_with("http://"))
}

/// The host that the device is to reach, from its own settings.
fn host(logs: &[DeviceLog]) -> HostArgument {
    let default = || HostArgument::new("smartreceiver.cisco.com", PLACEHOLDER);
    let Some(url) = url(logs) else {
        return default();
    };
    let Some((_, rest)) = url.split_once("://") else {
        return default();
    };
    let host = rest.split('/').next().unwrap_or_default();
    HostArgument::with_port(host, PLACEHOLDER).0
}

/// What stands in a command where the URL of the device names no host.
const PLACEHOLDER: &str = "<host of the license smart url>";

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(texts: &[&str]) -> (&'static str, Option<At>) {
        let logs: Vec<DeviceLog> = texts
            .iter()
            .map(|text| crate::device::read("a", text.as_bytes()))
            .collect();
        let finding = finding(&logs);
        (finding.id, finding.at)
    }

    const RESOLVE: &str =
        "Aug 23 09:19:43: %SMART_LIC-3-COMM_FAILED: x : Unable to resolve server hostname/domain name\n";
    const INSTALLED: &str = "Aug 23 09:20:43: %SMART_LIC-6-TRUST_INSTALL_SUCCESS: x\n";

    #[test]
    fn what_came_last_decides_whatever_the_order_of_the_texts() {
        assert_eq!(judged(&[RESOLVE]), (ID, Some(At::Dns)));
        for texts in [[RESOLVE, INSTALLED], [INSTALLED, RESOLVE]] {
            assert_eq!(judged(&texts).0, SUCCESS);
        }
        assert_eq!(judged(&[""]).0, NOTHING);
    }

    #[test]
    fn a_refusal_is_not_blamed_on_the_network_and_silence_is() {
        let row = |response: &str, communication: u8, day: u8| {
            format!(
                "Trust Sync:\n  Attempts: Total=2, Success=0, Fail=2  Ongoing Failure: Overall=2 Communication={communication}\n  \
                 Last Response: {response} on Aug {day} 09:58:51 2022 UTC\n"
            )
        };
        assert_eq!(judged(&[&row("NO REPLY", 2, 29)]), (ID, Some(At::Tcp)));
        assert_eq!(judged(&[&row("INVALID STATUS CODE", 0, 29)]), (ID, Some(At::Http)));
        // What failed last is how things stand.
        assert_eq!(
            judged(&[&row("INVALID STATUS CODE", 0, 28), &row("NO REPLY", 2, 29)]).1,
            Some(At::Tcp)
        );
    }

    #[test]
    fn the_host_is_that_of_the_devices_own_url() {
        let host_of = |url: &str| {
            host(&[crate::device::read(
                "a",
                format!("license smart url {url}\n").as_bytes(),
            )])
            .to_string()
        };
        assert_eq!(
            host_of("https://ssm.corp.example:8443/SmartTransport"),
            "ssm.corp.example"
        );
        assert_eq!(host_of("https://$(reboot)/"), PLACEHOLDER);
        assert_eq!(host_of("https://[2001:db8::1]:8443/x"), "2001:db8::1");
        assert_eq!(host_of("default"), "smartreceiver.cisco.com");
    }
}
