//! Cause, DeviceLogs → Remedies: what to do about a failure that only the device's own text tells of.
//!
//! Commands are those of IOS XE and name what the text names: the service, its port, the VRF. For another system there are
//! only words, since its commands differ.

use super::device_reports_failure::Cause;
use super::device_service::{NamedService, setting};
use super::verify;
use crate::attempt::Attempt;
use crate::base::command::{Command, HostArgument, IosName};
use crate::base::dialect::Dialect;
use crate::base::phrase::{Phrase, phrase};
use crate::device::{DeviceLog, System};
use crate::judge::finding::{Owner, Remedy};
use crate::judge::recapture::{commands_by_log, try_again};
use crate::profile::{Profile, Transport};

/// What to do, the first thing first.
pub(super) fn remedies(cause: Cause, logs: &[DeviceLog], says: &str, profile: &Profile) -> Vec<Remedy> {
    let device = Device {
        service: NamedService::of(logs, says, profile),
        system: logs
            .iter()
            .map(|log| log.system)
            .find(|it| *it != System::IosXe)
            .unwrap_or_default(),
        verify: phrase("device-verify"),
    };
    let is_call_home = says.contains("call-home");
    let mut remedies = device.remedies(cause, is_call_home);
    let needs_no_capture = matches!(
        cause,
        Cause::Off | Cause::HttpStatus(_) | Cause::OnPremTooOld | Cause::Agent
    );
    if !needs_no_capture {
        remedies.push(device.capture(logs));
    }
    remedies
}

/// What to do about a failure that the device tells of beside an exchange that went well.
pub(super) fn remedies_beside(cause: Cause, attempt: &Attempt<'_>, system: System) -> Vec<Remedy> {
    let service = NamedService::of_attempt(attempt);
    Device {
        service,
        system,
        verify: verify(attempt),
    }
    .remedies(cause, false)
}

/// The device that wrote the text, and its service.
struct Device {
    service: NamedService,
    system: System,
    /// What shows that a remedy worked.
    verify: Phrase,
}

impl Device {
    fn remedies(&self, cause: Cause, is_call_home: bool) -> Vec<Remedy> {
        match cause {
            Cause::Name => self.resolve(),
            Cause::Certificate => self.trust_service(),
            Cause::Revocation => vec![self.revocation()],
            Cause::Empty => vec![self.url_of_on_prem()],
            Cause::HttpStatus(status) => self.http_status(status),
            Cause::Off if is_call_home => vec![self.call_home_profile()],
            Cause::Off => vec![self.transport()],
            Cause::Refused => vec![self.token("device-do-token")],
            Cause::Trust => vec![self.token("device-do-trust")],
            Cause::Registration => vec![self.register()],
            Cause::OnPremTooOld => vec![self.elsewhere(Owner::Server, "device-do-upgrade-on-prem")],
            Cause::Agent => vec![self.read_on()],
            Cause::NotSent if !self.service.is_own() => {
                let mut all = vec![self.trust_pool("device-do-send")];
                all.extend(self.reach());
                all
            }
            Cause::Silent | Cause::NotConnected | Cause::NotSent | Cause::Unspecified => self.reach(),
        }
    }

    /// A remedy on the device.
    fn here(&self, action: &'static str, commands: Vec<Command>) -> Remedy {
        Remedy {
            owner: Owner::Wlc,
            action: self.say(action),
            commands: match self.system {
                System::IosXe => commands,
                // The one command that all systems of the agent have.
                _ => vec![Command::fixed("show license all")],
            },
            verify: self.verify.clone(),
        }
    }

    fn elsewhere(&self, owner: Owner, action: &'static str) -> Remedy {
        Remedy {
            owner,
            action: self.say(action),
            commands: Vec::new(),
            verify: self.verify.clone(),
        }
    }

    fn say(&self, action: &'static str) -> Phrase {
        phrase(action).with("host", self.service.host.to_string())
    }

    /// Commands of the configuration, and the one that tries again.
    fn configure(&self, lines: Vec<Command>) -> Vec<Command> {
        let mut commands = vec![Command::fixed("configure terminal")];
        commands.extend(lines);
        commands.push(Command::fixed("  end"));
        commands.extend(try_again(
            Dialect::IosXe,
            self.service.transport.unwrap_or(Transport::Other),
            None,
        ));
        commands
    }

