//! Sequence space as a type (RFC 9293 section 3.4): 32 bits that wrap.

use std::fmt;

/// A TCP sequence or acknowledgement number. There is no `<` on it: order only has meaning relative to something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SeqNumber(pub u32);

impl SeqNumber {
    /// The number `count` bytes later.
    #[must_use]
    pub const fn plus(self, count: u32) -> Self {
        Self(self.0.wrapping_add(count))
    }

    /// The signed distance from `earlier` to this number: negative when this one lies before it.
    #[must_use]
    pub const fn distance_from(self, earlier: Self) -> i32 {
        self.0.wrapping_sub(earlier.0).cast_signed()
    }
}

impl fmt::Display for SeqNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_holds_across_the_wrap() {
        let before = SeqNumber(u32::MAX - 1);
        let after = before.plus(5);
        assert_eq!(after, SeqNumber(3));
        assert_eq!(after.distance_from(before), 5);
        assert_eq!(before.distance_from(after), -5);
    }
}
