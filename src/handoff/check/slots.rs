//! Text between a property and a value → does it lead from one to the other?
//!
//! `issuer field of the server's certificate: X` and `発行者は X` give the property's value. With any other word between
//! the two, the value may be that of something else: `the issuer is not known; the subject is X`.

/// English words that lead from a property to its value.
const LINKS: &str = "\
    a also an any are as at be been by cert certificate certificate's certificates chain client client's controller \
    controller's date day device device's dn entry field for from given gives good in is it its leaf line listed message \
    name named names of on one presented read reads s sent server server's servers shown shows side stands states that the \
    this to value was were which wlc's ap ap's access point point's";

/// The same in Japanese.
const JOINTS: [&str; 24] = [
    "クライアント",
    "アクセスポイント",
    "コントローラー",
    "コントローラ",
    "サーバー",
    "サーバ",
    "証明書",
    "フィールド",
    "欄",
    "項目",
    "記載",
    "名称",
    "名",
    "値",
    "ap",
    "日時",
    "日",
    "は",
    "の",
    "が",
    "に",
    "も",
    "、",
    "として",
];

/// The longest text between a property and its value, in bytes.
const LONGEST: usize = 100;

/// True if a text between a property and a value leads from one to the other.
pub(super) fn leads(between: &str) -> bool {
    if between.len() > LONGEST {
        return false;
    }
    let is_link = |word: &str| word.is_empty() || LINKS.split_whitespace().any(|it| it == word);
    if !between.contains(|c: char| !c.is_ascii()) {
        let is_end = |c: char| matches!(c, ';' | ',' | '.') && between.matches(c).count() > 1;
        return !between.contains(is_end)
            && between
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '\'')
                .all(is_link);
    }
    let mut rest = between.to_owned();
    for joint in JOINTS {
        rest = rest.replace(joint, " ");
    }
    rest.split(|c: char| !c.is_alphanumeric()).all(is_link)
}

#[cfg(test)]
mod tests {
    use super::leads;

    #[test]
    fn only_words_that_lead_to_a_value_stand_before_it() {
        for text in [
            " field of the server's certificate: ",
            " is ",
            "フィールドは ",
            " は",
            ", as listed: ",
        ] {
            assert!(leads(text), "{text}");
        }
        for text in [
            " is not known; the subject is ",
            " ends in ",
            "は不明で、主体者は",
            " of a CA that expired on ",
        ] {
            assert!(!leads(text), "{text}");
        }
    }
}
