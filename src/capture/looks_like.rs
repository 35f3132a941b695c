//! bytes that are no capture → CaptureError: what the file is instead, and what to export.
//!
//! People send what they have: the terminal's log, the download page, the archive. Each gets the sentence that leads to
//! a capture; for a Cisco device that is always the same export.

use super::CaptureError;
use crate::base::command::Command;
use crate::base::dialect::{Dialect, task};

/// Bytes that are enough to recognise a format, beyond a terminal log's banner and the prompt.
pub(super) const ENOUGH: usize = 16 * 1024;

/// The way to get the capture off a device whose command line printed it.
fn export() -> String {
    let lines = Dialect::IosXe.lines(&[task("export-capture")]);
    let line = lines.first().map(Command::as_str).unwrap_or_default();
    format!("on the device, `{line}`, then copy that file off it")
}

/// The error for a file that begins with `head` and has no magic number of pcap, pcapng or a compression.
pub(super) fn refusal(head: &[u8]) -> CaptureError {
    if is_cut_magic(head) {
        return CaptureError::HeaderCut(head.len() as u64);
    }
    if let Some((name, convert)) = other_capture(head) {
        return CaptureError::Unsupported(format!("{name} is not read; {convert}"));
    }
    let looks_like = match archive(head).or_else(|| binary(head)) {
        Some(found) => found.to_owned(),
        None => match text(head) {
            Some(text) => describe_text(&text),
            None => format!(
                "it begins with {}, which is no known format; on a Cisco device: {}",
                head.iter()
                    .take(8)
                    .map(|byte| format!("{byte:02x}"))
                    .collect::<Vec<_>>()
                    .join(" "),
                export()
            ),
        },
    };
    CaptureError::NotACapture { looks_like }
}

/// True if packets may be printed in a text that begins so: it is text, and of no form that another sentence is for.
pub(super) fn may_hold_dump(head: &[u8]) -> bool {
    let is_other = other_capture(head).is_some() || archive(head).is_some() || binary(head).is_some();
    if is_other || is_cut_magic(head) {
        return false;
    }
    text(head).is_some_and(|text| {
        let lower = text.trim_start().get(..64).unwrap_or_default().to_lowercase();
        !(is_markup(&lower) || lower.starts_with("-----begin ") || is_json(&lower))
    })
}

/// True if the file ends inside the magic number of a capture.
fn is_cut_magic(head: &[u8]) -> bool {
    let magics = [0xa1b2_c3d4_u32, 0xd4c3_b2a1, 0xa1b2_3c4d, 0x4d3c_b2a1, 0x0a0d_0d0a].map(u32::to_be_bytes);
    (1..4).contains(&head.len()) && magics.iter().any(|magic| magic.starts_with(head))
}

/// Capture formats that other tools convert.
fn other_capture(head: &[u8]) -> Option<(&'static str, &'static str)> {
    const EDITCAP: &str = "convert it with Wireshark's `editcap -F pcapng <in> <out.pcapng>`";
    // A trace file begins with a buffer header of 72 bytes and an event header of 32; its first event repeats the buffer's
    // size, a power of two.
    let size = |at: usize| head.get(at..)?.first_chunk::<4>().copied().map(u32::from_le_bytes);
    let etl = size(0).is_some_and(|bytes| bytes.is_power_of_two() && bytes >= 1024 && size(104) == Some(bytes));
    Some(match head {
        [b's', b'n', b'o', b'o', b'p', 0, 0, 0, ..] => {
            ("a snoop capture (Solaris, or fw monitor of Check Point)", EDITCAP)
        }
        [b'T', b'R', b'S', b'N', b'I', b'F', b'F', ..] => ("a capture of the DOS Sniffer", EDITCAP),
        [b'X', b'C', b'P', 0, ..] | [b'V', b'L', 0, 0, ..] => ("a NetXray or Windows Sniffer capture", EDITCAP),
        [b'G', b'M', b'B', b'U', ..] | [b'R', b'T', b'S', b'S', ..] => ("a Microsoft Network Monitor capture", EDITCAP),
        [0x7f, b'v', b'e', b'r', ..] => ("an EtherPeek or OmniPeek capture", EDITCAP),
        [0x05, b'V', b'N', b'F', ..] => ("a Visual Networks capture", EDITCAP),
        [b'b', b't', b's', b'n', b'o', b'o', b'p', 0, ..] => ("a Bluetooth log", "it cannot hold TLS over TCP"),
        _ if is_erf(head) => (
            "an ERF capture (Endace)",
            "convert it with Wireshark's `editcap -F pcap <in> <out.pcap>`",
        ),
        _ if etl => (
            "a Windows event trace (ETL)",
            "convert it with Microsoft's etl2pcapng, or `pktmon etl2pcap` for pktmon's",
        ),
        _ => return None,
    })
}

