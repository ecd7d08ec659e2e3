//! The handle that a game holds: a method puts one command in a queue, or takes one event out of another.
//!
//! Requests that must not be lost when the queue is full, such as muting, are switches instead of commands.

#[cfg(feature = "tokio")]
mod async_calls;
mod channels;
mod diagnosing;
mod encrypting;
mod hearing;
mod inspecting;
mod joining;
mod player;
mod players;
mod settings;
mod speaking;
mod text;

use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

#[cfg(feature = "devices")]
use consonance_device::Direction;
use consonance_session::{ModeratorAction, ModeratorAnswer, Routing};

pub(crate) use diagnosing::observed;
#[cfg(not(feature = "inspector"))]
pub(crate) use inspecting::NoPage;
pub(crate) use inspecting::{Page, WantedPage};
pub use joining::WaitJoinedError;
pub use player::Player;
pub(crate) use settings::SettingsInForce;

use crate::command::Command;
use crate::diagnostics::Diagnostics;
use crate::encryption_event::EncryptionEvent;
use crate::event::{End, Event, EventKind};
use crate::event_queue::EventReader;
use crate::finish::Finish;
use crate::lock::lock;
use crate::problem::ProblemKind;
use crate::shared_state::SharedState;
use crate::statistics::VoiceStatistics;
use crate::status::Status;
use crate::trace::FrameTrace;

/// A running voice chat. Clones are further handles of the same chat; when the last one is dropped, the chat leaves its
/// session.
///
/// Handles may be used from any thread. Every method returns at once, whatever the network does, except that
/// [`leave`](Self::leave) and the drop of the last handle wait for the goodbye; with the feature `tokio`, a drop on a
/// thread of a runtime does not, and `leave_async` waits there. There is nothing that a game must call regularly,
/// unless packets travel over a [hosted](crate::transport::hosted) network, which lives in the game's own loop.
#[derive(Clone)]
pub struct VoiceChat {
    running: Arc<Running>,
}

/// State shared by all handles of one chat. Dropping it ends the chat.
pub(crate) struct Running {
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
    /// Diagnostics that the chat was started with; the end of the chat completes them.
    pub(crate) diagnostics: Mutex<Option<Diagnostics>>,
    pub(crate) page: Page,
}

impl VoiceChat {
    pub(crate) fn of(running: Arc<Running>) -> Self {
        Self { running }
    }

    /// Connected while in the session, degraded while joining it, disconnected once the chat has ended.
    pub fn status(&self) -> Status {
        if self.is_running() { self.running.shared.status.get() } else { Status::Disconnected }
    }

    /// False once the chat has ended; its last event says why.
    pub fn is_running(&self) -> bool {
        !self.running.finish.is_finished()
    }

    /// Listens to a room from now on. Rooms are counted: a room joined twice is listened to until it was left twice.
    pub fn listen_to_room(&self, room: impl Into<String>) {
        self.ask(Command::JoinRoom(room.into()));
    }

    /// Stops listening to a room, or undoes one of several joins. Leaving a room that was not joined has no effect.
    pub fn stop_listening_to_room(&self, room: impl Into<String>) {
        self.ask(Command::LeaveRoom(room.into()));
    }

    /// Uses another microphone or loudspeaker from now on, in a chat that was started with one
    /// ([`microphone`](crate::VoiceChatBuilder::microphone), [`loudspeaker`](crate::VoiceChatBuilder::loudspeaker)).
    #[cfg(feature = "devices")]
    pub fn select_device(&self, direction: Direction, selection: consonance_device::DeviceSelection) {
        self.put_in_force(|in_force| {
            // Without a device in this direction, the voice thread refuses and reports it.
            if self.running.has_device(direction) {
                in_force.set_device(direction, selection.clone());
            }
            Some(Command::SelectDevice(direction, selection))
        });
    }

    /// Asks the server to act on a player of our session, if our join token allows us to moderate. It acts as for its
    /// operator, and writes the reason to its audit log; the player is told the reason only when it is muted or kicked.
    /// [`EventKind::Moderated`](crate::EventKind::Moderated) reports the outcome; a request that cannot be made, for
    /// example to a server of the original, is an [`EventKind::Problem`](crate::EventKind::Problem), and one too many
    /// at once has [failed](ModeratorAnswer::Failed).
    pub fn moderate(&self, player: impl Into<String>, action: ModeratorAction, reason: impl Into<String>) {
        self.ask(Command::Moderate { player: player.into(), action, reason: reason.into() });
    }

