//! Named → Claim: what a sentence says that names so little that it can say one thing only.

use super::claims::{Counted, Ending, OfCertificate, Step, What, Who};
use super::lexicon::{Event, Word};
use super::statement::{Named, Value};
use super::tokens::Moment;
use crate::connection::step::Side;

/// Words that may stand beside a step.
const BESIDE_STEP: &[Word] = &[
    Word::And,
    Word::Certificate,
    Word::Tls,
    Word::Handshake,
    Word::Choose,
    Word::Or,
    Word::Both,
    Word::Packets,
    Word::Issuer,
    Word::Tcp,
    Word::Times,
    Word::To,
];

/// Words that may stand beside a version, a cipher suite or a group.
const BESIDE_CHOICE: &[Word] = &[
    Word::To,
    Word::And,
    Word::Suite,
    Word::Group,
    Word::Both,
    Word::Tls,
    Word::Handshake,
    Word::Choose,
];

/// Words that may stand beside the first to close.
const CLOSING: &[Word] = &[Word::First, Word::Close, Word::Tcp, Word::End, Word::To];

/// Words that name the sender of what stands before them.
const SENDER: &[&str] = &[
    "sender",
    "source",
    "送信元",
    "comes from",
    "came from",
    "sent by",
    "is from",
    "was from",
    "; see ",
];

/// Words for a look-up that is asked, and not answered.
const ASKING: &[&str] = &[
    "ask",
    "look",
    "quer",
    "question",
    "request",
    "照会",
    "問い合わせ",
    "クエリ",
];

/// Words for its answer.
const ANSWERING: &[&str] = &["came back", "come back", "comes back", "return", "結果", "返"];

/// More than one certificate.
const MANY: &[&str] = &["cert(", "certs", "certificate(", "certificates"];

/// A chain has fewer certificates; a larger number is one of something else.
const MOST_CERTIFICATES: u64 = 32;

/// A claim, whether it is denied, and the hosts that it is about.
type Stated = (What, bool, Vec<Who>);

/// The claim of a sentence that names so much, and nothing else.
pub(super) fn claim(named: &Named, plain: &str) -> Option<Stated> {
    let is_step = named.event.is_some() && named.values.is_empty();
    let names_sender = says(plain, SENDER);
    let is_value = matches!(&named.values[..], [Value::Said(_)]) || named.values.is_empty() && named.number.is_some();
    if named.has(Word::And) && !(is_step && names_sender || is_value) {
        return None;
    }
    let is_placed = named.frames.is_some() || named.moment.is_some();
    let is_closing = match named.event {
        Some(event) => event == Event::Step("fin") && named.denials == 0 && named.number.is_none() && !is_placed,
        None => named.has(Word::Close),
    };
    match (&named.values[..], named.number.filter(|it| *it > 0)) {
        // So many SYNs, or certificates in a message.
        ([], Some(number)) if matches!(named.event, Some(Event::Step("syn" | "certificate"))) && !is_placed => {
            told(counted(named, number, plain)?)
        }
        ([], None) if is_closing && named.only(CLOSING) => told(first_to_close(named, plain)?),
        ([], _) if is_step && named.only(BESIDE_STEP) => step(named),
        ([], None) if is_placed => told(total(named, plain)?),
        _ if is_placed => None,
        ([], _) if named.number.is_some() => told(counted(named, named.number?, plain)?),
        ([], None) if named.event.is_none() => outcome(named, plain),
        _ if named.number.is_some() || named.denials > 0 => None,
        ([Value::Host(host), Value::Address(address)] | [Value::Address(address), Value::Host(host)], _) => {
            let is_lookup = named.has(Word::Dns) || says(plain, &["dns", " in a ", " in aaaa ", "引く", "引い"]);
            let is_alone = named.side.is_none() && named.event.is_none() && !named.has(Word::Break);
            // `192.0.2.1 asked DNS for the name`: who asked, and no answer.
            let is_answer = !says(plain, ASKING) || says(plain, ANSWERING);
            let about = vec![Who::Named(host.clone())];
            (is_lookup && is_alone && is_answer).then_some((What::Resolved(*address), false, about))
        }
        ([Value::Host(host)], _) => told(server_name(named, host, plain)?),
        ([Value::Address(address)], _) => {
            let names = says(plain, &["address", "ip", "host", "アドレス"]) && named.only(&[]);
            let (of, address, port) = (named.one_side(), Some(*address), None);
            (names && of.is_some() && named.event.is_none()).then_some((
                What::Place { of, address, port },
                false,
                Vec::new(),
            ))
        }
        _ if named.event.is_some() => None,
        ([Value::Said(what)], _) => told(chosen(named, what, plain)?),
        ([value], _) => told(of_certificate(named, value, plain)?),
        _ => None,
    }
}

