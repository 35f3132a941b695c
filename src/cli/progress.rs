//! Read → Read: counts the bytes that pass, and shows them on standard error if the work takes long.

use std::io::{self, IsTerminal as _, Read};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter work shows nothing: a bar that only flashes up is useless. 100 MB take about 0.1 s.
const PATIENCE: Duration = Duration::from_millis(500);

/// A reader that shows its progress while it is read.
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

/// The bar is removed before the report comes.
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
    // No rate and no remaining time: the bar begins late and would compute both from there.
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

/// Shows the progress of a run over many captures: captures, bytes, rate, and the remaining time.
pub(crate) struct Count {
    wanted: bool,
    started: Instant,
    bar: Option<ProgressBar>,
    captures: (u64, usize),
    bytes: (u64, u64),
}

impl Count {
    /// Counts towards this many captures and bytes. Silent unless standard error is a terminal.
    pub(crate) fn new(captures: usize, bytes: u64, quiet: bool) -> Self {
        Self {
            wanted: !quiet && io::stderr().is_terminal(),
            started: Instant::now(),
            bar: None,
            captures: (0, captures),
            bytes: (0, bytes),
        }
    }

    /// One more is done. Bytes of it that were not read count neither as done nor as remaining work.
    pub(crate) fn done(&mut self, size: u64, read: u64) {
        self.captures.0 = self.captures.0.saturating_add(1);
        self.bytes.0 = self.bytes.0.saturating_add(read);
        self.bytes.1 = self.bytes.1.saturating_sub(size).saturating_add(read);
        let elapsed = self.started.elapsed();
        if !self.wanted || elapsed < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = BARS.add(ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()));
            match ProgressStyle::with_template("{prefix} {bar:30} {msg}") {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        bar.set_length(self.bytes.1);
        bar.set_position(self.bytes.0);
        bar.set_prefix(format!("{} of {}", self.captures.0, self.captures.1));
        bar.set_message(rate(self.bytes, elapsed));
    }

    /// Makes room for a line of text.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// `74.3 MB/s, 12 s left`
fn rate((done, all): (u64, u64), elapsed: Duration) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(1e-3);
    let left = all.saturating_sub(done) as f64 / rate.max(1.0);
    format!("{:.1} MB/s, {left:.0} s left", rate / 1e6)
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
    fn what_is_not_read_is_neither_done_nor_left() {
        let mut count = Count::new(3, 3_000_000, true);
        count.done(1_000_000, 1_000_000);
        count.done(1_000_000, 0);
        assert_eq!((count.captures, count.bytes), ((2, 3), (1_000_000, 2_000_000)));
        assert_eq!(rate(count.bytes, Duration::from_secs(2)), "0.5 MB/s, 2 s left");
        assert_eq!(rate((0, 5), Duration::ZERO), "0.0 MB/s, 5 s left");
    }

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
