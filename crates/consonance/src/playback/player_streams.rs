//! Players that an engine takes out of the mix, one by one.

use std::collections::BTreeMap;

use consonance_audio::BLOCK_SAMPLES;
use consonance_wire::names::NameKey;

use crate::engine_sound::StreamWriter;
use crate::statistics::{EngineSoundRow, PlayerStreamRow};

/// The most players with a stream at the same time, present or not.
const STREAMS_MAX: usize = 1_024;

/// The streams, by the keys of the players' names.
#[derive(Default)]
pub(super) struct PlayerStreams(BTreeMap<NameKey, Stream>);

struct Stream {
    name: String,
    writer: StreamWriter,
}

impl PlayerStreams {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, key: &NameKey) -> bool {
        self.0.contains_key(key)
    }

    /// Adds a player's voice to the next 10 ms.
    pub(super) fn add_sound(&mut self, key: &NameKey, sound: &[f32; BLOCK_SAMPLES]) {
        if let Some(stream) = self.0.get_mut(key) {
            stream.writer.add(sound);
        }
    }

    /// Passes the next 10 ms of all streams to the engine, and adds them to the loudspeaker's audio.
    pub(super) fn beat(&mut self, render: &mut [f32; BLOCK_SAMPLES]) {
        for stream in self.0.values_mut() {
            for (sum, sample) in render.iter_mut().zip(stream.writer.block()) {
                *sum += sample;
            }
            stream.writer.beat();
        }
    }

    /// Adds a player's stream; returns the key of its name.
    ///
    /// # Errors
    /// If there are too many streams.
    pub(super) fn add(&mut self, name: &str, writer: StreamWriter) -> Result<NameKey, String> {
        let key = NameKey::of(name);
        if self.0.len() >= STREAMS_MAX && !self.has(&key) {
            return Err(format!("{STREAMS_MAX} players already have a stream: drop some first"));
        }
        self.0.insert(key.clone(), Stream { name: name.to_owned(), writer });
        Ok(key)
    }

    /// Removes the streams that the engine has dropped; returns the keys of the players' names.
    pub(super) fn take_abandoned(&mut self) -> Vec<NameKey> {
        self.0.extract_if(.., |_, stream| stream.writer.is_gone()).map(|(key, _)| key).collect()
    }

    /// The state of a player's stream; `None` if it is in the mix.
    pub(super) fn row(&self, name: &str) -> Option<EngineSoundRow> {
        if self.is_empty() {
            return None;
        }
        self.0.get(&NameKey::of(name)).map(|stream| stream.writer.row())
    }

    /// The states of all streams.
    pub(super) fn rows(&self) -> Vec<PlayerStreamRow> {
        let row = |stream: &Stream| PlayerStreamRow { name: stream.name.clone(), sound: stream.writer.row() };
        self.0.values().map(row).collect()
    }
}
