//! Connection → what a side had heard when it left: by the numbers it acknowledged, whatever the order in the file.

use super::elsewhere;
use crate::attempt::Attempt;
use crate::connection::{Connection, Exchange};
use crate::finding::{By, Confidence, Finding, Owner};
use crate::phrase::phrase;
use crate::profile::Profile;
use crate::stream::Position;
use crate::tls::walk::{Side, Step, StepKind};
use crate::wire_text::WireText;

/// How far a side's bytes were acknowledged.
const fn heard_to(connection: &Connection, side: Side) -> Position {
    let tcp = match side {
        Side::Client => &connection.tcp.client,
        Side::Server => &connection.tcp.server,
    };
    tcp.end.saturating_sub(tcp.bytes).saturating_add(tcp.acked_bytes)
}

/// Whether the client had closed before the server began to say this, and refused it with a RST (RFC 9293 section
/// 3.10.7): it had given up waiting. A client that only closes its own direction acknowledges what still comes.
pub(super) fn came_too_late(connection: &Connection, step: &Step) -> bool {
    let client = &connection.tcp.client;
    step.side == Side::Server
        && client.reset.is_some()
        && client.fin.is_some_and(|fin| fin.acked <= step.from)
        && heard_to(connection, Side::Server) <= step.from
}

/// What the server said of these kinds, if it was said too late: the first of it, but of several HTTP answers the last.
pub(super) fn late_answer(connection: &Connection, kinds: &[StepKind]) -> Option<Step> {
    let said = |step: &&Step| step.side == Side::Server && kinds.contains(&step.kind);
    let first = connection.steps.iter().find(said)?;
    let answer = match first.kind {
        StepKind::HttpResponse => connection.steps.iter().rfind(said)?,
        _ => first,
    };
    came_too_late(connection, answer).then(|| answer.clone())
}

/// Whether the client's Finished was sent again and never acknowledged: for the server the handshake never ended.
pub(super) fn finished_lost(connection: &Connection) -> bool {
    let client = &connection.tcp.client;
    let finished = connection.step_by(StepKind::Finished, Side::Client);
    client.retransmissions > 0
        && connection.tcp.server.fin.is_none()
        && finished.is_some_and(|step| heard_to(connection, Side::Client) <= step.from)
}

/// What TCP shows on this side of a proxy is the proxy's doing: of the server behind it nothing shows, nor of the way there.
pub(super) fn behind_proxy(mut finding: Finding, attempt: &Attempt<'_>, connection: &Connection) -> Finding {
    if connection.connect().is_none() || !matches!(finding.by, Some(By::Server | By::Unknown)) {
        return finding;
    }
    let name = WireText::from(attempt.service.name.as_str());
    finding.by = Some(By::Unknown);
    finding.confidence = if finding.confidence == Confidence::Certain {
        Confidence::Likely
    } else {
        finding.confidence
    };
    finding.remedies.retain(|remedy| remedy.owner != Owner::Server);
    let ask = phrase("behind-proxy-do")
        .with("proxy", connection.server)
        .with("name", &name);
    finding.remedies.insert(0, elsewhere(attempt, Owner::Proxy, ask));
    finding
        .alternative("path-behind-proxy", phrase("behind-proxy-path").with("name", &name))
        .cannot_tell(phrase("behind-proxy-cannot-tell").with("proxy", connection.server))
}

/// A request without a tunnel that the proxy answered itself, by what the answer says of its sender. Anything else may be
/// the answer of the server behind it.
pub(super) fn by_proxy_itself<'a>(connection: &'a Connection, profile: &Profile) -> Option<&'a Exchange> {
    let exchange = connection.forwarded()?;
    let (_, answer) = exchange.response.as_ref()?;
    let software = answer.server.as_ref()?;
    (answer.status >= 400 && profile.is_proxy(software.raw())).then_some(exchange)
}
