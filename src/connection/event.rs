//! Said → Event: the messages of a direction of a connection, in TCP, TLS or readable HTTP.

use crate::connection::step::{Detail, StepKind};
use crate::http::reader::Head;
use crate::tcp::said::Said;
use crate::tls::message::Message;

/// A message of a direction, in its order.
pub type Event = Said<EventKind>;

/// An event of a direction: TCP's, HTTP's or TLS's.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // TCP's own names
pub enum EventKind {
    Syn,
    /// The acknowledgement that completes TCP's handshake.
    Ack,
    Fin,
    Reset,
    Tls(Message),
    /// A record opened by a key log: a handshake message, an alert, or Application Data.
    Decrypted(Message),
    /// Readable HTTP, before TLS or instead of it.
    Http(Head),
    /// CAPWAP control in clear, or a statement of QUIC itself, by its step.
    Control(StepKind, Option<Detail>),
}

impl EventKind {
    /// True if it reports a failure: it is kept beyond the bound for other events.
    pub(crate) fn tells_failure(&self) -> bool {
        match self {
            Self::Tls(Message::Alert { level, .. }) | Self::Decrypted(Message::Alert { level, .. }) => *level == 2,
            Self::Control(StepKind::ConnectionClose | StepKind::VersionNegotiation, _) => true,
            Self::Http(Head::Response(response)) => response.status >= 300,
            _ => false,
        }
    }
}
