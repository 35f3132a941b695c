//! Attempt → Finding: the SYN was answered by a reset.

use std::net::IpAddr;

use super::{elsewhere, hops_field, on_client, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::endpoint::Endpoint;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::profile::Transport;

/// RFC 9293 section 3.10.7.1: a host answers a segment for a closed port with RST.
pub(super) const RULE: Rule = rule!("tcp-refused", Cause, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let reset = connection.tcp.server.reset?;
    let syn = connection.tcp.client.syns.first()?;
    if !connection.tcp.server.syns.is_empty() || connection.connected() {
        return None;
    }
    let server = connection.server;
    let finding = Finding::error(
        RULE.id,
        By::Server,
        At::Tcp,
        phrase("tcp-refused-summary").with("service", service(attempt)),
    )
    .confidence(Confidence::Likely)
    .evidence(syn.frame, phrase("syn-to").with("server", server))
    .evidence(
        reset.frame,
        phrase("tcp-refused-answer")
            .with("span", super::seconds(reset.time.since(syn.time)))
            .with("field", hops_field(server.ip))
            .with("ttl", reset.ttl),
    )
    .alternative(
        OtherCause::FirewallReject,
        phrase("tcp-refused-firewall").with("field", hops_field(server.ip)),
    );
    let mut finding = with_remedies(finding, attempt, server);
    if is_from_link(connection, reset.ttl) {
        finding.by = Some(By::Unknown);
        finding = finding.evidence(
            reset.frame,
            phrase("tcp-refused-near")
                .with("field", hops_field(server.ip))
                .with("ttl", reset.ttl),
        );
    }
    Some(finding)
}

/// The times to live that clients begin with (64: Linux and others, 128: Windows).
const INITIAL_TTLS: [u8; 2] = [64, 128];

/// True if neither the client's SYN nor the answer with a public server's address had passed a router: both are on the link
/// of the capture, where a public server is only if somebody answers in its place.
fn is_from_link(connection: &Connection, ttl: u8) -> bool {
    let is_public = match connection.server.ip {
        IpAddr::V4(ip) => !(ip.is_private() || ip.is_link_local() || ip.is_loopback()),
        IpAddr::V6(ip) => !(ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback()),
    };
    let is_private = match connection.client.ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    };
    is_public && is_private && ttl == u8::MAX && INITIAL_TTLS.contains(&connection.tcp.client.ttl)
}

fn with_remedies(mut finding: Finding, attempt: &Attempt<'_>, server: Endpoint) -> Finding {
    // The reader cannot start a public service; a refusal with its address comes from a device on the path.
    let is_public = attempt.licensing && attempt.service.public_certificate;
    if !is_public {
        finding = finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("tcp-refused-listen")
                .with("ip", server.ip)
                .with("port", server.port),
        ));
    }
    if attempt.service.proxy.is_some() {
        finding = finding.remedy(on_client(
            attempt,
            phrase("tcp-refused-proxy").with("server", server),
            &[task("set-proxy")],
        ));
    } else if attempt.licensing {
        let allow = elsewhere(
            attempt,
            Owner::Firewall,
            phrase(if is_public {
                "tcp-refused-allow-first"
            } else {
                "tcp-refused-allow"
            })
            .with("port", server.port)
            .with("device", attempt.device)
            .with("ip", server.ip),
        );
        // A URL with the service's own port is not what has to be corrected.
        let url = (server.port != usual_port(attempt.service.transport)).then(|| {
            on_client(
                attempt,
                phrase("tcp-refused-url").with("port", server.port),
                &[task("show-transport")],
            )
        });
        if is_public {
            finding.remedies.push(allow);
            finding.remedies.extend(url);
        } else {
            finding.remedies.extend(url);
            finding.remedies.push(allow);
        }
    }
    finding
}

/// The port of a URL as a service's documents give it (a CSLU: Cisco 217348).
const fn usual_port(transport: Transport) -> u16 {
    match transport {
        Transport::Cslu => 8182,
        _ => 443,
    }
}
