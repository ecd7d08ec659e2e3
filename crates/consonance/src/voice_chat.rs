//! The handle that a game holds: every method puts one command in a queue or takes one event out of another.

mod hearing;
mod speaking;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread::JoinHandle;
use std::time::Duration;

use consonance_session::{ChannelProperties, Routing, Target};

use crate::channel::Channel;
use crate::command::Command;
use crate::event::{End, Event, EventKind};
use crate::event_queue::EventQueue;
use crate::statistics::{SharedStatistics, VoiceStatistics};
use crate::status::{SharedStatus, Status};
use crate::trace::FrameTrace;

/// A voice chat that runs. Dropping it leaves the session.
///
/// Every method returns at once, whatever the network does; [`leave`](Self::leave) waits for the goodbye.
pub struct VoiceChat {
    commands: SyncSender<Command>,
    events: Arc<EventQueue>,
    status: Arc<SharedStatus>,
    statistics: Arc<SharedStatistics>,
    next_channel: AtomicU32,
    thread: Option<JoinHandle<End>>,
}

impl VoiceChat {
    pub(crate) fn new(
        commands: SyncSender<Command>,
        events: Arc<EventQueue>,
        status: Arc<SharedStatus>,
        statistics: Arc<SharedStatistics>,
        next_channel: u32,
        thread: JoinHandle<End>,
    ) -> Self {
        let next_channel = AtomicU32::new(next_channel);
        Self { commands, events, status, statistics, next_channel, thread: Some(thread) }
    }

    /// Connected while in the session, degraded while on the way into it, disconnected once the chat has ended.
    pub fn status(&self) -> Status {
        if self.is_running() { self.status.get() } else { Status::Disconnected }
    }

    /// False once the chat has ended; its last event says why.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Listens to a room from now on.
    pub fn join_room(&self, room: impl Into<String>) {
        self.ask(Command::JoinRoom(room.into()));
    }

    /// Listens to a room no longer.
    pub fn leave_room(&self, room: impl Into<String>) {
        self.ask(Command::LeaveRoom(room.into()));
    }

    /// Speaks to a room or a player while there is input.
    pub fn open_channel(&self, target: Target, properties: ChannelProperties) -> Channel {
        let channel = Channel(self.next_channel.fetch_add(1, Ordering::Relaxed));
        self.ask(Command::OpenChannel(channel, target, properties));
        channel
    }

    /// Changes a channel from the next frame on.
    pub fn set_channel(&self, channel: Channel, properties: ChannelProperties) {
        self.ask(Command::SetChannel(channel, properties));
    }

    /// Closes a channel; the next frame is its last.
    pub fn close_channel(&self, channel: Channel) {
        self.ask(Command::CloseChannel(channel));
    }

    /// Sends a text message. If it cannot be sent, an [`EventKind::Problem`] says why.
    pub fn send_text(&self, target: Target, text: impl Into<String>) {
        self.ask(Command::SendText(target, text.into()));
    }

    /// Uses another microphone or loudspeaker from now on, in a chat that was started with one
    /// ([`microphone`](crate::VoiceChatBuilder::microphone), [`loudspeaker`](crate::VoiceChatBuilder::loudspeaker)).
    #[cfg(feature = "devices")]
    pub fn select_device(
        &self,
        direction: consonance_device::Direction,
        selection: consonance_device::Selection,
    ) {
        self.ask(Command::SelectDevice(direction, selection));
    }

    /// Changes what direct links to other players are used for, from the next packet on. Without direct links it changes
    /// nothing.
    pub fn set_routing(&self, routing: Routing) {
        self.ask(Command::SetRouting(routing));
    }

    /// What was counted so far: packets by type, frames by their way, each direct link, the network. At most a tenth of a
    /// second old while the chat runs, and complete when it has ended.
    pub fn statistics(&self) -> Arc<VoiceStatistics> {
        self.statistics.get()
    }

    /// The next event, if one waits.
    pub fn poll_event(&self) -> Option<Event> {
        self.events.pop()
    }

    /// The next event; waits for it at most this long. `None` at once when the chat has ended and all were taken.
    pub fn wait_event(&self, at_most: Duration) -> Option<Event> {
        self.events.wait(at_most)
    }

    /// The next step of a frame, if the chat was started with [`trace_frames`](crate::VoiceChatBuilder::trace_frames).
    pub fn poll_trace(&self) -> Option<FrameTrace> {
        self.events.pop_trace()
    }

    /// Events and traces that were lost because they were not asked for in time.
    pub fn events_dropped(&self) -> u64 {
        self.events.dropped()
    }

    /// Leaves the session without waiting for the goodbye; [`EventKind::Ended`] tells when it is over.
    pub fn stop(&self) {
        self.ask(Command::Leave);
    }

    /// Leaves the session and waits until the server knows and the output is complete, a few seconds at most.
    ///
    /// Events that wait can still be taken out of what it returns.
    ///
    /// # Errors
    /// If the chat had ended before, or the output is not complete: why.
    pub fn leave(mut self) -> Result<Vec<Event>, End> {
        match self.end() {
            Some(End::Left) | None => Ok(std::iter::from_fn(|| self.events.pop()).collect()),
            Some(end) => Err(end),
        }
    }

    fn ask(&self, command: Command) {
        match self.commands.try_send(command) {
            // A chat that has ended has said so in its last event.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                let text =
                    "too many commands at once: one was dropped; give the voice thread time".to_owned();
                self.events.push(Event { at: std::time::Instant::now(), kind: EventKind::Problem { text } });
            }
        }
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    fn end(&mut self) -> Option<End> {
        let thread = self.thread.take()?;
        // Unlike other commands this one may wait for a place: the thread empties the queue every 10 ms.
        let _ = self.commands.send(Command::Leave);
        thread.thread().unpark();
        Some(thread.join().unwrap_or(End::Panicked))
    }
}

impl Drop for VoiceChat {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for VoiceChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceChat").finish_non_exhaustive()
    }
}
