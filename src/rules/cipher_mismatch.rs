//! Attempt → Finding: no common cipher suite, group or signature algorithm.

use super::{alert_text, before_server_hello, client, elsewhere, on_device, service, tls_with_hello};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, Confidence, Finding, Owner, Rule};
use crate::tls::AlertDescription;
use crate::tls::walk::{Side, StepKind};

/// RFC 9846 section 4.1.1 and 6.2: handshake_failure (40), insufficient_security (71), missing_extension (109); before a
/// Server Hello they can only be about what the Client Hello offers.
pub(super) const RULE: Rule = Rule {
    id: "cipher-mismatch",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let alert = tls.first_error()?;
    let (_, description) = alert.content?;
    let about_choice = matches!(
        description,
        AlertDescription::HANDSHAKE_FAILURE
            | AlertDescription::INSUFFICIENT_SECURITY
            | AlertDescription::MISSING_EXTENSION
    );
    let refused_offer = alert.side == Side::Server && before_server_hello(connection, alert);
    // The client refusing what the server chose, before any certificate could be the reason.
    let refused_choice = alert.side == Side::Client
        && tls.server_hello.is_some()
        && tls.certificates.server.is_none()
        && !tls.version().is_some_and(crate::tls::Version::is_tls13);
    // A choice that was not captured may have been made, and refused for another reason.
    if !super::sees_without_holes(connection) {
        return None;
    }
    if !about_choice || !(refused_offer || refused_choice) {
        return None;
    }
    let hello_step = connection.step(StepKind::ClientHello)?;
    let hello = tls.client_hello.as_ref()?;
    let suites: Vec<String> = hello
        .cipher_suites
        .iter()
        .filter(|suite| !suite.is_signal())
        .map(ToString::to_string)
        .collect();
    let groups: Vec<String> = hello.groups.iter().map(ToString::to_string).collect();
    let summary = if refused_offer {
        format!(
            "{} finds nothing it accepts among the cipher suites and groups that the {} offers",
            service(attempt),
            client(attempt)
        )
    } else {
        format!(
            "the {} does not accept the cipher suite that {} chose",
            client(attempt),
            service(attempt)
        )
    };
    let mut finding = Finding::error(RULE.id, alert.side.into(), At::Tls, summary)
        .confidence(Confidence::Likely)
        .evidence(
            hello_step.frame,
            format!(
                "Client Hello offers {} cipher suites: {}",
                suites.len(),
                listed(&suites)
            ),
        );
    if !groups.is_empty() {
        finding = finding.evidence(hello_step.frame, format!("and the groups {}", listed(&groups)));
    }
    if let Some(step) = connection.step(StepKind::ServerHello) {
        finding = finding.evidence(
            step.frame,
            format!("Server Hello chooses {}", step.detail.as_deref().unwrap_or_default()),
        );
    }
    Some(
        finding
            .evidence(alert.frame, format!("{} from the {}", alert_text(alert), alert.side.name()))
            .alternative("server-policy", "handshake_failure is also sent for other reasons (no certificate for the name, a policy): the server's log tells")
            .cannot_tell("what the other side would accept: it does not say")
            .remedy(on_device(
                attempt,
                "see which suites the controller's HTTP client may use, and allow modern ones",
                &["show ip http client secure status".to_owned(), "configure terminal".to_owned(), "  no ip http client secure-ciphersuite".to_owned(), "  end".to_owned()],
            ))
            .remedy(elsewhere(attempt, Owner::Server, format!("or allow one of the offered suites on {}", connection.server))),
    )
}

/// The first few of a list.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 4 {
        format!("{shown}, …")
    } else {
        shown
    }
}
