//! The thread that reads the packets from the listeners' sockets; part of the cost falls on the sender either way.

use std::io;
use std::mem::replace;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use clap::ValueEnum;

#[cfg(target_os = "linux")]
use super::super::cores;
use super::listeners::Listeners;

/// When and where the listeners' sockets are emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Drain {
    /// On another core, every millisecond, as many clients in one process do.
    WhileSending,
    /// On another core, while the sender waits.
    BetweenBursts,
    /// By the sending thread itself; that time does not count.
    BySender,
    /// Not at all: the sockets are full, and the kernel drops what comes.
    Never,
}

/// Empties the sockets, at the latest between bursts.
pub(super) struct Drainer {
    listeners: Arc<Listeners>,
    to: Place,
}

enum Place {
    Thread { ask: SyncSender<()>, answer: Receiver<io::Result<usize>>, apart: bool },
    Here,
    Nowhere,
}

impl Drainer {
    /// Starts to drain. If another core drains, this pins the calling thread, which is the sender, to its core.
    pub(super) fn start(listeners: Arc<Listeners>, drain: Drain) -> io::Result<Self> {
        let to = match drain {
            Drain::WhileSending => start_thread(Arc::clone(&listeners), Some(PAUSE))?,
            Drain::BetweenBursts => start_thread(Arc::clone(&listeners), None)?,
            Drain::BySender => Place::Here,
            Drain::Never => Place::Nowhere,
        };
        Ok(Self { listeners, to })
    }

    /// False if another core was asked for and there is none, or the system does not let us choose.
    pub(super) fn is_as_asked(&self) -> bool {
        !matches!(self.to, Place::Thread { apart: false, .. })
    }

    /// Waits until all sockets are empty, and returns how many packets came since the last time; nothing without a
    /// drainer.
    pub(super) fn drain(&self) -> io::Result<Option<usize>> {
        match &self.to {
            Place::Thread { ask, answer, .. } => {
                let gone = || io::Error::other("the thread that drains is gone");
                ask.send(()).map_err(|_| gone())?;
                answer.recv().map_err(|_| gone())?.map(Some)
            }
            Place::Here => count(&self.listeners).map(Some),
            Place::Nowhere => Ok(None),
        }
    }
}

/// Long enough that sender and drainer seldom use the same socket, short enough that no socket ever fills up.
const PAUSE: Duration = Duration::from_millis(1);

/// Starts the thread, which ends when the drainer is dropped.
fn start_thread(listeners: Arc<Listeners>, pause: Option<Duration>) -> io::Result<Place> {
    let (ask, asked) = sync_channel(1);
    let (give, answer) = sync_channel(1);
    let (settle, settled) = sync_channel(1);
    #[cfg(target_os = "linux")]
    let core = cores::stay_on_one();
    thread::Builder::new().name("listeners".to_owned()).spawn(move || {
        #[cfg(target_os = "linux")]
        let apart = core.is_ok_and(|core| cores::keep_off(core).is_ok());
        #[cfg(not(target_os = "linux"))]
        let apart = false;
        let _ = settle.send(apart);
        serve(&listeners, pause, &asked, &give);
    })?;
    let apart = settled.recv().unwrap_or(false);
    Ok(Place::Thread { ask, answer, apart })
}

/// Empties the sockets on request, and also after every pause, if there is one.
fn serve(
    listeners: &Listeners,
    pause: Option<Duration>,
    asked: &Receiver<()>,
    give: &SyncSender<io::Result<usize>>,
) {
    let mut packets = Ok(0);
    loop {
        let waited = match pause {
            Some(pause) => asked.recv_timeout(pause),
            None => asked.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        packets = packets.and_then(|before| Ok(before + count(listeners)?));
        match waited {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(()) => {
                if give.send(replace(&mut packets, Ok(0))).is_err() {
                    return;
                }
            }
        }
    }
}

fn count(listeners: &Listeners) -> io::Result<usize> {
    let mut packets = 0;
    listeners.drain(|_, _| packets += 1)?;
    Ok(packets)
}
