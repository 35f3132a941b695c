//! The table: sentence → what must hold in the frames for it to be true.
//!
//! A sentence is recognised by the words that carry its claim. An attempt may have several connections, and a sentence is about
//! one of them: it is refuted when it is false of each of which it can be decided.

use super::claims::{Claim, between, list, number_before, number_behind};
use super::stream::Side;
use super::structure::extensions;
use super::wire::{FIN, RST, SYN};
use super::{Connection, Tally};

/// `None`: cannot be decided from what was read.
type Condition = fn(&Claim<'_>, &Connection<'_>) -> Option<bool>;

/// A family of sentences.
pub struct Sentence {
    pub family: &'static str,
    /// The words by which one is recognised.
    pub words: &'static str,
    /// What must hold, in words: for `docs/sentences.md`.
    pub holds: &'static str,
    condition: Condition,
}

pub const TABLE: &[Sentence] = &[
    Sentence {
        family: "hello-never-acknowledged",
        words: "Client Hello was never acknowledged",
        holds: "the server acknowledged no byte of the client",
        condition: nothing_acknowledged,
    },
    Sentence {
        family: "hello-not-received",
        words: "without having received",
        holds: "the server acknowledged no byte of the client",
        condition: nothing_acknowledged,
    },
    Sentence {
        family: "hello-taken",
        words: " acknowledged the ",
        holds: "the server acknowledged the client's bytes up to the end of its Client Hello",
        condition: hello_acknowledged,
    },
    Sentence {
        family: "closed-without-alert",
        words: "closed (FIN) without an alert",
        holds: "that side sent a FIN and not one record of type alert in clear",
        condition: closed_without_alert,
    },
    Sentence {
        family: "closed-at-once",
        words: "closed it at once, in frame ",
        holds: "the named frame is the server's and carries FIN or RST",
        condition: closed_in_frame,
    },
    Sentence {
        family: "same-time-to-live",
        words: "its time to live ",
        holds: "the frame carries the named time to live, and so does every other packet of that side that is no RST",
        condition: same_time_to_live,
    },
    Sentence {
        family: "other-time-to-live",
        words: "it carries time to live ",
        holds: "the frame carries the named time to live, and another packet of the same sender a different one",
        condition: other_time_to_live,
    },
    Sentence {
        family: "nothing-visible-wrong",
        words: "nothing visible is wrong",
        holds: "each certificate of that side is within its dates at the time of the connection",
        condition: nothing_visible_wrong,
    },
    Sentence {
        family: "nothing-else-explains",
        words: "nothing else in the capture explains it",
        holds: "no warning unrecognized_name, no alert no_application_protocol; the answer lacks neither renegotiation_info nor extended_master_secret that the hello offers; no Certificate message is longer than 100,000 bytes",
        condition: nothing_else_explains,
    },
    Sentence {
        family: "no-answer",
        words: "got no answer for",
        holds: "below TLS 1.3: no application data of the server behind the client's first",
        condition: no_answer,
    },
    Sentence {
        family: "silent-syns",
        words: "no reply of any kind",
        holds: "the server sent no packet, and the client no more SYNs than are named",
        condition: silent_syns,
    },
    Sentence {
        family: "reset-in-answer",
        words: "RST in answer",
        holds: "the frame carries RST, and the named time to live",
        condition: reset_in_answer,
    },
    Sentence {
        family: "reset-frame",
        words: "'s address, ",
        holds: "the frame carries RST and is the named side's",
        condition: reset_frame,
    },
    Sentence {
        family: "had-expired",
        words: " days before this capture)",
        holds: "a certificate of the connection ends on the named day, which is so many days before the connection, give or take one",
        condition: had_expired,
    },
    Sentence {
        family: "issued-by",
        words: " was issued by ",
        holds: "the certificate of that subject names that issuer",
        condition: issued_by,
    },
    Sentence {
        family: "own-certificate",
        words: "'s certificate: ",
        holds: "a certificate of the connection has that subject and that issuer",
        condition: own_certificate,
    },
    Sentence {
        family: "alert-frame",
        words: " alert ",
        holds: "the frame carries data and is the named side's",
        condition: alert_frame,
    },
    Sentence {
        family: "not-captured",
        words: "were not captured, though they arrived",
        holds: "the other side acknowledged more of that side than the capture holds",
        condition: not_captured,
    },
    Sentence {
        family: "never-arrived",
        words: "never arrived, though later ones did",
        holds: "the other side acknowledged less than that side sent",
        condition: never_arrived,
    },
    Sentence {
        family: "goes-on-sending",
        words: "goes on sending data behind it",
        holds: "the same sender sent data in a later frame",
        condition: goes_on_sending,
    },
    Sentence {
        family: "suites-offered",
        words: "Client Hello offers ",
        holds: "the Client Hello lists so many cipher suites, those that are none (GREASE, signalling values) not counted",
        condition: suites_offered,
    },
    Sentence {
        family: "hello-for-name",
        words: "Client Hello for ",
        holds: "the Client Hello's server_name is that name",
        condition: hello_for_name,
    },
    Sentence {
        family: "nameless-hello",
        words: "Client Hello, without a server name",
        holds: "the Client Hello has no server_name",
        condition: nameless_hello,
    },
    Sentence {
        family: "demands-certificate",
        words: "the server asks for a certificate",
        holds: "below TLS 1.3: the server sent a Certificate Request",
        condition: demands_certificate,
    },
];

