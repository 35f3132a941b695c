//! line → Row: an offset and some bytes in hexadecimal, as every dump of packets writes them.
//!
//! Forms differ in the offset (`0x0010:`, `0x0010`, `0010:`, `[0010]:`, `0010`, `0F1A2C10:`), in how many digits stand together
//! (2, 4 or 8), and in what follows (letters or nothing). Letters may look like digits, so a row takes whatever can be meant
//! as bytes, and the offset of the row behind it says how many are.
//!
//! * `  0010:  00547549 40003F11  .TuI@.?.` IOS XE, `show monitor capture NAME buffer dump` (Wireshark's ciscodump.c)
//! * `0F1A2C10: 568494FB 08004588 V..{..E.` IOS, `show monitor capture buffer NAME dump`: addresses of memory, and room left free
//!   before the first byte (ciscodump.c)
//! * `0x0010 0054 dc73 4000 4001  .T.s@.@.` ASA, `show capture NAME dump` (ciscodump.c); FortiGate, `diagnose sniffer packet`
//!   (Fortinet's technical tip 194222)
//! * `\t0x0010:  c085 dc5a d13c  ...Z.<` tcpdump -x, -xx, -X, -XX (print-ascii.c), and what is made of it: PAN-OS, Gaia, Junos
//! * `0010  08 00 06 04  ....` tshark -x, text2pcap(1), Ethanalyzer of NX-OS
//! * `00000010: 0000 0400  ....` xxd; `00000010  08 00 06  |...|` hexdump -C

/// The most bytes that are taken from one row: xxd and text2pcap write up to 256, but nobody asks them to.
pub(super) const LONGEST_ROW: usize = 64;

/// The digits of an offset at most; memory has 16.
const LONGEST_OFFSET: usize = 16;

/// A row of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its offset as written.
    pub(super) offset: u64,
    /// Its notation: rows of one packet are written alike.
    pub(super) form: Form,
    /// Bytes for which room is left free before the first.
    pub(super) indent: u64,
    bytes: [u8; LONGEST_ROW],
    len: usize,
}

/// The form of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    has_0x: bool,
    has_colon: bool,
    /// Digits of the offset.
    digits: usize,
    /// Digits in a group.
    group: usize,
}

impl Form {
    /// True if offsets may be addresses of memory, which begin anywhere.
    pub(super) const fn may_be_addresses(self) -> bool {
        !self.has_0x && self.has_colon && self.digits >= 8 && self.group == 8
    }

    /// True if nothing marks the offset as one.
    pub(super) const fn is_bare(self) -> bool {
        !self.has_0x && !self.has_colon
    }

    /// True if two rows may be of one packet. A single group at the end of a packet may be shorter.
    pub(super) const fn goes_on_with(self, other: Self) -> bool {
        self.has_0x == other.has_0x
            && self.has_colon == other.has_colon
            && self.digits == other.digits
            && other.group <= self.group
    }
}

