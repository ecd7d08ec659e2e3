//! Async methods of the handle.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::{Running, VoiceChat};
use crate::event::{End, Event, EventKind};
use crate::event_stream::EventStream;
use crate::lock::lock;
use crate::status::Status;

impl VoiceChat {
    /// The events as a stream, starting with the queued ones: the first stream of a chat misses nothing.
    ///
    /// It shares a queue with [`poll_event`](Self::poll_event) and with further streams, and each event goes to one of
    /// them; [`subscribe`](Self::subscribe) and [`into_stream`](crate::EventReader::into_stream) give a separate queue.
    /// It ends when the chat has ended and all events were taken.
    pub fn event_stream(&self) -> EventStream {
        EventStream::new(self.thread().shared.events.own(), None)
    }

    /// Waits until the chat is in its session. Takes no events from other readers, and may be dropped at any time.
    ///
    /// ```no_run
    /// # async fn join(builder: consonance::VoiceChatBuilder) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// let voice = builder.start_async().await?;
    /// tokio::time::timeout(Duration::from_secs(10), voice.joined()).await??;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the chat has ended: the reason.
    pub async fn joined(&self) -> Result<(), End> {
        let events = &self.thread().shared.events;
        let mut stream = self.subscribe().into_stream();
        // Checked after subscribing, so that an event in between is seen in one of the two.
        if let Some(end) = events.end() {
            return Err(end);
        }
        while self.status() != Status::Connected {
            let Some(event) = stream.next().await else {
                return Err(events.end().unwrap_or(End::Left));
            };
            if matches!(event.kind, EventKind::Joined | EventKind::Resumed) {
                return Ok(());
            }
            if let EventKind::Ended(end) = event.kind {
                return Err(end);
            }
        }
        Ok(())
    }

    /// Leaves the session as [`leave`](Self::leave) does, without blocking the executor.
    ///
    /// The chat leaves from the first poll on; dropping the future later only stops waiting for it. Outside of a tokio
    /// runtime the last step, freeing what the chat owned, blocks the thread: for an instant, at most 2 s.
    ///
    /// # Errors
    /// As those of [`leave`](Self::leave).
    pub async fn leave_async(self) -> Result<Vec<Event>, End> {
        self.thread().ask_to_leave();
        let end = self.running.ended().await;
        if end == End::Left { Ok(self.events().collect()) } else { Err(end) }
    }
}

impl Running {
    /// Waits for the end of the chat, and until everything that it owned is gone.
    async fn ended(&self) -> End {
        let end = self.next_end().await;
        let (finish, diagnostics) = (Arc::clone(&self.thread.finish), lock(&self.diagnostics).take());
        let free = move || {
            finish.wait();
            drop(diagnostics);
        };
        match Handle::try_current() {
            // A runtime that is shutting down does not run it, and drops this future as well.
            Ok(runtime) => drop(runtime.spawn_blocking(free).await),
            Err(_) => free(),
        }
        end
    }

    async fn next_end(&self) -> End {
        // With its own queue, independent of other readers.
        let mut stream = self.thread.shared.events.subscribe(None).into_stream();
        while let Some(event) = stream.next().await {
            if let EventKind::Ended(end) = event.kind {
                return end;
            }
        }
        // Only a stream created after the end is empty.
        self.thread.shared.events.end().unwrap_or(End::Panicked)
    }

    /// Leaves without waiting if the last handle is dropped on a thread of a runtime; false on other threads.
    pub(super) fn leave_in_background(&self) -> bool {
        let Ok(runtime) = Handle::try_current() else { return false };
        self.thread.ask_to_leave();
        if let Some(diagnostics) = lock(&self.diagnostics).take() {
            let (events, finish) = (Arc::clone(&self.thread.shared.events), Arc::clone(&self.thread.finish));
            drop(runtime.spawn_blocking(move || {
                events.wait_for_end();
                finish.wait();
                drop(diagnostics);
            }));
        }
        true
    }
}
