//! Seconds → phrase: a measured length of time, in the same form in sentences, tables and on the page.

use super::phrase::{Phrase, phrase};

/// `<0.001 s`, `0.004 s`, `0.12 s`, `41.2 s`, `3 min 20 s`, `2 h 5 min`; a negative length counts as none.
pub(crate) fn elapsed(seconds: f64) -> Phrase {
    let whole = seconds.max(0.0).round() as u64;
    let some = |text: String| phrase("seconds").with("seconds", text);
    match seconds {
        s if s < 0.0005 => some("<0.001".to_owned()),
        s if s < 0.0095 => some(format!("{s:.3}")),
        s if s < 9.995 => some(format!("{s:.2}")),
        s if s < 119.95 => some(format!("{s:.1}").trim_end_matches(".0").to_owned()),
        s if s < 7199.5 => parts("minutes", whole / 60, "seconds", whole % 60),
        _ => {
            let minutes = whole.saturating_add(30) / 60;
            parts("hours", minutes / 60, "minutes", minutes % 60)
        }
    }
}

/// Two units, or the larger one alone where nothing is left for the smaller.
fn parts(large: &'static str, many: u64, small: &'static str, few: u64) -> Phrase {
    let id = match (large, few) {
        ("minutes", 0) => "elapsed-minutes",
        ("minutes", _) => "elapsed-minutes-seconds",
        (_, 0) => "elapsed-hours",
        _ => "elapsed-hours-minutes",
    };
    phrase(id).with(large, many).with(small, few)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::phrase::Language;

    #[test]
    fn a_length_of_time_has_the_digits_that_matter() {
        let text = |seconds: f64| elapsed(seconds).in_language(Language::En);
        for (seconds, told) in [
            (0.0, "<0.001 s"),
            (-1.0, "<0.001 s"),
            (0.0042, "0.004 s"),
            (0.1096, "0.11 s"),
            (9.516, "9.52 s"),
            (15.0, "15 s"),
            (41.23, "41.2 s"),
            (119.97, "2 min"),
            (200.0, "3 min 20 s"),
            (7199.7, "2 h"),
            (7500.0, "2 h 5 min"),
            (28_800.2, "8 h"),
        ] {
            assert_eq!(text(seconds).replace('\u{a0}', " "), told, "{seconds}");
        }
        assert_eq!(
            elapsed(200.0).in_language(Language::Ja).replace('\u{a0}', " "),
            "3 分 20 秒"
        );
    }
}
