//! Facts of a JSON report → answers by templates, true or with one falsehood planted: what `tlswalk check` is graded on.
//!
//! A fact is a kind with values, taken from the fields of the report by this file alone. A falsehood is the same kind with a value
//! that the report rules out. What is inferred, encrypted or not captured gives no facts, so every falsehood shows.

use std::collections::BTreeMap;

use serde_json::Value;

/// One thing that can be said of a capture.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) kind: &'static str,
    values: BTreeMap<&'static str, String>,
    /// The same, changed so that it is false.
    wrong: Vec<(&'static str, BTreeMap<&'static str, String>)>,
}

/// Templates by kind: each with its language.
pub(crate) struct Templates(BTreeMap<String, Vec<(String, String)>>);

impl Templates {
    /// Reads lines of `kind<TAB>language<TAB>text`.
    pub(crate) fn read(text: &str) -> Self {
        let mut of: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut parts = line.splitn(3, '\t');
            let (kind, language, template) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            of.entry(kind.to_owned())
                .or_default()
                .push((language.to_owned(), template.to_owned()));
        }
        Self(of)
    }

    fn fill(&self, kind: &str, values: &BTreeMap<&'static str, String>, language: &str, nth: usize) -> Option<String> {
        let all: Vec<&String> = self
            .0
            .get(kind)?
            .iter()
            .filter(|it| it.0 == language)
            .map(|it| &it.1)
            .collect();
        let template = all.get(nth % all.len().max(1))?;
        let mut text = (*template).clone();
        for (name, value) in values {
            let value = match (*name, language, value.as_str()) {
                (_, "ja", "client") => "クライアント",
                (_, "ja", "server") => "サーバ",
                (_, _, value) => value,
            };
            text = text.replace(&format!("{{{name}}}"), value);
        }
        assert!(!text.contains('{'), "{text}");
        Some(text)
    }

    /// How often each kind is written in each language.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

/// An answer: its sentences, and which of them is false.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) sample: String,
    pub(crate) text: String,
    pub(crate) planted: Option<(String, String)>,
}

/// The same numbers in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// An answer of up to seven sentences about a sample.
pub(crate) fn answer(
    sample: &str,
    facts: &[Fact],
    templates: &Templates,
    plant: bool,
    chance: &mut Chance,
) -> Option<Answer> {
    let language = if chance.below(3) == 0 { "ja" } else { "en" };
    let mut left: Vec<&Fact> = facts.iter().collect();
    let mut sentences = Vec::new();
    let mut planted = None;
    while sentences.len() < 7 && !left.is_empty() {
        let fact = left.remove(chance.below(left.len()));
        let nth = chance.below(1000);
        if plant && planted.is_none() && !fact.wrong.is_empty() {
            let (kind, values) = &fact.wrong[chance.below(fact.wrong.len())];
            let Some(sentence) = templates.fill(kind, values, language, nth) else {
                continue;
            };
            planted = Some((fact.kind.to_owned(), sentence.clone()));
            sentences.push(sentence);
        } else if let Some(sentence) = templates.fill(fact.kind, &fact.values, language, nth) {
            sentences.push(sentence);
        }
    }
    // Where the falsehood stands is chance, too.
    for at in (1..sentences.len()).rev() {
        sentences.swap(at, chance.below(at + 1));
    }
    if plant && planted.is_none() || sentences.is_empty() {
        return None;
    }
    let text = sentences.join("\n\n");
    Some(Answer {
        sample: sample.to_owned(),
        text,
        planted,
    })
}

