//! text → a capture for each field in which a sender can put it.

use super::der::{self, Certificate};
use crate::scenario::messages::*;
use crate::scenario::*;
use crate::targets::quic_keys;

/// A place of a capture that holds text which somebody else chose.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The capture with a text in it.
    pub(super) capture: fn(&[u8]) -> Vec<u8>,
    /// True if the JSON report must show the text; otherwise it may.
    pub(super) is_shown: bool,
    /// True if the server is a licensing service: requests to others in clear are not judged.
    pub(super) is_service: bool,
}

const fn shown(name: &'static str, capture: fn(&[u8]) -> Vec<u8>) -> Field {
    Field {
        name,
        capture,
        is_shown: true,
        is_service: false,
    }
}

const fn served(name: &'static str, capture: fn(&[u8]) -> Vec<u8>) -> Field {
    Field {
        name,
        capture,
        is_shown: true,
        is_service: true,
    }
}

const fn read(name: &'static str, capture: fn(&[u8]) -> Vec<u8>) -> Field {
    Field {
        name,
        capture,
        is_shown: false,
        is_service: true,
    }
}

/// Every field. One that no reader keeps is here too: it must stay so, or be shown safely.
pub(super) const FIELDS: &[Field] = &[
    shown("server name of a hello", |it| refused_hello(&hello(Some(it), None), 40)),
    shown("ALPN that is offered", |it| refused_hello(&hello(None, Some(it)), 120)),
    shown("ALPN that is chosen", |it| {
        let chosen = extension(16, &vector::<2>(&vector::<1>(&it[..it.len().min(250)])));
        let server = message(
            2,
            &[&[3, 3][..], &noise(2, 32), &[0, 0, 0x9d, 0], &vector::<2>(&chosen)].concat(),
        );
        let flight = each_in_a_record(&[server, certificate(&[SERVER_CERTIFICATE]), server_hello_done()]);
        tls(&hello(None, Some(it)), &flight, 42)
    }),
    shown("name of a server hello over DTLS", dtls),
    shown("common name of a subject", |it| {
        chain(&Certificate {
            subject: it,
            ..Certificate::PLAIN
        })
    }),
    shown("common name of an issuer", |it| {
        chain(&Certificate {
            issuer: it,
            ..Certificate::PLAIN
        })
    }),
    shown("DNS name of a certificate", |it| {
        chain(&Certificate {
            names: der::value(0x82, it),
            ..Certificate::PLAIN
        })
    }),
    shown("mail address of a certificate", |it| {
        chain(&Certificate {
            names: der::value(0x81, it),
            ..Certificate::PLAIN
        })
    }),
    shown("URI of a certificate", |it| {
        chain(&Certificate {
            names: der::value(0x86, it),
            ..Certificate::PLAIN
        })
    }),
    read("address of a revocation list", |it| {
        chain(&Certificate {
            list: [b"http://", it].concat(),
            ..Certificate::PLAIN
        })
    }),
    read("serial number of a certificate", |it| {
        chain(&Certificate {
            serial: &it[..it.len().min(20)],
            ..Certificate::PLAIN
        })
    }),
    shown("subject of a client's certificate", |it| {
        let own = der::certificate(&Certificate {
            subject: it,
            ..Certificate::PLAIN
        });
        let finish = [
            each_in_a_record(&[certificate(&[&own]), client_key_exchange(), certificate_verify()]),
            change_cipher_spec(),
            finished(11),
        ];
        Scenario::open()
            .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
            .send(Server, each_in_a_record(&server_flight()))
            .send(Client, finish.concat())
            .send(Server, alert(Level::Fatal, 48))
            .close(Server)
            .pcap()
    }),
    shown("authority that a server accepts", |it| {
        let authority = der::name(it);
        let body = [
            vector::<1>(&[1, 64]),
            vector::<2>(&[4, 1]),
            vector::<2>(&vector::<2>(&authority)),
        ];
        let flight = [
            server_hello(),
            certificate(&[SERVER_CERTIFICATE]),
            message(13, &body.concat()),
            server_hello_done(),
        ];
        tls(
            &client_hello(Offer::Tls12, Group::X25519),
            &each_in_a_record(&flight),
            42,
        )
    }),
    shown("name of a look-up", |it| {
        udp(53, &[(Client, dns(it, 0x0100, &[])), (Server, dns(it, 0x8183, &[]))])
    }),
    shown("alias in an answer", |it| {
        let answer = [&[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60][..], &vector::<2>(&labels(it))].concat();
        let name = b"smartreceiver.cisco.com";
        let asked = (Client, dns(name, 0x0100, &[]));
        let hello = Scenario::open().send(Client, each_in_a_record(&[hello(Some(it), None)]));
        let mut file = udp(53, &[asked, (Server, dns(name, 0x8180, &[&answer]))]);
        file.extend(&hello.reset(Server).pcap()[24..]);
        file
    }),
    read("method of a request", |it| {
        let method: Vec<u8> = it.iter().filter(|byte| byte.is_ascii_alphanumeric()).copied().collect();
        http(
            &[&method[..], b" / HTTP/1.1\r\nHost: a.example\r\n\r\n"].concat(),
            b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
        )
    }),
    read("target of a request", |it| {
        http(
            &[
                &b"POST /cslu/v1/pi/"[..],
                &unspaced(it),
                b" HTTP/1.1\r\nHost: a.example\r\n\r\n",
            ]
            .concat(),
            b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
        )
    }),
    read("host of a request", |it| {
        http(
            &[b"GET / HTTP/1.1\r\nHost: ", it, b"\r\n\r\n"].concat(),
            b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
        )
    }),
    read("browser of a request", |it| {
        http(
            &[b"GET / HTTP/1.1\r\nUser-Agent: ", it, b"\r\n\r\n"].concat(),
            b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
        )
    }),
    served("reason of a status", |it| {
        answered(&[b"HTTP/1.1 403 ", it, b"\r\nContent-Length: 0\r\n\r\n"])
    }),
    read("software of a server", |it| {
        answered(&[b"HTTP/1.1 403 No\r\nServer: ", it, b"\r\nContent-Length: 0\r\n\r\n"])
    }),
    served("address of a redirection", |it| {
        answered(&[
            b"HTTP/1.1 302 Found\r\nLocation: http://",
            it,
            b"\r\nContent-Length: 0\r\n\r\n",
        ])
    }),
    served("page of an answer", |it| {
        answered(&[
            b"HTTP/1.1 503 No\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<title>",
            it,
            b"</title>",
        ])
    }),
    served("answer of the licensing service", |it| {
        let answer = [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"status\":\"FAILED\",\"message\":\"", it, b"\"}"];
        http(
            b"POST /SmartTransport HTTP/1.1\r\nHost: smartreceiver.cisco.com\r\nContent-Length: 2\r\n\r\n{}",
            &answer.concat(),
        )
    }),
    read("host that a proxy is asked for", |it| {
        // Without a name of its own, the tunnel's is the attempt's.
        let hello = [&[3, 3][..], &noise(1, 32), &[0], &vector::<2>(&[0, 0x9d]), &[1, 0]];
        let hello = each_in_a_record(&[message(1, &hello.concat())]);
        plain(
            8080,
            &[
                (
                    Client,
                    &[&b"CONNECT "[..], &unspaced(it), b":443 HTTP/1.1\r\n\r\n"].concat(),
                ),
                (Server, b"HTTP/1.1 200 OK\r\n\r\n"),
                (Client, &hello),
                (Server, &alert(Level::Fatal, 40)),
            ],
        )
    }),
    served("realm of a proxy", |it| {
        let answer = [
            b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"",
            it,
            b"\"\r\nContent-Length: 0\r\n\r\n",
        ];
        proxied(CONNECT, &answer.concat())
    }),
    served("reason of a proxy", |it| {
        proxied(
            CONNECT,
            &[b"HTTP/1.1 502 ", it, b"\r\nContent-Length: 0\r\n\r\n"].concat(),
        )
    }),
    read("page of a proxy", |it| {
        proxied(
            CONNECT,
            &[b"HTTP/1.1 403 No\r\nConnection: close\r\n\r\n<title>", it, b"</title>"].concat(),
        )
    }),
    shown("reason of a QUIC close", |it| {
        let reason = &it[..it.len().min(900)];
        let [high, low] = (reason.len() as u16 | 0x4000).to_be_bytes();
        // CONNECTION_CLOSE: CONNECTION_REFUSED, no frame type.
        let close = [&[0x1c, 2, 0, high, low], reason].concat();
        let hello = quic_hello();
        let [high, low] = (hello.len() as u16 | 0x4000).to_be_bytes();
        let crypto = [&[6, 0, high, low], &hello[..]].concat();
        let packet =
            |is_clients, ids, frames: &[u8]| quic_keys::initial(1, b"original", is_clients, ids, b"", 0, frames);
        udp(
            443,
            &[
                (Client, packet(true, [b"original", b"own"], &crypto)),
                (Server, packet(false, [b"own", b"its"], &close)),
            ],
        )
    }),
    read("greeting of a mail server", |it| {
        mail(&[b"220 ", it, b"\r\n"].concat(), b"454 no\r\n")
    }),
    shown("refusal of STARTTLS", |it| {
        mail(b"220 a\r\n", &[b"454 ", it, b"\r\n"].concat())
    }),
    shown("refusal of AUTH TLS", |it| {
        plain(
            21,
            &[
                (Server, b"220 a\r\n"),
                (Client, b"AUTH TLS\r\n"),
                (Server, &[b"500 ", it, b"\r\n"].concat()),
            ],
        )
    }),
    shown("refusal of STLS", |it| {
        plain(
            110,
            &[
                (Server, b"+OK a\r\n"),
                (Client, b"STLS\r\n"),
                (Server, &[b"-ERR ", it, b"\r\n"].concat()),
            ],
        )
    }),
    shown("refusal of IMAP", |it| {
        plain(
            143,
            &[
                (Server, b"* OK a\r\n"),
                (Client, b"a1 STARTTLS\r\n"),
                (Server, &[b"a1 NO ", it, b"\r\n"].concat()),
            ],
        )
    }),
    shown("refusal of LDAP", |it| {
        let oid = b"1.3.6.1.4.1.1466.20037";
        let asked = der::value(
            0x30,
            &[der::value(2, &[1]), der::value(0x77, &der::value(0x80, oid))].concat(),
        );
        let said = [der::value(0x0a, &[52]), der::value(4, b""), der::value(4, it)].concat();
        let said = der::value(0x30, &[der::value(2, &[1]), der::value(0x78, &said)].concat());
        plain(389, &[(Client, &asked), (Server, &said)])
    }),
    shown("refusal of PostgreSQL", |it| {
        let fields = [b"SFATAL\0M", it, b"\0\0"].concat();
        let said = [&b"E"[..], &(fields.len() as u32 + 4).to_be_bytes(), &fields].concat();
        plain(5432, &[(Client, b"\0\0\0\x08\x04\xd2\x16\x2f"), (Server, &said)])
    }),
    shown("version of MySQL", |it| {
        let it: Vec<u8> = it.iter().filter(|byte| **byte != 0).copied().collect();
        let greeting = [b"\x0a", &it[..], &[0; 16], &[0; 20]].concat();
        let len = (greeting.len() as u32).to_le_bytes();
        plain(3306, &[(Server, &[&len[..3], &[0], &greeting].concat())])
    }),
    shown("banner in place of TLS", |it| {
        not_tls(&[b"SSH-2.0-", it, b"\r\n"].concat())
    }),
    shown("page in place of TLS", |it| {
        not_tls(&[b"HTTP/1.1 400 ", it, b"\r\nConnection: close\r\n\r\n<h1>", it].concat())
    }),
    read("hardware, system and program of a file", |it| {
        pcapng(it, &[2, 3, 4], &[], &[])
    }),
    read("comment of a file", |it| pcapng(it, &[1], &[], &[])),
    read("name and description of an interface", |it| {
        pcapng(it, &[], &[2, 3, 1, 11, 12], &[])
    }),
    read("comment of a frame", |it| pcapng(it, &[], &[], &[1])),
];

