//! words → Word: the meaning of an English or Japanese word or phrase for a claim.
//!
//! The longest pattern that fits counts, so a phrase overrides the usual meaning of its words.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::words::{ALERT_NAMES, NOT_OURS, WORDS};

/// A step that a sentence can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A step by its name in reports.
    Step(&'static str),
    /// An alert, whatever its description.
    Alert,
    /// An ICMP error.
    Icmp,
}

/// The meaning of a word for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A step.
    Event(Event),
    /// An alert by its number.
    Alert(u8),
    /// `client` or `server`.
    Client,
    /// The client of licensing, the server of access points that join.
    Controller,
    Server,
    Proxy,
    /// Both sides, or either.
    Both,
    Certificate,
    Chain,
    Root,
    // Joints.
    Not,
    NotThen,
    Without,
    And,
    Or,
    With,
    Break,
    Context,
    /// The same, after the words it refers to, as in Japanese.
    ContextBefore,
    Instead,
    From,
    To,
    By,
    /// The same, after the word they refer to, as in Japanese.
    FromBefore,
    ToBefore,
    ByBefore,
    Until,
    In,
    Of,
    Is,
    /// Several things go with as many frames.
    Respectively,
    Also,
    Only,
    First,
    Here,
    // Actions.
    Send,
    Receive,
    Answer,
    Close,
    Reset,
    End,
    Reject,
    Accept,
    Hold,
    See,
    Captured,
    Offer,
    Choose,
    Complete,
    Fail,
    // Statements about certificates.
    Expire,
    NotAfter,
    NotBefore,
    NotYet,
    Valid,
    Validity,
    SelfSigned,
    Issuer,
    Subject,
    Serial,
    // Negotiated values.
    Sni,
    Suite,
    Group,
    Highest,
    /// None is higher.
    NoneHigher,
    // Things that are counted.
    Frames,
    Packets,
    Retransmissions,
    Attempts,
    Connections,
    Certificates,
    Alerts,
    Syns,
    /// The first packet of QUIC.
    Initial,
    Times,
    /// The beginning of the capture.
    Began,
    // Outcomes.
    Handshake,
    Tcp,
    Tls,
    Capture,
    Healthy,
    /// An attempt or a connection as a whole.
    Attempt,
    Verdict,
    Licensing,
    // DNS and HTTP.
    Dns,
    DnsStatus(&'static str),
    Http,
    Status,
    Port,
    /// The number of an alert comes next, or stands in front.
    Code,
    Fatal,
    Warning,
    // Words after which a sentence is no claim.
    Hedge,
    General,
    Advice,
    Condition,
}

struct Entry {
    pattern: &'static str,
    word: Option<Word>,
}

/// The patterns by the character they begin with, the longest first.
fn table() -> &'static HashMap<char, Vec<Entry>> {
    static TABLE: OnceLock<HashMap<char, Vec<Entry>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<char, Vec<Entry>> = HashMap::new();
        let words = WORDS.iter().map(|(word, patterns)| (Some(*word), *patterns));
        let alerts = ALERT_NAMES
            .iter()
            .map(|(code, patterns)| (Some(Word::Alert(*code)), *patterns));
        for (word, patterns) in words.chain(alerts).chain([(None, NOT_OURS)]) {
            for pattern in patterns.split('|') {
                let Some(first) = pattern.chars().next() else { continue };
                table.entry(first).or_default().push(Entry { pattern, word });
            }
        }
        for entries in table.values_mut() {
            entries.sort_by_key(|it| std::cmp::Reverse(it.pattern.len()));
        }
        table
    })
}

/// The longest word or phrase at the beginning of the text: its meaning, and its length. `None` for a meaning outside
/// this lexicon. `before` is the character before it.
pub(super) fn longest(text: &str, before: Option<char>) -> Option<(Option<Word>, usize)> {
    let entries = table().get(&text.chars().next()?)?;
    entries.iter().find_map(|entry| {
        let len = fits(entry.pattern, text)?;
        let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let begins = entry.pattern.starts_with(|c: char| c.is_ascii_alphanumeric());
        let ends = entry.pattern.ends_with(|c: char| c.is_ascii_alphanumeric());
        let behind = text.get(len..).and_then(|rest| rest.chars().next());
        // `issuer CN=…`: the name begins with its kind.
        let is_kind = entry.pattern.ends_with(" cn") && behind == Some('=');
        let is_whole = !(begins && is_latin(before) || ends && is_latin(behind) || is_kind);
        is_whole.then_some((entry.word, len))
    })
}

/// True for the number of an alert.
pub(super) fn is_alert(number: u64) -> bool {
    ALERT_NAMES.iter().any(|(code, _)| u64::from(*code) == number)
}

/// An alert whose name the text begins with, in words: its number and the length.
pub(super) fn alert_in_words(text: &str) -> Option<(u8, usize)> {
    let first = text.chars().next()?;
    let begins = |it: &&(u8, &str)| it.1.starts_with(first);
    ALERT_NAMES.iter().filter(begins).find_map(|(code, patterns)| {
        let words = patterns.split('|').next()?.replace('_', "~");
        let len = fits(&words, text)?;
        let behind = text.get(len..).and_then(|rest| rest.chars().next());
        (!behind.is_some_and(|c| c.is_ascii_alphanumeric())).then_some((*code, len))
    })
}

/// The length of the text that a pattern covers.
fn fits(pattern: &str, text: &str) -> Option<usize> {
    let (mut at, mut before) = (0, ' ');
    for expected in pattern.chars() {
        let rest = text.get(at..)?;
        match expected {
            ' ' | '~' => {
                let gap = |c: char| c.is_ascii_whitespace() || c == '-' || expected == '~' && c == '_';
                let len = rest.len() - rest.trim_start_matches(gap).len();
                // Between Japanese and Latin letters a space may be missing.
                let is_joint = !rest.starts_with(|c: char| c.is_ascii()) || !before.is_ascii();
                if len == 0 && expected == ' ' && !is_joint {
                    return None;
                }
                at += len.min(4);
            }
            _ if rest.starts_with(expected) => at += expected.len_utf8(),
            _ => return None,
        }
        before = expected;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Event::Step;

    #[test]
    fn the_longest_pattern_counts_and_words_are_whole() {
        let word = |text: &str| longest(text, None).and_then(|it| it.0);
        assert_eq!(
            word("serverhello, certificate"),
            Some(Word::Event(Step("server-hello")))
        );
        assert_eq!(word("server hello done"), Some(Word::Event(Step("server-hello-done"))));
        assert_eq!(word("server_hello"), Some(Word::Event(Step("server-hello"))));
        assert_eq!(word("servers"), None);
        assert_eq!(word("unknown ca"), Some(Word::Alert(48)));
        assert_eq!(word("synthetic"), None);
        assert_eq!(word("サーバーから"), Some(Word::Server));
        assert_eq!(word("少ないので"), None);
    }
}
