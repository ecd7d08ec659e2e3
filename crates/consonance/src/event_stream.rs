//! Events as a stream, for async programs.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::event::Event;
use crate::event_queue::{EventReader, Waiting};

/// The events of a chat; ends when the chat has ended and all were taken.
///
/// It works on any executor and does not keep the chat running. Dropping it loses no event except those of its own
/// queue: see [`VoiceChat::event_stream`](crate::VoiceChat::event_stream) and [`EventReader::into_stream`].
#[derive(Debug)]
pub struct EventStream {
    waiting: Arc<Waiting>,
    only_of: Option<Box<str>>,
    /// The key of its waker.
    number: u64,
}

impl EventStream {
    pub(crate) fn new(waiting: Arc<Waiting>, only_of: Option<Box<str>>) -> Self {
        let number = waiting.number_stream();
        Self { waiting, only_of, number }
    }

    /// The next event; `None` when the chat has ended and all were taken. Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for EventStream {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        loop {
            let event = self.waiting.poll(self.number, context.waker());
            match (&event, &self.only_of) {
                (Poll::Ready(Some(event)), Some(name)) if !event.kind.concerns(name) => {}
                _ => return event,
            }
        }
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.waiting.forget_waker(self.number);
    }
}

impl EventReader {
    /// Converts the reader to a stream, which continues at the reader's position.
    pub fn into_stream(self) -> EventStream {
        let (waiting, only_of) = self.into_parts();
        EventStream::new(waiting, only_of)
    }
}
