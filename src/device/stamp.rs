//! text → Stamp: the date and time that a device wrote, with its mark about its own clock.
//!
//! IOS XE writes `*Aug 23 09:19:43.486 UTC:` before a message: without a year by default, in its own zone or not, with
//! `*` if its clock was never set and `.` if it has lost NTP. The zone is a name that an administrator configured; it
//! does not have to be true. So a stamp is kept as written, and its reliability is judged elsewhere.

use std::fmt;

use crate::base::frame::Timestamp;

/// State of the clock, by the character before a stamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Nothing: the clock is set, and synchronised if it ever was.
    #[default]
    None,
    /// `.`: the time is right as far as the device knows, but NTP is not synchronised.
    NotSynchronised,
    /// `*`: the time was never set.
    NotSet,
}

/// A date and time as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The year; syslog mostly leaves it out.
    pub year: Option<i32>,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// Nanoseconds since midnight.
    pub of_day: i64,
    /// State of the clock.
    pub mark: Mark,
    /// The zone's name, as configured.
    pub zone: Option<String>,
    /// The distance from UTC in seconds, where it is written as a number or `Z`: that one can be trusted.
    pub offset: Option<i32>,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const SECOND: i64 = 1_000_000_000;

impl Stamp {
    /// The stamp at the beginning of a text, and the text after it.
    #[must_use]
    pub fn at_start(text: &str) -> Option<(Self, &str)> {
        let trimmed = text.trim_start();
        let (mark, rest) = match trimmed.as_bytes().first()? {
            b'*' => (Mark::NotSet, trimmed.get(1..)?),
            b'.' => (Mark::NotSynchronised, trimmed.get(1..)?),
            _ => (Mark::None, trimmed),
        };
        let (stamp, rest) = month_first(rest)
            .or_else(|| year_first(rest))
            .or_else(|| time_first(rest))
            .map(|(stamp, rest)| (Self { mark, ..stamp }, rest))
            // Consoles of access points write `*` before every stamp, whatever the clock.
            .or_else(|| month_by_number(rest))?;
        stamp.as_written(2024)?; // no such date, whatever the year
        Some((stamp, rest))
    }

    /// The last stamp in a text: before a message, a syslog server's own stamp precedes the device's.
    #[must_use]
    pub fn last_in(text: &str) -> Option<(Self, usize)> {
        let may_begin = |at: usize| {
            at == 0
                || text
                    .as_bytes()
                    .get(at - 1)
                    .is_some_and(|before| b" :>\t][".contains(before))
        };
        let begins = |at: usize| {
            text.as_bytes()
                .get(at)
                .is_some_and(|byte| b"*.JFMASOND0123456789".contains(byte))
        };
        (0..text.len())
            .rev()
            .filter(|&at| begins(at) && may_begin(at))
            .find_map(|at| Some((Self::at_start(text.get(at..)?)?.0, at)))
    }

    /// The time as if it were UTC; `None` for a date that does not exist in that year.
    #[must_use]
    pub fn as_written(&self, year: i32) -> Option<Timestamp> {
        let month = time::Month::try_from(self.month).ok()?;
        let year = self.year.unwrap_or(year);
        if !(1900..=2200).contains(&year) {
            return None;
        }
        let date = time::Date::from_calendar_date(year, month, self.day).ok()?;
        let seconds = date.midnight().assume_utc().unix_timestamp();
        Some(Timestamp(seconds.checked_mul(SECOND)?.checked_add(self.of_day)?))
    }

    /// A sentinel of the agent for "never" and "unlimited": 1 January 1970.
    #[must_use]
    pub fn is_sentinel(&self) -> bool {
        self.year.is_some_and(|year| year <= 1970)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.of_day.div_euclid(SECOND);
        let millis = self.of_day.rem_euclid(SECOND) / 1_000_000;
        let month = MONTHS.get(usize::from(self.month).wrapping_sub(1)).unwrap_or(&"?");
        if let Some(year) = self.year {
            write!(f, "{year} ")?;
        }
        write!(
            f,
            "{month} {:02} {:02}:{:02}:{:02}",
            self.day,
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )?;
        if millis > 0 {
            write!(f, ".{millis:03}")?;
        }
        match &self.zone {
            Some(zone) => write!(f, " {zone}"),
            None => Ok(()),
        }
    }
}

