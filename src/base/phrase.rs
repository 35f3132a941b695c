//! Phrase → text in a language: a statement, apart from its words.
//!
//! A rule decides what to say and with which values; the wording in English or Japanese is in `texts/`, one folder per
//! language, in Fluent's format (projectfluent.org). Commands, names and identifiers are values and never translated.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

use crate::base::carrier::Carrier;
use crate::base::command::{Command, HostName};
use crate::base::dialect::Dialect;
use crate::base::endpoint::Endpoint;
use crate::base::frame::FrameNumber;
use crate::base::wire_text::WireText;

/// A language in which reports can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// Every language there is.
    pub const ALL: [Self; 2] = [Self::En, Self::Ja];

    /// Files of a catalogue.
    const MOST_FILES: usize = Self::En.sources().len();

    /// The language of a tag, as a report carries it: English where it is none of these.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        Self::ALL.into_iter().find(|it| it.tag() == tag).unwrap_or_default()
    }

    /// Its tag (BCP 47), as `--lang` and the `lang` attribute of a page take it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// Its catalogue: files of Fluent messages, those that every report needs first.
    const fn sources(self) -> &'static [(&'static str, &'static str)] {
        macro_rules! catalogue {
            ($tag:literal: $($file:literal)*) => {
                &[$(($file, include_str!(concat!("../../texts/", $tag, "/", $file)))),*]
            };
        }
        match self {
            Self::En => {
                catalogue!("en": "common.ftl" "report.ftl" "attempt.ftl" "rules.ftl" "evidence.ftl" "tcp.ftl" "names.ftl" "anomalies.ftl" "datagrams.ftl" "device.ftl" "triage.ftl" "page.ftl" "reading.ftl" "check.ftl" "ticket.ftl" "program.ftl")
            }
            Self::Ja => {
                catalogue!("ja": "common.ftl" "report.ftl" "attempt.ftl" "rules.ftl" "evidence.ftl" "tcp.ftl" "names.ftl" "anomalies.ftl" "datagrams.ftl" "device.ftl" "triage.ftl" "page.ftl" "reading.ftl" "check.ftl" "ticket.ftl" "program.ftl")
            }
        }
    }

    /// Words in a row, as a sentence has them.
    fn listed(self, words: &[String]) -> String {
        match (self, words.split_last()) {
            (_, None) => String::new(),
            (_, Some((only, []))) => only.clone(),
            (Self::En, Some((last, others))) => format!("{} and {last}", others.join(", ")),
            (Self::Ja, Some(_)) => words.join("、"),
        }
    }

    /// A text for all dialects. A file is indexed only if the files before it lack the text: most reports need half of them.
    fn message(self, id: &str) -> Option<&'static Message> {
        static FILES: [[OnceLock<Messages>; Language::MOST_FILES]; Language::ALL.len()] =
            [const { [const { OnceLock::new() }; Language::MOST_FILES] }; Language::ALL.len()];
        let mut files = self.sources().iter().zip(FILES.get(self as usize)?);
        files.find_map(|((_, source), file)| file.get_or_init(|| messages(source).collect()).get(id))
    }
}

/// The messages of a language or a dialect, by name. Each is parsed at first use: parsing all of them took a third of a
/// run on a short capture, which uses some thirty.
type Messages = HashMap<&'static str, Message, RandomState>;

/// The language and the dialect of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voice {
    /// The language.
    pub language: Language,
    /// The words of the client's own kind.
    pub dialect: Dialect,
    /// The words of what TLS travels in.
    pub carrier: Carrier,
}

impl From<Language> for Voice {
    fn from(language: Language) -> Self {
        Self {
            language,
            dialect: Dialect::Generic,
            carrier: Carrier::Tcp,
        }
    }
}

impl Voice {
    fn catalogue(self) -> Option<&'static Catalogue> {
        const DIALECTS: usize = Dialect::ALL.len();
        const CARRIERS: usize = Carrier::ALL.len();
        static CATALOGUES: [OnceLock<Catalogue>; Language::ALL.len() * DIALECTS * CARRIERS] =
            [const { OnceLock::new() }; Language::ALL.len() * DIALECTS * CARRIERS];
        let kind = self.dialect as usize * CARRIERS + self.carrier as usize;
        let cell = CATALOGUES.get(self.language as usize * DIALECTS * CARRIERS + kind)?;
        Some(cell.get_or_init(|| Catalogue::new(self)))
    }
}