const CONNECT: &[u8] = b"CONNECT smartreceiver.cisco.com:443 HTTP/1.1\r\n\r\n";

/// A vector with a length prefix of `N` bytes; what does not fit is left off.
pub(super) fn vector<const N: usize>(body: &[u8]) -> Vec<u8> {
    let body = &body[..body.len().min((1 << (8 * N)) - 1)];
    let len = body.len().to_be_bytes();
    [&len[len.len() - N..], body].concat()
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &vector::<2>(body)].concat()
}

/// A client hello of TLS 1.2 with a name and a protocol.
fn hello(name: Option<&[u8]>, protocol: Option<&[u8]>) -> Vec<u8> {
    let name = name.unwrap_or(b"service.example");
    let mut extensions = extension(0, &vector::<2>(&[&[0][..], &vector::<2>(name)].concat()));
    if let Some(protocol) = protocol {
        extensions.extend(extension(
            16,
            &vector::<2>(&vector::<1>(&protocol[..protocol.len().min(250)])),
        ));
    }
    let body = [
        &[3, 3][..],
        &noise(1, 32),
        &[0],
        &vector::<2>(&[0, 0x9d, 0, 0x9c]),
        &[1, 0],
        &vector::<2>(&extensions),
    ];
    message(1, &body.concat())
}

