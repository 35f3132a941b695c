//! Attempt → Remedy: what is said of a CSLU, which a new device looks for by name and which speaks plain HTTP.

use super::on_device;
use crate::attempt::Attempt;
use crate::base::command::Command;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::judge::finding::Remedy;
use crate::profile::Transport;

/// Another cure for a device that looks for a CSLU by name, as a new one does: its address, or another transport.
pub(super) fn address_of_cslu(attempt: &Attempt<'_>) -> Option<Remedy> {
    if attempt.service.transport != Transport::Cslu {
        return None;
    }
    Some(on_device(
        attempt,
        phrase("device-do-cslu"),
        &[
            Command::fixed("show license all | section Transport"),
            Command::fixed("configure terminal"),
            Command::fixed("  license smart url cslu http://<address of the CSLU>:8182/cslu/v1/pi"),
            Command::fixed("  end"),
        ],
    ))
}

/// The cure for TLS to a CSLU, whose port speaks plain HTTP.
pub(super) fn plain_http_of_cslu(attempt: &Attempt<'_>) -> Option<Remedy> {
    let connection = attempt.connection()?;
    let is_cslu = attempt.service.transport == Transport::Cslu && connection.tls.is_some();
    is_cslu.then(|| {
        let action = phrase("tls-to-cslu").with("server", connection.server);
        on_device(attempt, action, &right_url(attempt, connection, false))
    })
}

/// The commands that name the right URL, with the host that answered.
pub(super) fn right_url(attempt: &Attempt<'_>, connection: &Connection, secure: bool) -> Vec<Command> {
    let host = attempt.host().in_url();
    let scheme = if secure { "https" } else { "http" };
    let url = match attempt.service.transport {
        Transport::OnPrem => Command::with(
            "  license smart url cslu {}://{}/cslu/v1/pi/<account>-1",
            &[&scheme, &host],
        ),
        Transport::Cslu => Command::with(
            "  license smart url cslu http://{}:{}/cslu/v1/pi",
            &[&host, &connection.server.port],
        ),
        _ => Command::fixed("  license smart url default"),
    };
    vec![
        Command::fixed("show license all | section Transport"),
        Command::fixed("configure terminal"),
        url,
        Command::fixed("  end"),
    ]
}