type Bundle = FluentBundle<FluentResource>;

/// The texts of a dialect in a language.
struct Catalogue {
    /// Knows the language and the dialect's own terms, and no message. No message refers to another, which a test sees to.
    terms: Bundle,
    /// The texts of its own, which replace the common ones.
    own: Messages,
    language: Language,
}

/// The text of one message, and its parsed form.
struct Message {
    text: &'static str,
    read: OnceLock<Bundle>,
}

impl Message {
    const fn new(text: &'static str) -> Self {
        let read = OnceLock::new();
        Self { text, read }
    }

    /// Texts that Fluent cannot read are left out; a test holds that there are none.
    fn resource(&self) -> FluentResource {
        FluentResource::try_new(self.text.to_owned()).unwrap_or_else(|(resource, _)| resource)
    }
}

impl Catalogue {
    fn new(voice: Voice) -> Self {
        let language = voice.language;
        let mut terms = FluentBundle::new_concurrent(language.tag().parse().into_iter().collect());
        // Isolation marks around values would be escaped on the terminal, and copied along with commands.
        terms.set_use_isolating(false);
        let mut own = Messages::default();
        let words = voice
            .dialect
            .words(language)
            .iter()
            .chain(voice.carrier.words(language));
        for (id, message) in words.flat_map(|words| messages(words)) {
            if id.starts_with('-') {
                terms.add_resource_overriding(message.resource());
            } else {
                own.insert(id, message);
            }
        }
        for (name, releases) in voice.dialect.gates() {
            let term = format!("-gate-{name} = {}\n", language.listed(releases));
            terms.add_resource_overriding(FluentResource::try_new(term).unwrap_or_else(|(term, _)| term));
        }
        Self { terms, own, language }
    }

    fn text(&self, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let message = self.own.get(id).or_else(|| self.language.message(id))?;
        let read = message.read.get_or_init(|| {
            let mut read = FluentBundle::new_concurrent(Vec::new());
            read.add_resource_overriding(message.resource());
            read
        });
        let pattern = read.get_message(id)?.value()?;
        let text = self.terms.format_pattern(pattern, Some(arguments), &mut Vec::new());
        let mut text = text.into_owned();
        // A report keeps it, and it was written into room that doubled.
        text.shrink_to_fit();
        Some(text)
    }
}

/// The messages and terms of a file: each begins with its name at the beginning of a line, and continues to the next
/// name or comment.
fn messages(source: &'static str) -> impl Iterator<Item = (&'static str, Message)> {
    let bytes = source.as_bytes();
    let begins = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|it| it.is_ascii_alphabetic() || matches!(it, b'-' | b'#'))
    };
    let line_behind = move |at: usize| {
        let rest = source.get(at..).unwrap_or_default();
        rest.find('\n').map_or(bytes.len(), |len| at + len + 1)
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let begin = at;
            at = line_behind(begin);
            while at < bytes.len() && !begins(at) {
                at = line_behind(at);
            }
            let text = source.get(begin..at)?;
            // Of a comment, the first line is one by itself.
            if !begins(begin) || text.starts_with('#') {
                continue;
            }
            let before = text.split_once('=').map(|it| it.0);
            if let Some(id) = before.and_then(|it| it.strip_suffix(' ')) {
                return Some((id, Message::new(text)));
            }
        }
        None
    })
}

/// A statement: the name of a message in the catalogues, and the values that fill it in.
///
/// Names are borrowed, except in the note that a slice keeps about its capture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    id: Cow<'static, str>,
    /// In order of their names. A list and not a map: a report holds thousands, of one or two values each.
    #[serde(with = "as_map")]
    values: Vec<(Cow<'static, str>, Value)>,
}

/// A value of a phrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A name, an address, a command: the same in every language.
    Word(String),
    /// A number that may decide the wording: 1 day, 2 days.
    Number(i64),
    /// Another phrase.
    Phrase(Phrase),
    /// Several phrases, joined as the language joins clauses.
    List(Vec<Phrase>),
}

