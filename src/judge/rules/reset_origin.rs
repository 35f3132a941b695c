//! Connection → Origin: the real sender of a RST, weighed by signs that a forger cannot easily imitate.
//!
//! No single sign proves much: balancers answer with another time to live, and hosts send a RST without an IP
//! identification. Each sign is reported as it is, and only signs that contradict the other packets of the alleged
//! sender count.
//!
//! A RST's time to live is compared exactly: a device next to the server differs by one. A time to live that all
//! packets of both sides share (address translation, a virtual switch, one host) is no evidence at all.

use super::{chained, hops_field, seconds, side_name};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::judge::finding::By;
use crate::tcp::side::{Mark, TcpSide};

/// Identifications of a host that counts up and that are further apart than this are not consecutive (RFC 6864 requires
/// no order, so this sign always weighs little).
const FAR_APART: u16 = 4096;

/// In nanoseconds. A shorter round trip cannot be separated from the noise of a capturing host.
const MEASURABLE: i64 = 4_000_000;

/// The likely sender of a RST, and the reasons.
#[derive(Debug, Default)]
pub(super) struct Origin {
    /// Signs that another party sent it, as clauses; the strongest come first.
    pub(super) elsewhere: Vec<Phrase>,
    /// The number of these signs that the alleged sender cannot cause itself.
    pub(super) strong: usize,
    /// Signs that the alleged sender sent it.
    pub(super) own: Vec<Phrase>,
    /// The packets of both sides and the RST all have the same time to live.
    shared_ttl: bool,
    /// The name of the field that was compared.
    field: Option<Phrase>,
}

impl Origin {
    /// The party that seems to have sent it: the path, the side, or unknown.
    pub(super) fn by(&self, side: Side) -> By {
        match (self.strong, self.own.is_empty()) {
            (1.., _) => By::Path,
            (0, false) => side.into(),
            (0, true) => By::Unknown,
        }
    }

    /// The signs as one clause.
    pub(super) fn clause(&self) -> Phrase {
        let signs = if self.strong > 0 { &self.elsewhere } else { &self.own };
        if signs.is_empty() && self.shared_ttl {
            phrase("reset-origin-shared-ttl").with("field", self.field.clone().unwrap_or_default())
        } else if signs.is_empty() {
            phrase("reset-origin-nothing")
        } else {
            chained(signs, "independent")
        }
    }

    /// Compares the RST's time to live with those of the side: it should lie between the SYN's and those of the other
    /// segments, which differ if a device on the path answers for the server or changes them.
    fn weigh_ttl(&mut self, connection: &Connection, side: Side, reset: &Mark) {
        let tcp = &connection.tcp[side];
        let (lowest, highest) = tcp.ordinary.map_or((tcp.ttl, tcp.ttl), |it| {
            (it.lowest_ttl.min(tcp.ttl), it.highest_ttl.max(tcp.ttl))
        });
        let field = hops_field(connection.server.ip);
        self.field = Some(field.clone());
        let told = |id| {
            let told = phrase(id).with("ttl", reset.ttl).with("who", side_name(side));
            told.with("field", field.clone())
        };
        if (lowest..=highest).contains(&reset.ttl) {
            // A time to live that all packets of both sides share was set on the path, or was never decremented: it
            // proves nothing.
            self.shared_ttl = lowest == highest && every_packet_has(&connection.tcp[side.peer()], reset.ttl);
            if !self.shared_ttl {
                self.own.push(told("reset-origin-same-ttl"));
            }
            return;
        }
        self.strong += 1;
        let usual = if lowest == highest {
            Phrase::verbatim(lowest.to_string())
        } else {
            phrase("range").with("lowest", lowest).with("highest", highest)
        };
        let next_hop = reset.ttl == highest.saturating_add(1) || reset.ttl.saturating_add(1) == lowest;
        let id = if next_hop {
            "reset-origin-next-hop"
        } else {
            "reset-origin-other-ttl"
        };
        self.elsewhere.push(told(id).with("usual", usual));
    }

    /// Compares the RST's identification (RFC 791 section 3.2) with the side's last one, if the side's identifications
    /// count up.
    fn weigh_ip_id(&mut self, tcp: &TcpSide, reset: &Mark) {
        let Some((before, id)) = tcp.ordinary.zip(reset.ip_id) else {
            return;
        };
        let Some(last) = before.ip_id else { return };
        let far = id.wrapping_sub(last).min(last.wrapping_sub(id)) > FAR_APART;
        if before.same_ip_id && last == 0 && id == 0 || !before.same_ip_id && !far {
            self.own.push(phrase("reset-origin-id-follows").with("id", id));
        } else if far && self.strong > 0 {
            let differs = phrase("reset-origin-id-differs").with("id", id).with("last", last);
            self.elsewhere.push(differs);
        }
    }
}

/// Weighs a RST that has the address of `side`.
pub(super) fn origin(connection: &Connection, side: Side, reset: &Mark) -> Origin {
    let tcp = &connection.tcp[side];
    let mut origin = Origin::default();
    if let Some(frame) = tcp.first_after_reset {
        origin.strong += 1;
        origin.elsewhere.push(
            phrase("reset-origin-goes-on")
                .with("who", side_name(side))
                .with("frame", frame),
        );
    }
    if let Some((after, round_trip)) = too_early(connection, side, reset) {
        origin.strong += 1;
        origin.elsewhere.push(
            phrase("reset-origin-too-early")
                .with("after", seconds(after))
                .with("who", side_name(side))
                .with("round-trip", seconds(round_trip)),
        );
    }
    if tcp.first == reset.frame && tcp.syns.is_empty() {
        return origin; // nothing else of that side to compare it with
    }
    origin.weigh_ttl(connection, side, reset);
    origin.weigh_ip_id(tcp, reset);
    origin
}