pub fn check(place: &str, claim: &Claim<'_>, connections: &[&Connection<'_>], tally: &mut Tally) {
    for sentence in TABLE.iter().filter(|it| claim.text.contains(it.words)) {
        let decided: Vec<bool> = connections
            .iter()
            .filter_map(|it| (sentence.condition)(claim, it))
            .collect();
        if !decided.is_empty() && decided.len() == connections.len() {
            tally.add(sentence.family, decided.contains(&true), || {
                format!("{place}: “{}” ({:?})", claim.text, claim.frame)
            });
        }
    }
}

/// The side that a sentence names first behind `before`.
fn who(claim: &Claim<'_>, before: &str) -> Option<&'static str> {
    let (_, rest) = claim.text.split_once(before)?;
    let word = rest
        .split(|c: char| !c.is_ascii_alphabetic())
        .find(|it| !it.is_empty())?;
    match word {
        "client" | "controller" => Some("client"),
        "server" => Some("server"),
        _ => None,
    }
}

/// Where the first record of the client ends, if that is a hello.
fn hello_end(it: &Connection<'_>) -> Option<usize> {
    it.client_messages.first().filter(|it| it.kind == 1).map(|it| it.upto)
}

fn nothing_acknowledged(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    (claim.text.contains("Hello") && it.is_plain()).then(|| it.client.acknowledged.unwrap_or(0) == 0)
}

fn hello_acknowledged(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let end = hello_end(it).filter(|_| claim.text.contains("Hello") && it.is_plain())?;
    Some(it.client.acknowledged.unwrap_or(0) >= end)
}

fn has_clear_alert(it: &Connection<'_>, side: &str) -> bool {
    it.records(side)
        .is_some_and(|records| records.iter().any(|record| record.kind == 21))
}

fn closed_without_alert(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let (head, _) = claim.text.split_once(" closed (FIN)")?;
    let side = match head.rsplit(' ').next()? {
        "client" | "controller" => "client",
        "server" => "server",
        _ => return None,
    };
    Some(!it.side(side).fins().is_empty() && !has_clear_alert(it, side))
}

fn closed_in_frame(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let frame = number_behind(claim.text, "in frame ")?;
    let packet = it.packet(frame)?;
    Some((packet.has(FIN) || packet.has(RST)) && it.server.packets.iter().any(|own| own.frame == frame))
}

fn same_time_to_live(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    if !claim.text.contains("other packets") {
        return None;
    }
    let ttl = number_behind(claim.text, "its time to live ")?;
    let side = who(claim, "that of the ")?;
    let reset = it
        .side(side)
        .packets
        .iter()
        .filter(|own| own.has(RST))
        .map(|own| own.frame)
        .collect::<Vec<_>>();
    let frame = claim.frame.or(reset.first().copied())?;
    let mut others = it
        .side(side)
        .packets
        .iter()
        .filter(|own| own.frame != frame && !own.has(RST))
        .peekable();
    others.peek()?;
    Some(u64::from(it.packet(frame)?.ttl) == ttl && others.all(|own| u64::from(own.ttl) == ttl))
}

fn other_time_to_live(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let ttl = number_behind(claim.text, "it carries time to live ")?;
    let packet = it.packet(claim.frame?)?;
    let others = it.client.packets.iter().chain(&it.server.packets);
    let mut others = others.filter(|own| own.from == packet.from && own.frame != packet.frame);
    Some(u64::from(packet.ttl) == ttl && others.any(|own| u64::from(own.ttl) != ttl))
}

fn nothing_visible_wrong(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let side = if claim.text.contains("certificate of ") {
        "server"
    } else {
        "client"
    };
    let time = list(&it.report["steps"]).next()?["time"].as_str()?;
    let mut chain = list(&it.report["certificates"][side]).peekable();
    chain.peek()?;
    // Times of one form compare as text.
    Some(chain.all(|own| {
        own["not_before"].as_str().is_none_or(|it| it <= time) && own["not_after"].as_str().is_none_or(|it| it >= time)
    }))
}

fn nothing_else_explains(_: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let alerts = ["client", "server"].into_iter().flat_map(|side| {
        let records = it.records(side).unwrap_or_default().iter();
        let alerts = records.filter(|record| record.kind == 21 && record.upto - record.from == 7);
        alerts.map(move |record| {
            (
                it.side(side).bytes[record.upto - 2],
                it.side(side).bytes[record.upto - 1],
            )
        })
    });
    let alerts: Vec<(u8, u8)> = alerts.collect();
    // A warning unrecognized_name, and no_application_protocol: causes with a name (RFC 6066 section 3, RFC 7301 section 3.2).
    if alerts.contains(&(1, 112)) || alerts.iter().any(|alert| alert.1 == 120) {
        return Some(false);
    }
    let hello = it.client_messages.first().filter(|it| it.kind == 1)?;
    let offered = extensions(&hello.body, true)?;
    let answer = it
        .server_messages
        .iter()
        .find(|it| it.kind == 2)
        .and_then(|it| extensions(&it.body, false));
    let is_old = it.report["tls"]["version"]
        .as_str()
        .is_some_and(|it| it == "1.2" || it == "1.1" || it == "1.0");
    let lacks = |kind: u16| {
        let answer = answer.as_ref().filter(|_| is_old);
        offered.iter().any(|it| it.0 == kind) && answer.is_some_and(|it| it.iter().all(|it| it.0 != kind))
    };
    let large = it
        .server_messages
        .iter()
        .any(|it| it.kind == 11 && it.body.len() > 100_000);
    Some(!(lacks(0xff01) || lacks(23) || large))
}

/// Only below TLS 1.3, where Application Data is nothing else; not where the client had closed before.
fn no_answer(_: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    if !it.report["tls"]["version"]
        .as_str()
        .is_some_and(|it| it == "1.2" || it == "1.1" || it == "1.0")
    {
        return None;
    }
    let records = it.records("server")?;
    let request = it.records("client")?.iter().find(|it| it.kind == 23)?;
    let asked = it.client.frames(request.from, request.upto).last().copied()?;
    let answered = |from: usize, upto: usize| it.server.frames(from, upto).iter().any(|&frame| frame > asked);
    Some(
        !records
            .iter()
            .any(|record| record.kind == 23 && answered(record.from, record.upto)),
    )
}

fn silent_syns(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let tries = number_before(claim.text, " SYN")?;
    let own = it.client.packets.iter().filter(|own| own.has(SYN)).count() as u64;
    Some(it.server.packets.is_empty() && own <= tries)
}

fn reset_in_answer(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let packet = it.packet(claim.frame?)?;
    let ttl = number_behind(claim.text, "time to live ");
    Some(packet.has(RST) && ttl.is_none_or(|ttl| ttl == u64::from(packet.ttl)))
}

fn reset_frame(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let packet = it.packet(claim.frame?)?;
    let side = who(claim, "RST with the ")?;
    Some(packet.has(RST) && it.side(side).packets.iter().any(|own| own.frame == packet.frame))
}

/// Days since 1970 of `2020-01-31…` (Howard Hinnant's `days_from_civil`).
fn days(date: &str) -> Option<i64> {
    let mut parts = date.get(..10)?.split('-').map(|it| it.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year = if month <= 2 { year - 1 } else { year };
    let (era, month) = (year.div_euclid(400), (month + 9) % 12);
    let year = year - era * 400;
    let day = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468)
}

fn had_expired(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let before = claim.text.split(" days before this capture)").next()?;
    let (head, span) = before.rsplit_once(" (")?;
    let (span, date) = (span.parse::<i64>().ok()?, head.rsplit(' ').next()?);
    let time = days(list(&it.report["steps"]).next()?["time"].as_str()?)?;
    let both = list(&it.report["certificates"]["client"]).chain(list(&it.report["certificates"]["server"]));
    let ends: Vec<&str> = both.filter_map(|own| own["not_after"].as_str()).collect();
    let holds = |end: &&str| end.starts_with(date) && days(end).is_some_and(|day| (time - day - span).abs() <= 1);
    (!ends.is_empty()).then(|| ends.iter().any(holds))
}

fn pairs<'a>(it: &'a Connection<'_>) -> Vec<(&'a str, &'a str)> {
    let both = list(&it.report["certificates"]["client"]).chain(list(&it.report["certificates"]["server"]));
    both.filter_map(|own| Some((own["subject"].as_str()?, own["issuer"].as_str()?)))
        .collect()
}