/// The phrase of that name.
#[must_use]
pub fn phrase(id: &'static str) -> Phrase {
    Phrase {
        id: Cow::Borrowed(id),
        values: Vec::new(),
    }
}

/// Names and values in their JSON form.
mod as_map {
    use super::{BTreeMap, Cow, Value};
    use serde::{Deserialize as _, Deserializer, Serializer};

    type Values = Vec<(Cow<'static, str>, Value)>;

    pub(super) fn serialize<S: Serializer>(values: &Values, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(values.iter().map(|(name, value)| (name, value)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
        BTreeMap::deserialize(deserializer).map(|values| values.into_iter().collect())
    }
}

impl Phrase {
    /// Text that is no phrase but is used in place of one: an error of another program, a name by itself.
    #[must_use]
    pub fn verbatim(text: impl Into<String>) -> Self {
        phrase("verbatim").with("text", text.into())
    }

    /// With a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = (Cow::Borrowed(name), value.into());
        match self.values.binary_search_by(|(known, _)| (**known).cmp(name)) {
            Ok(at) => {
                if let Some(known) = self.values.get_mut(at) {
                    *known = value;
                }
            }
            Err(at) => {
                self.values.reserve_exact(1);
                self.values.insert(at, value);
            }
        }
        self
    }

    /// Its English text, for tests.
    #[cfg(test)]
    pub(crate) fn english(&self) -> String {
        self.in_language(Language::En)
    }

    /// The name of its message.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its text in a language, in words that fit every client.
    #[must_use]
    pub fn in_language(&self, language: Language) -> String {
        self.told(language.into())
    }

    /// Its text in a language and a dialect. A message that is missing shows by its name.
    #[must_use]
    pub fn told(&self, voice: Voice) -> String {
        let mut arguments = FluentArgs::with_capacity(self.values.len());
        for (name, value) in &self.values {
            arguments.set(name.as_ref(), value.told(voice));
        }
        let text = voice
            .catalogue()
            .and_then(|catalogue| catalogue.text(&self.id, &arguments));
        text.unwrap_or_else(|| self.id.clone().into_owned())
    }
}

impl Value {
    fn told(&self, voice: Voice) -> FluentValue<'_> {
        match self {
            Self::Word(word) => FluentValue::from(word.as_str()),
            Self::Number(number) => FluentValue::from(*number),
            Self::Phrase(phrase) => FluentValue::from(phrase.told(voice)),
            Self::List(phrases) => {
                let texts: Vec<String> = phrases.iter().map(|it| it.told(voice)).collect();
                FluentValue::from(joined(&texts, voice.language))
            }
        }
    }
}

/// Clauses joined: `is self-signed, had expired and …`.
fn joined(texts: &[String], language: Language) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => phrase("list")
            .with("head", head.join(&phrase("list-separator").in_language(language)))
            .with("last", last.as_str())
            .in_language(language),
    }
}

impl From<Phrase> for Value {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(phrase)
    }
}

impl From<&Phrase> for Value {
    fn from(phrase: &Phrase) -> Self {
        Self::Phrase(phrase.clone())
    }
}

impl From<Vec<Phrase>> for Value {
    fn from(phrases: Vec<Phrase>) -> Self {
        Self::List(phrases)
    }
}

/// Words are what they say of themselves.
pub(crate) fn word(value: &dyn Display) -> Value {
    Value::Word(value.to_string())
}

/// Lets types fill in a phrase with their own wording. It is beside each type, so that this module does not know TLS.
macro_rules! words {
    ($($kind:ty)*) => {
        $(impl From<$kind> for $crate::base::phrase::Value {
            fn from(value: $kind) -> Self {
                $crate::base::phrase::word(&value)
            }
        })*
    };
}
pub(crate) use words;

words!(&str String &String Command &Command HostName IpAddr &IpAddr SocketAddr Endpoint FrameNumber);

/// In a sentence of ours, text from the wire is marked as such.
impl From<&WireText> for Value {
    fn from(text: &WireText) -> Self {
        Self::Word(text.in_prose())
    }
}

impl From<WireText> for Value {
    fn from(text: WireText) -> Self {
        Self::from(&text)
    }
}

