//! pcapng block → counters, key log: what stands in a file beside its packets.
//!
//! `editcap --inject-secrets` and some capturing programs store secrets that open the sessions in the file (Decryption Secrets Block,
//! draft-ietf-opsawg-pcapng section 4.7). They are read on demand only.

use super::Reader;
use super::options::Options;
use crate::base::frame::AnomalyKind;
use crate::base::phrase::phrase;
use crate::capture::LONGEST_KEY_LOG;
use crate::capture::annotated::Block;
use crate::capture::tally::Tally;

/// The type of secrets that is a TLS key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;

impl Reader {
    /// Counters are kept since the capture began, so the last block of an interface counts.
    pub(super) fn statistics(&mut self, body: &[u8]) {
        let Some(([index, high, low], options)) = self.fields::<3>(body) else {
            return;
        };
        if let Some(kept) = &mut self.kept {
            let counts = Options {
                order: self.order,
                bytes: options,
            };
            kept.push(Block::Statistics {
                interface: self.declared_before.saturating_add(index),
                ticks: (u64::from(high) << 32) | u64::from(low),
                counts: counts
                    // A comment of eight bytes is no number.
                    .filter(|(code, _)| matches!(code, 2..=8))
                    .filter_map(|(code, value)| Some((code, self.order.u64(value)?)))
                    .collect(),
            });
        }
        let Some(interface) = self.interfaces.get_mut(index as usize) else {
            return;
        };
        for (code, value) in (Options {
            order: self.order,
            bytes: options,
        }) {
            let count = self.order.u64(value);
            match code {
                5 => interface.statistics[0] = count, // isb_ifdrop
                7 => interface.statistics[1] = count, // isb_osdrop
                _ => {}
            }
        }
    }

    /// Such a block is never copied; whoever hands the file on should know that it holds one.
    #[cold]
    pub(super) fn session_secrets(&mut self, body: &[u8], tally: &mut Tally) {
        tally.odd(AnomalyKind::SessionSecrets, || phrase("anomaly-session-secrets"));
        let Some(([TLS_KEY_LOG, len], rest)) = self.fields::<2>(body) else {
            return;
        };
        let Some(key_log) = &mut self.key_log else {
            return;
        };
        let text = rest.get(..len as usize).unwrap_or(rest);
        let room = LONGEST_KEY_LOG.saturating_sub(key_log.len());
        key_log.extend(text.iter().take(room));
        key_log.push(b'\n');
    }
}
