//! Attempt → Finding: the port answered, but not in TLS.

use super::cslu::plain_http_of_cslu;
use super::wording::{first_line, is_text, shortened};
use super::{alert_from, elsewhere, in_between, on_client, service, side_name, tls_with_hello, verify};
use crate::attempt::Attempt;
use crate::base::command::HostName;
use crate::base::confidence::Confidence;
use crate::base::dialect::{Dialect, Task, task};
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::plain::{Protocol, Said, Spoken};
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::http::reader::Response;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Rule};
use crate::profile::options::Host;

/// A Client Hello must be answered by a record (RFC 9846 section 5); any other answer comes from a program that does
/// not speak TLS.
pub(super) const RULE: Rule = rule!("not-tls", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let mut finding = spoken_to(attempt, context)?;
    finding.remedies.splice(0..0, plain_http_of_cslu(attempt));
    Some(finding)
}

fn spoken_to(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let (connection, tls) = tls_with_hello(attempt)?;
    let hello = connection.step(StepKind::ClientHello)?;
    if tls.server_hello.is_some() {
        return None;
    }
    if let Some(finding) = echoed(attempt, connection, hello) {
        return Some(finding);
    }
    if tls.alerts.iter().any(|alert| alert.side == Side::Server) {
        return None;
    }
    // Readable HTTP that answers no readable request (a CONNECT) answers the hello, whatever the order in the file.
    let answer = connection
        .http
        .iter()
        .filter(|exchange| exchange.request.is_none())
        .find_map(|exchange| exchange.response.as_ref())
        // A success may be the answer to a CONNECT that was not captured.
        .filter(|(_, response)| !matches!(response.status, 200..=299) || sees_all_of_client(connection));
    let Some((frame, response)) = answer else {
        return other_bytes(attempt, connection, hello);
    };
    if precedes_hello(connection) {
        return Some(before_hello(attempt, connection, (*frame, response)));
    }
    if let Some(finding) = of_proxy(attempt, context, connection, (*frame, response)) {
        return Some(finding.evidence(hello.frame, Phrase::verbatim("Client Hello")));
    }
    Some(in_http(attempt, context, (connection, hello), (*frame, response)))
}

/// The hello was answered in HTTP: by the service, or by another party that redirects the client.
fn in_http(
    attempt: &Attempt<'_>,
    context: &Context<'_>,
    (connection, hello): (&Connection, &Step),
    (frame, response): (FrameNumber, &Response),
) -> Finding {
    let elsewhere_to = response
        .location
        .as_ref()
        .filter(|location| !location.raw().contains(&attempt.service.name));
    let page = in_between::page(attempt, response, context);
    let (by, who) = match (&page, elsewhere_to) {
        (Some(page), _) => {
            let product = page.of.product.as_str();
            (By::Path, phrase("not-tls-product").with("product", product))
        }
        (None, Some(_)) => (By::Path, phrase("not-tls-somewhere")),
        (None, None) => (By::Server, phrase("not-tls-there")),
    };
    let redirecting = |plain, redirected| {
        match elsewhere_to {
            Some(location) => phrase(redirected).with("location", location),
            None => phrase(plain),
        }
        .with("status", response.status)
        .with("reason", &response.reason)
    };
    let summary = redirecting("not-tls-summary", "not-tls-summary-redirect")
        .with("target", service(attempt))
        .with("who", who);
    let mut finding = Finding::error(RULE.id, by, At::Tls, summary)
        // Another party may have answered in the server's place.
        .confidence(Confidence::Likely)
        .evidence(hello.frame, phrase("client-hello"))
        .evidence(frame, redirecting("not-tls-http", "not-tls-http-redirect"));
    if !response.excerpt.is_empty() {
        let body = phrase("http-body").with("excerpt", shortened(&response.excerpt));
        finding = finding.evidence(frame, body);
    }
    if let Some(page) = &page {
        finding = finding.evidence(frame, in_between::evidence(page));
    }
    if by == By::Path {
        return finding
            .alternative(OtherCause::ServerMisconfigured, phrase("not-tls-misconfigured"))
            .remedy(in_between::remedy(attempt, page.is_some_and(|page| page.of.portal)));
    }
    let block_page = phrase("not-tls-block-page");
    finding
        .alternative(OtherCause::BlockPage, block_page)
        .remedy(of_http(attempt, connection))
}

/// The remedy where a host that answers in HTTP seems to be the service itself.
fn of_http(attempt: &Attempt<'_>, connection: &Connection) -> Remedy {
    let server = connection.server;
    if !attempt.is_at_vendors() {
        let enable = phrase("not-tls-enable").with("ip", server.ip).with("port", server.port);
        return elsewhere(attempt, Owner::Server, enable);
    }
    // The vendor's service speaks TLS: another host answers, or another port was asked.
    let host = HostName::new(&attempt.service.name);
    let shown = host.map(|host| task("show-host").with("host", &host));
    let tasks: Vec<Task> = std::iter::once(task("show-transport")).chain(shown).collect();
    on_client(attempt, phrase("not-tls-vendors").with("server", server), &tasks)
}

