//! Check → text: the false claims first, then those that cannot be proven, the true ones, and the unread sentences.

use std::io::{self, Write};

use super::{Check, Claim, Mark};
use crate::base::phrase::{Language, phrase};
use crate::report::text::{Page, Paint, TextStyle};

impl Check {
    /// Writes the check for a person. `name` is the name of the text.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_text(&self, name: &str, out: &mut dyn Write, style: &TextStyle) -> io::Result<()> {
        let language = Language::of(self.language);
        let mut page = Page::new(out, style, language);
        let head = phrase("check-head")
            .with("text", name)
            .with("file", self.capture.as_str());
        page.line(&[(Paint::Strong, &head.in_language(language))])?;
        let counts = phrase("check-counts")
            .with("true", self.counts.holds)
            .with("false", self.counts.fails)
            .with("open", self.counts.open)
            .with("unread", self.unread.len());
        page.hang(&[], 0, &counts.in_language(language), "")?;
        for (mark, heading) in [
            (Mark::False, "check-heading-false"),
            (Mark::NotProvable, "check-heading-open"),
            (Mark::True, "check-heading-true"),
        ] {
            let claims: Vec<&Claim> = self.claims.iter().filter(|it| it.mark == mark).collect();
            if claims.is_empty() {
                continue;
            }
            page.blank()?;
            page.line(&[(Paint::Strong, &phrase(heading).in_language(language))])?;
            for claim in claims {
                write_claim(&mut page, claim, language)?;
            }
        }
        if !self.unread.is_empty() {
            page.blank()?;
            page.line(&[(Paint::Strong, &phrase("check-heading-unread").in_language(language))])?;
            for unread in &self.unread {
                let kind = match unread.kind {
                    "part" => "check-unread-part",
                    "question" => "check-unread-question",
                    "too-long" => "check-unread-too-long",
                    _ => "check-unread-sentence",
                };
                let text = phrase(kind).with("text", unread.text.as_str()).in_language(language);
                let lead = phrase("check-line").with("line", unread.line).in_language(language);
                page.hang(&[(Paint::Dim, &format!("  {lead}  "))], 4, &text, "")?;
            }
        }
        if self.left_out > 0 {
            page.blank()?;
            let left = phrase("check-left-out")
                .with("count", self.left_out)
                .in_language(language);
            page.hang(&[], 0, &left, "")?;
        }
        Ok(())
    }
}

fn write_claim(page: &mut Page<'_>, claim: &Claim, language: Language) -> io::Result<()> {
    let (sign, paint) = match claim.mark {
        Mark::True => ("✓", Paint::Good),
        Mark::False => ("✗", Paint::Bad),
        Mark::NotProvable => ("?", Paint::Warn),
    };
    let lead = phrase("check-line").with("line", claim.line).in_language(language);
    let said = phrase("check-said")
        .with("sentence", claim.sentence.as_str())
        .in_language(language);
    page.hang(
        &[(paint, &format!("  {sign} ")), (Paint::Dim, &format!("{lead}  "))],
        4,
        &said,
        "",
    )?;
    let read = phrase("check-read-as")
        .with("claim", claim.claim.as_str())
        .in_language(language);
    page.hang(&[(Paint::Plain, "    ")], 6, &read, "")?;
    for shown in &claim.shown {
        let text = match shown.frame {
            0 => shown.what.clone(),
            frame => phrase("check-frame")
                .with("frame", frame)
                .with("what", shown.what.as_str())
                .in_language(language),
        };
        page.hang(&[(Paint::Plain, "    ")], 6, &text, "")?;
    }
    if let Some(why) = &claim.why {
        page.hang(&[(Paint::Plain, "    ")], 6, why, "")?;
    }
    Ok(())
}
