//! Connection → Origin: who really sent a RST, weighed from what a forger cannot easily imitate.
//!
//! No single sign proves much: balancers answer with another time to live, hosts give a RST no IP identification. Each is
//! shown as what it is, and only what contradicts the other packets of the alleged sender counts.
//!
//! A RST's time to live is compared exactly. Something next to the server differs by one; a time to live that all
//! packets of both sides share (address translation, a virtual switch, one host) is no evidence at all.

use super::{chained, seconds, side_name};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, StepKind};
use crate::judge::finding::By;
use crate::tcp::side::{Mark, TcpSide};

/// Identifications of a counting host that lie further apart than this do not follow one another (RFC 6864 asks for no
/// order, so this only ever weighs little).
const FAR_APART: u16 = 4096;

/// Round trips shorter than this cannot be told from the noise of a capturing host.
const MEASURABLE: i64 = 4_000_000;

/// Who sent a RST, and why that is thought.
#[derive(Debug, Default)]
pub(super) struct Origin {
    /// Signs that somebody else sent it, as clauses; what proves most comes first.
    pub(super) elsewhere: Vec<Phrase>,
    /// How many of them the alleged sender cannot cause by itself.
    pub(super) strong: usize,
    /// Signs that it is the alleged sender's own.
    pub(super) own: Vec<Phrase>,
    /// Both sides' packets and the RST carry one and the same time to live.
    shared_ttl: bool,
}

impl Origin {
    /// Whose doing it seems to be: the path's, the side's, or nobody can tell.
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
            phrase("reset-origin-shared-ttl")
        } else if signs.is_empty() {
            phrase("reset-origin-nothing")
        } else {
            chained(signs, "independent")
        }
    }

    /// Compares its time to live with those of the side: between the SYN's and those of the other segments, which differ where a
    /// device in between answers for the server or changes them.
    fn weigh_ttl(&mut self, connection: &Connection, side: Side, reset: &Mark) {
        let tcp = &connection.tcp[side];
        let (lowest, highest) = tcp.ordinary.map_or((tcp.ttl, tcp.ttl), |it| {
            (it.lowest_ttl.min(tcp.ttl), it.highest_ttl.max(tcp.ttl))
        });
        let told = |id| phrase(id).with("ttl", reset.ttl).with("who", side_name(side));
        if (lowest..=highest).contains(&reset.ttl) {
            // A time to live that all packets of both sides share is made on the way, or was not used up: it tells nothing.
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

    /// Compares its identification (RFC 791 section 3.2) with the last one of the side, where that counts up.
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

/// Weighs a RST that says it is from `side`.
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

/// Whether all packets of a side carry this time to live.
fn every_packet_has(tcp: &TcpSide, ttl: u8) -> bool {
    tcp.frames > 0
        && tcp.ttl == ttl
        && tcp
            .ordinary
            .is_none_or(|it| (it.lowest_ttl, it.highest_ttl) == (ttl, ttl))
}

/// A RST that acknowledges the Client Hello and came sooner after it than the alleged sender's round trip allows: the time
/// since the hello, and the round trip, both as seen where the capture was made.
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

    /// A server 40 ms away with time to live 49, and a RST of it.
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
        // Unless the side's packets come with that one, too.
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