macro_rules! numbers {
    ($($kind:ty)*) => {
        $(impl From<$kind> for Value {
            fn from(value: $kind) -> Self {
                Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
            }
        })*
    };
}
numbers!(i64 u64 usize u32 u16 u8 i32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_takes_values_and_other_phrases() {
        let days = |count: i64| phrase("span-days").with("count", count);
        assert_eq!(days(1).in_language(Language::En), "1 day");
        assert_eq!(days(2).in_language(Language::En), "2 days");
        assert_eq!(days(2).in_language(Language::Ja), "2 日");
        let list = |phrases: Vec<Phrase>| phrase("verbatim").with("text", phrases).in_language(Language::En);
        assert_eq!(list(vec![days(1), days(2), days(3)]), "1 day, 2 days and 3 days");
        assert_eq!(list(Vec::new()), "");
    }

    #[test]
    fn values_are_in_order_of_their_names_and_the_last_of_a_name_holds() {
        let one = phrase("verbatim")
            .with("text", "b")
            .with("count", 1_u8)
            .with("text", "a");
        let other = phrase("verbatim").with("text", "a").with("count", 1_u8);
        assert_eq!(one, other);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(
            json,
            r#"{"id":"verbatim","values":{"count":{"Number":1},"text":{"Word":"a"}}}"#
        );
        assert_eq!(serde_json::from_str::<Phrase>(&json).unwrap(), one);
    }

    #[test]
    fn values_from_the_wire_are_no_markup() {
        let hostile = "{ $count } \u{202e}{\"x\"}";
        assert_eq!(Phrase::verbatim(hostile).in_language(Language::Ja), hostile);
    }

    #[test]
    fn messages_are_cut_out_whole_and_none_refers_to_another() {
        let of_dialects = Language::ALL
            .into_iter()
            .flat_map(|language| Dialect::ALL.map(|dialect| (dialect.name(), dialect.words(language))))
            .flat_map(|(name, words)| words.iter().map(move |words| (name, *words)));
        let general = Language::ALL.into_iter().flat_map(Language::sources).copied();
        for (name, source) in general.chain(of_dialects) {
            let whole = FluentResource::try_new(source.to_owned()).unwrap();
            let mut found = 0;
            for (id, message) in messages(source) {
                found += 1;
                let one = FluentResource::try_new(message.text.to_owned());
                assert_eq!(one.map(|one| one.entries().count()).ok(), Some(1), "{name}: {id}");
                let mut read: FluentBundle<FluentResource> = FluentBundle::new_concurrent(Vec::new());
                read.add_resource_overriding(FluentResource::try_new(message.text.to_owned()).unwrap());
                let is_there = id.starts_with('-') || read.get_message(id).unwrap().value().is_some();
                assert!(is_there, "{name}: {id}");
                for placeable in message.text.split('{').skip(1) {
                    let first = placeable.trim_start().chars().next();
                    assert!(
                        matches!(first, Some('$' | '"' | '-')),
                        "{name}: {id} refers to {placeable}"
                    );
                }
            }
            let comments = source
                .split("\n\n")
                .filter(|it| it.lines().all(|line| line.starts_with('#')));
            assert!(
                found > 0 && found <= whole.entries().count() && found + comments.count() >= whole.entries().count()
            );
        }
    }

    #[test]
    fn a_dialect_has_its_own_words_and_shares_the_others() {
        let told = |id, language, dialect| {
            phrase(id).told(Voice {
                language,
                dialect,
                ..Voice::default()
            })
        };
        for language in Language::ALL {
            for dialect in Dialect::ALL {
                // A term that is missing would show in braces.
                assert!(!told("device", language, dialect).contains('{'), "{}", dialect.name());
            }
        }
        assert_eq!(told("device", Language::En, Dialect::Generic), "client");
        assert_eq!(told("device", Language::En, Dialect::IosXeWireless), "controller");
        assert_eq!(told("server", Language::En, Dialect::IosXeWireless), "server");
    }

    #[test]
    fn a_missing_message_shows_by_its_name() {
        assert_eq!(phrase("no-such-message").in_language(Language::En), "no-such-message");
    }
}
