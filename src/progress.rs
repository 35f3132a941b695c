//! Read → Read: counts the bytes that pass, and shows them on standard error when the work is long.

use std::io::{self, IsTerminal as _, Read};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows nothing: a bar that flashes up tells nobody anything. 100 MB take about 0.1 s.
const PATIENCE: Duration = Duration::from_millis(500);

/// A reader that shows how far it has come, while it is read.
pub(crate) struct Progress<R> {
    input: R,
    label: String,
    total: Option<u64>,
    read: u64,
    started: Instant,
    bar: Option<ProgressBar>,
    wanted: bool,
}

impl<R> Progress<R> {
    /// Watches `input`, of `total` bytes if that is known. Silent unless standard error is a terminal.
    pub(crate) fn new(input: R, label: String, total: Option<u64>, quiet: bool) -> Self {
        let wanted = !quiet && io::stderr().is_terminal();
        Self {
            input,
            label,
            total,
            read: 0,
            started: Instant::now(),
            bar: None,
            wanted,
        }
    }

    fn show(&mut self) {
        if self.bar.is_none() && self.started.elapsed() >= PATIENCE {
            self.bar = Some(bar(self.total).with_message(self.label.clone()));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.read);
        }
    }
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.read = self.read.saturating_add(count as u64);
        if self.wanted {
            self.show();
        }
        Ok(count)
    }
}

/// The bar goes before the report comes.
impl<R> Drop for Progress<R> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Several captures may be read at once, each with a bar of its own.
static BARS: LazyLock<MultiProgress> =
    LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10)));

fn bar(total: Option<u64>) -> ProgressBar {
    // No rate and no time left: the bar begins late and would reckon both from there.
    let template = match total {
        Some(_) => "{msg} {bar:30} {binary_bytes} of {binary_total_bytes}",
        None => "{msg} {spinner} {binary_bytes}",
    };
    let bar = BARS.add(ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()));
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Shows how far a run over many captures has come: captures, bytes, rate, and the time that is left.
pub(crate) struct Count {
    bar: Option<ProgressBar>,
    captures: u64,
    of: usize,
}

impl Count {
    /// Counts towards so many captures and bytes. Silent unless standard error is a terminal.
    pub(crate) fn new(of: usize, bytes: u64, quiet: bool) -> Self {
        let wanted = !quiet && io::stderr().is_terminal();
        let template = "{msg} {bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        let bar = wanted.then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(Some(bytes), target);
            match ProgressStyle::with_template(template) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self { bar, captures: 0, of }
    }

    /// One more is done. One that was not read to its end does not count for the rate: there is less to do.
    pub(crate) fn done(&mut self, size: u64, read: u64) {
        self.captures = self.captures.saturating_add(1);
        let Some(bar) = &self.bar else { return };
        if let Some(total) = bar.length() {
            bar.set_length(total.saturating_sub(size.saturating_sub(read)));
        }
        bar.inc(read);
        bar.set_message(format!("{} of {}", self.captures, self.of));
    }

    /// Gives way to a line of text.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_pass_unchanged() {
        let mut progress = Progress::new(&b"capture"[..], "x".into(), Some(7), true);
        let mut text = String::new();
        progress.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), progress.read), ("capture", 7));
        progress.wanted = true;
        progress.started -= PATIENCE;
        progress.show();
        assert!(progress.bar.as_ref().is_some_and(|bar| bar.position() == 7));
    }
}
