//! words → Word: what a word or phrase of English or Japanese means for a claim.
//!
//! The longest pattern that fits counts, so a phrase takes the words in it out of their usual meaning.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::words::{ALERT_NAMES, NOT_OURS, WORDS};

/// A step that a sentence can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A step by its name in reports.
    Step(&'static str),
    /// An alert, whatever it says.
    Alert,
    /// An ICMP error.
    Icmp,
}

/// What a word means for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A step.
    Event(Event),
    /// An alert by its number.
    Alert(u8),
    /// `client` or `server`.
    Client,
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
    /// The same behind what it is about, as in Japanese.
    ContextBefore,
    Instead,
    From,
    To,
    By,
    /// The same behind the word that they are about, as in Japanese.
    FromBefore,
    ToBefore,
    ByBefore,
    Until,
    In,
    Of,
    Is,
    Also,
    Only,
    First,
    Here,
    // What is done.
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
    // What is said of certificates.
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
    // What is negotiated.
    Sni,
    Suite,
    Group,
    // What is counted.
    Frames,
    Packets,
    Retransmissions,
    Attempts,
    Connections,
    Certificates,
    Alerts,
    Syns,
    Times,
    // How it went.
    Handshake,
    Tcp,
    Tls,
    Capture,
    Healthy,
    Verdict,
    Licensing,
    // DNS and HTTP.
    Dns,
    DnsStatus(&'static str),
    Http,
    Status,
    Port,
    Fatal,
    Warning,
    // What makes a sentence no claim.
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

/// The longest word or phrase that the text begins with: what it means, and its length. `None` for a meaning that is not ours.
/// `before` is the character in front of it.
pub(super) fn longest(text: &str, before: Option<char>) -> Option<(Option<Word>, usize)> {
    let entries = table().get(&text.chars().next()?)?;
    entries.iter().find_map(|entry| {
        let len = fits(entry.pattern, text)?;
        let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let begins = entry.pattern.starts_with(|c: char| c.is_ascii_alphanumeric());
        let ends = entry.pattern.ends_with(|c: char| c.is_ascii_alphanumeric());
        let behind = text.get(len..).and_then(|rest| rest.chars().next());
        let is_whole = !(begins && is_latin(before) || ends && is_latin(behind));
        is_whole.then_some((entry.word, len))
    })
}

/// How much of the text a pattern takes.
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
