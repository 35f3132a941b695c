//! text → records: the packets that a command printed in hexadecimal, also in the middle of a terminal's log.
//!
//! A dump is recognised by its content: rows that follow each other by their offsets, and bytes that are a packet of IP or of
//! what stands beside it. What is not there (a row that a page break took, a line cut off) ends the packet, which then is one
//! cut short. Nothing is made up.

use std::collections::BTreeSet;
use std::io::{self, Read};

use super::chunk::Chunk;
use super::{CaptureError, looks_like};
use crate::base::frame::{LinkType, Timestamp};
use dump::{Dump, Packet};
use file::FileDump;
use lines::Lines;
use link::Shape;
use oddity::Oddity;
use records::Head;
pub(super) use records::Reader;
use stamp::{Stamp, Times};

mod dump;
mod file;
mod fw_monitor;
mod heading;
mod lines;
mod link;
mod oddity;
mod records;
mod row;
mod stamp;
#[cfg(test)]
mod tests;

/// Bytes of a text that are searched for its first packet: a log of `show tech-support` may stand before it.
const SEARCHED: u64 = 16 * 1024 * 1024;

/// Interfaces distinguished by name and link type.
const MOST_INTERFACES: usize = 64;

/// Lengths at which packets were cut that are remembered, to know the usual one.
const MOST_CUTS: usize = 16;

