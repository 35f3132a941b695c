//! words → Stamp: the time of a packet as a text writes it, with or without a date.

use time::{Date, Month};

use crate::base::frame::Timestamp;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Seconds from which a bare number is one since 1970: before, it counts from the first packet. They are 1973-03-03; no capture
/// lasts for three years.
const FIRST_EPOCH: i64 = 100_000_000;

/// A time as written, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// With a date and a zone, or since 1970.
    Utc(i64),
    /// With a date, and no zone or one whose difference from UTC is not given.
    Local(i64),
    /// Of a day that is not given.
    OfDay(i64),
    /// Since the first packet.
    Relative(i64),
}

/// The meaning of the stamps of a text, from the first of them on.
#[derive(Debug, Default)]
pub(super) struct Times {
    last: Option<i64>,
    days: i64,
}

impl Times {
    /// When a packet with this stamp was captured. A time without a date is of 1970, the year that stands for none.
    pub(super) fn place(&mut self, stamp: Stamp) -> Timestamp {
        let at = match stamp {
            Stamp::Utc(at) | Stamp::Local(at) | Stamp::Relative(at) => at,
            Stamp::OfDay(at) => {
                // Half a day back is midnight, and no frame that is a little older than the one before it.
                let is_next_day = |last: i64| last.saturating_sub(at.saturating_add(self.days)) > DAY / 2;
                if self.last.is_some_and(is_next_day) && self.days < 300 * DAY {
                    self.days = self.days.saturating_add(DAY);
                }
                at.saturating_add(self.days)
            }
        };
        self.last = Some(at);
        Timestamp(at)
    }
}

impl Stamp {
    /// The stamp that `words` begin with, and how many of them it takes.
    pub(super) fn read(words: &[&str]) -> Option<(Self, usize)> {
        let first = words.first()?;
        if let Some(number) = decimal(first) {
            let is_epoch = number >= FIRST_EPOCH.saturating_mul(SECOND);
            return Some((
                if is_epoch {
                    Self::Utc(number)
                } else {
                    Self::Relative(number)
                },
                1,
            ));
        }
        if let Some((of_day, is_utc)) = time_of_day(first) {
            // 22:45:44.700 UTC Nov 27 2021 (IOS), and the same without the date.
            let date = match words.get(2..5) {
                Some([month, day, year]) => date_of(year, month, day),
                _ => None,
            };
            let Some(date) = date else {
                return Some((Self::OfDay(of_day), 1));
            };
            let zone = words.get(1).copied().unwrap_or_default();
            return Some((Self::of(date, of_day, is_utc || is_utc_name(zone)), 5));
        }
        let (date, time) = match first.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (*first, None),
        };
        let date = iso_date(date)?;
        let taken = if time.is_some() { 1 } else { 2 };
        let (of_day, is_utc) = time_of_day(time.or_else(|| words.get(1).copied())?)?;
        Some((Self::of(date, of_day, is_utc), taken))
    }

    /// `Nov 22, 2026 09:44:14.552257000 UTC` (tshark -V).
    pub(super) fn read_arrival(words: &[&str]) -> Option<Self> {
        let [month, day, year, time, zone @ ..] = words else {
            return Self::read(words).map(|(stamp, _)| stamp);
        };
        let Some(date) = date_of(year, month, day.trim_end_matches(',')) else {
            return Self::read(words).map(|(stamp, _)| stamp);
        };
        let (of_day, is_utc) = time_of_day(time)?;
        let zone = zone.first().copied().unwrap_or_default();
        Some(Self::of(date, of_day, is_utc || is_utc_name(zone)))
    }

    /// `12Sep2018 19:08:05.453947`, which names no zone.
    pub(super) fn read_joined(words: &[&str]) -> Option<Self> {
        let [date, time, ..] = words else { return None };
        let digits = date.bytes().take_while(u8::is_ascii_digit).count();
        let (day, rest) = date.split_at_checked(digits).filter(|_| (1..=2).contains(&digits))?;
        let (month, year) = rest.split_at_checked(3)?;
        let (of_day, is_utc) = time_of_day(time)?;
        Some(Self::of(date_of(year, month, day)?, of_day, is_utc))
    }

    const fn of(midnight: i64, of_day: i64, is_utc: bool) -> Self {
        let at = midnight.saturating_add(of_day);
        if is_utc { Self::Utc(at) } else { Self::Local(at) }
    }
}

