//! Attempt → Finding: the SYN was answered by a reset.

use super::{elsewhere, on_device, service};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};

/// RFC 9293 section 3.10.7.1: a host answers a segment for a port on which nobody listens with RST.
pub(super) const RULE: Rule = Rule {
    id: "tcp-refused",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let reset = connection.tcp.server.reset?;
    let &(syn, asked) = connection.tcp.client.syns.first()?;
    if !connection.tcp.server.syns.is_empty() || connection.tcp.server.bytes > 0 || connection.tcp.client.bytes > 0 {
        return None;
    }
    let server = connection.server;
    let mut finding = Finding::error(RULE.id, By::Server, At::Tcp, format!("the connection to {} was refused: nothing accepts it there", service(attempt)))
        .confidence(Confidence::Likely)
        .evidence(syn, format!("SYN to {server}"))
        .evidence(reset.frame, format!("RST in answer, {} later, time to live {}", super::seconds(reset.time.since(asked)), reset.ttl))
        .alternative("firewall-reject", "a firewall may answer for the server: compare the time to live with other packets of the server, and look at the firewall's log")
        .remedy(elsewhere(attempt, Owner::Server, format!("on {}: see that the service is running and listens on port {}", server.ip, server.port)));
    if attempt.service.proxy.is_some() {
        finding = finding.remedy(on_device(
            attempt,
            format!("or correct the proxy: the controller is told to use {server}"),
            &[
                "configure terminal".to_owned(),
                "  license smart proxy address <proxy>".to_owned(),
                "  license smart proxy port <port>".to_owned(),
                "  end".to_owned(),
            ],
        ));
    } else if attempt.licensing {
        finding = finding
            .remedy(on_device(
                attempt,
                format!("or correct the URL: the controller is told to use port {}", server.port),
                &["show license all | section Transport".to_owned()],
            ))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                format!(
                    "or, if a firewall rejects it: allow TCP {} from {} to {}",
                    server.port, attempt.device, server.ip
                ),
            ));
    }
    Some(finding)
}