/// A claim that is not denied, and about no host.
const fn told(what: What) -> Option<Stated> {
    Some((what, false, Vec::new()))
}

fn says(plain: &str, words: &[&str]) -> bool {
    words.iter().any(|it| plain.contains(it))
}

impl Named {
    /// The side, if the sentence names one only.
    fn one_side(&self) -> Option<Side> {
        self.side.filter(|_| !self.has_both)
    }
}

/// A verdict, or what was negotiated.
fn chosen(named: &Named, what: &What, plain: &str) -> Option<What> {
    let is_said = match what {
        What::Verdict(_) => (named.has(Word::Verdict) || plain.contains("tlswalk")) && named.side.is_none(),
        _ => {
            let chooses = named.has(Word::Choose) && named.side == Some(Side::Server);
            named.only(BESIDE_CHOICE) && (named.side.is_none() || named.has_both || chooses)
        }
    };
    is_said.then(|| what.clone())
}

/// The name in the Client Hello.
fn server_name(named: &Named, host: &str, plain: &str) -> Option<What> {
    let is_hello = named.event.is_none_or(|it| it == Event::Step("client-hello")) && named.side != Some(Side::Server);
    let names = named.has(Word::Sni) || named.event.is_some() && plain.contains("name");
    let is_other = [Word::Dns, Word::Certificate, Word::Break]
        .iter()
        .any(|it| named.has(*it));
    (names && is_hello && !is_other).then(|| What::ServerName(host.to_owned()))
}

/// `The TLS handshake ran to completion`, `the server's certificate is self-signed`, without any value.
fn outcome(named: &Named, plain: &str) -> Option<Stated> {
    let not = named.denials == 1;
    // `The certificate is no good: it has expired`
    if named.denials > 1 || not && named.has_parts {
        return None;
    }
    if named.has(Word::SelfSigned) && named.only(&[Word::SelfSigned, Word::Certificate]) {
        return Some((of(named, OfCertificate::SelfSigned)?, not, Vec::new()));
    }
    const DATES: &[Word] = &[
        Word::Certificate,
        Word::Expire,
        Word::Valid,
        Word::Validity,
        Word::NotAfter,
        Word::Choose,
    ];
    if named.has(Word::Expire) && named.only(DATES) {
        return Some((of(named, OfCertificate::Expired)?, not, Vec::new()));
    }
    if named.has(Word::Valid) && named.only(DATES) && !not {
        return told(of(named, OfCertificate::Current)?);
    }
    if named.one_side().is_some() {
        return None;
    }
    let is_unfinished = says(plain, &["incomplete", "unfinished", "不完全"]);
    if named.has(Word::Handshake) && named.only(&[Word::Handshake, Word::Tls]) && is_unfinished && !not {
        return Some((What::Handshake, true, Vec::new()));
    }
    if named.has(Word::Handshake) && named.only(&[Word::Handshake, Word::Tls]) && plain.contains(" done") && !not {
        return told(What::Handshake);
    }
    let ends = [Word::Healthy, Word::Complete, Word::Fail]
        .into_iter()
        .filter(|it| named.has(*it));
    let fails = named.has(Word::Fail);
    // `No luck, the connection failed`
    if ends.count() != 1 || not && fails {
        return None;
    }
    if named.has(Word::Handshake) {
        let is_all = named.only(&[Word::Handshake, Word::Tls, Word::Complete, Word::Fail]);
        return is_all.then_some((What::Handshake, not || fails, Vec::new()));
    }
    let is_all = named.only(&[Word::Healthy, Word::Complete, Word::Fail]);
    is_all.then_some((What::Healthy, not || fails, Vec::new()))
}

/// A property of the certificate of the only side.
fn of(named: &Named, what: OfCertificate) -> Option<What> {
    let (of, subject) = (Some(named.one_side()?), None);
    Some(What::Certificate { of, subject, what })
}

/// A property of a certificate that has a value.
fn of_certificate(named: &Named, value: &Value, plain: &str) -> Option<What> {
    let is_certificate = named.has(Word::Certificate) || named.has(Word::Chain);
    let what = match value {
        Value::Serial(serial) if named.has(Word::Serial) || plain.contains("s/n") => {
            OfCertificate::Serial(serial.clone())
        }
        Value::Name(name) if named.has(Word::Issuer) || is_certificate && says(plain, &["comes from", "came from"]) => {
            OfCertificate::Issuer(name.clone())
        }
        Value::Day(day) if is_certificate => dated(named, *day, plain)?,
        _ => return None,
    };
    let is_other = [Word::Break, Word::Or, Word::Sni].iter().any(|it| named.has(*it));
    of(named, what).filter(|_| !is_other)
}

