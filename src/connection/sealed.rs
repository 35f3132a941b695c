//! Record → Step: the kinds of the encrypted records of TLS 1.3, as far as order, side and size determine them.
//!
//! After the Server Hello every record is of type application_data (RFC 9846 section 5.2), whether it holds handshake
//! messages, tickets, an alert or data. The names given here are inferred, and the callers mark them so.
//!
//! Sizes seen in recordings (TLS_AES_256_GCM_SHA384: Finished alone 69 bytes, an alert alone 19): OpenSSL, GnuTLS and NSS
//! servers pad nothing; JSSE adds 16 bytes to every record (Finished 85, alerts 35); clients of OpenSSL and GnuTLS send
//! Certificate, CertificateVerify and Finished in a record each, NSS in one. A GnuTLS server refuses with one alert and
//! closes with a second of the same size. `samples/README.md` has the table.

use super::walk::{Detail, Side, Sides, Step, StepKind};
use crate::base::frame::{FrameNumber, Timestamp};
use crate::tcp::stream::Position;

/// An encrypted record and the index of its step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Protected {
    /// Length of its body.
    pub(super) len: u16,
    /// The frame by which it was whole, and its time.
    pub(super) frame: FrameNumber,
    pub(super) time: Timestamp,
    pub(super) step: usize,
    /// Position after it, in its own direction.
    pub(super) to: Position,
    /// The position up to which its sender had received the other direction.
    pub(super) acked: Position,
}

/// Lengths of records that hold exactly one message, unpadded.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    pub(super) finished: u16,
    pub(super) alert: u16,
}

/// The names given to the records.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    /// Step index, kind, and a remark.
    pub(super) steps: Vec<(usize, StepKind, Option<Detail>)>,
    /// Alerts, in no order.
    pub(super) alerts: Vec<(Side, usize)>,
    pub(super) finished: Sides<Option<FrameNumber>>,
    pub(super) application_data: Sides<u64>,
    pub(super) first_application_data: Sides<Option<FrameNumber>>,
    pub(super) client_sent_certificate: bool,
    /// The size shows that this Certificate was empty.
    pub(super) client_certificate_empty: bool,
    /// That record, and its size.
    pub(super) client_empty_record: Option<(FrameNumber, u16)>,
    pub(super) server_accepted: bool,
    pub(super) server_refused: Option<FrameNumber>,
    /// The server sent a record that holds only an alert, in place of its encrypted messages.
    pub(super) server_broke_off: Option<FrameNumber>,
    pub(super) client_refused: Option<FrameNumber>,
    /// The answer is a single record that could also be a ticket.
    pub(super) lone_answer: bool,
    /// All records that came back are like tickets, and one of them was sent after the server had the request: the
    /// first such record.
    pub(super) ticket_or_answer: Option<FrameNumber>,
    /// After a record as large as a certificate the client sent one as short as an alert, and no Finished.
    pub(super) client_gave_up: Option<FrameNumber>,
}

/// The number of round trips after the client's Finished within which a ticket may come: the server sends it when it
/// has the Finished (RFC 9846 section 4.6.1), so after a few round trips, with a delayed acknowledgement (up to 200 ms)
/// between.
const TICKET_TRIPS: i64 = 3;
const TICKET_PATIENCE: i64 = 250_000_000;

/// The largest record that counts as Encrypted Extensions alone: a few extensions, and no part of a certificate.
const MAX_EXTENSIONS: u16 = 150;

/// Bytes of padding that a stack may add to short records: JSSE adds 16.
const MAX_PADDING: u16 = 64;

/// An empty Certificate message is eight bytes longer than none: in a record together with Finished, this is no
/// padding.
const EMPTY_CERTIFICATE: u16 = 8;

/// An alert's two bytes.
const ALERT: u16 = 2;

/// The padding JSSE adds.
const JSSE_PADDING: u16 = 16;

