//! Attempt → Finding: a readable HTTP answer says no.

use super::behind_proxy::by_proxy_itself;
use super::cslu::right_url;
use super::in_between::answered_in_between;
use super::pair::{self, takeover};
use super::{elsewhere, on_client, sees_without_holes, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::{Connection, Exchange};
use crate::http::licensing_answer::Status;
use crate::http::reader::Response;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 9110 sections 15.5 and 15.6.
pub(super) const RULE: Rule = rule!("application-error", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    if connection.tls.is_some() {
        return None;
    }
    // The last answer decides: a good answer may follow an earlier refusal.
    let exchange = connection.http.iter().rev().find(|exchange| {
        exchange.response.is_some()
            && exchange
                .request
                .as_ref()
                .is_some_and(|(_, request)| request.method.raw() != "CONNECT")
    })?;
    let (answered, response) = exchange.response.as_ref()?;
    if response.status == 407 && exchange.absolute().is_some()
        || by_proxy_itself(connection, &context.options.profile).is_some()
    {
        return None;
    }
    if let Some(finding) = answered_in_between(RULE.id, attempt, exchange, context) {
        return Some(finding);
    }
    if response.status < 300 {
        return refused_inside(attempt, exchange, context).or_else(|| without_content(attempt, exchange, context));
    }
    Some(refused(attempt, connection, exchange, (*answered, response)))
}

/// The status itself is a refusal: a redirect that licensing does not follow, or an error.
fn refused(
    attempt: &Attempt<'_>,
    connection: &Connection,
    exchange: &Exchange,
    (answered, response): (FrameNumber, &Response),
) -> Finding {
    let redirect = response.location.as_ref().filter(|_| response.status < 400);
    let status = |id: &'static str| {
        phrase(id)
            .with("status", response.status)
            .with("reason", &response.reason)
    };
    let summary = status(match redirect {
        Some(_) => "application-error-summary-redirect",
        None => "application-error-summary",
    })
    .with("location", redirect.cloned().unwrap_or_default())
    .with("service", service(attempt));
    let mut finding = Finding::error(RULE.id, By::Server, At::Http, summary);
    let mut target = String::new();
    if let Some((asked, request)) = &exchange.request {
        target = request.target.to_string();
        let asks = phrase("http-request")
            .with("method", &request.method)
            .with("target", &target);
        finding = finding.evidence(*asked, asks);
    }
    finding = finding.evidence(answered, status("http-status"));
    if !response.excerpt.is_empty() {
        let excerpt: String = response.excerpt.raw().chars().take(120).collect();
        let excerpt = WireText::from(excerpt.as_str()).quoted();
        finding = finding.evidence(answered, phrase("http-body").with("excerpt", excerpt));
    }
    with_cure(finding, attempt, connection, response, &target)
}

/// Adds the remedy for the status.
fn with_cure(
    finding: Finding,
    attempt: &Attempt<'_>,
    connection: &Connection,
    response: &Response,
    target: &str,
) -> Finding {
    let location = response.location.as_ref();
    let leads_to_tls = location.is_some_and(|location| location.raw().starts_with("https:"));
    match response.status {
        // The answer is certain, but not that the request failed.
        300..=399 => finding
            .confidence(Confidence::Likely)
            .cannot_tell(phrase("application-error-redirect-followed"))
            .remedy(on_client(
                attempt,
                phrase("application-error-redirect-do").with("target", target),
                &right_url(attempt, connection, leads_to_tls),
            )),
        404 => finding.remedy(on_client(
            attempt,
            phrase("url-unknown")
                .with("target", target)
                .with("server", connection.tls_server()),
            &right_url(attempt, connection, connection.server.port == 443),
        )),
        _ => finding.remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("application-error-log").with("server", connection.tls_server()),
        )),
    }
}

/// HTTP succeeded, and the answer's content is a refusal: the transport is fine, the message is not.
fn refused_inside(attempt: &Attempt<'_>, exchange: &Exchange, context: &Context<'_>) -> Option<Finding> {
    if !attempt.licensing {
        return None;
    }
    let (answered, response) = exchange.response.as_ref()?;
    let status = Status::of(response.excerpt.raw()).filter(Status::is_refusal)?;
    let code = WireText::from(status.code.as_str());
    let mut finding = Finding::error(
        RULE.id,
        By::Server,
        At::Http,
        phrase("licensing-refused")
            .with("service", service(attempt))
            .with("status", u64::from(response.status))
            .with("code", &code),
    );
    if let Some((asked, request)) = &exchange.request {
        finding = finding.evidence(
            *asked,
            Phrase::verbatim(format!("{} {}", request.method.in_prose(), request.target.in_prose())),
        );
    }
    finding = finding.evidence(*answered, phrase("licensing-refused-code").with("code", &code));
    if let Some(message) = &status.message {
        let message = WireText::from(message.as_str());
        finding = finding.evidence(
            *answered,
            phrase("licensing-refused-message").with("message", message.quoted()),
        );
    }
    finding = finding
        .excluded(OtherCause::Reachability, phrase("licensing-refused-reached"))
        .remedy(on_client(
            attempt,
            phrase("licensing-refused-do").with("code", &code),
            &[task("show-history"), task("show-last-answer")],
        ));
    // The chassis that has just taken over may be one without a trust code.
    if takeover(attempt, context).is_some() {
        finding = finding.remedy(pair::remedy(attempt));
    }
    Some(finding)
}

/// HTTP succeeded, and the answer to a licensing message is empty: the host that answered does not know such messages.
/// An On-Prem answers Smart Transport in this way, because it serves agents with policies at another path.
fn without_content(attempt: &Attempt<'_>, exchange: &Exchange, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let (answered, response) = exchange.response.as_ref()?;
    let (asked, request) = exchange.request.as_ref()?;
    let path = exchange.absolute().map_or(request.target.raw(), |(_, path)| path);
    let is_message = request.method.raw() == "POST" && !attempt.service.calls_device;
    let profile = &context.options.profile;
    let is_licensing = is_message && profile.service_of_path(path, connection.server.port).is_some();
    let whole = sees_without_holes(connection) && connection.tcp.server.cut == 0;
    if !is_licensing || !response.has_no_body || !response.excerpt.is_empty() || !whole {
        return None;
    }
    Some(
        Finding::error(
            RULE.id,
            By::Server,
            At::Http,
            phrase("application-error-empty")
                .with("service", service(attempt))
                .with("status", response.status),
        )
        .confidence(Confidence::Likely)
        .evidence(
            *asked,
            phrase("http-request")
                .with("method", &request.method)
                .with("target", &request.target),
        )
        .evidence(
            *answered,
            phrase("application-error-empty-answer").with("status", response.status),
        )
        .alternative(OtherCause::Healthy, phrase("application-error-empty-meant"))
        .remedy(on_client(
            attempt,
            phrase("device-do-empty").with("host", attempt.host().to_string()),
            &right_url(attempt, connection, connection.server.port == 443),
        )),
    )
}
