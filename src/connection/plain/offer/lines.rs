//! Talk → Offer: STARTTLS and similar commands, in lines (RFC 3207, 2595, 4217, 4642, 5804), and XMPP's.

use super::{Denial, Ends, Next, Offer, Protocol, Said, answer_to, said};
use crate::base::wire_text::WireText;
use crate::connection::plain::{Line, Talk};

/// Letters X in place of a capability's name; firewalls overwrite it in the same length, STARTTLS by eight of them.
const BLOTTED: usize = 4;

/// Reads a dialogue in lines.
pub(super) fn of(client: &Talk, server: &Talk, ends: Ends) -> Option<Offer> {
    let protocol = protocol(client, server)?;
    let mut offer = asked(protocol, client, server, ends).or_else(|| not_listed(protocol, client, server, ends))?;
    offer.blotted = blotted(protocol, server);
    Some(offer)
}

/// True if a line of the client asks for TLS.
pub(super) fn is_asked(protocol: Protocol, client: &Talk) -> bool {
    client.lines().any(|line| asks(protocol, line.text))
}

/// True if the client asks for TLS as XMPP does.
pub(super) fn asks_in_xmpp(client: &Talk) -> bool {
    client.bytes().starts_with(b"<") && find(client.bytes(), b"<starttls").is_some()
}

/// The protocol, by the server's greeting.
pub(super) fn protocol(client: &Talk, server: &Talk) -> Option<Protocol> {
    let greeting = server.lines().next()?.text;
    let speaks_mail = client.lines().any(|line| {
        ["EHLO", "HELO", "LHLO", "STARTTLS"]
            .iter()
            .any(|word| begins(line.text, word))
    });
    Some(match greeting {
        [b'2', b'2', b'0', ..] if speaks_mail => Protocol::Smtp,
        [b'2', b'2', b'0', ..] => Protocol::Ftp,
        [b'*', b' ', ..] => Protocol::Imap,
        [b'+', b'O', b'K', ..] => Protocol::Pop3,
        [b'2', b'0', b'0' | b'1', ..] => Protocol::Nntp,
        [b'"', ..] => Protocol::Sieve,
        _ => return None,
    })
}

/// The client asked for TLS, and was refused or not answered.
fn asked(protocol: Protocol, client: &Talk, server: &Talk, ends: Ends) -> Option<Offer> {
    let request = client.lines().filter(|line| asks(protocol, line.text)).last();
    // A server may also report that it has no TLS in answer to another command.
    let command = request.or_else(|| client.lines().filter(|line| !is_goodbye(line.text)).last())?;
    let answers = |line: &Line<'_>| line.part.acked >= command.to && is_answer(protocol, command.text, line.text);
    let answer = server.lines().find(answers);
    let said_more = client
        .lines()
        .any(|line| line.to > command.to && !is_goodbye(line.text));
    let next = ends.next(said_more);
    let asked = of_line(&command);
    let Some(answer) = answer else {
        return (request.is_some() && ends.server_closed).then(|| Offer::new(protocol, Denial::Closed { asked }, next));
    };
    let is_refusal = is_negative(protocol, answer.text) && (request.is_some() || denies_tls(answer.text));
    // A reply of the fourth hundred is about the moment (RFC 5321 section 4.2.1, RFC 959 section 4.2.1): TLS is there, and fails.
    let is_for_now = matches!(protocol, Protocol::Smtp | Protocol::Ftp) && answer.text.starts_with(b"4");
    let answer = of_line(&answer);
    let denial = match is_for_now && request.is_some() {
        true => Denial::Failed { asked, answer },
        false => Denial::Refused { asked, answer },
    };
    is_refusal.then(|| Offer::new(protocol, denial, next))
}

/// The server's list of capabilities is complete and TLS is not on it; the client leaves without another command.
fn not_listed(protocol: Protocol, client: &Talk, server: &Talk, ends: Ends) -> Option<Offer> {
    let list_command = match protocol {
        Protocol::Smtp => "EHLO",
        Protocol::Imap => "CAPABILITY",
        Protocol::Pop3 => "CAPA",
        _ => return None,
    };
    let command = client.lines().find(|line| {
        let mut words = line.text.split(|&byte| byte == b' ');
        words.any(|word| word.eq_ignore_ascii_case(list_command.as_bytes()))
    })?;
    let rest: Vec<Line<'_>> = client.lines().filter(|line| line.to > command.to).collect();
    // A client that says goodbye properly may have wanted nothing else; a client whose offer was overwritten with
    // letters X wanted TLS.
    let polite = !rest.is_empty();
    let only_goodbye = rest.iter().all(|line| is_goodbye(line.text));
    if !ends.client_left || ends.hello || !only_goodbye || polite && blotted(protocol, server).is_none() {
        return None;
    }
    let answers = || server.lines().filter(|line| line.part.acked >= command.to);
    let end = answers().find(|line| ends_list(protocol, line.text))?;
    let offers = |line: &Line<'_>| {
        let words = line.text.split(|byte| matches!(byte, b' ' | b'-' | b'[' | b']'));
        let is_tls = |word: &[u8]| {
            [&b"STARTTLS"[..], b"STLS"]
                .iter()
                .any(|it| word.eq_ignore_ascii_case(it))
        };
        line.to <= end.to && words.clone().any(is_tls)
    };
    if server.lines().any(|line| offers(&line)) {
        return None;
    }
    let list = of_line(&end);
    Some(Offer::new(protocol, Denial::NotOffered { list }, Next::Left))
}

