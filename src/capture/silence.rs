//! Nothing for a while → an error that is none: how a reader that waits says so, and for how long.

use std::fmt;
use std::io;
use std::time::Duration;

/// Nothing came from an input for so long, which may go on. A reader says so as often as it likes, by an error of the kind
/// [`io::ErrorKind::Interrupted`]: whoever does not know of silence reads again, as after any interruption.
///
/// ```
/// use std::time::Duration;
/// use tlswalk::capture::Silence;
///
/// let error = Silence::for_so_long(Duration::from_secs(3));
/// assert_eq!(error.kind(), std::io::ErrorKind::Interrupted);
/// assert_eq!(Silence::told_by(&error), Some(Duration::from_secs(3)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Silence(Duration);

impl Silence {
    /// Says that nothing came since this time.
    #[must_use]
    pub fn for_so_long(time: Duration) -> io::Error {
        io::Error::new(io::ErrorKind::Interrupted, Self(time))
    }

    /// The time for which no bytes came, if this error says that.
    #[must_use]
    pub fn told_by(error: &io::Error) -> Option<Duration> {
        let silence = error.get_ref()?.downcast_ref::<Self>()?;
        Some(silence.0)
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing came for {} s", self.0.as_secs())
    }
}

impl std::error::Error for Silence {}