    /// Whether the service can be reached, in the table that licensing uses.
    fn telnet(&self) -> Command {
        let service = &self.service;
        match &service.vrf {
            Some(vrf) => Command::with("telnet {} {} /vrf {}", &[&service.host, &service.port, vrf]),
            None => Command::with("telnet {} {}", &[&service.host, &service.port]),
        }
    }

    fn resolve(&self) -> Vec<Remedy> {
        let name_server = match &self.service.vrf {
            Some(vrf) => Command::with("  ip name-server vrf {} <address of a resolver>", &[vrf]),
            None => Command::fixed("  ip name-server <address of a resolver>"),
        };
        let mut commands = vec![show_configured()];
        commands.extend([
            Command::fixed("configure terminal"),
            Command::fixed("  ip domain lookup"),
            name_server,
            Command::fixed("  end"),
            self.telnet(),
        ]);
        // Nobody gave a new device the address of a CSLU: it asks for the name that is its default.
        if self.service.transport == Some(Transport::Cslu) && self.is_discovered() {
            return vec![self.address_of_cslu()];
        }
        vec![self.here("device-do-name", commands)]
    }

    fn is_discovered(&self) -> bool {
        let is_default = |name: &str| name == CSLU_DEFAULT || name.starts_with("cslu-local.");
        self.service.is_unnamed() || is_default(&self.service.host.to_string())
    }

    fn address_of_cslu(&self) -> Remedy {
        let mut commands = vec![Command::fixed("show license all | section Transport")];
        commands.extend(self.configure(vec![Command::fixed(
            "  license smart url cslu http://<address of the CSLU>:8182/cslu/v1/pi",
        )]));
        self.here("device-do-cslu", commands)
    }

    fn trust_service(&self) -> Vec<Remedy> {
        if !self.service.is_own() {
            return vec![
                self.elsewhere(Owner::Firewall, "device-do-inspection"),
                self.trust_pool("device-do-trustpool"),
            ];
        }
        let service = &self.service;
        let by_address = matches!(service.host, HostArgument::Address(_));
        let action = if by_address {
            "device-do-certificate-name"
        } else {
            "device-do-certificate-own"
        };
        vec![self.here(action, self.url_by_name())]
    }

    /// The present URL with the name that the certificate has.
    fn url_by_name(&self) -> Vec<Command> {
        let service = &self.service;
        let mut commands = vec![Command::fixed("show license all | section Transport")];
        let name: &str = "<host name in its certificate>";
        let url = match service.port {
            80 | 443 => Command::with(
                "  license smart url cslu {}://{}{}",
                &[&service.scheme, &name, &service.path],
            ),
            _ => Command::with(
                "  license smart url cslu {}://{}:{}{}",
                &[&service.scheme, &name, &service.port, &service.path],
            ),
        };
        commands.extend(self.configure(vec![url]));
        commands
    }

    fn trust_pool(&self, action: &'static str) -> Remedy {
        // Release numbers are those of IOS XE.
        let action = match self.system {
            System::IosXe => action,
            _ => "device-do-trust-root",
        };
        let mut commands = vec![
            Command::fixed("show clock detail"),
            Command::fixed("show crypto pki trustpool | include cn=IdenTrust"),
        ];
        commands.extend(self.configure(vec![Command::fixed(
            "  crypto pki trustpool import url http://www.cisco.com/security/pki/trs/ios_core.p7b",
        )]));
        self.here(action, commands)
    }

    fn revocation(&self) -> Remedy {
        let lines = ["  crypto pki trustpoint SLA-TrustPoint", "    revocation-check none"];
        self.here(
            "device-do-revocation",
            self.configure(lines.map(Command::fixed).to_vec()),
        )
    }

    /// The On-Prem answers an agent with policies at one path only.
    fn url_of_on_prem(&self) -> Remedy {
        let mut commands = vec![Command::fixed("show license all | section Transport")];
        commands.push(Command::fixed("configure terminal"));
        commands.push(Command::fixed("  license smart transport cslu"));
        // Cisco's own service is no On-Prem, whatever answered in its name.
        let host = match self.service.transport {
            Some(Transport::Cssm | Transport::CallHome) => HostArgument::Placeholder(ON_PREM_PLACEHOLDER),
            _ if self.service.is_unnamed() => HostArgument::Placeholder(ON_PREM_PLACEHOLDER),
            _ => self.service.host.clone(),
        };
        commands.push(Command::with(
            "  license smart url cslu https://{}/cslu/v1/pi/<account>-1",
            &[&host.in_url()],
        ));
        commands.push(Command::fixed("  end"));
        commands.push(Command::fixed("license smart sync local"));
        self.here("device-do-empty", commands)
    }

