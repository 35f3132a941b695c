//! Attempt, Context → Remedy: how to capture again, so that what is missing will be there.
//!
//! A capture that proves nothing costs another visit to the device. So the commands name what this one has shown: the
//! controller, its servers, proxies, resolvers and revocation hosts; both directions, the control plane, whole packets.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::attempt::Attempt;
use crate::base::command::{Command, IosName};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::judge::context::Context;
use crate::judge::finding::{Owner, Remedy};
use crate::profile::Transport;
use crate::profile::options::{Host, Target};

/// Hosts of one kind named in the access list; a service behind more addresses is captured by its port.
const MAX_HOSTS: usize = 6;

/// The name of the capture point and of its access list.
const NAME: &str = "TLSWALK";

/// Who has to be in the next capture.
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
    /// Who took part in an attempt.
    #[must_use]
    pub fn of(attempt: &Attempt<'_>) -> Self {
        let mut topology = Self::default();
        topology.devices.insert(attempt.device);
        for connection in &attempt.connections {
            let (device, other) = if attempt.service.calls_device {
                (connection.server, connection.client)
            } else {
                (connection.client, connection.server)
            };
            topology.devices.insert(device.ip);
            topology.servers.insert(other.ip);
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

    /// Who would have taken part, where nobody did: what options name, and controllers that were recognised.
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

    /// The entries of the access list, both directions of each; `None` where both families are involved, which one
    /// access list cannot express.
    fn access_list(&self) -> Option<Vec<Command>> {
        let all = || {
            [&self.devices, &self.servers, &self.resolvers, &self.revocation]
                .into_iter()
                .flatten()
        };
        let v6 = all().any(IpAddr::is_ipv6);
        if self.devices.is_empty() || v6 && all().any(IpAddr::is_ipv4) {
            return None;
        }
        let (head, icmp) = if v6 {
            (Command::with("  ipv6 access-list {}", &[&NAME]), "icmp")
        } else {
            (Command::with("  ip access-list extended {}", &[&NAME]), "icmp")
        };
        let protocol = if v6 { "ipv6" } else { "ip" };
        let mut lines = vec![head];
        for device in &self.devices {
            for peer in self.servers.iter().chain(&self.revocation).take(MAX_HOSTS) {
                lines.push(Command::with(
                    "    permit {} host {} host {}",
                    &[&protocol, device, peer],
                ));
                lines.push(Command::with(
                    "    permit {} host {} host {}",
                    &[&protocol, peer, device],
                ));
            }
            for port in self.ports.iter().take(MAX_HOSTS) {
                lines.push(Command::with("    permit tcp host {} any eq {}", &[device, port]));
                lines.push(Command::with("    permit tcp any eq {} host {}", &[port, device]));
            }
            // A device that was not seen to ask may ask anybody.
            let resolvers: Vec<Command> = if self.resolvers.is_empty() {
                vec![Command::fixed("any")]
            } else {
                self.resolvers
                    .iter()
                    .take(MAX_HOSTS)
                    .map(|it| Command::with("host {}", &[it]))
                    .collect()
            };
            for resolver in resolvers {
                for transport in ["udp", "tcp"] {
                    lines.push(Command::with(
                        "    permit {} host {} {} eq domain",
                        &[&transport, device, &resolver],
                    ));
                    lines.push(Command::with(
                        "    permit {} {} eq domain host {}",
                        &[&transport, &resolver, device],
                    ));
                }
            }
            lines.push(Command::with("    permit {} any host {}", &[&icmp, device]));
        }
        lines.push(Command::fixed("  end"));
        Some(lines)
    }
}

/// What was wrong with this capture, and so has to be otherwise in the next.
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
    /// What the capture's own facts show.
    #[must_use]
    pub fn of(context: &Context<'_>) -> Self {
        Self {
            whole_packets: context.snap_length_cut > 0,
            room: context.capture.drops.is_some_and(|drops| drops > 0),
            patience: false,
        }
    }
}

