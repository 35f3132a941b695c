//! line → Heading: what a text says of a packet before its bytes: number, time, length, interface.
//!
//! | who writes it | line |
//! | --- | --- |
//! | IOS XE, `buffer dump` | `0` |
//! | IOS XE, `buffer detailed` | `   0   62    0.000000   10.1.1.1 -> 10.2.2.2 …`: number, size, time |
//! | IOS, `buffer NAME dump` | `22:45:44.700 UTC Nov 27 2021 : IPv4 LES CEF    : Fa4.320 None` |
//! | ASA | `   1: 20:40:01.108469       10.1.1.1 > 10.2.2.2 icmp: echo request` |
//! | FortiGate | `2.371352 wan1 -- 10.1.1.1.443 -> 10.2.2.2.5246: fin …`, or a date and a time before the interface |
//! | Check Point | `[vs_0][fw_1] eth0:i[84]: 10.1.1.1 -> 10.2.2.2 (TCP) len=84 id=21307` (fw_monitor.rs) |
//! | tcpdump | `09:44:14.363675 IP …`, `2026-11-22 09:44:14.363675 IP …` (-tttt), `1795340654.363675 IP …` (-tt) |
//! | tshark | `   21   0.142155 10.1.1.1 → 10.2.2.2 …`; with -V `Frame 21: 590 bytes on wire …`, `Arrival Time: …` |
//!
//! Sources: Wireshark's ciscodump.c for IOS, IOS XE and ASA, Fortinet's technical tip 194222, pcap-tstamp and print.c of tcpdump,
//! and what tshark 4.2 prints.

use super::fw_monitor;
use super::stamp::Stamp;

/// The longest name of an interface that is kept.
const LONGEST_NAME: usize = 32;

/// The fields of a heading: facts about the packet whose bytes follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) number: Option<u64>,
    pub(super) stamp: Option<Stamp>,
    pub(super) wire_len: Option<usize>,
    pub(super) interface: Option<Box<str>>,
}

/// The meaning of a line that is no row for the rows behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A new packet is spoken of.
    Packet(Heading),
    /// More is said of the packet already spoken of.
    More(Heading),
    /// The rows that follow are no packet: a reassembled or decrypted message.
    NoPacket,
    /// Nothing.
    Nothing,
}

impl Heading {
    /// Takes what another line says of the same packet.
    pub(super) fn add(&mut self, more: Self) {
        self.number = more.number.or(self.number);
        self.stamp = match (self.stamp, more.stamp) {
            // A date is worth more than a time since the first packet.
            (Some(known @ (Stamp::Utc(_) | Stamp::Local(_))), Some(Stamp::Relative(_) | Stamp::OfDay(_))) => {
                Some(known)
            }
            (Some(known @ Stamp::Utc(_)), Some(Stamp::Local(_))) => Some(known),
            (known, told) => told.or(known),
        };
        self.wire_len = more.wire_len.or(self.wire_len);
        self.interface = more.interface.or(self.interface.take());
    }
}

impl Meaning {
    /// Reads a line that is no row.
    pub(super) fn read(line: &[u8]) -> Self {
        // Only the beginning counts, and it is ASCII in every form.
        let line = line.get(..200.min(line.len())).unwrap_or_default();
        let text = String::from_utf8_lossy(line);
        let words: Vec<&str> = text.split_whitespace().take(24).collect();
        match words.as_slice() {
            [] => Self::Nothing,
            ["Arrival", "Time:", rest @ ..] | ["UTC", "Arrival", "Time:", rest @ ..] => {
                Self::stamped(Stamp::read_arrival(rest))
            }
            ["Epoch", "Time:", rest @ ..] | ["Epoch", "Arrival", "Time:", rest @ ..] => {
                Self::stamped(Stamp::read(rest).map(|it| it.0))
            }
            ["[Time", "since", "reference", "or", "first", "frame:", rest @ ..] => {
                Self::stamped(Stamp::read(rest).map(|it| it.0))
            }
            ["Frame", number, rest @ ..] => match number.strip_suffix(':').and_then(natural) {
                Some(number) => Self::Packet(Heading {
                    number: Some(number),
                    wire_len: bytes_on_wire(rest),
                    ..Heading::default()
                }),
                None => Self::source(&words),
            },
            [number] if natural(number).is_some() => Self::Packet(Heading {
                number: natural(number),
                ..Heading::default()
            }),
            _ => fw_monitor::heading(&words)
                .map(Self::Packet)
                .or_else(|| Self::numbered(&words))
                .or_else(|| Self::timed(&words))
                .unwrap_or_else(|| Self::source(&words)),
        }
    }

    fn stamped(stamp: Option<Stamp>) -> Self {
        stamp.map_or(Self::Nothing, |stamp| {
            Self::More(Heading {
                stamp: Some(stamp),
                ..Heading::default()
            })
        })
    }

    /// A number, and then a time, with or without a size between them.
    fn numbered(words: &[&str]) -> Option<Self> {
        let [number, rest @ ..] = words else { return None };
        let number = natural(number.strip_suffix(':').unwrap_or(number))?;
        let (size, rest) = match rest {
            [size, behind @ ..] if natural(size).is_some() => (natural(size), behind),
            _ => (None, rest),
        };
        let (stamp, taken) = Stamp::read(rest)?;
        (rest.len() > taken).then(|| {
            Self::Packet(Heading {
                number: Some(number),
                stamp: Some(stamp),
                wire_len: size.and_then(|size| usize::try_from(size).ok()),
                interface: None,
            })
        })
    }

