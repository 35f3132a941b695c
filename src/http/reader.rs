//! Chunk → Exchange: request and status lines of readable HTTP/1 (CONNECT, CSLU, CRL, block pages).
//!
//! Heads are read by httparse; bodies are passed over by their length (RFC 9112 section 6), with the first bytes of the
//! last one kept: block pages and licensing servers say there what they mean, licensing requests who sends them.

use super::licensing_request::ProductInstance;
use crate::base::secrets::strike_out;
use crate::base::wire_text::WireText;
use crate::tcp::said::{Provenance, Said};
use crate::tcp::stream::Chunk;

/// The longest head read; servers refuse longer ones (8 KiB is the common limit).
const MAX_HEAD: usize = 16 * 1024;

/// Headers looked at; more are common only in attacks.
const MAX_HEADERS: usize = 96;

/// Bytes of a body that are kept: block pages state their meaning at the beginning, licensing answers after a
/// signature.
const MAX_EXCERPT: usize = 2048;

/// A request head.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// E.g. `POST`.
    pub method: WireText,
    /// The request target as sent.
    pub target: WireText,
    /// The Host header.
    pub host: Option<WireText>,
    /// It carries credentials for a proxy (RFC 9110 section 11.7.2).
    pub has_credentials: bool,
    /// The device that the body of a licensing request names as its sender.
    pub sender: Option<ProductInstance>,
}

/// A status line with what matters of its head.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Reason phrase.
    pub reason: WireText,
    /// The Server header.
    pub server: Option<WireText>,
    /// The Location header of a redirect.
    pub location: Option<WireText>,
    /// The Proxy-Authenticate header of a 407.
    pub proxy_authenticate: Option<WireText>,
    /// The first bytes of the body.
    pub excerpt: WireText,
    /// The head says that no body follows (RFC 9112 section 6.3).
    pub has_no_body: bool,
}

/// The head of an HTTP message.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // HTTP's own names
pub enum Head {
    Request(Box<Request>),
    Response(Box<Response>),
}

/// Reads one direction.
#[derive(Debug, Default)]
pub struct HttpReader {
    state: State,
    head: Vec<u8>,
    at: Option<Provenance>,
    /// The beginning of the last message's body.
    excerpt: Vec<u8>,
    excerpt_wanted: bool,
    has_read: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Head,
    /// A body of this many more bytes.
    Body(u64),
    /// Inside a chunk of this many more bytes, its line end included.
    Chunk(u64),
    /// In the line that gives a chunk's size.
    ChunkSize,
    /// After the last chunk: trailers, up to an empty line (RFC 9112 section 7.1.2).
    Trailers,
    /// A body that ends with the connection, or bytes that are no HTTP.
    Rest,
    NotHttp,
}

/// The framing of a body, by its head (RFC 9112 section 6).
enum Framing {
    None,
    Length(u64),
    Chunked,
    UntilClose,
}

