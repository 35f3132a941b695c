//! Message → Lookup: a DNS question, its repetitions, and its answer.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;

use crate::base::endpoint::is_host;
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::wire_text::WireText;
use crate::decode::Datagram;
use crate::dns::message::{Message, Status, parse};

/// Look-ups kept of each [`Interest`]: a device asks for its licensing service a few times a day, a busy resolver's uplink
/// may show a million of others. Each takes some 200 bytes.
const MAX_LOOKUPS: usize = 8192;

/// The number of hosts remembered that asked for a name of interest.
const MAX_ASKERS: usize = 4096;

/// Addresses remembered that answers gave for such a name.
const MAX_TOLD: usize = 4096;

/// Look-ups among which one that was answered is sought, to make room for another of a name of interest.
const LOOKED_AT: usize = 64;

/// Why a look-up may matter; those that matter less push out none that matters more.
#[derive(Clone, Copy)]
enum Interest {
    /// It is of a service's name.
    Name,
    /// The client asked for a service's name before: look-ups that the service needs, such as for revocation data, follow.
    Asker,
    /// Neither.
    Other,
}

/// A question asked again within this time is the same look-up (resolvers retry for up to about half a minute).
const RETRY_WITHIN: i64 = 30_000_000_000;

/// Look-ups among which an answer with another id than the last one's is sought.
const LATE_ANSWERS: usize = 64;

/// The number of repetitions of a question that are kept: more are of no use.
const MAX_QUESTIONS: usize = 64;

/// The same question to the same server within this time is a second copy made by the capture: resolvers wait for at least
/// a second before they ask again.
const COPY_WITHIN: i64 = 100_000_000;

/// A DNS look-up.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The client that asked.
    pub client: IpAddr,
    /// The server that was asked first.
    pub server: IpAddr,
    /// The name.
    pub name: WireText,
    /// The type: 1 is A, 28 is AAAA.
    pub kind: u16,
    /// Frames and times of the question and its repetitions.
    pub questions: Vec<FrameAt>,
    /// The answer.
    pub answer: Option<Answer>,
    /// It is of a name of interest.
    pub(crate) is_of_interest: bool,
    id: u16,
}

/// The answer of a resolver.
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
    /// It was cut to fit a datagram.
    pub truncated: bool,
}

impl Lookup {
    /// Frame and time of the first question (of the answer, when only that was captured).
    #[must_use]
    pub fn first(&self) -> FrameAt {
        let answer = self
            .answer
            .as_ref()
            .map(|answer| FrameAt::new(answer.frame, answer.time));
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

    /// True if a message answers another question: if only answers were captured, a late one with another id answers a
    /// question of its own.
    fn is_answered_anew(&self, message: &Message, time: Timestamp) -> bool {
        let is_old = |old: &Answer| time.since(old.time) > RETRY_WITHIN;
        message.is_response && message.id != self.id && self.answer.as_ref().is_some_and(is_old)
    }

    /// The first answer counts; a truncated one or a failure is replaced by a better one.
    fn take_answer(&mut self, message: Message, at: FrameAt) {
        let is_good = !message.truncated && message.status.0 == 0;
        let is_poor = |old: &Answer| old.truncated || old.status.0 != 0;
        if self.answer.as_ref().is_none_or(|old| is_poor(old) && is_good) {
            self.answer = Some(answer(message, at));
        }
    }

    /// Takes a question that repeats this one, or is a copy of its last; says whether it is either.
    fn take_question(&mut self, message: &Message, server: IpAddr, at: FrameAt) -> bool {
        let since_last = self.questions.last().map(|asked| at.time.since(asked.time).abs());
        let is_same = self.id == message.id;
        if is_same && self.server == server && since_last.is_some_and(|since| since <= COPY_WITHIN) {
            return true;
        }
        // Asked again: a repetition (same id, or no usable answer yet) belongs to the same look-up. A server that does
        // not know the name is not asked again, unless the client starts over.
        let is_final = |old: &Answer| old.status.0 == 3 && self.server == server;
        let is_unanswered = self
            .answer
            .as_ref()
            .is_none_or(|old| old.truncated || old.status.0 != 0 && !is_final(old));
        let is_repetition = since_last.is_none_or(|since| since <= RETRY_WITHIN) && (is_same || is_unanswered);
        if is_repetition && self.questions.len() < MAX_QUESTIONS {
            self.questions.push(at);
        }
        is_repetition
    }
}

/// All look-ups of a capture, in order of their first frames.
#[derive(Debug, Default)]
pub struct Lookups {
    /// The look-ups.
    pub all: Vec<Lookup>,
    /// Look-ups that were not kept.
    pub dropped: u64,
    /// Of these, look-ups of names of interest.
    pub dropped_of_interest: u64,
    /// The index from which the next answered look-up is searched, to make room.
    next_answered: usize,
    /// Addresses that answers gave for names of interest.
    told: HashSet<IpAddr, RandomState>,
    /// Names of interest: their look-ups are never evicted for others.
    names: Vec<String>,
    askers: HashSet<IpAddr, RandomState>,
    kept: [usize; 3],
    /// Changes since this was last taken.
    pub(crate) news: News,
    open: HashMap<(IpAddr, String, u16), usize, RandomState>,
    /// So many of the look-ups, the first ones, belong to attempts that were reported: only knowledge is left of them.
    pub(crate) past: usize,
}

/// Whether look-ups were added or changed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct News {
    pub(crate) any: bool,
    pub(crate) of_interest: bool,
}

