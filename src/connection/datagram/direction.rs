//! Datagram → Event: the messages of one side of DTLS, and the packets of one side of QUIC.

use crate::base::frame::{FrameAt, Timestamp};
use crate::connection::datagram::Torn;
use crate::connection::event::{Event, EventKind};
use crate::decode::Datagram;
use crate::dtls::assembler::{Assembler, Brought, Fragments, From, Whole};
use crate::dtls::record::{ACK, Record, Records};
use crate::tcp::said::Frames;
use crate::tcp::side::{ApplicationData, TcpSide};
use crate::tcp::stream::Position;
use crate::tls::heartbeat::Heartbeat;
use crate::tls::message::Message;
use crate::tls::record::content;

/// Events kept of a direction; a handshake has about ten.
const MAX_EVENTS: usize = 128;

/// Failures kept beyond those.
const MAX_LATE_FAILURES: usize = 16;

/// Application Data records kept one by one.
const MAX_RECORDS: u64 = 32;

/// Repeated flights listed: timers double from a second to a minute, so ten take five minutes.
const MAX_AGAIN: usize = 32;

/// In nanoseconds. Datagrams of one flight come within this time: timers start at a second, or at 400 ms (RFC 6347
/// section 4.2.4.1, RFC 9147 section 5.8.2; RFC 9002 section 6.2.2).
pub(super) const ONE_FLIGHT: i64 = 200_000_000;

/// In nanoseconds. Two copies of a datagram within this time are one datagram, captured twice.
const COPIED: i64 = 100_000_000;

/// Datagrams remembered for finding copies.
const REMEMBERED: usize = 8;

/// One direction of a flow of datagrams.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// Below the records.
    pub(super) side: TcpSide,
    /// Its messages.
    pub(super) events: Vec<Event>,
    pub(super) events_dropped: u64,
    pub(super) application_data: ApplicationData,
    pub(super) again: Vec<FrameAt>,
    pub(super) torn: Option<Torn>,
    assembler: Assembler,
    /// The number of the next message, if all messages before it were handed on whole.
    expected: u16,
    /// A message was missing, or not whole.
    pub(super) has_hole: bool,
    /// Its first message was captured, or its hello.
    has_begun: bool,
    /// It sent a handshake message in clear.
    pub(super) has_spoken: bool,
    /// It sent DTLS in clear, or QUIC that is readable without secrets.
    pub(super) has_clear: bool,
    /// It sent an encrypted record.
    pub(super) has_sealed: bool,
    at: Position,
    recent: [(u64, Timestamp); REMEMBERED],
    next_recent: usize,
}

impl Direction {
    /// The number after its last message.
    pub(super) const fn position(&self) -> Position {
        self.at
    }

    /// True if every message from its first on was handed on whole, and its first was captured, or it answers one that
    /// was.
    pub(super) fn is_whole(&self, peer: &Self) -> bool {
        let went_on = |event: &Event| {
            !matches!(
                event.kind,
                EventKind::Control(..) | EventKind::Tls(Message::ClientHello(_))
            )
        };
        let is_unseen = self.side.frames == 0 && peer.events.iter().any(went_on);
        !self.has_hole
            && !is_unseen
            && (self.has_begun || !self.has_spoken && (peer.has_begun || peer.events.is_empty()))
    }