/// Names the records of both sides; `early_data_end` is the end of the client's early data, if it sent any;
/// `round_trip` is the time until an answer, in nanoseconds.
pub(super) fn name(
    client: &[Protected],
    server: &[Protected],
    sizes: Sizes,
    early_data_end: Option<Position>,
    round_trip: i64,
) -> Named {
    let mut named = Named::default();
    let first_client = client.first().map(|record| record.step);
    if named.broken_off(client, server, sizes.alert) {
        return named;
    }
    // The server's flight: every record before the client's first one.
    let before_len = match first_client {
        Some(step) => server.iter().take_while(|record| record.step < step).count(),
        None => server.len(),
    };
    let (before, after) = server.split_at_checked(before_len).unwrap_or((server, &[]));
    let flight = server_flight(before, first_client.is_some(), sizes, &mut named);
    let answered_early = flight.len() < before.len();
    let padding = flight
        .last()
        .filter(|_| flight.len() > 1)
        .map_or(0, |last| padding_of(last.len, sizes.finished));
    let server_alert = sizes.alert.saturating_add(padding);

    let (rest, client_alert) = if let Some(turn) = refused_turn(client, flight, after, sizes, &mut named) {
        turn
    } else if flight.is_empty() {
        (client, sizes.alert)
    } else {
        client_flight(client, sizes, early_data_end.is_some(), &mut named)
    };
    named.data(Side::Client, rest, Goodbye::of(client_alert, sizes));
    // All further records of the server are alerts: it refuses. There may be several: some stacks close with a second
    // one.
    let only_alerts = !after.is_empty() && after.len() <= 3 && after.iter().all(|record| record.len == server_alert);
    if only_alerts && !answered_early {
        named.server_refused = after.first().map(|record| record.frame);
        after.iter().for_each(|record| named.alert(Side::Server, record));
        return named;
    }
    named.server_accepted = answered_early || !after.is_empty();
    let request = early_data_end.or(rest.first().map(|record| record.to));
    let patience = round_trip.saturating_mul(TICKET_TRIPS).max(TICKET_PATIENCE);
    let finished = named.finished.client;
    let finished = finished.and_then(|frame| client.iter().find(|record| record.frame == frame));
    let last_ticket = finished.map(|finished| Timestamp(finished.time.0.saturating_add(patience)));
    let later = server.get(flight.len()..).unwrap_or_default();
    named.answers(later, Goodbye::of(server_alert, sizes), request, last_ticket);
    named
}

/// Names the server's flight. Its last message is Finished, recognised by its size if it has its own record; records
/// after it did not wait for the client (RFC 9846 section 4.4.4). Otherwise messages share records.
fn server_flight<'a>(before: &'a [Protected], client_spoke: bool, sizes: Sizes, named: &mut Named) -> &'a [Protected] {
    let own_record = before
        .iter()
        .rposition(|record| record.len == sizes.finished)
        .filter(|&at| at > 0);
    let flight = own_record.map_or(before, |at| before.get(..=at).unwrap_or(before));
    let complete = own_record.is_some() || client_spoke;
    for (n, record) in flight.iter().enumerate() {
        let (kind, remark) = if n + 1 == flight.len() && complete {
            named.finished.server = Some(record.frame);
            (StepKind::Finished, (n == 0).then_some(Detail::WithMessagesBefore))
        } else if n == 0 && record.len <= MAX_EXTENSIONS && flight.len() > 1 {
            // In its own record; a larger record, or the only one, may hold anything up to Finished.
            (StepKind::EncryptedExtensions, None)
        } else {
            (StepKind::EncryptedHandshake, None)
        };
        named.steps.push((record.step, kind, remark));
    }
    flight
}

