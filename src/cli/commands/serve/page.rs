//! Upload, report → what the browser shows: the form, the report's page with a bar of downloads above it, a refusal.

use minijinja::{Environment, UndefinedBehavior, context};
use tlswalk::base::phrase::{Language, phrase};

use super::upload::Upload;

/// The script for dropping and progress: the page works without it.
pub(super) const SCRIPT: &str = include_str!("drop.js");

/// The templates by name; the ending makes minijinja escape.
const TEMPLATES: [(&str, &str); 3] = [
    ("start.html", include_str!("start.html")),
    ("bar.html", include_str!("bar.html")),
    ("refused.html", include_str!("refused.html")),
];
const STYLE: &str = include_str!("serve.css");

fn render(name: &str, language: Language, values: minijinja::Value) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in TEMPLATES {
        // They are part of the program: a test renders each.
        let _ = environment.add_template(name, text);
    }
    let say = |name: &'static str| phrase(name).in_language(language);
    let texts = context! {
        title => say("serve-title"), intro => say("serve-intro"), capture => say("serve-capture"), log => say("serve-log"),
        roots => say("serve-roots"), all => say("serve-all"), language => say("serve-language"), judge => say("serve-judge"),
        drop => say("serve-drop"), private => say("serve-private"), busy => say("serve-busy"), another => say("serve-another"),
        page => say("serve-page"), slice => say("serve-slice"), json => say("serve-json"), downloads => say("serve-downloads"),
        refused => say("serve-refused"), more => say("serve-more"), too_large => say("serve-too-large"), lost => say("serve-lost"),
    };
    let template = environment.get_template(name);
    let rendered =
        template.and_then(|it| it.render(context! { t => texts, style => STYLE, lang => language.tag(), ..values }));
    rendered.unwrap_or_else(|error| error.to_string())
}

/// The form.
pub(super) fn start(language: Language, all: bool, most: u64) -> String {
    render("start.html", language, context! { all, most })
}

/// Why there is no report.
pub(super) fn refused(why: &str, language: Language) -> String {
    render("refused.html", language, context! { why })
}

/// The report's own page, with a bar above it.
pub(super) fn with_bar(page: &[u8], upload: &Upload, language: Language) -> String {
    let page = String::from_utf8_lossy(page);
    let bar = render(
        "bar.html",
        language,
        context! { has_frames => upload.capture.is_some() },
    );
    // The policy of the page forbids forms, scripts and requests; links it allows.
    match page.split_once("<body>") {
        Some((head, body)) => format!("{head}<body>\n{bar}{body}"),
        None => page.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_rendered_in_every_language_and_escapes() {
        for language in Language::ALL {
            for page in [
                start(language, true, 1),
                refused("<script>alert(1)</script>", language),
                with_bar(b"<html><body><p>x</p></body></html>", &Upload::default(), language),
            ] {
                assert!(page.contains('<') && !page.contains("undefined"), "{page}");
                assert!(!page.contains("<script>"), "{page}");
            }
        }
        assert!(start(Language::Ja, false, 1).contains("lang=\"ja\""));
    }
}
