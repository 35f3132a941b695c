//! line → Heading: a packet as Check Point's fw monitor speaks of it, at each of the points of the firewall that it passes.
//!
//! * `eth0:i[84]: 172.16.1.1 -> 172.16.1.2 (ICMP) len=84 id=21307` ("How to use fw monitor", 2003)
//! * `[vs_0][fw_1] eth0:I[60]: 10.1.1.1 -> 10.2.2.2 (TCP) len=60 id=7` (sk30583), with -T a date and a time before the interface
//!
//! The length is that of the IP packet: fw monitor shows no link layer. A line about ports follows, and with -x the bytes.

use super::heading::Heading;
use super::stamp::Stamp;

/// Reads a line by its words.
pub(super) fn heading(words: &[&str]) -> Option<Heading> {
    let is_instance = |word: &str| word.starts_with("[vs_") && word.ends_with(']');
    let words = match words {
        [first, rest @ ..] if is_instance(first) => rest,
        _ => words,
    };
    let (stamp, words) = match Stamp::read_joined(words) {
        Some(stamp) => (Some(stamp), words.get(2..)?),
        None => (None, words),
    };
    let [point, _, "->", _, _, len, ..] = words else {
        return None;
    };
    let (interface, len_there) = point.strip_suffix("]:")?.split_once('[')?;
    let (name, position) = interface.rsplit_once(':')?;
    let is_position = (1..=3).contains(&position.len()) && position.bytes().all(|it| it.is_ascii_alphabetic());
    let wire_len = len.strip_prefix("len=")?.parse().ok()?;
    let is_one = is_position && !name.is_empty() && name.len() <= 24 && len_there.parse::<u32>().is_ok();
    is_one.then(|| Heading {
        number: None,
        stamp,
        wire_len: Some(wire_len),
        interface: Some(interface.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_spoken_of_with_or_without_instance_and_time() {
        let read = |line: &str| heading(&line.split_whitespace().collect::<Vec<_>>());
        let one = read("eth0:i[84]: 172.16.1.1 -> 172.16.1.2 (ICMP) len=84 id=21307").unwrap();
        assert_eq!(
            (one.wire_len, one.interface.as_deref(), one.stamp),
            (Some(84), Some("eth0:i"), None)
        );
        let line =
            "[vs_0][fw_1] 1Jan1971 00:00:01.000000 bond1.20:oq[124]: 10.1.1.1 -> 10.2.2.2 (TCP) len=124 id=38414";
        let other = read(line).unwrap();
        assert_eq!(other.stamp, Some(Stamp::Local(31_536_001_000_000_000)));
        assert_eq!(other.interface.as_deref(), Some("bond1.20:oq"));
        for line in [
            "TCP: 1050 -> 443 .S.... seq=bf8bc98e ack=00000000",
            "eth0:i[84]: 172.16.1.1 -> 172.16.1.2",
            "a:b[x]: 1 -> 2 (TCP) len=1",
            "[vs_0][fw_0]",
            "",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
