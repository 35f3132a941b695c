//! Report, Report → Differences: the responsible party, the reason, the confidence and the negotiated values.

use super::{Comparison, Difference};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::base::word::join;
use crate::report::{Attempt, Certificate, Connection, Report, confidence, party};

/// The compared values of two attempts, beside steps and verdict: the id, and the value in each.
fn values(attempt: &Attempt, connections: &[&Connection]) -> [(&'static str, String); 12] {
    let verdict = &attempt.verdict;
    let issuers = |chain: fn(&Connection) -> &Vec<Certificate>| {
        let mut issuers: Vec<&str> = Vec::new();
        for certificate in connections.iter().flat_map(|it| chain(it).first()) {
            let issuer = certificate.issuer.as_deref().unwrap_or("?");
            if !issuers.contains(&issuer) {
                issuers.push(issuer);
            }
        }
        issuers.join("; ")
    };
    let tls = connections.iter().rev().find_map(|it| it.tls.as_ref());
    let negotiated = |value: Option<&Option<String>>| value.cloned().flatten().unwrap_or_default();
    [
        ("by", verdict.by.to_string()),
        ("at", verdict.at.to_string()),
        ("causes", join(&verdict.causes, ", ")),
        ("confidence", verdict.confidence.to_string()),
        (
            "also",
            verdict.also.iter().map(|id| id.name()).collect::<Vec<_>>().join(", "),
        ),
        ("server-issuer", issuers(|it| &it.certificates.server)),
        ("client-issuer", issuers(|it| &it.certificates.client)),
        ("version", negotiated(tls.map(|tls| &tls.version))),
        ("cipher", negotiated(tls.map(|tls| &tls.cipher_suite))),
        ("group", negotiated(tls.map(|tls| &tls.group))),
        ("alpn", negotiated(tls.map(|tls| &tls.alpn))),
        (
            "resumed",
            tls.filter(|tls| tls.resumed)
                .map_or_else(String::new, |_| "resumed".to_owned()),
        ),
    ]
}

/// Adds the differences between two attempts, and between all attempts of the two captures.
pub(super) fn compare(
    comparison: &mut Comparison,
    (first, one): (&Report, &Attempt),
    (second, other): (&Report, &Attempt),
    language: Language,
) {
    let is_one_way = comparison.kind == "two-points";
    let frames = |attempt: &Attempt| attempt.verdict.evidence.iter().map(|it| it.frame).collect::<Vec<_>>();
    let sides = [
        values(one, &connections(first, one)),
        values(other, &connections(second, other)),
    ];
    let [here, there] = sides;
    let mut differ = |id: &'static str, first: &str, second: &str| {
        let shown = |value: &str, attempt: &Attempt| match (id, value) {
            (_, "") => phrase("diff-no-value"),
            ("by", _) => party(attempt.verdict.by),
            ("confidence", _) => confidence(attempt.verdict.confidence),
            (_, value) => Phrase::verbatim(value),
        };
        let text = phrase("diff-value")
            .with("what", phrase(what(id)))
            .with("first", shown(first, one))
            .with("second", shown(second, other));
        comparison.differences.push(Difference {
            id,
            text: text.in_language(language),
            first: frames(one),
            second: frames(other),
        });
    };
    // If one of two points did not see something, the missing packets are reported instead.
    let says_nothing = |first: &str, second: &str| is_one_way && (first.is_empty() || second.is_empty());
    for ((id, first), (_, second)) in here.iter().zip(&there) {
        if first != second && !says_nothing(first, second) {
            differ(id, first, second);
        }
    }
    let all = |report: &Report| {
        let mut ids: Vec<&str> = report.attempts.iter().map(|it| it.verdict.id.name()).collect();
        ids.sort_unstable();
        ids.join(", ")
    };
    let (first, second) = (all(first), all(second));
    if first != second {
        differ("attempts", &first, &second);
    }
}

/// The name of such a value, in words.
fn what(id: &str) -> &'static str {
    match id {
        "by" => "diff-what-by",
        "at" => "diff-what-at",
        "causes" => "diff-what-causes",
        "confidence" => "diff-what-confidence",
        "also" => "diff-what-also",
        "server-issuer" => "diff-what-server-issuer",
        "client-issuer" => "diff-what-client-issuer",
        "version" => "diff-what-version",
        "cipher" => "diff-what-cipher",
        "group" => "diff-what-group",
        "alpn" => "diff-what-alpn",
        "resumed" => "diff-what-resumed",
        _ => "diff-what-attempts",
    }
}

fn connections<'r>(report: &'r Report, attempt: &Attempt) -> Vec<&'r Connection> {
    let ids = attempt.connections.iter();
    ids.filter_map(|id| report.connections.iter().find(|it| it.id == *id))
        .collect()
}