/// The first or the last day of a certificate.
fn dated(named: &Named, day: Moment, plain: &str) -> Option<OfCertificate> {
    const ENDS: &[&str] = &[
        "until", "up to", "through", "end", "expir", "last day", "lapse", "ran out", "run out", "まで", "切れ", "満了",
        "終わ", "失効", "期限",
    ];
    const STARTS: &[&str] = &[
        "from",
        "since",
        "start",
        "begin",
        "began",
        "open",
        "earliest",
        "first day",
        "onward",
        "as of",
        "から",
        "始ま",
        "開始",
        "以降",
    ];
    let (ends, starts) = (says(plain, ENDS), says(plain, STARTS));
    match (named.has(Word::NotAfter), named.has(Word::NotBefore)) {
        (true, false) if !starts => return Some(OfCertificate::NotAfter(day)),
        (false, true) if !ends => return Some(OfCertificate::NotBefore(day)),
        _ => {}
    }
    match (ends, starts) {
        (true, false) => Some(OfCertificate::NotAfter(day)),
        (false, true) => Some(OfCertificate::NotBefore(day)),
        _ => None,
    }
}

/// `server FINs first`, `active close by the server (FIN)`
fn first_to_close(named: &Named, plain: &str) -> Option<What> {
    const BEGINS: &[&str] = &[
        "initiat", "active", "earlier", "start", "began", "begun", "開始", "始め", "先に",
    ];
    let begins = named.has(Word::First) || says(plain, BEGINS);
    let is_fin = named.event.is_none_or(|it| it == Event::Step("fin"));
    let is_fin = is_fin && named.frames.is_none() && named.moment.is_none();
    let is_alone = is_fin && begins && named.denials == 0 && named.number.is_none();
    let by = named.one_side().filter(|_| is_alone)?;
    Some(What::Ended {
        how: Ending::Fin,
        by: Some(Who::Side(by)),
        first: true,
    })
}

/// `Total frames: 19`
fn total(named: &Named, plain: &str) -> Option<What> {
    let frames = named.frames.as_ref()?;
    let is_alone = named.topics.is_empty() && named.event.is_none() && named.side.is_none() && named.denials == 0;
    let (of, number, by) = (Counted::Frames, *frames.list.first()?, None);
    (is_alone && says(plain, &["total", "frames:", "packets:", "frames ="])).then_some(What::Count { of, number, by })
}

/// A number of frames, certificates or SYNs, or the server's port.
fn counted(named: &Named, number: u64, plain: &str) -> Option<What> {
    const COUNTS: &[&str] = &[
        "フレーム数",
        "パケット数",
        "frame count",
        "packet count",
        "frames:",
        "packets:",
        "frame total",
    ];
    const WHOLE: &[&str] = &[
        "trace",
        "capture",
        "file",
        "pcap",
        "キャプチャ",
        "トレース",
        "ファイル",
        "total",
        "overall",
        "altogether",
        "in all",
        "合計",
        "全部",
        "総",
    ];
    const LENGTHS: &[&str] = &["number of", "count", "length", " long", "consist", "数", "枚"];
    // `The packet with the SYN is number 5`
    if named.has_cells || plain.contains(&format!("number {number}")) {
        return None;
    }
    let is_port = named.has(Word::Port) || says(plain, &["port", "ポート"]);
    let is_syn = named.has(Word::Syns) || named.event == Some(Event::Step("syn"));
    let is_frames = named.has(Word::Frames) || named.has(Word::Packets) || says(plain, COUNTS);
    let is_whole = says(plain, WHOLE) || says(plain, COUNTS);
    let of_chain = (named.has(Word::Certificate) || named.has(Word::Chain)) && says(plain, LENGTHS);
    let is_chain = (named.has(Word::Certificates) || says(plain, MANY) || of_chain) && !named.has(Word::Serial);
    // `The Certificate message has 3 certificates in it`
    let in_message = named.event == Some(Event::Step("certificate"))
        && (says(plain, MANY) || says(plain, &["証明書が", "証明書は"]));
    let of = if is_syn && !is_port && named.side != Some(Side::Server) {
        Counted::Syns
    } else if named.denials > 0 || named.event.is_some() && !in_message || named.has_both {
        return None;
    } else if is_frames && is_whole && named.side.is_none() {
        Counted::Frames
    } else if is_chain && number <= MOST_CERTIFICATES {
        Counted::Certificates
    } else if is_port && named.side == Some(Side::Server) {
        let port = Some(u16::try_from(number).ok()?);
        let (of, address) = (named.side, None);
        return Some(What::Place { of, address, port });
    } else {
        return None;
    };
    let by = named.side.filter(|_| of == Counted::Certificates);
    Some(What::Count { of, number, by })
}