/// A client hello of TLS 1.3 as QUIC carries it.
fn quic_hello() -> Vec<u8> {
    client_hello(Offer::Tls13, Group::X25519)
}

fn refused_hello(hello: &[u8], code: u8) -> Vec<u8> {
    Scenario::open()
        .send(Client, each_in_a_record(&[hello.to_vec()]))
        .send(Server, alert(Level::Fatal, code))
        .close(Server)
        .pcap()
}

/// A client that refuses what the server answers.
fn tls(hello: &[u8], flight: &[u8], code: u8) -> Vec<u8> {
    Scenario::open()
        .send(Client, each_in_a_record(&[hello.to_vec()]))
        .send(Server, flight)
        .send(Client, alert(Level::Fatal, code))
        .close(Client)
        .pcap()
}

fn chain(shown: &Certificate<'_>) -> Vec<u8> {
    let leaf = der::certificate(shown);
    let flight = [server_hello(), certificate(&[&leaf]), server_hello_done()];
    tls(
        &client_hello(Offer::Tls12, Group::X25519),
        &each_in_a_record(&flight),
        48,
    )
}

/// What a request line can hold: it ends at the first space.
fn unspaced(text: &[u8]) -> Vec<u8> {
    text.iter().filter(|it| !it.is_ascii_whitespace()).copied().collect()
}