/// `Aug 23 09:19:43.486 2021 UTC`, `Aug 23 2021 09:19:43.486 UTC`.
fn month_first(text: &str) -> Option<(Stamp, &str)> {
    let (month, rest) = month(text)?;
    let (day, rest) = number(rest.trim_start(), 2)?;
    let rest = rest.strip_prefix(' ')?.trim_start();
    let (mut year, rest) = match year(rest) {
        Some((year, rest)) => (Some(year), rest.trim_start()),
        None => (None, rest),
    };
    let (of_day, mut rest) = of_day(rest)?;
    let mut zone = zone(&mut rest);
    if year.is_none()
        && let Some((number, behind)) = rest.strip_prefix(' ').and_then(self::year)
    {
        year = Some(number);
        rest = behind;
        zone = zone.or_else(|| self::zone(&mut rest));
    }
    let stamp = Stamp {
        year,
        month,
        day: u8::try_from(day).ok()?,
        of_day,
        mark: Mark::None,
        zone,
        offset: None,
    };
    Some((stamp, rest))
}

/// `2021-11-17 03:31:32.920 UTC`, `2025/06/09 18:37:29.127271342`, `2021-08-23T09:19:43Z`.
fn year_first(text: &str) -> Option<(Stamp, &str)> {
    let (year, rest) = year_digits(text)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/'))?;
    let (month, rest) = number(rest.strip_prefix(separator)?, 2)?;
    let (day, rest) = number(rest.strip_prefix(separator)?, 2)?;
    let (of_day, mut rest) = of_day(rest.strip_prefix(['T', ' '])?)?;
    let mut offset = None;
    let mut zone = None;
    if let Some(behind) = rest.strip_prefix('Z') {
        (offset, rest) = (Some(0), behind);
    } else if let Some(behind) = rest.strip_prefix(['+', '-']) {
        let sign = if rest.starts_with('-') { -1 } else { 1 };
        let (hours, behind) = number(behind, 2)?;
        let (minutes, behind) = number(behind.strip_prefix(':').unwrap_or(behind), 2)?;
        (offset, rest) = (Some(sign * (hours * 3600 + minutes * 60)), behind);
    } else {
        zone = self::zone(&mut rest);
    }
    let stamp = Stamp {
        year: Some(year),
        month: u8::try_from(month).ok()?,
        day: u8::try_from(day).ok()?,
        of_day,
        mark: Mark::None,
        zone,
        offset,
    };
    Some((stamp, rest))
}

/// `11/29/2026 05:00:00.1234`, as the console of an access point writes it.
fn month_by_number(text: &str) -> Option<(Stamp, &str)> {
    let (month, rest) = number(text, 2)?;
    let (day, rest) = number(rest.strip_prefix('/')?, 2)?;
    let (year, rest) = year_digits(rest.strip_prefix('/')?)?;
    let (of_day, rest) = of_day(rest.strip_prefix(' ')?)?;
    let stamp = Stamp {
        year: Some(year),
        month: u8::try_from(month).ok()?,
        day: u8::try_from(day).ok()?,
        of_day,
        mark: Mark::None,
        zone: None,
        offset: None,
    };
    Some((stamp, rest))
}

/// `07:38:15.237 UTC Fri Aug 27 2021`.
fn time_first(text: &str) -> Option<(Stamp, &str)> {
    let (of_day, mut rest) = of_day(text)?;
    let zone = zone(&mut rest);
    let rest = rest.trim_start();
    let rest = WEEKDAYS.iter().find_map(|day| rest.strip_prefix(day))?.trim_start();
    let (month, rest) = month(rest)?;
    let (day, rest) = number(rest.trim_start(), 2)?;
    let (year, rest) = year(rest.trim_start())?;
    let stamp = Stamp {
        year: Some(year),
        month,
        day: u8::try_from(day).ok()?,
        of_day,
        mark: Mark::None,
        zone,
        offset: None,
    };
    Some((stamp, rest))
}

fn month(text: &str) -> Option<(u8, &str)> {
    let (word, rest) = text.split_at_checked(3)?;
    let at = MONTHS.iter().position(|month| *month == word)?;
    rest.starts_with(' ').then_some((u8::try_from(at).ok()? + 1, rest))
}

/// A number of one up to `digits` digits.
fn number(text: &str, digits: usize) -> Option<(i32, &str)> {
    let len = text.bytes().take(digits).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(len)?;
    (!rest.starts_with(|c: char| c.is_ascii_digit())).then_some((number.parse().ok()?, rest))
}

fn year_digits(text: &str) -> Option<(i32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let is_year = digits.bytes().all(|byte| byte.is_ascii_digit()) && !rest.starts_with(|c: char| c.is_ascii_digit());
    is_year.then_some((digits.parse().ok()?, rest))
}