impl Row {
    /// All that may be meant as bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Reads a line; `None`: it is no row.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii();
        let (line, in_brackets) = match line.strip_prefix(b"[") {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        let (line, has_0x) = match line.strip_prefix(b"0x") {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if !((if has_0x { 1 } else { 3 })..=LONGEST_OFFSET).contains(&digits) {
            return None;
        }
        let (offset, mut rest) = line.split_at_checked(digits)?;
        if in_brackets {
            rest = rest.strip_prefix(b"]")?;
        }
        let has_colon = rest.first() == Some(&b':');
        let rest = if has_colon { rest.get(1..)? } else { rest };
        let gap = rest.iter().take_while(|byte| is_blank(**byte)).count();
        if gap == 0 {
            return None;
        }
        let mut row = Self {
            offset: u64::from_str_radix(std::str::from_utf8(offset).ok()?, 16).ok()?,
            form: Form {
                has_0x,
                has_colon,
                digits,
                group: 0,
            },
            indent: 0,
            bytes: [0; LONGEST_ROW],
            len: 0,
        };
        row.take_groups(rest.get(gap..)?);
        if row.form.may_be_addresses() {
            // Each group that is left free takes its eight digits and a space.
            row.indent = (gap.saturating_sub(1) / 9).min(3).saturating_mul(4) as u64;
        }
        (row.len > 0).then_some(row)
    }

    fn take_groups(&mut self, mut rest: &[u8]) {
        loop {
            let digits = rest.iter().take_while(|byte| !is_blank(**byte)).count();
            let Some((group, behind)) = rest.split_at_checked(digits) else {
                return;
            };
            let is_first = self.len == 0;
            let fits = if is_first { 32 } else { self.form.group };
            let room = LONGEST_ROW.saturating_sub(self.len).saturating_mul(2);
            if digits == 0 || digits % 2 == 1 || digits > fits.min(room) || !group.iter().all(u8::is_ascii_hexdigit) {
                return;
            }
            if is_first {
                self.form.group = digits;
            }
            for pair in group.as_chunks::<2>().0 {
                if let Some(place) = self.bytes.get_mut(self.len) {
                    *place = pair.iter().fold(0, |byte, digit| byte << 4 | value(*digit));
                    self.len = self.len.saturating_add(1);
                }
            }
            let gap = behind.iter().take_while(|byte| is_blank(**byte)).count();
            // Letters stand apart; so do the two halves of a row in hexdump -C.
            let is_half = gap == 2 && self.form.group == 2 && self.len == 8;
            let is_last = digits < self.form.group;
            if is_last || behind.first() == Some(&b'\t') || (gap != 1 && !is_half) {
                return;
            }
            rest = behind.get(gap..).unwrap_or_default();
        }
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

const fn value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_each_form_gives_its_offset_and_bytes() {
        for (line, offset, first, len, indent) in [
            (
                "  0010:  00547549 40003F01 B582C0A8 4983C0A8   .TuI@.?.....I...",
                0x10,
                0,
                16,
                0,
            ),
            ("  0060:  0000                                  ..", 0x60, 0, 2, 0),
            (
                "0F1A2C00:                   B0FAEBC7 A8620050          0zkG(b.P",
                0x0f1a_2c00,
                0xb0,
                8,
                8,
            ),
            (
                "87526540:                            45C0004C              E@.L",
                0x8752_6540,
                0x45,
                4,
                12,
            ),
            (
                "0F1A2C50: 3012060E 2B060104 0182CB21 01040103  0...+.....K!....",
                0x0f1a_2c50,
                0x30,
                16,
                0,
            ),
            (
                "0F1A2C60: 06000500 00                          .....",
                0x0f1a_2c60,
                6,
                5,
                0,
            ),
            (
                "0x0000   38c0 ea7d 7e32 8890 09fd dc74 0800 4500        8..}~2.....t..E.",
                0,
                0x38,
                16,
                0,
            ),
            ("0x0010\t 0034 d2d4\t\t.4..", 0x10, 0, 4, 0),
            (
                "\t0x0020:  6002 1020 19f7 0000 0204 0218            `...........",
                0x20,
                0x60,
                12,
                0,
            ),
            ("\t0x0050:  85dc 5a", 0x50, 0x85, 3, 0),
            (
                "0010  08 00 06 04 00 01 76 11 e1 c3 06 e2 c0 a8 0a 96   ......v.........",
                0x10,
                8,
                16,
                0,
            ),
            (
                "00000010  08 00 06 04 00 01 76 11  e1 c3 06 e2 c0 a8 0a 96  |......v.........|",
                0x10,
                8,
                16,
                0,
            ),
            ("00000020: 2a00 0000  *...", 0x20, 0x2a, 4, 0),
            ("[0000]: 000C316E 7F80000B 854008C0 08004500 ..1n", 0, 0, 16, 0),
        ] {
            let row = Row::read(line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(
                (row.offset, row.bytes()[0], row.bytes().len()),
                (offset, first, len),
                "{line}"
            );
            assert_eq!(row.indent, indent, "{line}");
        }
    }

    #[test]
    fn what_is_no_row_is_none() {
        for line in [
            "",
            "0000:",
            "0010",
            "wlc#show clock",
            "12:00:01.000001 IP 1.2.3.4.5 > 6.7.8.9.443",
            "0x0010:  xyz",
            "*Nov 22 09:44:14.363: %SYS-5-CONFIG_I",
            "0",
            "   1: 20:40:01.108469 10.1.1.1 > 10.2.2.2",
            "00 11 22 33",
            "99999999999999999999: 00",
            "-1: 00 00",
        ] {
            assert_eq!(Row::read(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn letters_that_look_like_digits_are_left_to_the_next_offset() {
        let row = Row::read(b"0x0000 3132 3334 3536 3738 3930 3132 3334 3536 1234567890123456").unwrap();
        assert_eq!(row.bytes().len(), 16);
        let row = Row::read(b"0000  61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70 ab cd").unwrap();
        assert_eq!(row.bytes().len(), 18);
    }
}
