//! Attempt → Finding: a readable HTTP answer says no.

use super::{elsewhere, on_device, service};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::finding::{At, By, Finding, Owner, Rule};
use crate::phrase::phrase;

/// RFC 9110 sections 15.5 and 15.6.
pub(super) const RULE: Rule = Rule {
    id: "application-error",
    check,
};

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    if connection.tls.is_some() {
        return None;
    }
    // The last answer decides: an earlier refusal may have been followed by a good one.
    let exchange = connection.http.iter().rev().find(|exchange| {
        exchange.response.is_some()
            && exchange
                .request
                .as_ref()
                .is_some_and(|(_, request)| request.method.raw() != "CONNECT")
    })?;
    let (answered, response) = exchange.response.as_ref()?;
    if response.status < 400 {
        return None;
    }
    let mut finding = Finding::error(
        RULE.id,
        By::Server,
        At::Http,
        phrase("application-error-summary")
            .with("service", service(attempt))
            .with("status", response.status)
            .with("reason", &response.reason),
    );
    let mut target = String::new();
    if let Some((asked, request)) = &exchange.request {
        target = request.target.to_string();
        finding = finding.evidence(
            *asked,
            phrase("http-request")
                .with("method", &request.method)
                .with("target", &target),
        );
    }
    finding = finding.evidence(
        *answered,
        phrase("http-status")
            .with("status", response.status)
            .with("reason", &response.reason),
    );
    if !response.excerpt.is_empty() {
        let excerpt: String = response.excerpt.to_string().chars().take(120).collect();
        finding = finding.evidence(*answered, phrase("http-body").with("excerpt", excerpt));
    }
    Some(match response.status {
        404 => finding.remedy(on_device(
            attempt,
            phrase("application-error-url").with("target", &target),
            &[
                "show license all | section Transport".to_owned(),
                "configure terminal".to_owned(),
                "  license smart url cslu <url>".to_owned(),
                "  end".to_owned(),
            ],
        )),
        _ => finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("application-error-log").with("server", connection.server),
        )),
    })
}
