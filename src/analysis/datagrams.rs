//! Datagram → Collected: what of DTLS and of CAPWAP is kept for judging, and what is only counted.

use crate::analysis::collector::Collected;
use crate::base::carrier::Carrier;
use crate::connection::datagram::table::Over;
use crate::decode::capwap::{CONTROL_PORT, DATA_PORT};
use crate::decode::{Datagram, IcmpError, Skip, Tunnel};

/// ICMP errors kept.
const MAX_ICMP: usize = 4096;

impl Collected<'_> {
    /// A datagram of DTLS, or of CAPWAP control; one that belongs to no attempt is counted as skipped.
    #[inline(never)]
    pub(super) fn dtls(&mut self, datagram: &Datagram<'_>, carrier: Carrier, mut else_skipped: Skip) {
        let is_of_data = [datagram.src.port, datagram.dst.port].contains(&DATA_PORT) && carrier == Carrier::Capwap;
        if is_of_data && datagram.payload.first() == Some(&1) {
            else_skipped = Skip::CapwapDataDtls;
        }
        if is_of_data && datagram.tunnel != Tunnel::Capwap {
            self.channels.note(datagram);
        }
        let flows = &mut self.flows;
        let mut over = Vec::new();
        let is_taken = !is_of_data
            && self
                .datagrams
                .accept(datagram, carrier, || flows.take_index(), &mut over);
        if datagram.tunnel != Tunnel::Capwap {
            self.hosts.saw_receiver(datagram.dst.ip);
        }
        if !is_taken && let Some(count) = self.skipped.get_mut(else_skipped as usize) {
            *count += 1;
        }
        over.into_iter().for_each(|it| self.end_datagrams(it));
    }

    /// An attempt at DTLS has ended.
    pub(crate) fn end_datagrams(&mut self, (connection, was_evicted): Over) {
        self.contents.dtls_connections += u64::from(connection.tls.is_some());
        self.dropped.events += connection.events_dropped;
        let is_wireless = connection.tunnel == Tunnel::Capwap;
        self.in_capwap += u64::from(is_wireless);
        let is_join = connection.carrier == Carrier::Capwap && self.options.join.is_some();
        if connection.tls.is_some() && self.everything || is_join && !is_wireless {
            self.keep(connection, was_evicted);
        }
    }

    /// An ICMP error, if anybody could ask for it.
    pub(super) fn icmp_error(&mut self, error: IcmpError) {
        // Of errors about UDP only those about DNS and DTLS are ever needed: others take no place.
        let is_wanted = error.quoted_seq.is_some()
            || [53, CONTROL_PORT, DATA_PORT].contains(&error.quoted_dst.port)
            || self.datagrams.knows(error.quoted_src, error.quoted_dst);
        if is_wanted && self.icmp.len() < MAX_ICMP {
            self.icmp.push(error);
        } else if is_wanted {
            self.dropped.icmp += 1;
        }
        self.hosts.saw_receiver(error.quoted_src.ip);
    }
}