/// The hello was answered in an unknown protocol.
fn other_bytes(attempt: &Attempt<'_>, connection: &Connection, hello: &Step) -> Option<Finding> {
    // Bytes from the middle of a stream show no beginning.
    let begins = connection.tcp.server.start_known && super::sees_handshake(connection);
    if !begins || !connection.speaks_other.server || connection.opening.server.is_empty() {
        return None;
    }
    // Bytes before the hello belong to another protocol that led to TLS (STARTTLS, a proxy), and bytes that begin like
    // a record are broken TLS rather than another protocol. A server that sends first (SSH, SMTP) sent to a client that
    // had sent nothing before its hello.
    let hello_comes_first = connection.tcp.client.start_known && connection.opening.client.is_empty();
    let answers_hello = hello_comes_first || connection.opening_frame.server.is_some_and(|frame| frame > hello.frame);
    if !answers_hello {
        // Where TLS had been refused, the client was told so before.
        let agreed = connection.starttls.is_some() && connection.offer.is_none();
        let said = connection.answer_in_text.as_ref().filter(|_| agreed)?;
        return Some(in_text(attempt, connection, hello, said));
    }
    let like_record = matches!(connection.opening.server[..], [20..=23, 3, ..]);
    let bytes = first_line(&connection.opening.server);
    let summary = phrase(if like_record {
        "not-tls-summary-like-record"
    } else {
        "not-tls-summary-bytes"
    })
    .with("target", service(attempt))
    .with("bytes", &bytes);
    let finding = Finding::error(RULE.id, By::Server, At::Tls, summary)
        .evidence(hello.frame, phrase("client-hello"))
        .evidence(
            connection.opening_frame.server?,
            phrase("not-tls-bytes").with("bytes", bytes),
        )
        .remedy(begin_in_plain_text(attempt, connection));
    // Text is another protocol; other bytes may be a record that was damaged.
    let or_broken = match like_record {
        true => "not-tls-or-broken",
        false if is_text(&connection.opening.server) => return Some(finding),
        false => "not-tls-or-damaged",
    };
    Some(
        finding
            .confidence(Confidence::Likely)
            .alternative(OtherCause::BrokenTls, phrase(or_broken)),
    )
}

/// The remedy where the server speaks first: the client asks for TLS in its protocol, or uses the port for TLS.
fn begin_in_plain_text(attempt: &Attempt<'_>, connection: &Connection) -> Remedy {
    let server = connection.tls_server();
    let Some(protocol) = Protocol::greeting(&connection.opening.server, connection.server.port) else {
        return elsewhere(attempt, Owner::Server, phrase("not-tls-listen").with("server", server));
    };
    let id = match protocol.tls_port() {
        Some(_) => "not-tls-starttls",
        None => "not-tls-starttls-only",
    };
    let start = task("start-tls")
        .with("endpoint", &connection.server)
        .with("protocol", &protocol.starttls());
    Remedy {
        owner: Owner::Wlc,
        action: phrase(id)
            .with("server", server)
            .with("protocol", protocol.name())
            .with("request", protocol.request())
            .with("port", protocol.tls_port().unwrap_or_default()),
        commands: Dialect::Generic.lines(&[start]),
        verify: verify(attempt),
    }
}

/// The server had agreed to TLS in plain text (STARTTLS), and answered the hello in plain text again.
fn in_text(attempt: &Attempt<'_>, connection: &Connection, hello: &Step, said: &Said) -> Finding {
    let line = shortened(&said.text);
    let summary = phrase("not-tls-summary-said")
        .with("target", service(attempt))
        .with("line", &line);
    let log = phrase("not-tls-said-do").with("server", connection.tls_server());
    Finding::error(RULE.id, By::Server, At::Tls, summary)
        .evidence(hello.frame, phrase("client-hello"))
        .evidence(said.frame, phrase("not-tls-said").with("line", line))
        .remedy(elsewhere(attempt, Owner::Server, log))
}

/// The server sends a Client Hello: it echoes its input, or is a client itself, which another random value proves.
fn echoed(attempt: &Attempt<'_>, connection: &Connection, hello: &Step) -> Option<Finding> {
    let second = connection.step_by(StepKind::ClientHello, Side::Server)?;
    let tls = connection.tls.as_ref()?;
    let (first_random, random) = (tls.client_hello.as_ref()?.random, tls.second_client?);
    if first_random != random {
        return Some(two_clients(attempt, tls, hello, second));
    }
    let listen = phrase("not-tls-listen").with("server", connection.tls_server());
    let summary = phrase("not-tls-summary-echo").with("target", service(attempt));
    let finding = Finding::error(RULE.id, By::Server, At::Tls, summary)
        .confidence(Confidence::Likely)
        .evidence(hello.frame, phrase("client-hello"))
        .evidence(second.frame, phrase("not-tls-echo"))
        .alternative(OtherCause::InBetween, phrase("not-tls-or-returned"))
        .excluded(OtherCause::AnotherClient, phrase("not-tls-no-client"))
        .remedy(elsewhere(attempt, Owner::Server, listen));
    Some(with_first_alert(finding, tls))
}