fn issued_by(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let (head, rest) = claim.text.split_once(" was issued by ")?;
    let subject = head.rsplit("; ").next()?;
    let issuer = rest
        .split(" (neither presented ")
        .next()?
        .split(", and its chain ")
        .next()?;
    let known = pairs(it);
    let mentioned = known.iter().filter(|(own, _)| subject.starts_with(own));
    let mut mentioned = mentioned.peekable();
    mentioned.peek()?;
    Some(mentioned.any(|(_, own)| *own == issuer))
}

fn own_certificate(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let subject = between(claim.text, "'s certificate: ", ", issued by ")?;
    let (_, issuer) = claim.text.split_once(", issued by ")?;
    let known = pairs(it);
    (!known.is_empty()).then(|| known.iter().any(|(own, by)| *own == subject && issuer.starts_with(by)))
}

fn alert_frame(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let packet = it.packet(claim.frame?)?;
    let side = who(claim, "from the ")?;
    let begins = claim.text.starts_with("fatal alert ") || claim.text.starts_with("warning alert ");
    begins.then(|| packet.length > 0 && it.side(side).packets.iter().any(|own| own.frame == packet.frame))
}

fn side_behind_bytes<'a>(claim: &Claim<'_>, it: &'a Connection<'a>) -> Option<&'a Side<'a>> {
    it.is_plain()
        .then(|| who(claim, "bytes of the "))
        .flatten()
        .map(|side| it.side(side))
}