/// True if all packets of a side have this time to live.
fn every_packet_has(tcp: &TcpSide, ttl: u8) -> bool {
    tcp.frames > 0
        && tcp.ttl == ttl
        && tcp
            .ordinary
            .is_none_or(|it| (it.lowest_ttl, it.highest_ttl) == (ttl, ttl))
}

/// For a RST that acknowledges the Client Hello and came sooner after it than the alleged sender's round trip allows:
/// the time since the hello, and the round trip, both measured where the capture was made.
fn too_early(connection: &Connection, side: Side, reset: &Mark) -> Option<(i64, i64)> {
    if side != Side::Server || !reset.ack {
        return None;
    }
    let hello = connection.step_by(StepKind::ClientHello, Side::Client)?;
    let hello_from = connection.tcp.client.end.saturating_sub(connection.tcp.client.bytes);
    if reset.acked <= hello_from || connection.tcp.client.retransmissions > 0 {
        return None;
    }
    let asked = connection.tcp.client.syns.last()?.time;
    let answered = connection.tcp.server.syns.first()?.time;
    let round_trip = answered.since(asked);
    let after = reset.time.since(hello.time);
    // A quarter of it: the first packets of a path may wait for ARP at every hop.
    (connection.tcp.client.syns.len() == 1 && round_trip >= MEASURABLE && (0..round_trip / 4).contains(&after))
        .then_some((after, round_trip))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::{FrameNumber, Timestamp};
    use crate::base::phrase::Language;
    use crate::connection::{SECOND, connection};
    use crate::tcp::side::Ordinary;

    /// A server 40 ms away with time to live 49, and a RST with its address.
    fn reset(change: impl FnOnce(&mut Connection, &mut Mark)) -> (By, Origin) {
        let mut connection = connection(10, "10.0.0.1:50000", "192.133.220.90:443").answered();
        let server = &mut connection.tcp.server;
        server.ttl = 49;
        server.first = FrameNumber(11);
        server.ordinary = Some(Ordinary::add(None, 49, Some(0)));
        let mut mark = Mark {
            frame: FrameNumber(20),
            time: Timestamp(20 * SECOND),
            ttl: 49,
            ip_id: Some(0),
            ack: false,
            at: 1,
            acked: 0,
        };
        change(&mut connection, &mut mark);
        let origin = origin(&connection, Side::Server, &mark);
        (origin.by(Side::Server), origin)
    }

    #[test]
    fn an_equal_time_to_live_speaks_for_the_side_itself() {
        let (by, origin) = reset(|_, _| {});
        assert_eq!((by, origin.own.len(), origin.strong), (By::Server, 2, 0));
    }

    #[test]
    fn a_time_to_live_that_differs_by_one_is_named_and_is_not_equal() {
        let (by, origin) = reset(|_, mark| mark.ttl = 50);
        assert_eq!((by, origin.strong), (By::Path, 1));
        let clause = origin.clause().in_language(Language::En);
        assert!(
            clause.contains("50") && clause.contains("49") && clause.contains("hop"),
            "{clause}"
        );
    }

    #[test]
    fn a_time_to_live_that_all_packets_share_is_no_evidence() {
        let (by, origin) = reset(|connection, mark| {
            (connection.tcp.client.ttl, mark.ip_id) = (49, None);
        });
        assert_eq!((by, origin.clause().id()), (By::Unknown, "reset-origin-shared-ttl"));
    }

    #[test]
    fn another_time_to_live_speaks_for_something_on_the_way() {
        let (by, origin) = reset(|_, mark| mark.ttl = 64);
        assert_eq!((by, origin.strong), (By::Path, 1));
        let clause = origin.clause().in_language(Language::En);
        assert!(clause.contains("time to live 64"), "{clause}");
        // Unless the side's own packets have that time to live, too.
        let mixed = reset(|connection, mark| {
            connection.tcp.server.ordinary = Some(Ordinary::add(connection.tcp.server.ordinary, 64, None));
            mark.ttl = 64;
        });
        assert_eq!(mixed.0, By::Server);
    }

    #[test]
    fn packets_behind_it_prove_that_the_side_does_not_know_of_it() {
        let (by, origin) = reset(|connection, _| connection.tcp.server.first_after_reset = Some(FrameNumber(21)));
        assert_eq!((by, origin.strong), (By::Path, 1));
    }

    #[test]
    fn an_identification_out_of_line_is_only_told_beside_a_stronger_sign() {
        let counting = |mark_id, ttl| {
            reset(move |connection, mark| {
                connection.tcp.server.ordinary =
                    Some(Ordinary::add(Some(Ordinary::add(None, 49, Some(6999))), 49, Some(7000)));
                (mark.ip_id, mark.ttl) = (Some(mark_id), ttl);
            })
        };
        assert_eq!(counting(7001, 49).1.own.len(), 2);
        assert_eq!((counting(50_000, 49).0, counting(50_000, 49).1.strong), (By::Server, 0));
        assert_eq!(counting(50_000, 60).1.elsewhere.len(), 2);
    }

    #[test]
    fn without_any_packet_of_the_side_nothing_can_be_told() {
        let (by, origin) = reset(|connection, mark| {
            connection.tcp.server.first = mark.frame;
            connection.tcp.server.syns.clear();
        });
        assert_eq!((by, origin.clause().id()), (By::Unknown, "reset-origin-nothing"));
    }
}
