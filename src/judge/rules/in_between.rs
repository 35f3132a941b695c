//! HTTP answer → Page: the wording where another party answered in the service's place, and which party that is.

use super::{elsewhere, service};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Exchange;
use crate::http::reader::Response;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, VerdictId};
use crate::profile::Page;

/// A network that requires a sign-in first; the requested server itself never sends this status (RFC 6585 section 6).
const SIGN_IN_FIRST: u16 = 511;

/// The known owner of the page in an answer, if it is not the service.
pub(super) fn page<'p>(attempt: &Attempt<'_>, response: &Response, context: &Context<'p>) -> Option<Page<'p>> {
    context.options.profile.page(response, &attempt.service.name)
}

/// The clause that says how the page's owner was recognised.
pub(super) fn evidence(page: &Page<'_>) -> Phrase {
    phrase("in-between-page")
        .with("product", page.of.product.as_str())
        .with("mark", page.mark)
}

/// The remedy for a party that answers in the service's place.
pub(super) fn remedy(attempt: &Attempt<'_>, is_portal: bool) -> Remedy {
    let action = if is_portal {
        phrase("in-between-sign-in")
    } else {
        phrase("not-tls-exempt").with("name", &attempt.service.name)
    };
    elsewhere(attempt, Owner::Firewall, action.with("device", attempt.device))
}

/// An answer in plain HTTP that did not come from the service.
pub(super) fn answered_in_between(
    id: VerdictId,
    attempt: &Attempt<'_>,
    exchange: &Exchange,
    context: &Context<'_>,
) -> Option<Finding> {
    let (answered, response) = exchange.response.as_ref()?;
    let page = page(attempt, response, context);
    let is_portal = response.status == SIGN_IN_FIRST || page.is_some_and(|page| page.of.portal);
    let who = match &page {
        Some(page) => phrase("in-between-product").with("product", page.of.product.as_str()),
        None if is_portal => phrase("in-between-portal"),
        None => return None,
    };
    let mut finding = Finding::error(
        id,
        By::Path,
        At::Http,
        phrase("in-between-summary")
            .with("service", service(attempt))
            .with("status", response.status)
            .with("reason", &response.reason)
            .with("who", who),
    )
    .confidence(Confidence::Likely);
    if let Some((asked, request)) = &exchange.request {
        let request = phrase("http-request")
            .with("method", &request.method)
            .with("target", &request.target);
        finding = finding.evidence(*asked, request);
    }
    let status = match &response.location {
        Some(location) => phrase("not-tls-http-redirect").with("location", location),
        None => phrase("not-tls-http"),
    };
    let status = status.with("status", response.status).with("reason", &response.reason);
    finding = finding.evidence(*answered, status);
    if let Some(page) = &page {
        finding = finding.evidence(*answered, evidence(page));
    }
    Some(
        finding
            .alternative(OtherCause::ServerMisconfigured, phrase("in-between-or"))
            .remedy(remedy(attempt, is_portal)),
    )
}
