//! Message → Lookup: a DNS question, how often it was asked, and its answer.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::decode::Datagram;
use crate::dns::{Message, Status, parse};
use crate::frame::{FrameNumber, Timestamp};
use crate::wire_text::WireText;

/// Look-ups kept. A busy resolver's uplink may show a million; a device asks for its licensing service a few times.
const MAX_LOOKUPS: usize = 8192;

/// A question asked again within this time is the same look-up (resolvers retry for up to about half a minute).
const RETRY_WITHIN: i64 = 30_000_000_000;

/// A DNS look-up.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Who asked.
    pub client: IpAddr,
    /// Who was asked first.
    pub server: IpAddr,
    /// The name.
    pub name: WireText,
    /// The type: 1 is A, 28 is AAAA.
    pub kind: u16,
    /// Frames and times of the question and its repetitions.
    pub questions: Vec<(FrameNumber, Timestamp)>,
    /// The answer.
    pub answer: Option<Answer>,
    id: u16,
}

/// What a resolver answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its frame.
    pub frame: FrameNumber,
    /// Its time.
    pub time: Timestamp,
    /// The response code.
    pub status: Status,
    /// Addresses.
    pub addresses: Vec<IpAddr>,
    /// Canonical names.
    pub aliases: Vec<WireText>,
    /// It was cut to fit a datagram.
    pub truncated: bool,
}

impl Lookup {
    /// Frame and time of the first question (of the answer, when only that was captured).
    #[must_use]
    pub fn first(&self) -> (FrameNumber, Timestamp) {
        let answer = self.answer.as_ref().map(|answer| (answer.frame, answer.time));
        self.questions.first().copied().or(answer).unwrap_or_default()
    }

    /// `A`, `AAAA` or the type's number.
    #[must_use]
    pub fn kind_name(&self) -> String {
        match self.kind {
            1 => "A".to_owned(),
            28 => "AAAA".to_owned(),
            65 => "HTTPS".to_owned(),
            other => format!("TYPE{other}"),
        }
    }
}

/// All look-ups of a capture, in order of their first frames.
#[derive(Debug, Default)]
pub struct Lookups {
    /// The look-ups.
    pub all: Vec<Lookup>,
    /// Look-ups that were not kept.
    pub dropped: u64,
    open: HashMap<(IpAddr, WireText, u16), usize>,
}

impl Lookups {
    /// Takes a datagram from or to port 53.
    pub fn accept(&mut self, datagram: &Datagram<'_>) {
        if let Some(message) = parse(datagram.payload) {
            let (client, server) = if message.is_response {
                (datagram.dst.ip, datagram.src.ip)
            } else {
                (datagram.src.ip, datagram.dst.ip)
            };
            self.message(message, client, server, datagram.frame, datagram.time);
        }
    }

    /// Takes a message between a client and a server.
    pub fn message(&mut self, message: Message, client: IpAddr, server: IpAddr, frame: FrameNumber, time: Timestamp) {
        let key = (
            client,
            WireText::from(message.name.raw().to_ascii_lowercase().as_str()),
            message.kind,
        );
        let open = self.open.get(&key).copied();
        // Where only answers were captured, one with another id that comes late answers a question of its own.
        let answers_another = |lookup: &Lookup| {
            message.is_response
                && message.id != lookup.id
                && lookup
                    .answer
                    .as_ref()
                    .is_some_and(|old| time.since(old.time) > RETRY_WITHIN)
        };
        if let Some(lookup) = open
            .and_then(|at| self.all.get_mut(at))
            .filter(|lookup| !answers_another(lookup))
        {
            if message.is_response {
                // The first answer counts; a truncated one or a failure is replaced by a better one.
                let better = lookup.answer.as_ref().is_none_or(|old| {
                    (old.truncated || old.status.0 != 0) && !message.truncated && message.status.0 == 0
                });
                if better {
                    lookup.answer = Some(answer(message, frame, time));
                }
                return;
            }
            let last = lookup.questions.last().map_or(time, |&(_, time)| time);
            let same = time.since(last).abs() <= RETRY_WITHIN;
            // Asked again: a repetition (same id, or no usable answer yet) belongs to the same look-up.
            let unanswered = lookup
                .answer
                .as_ref()
                .is_none_or(|old| old.truncated || old.status.0 != 0);
            if same && (lookup.id == message.id || unanswered) {
                if lookup.questions.len() < 64 {
                    lookup.questions.push((frame, time));
                }
                return;
            }
        }
        if self.all.len() >= MAX_LOOKUPS {
            self.dropped += 1;
            return;
        }
        self.open.insert(key, self.all.len());
        let mut lookup = Lookup {
            client,
            server,
            name: message.name.clone(),
            kind: message.kind,
            questions: Vec::new(),
            answer: None,
            id: message.id,
        };
        if message.is_response {
            lookup.answer = Some(answer(message, frame, time));
        } else {
            lookup.questions.push((frame, time));
        }
        self.all.push(lookup);
    }
}

fn answer(message: Message, frame: FrameNumber, time: Timestamp) -> Answer {
    Answer {
        frame,
        time,
        status: message.status,
        addresses: message.addresses,
        aliases: message.aliases,
        truncated: message.truncated,
    }
}
