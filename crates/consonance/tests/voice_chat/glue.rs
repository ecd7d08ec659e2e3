//! A voice thread that a test can block, while its game gives more commands than can be queued.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use consonance::audio::{Output, OutputError, StereoBlock};
use consonance::{EventKind, ProblemKind, VoiceChat};

/// More commands than can be queued.
const TOO_MANY: usize = 1_000;

/// An output that blocks on request, and the voice thread with it.
pub(crate) struct Sticky {
    orders: Receiver<()>,
    stuck: SyncSender<()>,
    release: Receiver<()>,
}

/// Blocks the output.
pub(crate) struct Glue {
    orders: SyncSender<()>,
    stuck: Receiver<()>,
    release: SyncSender<()>,
}

pub(crate) fn sticky() -> (Sticky, Glue) {
    let ((orders, ordered), (stuck, is_stuck), (release, released)) =
        (sync_channel(1), sync_channel(1), sync_channel(1));
    (Sticky { orders: ordered, stuck, release: released }, Glue { orders, stuck: is_stuck, release })
}

impl Output for Sticky {
    fn write(&mut self, _block: &StereoBlock) -> Result<(), OutputError> {
        if self.orders.try_recv().is_ok() {
            let _ = self.stuck.send(());
            let _ = self.release.recv();
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

impl Glue {
    /// Calls `ask` while the voice thread is blocked and takes no more commands.
    pub(crate) fn ask_in_a_crowd(&self, voice: &VoiceChat, ask: impl FnOnce(&VoiceChat)) {
        self.orders.send(()).unwrap();
        self.stuck.recv().unwrap();
        let events = voice.subscribe();
        for _ in 0..TOO_MANY {
            voice.room("nowhere").stop_listening();
        }
        let is_full =
            |kind: &EventKind| matches!(kind, EventKind::Problem { about: ProblemKind::Commands, .. });
        assert!(events.into_iter().any(|event| is_full(&event.kind)), "there is a bound");
        ask(voice);
        self.release.send(()).unwrap();
    }
}
