//! Attempt, Context → Remedy: how to capture again so that the next capture holds what is missing from this one.
//!
//! A capture that proves nothing costs another visit to the device. So the commands name the hosts that this capture
//! has shown: the controller, its servers, proxies, resolvers and revocation hosts. They cover both directions, the
//! control plane, and whole packets.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::base::command::{Command, HostArgument, HostName, HostPort, IosName};
use crate::base::dialect::{Dialect, Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::judge::context::Context;
use crate::judge::finding::{Owner, Remedy};
use crate::profile::Transport;
use crate::profile::options::{Host, Target};

/// The number of hosts of one kind that the access list names; a service with more addresses is captured by its port.
const MAX_HOSTS: usize = 6;

/// The hosts that the next capture has to include.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// The controller's addresses.
    pub devices: BTreeSet<IpAddr>,
    /// Servers and proxies.
    pub servers: BTreeSet<IpAddr>,
    /// Resolvers.
    pub resolvers: BTreeSet<IpAddr>,
    /// Hosts of revocation data.
    pub revocation: BTreeSet<IpAddr>,
    /// Ports of the service: its addresses may change.
    pub ports: BTreeSet<u16>,
}

impl Topology {
    /// The hosts that took part in an attempt.
    #[must_use]
    pub fn of(attempt: &Attempt<'_>) -> Self {
        let mut topology = Self::default();
        topology.devices.insert(attempt.device);
        for connection in &attempt.connections {
            topology.devices.insert(connection.client.ip);
            topology.servers.insert(connection.server.ip);
            topology.ports.insert(connection.server.port);
        }
        for lookup in &attempt.lookups {
            topology.resolvers.insert(lookup.server);
            let answers = lookup.answer.iter().flat_map(|answer| &answer.addresses);
            topology
                .servers
                .extend(answers.filter(|address| !address.is_unspecified()));
        }
        for fetch in &attempt.revocation {
            topology
                .revocation
                .extend(fetch.connections.iter().map(|it| it.server.ip));
            topology.resolvers.extend(fetch.lookups.iter().map(|it| it.server));
        }
        if topology.ports.is_empty() {
            topology.ports.insert(443);
        }
        topology
    }

    /// The hosts that would have taken part in an attempt, if the capture has none: those that options name, and
    /// recognised controllers.
    #[must_use]
    pub fn expected(context: &Context<'_>) -> Self {
        let options = context.options;
        let mut topology = Self {
            ports: [443, 80, 8182].into(),
            ..Self::default()
        };
        topology.devices.extend(&options.wlc);
        if topology.devices.is_empty() {
            topology
                .devices
                .extend(context.watched.controllers.iter().map(|(ip, _)| ip).take(MAX_HOSTS));
        }
        let targets = [&options.on_prem, &options.cslu, &options.cssm, &options.proxy];
        for Target { host, port } in targets.into_iter().flatten() {
            match host {
                Host::Address(ip) => topology.servers.extend([*ip]),
                Host::Name(name) => topology.servers.extend(context.watched.addresses_of(name)),
            }
            topology.ports.extend(port);
        }
        let own = context
            .watched
            .lookups
            .iter()
            .filter(|it| topology.devices.contains(&it.client));
        topology.resolvers.extend(own.map(|it| it.server).take(MAX_HOSTS));
        topology
    }

    /// The filter for the next capture, both directions of each host; empty if both address families occur, which one
    /// access list cannot express.
    fn filter(&self) -> Vec<Task> {
        let all = || {
            [&self.devices, &self.servers, &self.resolvers, &self.revocation]
                .into_iter()
                .flatten()
        };
        let v6 = all().any(IpAddr::is_ipv6);
        if self.devices.is_empty() || v6 && all().any(IpAddr::is_ipv4) {
            return Vec::new();
        }
        let (list, hosts) = if v6 {
            ("capture-list-v6", "capture-peer-v6")
        } else {
            ("capture-list", "capture-peer")
        };
        let mut tasks = vec![task(list)];
        for device in &self.devices {
            let about = |name| task(name).with("device", device);
            let peers = self.servers.iter().chain(&self.revocation).take(MAX_HOSTS);
            tasks.extend(peers.map(|peer| about(hosts).with("peer", peer)));
            let ports = self.ports.iter().take(MAX_HOSTS);
            tasks.extend(ports.map(|port| about("capture-port").with("service-port", port)));
            let resolvers = self.resolvers.iter().take(MAX_HOSTS);
            tasks.extend(resolvers.map(|it| about("capture-resolver").with("resolver", it)));
            // A device that was not seen asking a resolver may ask any resolver.
            if self.resolvers.is_empty() {
                tasks.push(about("capture-any-resolver"));
            }
            tasks.push(about("capture-errors"));
        }
        tasks
    }
}

