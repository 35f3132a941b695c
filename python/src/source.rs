//! Python object → bytes of a capture: a path, bytes, or anything with `read(n)`.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use tlswalk::Options;
use tlswalk::capture::{Hashed, MOST_FILES, MergeError, reason};
use tlswalk::report::Report;

/// The exception that Python raised while a capture was read, and that capture's name.
pub(crate) type Failure = Mutex<Option<(String, PyErr)>>;

/// Bytes asked for at once: taking the lock back costs less than reading them.
const CHUNK: usize = 256 * 1024;

/// Bytes of a file between two looks for Ctrl-C, some ten milliseconds of work.
const BETWEEN_LOOKS: usize = 16 * 1024 * 1024;

/// What the analysis is told where Python raised something, which goes before it.
const STOPPED: &str = "stopped by Python";

/// A capture that can be read with the lock released.
pub(crate) struct Capture<'py> {
    pub(crate) name: String,
    input: Input<'py>,
}

enum Input<'py> {
    Path(PathBuf),
    Bytes(&'py [u8]),
    /// With where it stood, if it can go back there.
    Object(Py<PyAny>, Option<u64>),
}

impl<'py> Capture<'py> {
    /// Sees what an object is. Without a name a path is called by itself, a file by its `name`.
    pub(crate) fn of(name: Option<&str>, object: &'py Bound<'_, PyAny>) -> PyResult<Self> {
        let named = |by_itself: String| name.map_or(by_itself, str::to_owned);
        if let Ok(bytes) = object.cast::<PyBytes>() {
            let name = named("<bytes>".to_owned());
            let input = Input::Bytes(bytes.as_bytes());
            return Ok(Self { name, input });
        }
        if object.hasattr("read")? {
            let by_itself = object.getattr("name").and_then(|it| it.extract::<String>());
            let name = named(by_itself.unwrap_or_else(|_| "<file>".to_owned()));
            let input = Input::Object(object.clone().unbind(), place(object));
            return Ok(Self { name, input });
        }
        let Ok(path) = object.extract::<PathBuf>() else {
            let kind = object.get_type().name()?.to_string();
            return Err(PyTypeError::new_err(format!(
                "a capture is a path, bytes or a binary file, not {kind}"
            )));
        };
        let name = named(path.display().to_string());
        let input = Input::Path(path);
        Ok(Self { name, input })
    }

    /// Its bytes, from the beginning.
    fn open<'f>(&self, failure: &'f Failure, again: bool) -> Result<Named<'py, 'f>, (String, String)> {
        let from = match &self.input {
            Input::Bytes(bytes) => From::Bytes(bytes),
            Input::Object(object, place) => {
                let rewound = Python::attach(|py| match place.filter(|_| again) {
                    Some(place) => object.bind(py).call_method1("seek", (place,)).map(drop),
                    None => Ok(()),
                });
                if let Err(raised) = rewound {
                    keep(failure, &self.name, raised);
                    return Err((self.name.clone(), STOPPED.to_owned()));
                }
                From::Object(Python::attach(|py| object.clone_ref(py)))
            }
            Input::Path(path) => {
                let because = |error: &io::Error| (self.name.clone(), reason(error));
                if fs::metadata(path).map_err(|error| because(&error))?.is_dir() {
                    return Err((self.name.clone(), "is a directory; name the files in it".to_owned()));
                }
                let file = File::open(path).map_err(|error| because(&error))?;
                From::File {
                    file,
                    until_look: BETWEEN_LOOKS,
                }
            }
        };
        let name = self.name.clone();
        let reader = Reader { name, from, failure };
        Ok((self.name.clone(), BufReader::with_capacity(CHUNK, reader)))
    }

    /// True if it can be read a second time: a pipe cannot.
    fn can_be_read_again(&self) -> bool {
        match &self.input {
            Input::Bytes(_) => true,
            Input::Object(_, place) => place.is_some(),
            Input::Path(path) => path.is_file(),
        }
    }
}

