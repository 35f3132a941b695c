//! Collected → whether there are others: what a reading of everything could tell that one for a service does not follow.

use crate::analysis::collector::Collected;
use crate::attempt::contents::Contents;
use crate::attempt::hides_tls;
use crate::attempt::unopened::may_be_told;
use crate::connection::Connection;

impl Collected<'_> {
    /// Notes of a connection that was read whether it could be told.
    pub(super) fn note_other(&mut self, connection: &Connection) {
        self.may_tell_others |= connection.wants_tls() || hides_tls(connection) || may_be_told(connection);
    }

    /// Whether a reading of everything would tell of nothing: no TLS was tried, or asked for, or hidden.
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