/// A step, by whom, in which frame or at which time.
fn step(named: &Named) -> Option<Stated> {
    let event = named.event?;
    // `Neither the client nor the server reset the connection`
    let is_neither = named.denials == 1 && (named.has_both && named.has(Word::Or) || named.has(Word::Both));
    let has_several = named.has_both || named.has(Word::Or) || named.has(Word::Both);
    if named.is_aim || has_several && !is_neither {
        return None;
    }
    let side = named.one_side();
    let is_placed = named.frames.is_some() || named.moment.is_some();
    let (not, number) = match (named.denials, named.number) {
        (1, None) => (true, None),
        // `TCP resets: 0`
        (0, Some(0)) if named.counts || named.alert.is_none() => (true, None),
        // The number of an item stands before what is said.
        (0, Some(_)) if named.counts => return None,
        (0, number) => (false, number),
        _ => return None,
    };
    // A number is the code of an alert, or something else is counted.
    let is_code = event == Event::Alert && named.alert.is_some();
    let is_told = is_placed || not || named.alert.is_some() && side.is_some();
    let is_unclear = named.frames.is_some() && named.moment.is_some() || not && is_placed;
    if number.is_some() && !is_code || !is_told || is_unclear || matches!(event, Event::Step("ack" | "finished")) {
        return None;
    }
    let step = Step {
        frames: named.frames.clone(),
        alert: named.alert,
        number,
        fatal: named.is_fatal && event == Event::Alert,
        at: named.moment,
        in_capture: named.in_capture,
        ..Step::of(event, side.map(Who::Side))
    };
    Some((What::Step(step), not, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::super::claims::Claim;
    use super::super::statement::read;
    use super::super::tokens::{cased, tokens};
    use super::*;

    fn claim(sentence: &str) -> Option<Claim> {
        let cased = cased(sentence);
        let plain = cased.to_ascii_lowercase();
        read(&tokens(&plain, &cased), &plain, &cased)
    }

    fn step(sentence: &str) -> Option<(Event, Option<Who>, bool)> {
        match claim(sentence)? {
            Claim {
                what: What::Step(step),
                not,
                ..
            } => Some((step.event, step.by, not)),
            _ => None,
        }
    }

    #[test]
    fn one_step_with_one_side_and_one_place_is_a_claim_in_any_words() {
        let by = |side| Some(Who::Side(side));
        let syn_ack = Event::Step("syn-ack");
        for (sentence, expected) in [
            ("#43: SYN-ACK, src = server", Some((syn_ack, by(Side::Server), false))),
            (
                "Sender of the SYN-ACK in packet no. 43 is the client",
                Some((syn_ack, by(Side::Client), false)),
            ),
            ("サーバ発の SYN-ACK：なし", Some((syn_ack, by(Side::Server), true))),
            (
                "Neither the client nor the server reset the connection.",
                Some((Event::Step("reset"), None, true)),
            ),
            ("TCP resets: 0", Some((Event::Step("reset"), None, true))),
            ("The server reacts to the SYN in frame 5.", None),
            ("The server gets a SYN in frame 5.", None),
            ("Frame 5 is a SYN, sent to the server.", None),
            ("The client rejects the Server Hello in frame 10.", None),
            ("The SYN-ACK and the Server Hello are in frame 10.", None),
            ("The server should send its SYN-ACK in frame 6.", None),
        ] {
            assert_eq!(step(sentence), expected, "{sentence}");
        }
    }

    #[test]
    fn one_value_is_a_claim_where_nothing_else_is_said_of_it() {
        for (sentence, expected) in [
            ("Peers agreed on TLSv1.2.", true),
            ("negotiated version: 1.3", true),
            ("The client supports up to TLS 1.3.", false),
            ("The server got TLS 1.2 offered.", false),
            ("tlswalk's verdict: tcp-refused", true),
            ("Validity of the server's cert ends 2024-10-26.", true),
            ("The server's certificate, valid from 2024-10-26 to 2025-10-26", false),
            ("DNS maps smartreceiver.cisco.com onto 192.0.2.1.", true),
            ("192.0.2.1 looked up smartreceiver.cisco.com.", false),
            ("7 SYNs went out and nothing came back.", true),
            ("SYN in 5", false),
            ("The handshake could not be completed.", false),
        ] {
            assert_eq!(claim(sentence).is_some(), expected, "{sentence}");
        }
    }
}