    /// Counts a datagram; returns false for a copy of an earlier one.
    pub(super) fn count(&mut self, datagram: &Datagram<'_>) -> bool {
        let print = fingerprint(datagram.payload);
        let is_copy = |&(known, time): &(u64, Timestamp)| {
            known == print && (0..COPIED).contains(&datagram.time.since(time).abs())
        };
        if self.recent.iter().any(is_copy) {
            self.side.duplicates += 1;
            return false;
        }
        if let Some(place) = self.recent.get_mut(self.next_recent % REMEMBERED) {
            *place = (print, datagram.time);
        }
        self.next_recent = self.next_recent.wrapping_add(1);
        let side = &mut self.side;
        if side.frames == 0 || datagram.frame < side.first {
            side.first = datagram.frame;
        }
        side.frames += 1;
        side.last.frame = side.last.frame.max(datagram.frame);
        side.last.time = side.last.time.max(datagram.time);
        let len = u32::try_from(datagram.payload.len())
            .unwrap_or(u32::MAX)
            .saturating_add(datagram.lost);
        side.largest = side.largest.max(len);
        side.bytes += u64::from(len);
        side.acked_bytes = side.bytes;
        if datagram.fragments_missing {
            let torn = self.torn.get_or_insert(Torn {
                frame: datagram.frame,
                time: datagram.time,
                missing: datagram.lost,
                count: 0,
            });
            torn.count += 1;
        } else if datagram.lost > 0 {
            side.cut += 1;
        }
        true
    }

    /// Adds an event that is no message of DTLS.
    pub(super) fn say(&mut self, kind: EventKind, datagram: &Datagram<'_>, heard: Position) {
        self.push(Event {
            kind,
            frames: Frames::one(datagram.frame),
            time: datagram.time,
            from: self.at,
            to: self.at.saturating_add(1),
            acked: heard,
        });
    }

    /// The same for a part of a datagram; its position only gives its order.
    pub(super) fn say_from(&mut self, kind: EventKind, from: From, len: u64) {
        self.push(Event {
            kind,
            frames: Frames::one(from.frame),
            time: from.time,
            from: self.at,
            to: self.at.saturating_add(len.max(1)),
            acked: from.heard,
        });
    }

    /// Reads the records of a datagram. `held` counts what all flows hold in messages that are not whole.
    pub(super) fn read(&mut self, bytes: &[u8], datagram: &Datagram<'_>, heard: Position, held: &mut usize) {
        let from = From {
            frame: datagram.frame,
            time: datagram.time,
            heard,
        };
        let (mut is_new, mut is_again) = (false, false);
        for record in Records(bytes) {
            if record.epoch == 0 && !record.is_short {
                self.has_clear = true;
            } else {
                self.has_sealed = true;
            }
            if record.kind == Some(content::HANDSHAKE) && record.epoch == 0 {
                for fragment in Fragments(record.body) {
                    let mut whole = Vec::new();
                    match self.assembler.take(&fragment, from, held, &mut |it| whole.push(it)) {
                        Brought::New => is_new = true,
                        Brought::Again => is_again = true,
                        Brought::Refused => {}
                    }
                    whole.into_iter().for_each(|it| self.hand_on(it));
                }
            } else if let Some(message) = without_handshake(&record) {
                if matches!(message, Message::ChangeCipherSpec) {
                    let mut whole = Vec::new();
                    self.assembler.flush_whole(held, &mut |it| whole.push(it));
                    whole.into_iter().for_each(|it| self.hand_on(it));
                    // It comes with a repeated flight, and is no evidence by itself.
                    let is_known = |event: &Event| matches!(event.kind, EventKind::Tls(Message::ChangeCipherSpec));
                    if self.events.iter().any(is_known) {
                        continue;
                    }
                }
                is_new |= !is_again;
                self.say_message(message, &record, datagram, heard);
            }
        }
        if is_again && !is_new {
            self.repeat(datagram);
        }
    }

    /// Counts a record of application data; returns whether it gets an event of its own.
    pub(super) fn count_data(&mut self, len: u16) -> bool {
        self.application_data.records += 1;
        self.application_data.bytes += u64::from(len);
        self.application_data.records <= MAX_RECORDS
    }

