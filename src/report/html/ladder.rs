//! Attempt → ladder diagram: the sender, receiver, time and frame of each message, drawn by its kind.
//!
//! The rows come from the report's steps in order; this file only positions them. Times are in the left margin, frame
//! numbers in the right one, and between them each lane is a line from top to bottom.

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::rows::{End, Kind, Row};
use crate::base::phrase::{Voice, phrase};

/// Width of the drawing. Texts are set for this width; they are shown at most a fifth larger, and a third smaller on a
/// phone.
const WIDTH: f64 = 520.0;
const LEFT: f64 = 84.0;
const MIDDLE: f64 = 262.0;
const RIGHT: f64 = 440.0;
const LINE: f64 = 16.0;
/// Columns of text that fit between the outer lanes.
const COLUMNS: usize = 44;
/// The same for the smaller text below an arrow.
const SMALL: usize = 54;

/// A drawing, for the template.
#[derive(Debug, Serialize)]
pub(super) struct Ladder {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) lanes: Vec<Lane>,
    pub(super) marks: Vec<Mark>,
    /// The unit of all times in the margin.
    pub(super) unit: String,
    /// The kinds of mark that occur, for the legend: class and text.
    pub(super) legend: Vec<(&'static str, String)>,
    pub(super) rows: usize,
}

/// A lane: its line and its head.
#[derive(Debug, Serialize)]
pub(super) struct Lane {
    x: f64,
    top: f64,
    bottom: f64,
    anchor: &'static str,
    head: f64,
    role: String,
    name: String,
}

/// One row, drawn.
#[derive(Debug, Serialize)]
pub(super) struct Mark {
    /// Anchor for links from the evidence; empty if no evidence has this row's frames.
    pub(super) id: String,
    kind: &'static str,
    class: String,
    /// The band behind it.
    top: f64,
    height: f64,
    /// The arrow's line, or the middle of a note.
    y: f64,
    x1: f64,
    x2: f64,
    /// From here to `x2` the path was not visible.
    unseen: Option<f64>,
    copied: bool,
    /// The arrow's head.
    tip: String,
    text_x: f64,
    anchor: &'static str,
    lines: Vec<(f64, String)>,
    detail: Option<(f64, String)>,
    time: String,
    frame: String,
    broken: bool,
}

/// Names and addresses above the lanes of an attempt.
#[derive(Debug, Default)]
pub(super) struct Ends {
    pub(super) device: String,
    pub(super) resolver: Option<String>,
    pub(super) proxy: Option<String>,
    pub(super) name: String,
    pub(super) address: String,
}

/// Gives the rows their places.
pub(super) fn draw(rows: &[Row], ends: &Ends, voice: Voice) -> Ladder {
    let say = |id: &'static str| phrase(id).told(voice);
    let mut y = 52.0;
    let mut marks = Vec::with_capacity(rows.len());
    let few = if ends.proxy.is_some() { 19 } else { 30 };
    let mut lanes = vec![lane(LEFT, 16.0, say("page-device"), &ends.device, few)];
    let has_lookups = rows.iter().any(|row| row.end == End::Resolver);
    if has_lookups {
        let resolver = ends.resolver.as_deref().unwrap_or_default();
        lanes.push(lane(RIGHT, 16.0, say("page-resolver"), resolver, few));
    }
    let clock = Clock::of(rows);
    let mut opened = false;
    for row in rows {
        // The resolver's lane ends with the look-ups, and the other lanes begin in its place.
        if row.end != End::Resolver && !opened {
            opened = true;
            let head = if has_lookups { y + 18.0 } else { 16.0 };
            if has_lookups {
                if let Some(resolver) = lanes.last_mut() {
                    resolver.bottom = y;
                }
                y = head + 36.0;
            }
            lanes.extend(far_lanes(ends, head, voice));
        }
        let mark = place(row, y, ends.proxy.is_some(), clock);
        y += mark.height;
        marks.push(mark);
    }
    let last = lanes.len().saturating_sub(1);
    for (at, lane) in lanes.iter_mut().enumerate() {
        let ended = has_lookups && at == 1 && last > 1;
        if !ended {
            lane.bottom = y + 6.0;
        }
    }
    Ladder {
        width: WIDTH,
        height: y + 10.0,
        lanes,
        legend: legend(rows, ends.proxy.is_some(), voice),
        unit: say(clock.unit()),
        rows: marks.len(),
        marks,
    }
}