/// Both ends began as clients.
fn two_clients(attempt: &Attempt<'_>, tls: &TlsFacts, hello: &Step, second: &Step) -> Finding {
    let summary = phrase("not-tls-summary-two-clients").with("target", service(attempt));
    let finding = Finding::error(RULE.id, By::Unknown, At::Tls, summary)
        .evidence(hello.frame, phrase("client-hello"))
        .evidence(second.frame, phrase("not-tls-second-hello"))
        .remedy(elsewhere(attempt, Owner::Server, phrase("not-tls-one-server")));
    with_first_alert(finding, tls)
}

/// Adds how an end that expected a Server Hello refused a Client Hello.
fn with_first_alert(finding: Finding, tls: &TlsFacts) -> Finding {
    match tls.first_error() {
        Some(alert) => finding.evidence(alert.frame, alert_from(alert, side_name(alert.side))),
        None => finding,
    }
}

/// True if the server's HTTP answer was sent before the Client Hello, by the acknowledgements: the steps stand in the
/// order in which they can have happened.
fn precedes_hello(connection: &Connection) -> bool {
    let place = |kind: StepKind, side: Side| {
        let mut steps = connection.steps.iter();
        steps.position(|step| step.kind == kind && step.side == side)
    };
    let answer = place(StepKind::HttpResponse, Side::Server);
    answer.is_some_and(|answer| place(StepKind::ClientHello, Side::Client) > Some(answer))
}

/// An answer before the hello is an answer to what the client sent before it: usually the line of the PROXY protocol.
fn before_hello(
    attempt: &Attempt<'_>,
    connection: &Connection,
    (frame, response): (FrameNumber, &Response),
) -> Finding {
    let spoken = Spoken::of(&connection.opening.client);
    // If the client's own first bytes are its hello, something in between sent what was refused.
    let is_tls = matches!(connection.opening.client[..], [] | [22, 3, ..]);
    let summary = match is_tls {
        true => phrase("not-tls-summary-before-any"),
        false => phrase("not-tls-summary-before").with("spoken", phrase(spoken.phrase())),
    };
    let summary = summary
        .with("target", service(attempt))
        .with("status", response.status)
        .with("reason", &response.reason);
    let finding = Finding::error(RULE.id, By::Unknown, At::Tls, summary).confidence(Confidence::Likely);
    let finding = match connection.opening_frame.client {
        Some(first) if is_tls => finding.evidence(first, phrase("client-hello")),
        Some(first) => finding.evidence(
            first,
            phrase("plain-text-to-tls-first").with("spoken", phrase(spoken.phrase())),
        ),
        None => finding,
    };
    finding
        .evidence(
            frame,
            phrase("not-tls-http")
                .with("status", response.status)
                .with("reason", &response.reason),
        )
        .alternative(OtherCause::ServerRefuses, phrase("not-tls-before-or"))
        .cannot_tell(phrase("not-tls-before-cannot-tell"))
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase("not-tls-before-agree").with("server", connection.tls_server()),
        ))
}

/// True if no byte of the client is missing from the capture.
fn sees_all_of_client(connection: &Connection) -> bool {
    let client = &connection.tcp.client;
    client.start_known && client.gaps.is_empty() && !client.said_unseen()
}

/// The answer of an HTTP proxy that was addressed in TLS: it expects CONNECT first.
fn of_proxy(
    attempt: &Attempt<'_>,
    context: &Context<'_>,
    connection: &Connection,
    (frame, response): (FrameNumber, &Response),
) -> Option<Finding> {
    let options = context.options;
    let server = connection.server;
    let named = options.proxy.iter().any(|proxy| {
        let host = match &proxy.host {
            Host::Address(ip) => *ip == server.ip,
            Host::Name(name) => context.watched.addresses_of(name).any(|ip| ip == server.ip),
        };
        host && proxy.port.is_none_or(|port| port == server.port)
    });
    let software = response.server.as_ref().filter(|it| options.profile.is_proxy(it.raw()));
    if response.status < 400 || !named && software.is_none() {
        return None;
    }
    let mut finding = Finding::error(
        RULE.id,
        By::Path,
        At::Tls,
        phrase("not-tls-proxy")
            .with("proxy", server.to_string())
            .with("status", u64::from(response.status))
            .with("device", attempt.device),
    )
    .confidence(if named { Confidence::Certain } else { Confidence::Likely })
    .evidence(
        frame,
        phrase("http-status")
            .with("status", response.status)
            .with("reason", &response.reason),
    );
    if let Some(software) = software {
        finding = finding.evidence(frame, phrase("not-tls-proxy-software").with("software", software));
    }
    if !named {
        let other = phrase("not-tls-proxy-or").with("proxy", server.to_string());
        finding = finding.alternative(OtherCause::BlockPage, other);
    }
    Some(finding.remedy(on_client(
        attempt,
        phrase("not-tls-proxy-do").with("proxy", server.to_string()),
        &[
            task("use-smart-transport"),
            task("set-proxy").with("proxy", &server.ip).with("port", &server.port),
        ],
    )))
}
