//! Attempt → Finding: the SYN was answered by a reset.

use super::{elsewhere, on_client, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

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
    let mut finding = Finding::error(
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
            .with("ttl", reset.ttl),
    )
    .alternative(OtherCause::FirewallReject, phrase("tcp-refused-firewall"));
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
        let url = on_client(
            attempt,
            phrase("tcp-refused-url").with("port", server.port),
            &[task("show-transport")],
        );
        let both = if is_public { [allow, url] } else { [url, allow] };
        finding.remedies.extend(both);
    }
    Some(finding)
}
