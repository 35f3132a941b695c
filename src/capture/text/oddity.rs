//! What a text cannot say, or says oddly, of a packet → the id and the text of an anomaly.

/// What is odd about a packet that was read from text.
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
    /// Packets stood before it that cannot be told from other bytes.
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
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::NoDate => "text-without-date",
            Self::RelativeTime => "text-with-relative-time",
            Self::NoZone => "text-without-zone",
            Self::TimeMissing => "text-time-missing",
            Self::RowsMissing => "text-rows-missing",
            Self::StrayRows => "text-rows-without-beginning",
            Self::CountsFromZero => "text-counts-from-zero",
            Self::CountsAgain => "text-counts-again",
            Self::Unrecognised => "text-unrecognised",
        }
    }

    /// The message that says it.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::NoDate => "anomaly-text-without-date",
            Self::RelativeTime => "anomaly-text-with-relative-time",
            Self::NoZone => "anomaly-text-without-zone",
            Self::TimeMissing => "anomaly-text-time-missing",
            Self::RowsMissing => "anomaly-text-rows-missing",
            Self::StrayRows => "anomaly-text-rows-without-beginning",
            Self::CountsFromZero => "anomaly-text-counts-from-zero",
            Self::CountsAgain => "anomaly-text-counts-again",
            Self::Unrecognised => "anomaly-text-unrecognised",
        }
    }
}