/// Records of Endace's Extensible Record Format, which has no magic number: a time in 1/2^32 s in little-endian order, a type,
/// flags, the record's length in big-endian order, losses, the length on the wire. Three of a type that follow each other within
/// a day are no chance.
fn is_erf(head: &[u8]) -> bool {
    let record = |at: usize| {
        let bytes = head.get(at..)?.first_chunk::<16>()?;
        let seconds = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        let len = usize::from(u16::from_be_bytes([bytes[10], bytes[11]]));
        let kind = bytes[8] & 0x7f;
        let is_one = (1..=48).contains(&kind) && len > 16 && bytes[14] | bytes[15] != 0;
        is_one.then_some((seconds, kind, at.saturating_add(len)))
    };
    let Some((first, kind, second)) = record(0) else {
        return false;
    };
    let mut next = second;
    for _ in 0..2 {
        match record(next) {
            Some((seconds, like, behind)) if like == kind && seconds.abs_diff(first) < 86_400 => next = behind,
            _ => return false,
        }
    }
    first > 0
}

/// Containers that may hold a capture.
fn archive(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [b'P', b'K', 5, 6, ..] => "an empty zip archive",
        [b'P', b'K', 3, 4, ..] => "a zip archive inside an archive; unpack it and give the capture inside",
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7z archive; unpack it and give the capture inside",
        [b'R', b'a', b'r', b'!', ..] => "a rar archive; unpack it and give the capture inside",
        [0x1f, 0x9d, ..] => "compressed by compress; decompress it first (`uncompress`)",
        [b'L', b'Z', b'I', b'P', ..] => "compressed by lzip; decompress it first (`lzip -d`)",
        _ if super::compressed::is_magic(head) => "compressed twice; decompress it once and give the result",
        _ if head.get(257..262) == Some(b"ustar") => "a tar archive; unpack it and give the capture inside",
        _ => return None,
    })
}

/// Other binary files that were seen in place of a capture.
fn binary(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [b'%', b'P', b'D', b'F', ..] => {
            "a PDF document; a picture of a capture cannot be read: give the capture itself"
        }
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] | [b'G', b'I', b'F', b'8', ..] => {
            "a picture; give the capture itself"
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "an old Office document or Outlook message; save the attachment and give that",
        [0x30, 0x82, _, _, 0x30 | 0x02 | 0x06, ..] => "a certificate or key in DER; give the capture of the connection",
        [0x7f, b'E', b'L', b'F', ..] | [b'M', b'Z', ..] => "a program, not what it captured",
        [0x0a, 0x0a, 0x0a, ..] | [0x0d, 0x0a, 0x0d, 0x0d, ..] => {
            "a pcapng file destroyed by a copy in text mode (FTP ascii); copy it again in binary mode"
        }
        _ if !head.is_empty() && head.iter().all(|&byte| byte == 0) => {
            "zero bytes only: the capture was never written to the disk; export it again"
        }
        _ => return None,
    })
}