/// A year that stands by itself.
fn year(text: &str) -> Option<(i32, &str)> {
    let (year, rest) = year_digits(text)?;
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | '.'));
    (ends && !(rest.starts_with(':') && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit))).then_some((year, rest))
}

/// `09:19:43`, `09:19:43.486`, nanoseconds of the day.
fn of_day(text: &str) -> Option<(i64, &str)> {
    let (hours, rest) = number(text, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (seconds, mut rest) = number(rest.strip_prefix(':')?, 2)?;
    if !(0..24).contains(&hours) || !(0..60).contains(&minutes) || !(0..=60).contains(&seconds) {
        return None;
    }
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let len = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if len > 0 {
            let (digits, behind) = fraction.split_at_checked(len)?;
            let kept = digits.get(..len.min(9))?;
            let scale = 10_i64.checked_pow(9_u32.checked_sub(u32::try_from(kept.len()).ok()?)?)?;
            nanos = kept.parse::<i64>().ok()?.checked_mul(scale)?;
            rest = behind;
        }
    }
    let whole = i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
    Some((whole * SECOND + nanos, rest))
}

/// A zone's name: at least two letters after a space, not a weekday or month.
fn zone(rest: &mut &str) -> Option<String> {
    let word = rest.strip_prefix(' ')?;
    let len = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (name, behind) = word.split_at_checked(len)?;
    let is_zone = (2..=8).contains(&len)
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && !WEEKDAYS.contains(&name)
        && !MONTHS.contains(&name)
        && (behind.is_empty() || behind.starts_with([' ', ':', ',']));
    if !is_zone {
        return None;
    }
    *rest = behind;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, written: &str, rest: &str) {
        let (stamp, behind) = Stamp::at_start(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(
            (stamp.as_written(2021).unwrap().to_string().as_str(), behind),
            (written, rest),
            "{text}"
        );
    }

    #[test]
    fn every_form_of_a_stamp_is_read() {
        check("Aug 23 09:19:43.486: %X", "2021-08-23T09:19:43.486000000Z", ": %X");
        check("*Jan  9 13:54:11.717 UTC: x", "2021-01-09T13:54:11.717000000Z", ": x");
        check("Mar 24 2022 20:17:03 CET: x", "2022-03-24T20:17:03.000000000Z", ": x");
        check("Aug 23 10:18:08 2021 Central", "2021-08-23T10:18:08.000000000Z", "");
        check("07:38:15.237 UTC Fri Aug 27 2021", "2021-08-27T07:38:15.237000000Z", "");
        check(
            "2021-11-17 03:31:32.920 UTC SAEVT_X",
            "2021-11-17T03:31:32.920000000Z",
            " SAEVT_X",
        );
        check(
            "2025/06/09 18:37:29.127271342 {iosrp}",
            "2025-06-09T18:37:29.127271342Z",
            " {iosrp}",
        );
        check(
            "2021-08-23T09:19:43.5+02:00 host",
            "2021-08-23T09:19:43.500000000Z",
            " host",
        );
        assert_eq!(
            Stamp::at_start("2021-08-23T09:19:43-05:30 x").unwrap().0.offset,
            Some(-19_800)
        );
        assert_eq!(
            Stamp::at_start("Aug 23 10:18:08 2021 Central").unwrap().0.zone.unwrap(),
            "Central"
        );
    }

    #[test]
    fn the_mark_says_what_the_clock_is_worth() {
        let mark = |text| Stamp::at_start(text).unwrap().0.mark;
        assert_eq!(mark("*Aug 23 09:19:43"), Mark::NotSet);
        assert_eq!(mark(".Aug 23 09:19:43"), Mark::NotSynchronised);
        assert_eq!(mark("Aug 23 09:19:43"), Mark::None);
    }

    #[test]
    fn what_is_no_date_is_no_stamp() {
        for text in [
            "",
            "Aug",
            "Aug 32 09:19:43",
            "Feb 30 01:02:03",
            "Aug 23 25:00:00",
            "1w2d",
            "00:01:02",
            "Augé 3",
            "2021-13-01 00:00:00",
        ] {
            assert!(Stamp::at_start(text).is_none(), "{text}");
        }
    }

    #[test]
    fn of_two_stamps_the_later_is_the_devices() {
        let (stamp, at) = Stamp::last_in("<189>Aug 23 09:20:00 10.0.0.1 12345: *Aug 23 09:19:43.486: ").unwrap();
        assert_eq!((stamp.mark, at), (Mark::NotSet, 37));
    }
}
