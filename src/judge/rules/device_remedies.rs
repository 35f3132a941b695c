//! Cause, DeviceLogs → Remedies: how to mend a failure that only the device's own text reports.
//!
//! The commands are those of the device's dialect, and name what the device's text names: the service, its port, the
//! VRF.

use super::device_reports_failure::Cause;
use super::device_service::{NamedService, setting};
use super::verify;
use crate::attempt::Attempt;
use crate::base::command::{Command, HostArgument, IosName};
use crate::base::dialect::{Dialect, Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::device::{DeviceLog, Standing};
use crate::judge::finding::{Owner, Remedy};
use crate::judge::recapture::{commands_by_log, try_again};
use crate::profile::Transport;
use crate::profile::options::Options;

/// The remedies, in the order in which they have to be done.
pub(super) fn remedies(cause: Cause, options: &Options, says: &str) -> Vec<Remedy> {
    let logs = &options.logs;
    let registers = cause == Cause::Registration;
    let device = Device {
        service: NamedService::of(logs, says, &options.profile),
        dialect: options.dialect(),
        registers,
        verify: phrase(if registers {
            "device-verify-registration"
        } else {
            "device-verify"
        }),
    };
    let is_call_home = says.contains("call-home");
    let mut remedies = device.remedies(cause, is_call_home);
    // Other messages of the device may have been refused, for a reason that a way to the service does not cure.
    let mut rows = logs.iter().flat_map(|log| &log.statistics);
    let is_cured = matches!(cause, Cause::Refused | Cause::Trust | Cause::Registration);
    if !is_cured && rows.any(|row| row.standing() == Standing::Refused) {
        remedies.push(device.token("device-do-token"));
    }
    let needs_no_capture = matches!(
        cause,
        Cause::Off | Cause::HttpStatus(_) | Cause::OnPremTooOld | Cause::Agent
    );
    if !needs_no_capture {
        remedies.push(device.capture(logs));
    }
    remedies
}

/// The remedies for a failure that the device reports beside an exchange that succeeded.
pub(super) fn remedies_beside(cause: Cause, attempt: &Attempt<'_>) -> Vec<Remedy> {
    let service = NamedService {
        vrf: attempt.vrf.clone(),
        ..NamedService::of_attempt(attempt)
    };
    Device {
        service,
        dialect: attempt.dialect,
        registers: cause == Cause::Registration,
        verify: verify(attempt),
    }
    .remedies(cause, false)
}

/// The device that wrote the text, and its service.
struct Device {
    service: NamedService,
    dialect: Dialect,
    /// Its agent knows registrations, and no trust.
    registers: bool,
    /// How to check that a remedy worked.
    verify: Phrase,
}

impl Device {
    fn remedies(&self, cause: Cause, is_call_home: bool) -> Vec<Remedy> {
        match cause {
            Cause::Name => self.resolve(),
            Cause::Certificate => self.trust_service(),
            Cause::Revocation => vec![self.here("device-do-revocation", &[task("revocation-off")])],
            Cause::Empty => vec![self.url_of_on_prem()],
            Cause::HttpStatus(status) => self.http_status(status),
            Cause::Off if is_call_home => vec![self.here("device-do-call-home", &[task("report-by-call-home")])],
            Cause::Off => vec![self.here("device-do-transport", &[task("use-smart-transport")])],
            Cause::Refused => vec![self.token("device-do-token")],
            Cause::Trust => vec![self.token("device-do-trust")],
            Cause::Registration => {
                vec![self.without_try("device-do-register", &[task("show-status"), task("register")])]
            }
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

    /// A remedy on the device, ended by trying again.
    fn here(&self, action: &'static str, tasks: &[Task]) -> Remedy {
        let mut remedy = self.without_try(action, tasks);
        remedy.commands.extend(self.try_again());
        remedy
    }

    /// A remedy on the device that is itself a try, or that only inspects.
    fn without_try(&self, action: &'static str, tasks: &[Task]) -> Remedy {
        let in_table = |task: &Task| match &self.service.vrf {
            Some(vrf) => task.clone().with("vrf", vrf),
            None => task.clone(),
        };
        let tasks: Vec<Task> = tasks.iter().map(in_table).collect();
        Remedy {
            owner: Owner::Wlc,
            action: self.say(action),
            commands: self.dialect.lines(&tasks),
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
        let said = phrase(action).with("host", self.service.host.to_string());
        match &self.service.proxy {
            Some((host, port)) => said.with("proxy", format!("{host}:{port}")),
            None => said,
        }
    }

    fn try_again(&self) -> Vec<Command> {
        if self.registers {
            return self.dialect.lines(&[task("register")]);
        }
        try_again(self.dialect, self.service.transport.unwrap_or(Transport::Other), None)
    }

    /// The command that checks whether the service, or the proxy on the way to it, can be reached, in the routing table
    /// that licensing uses.
    fn reach_service(&self) -> Task {
        let service = &self.service;
        let (host, port) = match &service.proxy {
            Some((host, port)) => (host, port),
            None => (&service.host, &service.port),
        };
        task("reach").with("host", host).with("port", port)
    }

    fn resolve(&self) -> Vec<Remedy> {
        // A new device without a configured CSLU address looks up the default name.
        if self.service.transport == Some(Transport::Cslu) && self.is_discovered() {
            return vec![self.here("device-do-cslu", &[task("show-transport"), task("set-cslu-address")])];
        }
        let resolver = task("set-resolver").with("can", &"can be reached");
        let mut remedy = self.without_try("device-do-name", &[task("show-resolver"), task("use-lookup"), resolver]);
        // An answer shows both that the name is resolved and that the port is open.
        let reach = self.without_try("device-do-name", &[self.reach_service()]);
        remedy.commands.extend(reach.commands);
        vec![remedy]
    }

    fn is_discovered(&self) -> bool {
        let is_default = |name: &str| name == CSLU_DEFAULT || name.starts_with("cslu-local.");
        self.service.is_unnamed() || is_default(&self.service.host.to_string())
    }

    fn trust_service(&self) -> Vec<Remedy> {
        if !self.service.is_own() {
            return vec![
                self.elsewhere(Owner::Firewall, "device-do-inspection"),
                self.trust_pool("device-do-trustpool"),
            ];
        }
        let service = &self.service;
        let action = if matches!(service.host, HostArgument::Address(_)) {
            "device-do-certificate-name"
        } else {
            "device-do-certificate-own"
        };
        // The present URL, with the name from the certificate.
        let is_call_home = service.path.to_string().starts_with(CALL_HOME_PATH);
        let url = task(if is_call_home {
            "use-name-in-call-home"
        } else {
            "use-name-in-url"
        })
        .with("scheme", &service.scheme)
        .with("path", &service.path);
        let url = match service.port {
            80 | 443 => url,
            _ => url.with("port", &service.port),
        };
        vec![self.here(action, &[task("show-transport"), url])]
    }

    fn trust_pool(&self, action: &'static str) -> Remedy {
        self.here(
            action,
            &[
                task("show-clock"),
                task("show-roots").with("root", &"IdenTrust"),
                task("fetch-roots"),
            ],
        )
    }

    /// The On-Prem answers an agent with policies at one path only.
    fn url_of_on_prem(&self) -> Remedy {
        // Cisco's own service is no On-Prem, whatever host answered in its name.
        let host = match self.service.transport {
            Some(Transport::Cssm | Transport::CallHome) => HostArgument::Placeholder(ON_PREM_PLACEHOLDER),
            _ if self.service.is_unnamed() => HostArgument::Placeholder(ON_PREM_PLACEHOLDER),
            _ => self.service.host.clone(),
        };
        let mut remedy = self.without_try(
            "device-do-empty",
            &[
                task("show-transport"),
                task("use-cslu-transport"),
                task("use-on-prem-url").with("host", &host.in_url()),
            ],
        );
        remedy.commands.extend(try_again(self.dialect, Transport::OnPrem, None));
        remedy
    }

    fn http_status(&self, status: u16) -> Vec<Remedy> {
        let transport = self.service.transport;
        match status {
            404 | 405 | 410 if transport == Some(Transport::OnPrem) => vec![self.url_of_on_prem()],
            404 | 405 | 410 => vec![self.url_of_service()],
            407 => vec![self.elsewhere(Owner::Proxy, "device-do-http-proxy")],
            401 | 403 => vec![self.elsewhere(Owner::Server, "device-do-http-forbidden")],
            429 => vec![self.elsewhere(Owner::Wlc, "device-do-http-wait")],
            // The reader cannot look into the vendor's own service.
            _ if !self.service.is_own() => vec![self.here("device-do-http-vendor", &[])],
            _ => vec![self.elsewhere(Owner::Server, "device-do-http-server")],
        }
    }

    fn url_of_service(&self) -> Remedy {
        let service = &self.service;
        let url = match service.transport {
            Some(Transport::Cslu) => task("use-cslu-url")
                .with("scheme", &service.scheme)
                .with("host", &service.host.clone().in_url())
                .with("port", &service.port),
            Some(Transport::Cssm) => task("use-default-url"),
            _ => task("use-shown-url"),
        };
        self.here("device-do-http-url", &[task("show-transport"), url])
    }

    fn token(&self, action: &'static str) -> Remedy {
        let mut remedy = self.without_try(action, &[task("show-history"), task("show-clock")]);
        let transport = self.service.transport.unwrap_or(Transport::Cssm);
        remedy.commands.extend(try_again(self.dialect, transport, None));
        remedy
    }

    fn read_on(&self) -> Remedy {
        Remedy {
            verify: phrase("device-verify-agent"),
            ..self.without_try(
                "device-do-read-on",
                &[task("show-log"), task("show-all"), task("show-history")],
            )
        }
    }

    fn reach(&self) -> Vec<Remedy> {
        let (reach, allow) = match &self.service.proxy {
            Some(_) => (
                "device-do-reach-proxy",
                self.elsewhere(Owner::Proxy, "device-do-allow-proxy"),
            ),
            None => ("device-do-reach", self.elsewhere(Owner::Firewall, "device-do-allow")),
        };
        vec![
            self.here(
                reach,
                &[
                    task("show-settings"),
                    self.reach_service(),
                    task("set-source"),
                    task("choose-built-in-certificate"),
                ],
            ),
            allow,
        ]
    }

    /// The remedy: a capture, which shows which side aborts.
    fn capture(&self, logs: &[DeviceLog]) -> Remedy {
        let interface = setting(logs, "source-interface").and_then(|name| IosName::new(&name));
        let captures = !self.dialect.lines(&[task("capture-start")]).is_empty();
        let (action, commands) = if captures {
            let commands = commands_by_log(self.dialect, interface.as_ref(), &self.try_again());
            ("device-do-capture", commands)
        } else {
            ("device-do-capture-beside", Vec::new())
        };
        Remedy {
            owner: Owner::Capture,
            action: phrase(action),
            commands,
            verify: phrase("device-do-capture-verify"),
        }
    }
}

/// The name by which a device without a configured CSLU looks for one.
const CSLU_DEFAULT: &str = "cslu-local";
/// The path at which a transport gateway takes call-home's messages: no transport of policies has it.
const CALL_HOME_PATH: &str = "/Transportgateway";
const ON_PREM_PLACEHOLDER: &str = "<host of the SSM On-Prem>";