fn values(pairs: &[(&'static str, &str)]) -> BTreeMap<&'static str, String> {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn other(side: &str) -> &'static str {
    if side == "client" { "server" } else { "client" }
}

/// A step as people write it.
fn written(kind: &str) -> Option<String> {
    Some(
        match kind {
            "client-hello" => "Client Hello",
            "server-hello" => "Server Hello",
            "certificate" => "Certificate",
            "server-key-exchange" => "Server Key Exchange",
            "certificate-request" => "Certificate Request",
            "server-hello-done" => "Server Hello Done",
            "client-key-exchange" => "Client Key Exchange",
            "certificate-verify" => "Certificate Verify",
            "change-cipher-spec" => "Change Cipher Spec",
            "syn-ack" => "SYN-ACK",
            _ => return None,
        }
        .to_owned(),
    )
}

const ALERTS: [(&str, u64); 6] = [
    ("unknown_ca", 48),
    ("handshake_failure", 40),
    ("certificate_expired", 45),
    ("bad_certificate", 42),
    ("protocol_version", 70),
    ("certificate_unknown", 46),
];

/// True if everything of both sides was captured, and little else is in the capture.
fn is_whole(report: &Value) -> bool {
    let capture = &report["capture"];
    let clean = capture["end"] == "complete"
        && capture["visibility"]["one_direction"] == false
        && capture["damage"].as_array().unwrap().is_empty();
    let of = |connection: &Value| {
        let seen = ["client_seen", "server_seen"].iter().all(|side| {
            let seen = &connection["tcp"][side];
            seen["acked_unseen"] == false
                && seen["cut"] == 0
                && (seen["start"] == true || seen["first_frame"].is_null())
        });
        seen && connection["tcp"]["gaps"].as_array().unwrap().is_empty()
    };
    let partial = report["attempts"].as_array().unwrap().iter().any(|it| {
        it["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["id"] == "incomplete-capture")
    });
    clean && !partial && report["connections"].as_array().unwrap().iter().all(of)
}

/// What can be said of a report with one connection.
pub(crate) fn facts(report: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    let connections = report["connections"].as_array().unwrap();
    let ([connection], true) = (connections.as_slice(), is_whole(report)) else {
        return facts;
    };
    if connection["carrier"].is_string() {
        return facts;
    }
    steps(connection, report, &mut facts);
    alerts(connection, &mut facts);
    negotiated(connection, &mut facts);
    certificates(connection, &mut facts);
    ends(connection, &mut facts);
    places(connection, report, &mut facts);
    outcome(connection, report, &mut facts);
    facts
}

fn all_steps(connection: &Value) -> &Vec<Value> {
    connection["steps"].as_array().unwrap()
}

fn steps(connection: &Value, report: &Value, facts: &mut Vec<Fact>) {
    let steps = all_steps(connection);
    let observed: Vec<&Value> = steps.iter().filter(|it| it["seen"] == "observed").collect();
    for step in &observed {
        let (Some(kind), Some(side)) = (written(step["kind"].as_str().unwrap()), step["side"].as_str()) else {
            continue;
        };
        let frame = step["frame"].to_string();
        let own = values(&[("step", &kind), ("side", side), ("frame", &frame)]);
        let mut wrong = Vec::new();
        // A frame that holds something else of the other side cannot hold it.
        let elsewhere = observed.iter().find(|it| {
            let frames = it["frames"].as_array().unwrap();
            it["side"] != side
                && frames.len() == 1
                && !steps.iter().any(|other| {
                    other["kind"] == step["kind"] && other["frames"].as_array().unwrap().contains(&frames[0])
                })
        });
        if let Some(elsewhere) = elsewhere {
            wrong.push((
                "step",
                values(&[
                    ("step", &kind),
                    ("side", side),
                    ("frame", &elsewhere["frame"].to_string()),
                ]),
            ));
        }
        let beyond = report["capture"]["frames"].as_u64().unwrap() + 3;
        wrong.push((
            "step",
            values(&[("step", &kind), ("side", side), ("frame", &beyond.to_string())]),
        ));
        let is_of_both = matches!(kind.as_str(), "Certificate" | "Change Cipher Spec");
        let has_other = steps
            .iter()
            .any(|it| it["kind"] == step["kind"] && it["side"] == other(side) && it["frame"] == step["frame"]);
        if !has_other && (is_of_both || connection["tls"]["version"] != "1.3") {
            wrong.push((
                "step",
                values(&[("step", &kind), ("side", other(side)), ("frame", &frame)]),
            ));
        }
        wrong.push(("step-none", values(&[("step", &kind), ("side", side)])));
        facts.push(Fact {
            kind: "step",
            values: own,
            wrong,
        });
        // Its time, to the second; a wrong one is minutes off, which no time zone is.
        let time = step["time"].as_str().unwrap();
        let clock = &time[11..19];
        let minutes: u32 = clock[3..5].parse().unwrap();
        let off = format!("{}:{:02}:{}", &clock[..2], (minutes + 7) % 60, &clock[6..]);
        facts.push(Fact {
            kind: "time",
            values: values(&[("step", &kind), ("side", side), ("clock", clock)]),
            wrong: vec![("time", values(&[("step", &kind), ("side", side), ("clock", &off)]))],
        });
    }
    for (kind, side) in [("server-hello", "server"), ("certificate-request", "server")] {
        let is_new = connection["tls"]["version"] == "1.3" || connection["tls"].is_null();
        let was_seen = steps.iter().any(|it| it["kind"] == kind);
        let is_hidden = is_new && kind != "server-hello";
        if !was_seen && !is_hidden && connection["tcp"]["server_seen"]["first_frame"].is_u64() {
            let name = written(kind).unwrap();
            let hello = observed.iter().find(|it| it["kind"] == "client-hello");
            let mut wrong = Vec::new();
            if let Some(hello) = hello {
                wrong.push((
                    "step",
                    values(&[("step", &name), ("side", side), ("frame", &hello["frame"].to_string())]),
                ));
            }
            facts.push(Fact {
                kind: "step-none",
                values: values(&[("step", &name), ("side", side)]),
                wrong,
            });
        }
    }
}

fn alerts(connection: &Value, facts: &mut Vec<Fact>) {
    let Some(alerts) = connection["tls"]["alerts"].as_array() else {
        return;
    };
    let readable: Vec<&Value> = alerts.iter().filter(|it| it["code"].is_u64()).collect();
    let is_old = connection["tls"]["version"] != "1.3";
    if let ([alert], 1) = (readable.as_slice(), alerts.len()) {
        let (name, code) = (alert["description"].as_str().unwrap(), alert["code"].as_u64().unwrap());
        let (side, frame) = (alert["side"].as_str().unwrap(), alert["frame"].to_string());
        let own = |name: &str, code: u64, side: &str, frame: &str| {
            values(&[
                ("alert", name),
                ("code", &code.to_string()),
                ("side", side),
                ("frame", frame),
            ])
        };
        let mut wrong = Vec::new();
        if is_old {
            let (wrong_name, wrong_code) = ALERTS.iter().find(|it| it.1 != code && it.1 != 70).unwrap();
            wrong.push(("alert", own(wrong_name, *wrong_code, side, &frame)));
            wrong.push(("alert", own(name, *wrong_code, side, &frame)));
            wrong.push(("alert", own(name, code, other(side), &frame)));
            let hello = all_steps(connection).iter().find(|it| it["kind"] == "client-hello");
            if let Some(hello) = hello {
                wrong.push(("alert", own(name, code, side, &hello["frame"].to_string())));
            }
            wrong.push(("alert-none", values(&[("side", side)])));
        }
        facts.push(Fact {
            kind: "alert",
            values: own(name, code, side, &frame),
            wrong,
        });
        if is_old {
            facts.push(Fact {
                kind: "alert-none",
                values: values(&[("side", other(side))]),
                wrong: vec![(
                    "alert-sent",
                    values(&[("side", other(side)), ("alert", name), ("code", &code.to_string())]),
                )],
            });
        }
    }
    if alerts.is_empty() && is_old {
        for side in ["client", "server"] {
            let (name, code) = ALERTS[1];
            facts.push(Fact {
                kind: "alert-none",
                values: values(&[("side", side)]),
                wrong: vec![(
                    "alert-sent",
                    values(&[("side", side), ("alert", name), ("code", &code.to_string())]),
                )],
            });
        }
    }
}

fn negotiated(connection: &Value, facts: &mut Vec<Fact>) {
    let tls = &connection["tls"];
    let one = |kind: &'static str, name: &'static str, own: &str, wrong: &str| Fact {
        kind,
        values: values(&[(name, own)]),
        wrong: vec![(kind, values(&[(name, wrong)]))],
    };
    if let Some(version @ ("1.2" | "1.3" | "1.0")) = tls["version"].as_str() {
        facts.push(one(
            "version",
            "version",
            version,
            if version == "1.3" { "1.2" } else { "1.3" },
        ));
    }
    if let Some(suite) = tls["cipher_suite"].as_str() {
        let wrong = if suite == "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256" {
            "TLS_RSA_WITH_AES_128_CBC_SHA"
        } else {
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"
        };
        facts.push(one("suite", "suite", suite, wrong));
    }
    if let Some(group @ ("x25519" | "secp256r1")) = tls["group"].as_str() {
        facts.push(one("group", "group", group, "secp384r1"));
    }
    if let Some(name) = tls["sni"].as_str() {
        facts.push(one("sni", "name", name, "licensing.example.net"));
    }
}

fn certificates(connection: &Value, facts: &mut Vec<Fact>) {
    for side in ["server", "client"] {
        let chain = connection["certificates"][side].as_array().unwrap();
        let Some(leaf) = chain.first() else { continue };
        let (Some(until), Some(from)) = (leaf["not_after"].as_str(), leaf["not_before"].as_str()) else {
            continue;
        };
        let (Some(issuer), Some(subject)) = (leaf["issuer"].as_str(), leaf["subject"].as_str()) else {
            continue;
        };
        let dated = |date: &str, subject: &str| values(&[("side", side), ("date", date), ("subject", subject)]);
        let is_past = leaf["validity"] == "expired";
        let kind = if is_past { "expired" } else { "until" };
        let moved = |date: &str| {
            format!("{}{}", date[..4].parse::<u32>().unwrap() - 3, &date[4..10]).replace("-02-29", "-02-27")
        };
        facts.push(Fact {
            kind,
            values: dated(&until[..10], subject),
            wrong: vec![(kind, dated(&moved(until), subject))],
        });
        facts.push(Fact {
            kind: "since",
            values: dated(&from[..10], subject),
            wrong: vec![("since", dated(&moved(from), subject))],
        });
        if is_past {
            facts.push(Fact {
                kind: "expired-plain",
                values: values(&[("side", side)]),
                wrong: vec![("not-expired", values(&[("side", side)]))],
            });
        } else if leaf["validity"] == "current" && chain.iter().all(|it| it["validity"] == "current") {
            facts.push(Fact {
                kind: "not-expired",
                values: values(&[("side", side)]),
                wrong: vec![("expired-plain", values(&[("side", side)]))],
            });
        }
        let named = |issuer: &str| values(&[("side", side), ("issuer", issuer), ("subject", subject)]);
        let wrong = if chain.iter().any(|it| it["issuer"] == "CN=Corp Proxy CA,O=Corp") {
            "CN=Other CA"
        } else {
            "CN=Corp Proxy CA,O=Corp"
        };
        facts.push(Fact {
            kind: "issuer",
            values: named(issuer),
            wrong: vec![("issuer", named(wrong))],
        });
        if let Some(serial) = leaf["serial"].as_str().filter(|it| it.len() >= 12) {
            let changed: String = serial.chars().rev().collect();
            let of = |serial: &str| values(&[("side", side), ("serial", serial)]);
            let wrong = if changed == serial || chain.len() > 1 && chain[1]["serial"] == changed.as_str() {
                vec![]
            } else {
                vec![("serial", of(&changed))]
            };
            facts.push(Fact {
                kind: "serial",
                values: of(serial),
                wrong,
            });
        }
        if leaf["self_signed"] == true {
            facts.push(Fact {
                kind: "self-signed",
                values: values(&[("side", side)]),
                wrong: vec![("not-self-signed", values(&[("side", side)]))],
            });
        } else if leaf["subject"] != leaf["issuer"] {
            facts.push(Fact {
                kind: "not-self-signed",
                values: values(&[("side", side)]),
                wrong: vec![("self-signed", values(&[("side", side)]))],
            });
        }
        if side == "server" {
            let count = |count: usize| values(&[("count", &count.to_string())]);
            facts.push(Fact {
                kind: "chain-length",
                values: count(chain.len()),
                wrong: vec![("chain-length", count(chain.len() + 4))],
            });
        }
    }
}

fn ends(connection: &Value, facts: &mut Vec<Fact>) {
    let steps = all_steps(connection);
    let of = |kind: &str, side: &str| steps.iter().find(|it| it["kind"] == kind && it["side"] == side);
    let resets: Vec<&Value> = steps.iter().filter(|it| it["kind"] == "reset").collect();
    if let [reset] = resets.as_slice() {
        let (side, frame) = (reset["side"].as_str().unwrap(), reset["frame"].to_string());
        let mut wrong = Vec::new();
        let seen = &connection["tcp"][format!("{}_seen", other(side))];
        // Of several RSTs a report tells the first; whoever sent a FIN, or nothing that ends, sent none before.
        if seen["end"] == false {
            wrong.push(("reset", values(&[("side", other(side)), ("frame", &frame)])));
        }
        wrong.push(("reset-none", values(&[])));
        facts.push(Fact {
            kind: "reset",
            values: values(&[("side", side), ("frame", &frame)]),
            wrong,
        });
    } else if resets.is_empty() && (of("fin", "client").is_some() || of("fin", "server").is_some()) {
        let side = if of("fin", "client").is_some() {
            "client"
        } else {
            "server"
        };
        let frame = of("fin", side).unwrap()["frame"].to_string();
        facts.push(Fact {
            kind: "reset-none",
            values: values(&[]),
            wrong: vec![("reset", values(&[("side", side), ("frame", &frame)]))],
        });
    }
    let (client, server) = (of("fin", "client"), of("fin", "server"));
    if let (Some(client), Some(server), true) = (client, server, resets.is_empty()) {
        let first = if client["frame"].as_u64() < server["frame"].as_u64() {
            "client"
        } else {
            "server"
        };
        facts.push(Fact {
            kind: "closed-first",
            values: values(&[("side", first)]),
            wrong: vec![("closed-first", values(&[("side", other(first))]))],
        });
    }
}

fn places(connection: &Value, report: &Value, facts: &mut Vec<Fact>) {
    for side in ["client", "server"] {
        let (host, port) = connection[side].as_str().unwrap().rsplit_once(':').unwrap();
        let is_complete = report["capture"]["contents"]["tcp_connections"] == 1
            && report["capture"]["skipped"].as_object().unwrap().is_empty();
        let proxied = report["attempts"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["via_proxy"].is_string());
        let wrong = |kind: &'static str, name: &'static str, value: &str| {
            if is_complete && !proxied {
                vec![(kind, values(&[("side", side), (name, value)]))]
            } else {
                vec![]
            }
        };
        facts.push(Fact {
            kind: "address",
            values: values(&[("side", side), ("address", host)]),
            wrong: wrong("address", "address", "203.0.113.77"),
        });
        if side == "server" {
            facts.push(Fact {
                kind: "port",
                values: values(&[("side", side), ("port", port)]),
                wrong: wrong("port", "port", "9443"),
            });
        }
    }
    let syns = connection["tcp"]["syns"].as_array().unwrap().len();
    if syns > 1 {
        let of = |count: usize| values(&[("count", &count.to_string())]);
        facts.push(Fact {
            kind: "syns",
            values: of(syns),
            wrong: vec![("syns", of(syns + 3))],
        });
    }
    let frames = report["capture"]["frames"].as_u64().unwrap();
    let of = |count: u64| values(&[("count", &count.to_string())]);
    facts.push(Fact {
        kind: "frames",
        values: of(frames),
        wrong: vec![("frames", of(frames * 2 + 7))],
    });
    let attempts = report["attempts"].as_array().unwrap();
    if let [attempt] = attempts.as_slice() {
        let lookups = attempt["lookups"].as_array().unwrap();
        let answers: Vec<&str> = lookups
            .iter()
            .flat_map(|it| it["addresses"].as_array().unwrap())
            .filter_map(Value::as_str)
            .collect();
        if let Some(answer) = answers.first() {
            let name = lookups[0]["name"].as_str().unwrap();
            let of = |address: &str| values(&[("name", name), ("address", address)]);
            facts.push(Fact {
                kind: "resolved",
                values: of(answer),
                wrong: vec![("resolved", of("203.0.113.77"))],
            });
        }
    }
}

fn outcome(connection: &Value, report: &Value, facts: &mut Vec<Fact>) {
    let tls = &connection["tls"];
    let none = || values(&[]);
    let attempts = report["attempts"].as_array().unwrap();
    let [attempt] = attempts.as_slice() else { return };
    let verdict = &attempt["verdict"];
    if tls["complete"] == true && verdict["severity"] == "ok" {
        facts.push(Fact {
            kind: "completed",
            values: none(),
            wrong: vec![("not-completed", none())],
        });
        facts.push(Fact {
            kind: "healthy",
            values: none(),
            wrong: vec![("not-healthy", none())],
        });
    }
    if tls["complete"] == false && tls["version"] == "1.2" && verdict["confidence"] == "certain" {
        facts.push(Fact {
            kind: "not-completed",
            values: none(),
            wrong: vec![("completed", none())],
        });
    }
    if verdict["severity"] == "error" && verdict["confidence"] == "certain" {
        facts.push(Fact {
            kind: "not-healthy",
            values: none(),
            wrong: vec![("healthy", none())],
        });
        let id = verdict["id"].as_str().unwrap();
        let of = |id: &str| values(&[("id", id)]);
        let wrong = if id == "tcp-refused" {
            "dns-error"
        } else {
            "tcp-refused"
        };
        facts.push(Fact {
            kind: "verdict",
            values: of(id),
            wrong: vec![("verdict", of(wrong))],
        });
        let opposite = match id {
            "client-certificate-rejected" => Some("server"),
            "server-certificate-rejected" => Some("client"),
            _ => None,
        };
        if let Some(by) = opposite {
            let of = |by: &str| values(&[("by", by), ("whose", other(by))]);
            facts.push(Fact {
                kind: "rejected",
                values: of(by),
                wrong: vec![("rejected", of(other(by)))],
            });
        }
    }
}
