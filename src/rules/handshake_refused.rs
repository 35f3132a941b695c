//! Attempt → Finding: one side gave the handshake up with an alert that no other rule explains.

use super::{alert_text, client, elsewhere, on_device, service, tls_with_hello};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, Confidence, Finding, Owner, Rule};
use crate::tls::AlertDescription;
use crate::tls::walk::{Side, StepKind};

/// RFC 9846 section 6.2, RFC 6066 section 3 (unrecognized_name), RFC 7301 section 3.2 (no_application_protocol).
pub(super) const RULE: Rule = Rule {
    id: "handshake-refused",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let alert = tls.first_error()?;
    let (_, description) = alert.content?;
    if attempt.exchanged() {
        return None;
    }
    let (who, whom) = match alert.side {
        Side::Client => (format!("the {}", client(attempt)), service(attempt)),
        Side::Server => (service(attempt), format!("the {}", client(attempt))),
    };
    let hello = connection.step(StepKind::ClientHello)?;
    let name = tls.client_hello.as_ref().and_then(|hello| hello.server_name.as_ref());
    let finding = Finding::error(
        RULE.id,
        alert.side.into(),
        At::Tls,
        format!("{who} broke the handshake with {whom} off with {}", alert_text(alert)),
    )
    .confidence(Confidence::Likely)
    .evidence(
        hello.frame,
        name.map_or_else(
            || "Client Hello, without a server name".to_owned(),
            |name| format!("Client Hello for {name}"),
        ),
    )
    .evidence(
        alert.frame,
        format!("{} from the {}", alert_text(alert), alert.side.name()),
    );
    Some(match description {
        AlertDescription::UNRECOGNIZED_NAME => finding.remedy(on_device(
            attempt,
            match name {
                Some(name) => format!("the server knows no {name}: correct the name in the URL"),
                None => "the Client Hello names no server: use a host name instead of an address in the URL".to_owned(),
            },
            &["show license all | section Transport".to_owned()],
        )),
        _ => finding
            .cannot_tell("why: the alert does not say more, and nothing else in the capture explains it")
            .remedy(elsewhere(
                attempt,
                if alert.side == Side::Server {
                    Owner::Server
                } else {
                    Owner::Wlc
                },
                format!("look at the log of the {}: it sent {description}", alert.side.name()),
            )),
    })
}