impl HttpReader {
    /// True if the direction turned out to be something else, or if no more of it can be read.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::NotHttp) || self.state == State::Rest && !self.excerpt_wanted
    }

    /// True if a head was read.
    #[must_use]
    pub const fn has_read(&self) -> bool {
        self.has_read
    }

    /// The first bytes of the last message's body.
    #[must_use]
    pub fn excerpt(&self) -> WireText {
        let mut excerpt = self.excerpt.clone();
        strike_out(&mut excerpt);
        WireText::from_bytes(&excerpt)
    }

    /// Bytes are missing: the head or body that they belong to cannot be followed any more.
    pub fn gap(&mut self, len: u64) {
        self.state = match self.state {
            State::Body(left) if len < left => State::Body(left - len),
            State::Body(left) if len == left => State::Head,
            State::Head if self.head.is_empty() && self.at.is_none() => State::NotHttp,
            _ => State::Rest,
        };
        self.head.clear();
        self.excerpt_wanted = false;
    }

    /// Takes bytes in order.
    pub fn chunk(&mut self, chunk: &Chunk<'_>, sink: &mut impl FnMut(Said<Head>)) {
        let mut rest = chunk.data;
        let mut at = Provenance::of(chunk);
        while !rest.is_empty() && !self.is_done() {
            let used = self.step(rest, at, sink).clamp(1, rest.len());
            rest = rest.get(used..).unwrap_or_default();
            at.from = at.from.saturating_add(used as u64);
        }
    }

    #[allow(clippy::too_many_lines, reason = "one state machine, on the hot path")]
    fn step(&mut self, rest: &[u8], at: Provenance, sink: &mut impl FnMut(Said<Head>)) -> usize {
        match self.state {
            State::Head => self.read_head(rest, at, sink),
            State::Body(left) => {
                let used = rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                self.keep(rest.get(..used).unwrap_or_default());
                let left = left - used as u64;
                self.state = if left == 0 { State::Head } else { State::Body(left) };
                used
            }
            State::Chunk(left) => {
                let used = rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                self.keep(rest.get(..used).unwrap_or_default());
                let left = left - used as u64;
                self.state = if left == 0 {
                    State::ChunkSize
                } else {
                    State::Chunk(left)
                };
                used
            }
            State::ChunkSize => {
                let end = rest
                    .iter()
                    .position(|&byte| byte == b'\n')
                    .map_or(rest.len(), |at| at + 1);
                self.head.extend_from_slice(rest.get(..end).unwrap_or_default());
                if self.head.ends_with(b"\n") {
                    let size = std::str::from_utf8(&self.head)
                        .ok()
                        .and_then(|line| line.split([';', '\r', '\n']).next())
                        .and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
                    self.head.clear();
                    self.state = match size {
                        Some(0) => State::Trailers,
                        Some(size) => State::Chunk(size.saturating_add(2)),
                        None => State::Rest,
                    };
                } else if self.head.len() > 64 {
                    self.state = State::Rest;
                }
                end
            }
            State::Trailers => {
                let end = rest
                    .iter()
                    .position(|&byte| byte == b'\n')
                    .map_or(rest.len(), |at| at + 1);
                self.head.extend_from_slice(rest.get(..end).unwrap_or_default());
                if self.head.ends_with(b"\n") {
                    let is_last = matches!(self.head.as_slice(), b"\n" | b"\r\n");
                    self.head.clear();
                    self.state = if is_last { State::Head } else { State::Trailers };
                } else if self.head.len() > MAX_HEAD {
                    self.state = State::Rest;
                }
                end
            }
            State::Rest => {
                self.keep(rest);
                rest.len()
            }
            State::NotHttp => rest.len(),
        }
    }

    fn keep(&mut self, body: &[u8]) {
        if self.excerpt_wanted {
            let room = MAX_EXCERPT.saturating_sub(self.excerpt.len());
            self.excerpt
                .extend_from_slice(body.get(..room.min(body.len())).unwrap_or_default());
            self.excerpt_wanted = self.excerpt.len() < MAX_EXCERPT;
        }
    }

    fn read_head(&mut self, rest: &[u8], at: Provenance, sink: &mut impl FnMut(Said<Head>)) -> usize {
        if self.head.is_empty() {
            // Empty lines before a request are allowed (RFC 9112 section 2.2), and end a chunked body.
            let skip = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if skip > 0 {
                return skip;
            }
            self.at = Some(at);
        }
        let had = self.head.len();
        self.head
            .extend_from_slice(rest.get(..rest.len().min(MAX_HEAD)).unwrap_or_default());
        if !looks_like_http(&self.head) || self.head.len() > MAX_HEAD + had {
            self.state = State::NotHttp;
            return rest.len();
        }
        let Some((kind, len, framing)) = parse_head(&self.head) else {
            if self.head.len() > MAX_HEAD {
                self.state = State::NotHttp;
            }
            return rest.len();
        };
        let start = self.at.take().unwrap_or(at);
        self.head = Vec::new();
        self.state = match framing {
            Framing::None => State::Head,
            Framing::Length(len) => State::Body(len),
            Framing::Chunked => State::ChunkSize,
            Framing::UntilClose => State::Rest,
        };
        self.excerpt.clear();
        self.excerpt_wanted = self.state != State::Head;
        let mut event = start.said(kind, start.from.saturating_add(len as u64));
        event.frames.note(at.frame);
        event.time = at.time;
        self.has_read = true;
        sink(event);
        len.saturating_sub(had)
    }
}

/// True if these bytes can begin a request or a status line.
#[must_use]
pub fn looks_like_http(head: &[u8]) -> bool {
    const STARTS: [&[u8]; 9] = [
        b"HTTP/1.",
        b"CONNECT ",
        b"POST ",
        b"GET ",
        b"HEAD ",
        b"PUT ",
        b"OPTIONS ",
        b"DELETE ",
        b"PATCH ",
    ];
    STARTS.iter().any(|start| {
        let len = head.len().min(start.len());
        head.get(..len) == start.get(..len)
    })
}