/// The fate of a look-up once attempts were reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// It is only knowledge from now on.
    Past,
    /// It may belong to an attempt that is yet to be reported.
    Current,
    /// It is forgotten.
    Gone,
}

impl Lookups {
    /// None yet; of these names look-ups are kept for themselves.
    #[must_use]
    pub fn of_names(names: Vec<String>) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    /// Puts those that are not past in order of first frames: an answer over TCP, or a frame that is late, may not be.
    pub(crate) fn sort(&mut self) {
        let past = self.past;
        if !self
            .all
            .get(past..)
            .is_some_and(|all| all.is_sorted_by_key(|it| it.first().frame))
        {
            self.arrange(|at, _| if at < past { Fate::Past } else { Fate::Current });
        }
    }

    /// Puts past look-ups first and all in order of first frames; those are forgotten whose fate it is.
    pub(crate) fn arrange(&mut self, fate: impl Fn(usize, &Lookup) -> Fate) {
        let count = self.all.len();
        let all = std::mem::take(&mut self.all).into_iter().enumerate();
        let mut kept: Vec<(Fate, usize, Lookup)> = all.map(|(at, lookup)| (fate(at, &lookup), at, lookup)).collect();
        kept.retain(|(fate, ..)| *fate != Fate::Gone);
        kept.sort_by_key(|(fate, _, lookup)| (*fate, lookup.first().frame));
        self.past = kept.partition_point(|(fate, ..)| *fate == Fate::Past);
        let mut places = vec![None; count];
        for (new, (_, old, _)) in kept.iter().enumerate() {
            if let Some(place) = places.get_mut(*old) {
                *place = Some(new);
            }
        }
        self.open.retain(|_, at| match places.get(*at) {
            Some(&Some(new)) => {
                *at = new;
                true
            }
            _ => false,
        });
        let all: Vec<Lookup> = kept.into_iter().map(|(.., lookup)| lookup).collect();
        self.kept = [0; 3];
        for lookup in &all {
            let interest = match lookup.is_of_interest {
                true => Interest::Name,
                false if self.askers.contains(&lookup.client) => Interest::Asker,
                false => Interest::Other,
            };
            if let Some(kept) = self.kept.get_mut(interest as usize) {
                *kept += 1;
            }
        }
        self.all = all;
    }

    /// Takes a datagram from or to port 53.
    pub fn accept(&mut self, datagram: &Datagram<'_>) {
        if let Some(message) = parse(datagram.payload) {
            let (client, server) = if message.is_response {
                (datagram.dst.ip, datagram.src.ip)
            } else {
                (datagram.src.ip, datagram.dst.ip)
            };
            self.message(message, client, server, datagram.frame_at());
        }
    }

