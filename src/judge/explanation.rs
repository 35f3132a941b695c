//! verdict id → Explanation: what a verdict means, its signs, what it is confused with, and the first thing to do.
//!
//! Beside verdicts there are topics: facts that an operator needs and no capture shows. The texts are
//! `texts/<language>/explain/<id>.md` and `texts/<language>/topics/<id>.md`, in a form that reads well in a terminal: a
//! title line, then paragraphs, headings of the second level, and commands indented by four spaces.

use crate::base::phrase::Language;

/// A verdict or a topic explained.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// The id of the verdict, or the name of the topic.
    pub id: &'static str,
    /// The text that [`Explanation::text`] returns in English.
    pub(super) en: &'static str,
    /// The text that [`Explanation::text`] returns in Japanese.
    pub(super) ja: &'static str,
}

/// The explanation of a verdict, found by its id: without a text in each language there is no verdict.
macro_rules! explained {
    ($id:literal) => {
        $crate::judge::explanation::Explanation {
            id: $id,
            en: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/texts/en/explain/", $id, ".md")),
            ja: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/texts/ja/explain/", $id, ".md")),
        }
    };
}
pub(super) use explained;

/// A topic, found by its name.
macro_rules! topic {
    ($id:literal) => {
        Explanation {
            id: $id,
            en: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/texts/en/topics/", $id, ".md")),
            ja: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/texts/ja/topics/", $id, ".md")),
        }
    };
}

/// The topics, which need no verdict.
pub const TOPICS: [Explanation; 10] = [
    topic!("ping"),
    topic!("reporting-interval"),
    topic!("high-availability"),
    topic!("offline"),
    topic!("acknowledgement"),
    topic!("proxy-authentication"),
    topic!("reservation"),
    topic!("replacement"),
    topic!("factory-reset"),
    topic!("no-web-menu"),
];

impl Explanation {
    /// The Markdown text; its first line is `# ` and the meaning in one clause.
    #[must_use]
    pub const fn text(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Ja => self.ja,
        }
    }

    /// The meaning in one clause.
    #[must_use]
    pub fn title(&self, language: Language) -> &'static str {
        self.text(language)
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("# ")
    }
}
