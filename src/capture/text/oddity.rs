//! A gap or oddity of a printed packet → the kind and the text of an anomaly.

use crate::base::frame::AnomalyKind;

/// An oddity of a packet that was read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// Its time has no date.
    NoDate,
    /// Its time counts from the first packet.
    RelativeTime,
    /// Its time has a date, and no zone that is known.
    NoZone,
    /// Its text has no time, though that of others has; it got the one of the packet before it.
    TimeMissing,
    /// Rows are missing in its middle.
    RowsMissing,
    /// Rows stood before it that belong to no packet.
    StrayRows,
    /// The text counts packets from 0.
    CountsFromZero,
    /// Numbers begin again, so from here on they are not those of the text.
    CountsAgain,
    /// Packets stood before it that cannot be distinguished from other bytes.
    Unrecognised,
}

impl Oddity {
    pub(super) const ALL: [Self; 9] = [
        Self::NoDate,
        Self::RelativeTime,
        Self::NoZone,
        Self::TimeMissing,
        Self::RowsMissing,
        Self::StrayRows,
        Self::CountsFromZero,
        Self::CountsAgain,
        Self::Unrecognised,
    ];

    /// Under which programs find it.
    pub(super) const fn kind(self) -> AnomalyKind {
        match self {
            Self::NoDate => AnomalyKind::DumpWithoutDate,
            Self::RelativeTime => AnomalyKind::DumpWithRelativeTime,
            Self::NoZone => AnomalyKind::DumpWithoutZone,
            Self::TimeMissing => AnomalyKind::DumpTimeMissing,
            Self::RowsMissing => AnomalyKind::DumpRowsMissing,
            Self::StrayRows => AnomalyKind::DumpRowsWithoutBeginning,
            Self::CountsFromZero => AnomalyKind::DumpCountsFromZero,
            Self::CountsAgain => AnomalyKind::DumpCountsAgain,
            Self::Unrecognised => AnomalyKind::DumpUnrecognised,
        }
    }

    /// The message that says it.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::NoDate => "anomaly-dump-without-date",
            Self::RelativeTime => "anomaly-dump-with-relative-time",
            Self::NoZone => "anomaly-dump-without-zone",
            Self::TimeMissing => "anomaly-dump-time-missing",
            Self::RowsMissing => "anomaly-dump-rows-missing",
            Self::StrayRows => "anomaly-dump-rows-without-beginning",
            Self::CountsFromZero => "anomaly-dump-counts-from-zero",
            Self::CountsAgain => "anomaly-dump-counts-again",
            Self::Unrecognised => "anomaly-dump-unrecognised",
        }
    }
}
