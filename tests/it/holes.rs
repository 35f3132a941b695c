//! Of a conversation a few frames are captured, or all but some → what is said to have gone well or failed is what the whole says.
//!
//! `fuzz/targets/conversations.rs` asks the same of segments that are cut and moved besides.

use crate::scenario::messages::each_in_a_record;
use crate::scenario::{Client, Scenario, Server};
use crate::support::analyze;
use tlswalk::report::Severity;

fn stories() -> [(Scenario, &'static str); 7] {
    let through_proxy = Scenario::open()
        .send(
            Client,
            b"CONNECT service.example:443 HTTP/1.1\r\nHost: service.example:443\r\n\r\n",
        )
        .send(Server, b"HTTP/1.1 200 Connection established\r\n\r\n")
        .handshake12(each_in_a_record)
        .data()
        .close(Client);
    [
        (through_proxy, "healthy"),
        (Scenario::tls12(), "healthy"),
        (Scenario::tls13(), "healthy"),
        (Scenario::tls13_retry(), "healthy"),
        (Scenario::alert(Server, 48), "client-certificate-rejected"),
        (Scenario::alert(Client, 48), "server-certificate-rejected"),
        (Scenario::refused13(), "client-certificate-rejected"),
    ]
}

/// The story with these frames alone.
fn only(story: &Scenario, kept: impl IntoIterator<Item = usize>) -> Scenario {
    let mut part = story.clone();
    part.packets = kept.into_iter().map(|at| story.packets[at].clone()).collect();
    part
}

fn holds(part: &Scenario, truth: &str) -> Result<(), String> {
    let report = analyze(&part.pcap());
    let says = |it: &tlswalk::report::Verdict| matches!(it.severity, Severity::Ok | Severity::Error);
    let verdicts = report.attempts.iter().map(|it| &it.verdict);
    let false_one = verdicts.into_iter().find(|it| says(it) && it.id.name() != truth);
    false_one.map_or(Ok(()), |it| {
        Err(format!("{} ({}) of {truth}: {part:?}", it.id, it.confidence))
    })
}

#[test]
fn of_two_or_three_frames_nothing_is_concluded_that_the_whole_refutes() {
    for (story, truth) in stories() {
        let count = story.packets.len();
        assert_eq!(holds(&story, truth), Ok(()));
        for first in 0..count {
            for second in first + 1..count {
                assert_eq!(holds(&only(&story, [first, second]), truth), Ok(()));
                // Every fifth of the threes, another one for each pair.
                for third in (second + 1 + (first + second) % 5..count).step_by(5) {
                    assert_eq!(holds(&only(&story, [first, second, third]), truth), Ok(()));
                }
            }
        }
    }
}

#[test]
fn of_a_conversation_with_a_hole_nothing_is_concluded_that_the_whole_refutes() {
    for (story, truth) in stories() {
        let count = story.packets.len();
        for from in 0..count {
            for to in from + 1..=count {
                let kept = (0..count).filter(|at| !(from..to).contains(at));
                assert_eq!(
                    holds(&only(&story, kept), truth),
                    Ok(()),
                    "frames {from} to {to} are missing"
                );
            }
        }
    }
}
