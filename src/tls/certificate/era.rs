//! Fields + time → weak or ordinary: a key or a hash is a fault only from the day on which browsers refused it.
//!
//! A capture of 2012 is full of SHA-1 and of keys of 1,024 bits, which were accepted then. Sources: Mozilla's dates for
//! MD5 and 1,024 bits (wiki.mozilla.org/CA:MD5and1024, announced in mozilla.dev.security.policy); Firefox 51 and Chrome
//! 56 for SHA-1 (blog.mozilla.org/security/2016/10/18/phasing-out-sha-1-on-the-public-web). Algorithms that were never
//! allowed have no date.

use super::{Fields, algorithms};
use crate::base::frame::Timestamp;

/// 2011-06-30: Mozilla stops accepting MD5 in certificates of servers and intermediates.
const MD5_ENDED: Timestamp = Timestamp::from_seconds(1_309_392_000);

/// 2013-12-31: Mozilla's last day for RSA keys of 1,024 bits; the Baseline Requirements ask for 2,048 from then on.
const SHORT_KEYS_ENDED: Timestamp = Timestamp::from_seconds(1_388_448_000);

/// 2017-01-24: Firefox 51 refuses SHA-1; Chrome 56 follows within days.
const SHA1_ENDED: Timestamp = Timestamp::from_seconds(1_485_216_000);

impl Fields {
    /// True if the key was too short for browsers at that time.
    #[must_use]
    pub fn has_weak_key(&self, at: Timestamp) -> bool {
        let is = |family: &str| self.key.starts_with(family);
        let least = match () {
            () if is("EC") => 224,
            () if at < SHORT_KEYS_ENDED => 1024,
            () => 2048,
        };
        self.key_bits != 0 && self.key_bits < least && ["RSA", "DSA", "EC"].iter().any(|family| is(family))
    }

    /// True if the signature uses a hash that browsers refused at that time (SHA-1, MD5 and older).
    #[must_use]
    pub fn has_weak_signature(&self, at: Timestamp) -> bool {
        let algorithm = self.signature_algorithm.as_str();
        let plain = algorithm.to_ascii_lowercase().replace('-', "");
        let ended = match () {
            () if plain.contains("sha1") => Some(SHA1_ENDED),
            () if plain.contains("md5") => Some(MD5_ENDED),
            () => None,
        };
        algorithms::WEAK_SIGNATURES.contains(&algorithm) && ended.is_none_or(|ended| at >= ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dates_are_those_of_the_sources() {
        let day = |time: Timestamp| time.to_string().chars().take(10).collect::<String>();
        assert_eq!(
            [MD5_ENDED, SHORT_KEYS_ENDED, SHA1_ENDED].map(day),
            ["2011-06-30", "2013-12-31", "2017-01-24"]
        );
    }
}
