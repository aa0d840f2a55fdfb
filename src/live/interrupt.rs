//! Ctrl-C and its kin while a command runs: heard, and handed back afterwards.
//!
//! Why it can be wrong: a handler that stays after the run would make the program deaf to Ctrl-C. While no command runs
//! the signals do what they do by default.
//!
//! Example: `SIGTERM` from the batch system ten minutes into a run: the run ends as interrupted, and its record is
//! written.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// Runs that listen now.
static LISTENING: AtomicUsize = AtomicUsize::new(0);
/// Whether none does. One flag for the whole program, for a signal comes to the whole program.
static IDLE: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Interrupts {
    heard: UnixStream,
    registered: Vec<SigId>,
}

impl Interrupts {
    pub(super) fn listen() -> io::Result<Interrupts> {
        let idle = match IDLE.get() {
            Some(idle) => idle,
            None => {
                let idle = Arc::new(AtomicBool::new(false));
                for signal in SIGNALS {
                    signal_hook::flag::register_conditional_default(signal, Arc::clone(&idle))?;
                }
                // Whoever came second registered one more handler that never acts, for its flag stays false.
                IDLE.get_or_init(|| idle)
            }
        };
        LISTENING.fetch_add(1, Ordering::SeqCst);
        idle.store(false, Ordering::SeqCst);
        let (heard, say) = UnixStream::pair()?;
        heard.set_nonblocking(true)?;
        let mut interrupts = Interrupts {
            heard,
            registered: Vec::new(),
        };
        for signal in SIGNALS {
            let id = signal_hook::low_level::pipe::register(signal, say.try_clone()?)?;
            interrupts.registered.push(id);
        }
        Ok(interrupts)
    }

    /// Whether one came since the last time.
    pub(super) fn came(&mut self) -> bool {
        let mut buffer = [0; 16];
        matches!(self.heard.read(&mut buffer), Ok(count) if count > 0)
    }
}

impl AsFd for Interrupts {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.heard.as_fd()
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        for id in &self.registered {
            signal_hook::low_level::unregister(*id);
        }
        if LISTENING.fetch_sub(1, Ordering::SeqCst) == 1
            && let Some(idle) = IDLE.get()
        {
            idle.store(true, Ordering::SeqCst);
        }
    }
}
