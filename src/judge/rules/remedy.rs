//! Attempt → Remedy: what several rules say to do, and how to see that it worked.

use crate::attempt::Attempt;
use crate::base::command::{Command, HostArgument};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::judge::finding::{Owner, Remedy};
use crate::judge::recapture;
use crate::profile::Transport;

/// The command that makes a controller try again.
fn try_again(attempt: &Attempt<'_>) -> Command {
    recapture::trigger(attempt.service.transport)
}

/// What shows that a remedy worked.
pub(super) fn verify(attempt: &Attempt<'_>) -> Phrase {
    let id = match attempt.service.transport {
        _ if !attempt.licensing => return phrase("verify-handshake"),
        Transport::Cssm | Transport::CallHome => "verify-trust",
        _ => "verify-response",
    };
    phrase(id).with("command", try_again(attempt))
}

/// A remedy on the controller, ended by trying again; elsewhere without commands of a controller.
pub(super) fn on_device(attempt: &Attempt<'_>, action: Phrase, commands: &[Command]) -> Remedy {
    let commands = [commands, &[try_again(attempt)]].concat();
    Remedy {
        owner: if attempt.licensing { Owner::Wlc } else { Owner::Server },
        action,
        commands: if attempt.licensing { commands } else { Vec::new() },
        verify: verify(attempt),
    }
}

/// A remedy that leaves the proxy out.
pub(super) fn without_proxy(attempt: &Attempt<'_>, connection: &Connection, target: &WireText) -> Remedy {
    let proxy = connection.server;
    let (host, port) = HostArgument::with_port(target.raw(), "<host>");
    // CONNECT names a port; an absolute URL without one is http (RFC 9112 section 3.2.2).
    let port = port.unwrap_or(80);
    let telnet = Command::with(
        "telnet {} {} /source-interface <interface with {}>",
        &[&host, &port, &attempt.device],
    );
    on_device(
        attempt,
        phrase("proxy-other-way")
            .with("proxy", proxy.to_string())
            .with("device", attempt.device)
            .with("target", target),
        &[
            Command::fixed("show license all | section Transport"),
            telnet,
            Command::fixed("configure terminal"),
            Command::with("  no license smart proxy address {}", &[&proxy.ip]),
            Command::with("  no license smart proxy port {}", &[&proxy.port]),
            Command::fixed("  end"),
        ],
    )
}

/// A remedy for somebody else, verified by the next attempt.
pub(super) fn elsewhere(attempt: &Attempt<'_>, owner: Owner, action: Phrase) -> Remedy {
    Remedy {
        owner,
        action,
        commands: Vec::new(),
        verify: verify(attempt),
    }
}
