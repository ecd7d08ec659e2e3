//! Players that an engine takes out of the mix, one by one.

use std::collections::BTreeMap;

use consonance_audio::BLOCK_SAMPLES;
use consonance_name_key::NameKey;

use super::Playback;
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
}

impl Playback {
    /// Takes a player, present or not, out of the mix for an engine.
    ///
    /// # Errors
    /// If there are too many such players.
    pub(crate) fn add_stream(&mut self, name: &str, writer: StreamWriter) -> Result<(), String> {
        self.forget_abandoned_streams();
        let key = NameKey::of(name);
        if self.streams.0.len() >= STREAMS_MAX && !self.streams.has(&key) {
            return Err(format!("{STREAMS_MAX} players already have a stream: drop some first"));
        }
        self.set_apart(&key, true);
        self.streams.0.insert(key, Stream { name: name.to_owned(), writer });
        Ok(())
    }

    /// Returns players to the mix whose streams the engine has dropped.
    pub(crate) fn forget_abandoned_streams(&mut self) {
        let is_gone = |(_, stream): &(&NameKey, &Stream)| stream.writer.is_gone();
        let gone: Vec<NameKey> = self.streams.0.iter().filter(is_gone).map(|(key, _)| key.clone()).collect();
        for key in gone {
            self.streams.0.remove(&key);
            self.set_apart(&key, false);
        }
    }

    fn set_apart(&mut self, key: &NameKey, is_apart: bool) {
        for (id, _) in self.listed.with_key(key) {
            if let Some(voice) = self.voices.get(id) {
                self.mixer.set_apart(voice.key, is_apart);
            }
        }
    }

    /// The state of a player's stream; `None` if it is in the mix.
    pub(crate) fn stream_row(&self, name: &str) -> Option<EngineSoundRow> {
        if self.streams.is_empty() {
            return None;
        }
        self.streams.0.get(&NameKey::of(name)).map(|stream| stream.writer.row())
    }

    /// The states of all streams.
    pub(crate) fn stream_rows(&self) -> Vec<PlayerStreamRow> {
        let row = |stream: &Stream| PlayerStreamRow { name: stream.name.clone(), sound: stream.writer.row() };
        self.streams.0.values().map(row).collect()
    }
}