/// Where a file object stands, if it can go back there.
fn place(object: &Bound<'_, PyAny>) -> Option<u64> {
    let is_seekable = object.call_method0("seekable").and_then(|it| it.extract::<bool>());
    let place = || object.call_method0("tell").and_then(|it| it.extract::<u64>()).ok();
    is_seekable.unwrap_or_default().then(place)?
}

/// Keeps the first of what Python raised.
fn keep(failure: &Failure, name: &str, raised: PyErr) {
    let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
    failure.get_or_insert((name.to_owned(), raised));
}

/// A capture being read, and what it is called.
type Named<'py, 'f> = (String, BufReader<Reader<'py, 'f>>);

/// The report on one capture, or on several as one, as the command line makes it: one that holds nothing of what was looked for is
/// read a second time for what else failed. Else the name of the capture at fault, and why.
pub(crate) fn read(
    captures: &[Capture<'_>],
    options: &Options,
    hash: bool,
    failure: &Failure,
) -> Result<Report, (String, String)> {
    let report = read_once(captures, options, hash, failure, false)?;
    let leaves_open = options.leave_open_what() && captures.iter().all(Capture::can_be_read_again);
    let others = || leaves_open.then(|| options.of_others())?;
    report.or_others(others, |others| read_once(captures, others, hash, failure, true))
}

fn read_once(
    captures: &[Capture<'_>],
    options: &Options,
    hash: bool,
    failure: &Failure,
    again: bool,
) -> Result<Report, (String, String)> {
    if let [capture] = captures {
        let (name, reader) = capture.open(failure, again)?;
        let mut input = Hashed::new(reader, hash);
        let because = |why: String| (name.clone(), why);
        let mut report = tlswalk::analyze(&mut input, &name, options).map_err(|error| because(error.to_string()))?;
        report.capture.sha256 = input.finish().map_err(|error| because(reason(&error)))?;
        return Ok(report);
    }
    let whole = captures.first().map(|it| it.name.clone()).unwrap_or_default();
    if captures.len() > MOST_FILES {
        return Err((whole, MergeError::TooMany(captures.len()).to_string()));
    }
    let inputs = captures.iter().map(|capture| capture.open(failure, again));
    let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
    tlswalk::analyze_merged(inputs, options).map_err(|error| match error {
        MergeError::Capture { name, error } => (name, error.to_string()),
        error => (whole, error.to_string()),
    })
}

struct Reader<'py, 'f> {
    name: String,
    from: From<'py>,
    failure: &'f Failure,
}

enum From<'py> {
    Bytes(&'py [u8]),
    File { file: File, until_look: usize },
    Object(Py<PyAny>),
}

impl Read for Reader<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let raised = match &mut self.from {
            From::Bytes(bytes) => return bytes.read(buffer),
            From::File { file, until_look } => {
                let len = file.read(buffer)?;
                *until_look = until_look.saturating_sub(len);
                if *until_look > 0 {
                    return Ok(len);
                }
                *until_look = BETWEEN_LOOKS;
                match Python::attach(|py| py.check_signals()) {
                    Ok(()) => return Ok(len),
                    Err(raised) => raised,
                }
            }
            From::Object(object) => match Python::attach(|py| read_object(object.bind(py), buffer)) {
                Ok(len) => return Ok(len),
                Err(raised) => raised,
            },
        };
        keep(self.failure, &self.name, raised);
        Err(io::Error::other(STOPPED))
    }
}

/// One call of `read`, which may give less than was asked for, and gives nothing at the end.
fn read_object(object: &Bound<'_, PyAny>, buffer: &mut [u8]) -> PyResult<usize> {
    object.py().check_signals()?;
    let given = object.call_method1("read", (buffer.len(),))?;
    let Ok(bytes) = given.extract::<PyBackedBytes>() else {
        let kind = given.get_type().name()?.to_string();
        return Err(PyTypeError::new_err(format!(
            "read() gave {kind} instead of bytes; open the file in binary mode"
        )));
    };
    let Some(place) = buffer.get_mut(..bytes.len()) else {
        return Err(PyValueError::new_err(format!(
            "read({}) gave {} bytes",
            buffer.len(),
            bytes.len()
        )));
    };
    place.copy_from_slice(&bytes);
    Ok(bytes.len())
}