/// The faults of this capture, which the next one has to avoid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanting {
    /// The snap length cut packets.
    pub whole_packets: bool,
    /// Packets were dropped, or the buffer was full.
    pub room: bool,
    /// The next licensing message may be hours away.
    pub patience: bool,
}

impl Wanting {
    /// The faults that the capture's own facts show.
    #[must_use]
    pub fn of(context: &Context<'_>) -> Self {
        Self {
            whole_packets: context.snap_length_cut > 0,
            room: context.capture.drops.is_some_and(|drops| drops > 0),
            patience: false,
        }
    }
}

/// How to capture again: on the command line and, where the device has one, in its web interface.
#[must_use]
pub fn recapture(dialect: Dialect, topology: &Topology, trigger: &[Command], wanting: Wanting) -> Vec<Remedy> {
    let about = |name: &'static str, device: Option<&IpAddr>| match device {
        Some(device) => task(name).with("device", device),
        None => task(name),
    };
    let device = topology.devices.iter().next();
    let (find, interface, web) = match device {
        Some(device) if device.is_ipv6() => ("find-interface-v6", "capture-interface", "capture-by-web"),
        Some(_) => ("find-interface", "capture-interface", "capture-by-web"),
        None => ("find-any-interface", "capture-any-interface", "capture-any-by-web"),
    };
    let filter = topology.filter();
    let listed = if filter.is_empty() {
        "capture-everything"
    } else {
        "capture-listed"
    };
    let room = if wanting.room {
        "capture-files"
    } else {
        "capture-buffer"
    };
    let mut before = vec![about(find, device)];
    before.extend(filter);
    let start = [
        about(interface, device),
        task(listed),
        task(room),
        about("capture-start", device),
    ];
    let commands = [
        dialect.lines(&before),
        dialect.lines(&start),
        trigger.to_vec(),
        dialect.lines(&[task("capture-stop")]),
    ]
    .concat();
    let verify = phrase("recapture-expect");
    let mut remedies = vec![Remedy {
        owner: Owner::Capture,
        action: phrase("recapture").with("hints", hints(dialect, wanting)),
        commands,
        verify: verify.clone(),
    }];
    let by_web = dialect.lines(&[about(web, device)]);
    if let (Some(interface), Some(trigger)) = (by_web.first(), trigger.first()) {
        remedies.push(Remedy {
            owner: Owner::Capture,
            action: phrase("recapture-web")
                .with("interface", interface)
                .with("trigger", trigger),
            commands: Vec::new(),
            verify,
        });
    }
    remedies
}

/// Hints for the next capture.
fn hints(dialect: Dialect, wanting: Wanting) -> Phrase {
    let mut hints = Vec::new();
    if wanting.whole_packets {
        hints.push(phrase("recapture-whole"));
    }
    if wanting.room {
        hints.push(phrase("recapture-files"));
    }
    if let Some(files) = dialect
        .lines(&[task("capture-files")])
        .first()
        .filter(|_| wanting.patience)
    {
        hints.push(phrase("recapture-wait").with("buffer", files));
    }
    hints.into_iter().fold(phrase("recapture-start"), |one, other| {
        phrase("recapture-both").with("one", one).with("other", other)
    })
}

/// The commands that make a client contact its service.
#[must_use]
pub fn try_again(dialect: Dialect, transport: Transport, connection: Option<&Connection>) -> Vec<Command> {
    let licensing = match transport {
        Transport::Cssm | Transport::CallHome => "renew-trust",
        _ => "report-now",
    };
    let lines = dialect.lines(&[task(licensing)]);
    let Some(connection) = connection.filter(|_| lines.is_empty()) else {
        return lines;
    };
    let asked = || {
        HostArgument::with_port(connection.tunnel_target()?.raw(), "<host>")
            .0
            .name()
    };
    let named = connection.server_name().and_then(|name| HostName::new(name.raw()));
    dialect.lines(&[match named.or_else(asked) {
        Some(name) => towards(task("try-again"), connection).with("host", &name),
        None => towards(task("try-nameless"), connection),
    }])
}

/// A task of a TLS client, with the server as the connection reached it: directly or through a proxy that was asked for
/// a tunnel, and with TLS at once or in a protocol that asks for it.
#[must_use]
pub fn towards(mut task: Task, connection: &Connection) -> Task {
    if let Some(protocol) = connection.starttls {
        task = task.with("starttls", &protocol.starttls());
    }
    let Some(target) = connection.tunnel_target() else {
        return task.with("endpoint", &connection.server);
    };
    let task = task.with("endpoint", &HostPort::new(target.raw(), "<server>"));
    // It speaks no SOCKS: there a program beside it has to (`proxychains4`).
    match connection.socks {
        Some(_) => task,
        None => task.with("proxy", &connection.server),
    }
}