    /// A time, and then something.
    fn timed(words: &[&str]) -> Option<Self> {
        let (stamp, taken) = Stamp::read(words)?;
        let rest = words.get(taken..).filter(|rest| !rest.is_empty())?;
        let interface = match rest {
            [name, "in" | "out" | "--", ..] => Some(*name),
            [":", ..] => rest
                .get(1..)
                .and_then(|rest| rest.split(|word| *word == ":").nth(1)?.first().copied()),
            _ => None,
        };
        let wire_len = rest.windows(2).find_map(|pair| match pair {
            // tcpdump -e says how long the frame was, before it says anything of its payload.
            ["length", len] if len.ends_with(':') => len.trim_end_matches(':').parse().ok(),
            _ => None,
        });
        Some(Self::Packet(Heading {
            number: None,
            stamp: Some(stamp),
            wire_len,
            interface: interface.filter(|name| name.len() <= LONGEST_NAME).map(Into::into),
        }))
    }

    /// `Frame (590 bytes):`, `Reassembled TCP (821 bytes):`: tshark heads the bytes of a packet when others follow them.
    fn source(words: &[&str]) -> Self {
        match words {
            [name, .., len, "bytes):" | "byte):"] if len.strip_prefix('(').and_then(natural).is_some() => match *name {
                "Frame" | "Packet" => Self::Nothing,
                _ => Self::NoPacket,
            },
            _ => Self::Nothing,
        }
    }
}

/// A number of digits only, of no more than twelve.
fn natural(word: &str) -> Option<u64> {
    let is_number = (1..=12).contains(&word.len()) && word.bytes().all(|it| it.is_ascii_digit());
    if is_number { word.parse().ok() } else { None }
}

/// `590 bytes on wire …`
fn bytes_on_wire(words: &[&str]) -> Option<usize> {
    match words {
        [len, "bytes" | "byte", "on", "wire", ..] => len.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_says_what_it_says() {
        let heading = |number, stamp, wire_len, interface: Option<&str>| {
            Meaning::Packet(Heading {
                number,
                stamp,
                wire_len,
                interface: interface.map(Into::into),
            })
        };
        let second = 1_000_000_000;
        for (line, expected) in [
            ("0", heading(Some(0), None, None, None)),
            (
                "   0   62    0.500000   10.10.10.10      ->  10.1.1.1  0 BE UDP",
                heading(Some(0), Some(Stamp::Relative(second / 2)), Some(62), None),
            ),
            (
                "   1: 00:00:01.000000       10.124.255.212 > 10.124.255.5 icmp: echo request",
                heading(Some(1), Some(Stamp::OfDay(second)), None, None),
            ),
            (
                "2.000000 wan1 -- 192.168.1.1.443 -> 192.168.2.1.5246: fin 1795716699 ack 3600550434",
                heading(None, Some(Stamp::Relative(2 * second)), None, Some("wan1")),
            ),
            (
                "00:00:01.000 UTC Jan 1 1971 : IPv4 LES CEF    : Fa4.320 None",
                heading(None, Some(Stamp::Utc(31_536_001 * second)), None, Some("Fa4.320")),
            ),
            (
                "00:00:01.000000 76:11:e1:c3:06:e2 > 4a:9e:a1:41:db:55, ethertype IPv4 (0x0800), length 58: 192.168.10.150",
                heading(None, Some(Stamp::OfDay(second)), Some(58), None),
            ),
            (
                "   21   0.500000 192.168.10.150 → 192.133.220.90 TLSv1.2 590 Certificate, Client Key Exchange",
                heading(Some(21), Some(Stamp::Relative(second / 2)), None, None),
            ),
            (
                "Frame 24: 61 bytes on wire (488 bits), 61 bytes captured (488 bits)",
                heading(Some(24), None, Some(61), None),
            ),
            ("Reassembled TCP (821 bytes):", Meaning::NoPacket),
            ("Decrypted TLS (5 bytes):", Meaning::NoPacket),
            ("Frame (590 bytes):", Meaning::Nothing),
            ("wlc#show monitor capture C buffer dump", Meaning::Nothing),
            ("*Nov 22 09:44:14.363: %SYS-5-CONFIG_I: Configured", Meaning::Nothing),
            ("12 packets captured", Meaning::Nothing),
            ("", Meaning::Nothing),
        ] {
            assert_eq!(Meaning::read(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn of_two_times_the_one_with_a_date_is_kept() {
        let mut heading = Heading::default();
        for line in [
            "    Arrival Time: Nov 22, 2026 09:44:14.552257000 UTC",
            "    Epoch Time: 1795340654.552257000 seconds",
            "    [Time since reference or first frame: 0.188582000 seconds]",
        ] {
            let Meaning::More(more) = Meaning::read(line.as_bytes()) else {
                panic!("{line}")
            };
            heading.add(more);
        }
        assert_eq!(heading.stamp, Some(Stamp::Utc(1_795_340_654_552_257_000)));
    }
}