/// A lane with its role and name above it; its lower end is set later.
fn lane(x: f64, head: f64, role: String, name: &str, few: usize) -> Lane {
    Lane {
        x,
        top: head + 20.0,
        bottom: head + 20.0,
        anchor: match x {
            x if x < MIDDLE => "start",
            x if x > MIDDLE => "end",
            _ => "middle",
        },
        head,
        role,
        name: shortened(name, few),
    }
}

/// The lanes of the server, and of a proxy before it.
fn far_lanes(ends: &Ends, head: f64, voice: Voice) -> Vec<Lane> {
    let say = |id: &'static str| phrase(id).told(voice);
    let Some(proxy) = &ends.proxy else {
        let (role, name) = match ends.name == ends.address {
            false => (shortened(&ends.name, 34), &ends.address),
            true => (say("page-server"), &ends.address),
        };
        return vec![lane(RIGHT, head, role, name, 34)];
    };
    vec![
        lane(MIDDLE, head, say("page-proxy"), proxy, 19),
        lane(RIGHT, head, say("page-server"), &ends.name, 19),
    ]
}

#[allow(clippy::too_many_lines, reason = "one line for each field of a mark")]
fn place(row: &Row, top: f64, proxied: bool, clock: Clock) -> Mark {
    let far = match row.end {
        End::Proxy => MIDDLE,
        End::Resolver | End::Server => RIGHT,
    };
    let through = proxied && row.end == End::Server;
    let (x1, x2) = if row.from_device { (LEFT, far) } else { (far, LEFT) };
    let is_arrow = row.kind.is_arrow();
    let columns = if is_arrow { COLUMNS } else { SMALL };
    let texts = wrapped(&row.text, columns);
    let text_height = LINE * texts.len() as f64;
    let (text_x, anchor) = match row.kind {
        Kind::Heading | Kind::Log => (LEFT + 10.0, "start"),
        _ if row.end == End::Proxy => (LEFT + 10.0, "start"),
        _ => (MIDDLE, "middle"),
    };
    let lines: Vec<(f64, String)> = texts
        .into_iter()
        .enumerate()
        .map(|(at, text)| (top + if is_arrow { 15.0 } else { 17.0 } + LINE * at as f64, text))
        .collect();
    let y = if is_arrow {
        top + text_height + 6.0
    } else {
        top + text_height / 2.0 + 5.0
    };
    let detail = row
        .detail
        .as_ref()
        .filter(|_| is_arrow)
        .map(|detail| (y + 14.0, shortened(detail, SMALL)));
    let height = match row.kind {
        Kind::Pause => text_height + 12.0,
        Kind::Heading => text_height + 14.0,
        _ if !is_arrow => text_height + 10.0,
        _ => text_height + 14.0 + if detail.is_some() { 14.0 } else { 0.0 },
    };
    let back = if row.from_device { -7.0 } else { 7.0 };
    Mark {
        id: String::new(),
        kind: if is_arrow { "arrow" } else { row.kind.class() },
        class: row.kind.class().to_owned(),
        top,
        height,
        y,
        x1: if through && !row.from_device { MIDDLE } else { x1 },
        x2: if through && row.from_device { MIDDLE } else { x2 },
        unseen: through.then_some(RIGHT),
        copied: row.copied,
        tip: if is_arrow {
            format!("{x2},{y} {},{} {},{}", x2 + back, y - 4.0, x2 + back, y + 4.0)
        } else {
            String::new()
        },
        text_x,
        anchor,
        lines,
        detail,
        time: match row.elapsed {
            // The offset of a device's clock is an estimate, so only as many digits are shown as it supports.
            Some(seconds) if row.kind == Kind::Log => format!("≈{seconds:.1}").replace('-', "−"),
            Some(seconds) => clock.shows(seconds),
            None => String::new(),
        },
        frame: row.frame.clone(),
        broken: row.broken,
    }
}

