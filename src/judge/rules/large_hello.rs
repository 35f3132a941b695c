//! Client Hello → clause: it is longer than one segment holds, as those with a post-quantum key share are.
//!
//! For thirty years a hello fitted into one segment, and servers, balancers and firewalls learnt to read it at once and only
//! once. One with a share of ML-KEM (draft-ietf-tls-ecdhe-mlkem) takes some 1,200 bytes more; what does not read on then
//! waits, resets, or finds it malformed.

use super::{client, listed, on_client};
use crate::attempt::Attempt;
use crate::base::command::HostName;
use crate::base::dialect::task;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::StepKind;
use crate::judge::finding::{Finding, Remedy};
use crate::tls::Group;
use crate::tls::hello::ClientHello;

/// Bytes of a hello that still fit into a segment of 1,460 with its record's header.
const ONE_SEGMENT: usize = 1400;

/// That a hello needs more than one segment, as a clause.
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

/// A finding that the server did not answer a hello: with the hello's size as another explanation, where it is large.
pub(super) fn or_large_hello(finding: Finding, attempt: &Attempt<'_>, connection: &Connection) -> Finding {
    let hello = connection.tls.as_ref().and_then(|tls| tls.client_hello.as_deref());
    let Some(clause) = hello.and_then(|hello| large_hello(connection, hello)) else {
        return finding;
    };
    finding
        .alternative("large-hello", clause)
        .remedy(try_smaller(attempt, connection))
}

/// What tells a hello that is too large from a server that does not answer any: the client sends a smaller one.
pub(super) fn try_smaller(attempt: &Attempt<'_>, connection: &Connection) -> Remedy {
    let name = connection.server_name().and_then(|name| HostName::new(name.raw()));
    let task = task("try-smaller-hello").with("endpoint", &connection.server);
    let task = match &name {
        Some(name) => task.with("host", name),
        None => task,
    };
    on_client(attempt, phrase("large-hello-do").with("who", client(attempt)), &[task])
}