fn http(request: &[u8], answer: &[u8]) -> Vec<u8> {
    plain(80, &[(Client, request), (Server, answer)])
}

fn answered(parts: &[&[u8]]) -> Vec<u8> {
    http(
        b"POST /cslu/v1/pi/x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n{}",
        &parts.concat(),
    )
}

fn proxied(request: &[u8], answer: &[u8]) -> Vec<u8> {
    plain(8080, &[(Client, request), (Server, answer)])
}

fn mail(greeting: &[u8], refusal: &[u8]) -> Vec<u8> {
    plain(
        25,
        &[
            (Server, greeting),
            (Client, b"EHLO a\r\n"),
            (Server, b"250-a\r\n250 STARTTLS\r\n"),
            (Client, b"STARTTLS\r\n"),
            (Server, refusal),
        ],
    )
}

fn not_tls(answer: &[u8]) -> Vec<u8> {
    Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .send(Server, answer)
        .close(Server)
        .pcap()
}

/// A dialogue in clear, which the server ends.
fn plain(port: u16, said: &[(Side, &[u8])]) -> Vec<u8> {
    let mut story = Scenario::open();
    for (side, bytes) in said {
        story = story.send(*side, bytes);
    }
    let mut story = story.close(Client);
    for packet in &mut story.packets {
        packet.flow.server_port = port;
    }
    story.pcap()
}

/// The text as labels of DNS, of which a name has at most 253 bytes.
fn labels(text: &[u8]) -> Vec<u8> {
    let mut name: Vec<u8> = text[..text.len().min(190)].chunks(63).flat_map(vector::<1>).collect();
    name.extend(b"\x07example\0");
    name
}

