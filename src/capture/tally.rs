//! Frame → CaptureFacts: every frame passes here, is numbered, timed and handed on; what is odd is counted once.

use crate::base::phrase::{Phrase, phrase};
use std::collections::BTreeSet;

use super::{CaptureFacts, Damage};
use crate::base::frame::{Anomaly, AnomalyKind, FrameNumber, LinkType, Timestamp};
use crate::capture::note::NoteReader;

/// Damaged places listed one by one; what lies beyond is only added up.
const MOST_DAMAGE: usize = 64;

/// In nanoseconds: a day. Where no frame came for so long, the capture was stopped, or other ones were joined to it.
const PAUSE: u64 = 86_400_000_000_000;

/// Pauses kept.
const MOST_PAUSES: usize = 64;

/// A record in the read buffer, before it has a number. It borrows nothing: readers can wait with one in hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// `None` where the file gives no time.
    pub(super) time: Option<Timestamp>,
    pub(super) link: LinkType,
    pub(super) interface: u32,
    pub(super) wire_len: u32,
    /// Where its captured bytes begin, from the first unread byte on.
    pub(super) at: usize,
    pub(super) captured_len: usize,
    /// Its bytes in the file.
    pub(super) len: usize,
    /// False for records that Wireshark numbers as frames although they hold no packet.
    pub(super) is_packet: bool,
    /// The number that the file gives it; `None`: it is the next one.
    pub(super) number: Option<u64>,
}

/// One kind of oddity: reported once, with a count, so that a hostile file cannot fill the report.
#[derive(Clone)]
struct Oddity {
    kind: AnomalyKind,
    first: FrameNumber,
    count: u64,
    detail: Phrase,
}

/// Facts of the file so far, or of all files that are read as one.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    pub(super) facts: CaptureFacts,
    links: BTreeSet<LinkType>,
    last_link: Option<LinkType>,
    /// Difference of numbers and the count of frames: the numbers of a text may leave some out.
    ahead: u64,
    previous: Option<Timestamp>,
    latest: Option<Timestamp>,
    largest_snap: u32,
    back: (FrameNumber, u64, i64),
    oddities: Vec<Oddity>,
    /// Damaged places, and the bytes lost at them.
    damaged: (u64, u64),
    /// Reads the section comments about the capture that this file is a slice of.
    pub(super) note: NoteReader,
}

impl Tally {
    /// The facts so far.
    #[must_use]
    pub(crate) fn so_far(&self) -> CaptureFacts {
        self.clone().finish()
    }

    /// Counts the record, and gives it its number.
    #[inline]
    pub(super) fn number(&mut self, record: &Record) -> FrameNumber {
        if !record.is_packet {
            self.facts.frames = self.facts.frames.saturating_add(1);
            self.odd(AnomalyKind::RecordWithoutPacket, || {
                phrase("anomaly-record-without-packet")
            });
            return self.last_number();
        }
        if let Some(number) = record.number {
            let next = self.last_number().0.saturating_add(1);
            self.ahead = self.ahead.saturating_add(number.saturating_sub(next));
        }
        match record.time {
            Some(time) => self.number_packet(time, record.link),
            None => self.number_odd(None, record.link),
        }
    }

    /// The same for a packet whose time is known.
    #[inline]
    pub(super) fn number_packet(&mut self, time: Timestamp, link: LinkType) -> FrameNumber {
        // The usual case: a frame of the same link type as the one before, and no older.
        if let Some(latest) = &mut self.latest
            && self.last_link == Some(link)
            // No older, and no pause: as an unsigned number, an earlier time is far beyond.
            && time.0.wrapping_sub(latest.0).cast_unsigned() < PAUSE
            && time < Timestamp(i64::MAX)
        {
            *latest = time;
            self.previous = Some(time);
            self.facts.frames = self.facts.frames.wrapping_add(1);
            return self.last_number();
        }
        self.number_odd(Some(time), link)
    }

    #[inline(never)]
    fn number_odd(&mut self, time: Option<Timestamp>, link: LinkType) -> FrameNumber {
        self.facts.frames = self.facts.frames.saturating_add(1);
        if self.last_link != Some(link) {
            self.changed_link(link);
        }
        if let Some(time) = time {
            match self.previous {
                Some(previous) if time < previous => self.went_back(previous, time),
                Some(_) => {}
                None => self.facts.first = Some(time),
            }
            if matches!(time, Timestamp(i64::MIN | i64::MAX)) {
                self.odd(AnomalyKind::TimeOutOfRange, || phrase("anomaly-time-out-of-range"));
            }
            if let Some(latest) = self.latest
                && time.since(latest).cast_unsigned() >= PAUSE
                && time > latest
                && self.facts.pauses.len() < MOST_PAUSES
            {
                self.facts.pauses.push(latest);
            }
            self.previous = Some(time);
            self.latest = self.latest.max(Some(time));
        } else {
            self.odd(AnomalyKind::NoTime, || phrase("anomaly-no-time"));
        }
        self.last_number()
    }

    /// The number of the frame read last; 0 before the first.
    #[inline]
    pub(super) const fn last_number(&self) -> FrameNumber {
        FrameNumber(self.facts.frames.wrapping_add(self.ahead))
    }

    /// Takes note of a place at which records were lost and others found behind it.
    pub(super) fn damage(&mut self, damage: Damage) {
        self.damaged.0 = self.damaged.0.saturating_add(1);
        self.damaged.1 = self.damaged.1.saturating_add(damage.lost);
        if self.facts.damage.len() < MOST_DAMAGE {
            self.facts.damage.push(damage);
        }
    }

