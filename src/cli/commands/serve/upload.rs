//! Request → Upload → Report: what a form sends, kept in files without names, and judged as the command line would.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use oxhttp::model::header::{CONTENT_LENGTH, CONTENT_TYPE};
use oxhttp::model::{Body, Request, StatusCode};
use tlswalk::Options;
use tlswalk::report::{Report, report_on_logs};

use super::form::{Form, FormError, boundary};
use crate::cli::args::{Inspect, Lang};
use crate::cli::commands::Capture;
use crate::cli::reason;

/// The longest text of a field, and the longest file of roots.
const LONGEST_FIELD: u64 = 4096;
const LONGEST_ROOTS: u64 = 1024 * 1024;
/// An upload inside one machine has a gigabyte in seconds. Whoever takes longer holds a connection and a file for nothing.
const LONGEST_TIME: Duration = Duration::from_secs(300);

/// Why a request is not answered as it was meant.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) why: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, why: &str) -> Self {
        Self {
            status,
            why: why.to_owned(),
        }
    }

    /// The upload cannot be judged.
    pub(super) fn unable(why: String) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            why,
        }
    }
}

/// The content of a form.
#[derive(Default)]
pub(super) struct Upload {
    pub(super) capture: Option<Capture>,
    log: Option<Capture>,
    /// Further trust anchors, as PEM, and how their file is called.
    roots: Option<(Vec<u8>, String)>,
    all: bool,
    lang: Option<Lang>,
}

/// A part that is as long as it may be.
struct Bounded<W> {
    out: W,
    left: u64,
}

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => self.left = left,
            None => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        self.out.write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A body that must have come by a time.
struct Timed<'a> {
    body: &'a mut Body,
    until: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match Instant::now() > self.until {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => self.body.read(buffer),
        }
    }
}

impl Upload {
    /// Reads a form of at most `most` bytes.
    #[allow(
        clippy::too_many_lines,
        reason = "one pass over the parts of a form, which share their limits"
    )]
    pub(super) fn read(request: &mut Request<Body>, inspect: &Inspect, most: u64) -> Result<Self, Refused> {
        let too_large = || {
            let mib = most / (1024 * 1024);
            Refused {
                status: StatusCode::PAYLOAD_TOO_LARGE,
                why: format!("the upload is larger than {mib} MiB; tlswalk serve --max-upload MIB allows more"),
            }
        };
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let announced = header(CONTENT_LENGTH).and_then(|len| len.parse::<u64>().ok());
        if announced.is_some_and(|len| len > most.saturating_add(LONGEST_ROOTS)) {
            return Err(too_large());
        }
        let boundary = header(CONTENT_TYPE).and_then(boundary).map(str::to_owned);
        let boundary =
            boundary.ok_or_else(|| Refused::new(StatusCode::BAD_REQUEST, "this is not a form as the page sends it"))?;
        let body = Timed {
            body: request.body_mut(),
            until: Instant::now() + LONGEST_TIME,
        };
        let mut form = Form::new(body, &boundary);
        let refused = |error: FormError| match error {
            FormError::Keep(error) if error.kind() == io::ErrorKind::FileTooLarge => too_large(),
            FormError::Keep(error) => Refused {
                status: StatusCode::INSUFFICIENT_STORAGE,
                why: format!("the upload cannot be kept in a temporary file: {}", reason(&error)),
            },
            error => Refused {
                status: StatusCode::BAD_REQUEST,
                why: format!("the upload {error}"),
            },
        };
        let mut upload = Self {
            all: inspect.all,
            ..Self::default()
        };
        let mut left = most;
        while let Some(part) = form.next().map_err(refused)? {
            let file = part.file.unwrap_or_default();
            match part.name.as_str() {
                "capture" | "log" => {
                    let spool = tempfile::tempfile().map_err(|error| refused(FormError::Keep(error)))?;
                    let mut out = Bounded { out: spool, left };
                    let len = form.content(&mut out).map_err(refused)?;
                    left = left.saturating_sub(len);
                    let kept = (len > 0).then(|| Capture::spooled(called(&file), out.out));
                    match part.name.as_str() {
                        "capture" => upload.capture = kept,
                        _ => upload.log = kept,
                    }
                }
                "ca" => {
                    let pem = short(&mut form, LONGEST_ROOTS).map_err(refused)?;
                    upload.roots = (!pem.is_empty()).then(|| (pem, called(&file)));
                }
                "all" => upload.all = short(&mut form, LONGEST_FIELD).map_err(refused)? == b"1",
                "lang" => {
                    upload.lang = match short(&mut form, LONGEST_FIELD).map_err(refused)?.as_slice() {
                        b"ja" => Some(Lang::Ja),
                        b"en" => Some(Lang::En),
                        _ => None,
                    }
                }
                _ => return Err(refused(FormError::Malformed)),
            }
        }
        if upload.capture.is_none() && upload.log.is_none() {
            return Err(Refused::new(
                StatusCode::BAD_REQUEST,
                "no capture and no log was chosen",
            ));
        }
        Ok(upload)
    }

    /// The options of the command line, with those that the form adds.
    pub(super) fn options(&self, inspect: &Inspect, with_log: bool) -> Result<Options, String> {
        let mut options = crate::cli::options(inspect)?;
        if let Some(lang) = self.lang {
            options.language = lang.into();
        }
        options.all = self.all;
        if let Some((pem, name)) = &self.roots {
            let added = options.anchors.add_pem(pem, name);
            added.map_err(|error| format!("{name}: {error}"))?;
        }
        if let Some(log) = self.log.as_ref().filter(|_| with_log) {
            options.logs.push(tlswalk::device::read(&log.name, log.open()?));
        }
        Ok(options)
    }

    /// The options for what else failed, where nothing was said about what to look for.
    pub(super) fn others(&self, inspect: &Inspect, options: &Options) -> Option<Options> {
        let says_what = self.all || self.log.is_some();
        inspect.others(options).filter(|_| !says_what)
    }

    /// The report, as the command line would give it.
    pub(super) fn judge(&self, inspect: &Inspect) -> Result<Report, Refused> {
        self.report(inspect).map_err(Refused::unable)
    }

    fn report(&self, inspect: &Inspect) -> Result<Report, String> {
        let options = self.options(inspect, true)?;
        let Some(capture) = &self.capture else {
            return Ok(report_on_logs(&options));
        };
        let report = capture.analyze(&options)?;
        let others = || self.others(inspect, &options);
        let mut report = report.or_others(others, |others| capture.analyze(others))?;
        report.settings = inspect.settings.recorded();
        Ok(report)
    }
}

/// How an upload is called.
fn called(file: &str) -> String {
    match file.is_empty() {
        true => "upload".to_owned(),
        false => file.to_owned(),
    }
}

/// The content of a short field.
fn short<R: Read>(form: &mut Form<R>, most: u64) -> Result<Vec<u8>, FormError> {
    let mut out = Bounded {
        out: Vec::new(),
        left: most,
    };
    form.content(&mut out)?;
    Ok(out.out)
}
