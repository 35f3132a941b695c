//! Attempt → Finding: client and server have no protocol version in common.

use super::negotiation::{grounds, with_grounds};
use super::{alert_text, client, elsewhere, on_device, service, tls_with_hello};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Finding, Owner, Rule};
use crate::tls::walk::{Side, StepKind};
use crate::tls::{AlertDescription, Version};

/// RFC 9846 section 6.2: protocol_version (70); RFC 7507: inappropriate_fallback (86).
pub(super) const RULE: Rule = Rule {
    id: "version-mismatch",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let alert = tls.first_error()?;
    let (_, description) = alert.content?;
    if !matches!(
        description,
        AlertDescription::PROTOCOL_VERSION | AlertDescription::INAPPROPRIATE_FALLBACK
    ) {
        return None;
    }
    let hello = connection.step(StepKind::ClientHello)?;
    let offered: Vec<String> = tls
        .client_hello
        .as_ref()?
        .offered_versions()
        .iter()
        .map(Version::to_string)
        .collect();
    let newest = offered.first().cloned().unwrap_or_default();
    let offer = if offered.len() > 1 {
        format!("TLS {}", offered.join(", "))
    } else {
        format!("at most TLS {newest}")
    };
    let summary = match (alert.side, tls.version()) {
        (Side::Client, Some(chosen)) => {
            format!(
                "the {} does not accept TLS {chosen}, which {} chose",
                client(attempt),
                service(attempt)
            )
        }
        (Side::Client, None) => format!(
            "the {} gave up for want of a common TLS version with {}",
            client(attempt),
            service(attempt)
        ),
        (Side::Server, _) if description == AlertDescription::INAPPROPRIATE_FALLBACK => format!(
            "{} refuses the {}'s second try with an older version ({offer}): it could do better",
            service(attempt),
            client(attempt)
        ),
        (Side::Server, _) => format!(
            "{} accepts none of the TLS versions that the {} offers ({offer})",
            service(attempt),
            client(attempt)
        ),
    };
    let mut finding = Finding::error(RULE.id, alert.side.into(), At::Tls, summary)
        .evidence(hello.frame, format!("Client Hello offers {offer}"));
    if let Some(hello) = &tls.client_hello {
        finding = with_grounds(finding, connection, &grounds(connection, hello, context));
    }
    if description == AlertDescription::INAPPROPRIATE_FALLBACK {
        finding = finding.evidence(
            hello.frame,
            "it says that this is a second try with an older version (TLS_FALLBACK_SCSV): why the first one failed is the question",
        );
    }
    if let Some(server_hello) = connection.step(StepKind::ServerHello) {
        finding = finding.evidence(
            server_hello.frame,
            format!(
                "Server Hello chooses TLS {}",
                server_hello.detail.as_deref().unwrap_or_default()
            ),
        );
    }
    finding = finding.evidence(
        alert.frame,
        format!("{} from the {}", alert_text(alert), alert.side.name()),
    );
    Some(match alert.side {
        Side::Server => finding
            .cannot_tell("which versions the server would accept: it does not say")
            .remedy(on_device(
                attempt,
                format!("let the controller's HTTP client use a newer version than TLS {newest}"),
                &[
                    "show ip http client secure status".to_owned(),
                    "configure terminal".to_owned(),
                    "  ip http tls-version TLSv1.2".to_owned(),
                    "  end".to_owned(),
                ],
            ))
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                "or allow an older version on the server, if that is acceptable",
            )),
        Side::Client => finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            format!(
                "upgrade the server at {}, or enable TLS 1.2 or later on it",
                connection.server
            ),
        )),
    })
    .map(|finding| {
        if alert.side == Side::Client {
            Finding {
                by: Some(By::Client),
                ..finding
            }
        } else {
            finding
        }
    })
}