    /// True if this host asked for a name of interest.
    #[must_use]
    pub fn is_asker(&self, host: IpAddr) -> bool {
        self.askers.contains(&host)
    }

    /// True if an answer gave this address for a name of interest.
    #[must_use]
    pub fn was_told(&self, address: IpAddr) -> bool {
        self.told.contains(&address)
    }

    /// Remembers the addresses of an answer about a name of interest.
    fn learn(&mut self, message: &Message) {
        let name = message.name.raw();
        if message.is_response && self.names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            let room = MAX_TOLD.saturating_sub(self.told.len());
            self.told.extend(message.addresses.iter().take(room));
        }
    }

    /// The place of a look-up of interest that was answered well: one that may have failed takes it.
    fn make_room(&mut self) -> Option<usize> {
        let count = self.all.len();
        for _ in 0..LOOKED_AT.min(count) {
            let at = self.next_answered;
            self.next_answered = if at.saturating_add(1) < count {
                at.saturating_add(1)
            } else {
                self.past
            };
            let Some(old) = self.all.get(at) else { continue };
            let is_answered = old
                .answer
                .as_ref()
                .is_some_and(|it| it.status.0 == 0 && !it.addresses.is_empty());
            if is_answered && self.names.iter().any(|own| own.eq_ignore_ascii_case(old.name.raw())) {
                let key = (old.client, old.name.raw().to_ascii_lowercase(), old.kind);
                if self.open.get(&key) == Some(&at) {
                    self.open.remove(&key);
                }
                return Some(at);
            }
        }
        None
    }

    fn interest(&mut self, client: IpAddr, name: &str) -> Interest {
        if self.names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            if self.askers.len() < MAX_ASKERS {
                self.askers.insert(client);
            }
            Interest::Name
        } else if self.askers.contains(&client) {
            Interest::Asker
        } else {
            Interest::Other
        }
    }

    /// Takes a message between a client and a server.
    pub fn message(&mut self, mut message: Message, client: IpAddr, server: IpAddr, at: FrameAt) {
        // A question to a broadcast address belongs to its sender; a question from one, or an answer to all, belongs to
        // no host.
        if !is_host(client) {
            return;
        }
        self.learn(&message);
        let key = (client, message.name.raw().to_ascii_lowercase(), message.kind);
        self.news.any = true;
        self.news.of_interest |= self.names.iter().any(|own| own.eq_ignore_ascii_case(&key.1));
        let open = self.place_of(&message, &key).and_then(|at| self.all.get_mut(at));
        if let Some(lookup) = open.filter(|lookup| !lookup.is_answered_anew(&message, at.time)) {
            if message.is_response {
                lookup.take_answer(message, at);
                return;
            }
            if lookup.take_question(&message, server, at) {
                return;
            }
        }
        let interest = self.interest(client, &key.1);
        let is_of_interest = matches!(interest, Interest::Name);
        let Some(place) = self.room_for(interest) else { return };
        self.open.insert(key, place);
        let mut lookup = Lookup {
            client,
            server,
            name: std::mem::take(&mut message.name),
            kind: message.kind,
            questions: Vec::new(),
            answer: None,
            is_of_interest,
            id: message.id,
        };
        if message.is_response {
            lookup.answer = Some(answer(message, at));
        } else {
            lookup.questions.push(at);
        }
        match self.all.get_mut(place) {
            Some(old) => *old = lookup,
            None => self.all.push(lookup),
        }
    }

    /// The place of the look-up that a message belongs to. An answer that comes late, or whose frame does, belongs to the
    /// question with its id.
    fn place_of(&self, message: &Message, key: &(IpAddr, String, u16)) -> Option<usize> {
        let open = self.open.get(key).copied();
        let is_anothers = open
            .and_then(|at| self.all.get(at))
            .is_some_and(|it| it.id != message.id);
        if !message.is_response || !is_anothers {
            return open;
        }
        let is_asked = |it: &Lookup| {
            it.id == message.id && it.client == key.0 && it.kind == key.2 && it.name.raw().eq_ignore_ascii_case(&key.1)
        };
        let recent = self.all.iter().enumerate().rev().take(LATE_ANSWERS);
        recent.filter(|(_, it)| is_asked(it)).map(|(at, _)| at).next().or(open)
    }

    /// The place for another look-up; `None`, and counted, where there is none.
    fn room_for(&mut self, interest: Interest) -> Option<usize> {
        if let Some(kept) = self.kept.get_mut(interest as usize)
            && *kept < MAX_LOOKUPS
        {
            *kept += 1;
            return Some(self.all.len());
        }
        let is_of_interest = matches!(interest, Interest::Name);
        self.dropped += 1;
        self.dropped_of_interest += u64::from(is_of_interest);
        is_of_interest.then(|| self.make_room()).flatten()
    }
}