    #[cold]
    fn changed_link(&mut self, link: LinkType) {
        self.last_link = Some(link);
        if self.links.insert(link) {
            self.facts.link_types.push(link);
        }
    }

    #[cold]
    fn went_back(&mut self, previous: Timestamp, time: Timestamp) {
        let (first, count, largest) = &mut self.back;
        if *count == 0 {
            *first = FrameNumber(self.facts.frames.wrapping_add(self.ahead));
        }
        *count = count.saturating_add(1);
        *largest = (*largest).max(previous.since(time));
        self.facts.first = self.facts.first.min(Some(time));
    }

    /// Notes an oddity at the frame read last. `detail` is asked for at the first of its kind only.
    pub(super) fn odd(&mut self, kind: AnomalyKind, detail: impl FnOnce() -> Phrase) {
        if let Some(known) = self.oddities.iter_mut().find(|known| known.kind == kind) {
            known.count = known.count.saturating_add(1);
            return;
        }
        self.oddities.push(Oddity {
            kind,
            first: self.last_number(),
            count: 1,
            detail: detail(),
        });
    }

    /// Takes note of a declared snap length in bytes; zero means no limit.
    pub(super) fn snap_length(&mut self, declared: u32) {
        self.largest_snap = self.largest_snap.max(if declared == 0 { u32::MAX } else { declared });
    }

    /// Adds to the packets that the capturing system says it dropped.
    pub(super) const fn dropped(&mut self, packets: u64) {
        let so_far = match self.facts.drops {
            Some(drops) => drops,
            None => 0,
        };
        self.facts.drops = Some(so_far.saturating_add(packets));
    }

    /// The facts, complete but for the file's end.
    pub(super) fn finish(self) -> CaptureFacts {
        /// From here on a snap length cuts no packet: it is the largest IP packet, and what tools write for "all".
        const CUTS_NOTHING: u32 = 65_535;

        let mut facts = self.facts;
        facts.slice = self.note.finish().map(Box::new);
        facts.last = self.latest;
        facts.snap_length = Some(self.largest_snap).filter(|snap| (1..CUTS_NOTHING).contains(snap));
        facts.anomalies.extend(self.oddities.into_iter().map(|odd| Anomaly {
            kind: odd.kind,
            frame: odd.first,
            detail: if odd.count == 1 {
                odd.detail
            } else {
                phrase("anomaly-times")
                    .with("detail", odd.detail)
                    .with("count", odd.count)
            },
        }));
        if let Some(first) = facts.damage.first() {
            let (places, lost) = self.damaged;
            facts.anomalies.push(Anomaly {
                kind: AnomalyKind::NumberingUncertain,
                frame: FrameNumber(first.after.0.saturating_add(1)),
                detail: phrase("anomaly-numbering-uncertain")
                    .with("places", places)
                    .with("lost", lost),
            });
        }
        let (first, count, largest) = self.back;
        facts.step_back = largest;
        if count > 0 {
            facts.anomalies.push(Anomaly {
                kind: AnomalyKind::TimeGoesBack,
                frame: first,
                detail: phrase("anomaly-time-goes-back")
                    .with("count", count)
                    .with("span", nanoseconds(largest)),
            });
        }
        facts.anomalies.sort_by_key(|anomaly| anomaly.frame);
        facts
    }
}

/// A length of time in the unit a person would choose.
pub(super) fn nanoseconds(n: i64) -> Phrase {
    match n {
        n if n < 1_000 => phrase("nanoseconds").with("count", n),
        n if n < 1_000_000 => phrase("microseconds").with("count", n / 1_000),
        n if n < 1_000_000_000 => phrase("milliseconds").with("count", n / 1_000_000),
        n => phrase("seconds").with("seconds", format!("{}.{:03}", n / 1_000_000_000, n / 1_000_000 % 1_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_runs_backwards_is_reported_once_with_its_largest_step() {
        let mut tally = Tally::default();
        for seconds in [10, 12, 11, 13, 5, 6] {
            let _ = tally.number(&Record {
                time: Some(Timestamp::from_seconds(seconds)),
                link: LinkType::ETHERNET,
                interface: 0,
                wire_len: 0,
                at: 0,
                captured_len: 0,
                len: 0,
                is_packet: true,
                number: None,
            });
        }
        let facts = tally.finish();
        assert_eq!(facts.first, Some(Timestamp::from_seconds(5)));
        assert_eq!(facts.last, Some(Timestamp::from_seconds(13)));
        let [anomaly] = facts.anomalies.as_slice() else {
            panic!("{:?}", facts.anomalies)
        };
        assert_eq!((anomaly.kind.name(), anomaly.frame), ("time-goes-back", FrameNumber(3)));
        assert_eq!(
            anomaly.detail.english(),
            "a frame is older than the one before it 2 times, by up to 8.000 s"
        );
    }

    #[test]
    fn a_snap_length_that_cuts_nothing_is_not_told() {
        for (declared, told) in [
            (&[96, 128][..], Some(128)),
            (&[96, 0], None),
            (&[65_535], None),
            (&[], None),
        ] {
            let mut tally = Tally::default();
            declared.iter().for_each(|&snap| tally.snap_length(snap));
            assert_eq!(tally.finish().snap_length, told);
        }
    }
}