/// A message of DNS about one name.
fn dns(name: &[u8], flags: u16, answers: &[&[u8]]) -> Vec<u8> {
    let question = match name {
        b"smartreceiver.cisco.com" => b"\x0dsmartreceiver\x05cisco\x03com\0".to_vec(),
        name => labels(name),
    };
    let [high, low] = flags.to_be_bytes();
    let head = [0x12, 0x34, high, low, 0, 1, 0, answers.len() as u8, 0, 0, 0, 0];
    [&head[..], &question, &[0, 1, 0, 1], &answers.concat()].concat()
}

/// Datagrams between the two ends of a story.
fn udp(port: u16, said: &[(Side, Vec<u8>)]) -> Vec<u8> {
    let mut file = Scenario::new().pcap();
    for (at, (side, payload)) in said.iter().enumerate() {
        let (client, server) = ([192, 0, 2, 10], [198, 51, 100, 20]);
        let (ends, ports) = match side {
            Client => ([client, server], [50_000, port]),
            Server => ([server, client], [port, 50_000]),
        };
        let len = payload.len() as u16;
        let udp = [ports[0], ports[1], len + 8, 0].map(u16::to_be_bytes).concat();
        let [high, low] = (len + 28).to_be_bytes();
        let ip = [0x45, 0, high, low, 0, 1, 0, 0, 64, 17, 0, 0];
        let frame = [
            &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0],
            &ip[..],
            &ends.concat(),
            &udp,
            payload,
        ]
        .concat();
        let size = frame.len() as u32;
        let seconds = (START / 1_000_000_000) as u32;
        file.extend([seconds, at as u32 * 1000, size, size].map(u32::to_le_bytes).concat());
        file.extend(frame);
    }
    file
}

/// A DTLS 1.2 hello with a name, and an alert as its answer.
fn dtls(name: &[u8]) -> Vec<u8> {
    let name = &name[..name.len().min(1000)];
    let extensions = extension(0, &vector::<2>(&[&[0][..], &vector::<2>(name)].concat()));
    let body = [
        &[0xfe, 0xfd][..],
        &noise(1, 32),
        &[0, 0],
        &vector::<2>(&[0, 0x9d]),
        &[1, 0],
        &vector::<2>(&extensions),
    ]
    .concat();
    let len = &(body.len() as u32).to_be_bytes()[1..];
    // Message number 0, one fragment.
    let hello = [&[1], len, &[0, 0, 0, 0, 0], len, &body].concat();
    let record =
        |kind: u8, content: &[u8]| [&[kind, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0][..], &vector::<2>(content)].concat();
    udp(5684, &[(Client, record(22, &hello)), (Server, record(21, &[2, 40]))])
}

/// A refused hello in a pcapng whose section, interface and frames have the text in these options.
fn pcapng(text: &[u8], of_section: &[u16], of_interface: &[u16], of_frames: &[u16]) -> Vec<u8> {
    let text = &text[..text.len().min(60_000)];
    let options = |codes: &[u16]| {
        let mut out = Vec::new();
        for code in codes {
            out.extend(code.to_le_bytes());
            // if_filter begins with a byte for its kind.
            let text = if *code == 11 { &[&[0], text].concat()[..] } else { text };
            out.extend((text.len() as u16).to_le_bytes());
            out.extend(text);
            out.resize(out.len().next_multiple_of(4), 0);
        }
        if !out.is_empty() {
            out.extend([0; 4]);
        }
        out
    };
    let file = Scenario::alert(Server, 40).pcapng();
    let mut out = Vec::new();
    let mut rest = &file[..];
    while !rest.is_empty() {
        let len = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        let (block, after) = rest.split_at(len);
        let extra = match block[0] {
            0x0a => options(of_section),
            1 => options(of_interface),
            _ => options(of_frames),
        };
        let mut body = block[8..len - 4].to_vec();
        // The end of the options that are there.
        if block[0] == 1 && !extra.is_empty() {
            body.truncate(body.len() - 4);
        }
        body.extend(extra);
        let total = (body.len() as u32 + 12).to_le_bytes();
        out.extend([&block[..4], &total, &body, &total].concat());
        rest = after;
    }
    out
}
