//! Collected → whether there are others: connections that a reading of everything could report.

use crate::analysis::collector::Collected;
use crate::attempt::contents::Contents;
use crate::attempt::hides_tls;
use crate::attempt::unopened::may_be_told;
use crate::attempt::unresolved::unresolved;
use crate::connection::Connection;

impl Collected<'_> {
    /// Notes whether a connection that was read could be reported.
    pub(super) fn note_other(&mut self, connection: &Connection) {
        self.may_tell_others |= connection.wants_tls() || hides_tls(connection) || may_be_told(connection);
    }

    /// True if it would tell of no name without an address either, for want of connections.
    pub(crate) fn has_no_unresolved(&self) -> bool {
        unresolved(&self.lookups.all).is_empty()
    }

    /// True if a reading of everything would report no connection: no TLS was attempted, requested or hidden.
    pub(crate) const fn has_no_others(&self) -> bool {
        let Contents {
            tls_connections,
            dtls_connections,
            quic_connections,
            ..
        } = self.contents;
        !self.may_tell_others
            && self.flows.counts.given_up == 0
            && tls_connections == 0
            && dtls_connections == 0
            && quic_connections == 0
    }
}