/// Legend: the meaning of each kind of line that occurs in the drawing.
fn legend(rows: &[Row], proxied: bool, voice: Voice) -> Vec<(&'static str, String)> {
    let has = |test: fn(&Row) -> bool| rows.iter().any(test);
    let through = proxied && has(|row| row.end == End::Server && row.kind.is_arrow());
    [
        (
            has(|row| row.kind == Kind::Observed),
            "observed",
            "page-legend-observed",
        ),
        (
            has(|row| row.kind == Kind::Encrypted),
            "encrypted",
            "page-legend-encrypted",
        ),
        (
            has(|row| row.kind == Kind::Inferred),
            "inferred",
            "page-legend-inferred",
        ),
        (through, "unseen", "page-legend-unseen"),
        (has(|row| row.copied), "copied", "page-legend-copied"),
        (has(|row| row.kind == Kind::Hole), "hole", "page-legend-hole"),
        (has(|row| row.kind == Kind::Log), "log", "page-legend-log"),
        (has(|row| row.broken), "broken", "page-legend-broken"),
    ]
    .into_iter()
    .filter(|(occurs, _, _)| *occurs)
    .map(|(_, class, id)| (class, phrase(id).told(voice)))
    .collect()
}

/// The unit in which a drawing shows the time since the attempt began: one for all its rows, so that they are
/// comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    Seconds,
    Minutes,
    Hours,
}

impl Clock {
    fn of(rows: &[Row]) -> Self {
        match rows.iter().filter_map(|row| row.elapsed).fold(0.0, f64::max) {
            s if s < 1000.0 => Self::Seconds,
            s if s < 6000.0 => Self::Minutes,
            _ => Self::Hours,
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Seconds => "page-seconds",
            Self::Minutes => "page-minutes",
            Self::Hours => "page-hours",
        }
    }

    /// As wide as the margin: `0.110`, `20:00.5`, `2:05:00`.
    fn shows(self, seconds: f64) -> String {
        let whole = seconds as u64;
        match self {
            Self::Seconds => format!("{seconds:.3}"),
            Self::Minutes => format!("{}:{:04.1}", whole / 60, seconds % 60.0),
            Self::Hours => format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60),
        }
    }
}

/// Text of at most this many columns; a longer text loses its middle, because both ends of an address or name are
/// informative.
fn shortened(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let wide = text.width().div_ceil(chars.len()).max(1);
    let keep = (columns / wide).saturating_sub(1);
    let head = chars.iter().take(keep - keep / 2);
    let tail = chars.iter().skip(chars.len().saturating_sub(keep / 2));
    head.chain(&['…']).chain(tail).collect()
}

/// At most three lines, broken at spaces and between wide characters.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let pieces = text.split_inclusive([' ', '、', '。']);
    for piece in pieces {
        let piece = shortened(piece, columns);
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.width() + piece.trim_end().width() <= columns => {
                line.push_str(&piece)
            }
            _ => lines.push(piece),
        }
    }
    if lines.len() > 3 {
        lines.truncate(3);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines.into_iter().map(|line| line.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_keep_both_ends_and_wrap_between_words() {
        assert_eq!(shortened("2001:db8:aaaa:bbbb::1234", 11), "2001:…:1234");
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("", 8), [""]);
        assert_eq!(wrapped("a b c d e f g h i j", 1).len(), 3);
    }

    #[test]
    fn a_drawing_has_one_clock_which_is_never_wider_than_the_margin() {
        for (last, unit, shown) in [
            (9.9994, Clock::Seconds, "0.250"),
            (999.0, Clock::Seconds, "0.250"),
            (5999.0, Clock::Minutes, "0:00.2"),
            (90_000.0, Clock::Hours, "0:00:00"),
        ] {
            let mut row = Row::new(Kind::Observed, End::Server, String::new());
            row.elapsed = Some(last);
            let clock = Clock::of(&[row]);
            assert_eq!((clock, clock.shows(0.25).as_str()), (unit, shown));
            assert!(clock.shows(last).len() <= 8, "{}", clock.shows(last));
        }
    }
}
