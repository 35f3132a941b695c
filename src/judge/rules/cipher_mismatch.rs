//! Attempt → Finding: no common cipher suite, group or signature algorithm.

use super::negotiation::{foreign_clauses, grounds, with_grounds, with_offer};
use super::refusal_causes::of_refused_hello;
use super::{
    alert_from, before_server_hello, client, elsewhere, listed, on_client, service, side_name, tls_with_hello,
};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::phrase::phrase;
use crate::connection::walk::{Side, StepKind};
use crate::judge::context::Context;
use crate::judge::finding::{At, Finding, Owner, Rule};
use crate::tls::hello::ClientHello;
use crate::tls::{AlertDescription, SignatureScheme};

/// RFC 9846 section 4.1.1 and 6.2: handshake_failure (40), insufficient_security (71), missing_extension (109); before a
/// Server Hello they can only be about what the Client Hello offers. illegal_parameter (47): the server chose what was not
/// offered.
pub(super) const RULE: Rule = rule!("cipher-mismatch", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let alert = tls.first_error()?;
    let (_, description) = alert.content?;
    let about_choice = matches!(
        description,
        AlertDescription::HANDSHAKE_FAILURE
            | AlertDescription::INSUFFICIENT_SECURITY
            | AlertDescription::MISSING_EXTENSION
    );
    let refused_offer = about_choice && alert.side == Side::Server && before_server_hello(connection, alert);
    // The client refusing what the server chose: because it never offered that, or before any certificate could be the
    // reason.
    let foreign = foreign_clauses(tls, connection.carrier);
    let unasked = !foreign.is_empty()
        && matches!(
            description,
            AlertDescription::ILLEGAL_PARAMETER | AlertDescription::HANDSHAKE_FAILURE
        );
    let refused_choice = alert.side == Side::Client
        && tls.server_hello.is_some()
        && tls.certificates.server.is_none()
        && (unasked || about_choice && !tls.version().is_some_and(crate::tls::Version::is_tls13));
    // A choice that was not captured may have been made, and refused for another reason.
    if !super::sees_without_holes(connection) || !(refused_offer || refused_choice) {
        return None;
    }
    let hello = tls.client_hello.as_ref()?;
    let grounds = grounds(connection, hello, context);
    // Where the offer itself shows no fault and something else about the hello does, the suites are not to blame.
    let open = grounds.flaws.is_empty() && grounds.excluded.is_empty();
    if refused_offer
        && open
        && description != AlertDescription::MISSING_EXTENSION
        && !of_refused_hello(attempt, connection, tls, alert, context).is_empty()
    {
        return None;
    }
    let summary = if refused_offer && description == AlertDescription::MISSING_EXTENSION {
        phrase("cipher-mismatch-summary-misses")
            .with("service", service(attempt))
            .with("who", client(attempt))
    } else if refused_offer {
        phrase("cipher-mismatch-summary-offer")
            .with("service", service(attempt))
            .with("who", client(attempt))
    } else {
        phrase("cipher-mismatch-summary-choice")
            .with("who", client(attempt))
            .with("service", service(attempt))
    };
    let says_so = matches!(
        description,
        AlertDescription::INSUFFICIENT_SECURITY | AlertDescription::MISSING_EXTENSION
    );
    let certain = says_so && !grounds.flaws.is_empty() || unasked;
    let mut finding = Finding::error(RULE.id, alert.side.into(), At::Tls, summary).confidence(if certain {
        Confidence::Certain
    } else {
        Confidence::Likely
    });
    finding = with_offer(finding, connection, hello);
    finding = with_grounds(finding, connection, &grounds);
    if let Some(step) = connection.step(StepKind::ServerHello) {
        finding = finding.evidence(
            step.frame,
            phrase("cipher-mismatch-chooses").with("choice", step.detail.as_deref().unwrap_or_default()),
        );
        for clause in foreign {
            finding = finding.evidence(step.frame, clause);
        }
    }
    finding = finding.evidence(alert.frame, alert_from(alert, side_name(alert.side)));
    if !certain {
        finding = finding.alternative("server-policy", phrase("cipher-mismatch-policy"));
    }
    if grounds.excluded.is_empty() && refused_offer {
        finding = finding.cannot_tell(phrase("cipher-mismatch-cannot-tell"));
    }
    if !grounds.flaws.is_empty() || unasked {
        // The fault lies in one side's software: no list of suites cures it.
        let (owner, whose) = if unasked {
            (
                Owner::Server,
                phrase("cipher-mismatch-software-server").with("server", connection.server),
            )
        } else {
            (
                Owner::Wlc,
                phrase("cipher-mismatch-software-client").with("who", client(attempt)),
            )
        };
        let action = phrase("cipher-mismatch-update").with("whose", &whose);
        return Some(finding.remedy(elsewhere(attempt, owner, action)));
    }
    // A short list of signature algorithms leaves no certificate that the server could sign with.
    if refused_offer && has_few_signatures(hello) {
        let list = listed(&hello.signature_schemes);
        finding = finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("cipher-mismatch-signatures")
                .with("list", list)
                .with("server", connection.server)
                .with("who", client(attempt)),
        ));
    }
    Some(
        finding
            .remedy(on_client(
                attempt,
                phrase("cipher-mismatch-suites"),
                &[task("cipher-suites")],
            ))
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("cipher-mismatch-allow").with("server", connection.server),
            )),
    )
}

/// Whether the offer lists fewer signature algorithms than libraries do by themselves, or lacks one of those that nearly
/// every certificate needs: RSA in both paddings and ECDSA over P-256, with SHA-256.
fn has_few_signatures(hello: &ClientHello) -> bool {
    let schemes = &hello.signature_schemes;
    let lacks_usual = [0x0401, 0x0804, 0x0403]
        .iter()
        .any(|usual| !schemes.contains(&SignatureScheme(*usual)));
    !schemes.is_empty() && (schemes.len() < 7 || lacks_usual)
}
