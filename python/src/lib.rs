//! Python objects → captures → JSON text: the extension module `tlswalk._native`, behind the package `tlswalk`.
//!
//! It knows nothing of data frames or engines: it reads a capture with the interpreter lock released and gives back the text
//! of a report or of rows, which Python's own `json` turns into objects: `json.loads` takes 0.2 ms of the 0.75 ms of processor
//! that `inspect` takes for 0.1 MB, and arrow-rs would have been the largest dependency. What a file object raises goes before
//! what the analysis made of it: a capture that could not be fetched whole must not look like one that ends early.

mod options;
mod source;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use pyo3::prelude::*;
use tlswalk::report::row::{ROW_SCHEMA, Row};
use tlswalk::report::text::{TextStyle, write_text};
use tlswalk::report::{Report, escaped, json, outcome};

use options::Options;
use source::{Capture, Failure};

/// A capture's name and source.
type Named<'py> = (Option<String>, Bound<'py, PyAny>);

/// The report on one capture, or on several files that are one, as JSON.
#[pyfunction]
fn inspect(py: Python<'_>, sources: Vec<Named<'_>>, options: &Options, hash: bool) -> PyResult<String> {
    analyze(py, &sources, options.inner(), hash, |report| {
        let mut text = Vec::new();
        json::write_line(report, &mut text).map_err(|error| error.to_string())?;
        String::from_utf8(text).map_err(|error| error.to_string())
    })
}

/// The report as the command line would print it, and its exit code.
#[pyfunction]
fn told(
    py: Python<'_>,
    sources: Vec<Named<'_>>,
    options: &Options,
    hash: bool,
    format: &str,
    width: usize,
) -> PyResult<(String, u8)> {
    analyze(py, &sources, options.inner(), hash, |report| {
        let mut text = Vec::new();
        let style = TextStyle {
            width,
            ..TextStyle::default()
        };
        let written = match format {
            "text" => write_text(report, &mut text, &style),
            "json" => json::write_pretty(report, &mut text).map(|()| text.push(b'\n')),
            _ => json::write_line(report, &mut text),
        };
        written.map_err(|error| error.to_string())?;
        let text = String::from_utf8(text).map_err(|error| error.to_string())?;
        Ok((text, outcome([report]).exit_code()))
    })
}

/// Which claims of a text the capture shows to be true, false, or neither, as JSON.
#[pyfunction]
fn check(py: Python<'_>, text: &str, sources: Vec<Named<'_>>, options: &Options) -> PyResult<String> {
    // A text may speak of any connection of the capture.
    let mut options = options.inner().clone();
    options.all = true;
    analyze(py, &sources, &options, false, |report| {
        let mut out = Vec::new();
        let check = tlswalk::handoff::check::check(text, report);
        escaped::write_compact(&check, &mut out).map_err(|error| error.to_string())?;
        String::from_utf8(out).map_err(|error| error.to_string())
    })
}

/// Its rows, as a JSON array.
#[pyfunction]
fn rows(py: Python<'_>, sources: Vec<Named<'_>>, options: &Options) -> PyResult<String> {
    // The hash of several files read by turns would be the hash of nothing that is stored.
    let hash = sources.len() == 1;
    analyze(py, &sources, options.inner(), hash, |report| {
        serde_json::to_string(&Row::of(report)).map_err(|error| error.to_string())
    })
}

/// The row of a capture that could not be read, as a JSON array.
#[pyfunction]
fn failed_row(name: &str, why: &str) -> PyResult<String> {
    serde_json::to_string(&[Row::failed(name, None, why)]).map_err(|error| capture_error(name, &error.to_string()))
}

/// Reads with the lock released. What Python raised while it was asked for bytes goes before what the analysis made of it:
/// a capture that could not be fetched whole is no capture that ends early.
fn analyze<T: Send>(
    py: Python<'_>,
    sources: &[Named<'_>],
    options: &tlswalk::Options,
    hash: bool,
    write: impl Fn(&Report) -> Result<T, String> + Send + Sync,
) -> PyResult<T> {
    let failure: Failure = Mutex::new(None);
    let captures = sources
        .iter()
        .map(|(name, object)| Capture::of(name.as_deref(), object))
        .collect::<PyResult<Vec<_>>>()?;
    let name = captures.first().map(|it| it.name.clone()).unwrap_or_default();
    let outcome = py.detach(|| {
        // The library does not panic on what it reads. Should it once, this is a capture that cannot be read, not the end of
        // a worker.
        catch_unwind(AssertUnwindSafe(|| {
            let report = source::read(&captures, options, hash, &failure)?;
            write(&report).map_err(|why| (report.capture.file.clone(), why))
        }))
        .unwrap_or_else(|_| Err((name, "tlswalk stopped; please report this with the capture".to_owned())))
    });
    if let Some((name, raised)) = failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        // Ctrl-C and its like are no property of a capture.
        if !raised.is_instance_of::<pyo3::exceptions::PyException>(py) {
            return Err(raised);
        }
        let error = capture_error(&name, &format!("cannot be read: {raised}"));
        error.set_cause(py, Some(raised));
        return Err(error);
    }
    outcome.map_err(|(name, why)| capture_error(&name, &why))
}

/// `tlswalk.CaptureError(capture, why)`.
fn capture_error(name: &str, why: &str) -> PyErr {
    Python::attach(|py| {
        let class = match py.import("tlswalk._errors").and_then(|it| it.getattr("CaptureError")) {
            Ok(class) => class,
            Err(error) => return error,
        };
        match class.call1((name, why)) {
            Ok(value) => PyErr::from_value(value),
            Err(error) => error,
        }
    })
}

/// The extension module.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{Options, check, failed_row, inspect, rows, told};
    use super::{ROW_SCHEMA, json};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("ROW_SCHEMA", ROW_SCHEMA)?;
        module.add("JSON_SCHEMA", json::JSON_SCHEMA)
    }
}