/// The beginning of the file as text, if it is text.
fn text(head: &[u8]) -> Option<String> {
    let text = match head {
        // PowerShell's `>` writes UTF-16.
        [0xff, 0xfe, rest @ ..] => {
            let units: Vec<u16> = rest
                .as_chunks::<2>()
                .0
                .iter()
                .map(|unit| u16::from_le_bytes(*unit))
                .collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(head).into_owned(),
    };
    // A terminal log has escape sequences, backspaces and the odd Latin-1 letter; a binary file has far more.
    let strange = text
        .chars()
        .filter(|&c| c == '\u{fffd}' || (c.is_control() && !"\t\n\r\u{8}\u{1b}\u{7}".contains(c)));
    (strange.count().saturating_mul(20) <= text.chars().count()).then_some(text)
}

fn describe_text(text: &str) -> String {
    let lower = text.to_lowercase();
    let start = lower.trim_start();
    if is_html(start) {
        return "an HTML page, perhaps a login or error page saved in place of the file; download the capture again"
            .into();
    }
    if start.starts_with("-----begin ") {
        return "PEM text (a certificate or a key); give the capture of the connection".into();
    }
    if [
        "show monitor capture",
        "sh mon cap",
        "starting the packet display",
        "monitor capture buffer",
        "ios-xe",
        "#show ",
    ]
    .iter()
    .any(|phrase| lower.contains(phrase))
    {
        return format!(
            "a log of the device's command line, without the hexadecimal packets of a capture; to judge the log itself, name it \
             with --log; {}",
            export()
        );
    }
    if text.lines().filter(|line| is_hex_dump(line)).count() >= 2 {
        return format!("a hex dump as text in which no packet can be recognised; {}", export());
    }
    if is_json(start) {
        return "JSON; if Wireshark or tshark wrote it, give the capture it was made from".into();
    }
    if is_xml(start) {
        return "XML; if Wireshark or tshark wrote it, give the capture it was made from".into();
    }
    if text.lines().filter(|line| is_packet_line(line)).count() >= 2 {
        return "packets printed as text by tcpdump or tshark without their bytes; capture with `-w <file>.pcap` and give that \
                file, or print the bytes with `-xx` (tshark: `-x`)"
            .into();
    }
    if text.lines().filter(|line| super::text::is_fw_monitor(line)).count() >= 2 {
        return "packets printed as text by fw monitor without their bytes; have it write them to a file (`-o <file>`), and convert \
                that with Wireshark's `editcap -F pcapng <file> <out.pcapng>`"
            .into();
    }
    if text.lines().take(50).filter(|line| is_syslog(line)).count() >= 1 {
        return "a log (syslog); give it with --log, and a packet capture of the same time".into();
    }
    if text.trim().is_empty() {
        return "blank text; export the capture again".into();
    }
    format!(
        "plain text; {}; elsewhere, save the packets as pcap or pcapng",
        export()
    )
}

fn is_html(start: &str) -> bool {
    ["<!doctype html", "<html", "<head"]
        .iter()
        .any(|tag| start.starts_with(tag))
}

fn is_xml(start: &str) -> bool {
    start.starts_with("<?xml") || start.starts_with("<pdml")
}

fn is_markup(start: &str) -> bool {
    is_html(start) || is_xml(start)
}

/// An object or an array of such; `[section]` and `[time] message` begin other files.
fn is_json(start: &str) -> bool {
    let mut significant = start.chars().filter(|c| !c.is_whitespace());
    match significant.next() {
        Some('{') => matches!(significant.next(), Some('"' | '}')),
        Some('[') => matches!(significant.next(), Some('{' | '[' | '"' | ']')),
        _ => false,
    }
}

/// `0000:  01005E00 00020000 0C07AC1D …` (IOS), `0x0000:  4500 003c` (tcpdump), `00000000  45 00 00` (xxd).
fn is_hex_dump(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let Some(offset) = words.next() else {
        return false;
    };
    let offset = offset.trim_end_matches(':');
    let offset = offset.strip_prefix("0x").unwrap_or(offset);
    let is_hex = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    (3..=8).contains(&offset.len())
        && is_hex(offset)
        && words
            .take(3)
            .filter(|word| matches!(word.len(), 2 | 4 | 8) && is_hex(word))
            .count()
            == 3
}

/// `12:34:56.789012 IP 10.0.0.1.443 > …` (tcpdump) or `  1   0.000000 10.0.0.1 -> 10.0.0.2 TCP …` (tshark).
fn is_packet_line(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else {
        return false;
    };
    let is_time =
        |word: &str| word.contains('.') && word.bytes().all(|byte| byte.is_ascii_digit() || b".:".contains(&byte));
    (is_time(first) && first.contains(':') && matches!(second, "IP" | "IP6" | "ARP," | "In" | "Out"))
        || (first.bytes().all(|byte| byte.is_ascii_digit())
            && is_time(second)
            && (line.contains(" -> ") || line.contains(" → ")))
}

/// `<134>…`, `Jan  2 03:04:05 host …`, `*Jan  2 03:04:05.678: %FACILITY-3-MNEMONIC: …`.
fn is_syslog(line: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let line = line.trim_start_matches(['*', '.', ' ']);
    let priority = line.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    priority.is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        || (MONTHS.iter().any(|month| line.starts_with(month)) && line.get(..20).is_some_and(|date| date.contains(':')))
        || line
            .split_once(": %")
            .is_some_and(|(_, rest)| rest.contains('-') && rest.contains(": "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::testing::read_err;

    #[test]
    fn what_people_send_is_recognised() {
        let utf16: Vec<u8> = [0xfeff]
            .into_iter()
            .chain("12:00 hello".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let record = [
            0, 0, 0, 0, 1, 2, 3, 0x65, 2, 4, 0, 24, 0, 0, 0, 4, 9, 9, 9, 9, 9, 9, 9, 9,
        ];
        let erf = [record; 3].concat();
        let mut tar = vec![b'a'; 257];
        tar.extend(b"ustar\0");
        for (bytes, expected) in [
            (&b"c9800#show monitor capture MYCAP buffer brief\r\n----\r\n #   size   timestamp"[..], "command line"),
            (b"Starting the packet display ........ Press Ctrl + Shift + 6 to exit\n\n  1 0.0 a -> b TCP", "command line"),
            (b"wlc> log\n0000:  01005E00 0002000F 0C07AC1D 123445C0  ..^.\n0010:  00300000 00000111 CFDC091D 0002E000 .0\n", "hex dump"),
            (b"12:00:01.000001 IP 1.2.3.4.5 > 6.7.8.9.443: Flags\n12:00:01.000002 IP 1.2.3.4.5 > 6.7.8.9.443: x\n", "tcpdump"),
            (b"  1   0.000000 10.0.0.1 -> 10.0.0.2 TCP 60\n  2   0.001000 10.0.0.2 -> 10.0.0.1 TCP 60\n", "tcpdump"),
            (b"\n<!DOCTYPE html><html>", "HTML"),
            (b"PK\x05\x06....", "zip"),
            (b"7z\xbc\xaf\x27\x1c", "7z"),
            (b"Rar!\x1a\x07", "rar"),
            (&tar, "tar"),
            (b"{\"layers\": 1}", "JSON"),
            (b"[\n  {\n    \"_index\": 1}]", "JSON"),
            (b"[package]\nname = 1\n", "plain text"),
            (b"-----BEGIN CERTIFICATE-----\nMII", "PEM"),
            (b"\x30\x82\x03\x04\x30\x82\x01\x02", "DER"),
            (b"%PDF-1.7\n", "PDF"),
            (b"*Jan  2 03:04:05.678: %SMART_LIC-3-COMM_FAILED: Communications failure\n", "syslog"),
            (b"<134>Jan  2 03:04:05 wlc %CAPWAP-3-X: y\n", "syslog"),
            (b"snoop\0\0\0\0\0\0\x02", "snoop"),
            (&erf, "editcap -F pcap "),
            (b"GMBU\0\0", "Network Monitor"),
            (b"XCP\x00002.0", "NetXray"),
            (b"TRSNIFF data    \x1a", "Sniffer"),
            (&utf16, "plain text"),
            (b"hello", "plain text"),
            (b"\n \n", "blank"),
            (&[0; 100], "zero bytes"),
            (b"\x01\x99\x88\x77\x00\xf1\xf2\xf3\xf4", "01 99 88 77"),
        ] {
            let error = read_err(bytes).to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
    }

    #[test]
    fn text_of_a_device_leads_to_the_export() {
        for bytes in [&b"wlc#show monitor capture x buffer dump\n"[..], b"just notes"] {
            assert!(
                read_err(bytes)
                    .to_string()
                    .contains("monitor capture <name> export flash:<name>.pcap")
            );
        }
    }

    #[test]
    fn a_file_cut_in_its_magic_number_is_cut() {
        assert!(matches!(read_err(b"\xd4\xc3"), CaptureError::HeaderCut(2)));
        assert!(matches!(read_err(b"\x0a\x0d\x0d"), CaptureError::HeaderCut(3)));
    }

    #[test]
    fn any_beginning_has_an_answer() {
        for first in 0..=255_u8 {
            for len in [1, 2, 5, 13, 600] {
                let mut bytes = vec![first; len];
                assert!(!refusal(&bytes).to_string().is_empty());
                bytes
                    .iter_mut()
                    .enumerate()
                    .for_each(|(at, byte)| *byte = byte.wrapping_add((at * 37) as u8));
                assert!(!refusal(&bytes).to_string().is_empty());
            }
        }
    }
}
