//! Attempt → Remedy: remedies for a CSLU, which a new device finds by name and which speaks plain HTTP.

use super::on_client;
use crate::attempt::Attempt;
use crate::base::dialect::{Task, task};
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::judge::finding::Remedy;
use crate::profile::Transport;

/// A second remedy for a device that finds its CSLU by name, as a new device does: the CSLU's address, or another
/// transport.
pub(super) fn address_of_cslu(attempt: &Attempt<'_>) -> Option<Remedy> {
    if attempt.service.transport != Transport::Cslu || attempt.service.calls_device {
        return None;
    }
    Some(on_client(
        attempt,
        phrase("device-do-cslu"),
        &[task("show-transport"), task("set-cslu-address")],
    ))
}

/// The remedy for TLS to a CSLU, whose port speaks plain HTTP.
pub(super) fn plain_http_of_cslu(attempt: &Attempt<'_>) -> Option<Remedy> {
    let connection = attempt.connection()?;
    let service = &attempt.service;
    let is_cslu = service.transport == Transport::Cslu && !service.calls_device && connection.tls.is_some();
    is_cslu.then(|| {
        let action = phrase("tls-to-cslu").with("server", connection.server);
        on_client(attempt, action, &right_url(attempt, connection, false))
    })
}

/// The commands that set the right URL, with the host that answered.
pub(super) fn right_url(attempt: &Attempt<'_>, connection: &Connection, secure: bool) -> [Task; 2] {
    let host = attempt.host().in_url();
    let url = match attempt.service.transport {
        Transport::OnPrem if secure => task("use-on-prem-url").with("host", &host),
        Transport::OnPrem => task("use-plain-on-prem-url").with("host", &host),
        Transport::Cslu => task("use-cslu-url")
            .with("scheme", &"http")
            .with("host", &host)
            .with("port", &connection.server.port),
        _ => task("use-default-url"),
    };
    [task("show-transport"), url]
}