    fn http_status(&self, status: u16) -> Vec<Remedy> {
        let transport = self.service.transport;
        match status {
            404 | 405 | 410 if transport == Some(Transport::OnPrem) => vec![self.url_of_on_prem()],
            404 | 405 | 410 => vec![self.url_of_service()],
            407 => vec![self.elsewhere(Owner::Proxy, "device-do-http-proxy")],
            401 | 403 => vec![self.elsewhere(Owner::Server, "device-do-http-forbidden")],
            429 => vec![self.elsewhere(Owner::Wlc, "device-do-http-wait")],
            _ => vec![self.elsewhere(Owner::Server, "device-do-http-server")],
        }
    }

    fn url_of_service(&self) -> Remedy {
        let service = &self.service;
        let url = match service.transport {
            Some(Transport::Cslu) => Command::with(
                "  license smart url cslu {}://{}:{}/cslu/v1/pi",
                &[&service.scheme, &service.host.clone().in_url(), &service.port],
            ),
            Some(Transport::Cssm) => Command::fixed("  license smart url default"),
            _ => Command::fixed("  license smart url <the URL that the service itself shows>"),
        };
        let mut commands = vec![Command::fixed("show license all | section Transport")];
        commands.extend(self.configure(vec![url]));
        self.here("device-do-http-url", commands)
    }

    fn call_home_profile(&self) -> Remedy {
        let lines = [
            "  call-home",
            "    profile <profile>",
            "      reporting smart-licensing-data",
            "      active",
        ];
        self.here(
            "device-do-call-home",
            self.configure(lines.map(Command::fixed).to_vec()),
        )
    }

    fn transport(&self) -> Remedy {
        let lines = ["  license smart transport smart", "  license smart url default"];
        self.here(
            "device-do-transport",
            self.configure(lines.map(Command::fixed).to_vec()),
        )
    }

    fn token(&self, action: &'static str) -> Remedy {
        let mut commands = vec![
            Command::fixed("show license history message"),
            Command::fixed("show clock detail"),
        ];
        let transport = self.service.transport.unwrap_or(Transport::Cssm);
        commands.extend(try_again(Dialect::IosXe, transport, None));
        self.here(action, commands)
    }

    fn register(&self) -> Remedy {
        let commands = ["show license status", "license smart register idtoken <token> force"];
        self.here("device-do-register", commands.map(Command::fixed).to_vec())
    }

    fn read_on(&self) -> Remedy {
        let commands = [
            "show logging | include SMART_LIC",
            "show license all",
            "show license history message",
        ];
        Remedy {
            verify: phrase("device-verify-agent"),
            ..self.here("device-do-read-on", commands.map(Command::fixed).to_vec())
        }
    }

    fn reach(&self) -> Vec<Remedy> {
        let mut commands = vec![show_configured(), self.telnet()];
        commands.extend(
            self.configure(
                [
                    "  ip http client source-interface <interface>",
                    "  ip http client secure-trustpoint <trustpoint, e.g. CISCO_IDEVID_SUDI>",
                ]
                .map(Command::fixed)
                .to_vec(),
            ),
        );
        vec![
            self.here("device-do-reach", commands),
            self.elsewhere(Owner::Firewall, "device-do-allow"),
        ]
    }

    /// The capture that shows who broke it off.
    fn capture(&self, logs: &[DeviceLog]) -> Remedy {
        let interface = setting(logs, "source-interface").and_then(|name| IosName::new(&name));
        let transport = self.service.transport.unwrap_or(Transport::Other);
        let again = try_again(Dialect::IosXe, transport, None);
        let is_xe = self.system == System::IosXe;
        Remedy {
            owner: Owner::Capture,
            action: phrase(if is_xe {
                "device-do-capture"
            } else {
                "device-do-capture-beside"
            }),
            commands: if is_xe {
                commands_by_log(interface.as_ref(), &again)
            } else {
                Vec::new()
            },
            verify: phrase("device-do-capture-verify"),
        }
    }
}

/// The name by which a device looks for a CSLU that nobody told it of.
const CSLU_DEFAULT: &str = "cslu-local";
const ON_PREM_PLACEHOLDER: &str = "<host of the SSM On-Prem>";

fn show_configured() -> Command {
    Command::fixed("show running-config | include name-server|ip http client|license smart")
}
