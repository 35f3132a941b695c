//! DeviceLogs → NamedService: the licensing service that the device contacts, from any of its texts that names one.
//!
//! A detail that no text names stays unknown: every product has another default, and a wrong name in a command sends
//! the reader to the wrong place.

use crate::attempt::Attempt;
use crate::base::command::{HostArgument, HostName, IosName, UrlPath};
use crate::device::DeviceLog;
use crate::profile::{Profile, Transport};

/// The licensing service of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedService {
    /// The transport; `None` if no text shows it.
    pub(super) transport: Option<Transport>,
    /// `http` or `https`.
    pub(super) scheme: &'static str,
    /// Its host, or a placeholder.
    pub(super) host: HostArgument,
    /// Its port, also if the URL omits it.
    pub(super) port: u16,
    /// The path of its URL.
    pub(super) path: UrlPath,
    /// The VRF in which the device reaches it.
    pub(super) vrf: Option<IosName>,
    /// The proxy that the device is configured to use: its address and port.
    pub(super) proxy: Option<(HostArgument, u16)>,
}

impl NamedService {
    /// Reads the service from the line about the failure, then from other failures, then from settings: the nearer to
    /// the failure, the better.
    pub(super) fn of(logs: &[DeviceLog], says: &str, profile: &Profile) -> Self {
        let setting = |name: &str| setting(logs, name);
        let type_of = setting("transport").or_else(|| setting("configured-transport"));
        let by_setting = type_of.and_then(|word| transport_of(&word));
        let events = logs.iter().rev().flat_map(|log| log.events.iter().rev());
        let failures = events.filter(|event| event.what.is_failure()); // joins are none of licensing
        let lines = || std::iter::once(says).chain(failures.clone().map(|event| event.text.raw()));
        let by_line = lines().find_map(transport_named);
        let url = lines().find_map(|line| url_in(line).or_else(|| host_in(line, profile)));
        let url = url.or_else(|| url_of(logs, by_setting.or(by_line)));
        let vrf = setting("vrf").or_else(|| setting("call-home-vrf"));
        let vrf = vrf.and_then(|vrf| IosName::new(&vrf));
        let without = Self {
            vrf,
            proxy: proxy_of(logs),
            ..Self::without_url(by_setting, by_line, profile)
        };
        let Some(url) = url else { return without };
        let (scheme, port, behind) = match url.split_once("://") {
            Some((scheme, behind)) if scheme.eq_ignore_ascii_case("http") => ("http", 80, behind),
            Some((_, behind)) => ("https", 443, behind),
            None => (without.scheme, without.port, url.as_str()),
        };
        let (authority, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
        let (host, own_port) = HostArgument::with_port(authority, PLACEHOLDER);
        let port = own_port.unwrap_or(port);
        let by_name = profile.service_named(&host.to_string());
        let known = by_name.or_else(|| profile.service_of_path(path, port));
        Self {
            transport: known.map(|service| service.transport).or(by_setting).or(by_line),
            scheme,
            port,
            path: UrlPath::new(path, "/<path of the present URL>"),
            host,
            vrf: without.vrf,
            proxy: without.proxy,
        }
    }

    /// The service that an attempt went to.
    pub(super) fn of_attempt(attempt: &Attempt<'_>) -> Self {
        let connection = attempt.connection();
        let is_plain = connection.is_some_and(|connection| connection.tls.is_none());
        Self {
            transport: Some(attempt.service.transport),
            scheme: if is_plain { "http" } else { "https" },
            host: attempt.host(),
            port: connection.map_or(443, |connection| connection.server.port),
            path: UrlPath::new("", "/<path of the present URL>"),
            vrf: None,
            proxy: None,
        }
    }

    /// Only Smart Transport has a destination that needs no URL, and only if it was chosen: `license smart url
    /// default`.
    fn without_url(by_setting: Option<Transport>, by_line: Option<Transport>, profile: &Profile) -> Self {
        let transport = by_setting.or(by_line);
        let mut endpoints = profile.endpoints.iter();
        let default =
            endpoints.find(|service| by_setting == Some(Transport::Cssm) && service.transport == Transport::Cssm);
        let name = default.and_then(|service| service.names.first());
        let is_cslu = transport == Some(Transport::Cslu);
        let placeholder = if is_cslu { CSLU_PLACEHOLDER } else { PLACEHOLDER };
        Self {
            transport,
            scheme: if is_cslu { "http" } else { "https" },
            host: HostArgument::new(name.map_or("", String::as_str), placeholder),
            port: if is_cslu { CSLU_PORT } else { 443 },
            path: UrlPath::new("", "/<path>"),
            vrf: None,
            proxy: None,
        }
    }

    /// True if no text names its host.
    pub(super) const fn is_unnamed(&self) -> bool {
        matches!(self.host, HostArgument::Placeholder(_))
    }

    /// True if it is an On-Prem or a CSLU, which the customer runs.
    pub(super) const fn is_own(&self) -> bool {
        matches!(self.transport, Some(Transport::OnPrem | Transport::Cslu))
    }
}

/// The text in a command if no text names the host.
const PLACEHOLDER: &str = "<host of the licensing service>";
const CSLU_PLACEHOLDER: &str = "<address of the CSLU>";

/// The port of a CSLU (Cisco 217348).
const CSLU_PORT: u16 = 8182;

/// The value of a setting, from the text that was given last.
pub(super) fn setting(logs: &[DeviceLog], name: &str) -> Option<String> {
    crate::device::setting(logs, name).map(ToString::to_string)
}

/// The proxy of the settings, if both its address and its port are known.
fn proxy_of(logs: &[DeviceLog]) -> Option<(HostArgument, u16)> {
    let host = HostArgument::new(&setting(logs, "proxy-address")?, PLACEHOLDER);
    let port = setting(logs, "proxy-port")?.parse().ok()?;
    (!matches!(host, HostArgument::Placeholder(_))).then_some((host, port))
}

/// The transport of `Type: …` and of `license smart transport …`.
fn transport_of(word: &str) -> Option<Transport> {
    match word.to_ascii_lowercase().as_str() {
        "smart" => Some(Transport::Cssm),
        "callhome" => Some(Transport::CallHome),
        "cslu" => Some(Transport::Cslu),
        _ => None,
    }
}

/// The transport that a message names. `(CSSM)` names none: a device also writes it about an On-Prem.
fn transport_named(says: &str) -> Option<Transport> {
    let says = says.to_ascii_lowercase();
    if says.contains("(cslu)") || says.contains("smart license utility") || says.contains("smart licensing utility") {
        return Some(Transport::Cslu);
    }
    let is_call_home = says.contains("call home") || says.contains("call-home") || says.contains("call_home");
    is_call_home.then_some(Transport::CallHome)
}

fn url_in(says: &str) -> Option<String> {
    let mut words = says.split_whitespace();
    let url = words.find(|word| word.starts_with("https://") || word.starts_with("http://"))?;
    Some(url.trim_end_matches([',', ';', ')', '.']).to_owned())
}

/// A host that a message names without a URL: a known service, or the word after `host`.
fn host_in(says: &str, profile: &Profile) -> Option<String> {
    let mut before = "";
    for word in says.split_whitespace() {
        let name = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_host = before == "host" && name.contains('.') && HostName::new(name).is_some();
        if is_host || profile.service_named(name).is_some() {
            return Some(name.to_owned());
        }
        before = word.trim_end_matches(':');
    }
    None
}

/// The URL that belongs to a transport, else any URL. A host alone, such as `cslu-local`, counts as one.
fn url_of(logs: &[DeviceLog], transport: Option<Transport>) -> Option<String> {
    let configured = |word: &str| {
        let value = setting(logs, "configured-url")?;
        let url = value.strip_prefix(word).map(str::trim);
        url.filter(|url| *url != "default" && !url.is_empty())
            .map(str::to_owned)
    };
    let any = || {
        let mut words = ["cslu ", "smart ", ""].into_iter();
        words.find_map(configured)
    };
    match transport {
        Some(Transport::Cslu) => setting(logs, "cslu").or_else(|| configured("cslu ")),
        Some(Transport::CallHome) => setting(logs, "call-home-url"),
        Some(_) => setting(logs, "url").or_else(any),
        None => setting(logs, "url")
            .or_else(|| setting(logs, "cslu"))
            .or_else(|| setting(logs, "call-home-url"))
            .or_else(any),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, says: &str) -> (Option<Transport>, String, u16) {
        let profile = Profile::built_in("cisco-smart-licensing").unwrap();
        let service = NamedService::of(&[crate::device::read("a", text.as_bytes())], says, &profile);
        (service.transport, service.host.to_string(), service.port)
    }

    #[test]
    fn the_host_is_that_of_the_devices_own_url() {
        let host = |url: &str| of(&format!("license smart url {url}\n"), "").1;
        assert_eq!(host("https://ssm.corp.example:8443/SmartTransport"), "ssm.corp.example");
        assert_eq!(
            host("smart https://ssm.corp.example/SmartTransport"),
            "ssm.corp.example"
        );
        assert_eq!(host("https://$(reboot)/"), PLACEHOLDER);
        assert_eq!(host("https://[2001:db8::1]:8443/x"), "2001:db8::1");
        assert_eq!(host("default"), PLACEHOLDER);
        let chosen = "license smart transport smart\nlicense smart url default\n";
        assert_eq!(of(chosen, "").1, "smartreceiver.cisco.com");
    }

    #[test]
    fn a_message_names_the_service_and_nothing_is_invented() {
        let cslu = "Communications failure with the Cisco Smart License Utility (CSLU) : x";
        assert_eq!(of("", cslu), (Some(Transport::Cslu), CSLU_PLACEHOLDER.to_owned(), 8182));
        let cssm = "Communications failure with the Cisco Smart Software Manager (CSSM) : x";
        assert_eq!(of("", cssm), (None, PLACEHOLDER.to_owned(), 443));
        let sent = "message to: https://tools.cisco.com/its/service/oddce/services/DDCEService (ERR 207 : x)";
        let named = "Could not resolve host: ssm.corp.example; Unknown error";
        assert_eq!(of("", named).1, "ssm.corp.example");
        let call_home = Some(Transport::CallHome);
        assert_eq!(of("", sent), (call_home, "tools.cisco.com".to_owned(), 443));
    }

    #[test]
    fn a_path_or_a_port_tells_an_on_prem_from_a_cslu() {
        let at = |url: &str| {
            let text = format!("Transport:\n  Type: cslu\n  Cslu address: {url}\n");
            let (transport, host, port) = of(&text, "");
            (transport.unwrap(), host, port)
        };
        let (own, cslu) = (Transport::OnPrem, Transport::Cslu);
        assert_eq!(at("https://10.1.1.1/cslu/v1/pi/acct-1"), (own, "10.1.1.1".into(), 443));
        assert_eq!(at("http://10.1.1.1:8182/cslu/v1/pi"), (cslu, "10.1.1.1".into(), 8182));
        assert_eq!(
            at("http://10.1.1.1:8182/cslu/v1/pi/x-1"),
            (cslu, "10.1.1.1".into(), 8182)
        );
    }
}