/// The head as an event, its length and the framing of its body; `None`: not whole yet.
fn parse_head(head: &[u8]) -> Option<(Head, usize, Framing)> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    if head.starts_with(b"HTTP/") {
        let mut response = httparse::Response::new(&mut headers);
        let Ok(httparse::Status::Complete(len)) = response.parse(head) else {
            return None;
        };
        let header = |name: &str| header_text(response.headers, name);
        let status = response.code.unwrap_or_default();
        let framing = match status {
            // RFC 9112 section 6.3: these have no body, and a successful CONNECT turns into a tunnel.
            100..=199 | 204 | 304 => Framing::None,
            _ => framing(response.headers, Framing::UntilClose),
        };
        let kind = Head::Response(Box::new(Response {
            status,
            reason: WireText::from(response.reason.unwrap_or_default()),
            server: header("server"),
            location: header("location"),
            proxy_authenticate: header("proxy-authenticate"),
            excerpt: WireText::default(),
            has_no_body: matches!(framing, Framing::None),
        }));
        return Some((kind, len, framing));
    }
    let mut request = httparse::Request::new(&mut headers);
    let Ok(httparse::Status::Complete(len)) = request.parse(head) else {
        return None;
    };
    let kind = Head::Request(Box::new(Request {
        method: WireText::from(request.method.unwrap_or_default()),
        target: WireText::from_bytes(&{
            let mut target = request.path.unwrap_or_default().as_bytes().to_vec();
            strike_out(&mut target);
            target
        }),
        host: header_text(request.headers, "host"),
        has_credentials: header_text(request.headers, "proxy-authorization").is_some(),
        sender: None,
    }));
    Some((kind, len, framing(request.headers, Framing::None)))
}

fn framing(headers: &[httparse::Header<'_>], otherwise: Framing) -> Framing {
    let find = |name: &str| headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    if find("transfer-encoding").is_some_and(|value| value.value.to_ascii_lowercase().ends_with(b"chunked")) {
        return Framing::Chunked;
    }
    let length = find("content-length").and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse().ok());
    match length {
        Some(0) => Framing::None,
        Some(len) => Framing::Length(len),
        None => otherwise,
    }
}

