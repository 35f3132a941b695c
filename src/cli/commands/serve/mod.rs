//! Upload → page: captures judged in a browser, by a server of this machine alone.
//!
//! It listens on 127.0.0.1 and asks nothing of any network. An upload is kept in a file without a name, which is gone with the program or
//! when newer uploads take its place; nothing else is written. Reports are those of the command line: the page of `-f html`, with a bar
//! above it that offers the downloads.

mod form;
mod gate;
mod page;
mod upload;

use std::collections::VecDeque;
use std::io::{self, Seek as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oxhttp::Server;
use oxhttp::model::header::{self, CONNECTION};
use oxhttp::model::{Body, HeaderValue, Method, Request, Response, StatusCode};
use tlswalk::base::phrase::Language;
use tlswalk::handoff::slice::Breadth;
use tlswalk::report::{Report, html, json};

use super::Capture;
use super::slice::{Cutting, Spool};
use crate::cli::args::Inspect;
use crate::cli::{complain, reason};
use gate::Gate;
use upload::{Refused, Upload};

/// How long a client may say nothing, or take nothing.
const SILENCE: Duration = Duration::from_secs(20);
/// Connections served at once: a browser opens six.
const MOST_CONNECTIONS: usize = 16;
/// Uploads whose report and capture stay at hand.
const MOST_KEPT: usize = 8;
/// Ports tried: between finding one that is free and taking it, another program may come first.
const TRIES: usize = 8;

/// An upload that was judged.
struct Judged {
    id: u64,
    upload: Upload,
    report: Report,
}

/// The state that all requests share.
struct Site {
    gate: Gate,
    inspect: Arc<Inspect>,
    /// The largest upload, in bytes.
    most: u64,
    kept: Mutex<VecDeque<Arc<Judged>>>,
    /// One upload is judged at a time: each may take a core and some memory.
    judging: Mutex<u64>,
}

/// Serves until it is ended.
pub(crate) fn run(inspect: Inspect, port: u16, most_mib: u64) -> Result<u8, String> {
    if !inspect.captures.is_empty() {
        return Err("serve takes captures in the browser; to judge one here: tlswalk CAPTURE".to_owned());
    }
    // What is wrong with a profile or a root is said now, and not to the browser.
    crate::cli::options(&inspect)?;
    let most = most_mib.saturating_mul(1024 * 1024);
    let (address, server) = listen(inspect, port, most)?;
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{address}").and_then(|()| out.flush());
    crate::cli::quiet_on_broken_pipe("standard output", written)?;
    drop(out);
    complain("open that address in a browser of this machine; Ctrl-C ends it, and nothing is stored");
    server.join().map_err(|error| reason(&error))?;
    Ok(0)
}

/// Takes a port; the address of the page, and what serves it.
fn listen(inspect: Inspect, wanted: u16, most: u64) -> Result<(String, oxhttp::ListeningServer), String> {
    let mut failure = String::new();
    let inspect = Arc::new(inspect);
    for _ in 0..TRIES {
        let port = match wanted {
            0 => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .and_then(|it| it.local_addr())
                .map(|it| it.port()),
            port => Ok(port),
        };
        let port = port.map_err(|error| format!("127.0.0.1: {}", reason(&error)))?;
        let gate = Gate::new(port)?;
        let address = gate.address();
        let site = Site {
            gate,
            inspect: Arc::clone(&inspect),
            most,
            kept: Mutex::default(),
            judging: Mutex::new(0),
        };
        let server = Server::new(move |request| site.answer(request))
            .bind((Ipv4Addr::LOCALHOST, port))
            .with_global_timeout(SILENCE)
            .with_max_concurrent_connections(MOST_CONNECTIONS);
        match server.spawn() {
            Ok(server) => return Ok((address, server)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                failure = format!("port {port} of 127.0.0.1 is in use; name another with --port, or leave it out");
            }
            Err(error) => return Err(format!("port {port} of 127.0.0.1: {}", reason(&error))),
        }
        if wanted != 0 {
            break;
        }
    }
    Err(failure)
}

impl Site {
    fn answer(&self, request: &mut Request<Body>) -> Response<Body> {
        let language = Language::from(self.inspect.lang);
        let answered = self.route(request);
        // Whatever was not read of an upload is not waited for: the connection ends behind the answer.
        if answered.is_err() {
            *request.body_mut() = Body::empty();
            request
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let mut response = answered.unwrap_or_else(|refused| {
            let mut response = of_page(refused.status, page::refused(&refused.why, language));
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
            response
        });
        guard(&mut response);
        response
    }

    fn route(&self, request: &mut Request<Body>) -> Result<Response<Body>, Refused> {
        if let Some(why) = self.gate.refusal(request.headers()) {
            return Err(Refused::new(StatusCode::FORBIDDEN, why));
        }
        let path = request.uri().path().to_owned();
        let nothing = || Refused::new(StatusCode::NOT_FOUND, "there is nothing at this address");
        let rest = self.gate.behind_token(&path).ok_or_else(nothing)?;
        let language = Language::from(self.inspect.lang);
        match (request.method().clone(), rest.split('/').collect::<Vec<_>>().as_slice()) {
            (Method::GET, [""]) => Ok(of_page(
                StatusCode::OK,
                page::start(language, self.inspect.all, self.most),
            )),
            (Method::GET, ["drop.js"]) => Ok(of_text(
                "text/javascript; charset=utf-8",
                page::SCRIPT.as_bytes().to_vec(),
            )),
            (Method::POST, ["judge"]) => {
                let upload = Upload::read(request, &self.inspect, self.most)?;
                let id = self.judge(upload)?;
                let place = format!("/{}/{id}/", self.gate.token);
                let mut response = of_page(StatusCode::SEE_OTHER, String::new());
                response
                    .headers_mut()
                    .insert(header::LOCATION, HeaderValue::try_from(place).map_err(|_| nothing())?);
                Ok(response)
            }
            (Method::GET, [id, file]) => {
                let judged = self.find(id).ok_or_else(nothing)?;
                match *file {
                    "" => Ok(of_page(
                        StatusCode::OK,
                        page::with_bar(&page_of(&judged.report)?, &judged.upload, language),
                    )),
                    "page.html" => Ok(download(
                        "text/html; charset=utf-8",
                        "tlswalk.html",
                        page_of(&judged.report)?,
                    )),
                    "report.json" => Ok(download("application/json", "tlswalk.json", json_of(&judged.report)?)),
                    "slice.pcapng" => slice_of(&judged, &self.inspect),
                    _ => Err(nothing()),
                }
            }
            (Method::GET | Method::POST, _) => Err(nothing()),
            _ => Err(Refused::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "only GET and POST are answered",
            )),
        }
    }

    /// Judges an upload; by which number its report is found.
    fn judge(&self, upload: Upload) -> Result<u64, Refused> {
        let mut last = lock(&self.judging);
        let report = upload.judge(&self.inspect)?;
        *last += 1;
        let id = *last;
        let mut kept = lock(&self.kept);
        if kept.len() >= MOST_KEPT {
            kept.pop_front();
        }
        kept.push_back(Arc::new(Judged { id, upload, report }));
        Ok(id)
    }

    fn find(&self, id: &str) -> Option<Arc<Judged>> {
        let id: u64 = id.parse().ok()?;
        lock(&self.kept).iter().find(|it| it.id == id).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Headers that forbid a page to be framed, sniffed or stored, and to contact any other host.
fn guard(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        // The address holds the token; a form of this server still says where it comes from.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn of_text(kind: &'static str, text: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn of_page(status: StatusCode, page: String) -> Response<Body> {
    let mut response = of_text("text/html; charset=utf-8", page.into_bytes());
    *response.status_mut() = status;
    response
}

fn download(kind: &'static str, name: &str, content: Vec<u8>) -> Response<Body> {
    let mut response = of_text(kind, content);
    named(&mut response, name);
    response
}

fn named(response: &mut Response<Body>, name: &str) {
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
}

fn page_of(report: &Report) -> Result<Vec<u8>, Refused> {
    let mut page = Vec::new();
    html::write_html(std::slice::from_ref(report), &[], &mut page).map_err(|error| Refused::unable(reason(&error)))?;
    Ok(page)
}

fn json_of(report: &Report) -> Result<Vec<u8>, Refused> {
    let mut text = Vec::new();
    json::write_pretty(report, &mut text).map_err(|error| Refused::unable(reason(&error)))?;
    text.push(b'\n');
    Ok(text)
}

/// The frames that matter, as `tlswalk slice` cuts them.
fn slice_of(judged: &Judged, inspect: &Inspect) -> Result<Response<Body>, Refused> {
    let none = || Refused::new(StatusCode::NOT_FOUND, "a log has no frames to cut out");
    let capture: &Capture = judged.upload.capture.as_ref().ok_or_else(none)?;
    // A slice's verdict rests on its frames alone.
    let cut = || {
        let options = judged.upload.options(inspect, false)?;
        let mut cutting = Cutting::plain(capture, options, |options| judged.upload.others(inspect, options))?;
        let mut file = cutting.narrowest(
            capture,
            &Breadth::ALL,
            &Spool {
                open: &tempfile::tempfile,
                name: "the slice",
            },
        )?;
        file.rewind().map(|()| file).map_err(|error| reason(&error))
    };
    let file = cut().map_err(Refused::unable)?;
    let mut response = Response::new(Body::from_read(file));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    named(&mut response, "case.pcapng");
    Ok(response)
}
