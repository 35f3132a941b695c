//! Bytes as what two ends say over TCP: records, messages, segments.

use super::handed_on::leaves_nothing;
use super::scenario::messages::{Group, Offer, certificate, client_hello, each_in_a_record, message, server_hello};
use super::scenario::{Client, Scenario, Server};
use super::wire::parts;
use super::{analyze, options};
use tlswalk::base::phrase::Language;
use tlswalk::report::{Attempt, Confidence, Connection, Report, Severity};

/// Bytes as what client and server send: the first says where the server's begin, in 1/256 of the length.
pub fn records(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first() else {
        return;
    };
    let (client, server) = bytes.split_at(bytes.len() * usize::from(*cut) / 256);
    analyze(&both_say(443, client, server));
}

fn both_say(port: u16, client: &[u8], server: &[u8]) -> Vec<u8> {
    let story = Scenario::open().send(Client, client).send(Server, server);
    story.close(Client).ports(50_123, port).pcap()
}

/// Bytes as requests and answers in clear: the first chooses the port, the second says where the server's begin. What analysis
/// reads of them, redaction must have found.
pub fn http(data: &[u8]) {
    let Some((&[port, cut], bytes)) = data.split_first_chunk() else {
        return;
    };
    let (client, server) = bytes.split_at(bytes.len() * usize::from(cut) / 256);
    let port = [80, 8080, 3128, 443][usize::from(port & 3)];
    leaves_nothing(&both_say(port, client, server));
}

/// Bytes as the bodies of a Client Hello and of what the server answers, each behind its length. What analysis reads of them,
/// redaction must have found.
pub fn hello(data: &[u8]) {
    let kinds = [1, 2, 11, 13, 4, 22];
    let mut messages = kinds
        .iter()
        .zip(parts(data))
        .map(|(kind, body)| each_in_a_record(&[message(*kind, body)]));
    let client = messages.next().unwrap_or_default();
    let server: Vec<u8> = messages.flatten().collect();
    leaves_nothing(&both_say(443, &client, &server));
}

/// Bytes as a server's certificates: each begins with its length in two bytes. What analysis reads of them, redaction must have
/// found.
pub fn certificates(data: &[u8]) {
    let flight = each_in_a_record(&[server_hello(), certificate(&parts(data))]);
    let hello = each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]);
    leaves_nothing(&both_say(443, &hello, &flight));
}

/// A TLS 1.2 conversation whose segments come as the bytes say: cut anywhere, doubled, overlapping, in any order. Where every
/// byte came, the verdict is that of the conversation in order: a naive reader of the whole is the oracle. Where more came ahead
/// of a SYN than waits for it, this is said, and nothing is certain.
pub fn segments(data: &[u8]) {
    let bent = bend(Scenario::tls12(), data);
    let report = report(&bent.pcap());
    let begins = |it: &Connection| it.tcp.client_seen.start && it.tcp.server_seen.start;
    let [attempt] = &report.attempts[..] else {
        panic!("{} attempts", report.attempts.len())
    };
    let said = &attempt.verdict;
    let is_read = said.id.name() == "healthy";
    let is_honest = said.confidence != Confidence::Certain && !report.connections.iter().all(begins);
    assert!(
        is_read || is_honest,
        "{}: the order of segments decides: {bent:?}",
        said.id
    );
}

/// Segments split, repeated and moved within a side, none lost.
fn bend(mut story: Scenario, data: &[u8]) -> Scenario {
    for change in data.chunks_exact(3).take(24) {
        let &[what, place, size] = change else { break };
        let side = if what & 1 == 0 { Client } else { Server };
        let frames = story.data_frames(side);
        let Some(&frame) = frames.get(usize::from(place) % frames.len().max(1)) else {
            continue;
        };
        story = match what >> 1 & 3 {
            0 => story.split(side, 16 + usize::from(size)),
            1 => story.retransmit(frame),
            2 => story.overlap(frame, 1 + usize::from(size)),
            _ => story.shuffle(u64::from(size), 1 + usize::from(place) % 4),
        };
        if story.packets.len() > 2000 {
            break;
        }
    }
    story
}

/// The conversations of which frames are lost, and the verdicts of their bytes.
fn stories() -> [(Scenario, &'static str); 6] {
    [
        (Scenario::tls12(), "healthy"),
        (Scenario::tls13(), "healthy"),
        (Scenario::tls13_retry(), "healthy"),
        (Scenario::alert(Server, 48), "client-certificate-rejected"),
        (Scenario::alert(Client, 48), "server-certificate-rejected"),
        (Scenario::refused13(), "client-certificate-rejected"),
    ]
}

/// A conversation, chosen by the first byte, whose segments are bent and of which frames are missing. A hole makes no claim:
/// what is said to have gone well or failed is what the whole says.
pub fn holes(data: &[u8]) {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let [lost, bent] = [0, 1].map(|half| data.get(data.len() / 2 * half..data.len() / 2 * (half + 1)));
    let stories = stories();
    let (story, verdict) = stories[usize::from(*which) % stories.len()].clone();
    let mut story = bend(story, bent.unwrap_or_default());
    for place in lost.unwrap_or_default().iter().take(12) {
        // One more than the frame's number, among those that are left.
        let frame = 1 + usize::from(*place) * story.packets.len() / 256;
        if story.packets.len() > 1 {
            story = story.drop_frame(frame);
        }
    }
    for attempt in &report(&story.pcap()).attempts {
        holds(attempt, verdict, &story);
    }
}

fn holds(attempt: &Attempt, truth: &str, story: &Scenario) {
    let said = &attempt.verdict;
    let is_claim = matches!(said.severity, Severity::Ok | Severity::Error);
    let (id, confidence) = (said.id, said.confidence);
    assert!(
        !is_claim || id.name() == truth,
        "{id} ({confidence}) is said of {truth}: {story:?}"
    );
}

fn report(pcap: &[u8]) -> Report {
    tlswalk::analyze(pcap, "fuzz", options(Language::En)).unwrap()
}