/// If the client refuses with an alert in place of its flight, or of the rest of it: the records after it, and the
/// length of the client's alerts.
fn refused_turn<'a>(
    client: &'a [Protected],
    flight: &[Protected],
    after: &[Protected],
    sizes: Sizes,
    named: &mut Named,
) -> Option<(&'a [Protected], u16)> {
    let is_alert = |record: &Protected| [0, JSSE_PADDING].contains(&record.len.wrapping_sub(sizes.alert));
    if client.first().is_some_and(is_alert) {
        let (refusal, rest) = client.split_at_checked(1).unwrap_or((client, &[]));
        named.client_refused = refusal.first().map(|record| record.frame);
        refusal.iter().for_each(|record| named.alert(Side::Client, record));
        return Some((rest, sizes.alert));
    }
    let [certificate, alert] = client else { return None };
    let is_large = certificate.len > sizes.finished.saturating_add(MAX_PADDING);
    if flight.is_empty() || !after.is_empty() || !is_large || !is_alert(alert) {
        return None;
    }
    // A record as large as a certificate, then an alert in place of the rest of the flight, and no answer to either.
    named.client_sent_certificate = true;
    named.client_gave_up = Some(alert.frame);
    let remark = Some(Detail::CertificateBySize);
    named
        .steps
        .push((certificate.step, StepKind::EncryptedHandshake, remark));
    named.alert(Side::Client, alert);
    Some((&[], sizes.alert))
}

/// The time until a message is answered, in the handshakes of TCP and TLS, whichever is longer; wherever the capture
/// was made.
pub(super) fn round_trip(steps: &[Step]) -> i64 {
    let time = |kind: StepKind| steps.iter().find(|step| step.kind == kind).map(|step| step.time);
    let pairs = [
        (StepKind::Syn, StepKind::SynAck),
        (StepKind::SynAck, StepKind::Ack),
        (StepKind::ClientHello, StepKind::ServerHello),
    ];
    let trips = pairs.map(|(from, to)| time(to).zip(time(from)).map_or(0, |(to, from)| to.since(from)));
    trips.into_iter().max().unwrap_or_default()
}

/// Names the client's part of the handshake; returns the records after it, and the length of the client's alerts.
fn client_flight<'a>(
    client: &'a [Protected],
    sizes: Sizes,
    early_data: bool,
    named: &mut Named,
) -> (&'a [Protected], u16) {
    let first = client.iter().take(6);
    let padded = |record: &Protected| padding_of(record.len, sizes.finished);
    let own_record = first
        .clone()
        .position(|record| record.len == sizes.finished)
        .or_else(|| client.first().filter(|record| padded(record) > 0).map(|_| 0))
        .or_else(|| first.clone().position(|record| padded(record) == JSSE_PADDING));
    // Without a record of that size the messages share one record, which then is the first.
    let end = own_record.unwrap_or(0);
    // Early data ends with its own record (EndOfEarlyData), which is no certificate.
    let others = end.saturating_sub(usize::from(early_data));
    named.client_sent_certificate = others > 0 || own_record.is_none() && !client.is_empty();
    // An empty Certificate alone in a record, or beside Finished.
    let alone = sizes.alert.saturating_sub(ALERT).saturating_add(EMPTY_CERTIFICATE);
    let beside = sizes.finished.saturating_add(EMPTY_CERTIFICATE);
    named.client_certificate_empty = named.client_sent_certificate
        && client.first().is_some_and(|first| {
            let len = first.len;
            len == beside || end > 0 && [alone, alone.saturating_add(JSSE_PADDING)].contains(&len)
        });
    let first = client.first().filter(|_| named.client_certificate_empty);
    named.client_empty_record = first.map(|record| (record.frame, record.len));
    let mut padding = 0;
    for (n, record) in client.iter().take(end + 1).enumerate() {
        if n == end {
            named.finished.client = Some(record.frame);
            padding = padded(record);
            let remark = own_record.is_none().then_some(Detail::WithOtherMessages);
            named.steps.push((record.step, StepKind::Finished, remark));
        } else {
            named.steps.push((record.step, StepKind::EncryptedHandshake, None));
        }
    }
    (
        client.get(end + 1..).unwrap_or_default(),
        sizes.alert.saturating_add(padding),
    )
}

