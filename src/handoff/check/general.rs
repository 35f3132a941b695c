//! Sentence → is it about any server or client, and not about this capture?

/// True if a sentence speaks of any server or client, or of a version of TLS, and not of this capture: `A server that wants a
/// client certificate sends …`, `In TLS 1.3 the certificates are encrypted`, `TLS 1.3 では証明書が …`.
pub(super) fn is_general(plain: &str) -> bool {
    let text = plain.trim_start_matches(|c: char| !c.is_alphanumeric());
    let behind_article = text.strip_prefix("a ").or_else(|| text.strip_prefix("an "));
    const ANY: [&str; 6] = ["server ", "client ", "controller ", "device ", "access point ", "host "];
    const THAT: [&str; 5] = ["that ", "which ", "who ", "with ", "without "];
    const SEVERAL: [&str; 4] = ["servers ", "clients ", "in tls ", "in dtls "];
    let is_version = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | 'v');
    let behind_version = text.strip_prefix("tls").map(|it| it.trim_start_matches(is_version));
    let of_any = |it: &str| {
        ANY.iter()
            .filter_map(|any| it.strip_prefix(any))
            .any(|it| THAT.iter().any(|that| it.starts_with(that)))
    };
    const GENERALLY: [&str; 9] = [
        "usually",
        "normally",
        "typically",
        "generally",
        "in general",
        "always",
        "as a rule",
        "rfc ",
        "rfc8446",
    ];
    // `A Server Hello is the reply to a Client Hello.`
    let defines = [" is the ", " is a ", " is an ", " are the "]
        .iter()
        .any(|it| text.contains(it));
    let has_number = text.contains(|c: char| c.is_ascii_digit());
    behind_article.is_some_and(|it| of_any(it) || defines && !has_number)
        || GENERALLY.iter().any(|it| plain.contains(it))
        || SEVERAL.iter().any(|it| text.starts_with(it))
        || behind_version.is_some_and(|it| it.starts_with("では") && !it.starts_with("ではな"))
}