/// Where the client itself logs the outcome of an attempt, and how to make it try again.
#[must_use]
pub fn device_log(attempt: &Attempt<'_>) -> Remedy {
    let name = WireText::from(attempt.service.name.as_str());
    let dialect = attempt.dialect;
    let mut commands = dialect.lines(&[task("show-log"), task("show-history"), task("show-licensing")]);
    commands.extend(try_again(dialect, attempt.service.transport, attempt.connection()));
    Remedy {
        owner: Owner::Wlc,
        action: phrase("log-of-device").with("name", &name),
        commands,
        verify: phrase("log-of-device-expect"),
    }
}

/// How to capture an attempt again.
#[must_use]
pub fn for_attempt(attempt: &Attempt<'_>, context: &Context<'_>) -> Vec<Remedy> {
    let dialect = attempt.dialect;
    // A user who examines general traffic waits for an attempt and does not trigger one.
    let trigger = if attempt.licensing {
        try_again(dialect, attempt.service.transport, attempt.connection())
    } else {
        Vec::new()
    };
    let mut remedies = recapture(dialect, &Topology::of(attempt), &trigger, Wanting::of(context));
    // Datagrams have no SYN and no FIN.
    if attempt.carrier().is_datagram() {
        for remedy in &mut remedies {
            remedy.verify = phrase("recapture-expect-datagrams");
        }
    }
    remedies
}

/// The commands for a capture that shows licensing, where only the device's own texts describe its network.
#[must_use]
pub fn commands_by_log(dialect: Dialect, interface: Option<&IosName>, trigger: &[Command]) -> Vec<Command> {
    let (look, begin) = match interface {
        Some(name) => (
            vec![task("show-transport"), task("show-status")],
            task("capture-named-interface").with("interface", name),
        ),
        None => (
            vec![task("show-settings"), task("show-transport"), task("show-status")],
            task("capture-any-interface"),
        ),
    };
    let start = [
        begin,
        task("capture-everything"),
        task("capture-buffer"),
        task("capture-start"),
    ];
    [
        dialect.lines(&look),
        dialect.lines(&start),
        trigger.to_vec(),
        dialect.lines(&[task("capture-stop")]),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> BTreeSet<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn commands(topology: &Topology, wanting: Wanting) -> Vec<String> {
        let dialect = Dialect::IosXe;
        let remedies = recapture(dialect, topology, &try_again(dialect, Transport::Cssm, None), wanting);
        remedies[0].commands.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn observed_addresses_stand_in_the_access_list_in_both_directions() {
        let topology = Topology {
            devices: ips(&["10.0.0.1"]),
            servers: ips(&["192.0.2.7"]),
            resolvers: ips(&["10.0.0.53"]),
            revocation: ips(&["192.0.2.99"]),
            ports: [443].into(),
        };
        let text = commands(&topology, Wanting::default()).join("\n");
        for line in [
            "permit ip host 10.0.0.1 host 192.0.2.7",
            "permit ip host 192.0.2.7 host 10.0.0.1",
            "permit ip host 10.0.0.1 host 192.0.2.99",
            "permit udp host 10.0.0.1 host 10.0.0.53 eq domain",
            "permit tcp host 10.0.0.53 eq domain host 10.0.0.1",
            "monitor capture TLSWALK interface <interface with 10.0.0.1> both",
            "monitor capture TLSWALK control-plane both",
            "monitor capture TLSWALK access-list TLSWALK",
            "monitor capture TLSWALK buffer size 100",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn the_capture_starts_before_the_trigger_and_stops_after_it() {
        let all = commands(&Topology::default(), Wanting::default());
        let at = |what: &str| all.iter().position(|it| it.contains(what)).unwrap();
        assert!(at("start") < at("license smart trust") && at("license smart trust") < at(" stop"));
        assert!(all.iter().any(|it| it.ends_with("match any")), "nobody is known");
    }

    #[test]
    fn two_address_families_need_everything() {
        let topology = Topology {
            devices: ips(&["10.0.0.1"]),
            servers: ips(&["2001:db8::5"]),
            ..Topology::default()
        };
        assert_eq!(topology.filter(), []);
        let v6 = Topology {
            devices: ips(&["2001:db8::1"]),
            servers: ips(&["2001:db8::5"]),
            ..Topology::default()
        };
        let list = commands(&v6, Wanting::default());
        let first = list.iter().position(|it| it == "  ipv6 access-list TLSWALK").unwrap();
        assert_eq!(list[first + 1], "    permit ipv6 host 2001:db8::1 host 2001:db8::5");
    }

    #[test]
    fn packets_that_were_dropped_ask_for_a_set_of_files() {
        let wanting = Wanting {
            room: true,
            ..Wanting::default()
        };
        let all = commands(&Topology::default(), wanting);
        assert!(all.contains(&"monitor capture TLSWALK buffer circular file 5 file-size 100".to_owned()));
    }
}