/// The content of a text.
pub(super) enum Content<'a> {
    /// Packets, laid out for [`Reader`].
    Packets(Chunk<'a>),
    /// The bytes of a capture file.
    File(Chunk<'a>),
}

/// True if a line speaks of a packet as fw monitor does.
pub(super) fn is_fw_monitor(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().take(12).collect();
    fw_monitor::heading(&words).is_some()
}

/// Opens a text that may hold packets.
///
/// # Errors
/// When it holds none, or the input failed.
pub(super) fn open(mut text: Chunk<'_>) -> Result<Content<'_>, CaptureError> {
    let head = text.fill(looks_like::ENOUGH).to_vec();
    if file::is_printed(&head) {
        return Ok(Content::File(Chunk::new(FileDump::new(text))));
    }
    match Decoder::open(text) {
        Ok(Some(decoder)) => Ok(Content::Packets(Chunk::new(decoder))),
        Ok(None) => Err(looks_like::refusal(&head)),
        Err(error) => Err(CaptureError::Read(error)),
    }
}

/// The packets of a text, laid out for [`Reader`].
pub(super) struct Decoder<'a> {
    lines: Lines<'a>,
    dump: Dump,
    times: Times,
    /// Laid out and not yet read, from `at` on.
    ready: Vec<u8>,
    at: usize,
    has_ended: bool,
    /// Why the text ended, where reading it failed.
    failure: Option<io::Error>,
    link: Option<LinkType>,
    interfaces: Vec<(LinkType, Box<str>)>,
    /// Added to the frame numbers of the text; `None`: the text has had no number so far.
    shift: Option<u64>,
    number: u64,
    has_times: bool,
    /// The part that the times of the text lack: date, zone or origin.
    lacks: Option<Oddity>,
    last_time: Option<Timestamp>,
    unrecognised: u64,
    stray_rows: u64,
    /// Captured lengths of packets that were cut.
    cuts: BTreeSet<usize>,
    /// Of the packet read last: captured length and what is missing, where no other was cut at that length.
    last_cut: Option<usize>,
}

impl<'a> Decoder<'a> {
    /// Looks for the first packet; `None`: there is none.
    ///
    /// # Errors
    /// When the input failed.
    pub(super) fn open(text: Chunk<'a>) -> io::Result<Option<Self>> {
        let mut decoder = Self {
            lines: Lines::new(text),
            dump: Dump::default(),
            times: Times::default(),
            ready: Vec::new(),
            at: 0,
            has_ended: false,
            failure: None,
            link: None,
            interfaces: Vec::new(),
            shift: None,
            number: 0,
            has_times: false,
            lacks: None,
            last_time: None,
            unrecognised: 0,
            stray_rows: 0,
            cuts: BTreeSet::new(),
            last_cut: None,
        };
        while decoder.link.is_none() && !decoder.has_ended && decoder.lines.offset() < SEARCHED {
            decoder.step();
        }
        match decoder.failure.take() {
            Some(error) if decoder.link.is_none() => Err(error),
            failure => {
                decoder.failure = failure;
                Ok(decoder.link.is_some().then_some(decoder))
            }
        }
    }

    /// Takes a line. Where reading fails, what came before it counts.
    fn step(&mut self) {
        let ended = match self.lines.next() {
            Ok(Some(line)) => self.dump.line(line),
            other => {
                self.failure = other.err();
                self.has_ended = true;
                self.dump.finish()
            }
        };
        if let Some(packet) = ended {
            self.packet(&packet);
        }
        if self.has_ended {
            let missing = self.last_cut.unwrap_or(0);
            records::write_end(self.lines.offset(), missing, &mut self.ready);
        }
    }

    fn packet(&mut self, packet: &Packet) {
        let shape = Shape::of(&packet.data);
        let usual = self.link.filter(|_| !packet.has_addresses);
        let Some(link) = shape.map(|it| it.link).or(usual) else {
            self.unrecognised = self.unrecognised.saturating_add(1);
            return;
        };
        self.link = Some(link);
        let captured = packet.data.len();
        let told = match shape.and_then(|it| it.wire_len) {
            Some(len) => len,
            None => packet.heading.wire_len.unwrap_or(0),
        };
        let wire_len = told.max(packet.len).max(captured);
        let mut odd = Vec::new();
        let head = Head {
            link,
            captured,
            wire_len,
            interface: self.interface(link, packet.heading.interface.as_deref().unwrap_or_default()),
            time: self.time(packet.heading.stamp, &mut odd),
            number: self.number(packet.heading.number, &mut odd),
            offset: self.lines.offset(),
        };
        records::write_packet(&head, &packet.data, &mut self.ready);
        if packet.has_hole {
            odd.push(Oddity::RowsMissing);
        }
        let stray_rows = self.dump.stray_rows;
        if std::mem::replace(&mut self.stray_rows, stray_rows) < stray_rows {
            odd.push(Oddity::StrayRows);
        }
        if std::mem::take(&mut self.unrecognised) > 0 {
            odd.push(Oddity::Unrecognised);
        }
        for oddity in odd {
            records::write_oddity(oddity, &mut self.ready);
        }
        self.last_cut = None;
        if captured < wire_len {
            let is_usual = !self.cuts.insert(captured);
            self.last_cut = wire_len.checked_sub(captured).filter(|_| !is_usual && !packet.has_hole);
            if self.cuts.len() > MOST_CUTS {
                self.cuts.pop_first();
            }
        }
    }

    /// The number of an interface; the first packet of each describes it.
    fn interface(&mut self, link: LinkType, name: &str) -> u32 {
        let known = self.interfaces.iter().position(|(of, it)| *of == link && **it == *name);
        let at = known.unwrap_or_else(|| {
            if self.interfaces.len() < MOST_INTERFACES {
                records::write_interface(link, name, &mut self.ready);
                self.interfaces.push((link, name.into()));
            }
            self.interfaces.len().saturating_sub(1)
        });
        u32::try_from(at).unwrap_or(0)
    }

    /// When the packet was captured, as far as the text says.
    fn time(&mut self, stamp: Option<Stamp>, odd: &mut Vec<Oddity>) -> Option<Timestamp> {
        let Some(stamp) = stamp else {
            if self.has_times {
                odd.push(Oddity::TimeMissing);
            }
            return self.last_time;
        };
        let lacks = match stamp {
            Stamp::Utc(_) => None,
            Stamp::Local(_) => Some(Oddity::NoZone),
            Stamp::OfDay(_) => Some(Oddity::NoDate),
            Stamp::Relative(_) => Some(Oddity::RelativeTime),
        };
        // A part that all times lack is reported once.
        if lacks != self.lacks {
            odd.extend(lacks);
            self.lacks = lacks;
        }
        self.has_times = true;
        self.last_time = Some(self.times.place(stamp));
        self.last_time
    }

    /// The packet's number: the text's as long as it counts up, else the next one.
    fn number(&mut self, told: Option<u64>, odd: &mut Vec<Oddity>) -> u64 {
        let next = self.number.saturating_add(1);
        self.number = match told {
            Some(told) => {
                let shift = *self.shift.get_or_insert_with(|| {
                    let from_zero = u64::from(told == 0);
                    if from_zero > 0 {
                        odd.push(Oddity::CountsFromZero);
                    }
                    from_zero
                });
                let number = told.saturating_add(shift);
                if number < next {
                    odd.push(Oddity::CountsAgain);
                    self.shift = Some(next.saturating_sub(told));
                }
                number.max(next)
            }
            None => next,
        };
        self.number
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.ready.len() {
            self.ready.clear();
            self.at = 0;
            if self.has_ended {
                return self.failure.take().map_or(Ok(0), Err);
            }
            self.step();
        }
        let bytes = self.ready.get(self.at..).unwrap_or_default();
        let len = bytes.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..len), bytes.get(..len)) {
            to.copy_from_slice(from);
        }
        self.at = self.at.saturating_add(len);
        Ok(len)
    }
}