fn answer(message: Message, at: FrameAt) -> Answer {
    Answer {
        frame: at.frame,
        time: at.time,
        status: message.status,
        addresses: message.addresses,
        truncated: message.truncated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: [u8; 4] = [10, 0, 0, 1];
    const RESOLVER: [u8; 4] = [10, 0, 0, 53];
    const SECOND: i64 = 1_000_000_000;

    fn question(id: u16, kind: u16) -> Message {
        Message {
            id,
            is_response: false,
            truncated: false,
            status: Status::NO_ERROR,
            name: WireText::from("Smartreceiver.cisco.com"),
            kind,
            addresses: Vec::new(),
        }
    }

    fn reply(id: u16, kind: u16, address: u8) -> Message {
        Message {
            is_response: true,
            name: WireText::from("smartreceiver.cisco.com"),
            addresses: vec![[192, 0, 2, address].into()],
            ..question(id, kind)
        }
    }

    /// Takes messages at these seconds, each in a frame of its own.
    fn take(messages: Vec<(i64, Message)>) -> Vec<Lookup> {
        let mut lookups = Lookups::default();
        for (n, (at, message)) in messages.into_iter().enumerate() {
            let frame = FrameNumber(n as u64 + 1);
            lookups.message(
                message,
                DEVICE.into(),
                RESOLVER.into(),
                FrameAt::new(frame, Timestamp(at * SECOND)),
            );
        }
        lookups.all
    }

    fn last_byte(lookup: &Lookup) -> Option<u8> {
        match lookup.answer.as_ref()?.addresses.first()? {
            IpAddr::V4(ip) => Some(ip.octets()[3]),
            IpAddr::V6(_) => None,
        }
    }

    #[test]
    fn a_question_and_its_answer_are_one_look_up_whatever_the_letters_case() {
        let all = take(vec![(0, question(1, 1)), (1, reply(1, 1, 7))]);
        assert_eq!(all.len(), 1);
        assert_eq!(last_byte(&all[0]), Some(7));
        assert_eq!(all[0].first().frame, FrameNumber(1));
        assert_eq!((all[0].client, all[0].server), (DEVICE.into(), RESOLVER.into()));
    }

    #[test]
    fn a_question_repeated_without_answer_is_one_look_up_even_with_another_id() {
        let all = take(vec![(0, question(1, 1)), (5, question(1, 1)), (10, question(2, 1))]);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].questions.len(), 3);
        assert!(all[0].answer.is_none());
    }

    #[test]
    fn a_question_captured_twice_was_asked_once() {
        let mut lookups = Lookups::default();
        let mut ask = |ms: i64, id: u16, server: [u8; 4]| {
            let time = Timestamp(ms * SECOND / 1000);
            lookups.message(
                question(id, 1),
                DEVICE.into(),
                server.into(),
                FrameAt::new(FrameNumber(1), time),
            );
            lookups.all[0].questions.len()
        };
        assert_eq!(ask(0, 1, RESOLVER), 1);
        assert_eq!(ask(100, 1, RESOLVER), 1);
        assert_eq!(ask(150, 1, [8, 8, 8, 8]), 2, "another server is asked");
        assert_eq!(ask(160, 2, RESOLVER), 3, "another question");
        assert_eq!(ask(1160, 1, RESOLVER), 4, "asked again");
    }

    #[test]
    fn a_question_asked_again_after_half_a_minute_is_another_look_up() {
        let all = take(vec![(0, question(1, 1)), (31, question(1, 1)), (32, reply(1, 1, 7))]);
        assert_eq!(all.len(), 2);
        assert!(all[0].answer.is_none() && all[1].answer.is_some());
    }

    #[test]
    fn a_question_asked_anew_after_its_answer_is_another_look_up() {
        let all = take(vec![
            (0, question(1, 1)),
            (1, reply(1, 1, 7)),
            (2, question(2, 1)),
            (3, reply(2, 1, 8)),
        ]);
        assert_eq!(all.iter().map(last_byte).collect::<Vec<_>>(), [Some(7), Some(8)]);
    }

    #[test]
    fn both_types_of_address_are_look_ups_of_their_own() {
        let all = take(vec![
            (0, question(1, 1)),
            (0, question(2, 28)),
            (1, reply(2, 28, 9)),
            (1, reply(1, 1, 7)),
        ]);
        assert_eq!(all.iter().map(Lookup::kind_name).collect::<Vec<_>>(), ["A", "AAAA"]);
        assert_eq!(all.iter().map(last_byte).collect::<Vec<_>>(), [Some(7), Some(9)]);
    }

    #[test]
    fn an_answer_without_question_is_a_look_up_that_began_with_it() {
        let all = take(vec![(4, reply(1, 1, 7))]);
        assert!(all[0].questions.is_empty());
        assert_eq!(all[0].first(), FrameAt::new(FrameNumber(1), Timestamp(4 * SECOND)));
        // Its question may come after it in the file.
        let all = take(vec![(4, reply(1, 1, 7)), (3, question(1, 1))]);
        assert_eq!((all.len(), all[0].questions.len()), (1, 1));
    }

    #[test]
    fn where_only_answers_were_captured_a_later_one_is_a_look_up_of_its_own() {
        let all = take(vec![(0, reply(1, 1, 7)), (300, reply(2, 1, 8))]);
        assert_eq!(all.iter().map(last_byte).collect::<Vec<_>>(), [Some(7), Some(8)]);
        // A copy of the first, or a second answer soon after, is not.
        let all = take(vec![(0, reply(1, 1, 7)), (1, reply(1, 1, 7)), (2, reply(2, 1, 8))]);
        assert_eq!(all.iter().map(last_byte).collect::<Vec<_>>(), [Some(7)]);
    }

    #[test]
    fn a_truncated_answer_gives_way_to_the_one_over_tcp() {
        let cut = Message {
            truncated: true,
            addresses: Vec::new(),
            ..reply(1, 1, 0)
        };
        let all = take(vec![
            (0, question(1, 1)),
            (1, cut.clone()),
            (1, question(2, 1)),
            (2, reply(2, 1, 7)),
            (3, cut),
        ]);
        assert_eq!(all.len(), 1);
        let answer = all[0].answer.as_ref().unwrap();
        assert!(!answer.truncated);
        assert_eq!(last_byte(&all[0]), Some(7));
    }

    #[test]
    fn a_failure_gives_way_to_an_answer_and_an_answer_to_no_failure() {
        let failure = || Message {
            status: Status::SERVER_FAILURE,
            addresses: Vec::new(),
            ..reply(1, 1, 0)
        };
        let all = take(vec![
            (0, question(1, 1)),
            (1, failure()),
            (2, reply(1, 1, 7)),
            (3, failure()),
        ]);
        assert_eq!(all.len(), 1);
        assert_eq!(last_byte(&all[0]), Some(7));
        assert_eq!(all[0].answer.as_ref().unwrap().frame, FrameNumber(3));
    }

    #[test]
    fn an_answer_of_another_server_counts_and_one_to_another_client_does_not() {
        let mut lookups = Lookups::default();
        let at = Timestamp(0);
        lookups.message(
            question(1, 1),
            DEVICE.into(),
            RESOLVER.into(),
            FrameAt::new(FrameNumber(1), at),
        );
        lookups.message(
            reply(1, 1, 9),
            [10, 0, 0, 2].into(),
            RESOLVER.into(),
            FrameAt::new(FrameNumber(2), at),
        );
        assert!(lookups.all[0].answer.is_none());
        lookups.message(
            reply(1, 1, 7),
            DEVICE.into(),
            [8, 8, 8, 8].into(),
            FrameAt::new(FrameNumber(3), at),
        );
        assert_eq!(last_byte(&lookups.all[0]), Some(7));
        assert_eq!(lookups.all[0].server, IpAddr::from(RESOLVER));
        assert_eq!(lookups.all.len(), 2);
    }

    #[test]
    fn look_ups_beyond_the_bound_are_counted_and_others_push_out_none_of_interest() {
        let mut lookups = Lookups::of_names(vec!["smartreceiver.cisco.com".to_owned()]);
        let mut ask = |name: &str, n: u64| {
            let message = Message {
                name: WireText::from(name),
                ..question(1, 1)
            };
            // A day apart, each is a look-up of its own.
            let at = Timestamp::from_seconds(n as i64 * 86_400);
            lookups.message(
                message,
                DEVICE.into(),
                RESOLVER.into(),
                FrameAt::new(FrameNumber(n), at),
            );
            (lookups.all.len(), lookups.dropped)
        };
        for n in 0..MAX_LOOKUPS as u64 + 4 {
            ask(&format!("{n}.example"), n);
        }
        assert_eq!(ask("other.example", 10_000), (MAX_LOOKUPS, 5));
        assert_eq!(ask("SmartReceiver.cisco.com", 10_001), (MAX_LOOKUPS + 1, 5));
        assert_eq!(
            ask("crl.example", 10_002),
            (MAX_LOOKUPS + 2, 5),
            "the same host needs it"
        );
        let end = (10_003..10_004 + MAX_LOOKUPS as u64).map(|n| ask("smartreceiver.cisco.com", n));
        assert_eq!(end.last(), Some((2 * MAX_LOOKUPS + 1, 7)));
        assert!(lookups.is_asker(DEVICE.into()));
    }

    #[test]
    fn a_look_up_that_may_have_failed_takes_the_place_of_one_that_was_answered() {
        let mut lookups = Lookups::of_names(vec!["smartreceiver.cisco.com".to_owned()]);
        let name = || WireText::from("smartreceiver.cisco.com");
        let mut ask = |n: u64, is_known: bool| {
            let at = Timestamp::from_seconds(n as i64 * 60);
            let asked = Message {
                name: name(),
                ..question(n as u16, 1)
            };
            lookups.message(
                asked,
                DEVICE.into(),
                RESOLVER.into(),
                FrameAt::new(FrameNumber(2 * n), at),
            );
            let mut told = Message {
                name: name(),
                ..reply(n as u16, 1, 9)
            };
            if !is_known {
                (told.status, told.addresses) = (Status(3), Vec::new());
            }
            lookups.message(
                told,
                DEVICE.into(),
                RESOLVER.into(),
                FrameAt::new(FrameNumber(2 * n + 1), at),
            );
        };
        let most = MAX_LOOKUPS as u64;
        (0..most + 100).for_each(|n| ask(n, true));
        (0..9).for_each(|n| ask(most + 100 + n, false));
        lookups.sort();
        let failed = |it: &&Lookup| it.answer.as_ref().is_none_or(|answer| answer.status.0 != 0);
        assert_eq!(lookups.all.iter().filter(failed).count(), 9);
        assert_eq!((lookups.all.len(), lookups.dropped_of_interest), (MAX_LOOKUPS, 109));
        assert!(lookups.all.is_sorted_by_key(|it| it.first().frame) && lookups.was_told([192, 0, 2, 9].into()));
    }
}