    /// Changes what direct links to other players are used for, from the next packet on. Has no effect without direct
    /// links.
    pub fn set_routing(&self, routing: Routing) {
        self.ask(Command::SetRouting(routing));
    }

    /// Counters so far: packets by type, frames by path, each direct link, the network. At most a tenth of a second old
    /// while the chat runs, and complete when it has ended.
    pub fn statistics(&self) -> Arc<VoiceStatistics> {
        self.running.shared.statistics.get()
    }

    /// The next queued event.
    pub fn poll_event(&self) -> Option<Event> {
        self.running.shared.events.pop()
    }

    /// The next event; waits at most this long. `None` at once when the chat has ended and all events were taken.
    pub fn wait_event(&self, at_most: Duration) -> Option<Event> {
        self.running.shared.events.wait(at_most)
    }

    /// The queued events; ends when the queue is empty.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        std::iter::from_fn(|| self.poll_event())
    }

    /// A further reader, which gets every event from now on, independently of the chat's own queue. For a part of the
    /// game that must miss nothing: all clones of a handle share one queue.
    pub fn subscribe(&self) -> EventReader {
        self.running.shared.events.subscribe(None)
    }

    /// The next step of a frame, if the chat was started with [`trace_frames`](crate::VoiceChatBuilder::trace_frames).
    pub fn poll_trace(&self) -> Option<FrameTrace> {
        self.running.shared.events.pop_trace()
    }

    /// Events and traces lost because they were not read in time.
    pub fn events_dropped(&self) -> u64 {
        self.running.shared.events.dropped()
    }

    /// Leaves the session without waiting for the goodbye; [`EventKind::Ended`] tells when it is over.
    pub fn stop(&self) {
        self.running.ask_to_leave();
    }

    /// Leaves the session and waits until the server has been told and the output is complete, a few seconds at most.
    /// Other handles of the chat are useless afterwards.
    ///
    /// Returns the queued events. If it fails, they remain queued, for a clone of the handle.
    ///
    /// Over a [hosted](crate::transport::hosted) network the goodbye travels in the game's own loop, for which this and
    /// the drop of the last handle would wait two seconds and time out. There, [stop](Self::stop), continue the loop
    /// until the chat is not [running](Self::is_running) any more, and then drop it.
    ///
    /// # Errors
    /// If the chat had ended before, or the output is not complete: the reason.
    pub fn leave(self) -> Result<Vec<Event>, End> {
        let end = self.running.end();
        if end == End::Left { Ok(self.events().collect()) } else { Err(end) }
    }

    pub(crate) fn running(&self) -> &Running {
        &self.running
    }

    fn ask(&self, command: Command) {
        if let Some(refused) = self.offer(command) {
            self.tell_not_done(refused);
        }
    }

    /// Returns the command if there was no room for it.
    fn offer(&self, command: Command) -> Option<Command> {
        let refused = match self.running.commands.try_send(command) {
            // A chat that has ended reported that in its last event.
            Ok(()) | Err(TrySendError::Disconnected(_)) => None,
            Err(TrySendError::Full(command)) => Some(command),
        };
        self.running.thread.unpark();
        refused
    }

    /// Must be called without a lock: the game's own log is written on this thread.
    fn tell_not_done(&self, command: Command) {
        self.running.shared.events.push(Event { at: Instant::now(), kind: not_done(command) });
    }
}

/// The event for a command that found no room in the queue.
fn not_done(command: Command) -> EventKind {
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

impl Running {
    fn ask_to_leave(&self) {
        self.shared.switches.leave();
        self.thread.unpark();
    }

    /// Whether the chat uses a device in this direction.
    #[cfg(feature = "devices")]
    fn has_device(&self, direction: Direction) -> bool {
        match direction {
            Direction::Input => self.has_microphone,
            Direction::Output => self.has_loudspeaker,
        }
    }

    /// Ends the chat, if it has not ended yet, and waits for that.
    fn end(&self) -> End {
        self.ask_to_leave();
        let end = self.shared.events.wait_for_end();
        self.finish.wait();
        // Errors of the diagnostics are written to their files.
        drop(lock(&self.diagnostics).take());
        end
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An output or a transport may have held the last handle; the voice thread cannot wait for itself.
        if thread::current().id() == self.thread.id() {
            self.ask_to_leave();
            return;
        }
        #[cfg(feature = "tokio")]
        if self.leave_in_background() {
            return;
        }
        self.end();
    }
}

impl fmt::Debug for VoiceChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceChat").finish_non_exhaustive()
    }
}
