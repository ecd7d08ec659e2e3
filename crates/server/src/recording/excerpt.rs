//! A few seconds of a session that are written all at once.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use consonance_wire::{ClientId, RoomId};

use super::feed::{Begun, TapState};
use super::index::{RecordingEndReason, RecordingIndex};
use super::live::LiveRecording;
use super::message::{LENGTH_BYTES, Message, SpokenCodec};

/// A small recording that one thread collects and another one writes.
#[derive(Debug)]
pub(crate) struct Excerpt {
    session: String,
    begins: Instant,
    ends: Instant,
    /// Messages in sequence, each prefixed with its length.
    messages: Vec<u8>,
    message: Vec<u8>,
}

impl Excerpt {
    /// An empty excerpt of this session, for this interval.
    pub(crate) fn new(session: &str, begins: Instant, ends: Instant) -> Self {
        Self { session: session.to_owned(), begins, ends, messages: Vec::new(), message: Vec::new() }
    }

    /// Sets a room's name. A room without one is called by its number.
    pub(crate) fn add_room(&mut self, id: RoomId, name: &str) {
        self.push(&Message::Room { recording: 0, id, name });
    }

    /// The player that speaks under this id in the packets that are added next.
    pub(crate) fn add_speaker(
        &mut self,
        id: ClientId,
        codec: SpokenCodec,
        name: &str,
        subject: Option<&str>,
    ) {
        let subject = subject.unwrap_or_default();
        self.push(&Message::Speaker { recording: 0, id, codec, name, subject });
    }

    /// A voice packet, and when it came.
    pub(crate) fn add_voice(&mut self, at: Instant, packet: &[u8]) {
        let at_us = at.saturating_duration_since(self.begins).as_micros() as u64;
        self.push(&Message::Voice { recording: 0, at_us, packet });
    }

    /// Writes the tracks and the index to an existing, empty folder; returns the index.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<RecordingIndex> {
        let begun = Begun {
            state: Arc::new(TapState::new(0)),
            session: self.session.clone(),
            by_operator: true,
            at: self.begins,
        };
        let mut live = LiveRecording::create_in(folder.to_owned(), begun, self.ends)?;
        let mut rest = &self.messages[..];
        while let Some((length, behind)) = rest.split_first_chunk::<LENGTH_BYTES>() {
            let (message, behind) = behind.split_at(u16::from_be_bytes(*length).into());
            if let Some(message) = Message::read(message) {
                live.handle(&message, usize::MAX)?;
            }
            rest = behind;
        }
        let mut ended = live.end(self.ends, RecordingEndReason::Reported, None);
        ended.save()?;
        match ended.index.error {
            None => Ok(ended.index),
            Some(error) => Err(io::Error::other(error)),
        }
    }

    fn push(&mut self, message: &Message<'_>) {
        message.write(&mut self.message);
        self.messages.extend_from_slice(&self.message);
    }
}