fn header_text(headers: &[httparse::Header<'_>], name: &str) -> Option<WireText> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    Some(WireText::from_bytes(header.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::frame::{FrameNumber, Timestamp};

    fn read(text: &str, cut: usize) -> (Vec<String>, HttpReader) {
        let mut reader = HttpReader::default();
        let mut out = Vec::new();
        for (n, data) in text.as_bytes().chunks(cut).enumerate() {
            let chunk = Chunk {
                from: 1000 + (n * cut) as u64,
                data,
                frame: FrameNumber(n as u64 + 1),
                time: Timestamp(0),
                acked: 0,
            };
            reader.chunk(&chunk, &mut |event: Said<Head>| {
                out.push(match event.kind {
                    Head::Request(request) => {
                        format!("{} {} @{}", request.method, request.target, event.from - 1000)
                    }
                    Head::Response(response) => format!("{} {}", response.status, response.reason),
                });
            });
        }
        (out, reader)
    }

    #[test]
    fn an_answer_says_whether_a_body_follows() {
        let of = |head: &str| {
            let (kind, ..) = parse_head(head.as_bytes()).unwrap();
            let Head::Response(response) = kind else {
                panic!("{head}")
            };
            response.has_no_body
        };
        assert!(of("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        assert!(of("HTTP/1.1 204 No Content\r\n\r\n"));
        assert!(!of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"));
        assert!(!of("HTTP/1.1 200 OK\r\n\r\n"));
    }

    #[test]
    fn requests_and_answers_are_read_whatever_the_segments() {
        let requests = "POST /cslu/v1/pi HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n";
        let answers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno";
        for cut in [1, 2, 7, 1000] {
            assert_eq!(
                read(requests, cut).0,
                ["POST /cslu/v1/pi @0", "GET /b @62"],
                "cut {cut}"
            );
            let (answers, reader) = read(answers, cut);
            assert_eq!(answers, ["200 OK", "404 Not Found"], "cut {cut}");
            assert_eq!(reader.excerpt().raw(), "no");
        }
    }

    #[test]
    fn what_is_not_http_is_left_alone() {
        let (out, reader) = read("SSH-2.0-OpenSSH_9.0\r\n", 100);
        assert!(out.is_empty() && reader.is_done());
        let (out, _) = read(&"GET /".repeat(10_000), 1460);
        assert!(out.is_empty());
    }

    /// Hands in the parts of a text; `None` is a hole of this length.
    fn read_around(parts: &[Result<&str, u64>]) -> (Vec<String>, HttpReader) {
        let mut reader = HttpReader::default();
        let mut out = Vec::new();
        let mut from = 0;
        for (n, part) in parts.iter().enumerate() {
            match *part {
                Err(len) => {
                    reader.gap(len);
                    from += len;
                }
                Ok(text) => {
                    let chunk = Chunk {
                        from,
                        data: text.as_bytes(),
                        frame: FrameNumber(n as u64 + 1),
                        time: Timestamp(0),
                        acked: 0,
                    };
                    from += text.len() as u64;
                    reader.chunk(&chunk, &mut |event: Said<Head>| {
                        let frames: Vec<u64> = event.frames.iter().map(|frame| frame.0).collect();
                        let word = match event.kind {
                            Head::Request(request) => request.target.to_string(),
                            Head::Response(response) => response.status.to_string(),
                        };
                        out.push(format!("{word} {frames:?}"));
                    });
                }
            }
        }
        (out, reader)
    }

    const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n";
    const NEXT: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

    #[test]
    fn a_hole_inside_a_body_is_counted_past() {
        let (out, _) = read_around(&[Ok(ANSWER), Ok("12345"), Err(10), Ok("12345"), Ok(NEXT)]);
        assert_eq!(out, ["200 [1]", "404 [5]"]);
        // To its very end, too.
        let (out, _) = read_around(&[Ok(ANSWER), Err(20), Ok(NEXT)]);
        assert_eq!(out, ["200 [1]", "404 [3]"]);
    }

    #[test]
    fn behind_a_hole_that_swallows_a_border_nothing_is_read() {
        for hole in [21, 100] {
            let (out, reader) = read_around(&[Ok(ANSWER), Err(hole), Ok(NEXT)]);
            assert_eq!(out, ["200 [1]"]);
            assert!(reader.has_read());
        }
        let (out, reader) = read_around(&[Ok(&ANSWER[..20]), Err(9), Ok(&ANSWER[29..]), Ok(NEXT)]);
        assert!(out.is_empty() && !reader.has_read());
        assert!(read_around(&[Err(5), Ok(NEXT)]).0.is_empty());
    }

    #[test]
    fn a_head_names_the_frames_of_its_first_and_last_byte() {
        let (first, rest) = ANSWER.split_at(10);
        assert_eq!(read_around(&[Ok(first), Ok(rest)]).0, ["200 [1, 2]"]);
    }

    #[test]
    fn trailers_belong_to_the_body_before_them() {
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nExpires: 0\r\nX: y\r\n\r\n";
        for cut in 1..chunked.len() {
            let (first, rest) = chunked.split_at(cut);
            assert_eq!(read_around(&[Ok(first), Ok(rest), Ok(NEXT)]).0.len(), 2, "cut at {cut}");
        }
    }

    #[test]
    fn interim_and_empty_answers_have_no_body() {
        for status in ["100 Continue", "204 No Content", "304 Not Modified"] {
            let text = format!("HTTP/1.1 {status}\r\n\r\n{NEXT}");
            assert_eq!(read_around(&[Ok(&text)]).0.len(), 2, "{status}");
        }
        // Others without a length last until the connection ends.
        let (out, reader) = read_around(&[Ok("HTTP/1.0 500 Oops\r\n\r\n"), Ok(NEXT)]);
        assert_eq!(out, ["500 [1]"]);
        assert!(reader.excerpt().raw().starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn the_headers_that_explain_a_refusal_are_kept() {
        let text = "HTTP/1.1 407 Authentication Required\r\nPROXY-AUTHENTICATE: Basic realm=\"x\"\r\nServer: squid\r\n\
                    Location: http://block.example/\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n";
        let (kind, len, _) = parse_head(text.as_bytes()).unwrap();
        let Head::Response(response) = kind else { panic!() };
        assert_eq!(len, text.len());
        assert_eq!(response.proxy_authenticate.unwrap().raw(), "Basic realm=\"x\"");
        assert_eq!(response.server.unwrap().raw(), "squid");
        assert_eq!(response.location.unwrap().raw(), "http://block.example/");
    }

    #[test]
    fn an_excerpt_is_bounded() {
        let body = "x".repeat(5000);
        let (_, reader) = read_around(&[Ok("HTTP/1.1 500 Oops\r\n\r\n"), Ok(&body)]);
        assert_eq!(reader.excerpt().raw().len(), MAX_EXCERPT);
    }

    #[test]
    fn a_chunk_size_that_is_none_ends_the_reading_and_not_the_answer() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let (out, _) = read_around(&[Ok(head), Ok("zz\r\n"), Ok(NEXT)]);
        assert_eq!(out, ["200 [1]"]);
        let (out, reader) = read_around(&[Ok(head), Ok("ffffffffffffffff\r\nabc"), Ok(NEXT)]);
        assert_eq!(out, ["200 [1]"]);
        assert!(reader.excerpt().raw().starts_with("abc"));
    }
}