fn not_captured(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let side = side_behind_bytes(claim, it)?;
    Some(side.acknowledged.unwrap_or(0) > side.bytes.len() + 1)
}

fn never_arrived(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let side = side_behind_bytes(claim, it)?;
    Some(side.acknowledged.unwrap_or(0) < side.sent)
}

fn goes_on_sending(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let packet = it.packet(claim.frame?)?;
    let mut own = it
        .client
        .packets
        .iter()
        .chain(&it.server.packets)
        .filter(|own| own.from == packet.from);
    Some(own.any(|own| own.frame > packet.frame && own.length > 0))
}

fn suites_offered(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let said = number_before(claim.text, " cipher suites")? as usize;
    let hello = it.client_messages.first().filter(|it| it.kind == 1)?;
    let at = 35 + usize::from(*hello.body.get(34)?);
    let real = (usize::from(*hello.body.get(at)?) << 8 | usize::from(*hello.body.get(at + 1)?)) / 2;
    // GREASE and signalling values are no suites (RFC 8701, RFC 5746 section 3.3).
    Some(said <= real && said + 4 >= real)
}

fn server_name(it: &Connection<'_>) -> Option<Option<String>> {
    let hello = it.client_messages.first().filter(|it| it.kind == 1)?;
    let extensions = extensions(&hello.body, true)?;
    let name = extensions
        .iter()
        .find(|(kind, _)| *kind == 0)
        .and_then(|(_, value)| value.get(5..));
    Some(name.map(|it| String::from_utf8_lossy(it).into_owned()))
}

fn hello_for_name(claim: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    let (_, said) = claim.text.split_once("Client Hello for ")?;
    let name = server_name(it)?;
    Some(name.is_some_and(|name| said.starts_with(&name)))
}

fn nameless_hello(_: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    server_name(it).map(|it| it.is_none())
}

fn demands_certificate(_: &Claim<'_>, it: &Connection<'_>) -> Option<bool> {
    // TLS 1.3 encrypts it.
    if it.report["tls"]["version"] == "1.3" || it.server_messages.is_empty() {
        return None;
    }
    let done = it.server_messages.iter().any(|it| it.kind == 14);
    let asked = it.server_messages.iter().any(|it| it.kind == 13);
    (done || asked).then_some(asked)
}
