//! ticks → Timestamp: the clock of a pcapng interface.
//!
//! An interface may count in any power of ten or two of a second, from any offset (draft-ietf-opsawg-pcapng, if_tsresol and
//! if_tsoffset). pcap-parser knows only half of these.

use crate::base::frame::Timestamp;

/// The clock of an interface: `if_tsresol` and `if_tsoffset`.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    unit: Unit,
    /// Seconds to add.
    pub(super) offset: i64,
}

/// One tick of a clock.
#[derive(Clone, Copy)]
enum Unit {
    /// So many nanoseconds: 10^-9 s or longer.
    Longer(u32),
    /// One of so many parts of a nanosecond, a power of ten; 0 when there are more than a `u64` counts.
    Shorter(u64),
    /// 2^-n s.
    Binary(u32),
}

impl Clock {
    pub(super) const MICROSECONDS: Self = Self {
        unit: Unit::Longer(1_000),
        offset: 0,
    };

    /// The meaning of an `if_tsresol` byte: a power of two when the highest bit is set, else of ten.
    pub(super) const fn with_resolution(self, byte: u8) -> Self {
        let exponent = (byte & 0x7f) as u32;
        let unit = if byte & 0x80 != 0 {
            Unit::Binary(exponent)
        } else if exponent <= 9 {
            Unit::Longer(10_u32.saturating_pow(9_u32.saturating_sub(exponent)))
        } else {
            match 10_u64.checked_pow(exponent.saturating_sub(9)) {
                Some(parts) => Unit::Shorter(parts),
                None => Unit::Shorter(0),
            }
        };
        Self { unit, ..self }
    }

    #[inline]
    pub(super) fn time(self, ticks: u64) -> Timestamp {
        if let (Unit::Longer(length), 0) = (self.unit, self.offset) {
            let nanoseconds = ticks.saturating_mul(u64::from(length));
            return Timestamp(i64::try_from(nanoseconds).unwrap_or(i64::MAX));
        }
        // No step can overflow: 2^64 ticks of 10^9 ns are below 2^94, and 2^63 s of offset below 2^93 ns.
        let ticks = i128::from(ticks);
        let since = match self.unit {
            Unit::Longer(length) => ticks.saturating_mul(i128::from(length)),
            Unit::Shorter(parts) => ticks.checked_div(i128::from(parts)).unwrap_or(0),
            Unit::Binary(shift) => ticks.saturating_mul(1_000_000_000).checked_shr(shift).unwrap_or(0),
        };
        let nanoseconds = since.saturating_add(i128::from(self.offset).saturating_mul(1_000_000_000));
        Timestamp(
            nanoseconds
                .clamp(i128::from(i64::MIN), i128::from(i64::MAX))
                .try_into()
                .unwrap_or_default(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_any_resolution_and_offset_give_nanoseconds() {
        let time = |resolution, offset, ticks| {
            Clock {
                offset,
                ..Clock::MICROSECONDS.with_resolution(resolution)
            }
            .time(ticks)
            .0
        };
        assert_eq!(time(0, 0, 3), 3_000_000_000);
        assert_eq!(time(6, 0, 3), 3_000);
        assert_eq!(time(9, 0, 3), 3);
        assert_eq!(time(12, 0, 3_999), 3);
        assert_eq!(time(28, 0, u64::MAX), 1);
        assert_eq!(time(29, 0, u64::MAX), 0);
        assert_eq!(time(127, 0, u64::MAX), 0);
        assert_eq!(time(0x80, 0, 3), 3_000_000_000);
        assert_eq!(time(0x80 | 10, 0, 1024 + 512), 1_500_000_000);
        assert_eq!(time(0x80 | 63, 0, 1 << 62), 500_000_000);
        assert_eq!(time(0xff, 0, u64::MAX), 0);
        assert_eq!(time(6, -7_200, 7_201_000_000), 1_000_000_000);
        assert_eq!(time(6, -1, 0), -1_000_000_000);
        assert_eq!(time(6, i64::MIN, 0), i64::MIN);
        assert_eq!(time(6, i64::MAX, u64::MAX), i64::MAX);
        assert_eq!(time(0, 0, u64::MAX), i64::MAX);
    }
}
