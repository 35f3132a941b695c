//! Attempt → Remedy: the remedies that several rules use, and how to check that they worked.

use super::finished_order::finished_unheard;
use super::heard::{closed_unfinished, finished_lost};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::command::{Command, HostArgument};
use crate::base::dialect::{Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::judge::finding::{Owner, Remedy};
use crate::judge::recapture;
use crate::profile::Transport;

/// The commands that make the client try again.
pub(super) fn try_again(attempt: &Attempt<'_>) -> Vec<Command> {
    match (attempt.carrier(), attempt.connection()) {
        (Carrier::Tcp, _) => {}
        (Carrier::Dtls, Some(connection)) => {
            let again = task("dtls-try-again").with("endpoint", &connection.server);
            return attempt.dialect.lines(&[again]);
        }
        // Access points try again by themselves.
        _ => return Vec::new(),
    }
    recapture::try_again(attempt.dialect, attempt.service.transport, attempt.connection())
}

/// How to check that a remedy worked.
pub(super) fn verify(attempt: &Attempt<'_>) -> Phrase {
    // A handshake that completed is no goal; the text of an access point that joins names the join.
    let tls = attempt.connection().and_then(|connection| connection.tls.as_ref());
    let is_broken = |it: &Connection| finished_lost(it) || closed_unfinished(it) || finished_unheard(it).is_some();
    let is_complete = tls.is_some_and(|tls| tls.is_complete())
        && attempt.carrier() != Carrier::Capwap
        && !attempt.connection().is_some_and(is_broken);
    let id = match attempt.service.transport {
        _ if !attempt.licensing && is_complete => return phrase("verify-response"),
        _ if !attempt.licensing => return phrase("verify-handshake"),
        Transport::Cssm | Transport::CallHome => "verify-trust",
        _ => "verify-response",
    };
    match try_again(attempt).into_iter().next() {
        Some(command) => phrase(id).with("command", command),
        None => phrase("verify-handshake"),
    }
}

/// A remedy on the client, ended by trying again.
pub(super) fn on_client(attempt: &Attempt<'_>, action: Phrase, tasks: &[Task]) -> Remedy {
    let in_table = |task: &Task| match &attempt.vrf {
        Some(vrf) => task.clone().with("vrf", vrf),
        None => task.clone(),
    };
    let suiting = tasks.iter().filter(|task| task.suits(attempt.carrier()));
    let mut tasks: Vec<Task> = suiting.map(in_table).collect();
    if tasks.is_empty() && attempt.carrier() == Carrier::Capwap {
        tasks.push(task("join-access-point"));
    }
    let mut commands = attempt.dialect.lines(&tasks);
    // Without commands to type, the person who acts decides how to try again.
    if attempt.licensing || !commands.is_empty() {
        commands.extend(try_again(attempt));
    }
    Remedy {
        owner: Owner::Wlc,
        action,
        commands,
        verify: verify(attempt),
    }
}

/// The remedy: bypass the proxy.
pub(super) fn without_proxy(attempt: &Attempt<'_>, connection: &Connection, target: &WireText) -> Remedy {
    let proxy = connection.server;
    let (host, port) = HostArgument::with_port(target.raw(), "<host>");
    // CONNECT names a port; an absolute URL without one is http (RFC 9112 section 3.2.2).
    let port = port.unwrap_or(80);
    let action = phrase("proxy-other-way")
        .with("proxy", proxy.to_string())
        .with("device", attempt.device)
        .with("target", target);
    let reach = task("reach")
        .with("host", &host)
        .with("port", &port)
        .with("device", &attempt.device);
    // What makes other clients try again asks the proxy again.
    if !attempt.licensing {
        return Remedy {
            commands: attempt.dialect.lines(&[reach]),
            ..elsewhere(attempt, Owner::Wlc, action)
        };
    }
    let remove = task("remove-proxy").with("proxy", &proxy.ip).with("port", &proxy.port);
    on_client(attempt, action, &[task("show-transport"), reach, remove])
}

/// A remedy for another party, verified by the next attempt.
pub(super) fn elsewhere(attempt: &Attempt<'_>, owner: Owner, action: Phrase) -> Remedy {
    Remedy {
        owner,
        action,
        commands: Vec::new(),
        verify: verify(attempt),
    }
}
