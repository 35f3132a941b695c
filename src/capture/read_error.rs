//! Read → the same bytes, and the error by which reading failed: a failing disk is not a file that merely ends.
//!
//! Decompressors stand between the input and whoever reads records. What they report about their own format and what they
//! pass on from the input look alike, so the input's own error is kept where it occurs.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

/// Where the error of an input is kept.
///
/// ```
/// use std::io::{self, Read};
/// use tlswalk::capture::ReadError;
///
/// struct Unplugged;
/// impl Read for Unplugged {
///     fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
///         Err(io::Error::other("unplugged"))
///     }
/// }
/// let error = ReadError::default();
/// let _ = error.keep_of(Unplugged).read(&mut [0; 8]);
/// assert_eq!(error.take().unwrap().to_string(), "unplugged");
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReadError(Rc<RefCell<Option<io::Error>>>);

impl ReadError {
    /// A reader of the same bytes whose error is kept here. Interruptions are no errors.
    pub fn keep_of<R: Read>(&self, input: R) -> impl Read + use<R> {
        Watched {
            input,
            error: self.clone(),
        }
    }

    /// The error, given out once.
    #[must_use]
    pub fn take(&self) -> Option<io::Error> {
        self.0.take()
    }
}

struct Watched<R> {
    input: R,
    error: ReadError,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer);
        match read {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let told = io::Error::new(error.kind(), error.to_string());
                self.error.0.replace(Some(error));
                Err(told)
            }
            other => other,
        }
    }
}
