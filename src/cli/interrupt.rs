//! SIGINT, SIGTERM → an orderly end: code that can end by itself does so at the first signal, and the second signal
//! ends the program at once.
//!
//! A signal has its usual effect unless some code handles it: a reader of standard input, which ends the input there, a
//! watch, and code that has a temporary file to remove.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

/// Flags that signal handlers set and read: nothing else is safe in a handler.
struct Signals {
    /// The next signal ends the program.
    fatal: Arc<AtomicBool>,
    /// The number of the last signal; 0 before the first.
    last: Arc<AtomicUsize>,
    desk: Mutex<Desk>,
}

/// Uses of signals.
#[derive(Default)]
struct Desk {
    /// The number of handlers.
    heeding: usize,
    /// The handlers by which one signal makes the next one fatal; empty while signals are held back.
    arming: Vec<SigId>,
}

/// `None` if handlers cannot be set: then signals have their usual effect.
static SIGNALS: OnceLock<Option<Signals>> = OnceLock::new();

fn signals() -> Option<&'static Signals> {
    SIGNALS.get_or_init(|| Signals::register().ok()).as_ref()
}

impl Signals {
    fn register() -> io::Result<Self> {
        let signals = Self {
            fatal: Arc::new(AtomicBool::new(true)),
            last: Arc::default(),
            desk: Mutex::default(),
        };
        // They run in this order: the first signal's effect applies to the second.
        for (signal, number) in [(SIGINT, SIGINT as usize), (SIGTERM, SIGTERM as usize)] {
            flag::register_conditional_default(signal, Arc::clone(&signals.fatal))?;
            flag::register_usize(signal, Arc::clone(&signals.last), number)?;
        }
        signals.arm(&mut signals.desk())?;
        Ok(signals)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arm(&self, desk: &mut Desk) -> io::Result<()> {
        for signal in [SIGINT, SIGTERM] {
            desk.arming.push(flag::register(signal, Arc::clone(&self.fatal))?);
        }
        Ok(())
    }

    fn was_asked(&self) -> bool {
        self.last.load(Ordering::SeqCst) != 0
    }
}

/// As long as this exists, the first signal only sets a flag.
pub(crate) struct Heed(Option<&'static Signals>);

impl Heed {
    pub(crate) fn begin() -> Self {
        let signals = signals();
        if let Some(signals) = signals {
            let mut desk = signals.desk();
            desk.heeding = desk.heeding.saturating_add(1);
            // Once a signal has come, the next one is fatal.
            signals.fatal.store(signals.was_asked(), Ordering::SeqCst);
        }
        Self(signals)
    }

    /// True if a signal has come.
    pub(crate) fn asked(&self) -> bool {
        self.0.is_some_and(Signals::was_asked)
    }
}

impl Drop for Heed {
    fn drop(&mut self) {
        if let Some(signals) = self.0 {
            let mut desk = signals.desk();
            desk.heeding = desk.heeding.saturating_sub(1);
            if desk.heeding == 0 {
                signals.fatal.store(true, Ordering::SeqCst);
            }
        }
    }
}

/// As long as this exists, signals are held back, however many come; the last one takes effect when this is dropped.
pub(crate) struct Hold {
    signals: Option<&'static Signals>,
    /// A signal that was handled before.
    before: usize,
}

impl Hold {
    pub(crate) fn begin() -> Self {
        let signals = signals();
        let before = signals.map_or(0, |it| {
            for arming in it.desk().arming.drain(..) {
                low_level::unregister(arming);
            }
            it.fatal.store(false, Ordering::SeqCst);
            it.last.swap(0, Ordering::SeqCst)
        });
        Self { signals, before }
    }

    /// True if a signal is held back.
    pub(crate) fn asked(&self) -> bool {
        self.signals.is_some_and(Signals::was_asked)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let Some(signals) = self.signals else { return };
        let mut desk = signals.desk();
        let is_fatal = desk.heeding == 0 || self.before != 0;
        signals.fatal.store(is_fatal, Ordering::SeqCst);
        let came = signals.last.swap(self.before, Ordering::SeqCst);
        // If even that fails, the first signal sets the flag as before, and so does the second.
        let _ = signals.arm(&mut desk);
        drop(desk);
        if let Ok(came @ 1..) = i32::try_from(came) {
            // If even that fails, the program ends by itself a moment later.
            let _ = low_level::emulate_default_handler(came);
        }
    }
}
