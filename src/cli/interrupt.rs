//! SIGINT, SIGTERM → an orderly end: who can end by itself does so at the first signal, and the second ends the program at
//! once.
//!
//! A signal does what it does to any program unless somebody heeds it: a reader of standard input, which ends the input
//! there, a watch, and whoever has a temporary file to remove.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

/// Flags that signal handlers set and read: nothing else is safe in a handler.
struct Signals {
    /// The next signal ends the program.
    fatal: Arc<AtomicBool>,
    /// The number of the last signal; 0 before there was any.
    last: Arc<AtomicUsize>,
    desk: Mutex<Desk>,
}

/// Uses of signals.
#[derive(Default)]
struct Desk {
    /// So many heed them.
    heeding: usize,
    /// What makes one signal fatal to the next; nothing, while signals wait.
    arming: Vec<SigId>,
}

/// `None` where handlers cannot be set: then signals do what they always do.
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
        // They run in this order: what the first signal sets is for the second.
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

/// As long as this is there, the first signal only asks.
pub(crate) struct Heed(Option<&'static Signals>);

impl Heed {
    pub(crate) fn begin() -> Self {
        let signals = signals();
        if let Some(signals) = signals {
            let mut desk = signals.desk();
            desk.heeding = desk.heeding.saturating_add(1);
            // Who has been asked before is not asked twice.
            signals.fatal.store(signals.was_asked(), Ordering::SeqCst);
        }
        Self(signals)
    }

    /// Whether a signal has come.
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

/// As long as this is there, signals wait, however many come; the last does its work when this is dropped.
pub(crate) struct Hold {
    signals: Option<&'static Signals>,
    /// A signal that somebody has heeded before.
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

    /// Whether a signal waits.
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
        // Where even that fails, the first signal asks, as it did before, and so does the second.
        let _ = signals.arm(&mut desk);
        drop(desk);
        if let Ok(came @ 1..) = i32::try_from(came) {
            // Where even that fails, the program ends a moment later by itself.
            let _ = low_level::emulate_default_handler(came);
        }
    }
}