/// How to capture again: on the command line, and in the web interface.
#[must_use]
pub fn recapture(topology: &Topology, trigger: &Command, wanting: Wanting) -> [Remedy; 2] {
    let mut commands = Vec::new();
    let interface = match topology.devices.iter().next() {
        Some(device) => {
            let kind = if device.is_ipv6() { "ipv6" } else { "ip" };
            commands.push(Command::with("show {} interface brief | include {}", &[&kind, device]));
            Command::with("<interface with {}>", &[device])
        }
        None => {
            commands.push(Command::fixed(
                "show running-config | include ip http client source-interface",
            ));
            Command::fixed("<source interface of ip http client>")
        }
    };
    let list = topology.access_list();
    if let Some(list) = &list {
        commands.push(Command::fixed("configure terminal"));
        commands.extend(list.iter().cloned());
    }
    commands.push(Command::with(
        "monitor capture {} interface {} both",
        &[&NAME, &interface],
    ));
    commands.push(Command::with("monitor capture {} control-plane both", &[&NAME]));
    commands.push(match list {
        Some(_) => Command::with("monitor capture {} access-list {}", &[&NAME, &NAME]),
        None => Command::with("monitor capture {} match any", &[&NAME]),
    });
    let file_set = Command::with("monitor capture {} buffer circular file 5 file-size 100", &[&NAME]);
    commands.push(if wanting.room {
        file_set.clone()
    } else {
        Command::with("monitor capture {} buffer size 100", &[&NAME])
    });
    commands.push(Command::with("monitor capture {} start", &[&NAME]));
    commands.push(trigger.clone());
    commands.push(Command::with("monitor capture {} stop", &[&NAME]));
    commands.push(Command::with(
        "monitor capture {} export flash:{}.pcap",
        &[&NAME, &NAME],
    ));
    let mut hints: Vec<Phrase> = vec![phrase("recapture-start")];
    if wanting.whole_packets {
        hints.push(phrase("recapture-whole"));
    }
    if wanting.room {
        hints.push(phrase("recapture-files"));
    }
    if wanting.patience {
        hints.push(phrase("recapture-wait").with("buffer", &file_set));
    }
    let hints = hints
        .into_iter()
        .reduce(|one, other| phrase("recapture-both").with("one", one).with("other", other));
    let verify = phrase("recapture-expect");
    [
        Remedy {
            owner: Owner::Capture,
            action: phrase("recapture").with("hints", hints.unwrap_or_else(|| phrase("recapture-start"))),
            commands,
            verify: verify.clone(),
        },
        Remedy {
            owner: Owner::Capture,
            action: phrase("recapture-web")
                .with("interface", &interface)
                .with("trigger", trigger),
            commands: Vec::new(),
            verify,
        },
    ]
}

/// The command that makes a controller speak with its service.
#[must_use]
pub fn trigger(transport: Transport) -> Command {
    match transport {
        Transport::Cssm | Transport::CallHome => Command::fixed("license smart trust idtoken <token> all force"),
        _ => Command::fixed("license smart sync local"),
    }
}

/// Where the controller itself noted what became of an attempt, and how to make it try again.
#[must_use]
pub fn device_log(attempt: &Attempt<'_>) -> Remedy {
    let name = WireText::from(attempt.service.name.as_str());
    Remedy {
        owner: Owner::Wlc,
        action: phrase("log-of-device")
            .with("device", attempt.device)
            .with("name", &name),
        commands: vec![
            Command::fixed("show logging | include SMART_LIC|PKI"),
            Command::fixed("show license history message"),
            Command::fixed("show license tech support"),
            trigger(attempt.service.transport),
        ],
        verify: phrase("log-of-device-expect"),
    }
}

/// How to capture an attempt again.
#[must_use]
pub fn for_attempt(attempt: &Attempt<'_>, context: &Context<'_>) -> Vec<Remedy> {
    if !attempt.licensing {
        return vec![Remedy {
            owner: Owner::Capture,
            action: phrase("recapture").with("hints", phrase("recapture-start")),
            commands: Vec::new(),
            verify: phrase("recapture-expect"),
        }];
    }
    recapture(
        &Topology::of(attempt),
        &trigger(attempt.service.transport),
        Wanting::of(context),
    )
    .into()
}

/// What to type for a capture that shows licensing, where only the device's own texts tell of its surroundings.
#[must_use]
pub fn commands_by_log(interface: Option<&IosName>, trigger: &Command) -> Vec<Command> {
    let mut commands = Vec::new();
    if interface.is_none() {
        commands.push(Command::fixed(
            "show running-config | include ip http client|license smart",
        ));
    }
    commands.extend(["show license all | section Transport", "show license status"].map(Command::fixed));
    commands.push(match interface {
        Some(name) => Command::with("monitor capture LIC interface {} both", &[name]),
        None => Command::fixed("monitor capture LIC interface <interface> both"),
    });
    commands.extend(
        [
            "monitor capture LIC control-plane both",
            "monitor capture LIC match any",
            "monitor capture LIC buffer size 100",
            "monitor capture LIC start",
        ]
        .map(Command::fixed),
    );
    commands.push(trigger.clone());
    commands.extend(
        [
            "monitor capture LIC stop",
            "monitor capture LIC export bootflash:lic.pcap",
        ]
        .map(Command::fixed),
    );
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> BTreeSet<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn commands(topology: &Topology, wanting: Wanting) -> Vec<String> {
        let [first, _] = recapture(topology, &trigger(Transport::Cssm), wanting);
        first.commands.iter().map(ToString::to_string).collect()
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
        assert_eq!(topology.access_list(), None);
        let v6 = Topology {
            devices: ips(&["2001:db8::1"]),
            servers: ips(&["2001:db8::5"]),
            ..Topology::default()
        };
        let list = v6.access_list().unwrap();
        assert_eq!(list[0].as_str(), "  ipv6 access-list TLSWALK");
        assert_eq!(list[1].as_str(), "    permit ipv6 host 2001:db8::1 host 2001:db8::5");
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