/// XMPP asks and answers in elements (RFC 6120 section 5.4).
pub(super) fn xmpp(client: &Talk, server: &Talk, ends: Ends) -> Option<Offer> {
    if !client.bytes().starts_with(b"<") || find(client.bytes(), b"<stream:stream").is_none() {
        return None;
    }
    let Some(at) = find(client.bytes(), b"<starttls") else {
        let list_at = find(server.bytes(), b"</stream:features>")?;
        let offered = find(server.bytes(), b"<starttls").is_some();
        let heard = client.last()?.acked;
        // No message was sent by a client that had received the list.
        let silent = heard < server.position_after(list_at);
        let list = said(server, list_at, WireText::from("stream:features"))?;
        return (!offered && silent && ends.client_left && !ends.hello)
            .then(|| Offer::new(Protocol::Xmpp, Denial::NotOffered { list }, Next::Left));
    };
    let asked = said(client, at, WireText::from("<starttls/>"))?;
    let answer_at = answer_to(server, client.position_after(at)).and_then(|from| {
        let bytes = server.bytes().get(from..)?;
        find(bytes, b"<failure").map(|at| from + at)
    });
    match answer_at {
        Some(at) => {
            let answer = said(server, at, WireText::from("<failure/>"))?;
            Some(Offer::new(
                Protocol::Xmpp,
                Denial::Refused { asked, answer },
                ends.next(false),
            ))
        }
        None if answer_to(server, client.position_after(at)).is_none() && ends.server_closed => {
            Some(Offer::new(Protocol::Xmpp, Denial::Closed { asked }, ends.next(false)))
        }
        None => None,
    }
}

/// True if a client's line asks for TLS.
fn asks(protocol: Protocol, line: &[u8]) -> bool {
    match protocol {
        Protocol::Imap => tagged(line).is_some_and(|(_, command)| command.eq_ignore_ascii_case(b"STARTTLS")),
        Protocol::Pop3 => line.eq_ignore_ascii_case(b"STLS"),
        Protocol::Ftp => begins(line, "AUTH TLS") || begins(line, "AUTH SSL"),
        _ => line.eq_ignore_ascii_case(b"STARTTLS"),
    }
}

/// True if a server's line answers a command of the client.
fn is_answer(protocol: Protocol, command: &[u8], line: &[u8]) -> bool {
    match protocol {
        Protocol::Imap => tagged(command).is_some_and(|(tag, _)| line.starts_with(tag)),
        _ => true,
    }
}

/// True if a server's answer is a refusal.
fn is_negative(protocol: Protocol, line: &[u8]) -> bool {
    match protocol {
        Protocol::Imap => tagged(line).is_some_and(|(_, answer)| begins(answer, "NO") || begins(answer, "BAD")),
        Protocol::Pop3 => begins(line, "-ERR"),
        Protocol::Sieve => begins(line, "NO") || begins(line, "BYE"),
        _ => matches!(line, [b'4' | b'5', digits @ ..] if digits.iter().take(2).all(u8::is_ascii_digit)),
    }
}

/// True if a refusal says that TLS is missing. A refusal that requires TLS mentions TLS, too.
fn denies_tls(line: &[u8]) -> bool {
    let line = line.to_ascii_uppercase();
    let holds = |words: &[&str]| words.iter().any(|word| find(&line, word.as_bytes()).is_some());
    holds(&["TLS", "SSL"])
        && holds(&[
            "NOT AVAILABLE",
            "UNAVAILABLE",
            "NOT SUPPORTED",
            "UNSUPPORTED",
            "DISABLED",
            "NOT ENABLED",
            "NOT IMPLEMENTED",
        ])
}

/// True if a server's line ends its list of capabilities.
fn ends_list(protocol: Protocol, line: &[u8]) -> bool {
    match protocol {
        Protocol::Smtp => begins(line, "250 "),
        Protocol::Imap => tagged(line).is_some_and(|(_, answer)| begins(answer, "OK")),
        // A server without CAPA has no STLS either (RFC 2595 section 4).
        _ => line == b"." || begins(line, "-ERR"),
    }
}

