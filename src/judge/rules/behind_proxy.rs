//! Connection → what a proxy on the path shows and hides.

use super::elsewhere;
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::{Connection, Exchange};
use crate::http::reader::Request;
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{By, Finding, Owner};
use crate::profile::Profile;

/// TCP on this side of a proxy shows the proxy's behaviour only: neither the server behind it nor the path to that
/// server.
pub(super) fn behind_proxy(mut finding: Finding, attempt: &Attempt<'_>, connection: &Connection) -> Finding {
    if connection.tunnel_target().is_none() || !matches!(finding.by, Some(By::Server | By::Unknown)) {
        return finding;
    }
    let name = WireText::from(attempt.service.name.as_str());
    finding.by = Some(By::Unknown);
    finding.confidence = finding.confidence.min(Confidence::Likely);
    finding.remedies.retain(|remedy| remedy.owner != Owner::Server);
    let ask = phrase("behind-proxy-do")
        .with("proxy", connection.server)
        .with("name", &name);
    finding.remedies.insert(0, elsewhere(attempt, Owner::Proxy, ask));
    finding
        .alternative(
            OtherCause::PathBehindProxy,
            phrase("behind-proxy-path").with("name", &name),
        )
        .cannot_tell(phrase("behind-proxy-cannot-tell").with("proxy", connection.server))
}

/// A request without a tunnel that the proxy answered itself, as the answer's own sender fields show. Any other answer
/// may come from the server behind the proxy.
pub(super) fn by_proxy_itself<'a>(connection: &'a Connection, profile: &Profile) -> Option<&'a Exchange> {
    let exchange = connection.forwarded()?;
    let (_, answer) = exchange.response.as_ref()?;
    let software = answer.server.as_ref()?;
    (answer.status >= 400 && profile.is_proxy(software.raw())).then_some(exchange)
}

/// The request that the proxy was sent.
pub(super) fn asked_of_proxy(request: &Request) -> Phrase {
    phrase("http-request")
        .with("method", &request.method)
        .with("target", &request.target)
}