impl Named {
    /// Names the alerts if the server sent one in place of its encrypted messages; returns whether it did.
    ///
    /// No message fits into the record of an alert: the smallest of them, without a body, is two bytes longer (RFC 9846
    /// section 4). A client that continues has received the server's Finished, which then was not captured.
    fn broken_off(&mut self, client: &[Protected], server: &[Protected], alert_len: u16) -> bool {
        let holds_alert = |record: &&Protected| record.len == alert_len;
        let Some(first) = server.first().filter(holds_alert) else {
            return false;
        };
        if !client.iter().all(|record| holds_alert(&record)) {
            return false;
        }
        self.server_broke_off = Some(first.frame);
        for record in server.iter().take_while(holds_alert) {
            self.alert(Side::Server, record);
        }
        for record in client {
            self.alert(Side::Client, record);
        }
        true
    }

    /// Names the server's records after its flight: tickets first, then answers.
    fn answers(
        &mut self,
        later: &[Protected],
        goodbye: Goodbye,
        request: Option<Position>,
        last_ticket: Option<Timestamp>,
    ) {
        let tickets = ticket_count(later, goodbye, request, last_ticket);
        let others = later.iter().filter(|record| record.len != goodbye.len).count();
        self.lone_answer = tickets == 0 && others == 1;
        // Only size and place identify a ticket: a record sent after the request arrived may be the answer, unless
        // another of the same size was sent before, as servers send several tickets at once.
        let had_request = |record: &Protected| request.is_some_and(|request| record.acked >= request);
        let asked = later.iter().take(tickets).filter(|record| had_request(record));
        let is_twin = |record: &&Protected| {
            later
                .iter()
                .take(tickets)
                .any(|it| !had_request(it) && it.len == record.len)
        };
        let doubtful = asked.clone().any(|record| !is_twin(&record));
        self.ticket_or_answer = later
            .first()
            .filter(|_| doubtful && tickets == others)
            .map(|record| record.frame);
        let (tickets, answers) = later.split_at_checked(tickets).unwrap_or((&[], later));
        for record in tickets {
            self.steps.push((record.step, StepKind::NewSessionTicket, None));
        }
        self.data(Side::Server, answers, goodbye);
    }

    /// Records after the handshake: alerts if the side's last ones are that short, data otherwise.
    fn data(&mut self, side: Side, records: &[Protected], goodbye: Goodbye) {
        let alerts = goodbye.count(records);
        for (n, record) in records.iter().enumerate() {
            if n + alerts >= records.len() {
                self.alert(side, record);
            } else {
                self.application_data[side] += 1;
                self.first_application_data[side].get_or_insert(record.frame);
            }
        }
    }

    fn alert(&mut self, side: Side, record: &Protected) {
        self.steps
            .push((record.step, StepKind::Alert, Some(Detail::EncryptedAlert)));
        self.alerts.push((side, record.step));
    }
}

/// The padding of a record that holds Finished; 0 if its length does not fit.
const fn padding_of(len: u16, finished: u16) -> u16 {
    let excess = len.saturating_sub(finished);
    if excess <= MAX_PADDING && excess != EMPTY_CERTIFICATE {
        excess
    } else {
        0
    }
}

/// The alerts by which a side closes.
#[derive(Clone, Copy)]
struct Goodbye {
    /// Length of a record that holds one.
    len: u16,
    /// The greatest number of them: JSSE, which pads them, sends user_canceled before close_notify (RFC 9846 section
    /// 6.1).
    most: usize,
}

impl Goodbye {
    const fn of(len: u16, sizes: Sizes) -> Self {
        let most = if len == sizes.alert { 1 } else { 2 };
        Self { len, most }
    }

    /// The number of last records that are such alerts.
    fn count(self, records: &[Protected]) -> usize {
        let last = records.iter().rev().take(self.most);
        last.take_while(|record| record.len == self.len).count()
    }
}