fn is_goodbye(line: &[u8]) -> bool {
    let goodbye = |words: &[u8]| begins(words, "QUIT") || begins(words, "LOGOUT");
    goodbye(line) || tagged(line).is_some_and(|(_, command)| goodbye(command))
}

/// The capability, or the answer, that was overwritten with letters X.
fn blotted(protocol: Protocol, server: &Talk) -> Option<Said> {
    let is_blotted = |line: &Line<'_>| {
        let words = line.text.split(|byte| matches!(byte, b' ' | b'-' | b'"'));
        let is_x = |word: &[u8]| {
            let letters = word.iter().take_while(|&&byte| byte == b'X').count();
            letters >= BLOTTED && word.len() <= letters + 1
        };
        words.clone().any(is_x)
    };
    let mail = matches!(protocol, Protocol::Smtp);
    server
        .lines()
        .find(is_blotted)
        .filter(|_| mail)
        .map(|line| of_line(&line))
}

/// A line of IMAP without its tag, and the tag.
fn tagged(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|&byte| byte == b' ')?;
    let (tag, rest) = line.split_at_checked(at)?;
    // RFC 9051 section 9: any character of an astring but a plus; OpenSSL's is a full stop.
    let may_stand = |byte: &u8| byte.is_ascii_graphic() && !b"(){%*\"\\+".contains(byte);
    let is_tag = !tag.is_empty() && tag.iter().all(may_stand);
    is_tag.then_some((tag, rest.get(1..)?))
}

