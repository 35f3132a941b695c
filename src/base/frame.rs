//! The nouns every layer shares: one captured packet, its number, its time and its link type.

use crate::base::phrase::Phrase;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use time::format_description::well_known::Rfc3339;

/// A frame's number in the capture, counted from 1, equal to Wireshark's `frame.number`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameNumber(pub u64);

impl fmt::Display for FrameNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Nanoseconds since 1970-01-01T00:00:00Z, as the capture gives them; no clock of this machine is ever involved.
///
/// An `i64` reaches from 1677 to 2262; stamps beyond saturate (pcapng can express them).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time that lies `seconds` after the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// True if this tells a date. Clocks that nobody set and texts that print no date count from the beginning of 1970, long
    /// before TLS.
    #[must_use]
    pub const fn is_dated(self) -> bool {
        const YEAR: i64 = 365 * 86_400;
        !(self.seconds() >= 0 && self.seconds() < YEAR)
    }

    /// Nanoseconds from `earlier` to this time; negative when the clock ran backwards.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// RFC 3339 in UTC with nine decimals, as the JSON report writes times.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(t) = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0)) else {
            return write!(f, "{} ns after 1970", self.0);
        };
        // Digit by digit: a report of some hundred attempts writes ten thousand of these.
        let mut text = *b"0000-00-00T00:00:00.000000000Z";
        let mut write = |range: Range<usize>, mut number: u32| {
            for digit in text.get_mut(range).into_iter().flatten().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        // 64 bits of nanoseconds reach from 1677 to 2262.
        write(0..4, t.year().unsigned_abs());
        write(5..7, u8::from(t.month()).into());
        write(8..10, t.day().into());
        write(11..13, t.hour().into());
        write(14..16, t.minute().into());
        write(17..19, t.second().into());
        write(20..29, t.nanosecond());
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

/// RFC 3339 with any offset, as a user writes a time.
impl FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = time::OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| "write the time as in 2024-05-01T12:00:00Z or 2024-05-01T14:00:00+02:00".to_owned())?;
        i64::try_from(time.unix_timestamp_nanos())
            .map(Self)
            .map_err(|_| "only times from 1678 to 2261 can be used".to_owned())
    }
}

/// A frame with its time. Its order is that of the frames; their times may go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameAt {
    /// The frame's number.
    pub frame: FrameNumber,
    /// When it was captured.
    pub time: Timestamp,
}

impl FrameAt {
    /// The frame of this number, captured at this time.
    #[must_use]
    pub const fn new(frame: FrameNumber, time: Timestamp) -> Self {
        Self { frame, time }
    }
}

/// A link-layer header type: the LINKTYPE number of tcpdump.org's registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// The BSD loopback header: a four-byte address family in the host's byte order.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// PPP.
    pub const PPP: Self = Self(9);
    /// Raw IP (the number 12 or 14 that some systems write for it is mapped to this one on reading).
    pub const RAW: Self = Self(101);
    /// IEEE 802.11.
    pub const IEEE802_11: Self = Self(105);
    /// OpenBSD loopback: like [`Self::NULL`], family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture, version 1.
    pub const LINUX_SLL: Self = Self(113);
    /// 802.11 with a radiotap header.
    pub const RADIOTAP: Self = Self(127);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::NULL => "null",
            Self::ETHERNET => "ethernet",
            Self::PPP => "ppp",
            Self::RAW => "raw",
            Self::IEEE802_11 => "802.11",
            Self::LOOP => "loop",
            Self::LINUX_SLL => "linux-sll",
            Self::RADIOTAP => "radiotap",
            Self::IPV4 => "ipv4",
            Self::IPV6 => "ipv6",
            Self::LINUX_SLL2 => "linux-sll2",
            Self(other) => return write!(f, "link-type-{other}"),
        })
    }
}

/// One captured packet, borrowed from the read buffer.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its number, as Wireshark counts.
    pub number: FrameNumber,
    /// When it was captured; zero where the file gives no time (a pcapng Simple Packet Block).
    pub time: Timestamp,
    /// The type of its first header.
    pub link: LinkType,
    /// Which capture interface saw it: counted from 0 over the whole file, across sections.
    pub interface: u32,
    /// Its length on the wire in bytes; more than `data` holds when the snap length cut it.
    pub wire_len: u32,
    /// The captured bytes.
    pub data: &'a [u8],
}

impl Frame<'_> {
    /// Its number and its time.
    #[must_use]
    pub const fn frame_at(&self) -> FrameAt {
        FrameAt::new(self.number, self.time)
    }
}