    fn say_message(&mut self, message: Message, record: &Record<'_>, datagram: &Datagram<'_>, heard: Position) {
        if let Message::ApplicationData { len } = message
            && !self.count_data(len)
        {
            return;
        }
        // The same encrypted Finished comes again with a repeated flight: encryption hides whether a later record is
        // another message.
        if let Message::EncryptedHandshake { .. } = message
            && !record.is_short
            && self
                .events
                .iter()
                .any(|event| matches!(event.kind, EventKind::Tls(Message::EncryptedHandshake { .. })))
        {
            return;
        }
        self.push(Event {
            kind: EventKind::Tls(message),
            frames: Frames::one(datagram.frame),
            time: datagram.time,
            from: self.at,
            to: self.at.saturating_add(u64::from(record.len).max(1)),
            acked: heard,
        });
    }

    pub(super) fn hand_on(&mut self, whole: Whole) {
        let is_damaged = match &whole.message {
            Message::DamagedMessage { .. } => true,
            Message::Certificate(certificates) => certificates.missing > 0,
            _ => false,
        };
        let is_hello = matches!(whole.message, Message::ClientHello(_) | Message::ServerHello(_));
        // After a cookie the second hello contains everything that the first did.
        self.has_hole |= is_damaged || whole.number > self.expected && !(is_hello && self.expected == 0);
        self.has_begun |= is_hello || whole.number == 0;
        self.has_spoken = true;
        self.expected = self.expected.max(whole.number.saturating_add(1));
        self.push(Event {
            kind: EventKind::Tls(whole.message),
            frames: whole.frames,
            time: whole.time,
            from: self.at,
            to: self.at.saturating_add(u64::from(whole.len)),
            acked: whole.heard,
        });
    }

    pub(super) fn push(&mut self, event: Event) {
        self.at = event.to;
        let most = if event.kind.tells_failure() {
            MAX_EVENTS + MAX_LATE_FAILURES
        } else {
            MAX_EVENTS
        };
        if self.events.len() < most {
            self.events.push(event);
        } else {
            self.events_dropped += 1;
        }
    }

    /// A flight was sent again: several datagrams of it count once.
    pub(super) fn repeat(&mut self, datagram: &Datagram<'_>) {
        self.side.retransmissions += 1;
        let is_same = |known: &FrameAt| datagram.time.since(known.time) < ONE_FLIGHT;
        if self.again.len() < MAX_AGAIN && !self.again.last().is_some_and(is_same) {
            self.again.push(datagram.frame_at());
        }
    }

    /// No datagram follows: waiting messages are handed on as far as they are complete.
    pub(super) fn finish(&mut self, held: &mut usize) {
        let mut whole = Vec::new();
        self.assembler.flush(held, &mut |it| whole.push(it));
        whole.into_iter().for_each(|it| self.hand_on(it));
        self.side.end = self.at;
        self.side.start_known = true;
    }
}

/// The message of a record other than a handshake message in clear.
fn without_handshake(record: &Record<'_>) -> Option<Message> {
    let is_clear = record.epoch == 0;
    let len = record.len;
    Some(match record.kind {
        // DTLS 1.3: the handshake is encrypted in epoch 2, later records in epoch 3 (RFC 9147 section 6.1).
        None if record.epoch == 2 => Message::EncryptedHandshake { len },
        None => Message::ApplicationData { len },
        Some(content::CHANGE_CIPHER_SPEC) => Message::ChangeCipherSpec,
        Some(content::ALERT) => match record.body {
            &[level, description] if is_clear => Message::Alert { level, description },
            _ => Message::EncryptedAlert { len },
        },
        Some(content::HANDSHAKE) => Message::EncryptedHandshake { len },
        Some(content::APPLICATION_DATA) => Message::ApplicationData { len },
        Some(content::HEARTBEAT) => Message::Heartbeat(Heartbeat::read(record.body, len).filter(|_| is_clear)),
        Some(ACK | _) => return None,
    })
}

/// A number for a payload's beginning and length (FNV-1a): copies have equal ones.
fn fingerprint(payload: &[u8]) -> u64 {
    let seed = 0xcbf2_9ce4_8422_2325 ^ payload.len() as u64;
    let bytes = payload.iter().take(64);
    bytes.fold(seed, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }) | 1
}