fn begins(line: &[u8], word: &str) -> bool {
    line.get(..word.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn of_line(line: &Line<'_>) -> Said {
    let shown = line.text.get(..MAX_SHOWN).unwrap_or(line.text);
    Said {
        frame: line.part.frame,
        text: WireText::from_bytes(shown),
    }
}

/// The number of bytes of a line that are shown.
const MAX_SHOWN: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::plain::tests::talk;

    const LEFT: Ends = Ends {
        hello: false,
        client_left: true,
        closed: true,
        server_closed: false,
    };

    /// A dialogue, the server first; each side has received everything before.
    fn dialogue(lines: &[&str]) -> (Talk, Talk) {
        type Said<'a> = Vec<(&'a [u8], u64)>;
        let (mut client, mut server): (Said<'_>, Said<'_>) = Default::default();
        let mut sent = [1000_u64; 2];
        for (n, line) in lines.iter().enumerate() {
            let (own, to) = if n % 2 == 0 { (0, &mut server) } else { (1, &mut client) };
            to.push((line.as_bytes(), sent[1 - own]));
            sent[own] += line.len() as u64;
        }
        (talk(&client), talk(&server))
    }

    fn read(lines: &[&str]) -> Option<Offer> {
        let (client, server) = dialogue(lines);
        of(&client, &server, LEFT).or_else(|| xmpp(&client, &server, LEFT))
    }

    /// Protocol and the answer's text of a refusal.
    fn refused(lines: &[&str]) -> Option<(&'static str, String, Next)> {
        let offer = read(lines)?;
        match offer.denial {
            Denial::Refused { answer, .. } => Some((offer.protocol.name(), answer.text.to_string(), offer.next)),
            _ => None,
        }
    }

    #[test]
    fn a_reply_for_the_moment_is_an_error_and_no_refusal() {
        let answered = |answer| {
            read(&["220 a\r\n", "EHLO b\r\n", "250 a\r\n", "STARTTLS\r\n", answer])
                .unwrap()
                .denial
        };
        assert!(matches!(answered("454 4.7.0 no\r\n"), Denial::Failed { .. }));
        assert!(matches!(answered("502 5.5.1 no\r\n"), Denial::Refused { .. }));
    }

    #[test]
    fn each_protocol_says_no_in_its_own_way() {
        let is = |lines: &[&str], protocol, answer: &str, next| {
            assert_eq!(refused(lines), Some((protocol, answer.to_owned(), next)), "{lines:?}");
        };
        let (hi, ehlo) = ("220 a\r\n", "EHLO b\r\n");
        is(
            &[hi, ehlo, "250 a\r\n", "STARTTLS\r\n", "502 5.5.1 no\r\n"],
            "SMTP",
            "502 5.5.1 no",
            Next::Left,
        );
        is(
            &[
                hi,
                "AUTH SSL\r\n",
                "500 ?\r\n",
                "AUTH TLS\r\n",
                "502 ?\r\n",
                "USER x\r\n",
            ],
            "FTP",
            "502 ?",
            Next::Plain,
        );
        is(
            &["* OK a\r\n", "a1 STARTTLS\r\n", "* x\r\na1 NO no\r\n"],
            "IMAP",
            "a1 NO no",
            Next::Left,
        );
        is(
            &["+OK a\r\n", "STLS\r\n", "-ERR no\r\n", "QUIT\r\n"],
            "POP3",
            "-ERR no",
            Next::Left,
        );
        is(
            &["200 a\r\n", "STARTTLS\r\n", "580 no\r\n"],
            "NNTP",
            "580 no",
            Next::Left,
        );
        is(
            &["\"IMPLEMENTATION\" \"x\"\r\nOK\r\n", "STARTTLS\r\n", "NO \"x\"\r\n"],
            "ManageSieve",
            "NO \"x\"",
            Next::Left,
        );
        is(
            &["<?xml version='1.0'?>", "<stream:stream><starttls/>", "<failure/>"],
            "XMPP",
            "<failure/>",
            Next::Left,
        );
        // The client sent another command, and the server answered that there is no TLS.
        is(
            &["* OK a\r\n", "A1 CAPABILITY\r\n", "A1 BAD STARTTLS not available\r\n"],
            "IMAP",
            "A1 BAD STARTTLS not available",
            Next::Left,
        );
    }

    #[test]
    fn what_began_and_what_never_wanted_tls_is_none() {
        for lines in [
            &[
                "220 a\r\n",
                "EHLO b\r\n",
                "250-STARTTLS\r\n250 X\r\n",
                "STARTTLS\r\n",
                "220 go\r\n",
            ][..],
            &[
                "220 a\r\n",
                "EHLO b\r\n",
                "250 SIZE\r\n",
                "MAIL FROM:<>\r\n",
                "250 ok\r\n",
                "QUIT\r\n",
            ],
            &["220 a\r\n", "EHLO b\r\n", "250 SIZE\r\n", "QUIT\r\n"],
            &[
                "220 a\r\n",
                "EHLO b\r\n",
                "250 SIZE\r\n",
                "MAIL FROM:<>\r\n",
                "530 Must issue a STARTTLS command first\r\n",
            ],
            &["220 a\r\n", "EHLO b\r\n", "250-STARTTLS\r\n250 SIZE\r\n"],
            &["220 a\r\n", "EHLO b\r\n", "250-SIZE\r\n"],
            &[
                "* OK a\r\n",
                "a1 CAPABILITY\r\n",
                "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK\r\n",
            ],
            &["* OK a\r\n", "a1 LOGIN x y\r\n", "a1 NO wrong\r\n"],
            &["220 a\r\n", "USER x\r\n", "331 ?\r\n", "PASS x\r\n", "530 no\r\n"],
        ] {
            assert!(read(lines).is_none(), "{lines:?}");
        }
    }

    #[test]
    fn a_client_that_leaves_at_the_list_missed_something_on_it() {
        for lines in [
            &["220 a\r\n", "EHLO b\r\n", "250-SIZE\r\n250 8BITMIME\r\n"][..],
            &["* OK a\r\n", "a1 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK\r\n"],
            &["* OK a\r\n", ". CAPABILITY\r\n", "* CAPABILITY IMAP4rev1\r\n. OK\r\n"],
            &[
                "* OK a\r\n",
                "$-1/] CAPABILITY\r\n",
                "* CAPABILITY IMAP4rev1\r\n$-1/] OK\r\n",
            ],
            &["+OK a\r\n", "CAPA\r\n", "+OK\r\nUSER\r\n.\r\n"],
            &["+OK a\r\n", "CAPA\r\n", "-ERR ?\r\n"],
        ] {
            let offer = read(lines).unwrap();
            assert!(matches!(offer.denial, Denial::NotOffered { .. }), "{lines:?}");
        }
    }

    #[test]
    fn a_capability_of_letters_x_was_overwritten_on_the_way() {
        let offer = read(&["220 ***\r\n", "EHLO b\r\n", "250-XXXXXXXA\r\n250 SIZE\r\n", "QUIT\r\n"]).unwrap();
        assert_eq!(
            offer.blotted.map(|it| it.text.raw().to_owned()),
            Some("250-XXXXXXXA".to_owned())
        );
        let honest = read(&["220 a\r\n", "EHLO b\r\n", "250-XCLIENT\r\n250 SIZE\r\n"]).unwrap();
        assert!(honest.blotted.is_none());
    }

    #[test]
    fn a_server_that_closes_on_the_request_gave_no_answer() {
        let (client, server) = dialogue(&["220 a\r\n", "EHLO b\r\n", "250-STARTTLS\r\n250 X\r\n", "STARTTLS\r\n"]);
        let ends = Ends {
            server_closed: true,
            client_left: false,
            ..LEFT
        };
        assert!(matches!(
            of(&client, &server, ends).unwrap().denial,
            Denial::Closed { .. }
        ));
        assert!(
            of(&client, &server, LEFT).is_none(),
            "the client left before any answer"
        );
    }
}