/// The kinds of anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnomalyKind {
    /// A record of pcapng that holds no packet.
    RecordWithoutPacket,
    /// A time beyond what can be shown.
    TimeOutOfRange,
    /// A packet without a time.
    NoTime,
    /// Records were lost: numbers of later frames are uncertain.
    NumberingUncertain,
    /// A frame is older than the one before it.
    TimeGoesBack,
    /// Bytes behind the end of the capture.
    GarbageAfterEnd,
    /// Time passes between two files of a ring.
    GapBetweenFiles,
    /// A block of pcapng that is not read.
    UnknownBlock,
    /// The file holds secrets that open the sessions in it.
    SessionSecrets,
    /// More interfaces than are kept.
    TooManyInterfaces,
    /// IP fragments whose packet never was whole.
    FragmentsIncomplete,
    /// Something was given up at a bound.
    Bound,
    /// Two segments disagree about the same bytes.
    OverlapDiffers,
    /// Checksums that are wrong, or were left to the card.
    WrongChecksums,
    /// Traffic of wireless clients, which is left out.
    WirelessClients,
    /// Somebody tried to reach a service by QUIC, which is not judged here.
    Quic,
    /// TLS handshakes inside EAP are not read.
    EapTls,
    /// Redaction emptied what it could not read.
    RedactionEmptied,
    /// Counts the connections that a key log opened.
    KeyLog,
    /// A printed capture whose times have no date.
    DumpWithoutDate,
    /// A printed capture whose times count from its beginning.
    DumpWithRelativeTime,
    /// A printed capture whose times name no time zone.
    DumpWithoutZone,
    /// A packet of a printed capture without a time.
    DumpTimeMissing,
    /// Rows of a printed packet are missing.
    DumpRowsMissing,
    /// Rows of a printed packet whose beginning is missing.
    DumpRowsWithoutBeginning,
    /// A printed capture numbers its packets from zero.
    DumpCountsFromZero,
    /// A printed capture begins to count anew.
    DumpCountsAgain,
    /// Printed packets in which nothing can be recognised.
    DumpUnrecognised,
}

impl AnomalyKind {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RecordWithoutPacket => "record-without-packet",
            Self::TimeOutOfRange => "time-out-of-range",
            Self::NoTime => "no-time",
            Self::NumberingUncertain => "numbering-uncertain",
            Self::TimeGoesBack => "time-goes-back",
            Self::GarbageAfterEnd => "garbage-after-end",
            Self::GapBetweenFiles => "gap-between-files",
            Self::UnknownBlock => "unknown-block",
            Self::SessionSecrets => "session-secrets",
            Self::TooManyInterfaces => "too-many-interfaces",
            Self::FragmentsIncomplete => "fragments-incomplete",
            Self::Bound => "bound",
            Self::OverlapDiffers => "overlap-differs",
            Self::WrongChecksums => "wrong-checksums",
            Self::WirelessClients => "wireless-clients",
            Self::Quic => "quic",
            Self::EapTls => "eap-tls",
            Self::RedactionEmptied => "redaction-emptied",
            Self::KeyLog => "key-log",
            Self::DumpWithoutDate => "dump-without-date",
            Self::DumpWithRelativeTime => "dump-with-relative-time",
            Self::DumpWithoutZone => "dump-without-zone",
            Self::DumpTimeMissing => "dump-time-missing",
            Self::DumpRowsMissing => "dump-rows-missing",
            Self::DumpRowsWithoutBeginning => "dump-rows-without-beginning",
            Self::DumpCountsFromZero => "dump-counts-from-zero",
            Self::DumpCountsAgain => "dump-counts-again",
            Self::DumpUnrecognised => "dump-unrecognised",
        }
    }
}

/// Something odd about the wire or the capture: kept as context, never a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// The kind of oddity.
    pub kind: AnomalyKind,
    /// The frame at which it shows; 0 when it concerns the file as a whole.
    pub frame: FrameNumber,
    /// A description, as a clause.
    pub detail: Phrase,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_and_at_the_limits_are_printed() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(Timestamp(i64::MAX).to_string(), "2262-04-11T23:47:16.854775807Z");
        assert_eq!(Timestamp(i64::MIN).to_string(), "1677-09-21T00:12:43.145224192Z");
        assert_eq!(Timestamp(-1).seconds(), -1);
    }

    #[test]
    fn times_are_rfc_3339() {
        let time = |text: &str| text.parse::<Timestamp>();
        assert_eq!(time("1970-01-01T01:00:01+01:00"), Ok(Timestamp::from_seconds(1)));
        assert!(time("yesterday").is_err() && time("9999-01-01T00:00:00Z").is_err());
    }
}