fn is_utc_name(zone: &str) -> bool {
    matches!(zone, "UTC" | "GMT" | "Z")
}

/// A number of seconds with a fraction of three to nine digits.
fn decimal(word: &str) -> Option<i64> {
    let (seconds, fraction) = word.split_once('.')?;
    if seconds.is_empty() || seconds.len() > 10 || !seconds.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = seconds.parse().ok()?;
    nanoseconds(fraction).map(|it| seconds.saturating_mul(SECOND).saturating_add(it))
}

/// Three to nine digits behind the point.
fn nanoseconds(fraction: &str) -> Option<i64> {
    if !(3..=9).contains(&fraction.len()) || !fraction.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").parse().ok()
}

/// `09:44:14.363675`, with `Z` behind it where it is UTC; how far into its day.
fn time_of_day(word: &str) -> Option<(i64, bool)> {
    let (word, is_utc) = match word.strip_suffix('Z') {
        Some(word) => (word, true),
        None => (word, false),
    };
    let (hour, rest) = word.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let second = decimal(second)?;
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute) && second < 61 * SECOND;
    let seconds = hour.saturating_mul(3600).saturating_add(minute.saturating_mul(60));
    is_time.then(|| (seconds.saturating_mul(SECOND).saturating_add(second), is_utc))
}

/// `2026-11-22` or `2026/11/22`; its midnight.
fn iso_date(word: &str) -> Option<i64> {
    let separator = if word.contains('/') { '/' } else { '-' };
    let mut parts = word.splitn(3, separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 {
        return None;
    }
    midnight(year.parse().ok()?, month.parse::<u8>().ok()?, day.parse().ok()?)
}

fn date_of(year: &str, month: &str, day: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = (1..).zip(MONTHS).find(|(_, name)| *name == month)?.0;
    midnight(year.parse().ok()?, month, day.parse().ok()?)
}

fn midnight(year: i32, month: u8, day: u8) -> Option<i64> {
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    (1971..=2261)
        .contains(&year)
        .then(|| date.midnight().assume_utc().unix_timestamp().saturating_mul(SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_340_654_363_675_000;

    fn read(text: &str) -> Option<(Stamp, usize)> {
        Stamp::read(&text.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn each_way_to_write_a_time_is_read() {
        let of_day = 35_054_363_675_000;
        for (text, expected) in [
            ("1795340654.363675 IP", Some((Stamp::Utc(AT), 1))),
            ("0.142155 192.168.10.150", Some((Stamp::Relative(142_155_000), 1))),
            ("09:44:14.363675 IP", Some((Stamp::OfDay(of_day), 1))),
            ("2026-11-22 09:44:14.363675 IP", Some((Stamp::Local(AT), 2))),
            ("2026/11/22 09:44:14.363675 IP", Some((Stamp::Local(AT), 2))),
            ("2026-11-22T09:44:14.363675Z x", Some((Stamp::Utc(AT), 1))),
            ("09:44:14.363675 UTC Nov 22 2026 : IPv4", Some((Stamp::Utc(AT), 5))),
            ("09:44:14.363675 CET Nov 22 2026 : IPv4", Some((Stamp::Local(AT), 5))),
            ("25:44:14.363675 IP", None),
            ("192.168.10.150 x", None),
            ("09:44:14 x", None),
            ("", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        let arrival = ["Nov", "22,", "2026", "09:44:14.363675000", "UTC"];
        assert_eq!(Stamp::read_arrival(&arrival), Some(Stamp::Utc(AT)));
    }

    #[test]
    fn times_of_day_pass_midnight_once() {
        let mut times = Times::default();
        let day = |hour: i64| Stamp::OfDay(hour * 3600 * SECOND);
        let placed = [23, 0, 1].map(|hour| times.place(day(hour)).seconds() / 3600);
        assert_eq!(placed, [23, 24, 25]);
    }
}
