//! Client Hello → clause: the hello is longer than one segment, as hellos with a post-quantum key share are.
//!
//! For thirty years a hello fitted into one segment, and servers, balancers and firewalls were written to read it in
//! one piece. A hello with an ML-KEM share (draft-ietf-tls-ecdhe-mlkem) is some 1,200 bytes longer; software that does
//! not read the second segment waits, resets, or calls the hello malformed.

use super::{client, listed, on_client};
use crate::attempt::Attempt;
use crate::base::command::HostName;
use crate::base::dialect::task;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::StepKind;
use crate::judge::finding::{Finding, Remedy};
use crate::judge::reason::Reason;
use crate::judge::recapture;
use crate::tls::Group;
use crate::tls::hello::ClientHello;

/// The number of bytes of a hello that fit into a segment of 1,460 together with the record header.
const ONE_SEGMENT: usize = 1400;

/// A clause saying that a hello needs more than one segment.
pub(super) fn large_hello(connection: &Connection, hello: &ClientHello) -> Option<Phrase> {
    let step = connection.step(StepKind::ClientHello)?;
    let frames = step.frames.len();
    if frames < 2 && hello.wire_len <= ONE_SEGMENT {
        return None;
    }
    let shares: Vec<Group> = hello.key_shares.iter().flatten().copied().collect();
    let quantum: Vec<Group> = shares.into_iter().filter(|group| group.is_post_quantum()).collect();
    let said = if quantum.is_empty() {
        phrase("large-hello")
    } else {
        phrase("large-hello-post-quantum").with("list", listed(&quantum))
    };
    Some(said.with("bytes", hello.wire_len).with("frames", frames))
}

/// Adds the hello's size as another explanation if the hello is large; the finding is that the server did not answer
/// it.
pub(super) fn or_large_hello(finding: Finding, attempt: &Attempt<'_>, connection: &Connection) -> Finding {
    let hello = connection.tls.as_ref().and_then(|tls| tls.client_hello.as_deref());
    let Some(clause) = hello.and_then(|hello| large_hello(connection, hello)) else {
        return finding;
    };
    finding
        .alternative(Reason::LargeHello, clause)
        .remedy(try_smaller(attempt, connection))
}

/// The remedy that separates an oversized hello from a server that answers none: the client sends a smaller one.
pub(super) fn try_smaller(attempt: &Attempt<'_>, connection: &Connection) -> Remedy {
    let name = connection.server_name().and_then(|name| HostName::new(name.raw()));
    let task = recapture::towards(task("try-smaller-hello"), connection);
    let task = match &name {
        Some(name) => task.with("host", name),
        None => task,
    };
    on_client(attempt, phrase("large-hello-do").with("who", client(attempt)), &[task])
}
