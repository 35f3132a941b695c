//! Datagram → Collected: the parts of DTLS, QUIC, CAPWAP and DNS that are kept for judging; the rest is only counted.

use std::net::IpAddr;

use crate::analysis::collector::Collected;
use crate::base::carrier::Carrier;
use crate::base::frame::FrameNumber;
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::datagram::table::Over;
use crate::connection::walk::Side;
use crate::decode::capwap::{CONTROL_PORT, DATA_PORT};
use crate::decode::{Datagram, IcmpError, Skip, Tunnel};
use crate::dns::message;

/// ICMP errors kept.
const MAX_ICMP: usize = 4096;

/// The usual port of QUIC: in the file, an error may come before the packet that it is about.
const HTTPS: u16 = 443;

/// Attempts to reach a service by QUIC, if QUIC is not judged.
#[derive(Clone, Debug)]
pub(crate) struct QuicToService {
    /// The name of the first attempt.
    pub(crate) name: WireText,
    /// The client of the first attempt.
    pub(crate) client: IpAddr,
    /// The first frame of the first attempt.
    pub(crate) frame: FrameNumber,
    /// The number of attempts.
    pub(crate) count: u64,
    /// True if any attempt was answered.
    pub(crate) is_answered: bool,
}

impl Collected<'_> {
    /// A datagram of DTLS, of QUIC, or of CAPWAP control; one outside all attempts is counted as skipped.
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

    /// An attempt at DTLS or QUIC has ended.
    pub(crate) fn end_datagrams(&mut self, (connection, was_evicted): Over) {
        match connection.carrier {
            Carrier::Quic => self.note_quic(&connection),
            _ => self.contents.dtls_connections += u64::from(connection.tls.is_some()),
        }
        self.dropped.events += connection.events_dropped;
        let is_wireless = connection.tunnel == Tunnel::Capwap;
        self.in_capwap += u64::from(is_wireless);
        let is_join = connection.carrier == Carrier::Capwap && self.options.join.is_some();
        if connection.tls.is_some() && self.everything || is_join && !is_wireless {
            self.keep(connection, was_evicted);
        }
    }

    /// Counts an attempt at QUIC, and remembers an attempt for a service's name: QUIC is judged only if everything is.
    fn note_quic(&mut self, connection: &Connection) {
        if connection.tls.is_none() {
            // No part was readable, and no other sign shows that it is QUIC.
            if let Some(count) = self.skipped.get_mut(Skip::Quic as usize) {
                *count += connection.tcp.client.frames + connection.tcp.server.frames;
            }
            return;
        }
        self.contents.quic_connections += 1;
        let name = connection.server_name().filter(|it| !it.is_empty());
        if let Some(name) = name
            && connection.tunnel != Tunnel::Capwap
            && self
                .options
                .service_names()
                .any(|own| own.eq_ignore_ascii_case(name.raw()))
        {
            let seen = self.quic_to_service.get_or_insert_with(|| QuicToService {
                name: name.clone(),
                client: connection.client.ip,
                frame: connection.first.frame,
                count: 0,
                is_answered: false,
            });
            seen.count += 1;
            seen.is_answered |= connection.tcp.server.frames > 0;
        }
    }

    /// Keeps an ICMP error if a rule may need it.
    pub(super) fn icmp_error(&mut self, error: IcmpError) {
        // Among errors about UDP only those about DNS and DTLS are ever needed; others are not kept.
        let is_wanted = error.quoted_seq.is_some()
            || [53, CONTROL_PORT, DATA_PORT].contains(&error.quoted_dst.port)
            || self.everything && error.quoted_dst.port == HTTPS
            || self.datagrams.knows(error.quoted_src, error.quoted_dst);
        if is_wanted && self.icmp.len() < MAX_ICMP {
            self.icmp.push(error);
        } else if is_wanted {
            self.dropped.icmp += 1;
        }
        self.hosts.saw_receiver(error.quoted_src.ip);
    }

    /// Look-ups over TCP.
    pub(super) fn dns_over_tcp(&mut self, connection: &Connection) {
        for side in Side::both() {
            let (from, to) = match side {
                Side::Client => (connection.client, connection.server),
                Side::Server => (connection.server, connection.client),
            };
            let at = connection.last_of(side).unwrap_or(connection.first);
            for message in message::parse_tcp(&connection.dns[side]) {
                let (client, server) = if message.is_response {
                    (to.ip, from.ip)
                } else {
                    (from.ip, to.ip)
                };
                self.lookups.message(message, client, server, at);
            }
        }
    }
}