/// The number of records after the client's Finished that are tickets: the first one to four of one size, if that is
/// the size of a ticket (it holds a state of at least some dozen bytes; with a client certificate in it, Java's has
/// 3,072).
///
/// A single record may just as well be the answer. It counts as the answer only if the server had the request by then
/// and closed properly after it, as a server that has answered does.
///
/// A record after the request, and long after the time of tickets, is no ticket.
fn ticket_count(
    later: &[Protected],
    goodbye: Goodbye,
    request: Option<Position>,
    last_ticket: Option<Timestamp>,
) -> usize {
    let is_late = |record: &Protected| {
        request.is_some_and(|request| record.acked >= request) && last_ticket.is_some_and(|last| record.time > last)
    };
    let goodbyes = goodbye.count(later);
    let closes = goodbyes > 0;
    let later = later.get(..later.len() - goodbyes).unwrap_or(later);
    let Some(first) = later
        .first()
        .filter(|first| (64..=4096).contains(&first.len) && !is_late(first))
    else {
        return 0;
    };
    if later.len() == 1 {
        let answers = closes && request.is_some_and(|request| first.acked >= request);
        return usize::from(!answers);
    }
    later
        .iter()
        .take(4)
        .take_while(|record| record.len == first.len && !is_late(record))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-384 suites: Finished has 48 bytes, and 4 + 17 around it.
    const SIZES: Sizes = Sizes {
        finished: 69,
        alert: 19,
    };

    /// Names a conversation given in order as `(side, record length)`; the server acknowledges everything before.
    fn read(records: &[(Side, u16)]) -> Named {
        read_slowly(records, 1_000_000)
    }

    /// The same with a pause, in nanoseconds, between any two records.
    fn read_slowly(records: &[(Side, u16)], pause: i64) -> Named {
        let (mut client, mut server) = (Vec::new(), Vec::new());
        let mut sent = Sides {
            client: 0_u64,
            server: 0_u64,
        };
        for (step, &(side, len)) in records.iter().enumerate() {
            sent[side] += u64::from(len) + 5;
            let record = Protected {
                len,
                frame: FrameNumber(step as u64 + 1),
                time: Timestamp(step as i64 * pause),
                step,
                to: sent[side],
                acked: sent[side.peer()],
            };
            if side == Side::Client {
                client.push(record)
            } else {
                server.push(record)
            }
        }
        name(&client, &server, SIZES, None, 0)
    }

    use Side::{Client as C, Server as S};

    #[test]
    fn the_two_goodbyes_of_jsse_are_no_answer() {
        let flight = [(S, 65), (S, 929), (S, 297), (S, 85), (C, 85)];
        let goodbyes = [(S, 1207), (S, 35), (S, 35)];
        let named = read(&[&flight[..], &goodbyes].concat());
        assert_eq!(named.application_data.server, 0);
        assert_eq!(named.alerts.len(), 2);
    }

    #[test]
    fn a_good_handshake_with_tickets_and_an_answer() {
        let openssl = read(&[
            (S, 30),
            (S, 900),
            (S, 281),
            (S, 69),
            (C, 69),
            (C, 500),
            (S, 250),
            (S, 250),
            (S, 900),
            (S, 19),
            (C, 19),
        ]);
        assert!(openssl.server_accepted && openssl.server_refused.is_none());
        assert_eq!(
            (openssl.application_data.client, openssl.application_data.server),
            (1, 1)
        );
        assert!(!openssl.client_sent_certificate);
    }

    #[test]
    fn refusals_of_three_stacks() {
        let flight = [(S, 30), (S, 900), (S, 281), (S, 69), (C, 836), (C, 281), (C, 69)];
        let with = |rest: &[(Side, u16)]| read(&[&flight[..], rest].concat());
        for refused in [
            with(&[(C, 880), (S, 19)]),          // OpenSSL
            with(&[(S, 19), (C, 880), (S, 19)]), // GnuTLS: the alert, and a second one at the end
        ] {
            assert!(refused.server_refused.is_some() && refused.client_sent_certificate);
            assert_eq!(refused.application_data.server, 0);
        }
        // JSSE pads its short records by 16 bytes.
        let jsse = read(&[
            (S, 65),
            (S, 185),
            (S, 1837),
            (S, 297),
            (S, 85),
            (C, 836),
            (C, 281),
            (C, 69),
            (S, 35),
            (C, 880),
        ]);
        assert!(jsse.server_refused.is_some());
    }

    #[test]
    fn tickets_alone_are_no_answer() {
        let silent = read(&[(S, 30), (S, 900), (S, 69), (C, 69), (C, 500), (S, 250), (S, 250)]);
        assert!(silent.server_accepted);
        assert_eq!(silent.application_data.server, 0);
    }

    #[test]
    fn a_client_that_shows_a_certificate_is_told_from_one_that_pads() {
        assert!(!read(&[(S, 1000), (C, 85)]).client_sent_certificate); // JSSE
        let beside = read(&[(S, 1000), (C, 77)]); // an empty Certificate beside Finished
        assert!(beside.client_sent_certificate && beside.client_certificate_empty);
        assert!(read(&[(S, 1000), (C, 1200)]).client_sent_certificate); // NSS: all in one record
    }

    #[test]
    fn a_client_that_refuses_sends_an_alert_in_place_of_finished() {
        for alert in [19, 35] {
            let refused = read(&[(S, 30), (S, 900), (S, 69), (C, alert)]);
            assert!(refused.client_refused.is_some() && refused.finished.client.is_none());
        }
        let empty_certificate = read(&[(S, 30), (S, 900), (S, 69), (C, 25), (C, 69)]);
        assert!(empty_certificate.client_refused.is_none() && empty_certificate.client_certificate_empty);
    }

    #[test]
    fn a_record_long_after_the_request_is_no_ticket() {
        let records = [(S, 23), (S, 1845), (S, 409), (S, 69), (C, 69), (C, 82), (S, 569)];
        let late = read_slowly(&records, 300_000_000);
        assert_eq!((late.application_data.server, late.lone_answer), (1, true));
        let soon = read(&records);
        assert_eq!(
            (soon.application_data.server, soon.ticket_or_answer.is_some()),
            (0, true),
            "either"
        );
        // Sent before the server had the request.
        let before = read(&[(S, 23), (S, 1845), (S, 69), (C, 69), (S, 250), (S, 250), (C, 82)]);
        assert_eq!((before.application_data.server, before.ticket_or_answer), (0, None));
        // Two tickets of one size, of which the first was sent before.
        let twins = read(&[(S, 23), (S, 1845), (S, 69), (C, 69), (S, 250), (C, 82), (S, 250)]);
        assert_eq!((twins.application_data.server, twins.ticket_or_answer), (0, None));
        let others = read(&[(S, 23), (S, 1845), (S, 69), (C, 69), (S, 250), (C, 82), (S, 251)]);
        assert!(others.application_data.server > 0 || others.ticket_or_answer.is_some());
        let equal = [(S, 23), (S, 1845), (S, 69), (C, 69), (C, 82), (S, 1400), (S, 1400)];
        assert_eq!(read_slowly(&equal, 300_000_000).application_data.server, 2);
        assert!(read(&equal).ticket_or_answer.is_some());
    }

    #[test]
    fn an_alert_behind_a_certificate_is_no_finished() {
        let gave_up = read(&[(S, 23), (S, 115), (S, 2832), (S, 409), (S, 69), (C, 1696), (C, 19)]);
        assert!(gave_up.client_gave_up.is_some() && gave_up.finished.client.is_none());
        assert!(gave_up.client_sent_certificate && gave_up.client_refused.is_none());
        // With an answer to it, the one record was the whole flight.
        let whole = read(&[(S, 1000), (C, 1200), (C, 19), (S, 250)]);
        assert!(whole.client_gave_up.is_none() && whole.finished.client.is_some());
    }

    #[test]
    fn encrypted_extensions_are_named_only_where_they_have_a_record_of_their_own() {
        let first = |records: &[(Side, u16)]| kinds(&read(records))[0].1;
        assert_eq!(
            first(&[(S, 30), (S, 900), (S, 281), (S, 69), (C, 69)]),
            StepKind::EncryptedExtensions
        );
        assert_eq!(
            first(&[(S, 2500), (S, 281), (S, 69), (C, 69)]),
            StepKind::EncryptedHandshake
        );
        assert_eq!(first(&[(S, 2500)]), StepKind::EncryptedHandshake);
    }

    /// The step of each record, in order.
    fn kinds(named: &Named) -> Vec<(usize, StepKind)> {
        let mut steps: Vec<(usize, StepKind)> = named.steps.iter().map(|&(step, kind, _)| (step, kind)).collect();
        steps.sort_by_key(|&(step, _)| step);
        steps
    }

    #[test]
    fn nothing_is_named_where_nothing_was_sent() {
        let named = read(&[]);
        assert!(named.steps.is_empty() && named.alerts.is_empty());
        assert!(!named.server_accepted && named.finished.server.is_none());
    }

    #[test]
    fn a_flight_without_a_record_of_its_own_for_finished_is_not_complete_until_the_client_answers() {
        assert!(read(&[(S, 30), (S, 900)]).finished.server.is_none());
        let answered = read(&[(S, 30), (S, 1200), (C, 69)]);
        assert_eq!(answered.finished.server, Some(FrameNumber(2)));
        assert_eq!(answered.finished.client, Some(FrameNumber(3)));
    }

    #[test]
    fn tickets_sent_before_the_client_finished_are_not_its_acceptance_of_a_certificate() {
        // A record after the server's own Finished did not wait for the client.
        let named = read(&[(S, 30), (S, 900), (S, 69), (S, 250), (C, 69), (S, 19)]);
        assert!(named.server_refused.is_none());
    }

    #[test]
    fn a_client_that_speaks_and_is_answered_by_alerts_alone_is_refused() {
        for alerts in [1, 2, 3] {
            let mut said = vec![(S, 30), (S, 900), (S, 69), (C, 69), (C, 500)];
            said.extend((0..alerts).map(|_| (S, 19)));
            let named = read(&said);
            assert_eq!(named.server_refused, Some(FrameNumber(6)));
            assert_eq!(named.alerts.len(), alerts);
            assert!(!named.server_accepted);
        }
        let four = [
            (S, 30),
            (S, 900),
            (S, 69),
            (C, 69),
            (C, 500),
            (S, 19),
            (S, 19),
            (S, 19),
            (S, 19),
        ];
        assert!(read(&four).server_refused.is_none());
    }

    #[test]
    fn only_the_last_short_record_is_an_alert() {
        let named = read(&[
            (S, 30),
            (S, 900),
            (S, 69),
            (C, 69),
            (C, 19),
            (C, 500),
            (S, 800),
            (S, 700),
            (C, 19),
        ]);
        assert_eq!(named.application_data.client, 2);
        let alerts: Vec<usize> = named.alerts.iter().map(|&(_, step)| step).collect();
        assert_eq!(alerts, [8]);
    }

    #[test]
    fn every_record_of_a_handshake_is_named_once() {
        let named = read(&[
            (S, 30),
            (S, 900),
            (S, 281),
            (S, 69),
            (C, 836),
            (C, 281),
            (C, 69),
            (S, 250),
            (S, 250),
            (S, 900),
        ]);
        use StepKind::{EncryptedExtensions, EncryptedHandshake, Finished, NewSessionTicket};
        let expected = [
            EncryptedExtensions,
            EncryptedHandshake,
            EncryptedHandshake,
            Finished,
            EncryptedHandshake,
            EncryptedHandshake,
            Finished,
            NewSessionTicket,
            NewSessionTicket,
        ];
        assert_eq!(kinds(&named), expected.into_iter().enumerate().collect::<Vec<_>>());
        assert_eq!(named.application_data.server, 1);
    }
}
