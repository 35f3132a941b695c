//! words → Moment: days and times of day as people write them, with the time zone if it is given.

use super::tokens::{Moment, Token};
use super::values::digits;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A month's name, whole or its first three letters.
fn month(text: &str) -> Option<(u8, usize)> {
    let word = text.get(..text.bytes().take_while(u8::is_ascii_lowercase).count())?;
    let at = MONTHS.iter().position(|it| {
        *it == word || word.len() == 3 && it.starts_with(word) || word == "sept" && *it == "september"
    })?;
    let len = word.len() + usize::from(text.get(word.len()..)?.starts_with('.'));
    Some((u8::try_from(at + 1).ok()?, len))
}

/// A day, a time, or both.
pub(super) fn moment(text: &str) -> Option<(Token, usize)> {
    let found = day(text);
    let (day, mut len) = found.map_or((None, 0), |(day, len)| (Some(day), len));
    let rest = text.get(len..)?;
    let gap = match day {
        Some(_) => rest.len() - rest.trim_start_matches(['t', ' ', ',', 'の', '(']).len(),
        None => 0,
    };
    let mut seconds = None;
    let mut zone = None;
    if let Some((clock, used)) = rest.get(gap..).and_then(clock) {
        seconds = Some(clock);
        len += gap + used;
        if let Some((east, used)) = text.get(len..).and_then(zone_of) {
            zone = Some(east);
            len += used;
        }
    } else if let Some((east, used)) = zone_of(rest).filter(|_| day.is_some()) {
        zone = Some(east);
        len += used;
    }
    (day.is_some() || seconds.is_some()).then_some((Token::Moment(Moment { day, seconds, zone }), len))
}

fn day(text: &str) -> Option<((i32, u8, u8), usize)> {
    let valid = |year: u64, month: u64, day: u64, len: usize| {
        let is_day = (1900..=2999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
        is_day.then_some((
            (
                i32::try_from(year).ok()?,
                u8::try_from(month).ok()?,
                u8::try_from(day).ok()?,
            ),
            len,
        ))
    };
    if let Some((first, len)) = digits(text) {
        let rest = text.get(len..)?;
        // 2020-01-01, 2020/1/1
        for sign in ['-', '/'] {
            if let Some(rest) = rest.strip_prefix(sign)
                && let Some((month, len)) = digits(rest)
                && let Some(rest) = rest.get(len..)?.strip_prefix(sign)
                && let Some((day, len)) = digits(rest)
            {
                return valid(first, month, day, text.len() - rest.len() + len);
            }
        }
        // 2020年1月1日
        if let Some(rest) = rest.trim_start().strip_prefix('年') {
            let rest = rest.trim_start();
            let (month, len) = digits(rest)?;
            let rest = rest.get(len..)?.trim_start().strip_prefix('月')?.trim_start();
            let (day, len) = digits(rest)?;
            let rest = rest.get(len..)?.trim_start().strip_prefix('日')?;
            return valid(first, month, day, text.len() - rest.len());
        }
        // 1 January 2020, 1st of January 2020
        let rest = ["st", "nd", "rd", "th"]
            .iter()
            .find_map(|it| rest.strip_prefix(it))
            .unwrap_or(rest);
        let rest = rest.trim_start_matches([' ', '-']);
        let rest = rest.strip_prefix("of ").unwrap_or(rest);
        let (month, len) = month(rest)?;
        let rest = rest.get(len..)?.trim_start_matches([' ', ',', '-']);
        let (year, len) = digits(rest)?;
        return valid(year, u64::from(month), first, text.len() - rest.len() + len);
    }
    // January 1, 2020; Sep 23 09:42:59 2026
    let (month, len) = month(text)?;
    let rest = text.get(len..)?.trim_start();
    let (day, len) = digits(rest)?;
    let rest = rest.get(len..)?;
    let rest = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|it| rest.strip_prefix(it))
        .unwrap_or(rest);
    let rest = rest.trim_start_matches([' ', ',']);
    let rest = clock(rest)
        .and_then(|(_, len)| rest.get(len..))
        .unwrap_or(rest)
        .trim_start();
    let (year, len) = digits(rest)?;
    valid(year, u64::from(month), day, text.len() - rest.len() + len)
}

/// `09:44:14.372`
fn clock(text: &str) -> Option<(f64, usize)> {
    let (hours, len) = digits(text).filter(|(hours, len)| *hours < 24 && *len <= 2)?;
    let rest = text.get(len..)?.strip_prefix(':')?;
    let (minutes, len) = digits(rest).filter(|(minutes, len)| *minutes < 60 && *len == 2)?;
    let rest = rest.get(len..)?;
    let rest = rest.strip_prefix(':')?;
    let (seconds, len) = digits(rest).filter(|(seconds, len)| *seconds < 61 && *len == 2)?;
    let rest = rest.get(len..)?;
    let fraction = rest
        .strip_prefix('.')
        .map_or(0, |it| it.bytes().take_while(u8::is_ascii_digit).count());
    let fraction = if fraction > 0 { fraction + 1 } else { 0 };
    let part: f64 = rest
        .get(..fraction)
        .filter(|it| !it.is_empty())
        .map_or(0.0, |it| format!("0{it}").parse().unwrap_or(0.0));
    let whole = hours * 3600 + minutes * 60 + seconds;
    Some((whole as f64 + part, text.len() - rest.len() + fraction))
}

/// Seconds east of UTC.
fn zone_of(text: &str) -> Option<(i32, usize)> {
    let rest = text.trim_start();
    let gap = text.len() - rest.len();
    for (name, east) in [
        ("utc", 0),
        ("gmt", 0),
        ("z", 0),
        ("jst", 32_400),
        ("(utc)", 0),
        ("(jst)", 32_400),
    ] {
        if let Some(behind) = rest.strip_prefix(name)
            && !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Some((east, gap + name.len()));
        }
    }
    let sign = match rest.chars().next()? {
        '+' => 1,
        '-' if gap == 0 => -1,
        _ => return None,
    };
    let (hours, len) = digits(rest.get(1..)?).filter(|(hours, len)| *hours < 15 && *len == 2)?;
    let behind = rest.get(1 + len..)?.trim_start_matches(':');
    let (minutes, len) = digits(behind).filter(|(minutes, len)| *minutes < 60 && *len == 2)?;
    let east = sign * i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Some((east, text.len() - behind.len() + len))
}

/// The length of a month and a day in Japanese, without a year.
pub(super) fn day_of_month(text: &str) -> Option<usize> {
    let (_, month) = digits(text)?;
    let behind = text.get(month..)?.trim_start().strip_prefix('月')?.trim_start();
    let (_, day) = digits(behind)?;
    let rest = behind.get(day..)?.trim_start().strip_prefix('日')?;
    Some(text.len() - rest.len())
}
