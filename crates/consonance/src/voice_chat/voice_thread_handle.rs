//! The game's end of the voice thread: its queue of commands, the switches, and the state that it publishes.
//!
//! All handles of a chat share it. It does not keep the chat running: once that has ended, commands have no effect, and
//! the state stays as it last was.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::Instant;

#[cfg(feature = "devices")]
use consonance_device::devices::{DeviceSelection, Direction};
use consonance_inspector::Snapshot;
use consonance_session::{ModeratorAnswer, Target};

use crate::channel::ChannelNumber;
use crate::command::{Command, Hearing};
use crate::encryption_event::EncryptionEvent;
use crate::event::{Event, EventKind};
use crate::finish::Finish;
use crate::lock::lock;
use crate::problem::ProblemKind;
use crate::settings::{SettingsInForce, VoiceSettings};
use crate::shared_state::SharedState;
use crate::tap::{Tap, TapSource};
use crate::text::{SendTextError, TextId, check};

/// What all handles of a chat share.
pub(crate) struct VoiceThreadHandle {
    pub(crate) commands: SyncSender<Command>,
    pub(crate) shared: SharedState,
    pub(crate) settings: Mutex<SettingsInForce>,
    #[cfg(feature = "devices")]
    pub(crate) has_microphone: bool,
    #[cfg(feature = "devices")]
    pub(crate) has_loudspeaker: bool,
    pub(crate) next_channel: AtomicU32,
    pub(crate) finish: Arc<Finish>,
    pub(crate) thread: Thread,
}

impl VoiceThreadHandle {
    /// Sends a command. One for which the queue has no room is dropped, and reported by an event.
    pub(crate) fn ask(&self, command: Command) {
        if let Some(refused) = self.offer(command) {
            self.report_dropped(refused);
        }
    }

    /// False if the voice thread is too busy; the request is then dropped without an event.
    pub(crate) fn try_ask(&self, command: Command) -> bool {
        let is_taken = self.commands.try_send(command).is_ok();
        self.wake();
        is_taken
    }

    pub(crate) fn hear(&self, hearing: Hearing) {
        self.ask(Command::Hear(hearing));
    }

    /// Lets the voice thread notice what was changed outside of its queue.
    pub(crate) fn wake(&self) {
        self.thread.unpark();
    }

    /// Whether the caller is the voice thread itself.
    pub(crate) fn is_current(&self) -> bool {
        thread::current().id() == self.thread.id()
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.finish.is_finished()
    }

    pub(crate) fn ask_to_leave(&self) {
        self.shared.switches.leave();
        self.wake();
    }

    pub(crate) fn new_channel(&self) -> ChannelNumber {
        ChannelNumber(self.next_channel.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn tap(&self, source: TapSource) -> Tap {
        let (sender, tap) = Tap::new(source.clone());
        self.ask(Command::Tap(source, sender));
        tap
    }

    /// # Errors
    /// If it is too long.
    pub(crate) fn send_text(&self, target: Target, text: String) -> Result<TextId, SendTextError> {
        check(&text)?;
        let id = self.shared.texts.next_id();
        self.ask(Command::SendText(id, target, text));
        Ok(id)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::from((*self.shared.snapshot.get()).clone())
    }

    pub(crate) fn settings(&self) -> VoiceSettings {
        lock(&self.settings).settings.clone()
    }

    /// Sends the command for a change, if there is one; the change is recorded if the queue had room for it. The
    /// settings are locked meanwhile, so that the last request wins.
    pub(crate) fn put_in_force(&self, change: impl FnOnce(&mut SettingsInForce) -> Option<Command>) {
        let mut in_force = lock(&self.settings);
        let mut changed = in_force.clone();
        match change(&mut changed).and_then(|command| self.offer(command)) {
            None => *in_force = changed,
            Some(refused) => {
                drop(in_force);
                self.report_dropped(refused);
            }
        }
    }

    /// Without a device in this direction, the voice thread refuses and reports it.
    #[cfg(feature = "devices")]
    pub(crate) fn select_device(&self, direction: Direction, selection: DeviceSelection) {
        self.put_in_force(|in_force| {
            if self.has_device(direction) {
                in_force.set_device(direction, selection.clone());
            }
            Some(Command::SelectDevice(direction, selection))
        });
    }

    /// Whether the chat uses a device in this direction.
    #[cfg(feature = "devices")]
    pub(crate) fn has_device(&self, direction: Direction) -> bool {
        match direction {
            Direction::Input => self.has_microphone,
            Direction::Output => self.has_loudspeaker,
        }
    }

    /// Returns the command if there was no room for it.
    fn offer(&self, command: Command) -> Option<Command> {
        let refused = match self.commands.try_send(command) {
            // A chat that has ended reported that in its last event.
            Ok(()) | Err(TrySendError::Disconnected(_)) => None,
            Err(TrySendError::Full(command)) => Some(command),
        };
        self.wake();
        refused
    }

    /// Must be called without a lock: the game's own log is written on this thread.
    fn report_dropped(&self, command: Command) {
        self.shared.events.push(Event { at: Instant::now(), kind: dropped(command) });
    }
}

/// The event for a command that found no room in the queue.
fn dropped(command: Command) -> EventKind {
    let text = "too many commands at once: one was dropped; give the voice thread time".to_owned();
    match command {
        Command::SendText(id, ..) => EventKind::TextNotSent { id, reason: text },
        Command::Moderate { player, action, .. } => {
            EventKind::Moderated { name: player, action, answer: ModeratorAnswer::Failed }
        }
        Command::Report(..) => EventKind::Encryption(EncryptionEvent::ReportRefused { reason: text }),
        _ => EventKind::Problem { about: ProblemKind::Commands, text },
    }
}
