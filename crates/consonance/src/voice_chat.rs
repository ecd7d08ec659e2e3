//! The handle of a chat, from which those of its parts come. A method puts one command in a queue, or takes one event
//! out of another.
//!
//! Requests that must not be lost when the queue is full, such as muting, are switches instead of commands.

#[cfg(feature = "tokio")]
mod async_calls;
mod diagnosing;
pub(crate) mod handles;
mod inspecting;
mod joining;
mod players;
mod settings;
pub(crate) mod voice_thread_handle;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use consonance_session::Routing;

#[cfg(not(feature = "inspector"))]
pub(crate) use inspecting::NoPage;
pub(crate) use inspecting::{Page, WantedPage};
pub use joining::WaitJoinedError;

use crate::command::Command;
use crate::diagnostics::Diagnostics;
use crate::event::{End, Event};
use crate::event_queue::EventReader;
use crate::lock::lock;
use crate::statistics::VoiceStatistics;
use crate::status::Status;
use crate::text::TextMessage;
use crate::tokens::Tokens;
use crate::trace::FrameTrace;
use handles::{Room, VoiceEncryption, VoiceMicrophone, VoicePlayback};
use voice_thread_handle::VoiceThreadHandle;

/// A running voice chat. Clones are further handles of the same chat; when the last one is dropped, the chat leaves its
/// session.
///
/// Its parts have handles of their own, which do not keep it running: [players](Self::player), [rooms](Self::room) and
/// the [channels](crate::Channel) to both, the [microphone](Self::microphone), [playback](Self::playback) and
/// [encryption](Self::encryption).
///
/// Handles may be used from any thread. Every method returns at once, whatever the network does, except that
/// [`leave`](Self::leave) and the drop of the last handle wait for the goodbye; with the feature `tokio`, a drop on a
/// thread of a runtime does not, and `leave_async` waits there. There is nothing that a game must call regularly,
/// unless packets travel over a [hosted](crate::transport::hosted) network, which lives in the game's own loop.
#[derive(Clone)]
pub struct VoiceChat {
    running: Arc<Running>,
}

/// State shared by all clones of the handle. Dropping it ends the chat.
pub(crate) struct Running {
    pub(crate) thread: Arc<VoiceThreadHandle>,
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
        if self.is_running() { self.thread().shared.status.get() } else { Status::Disconnected }
    }

    /// False once the chat has ended; its last event says why.
    pub fn is_running(&self) -> bool {
        self.thread().is_running()
    }

    /// The room of this name: to listen to it, to speak in it, to send texts to it.
    pub fn room(&self, name: impl AsRef<str>) -> Room {
        Room::new(name.as_ref().into(), Arc::clone(self.thread()))
    }

    /// The local voice: its input, its processing, and when it is heard.
    pub fn microphone(&self) -> VoiceMicrophone {
        VoiceMicrophone::new(Arc::clone(self.thread()))
    }

    /// How all other players are heard: volume, positions, output.
    pub fn playback(&self) -> VoicePlayback {
        VoicePlayback::new(Arc::clone(self.thread()))
    }

    /// The end-to-end encryption of the session.
    pub fn encryption(&self) -> VoiceEncryption {
        VoiceEncryption::new(Arc::clone(self.thread()))
    }

    /// The local player's tokens, for [triggers](crate::trigger). All callers share one set.
    pub fn tokens(&self) -> Tokens {
        self.thread().shared.own_voice.tokens().clone()
    }

    /// The last text messages, sent and received, oldest first: as many as
    /// [`text_history`](crate::VoiceChatBuilder::text_history) keeps, none by default.
    pub fn text_history(&self) -> Vec<TextMessage> {
        self.thread().shared.texts.all()
    }

    /// Changes what direct links to other players are used for, from the next packet on. Has no effect without direct
    /// links.
    pub fn set_routing(&self, routing: Routing) {
        self.thread().ask(Command::SetRouting(routing));
    }

    /// Counters so far: packets by type, frames by path, each direct link, the network. At most a tenth of a second old
    /// while the chat runs, and complete when it has ended.
    pub fn statistics(&self) -> Arc<VoiceStatistics> {
        self.thread().shared.statistics.get()
    }

    /// The next queued event.
    pub fn poll_event(&self) -> Option<Event> {
        self.thread().shared.events.pop()
    }

    /// The next event; waits at most this long. `None` at once when the chat has ended and all events were taken.
    pub fn wait_event(&self, at_most: Duration) -> Option<Event> {
        self.thread().shared.events.wait(at_most)
    }

    /// The queued events; ends when the queue is empty.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        std::iter::from_fn(|| self.poll_event())
    }

    /// A further reader, which gets every event from now on, independently of the chat's own queue. For a part of the
    /// game that must miss nothing: all clones of a handle share one queue.
    pub fn subscribe(&self) -> EventReader {
        self.thread().shared.events.subscribe(None)
    }

    /// The next step of a frame, if the chat was started with [`trace_frames`](crate::VoiceChatBuilder::trace_frames).
    pub fn poll_trace(&self) -> Option<FrameTrace> {
        self.thread().shared.events.pop_trace()
    }

    /// Events and traces lost because they were not read in time.
    pub fn events_dropped(&self) -> u64 {
        self.thread().shared.events.dropped()
    }

    /// Leaves the session without waiting for the goodbye; [`EventKind::Ended`](crate::EventKind::Ended) reports when
    /// it is over.
    pub fn stop(&self) {
        self.thread().ask_to_leave();
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

    pub(crate) fn thread(&self) -> &Arc<VoiceThreadHandle> {
        &self.running.thread
    }
}

impl Running {
    /// Ends the chat, if it has not ended yet, and waits for that.
    fn end(&self) -> End {
        self.thread.ask_to_leave();
        let end = self.thread.shared.events.wait_for_end();
        self.thread.finish.wait();
        // Errors of the diagnostics are written to their files.
        drop(lock(&self.diagnostics).take());
        end
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An output or a transport may have held the last handle; the voice thread cannot wait for itself.
        if self.thread.is_current() {
            self.thread.ask_to_leave();
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
