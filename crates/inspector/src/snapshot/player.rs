//! A player of the session as one client knows it.

use serde::{Deserialize, Serialize};

use super::{ChannelTarget, DeviceSnapshot};

/// What a client knows of a player, itself included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "lamps of a panel, each by itself")]
pub struct PlayerRow {
    /// Its name.
    pub name: String,
    /// Its id in the session.
    pub id: u16,
    /// It is the client's own player.
    pub is_local: bool,
    /// The rooms it listens to.
    pub rooms: Vec<String>,
    /// Whether it speaks to us just now.
    pub is_speaking: bool,
    /// Through what its voice last came to us.
    pub channels: Vec<ChannelTarget>,
    /// The priority of those channels.
    pub priority: String,
    /// Whether its voice comes from a place.
    pub positional: bool,
    /// How far away it is, in metres, if both places are known.
    pub distance_m: Option<f32>,
    /// Muted here.
    pub muted: bool,
    /// How loud it is here: an amplitude factor, 1 to begin with.
    pub volume: f32,
    /// Why its voice cannot be decoded at all, in words.
    pub undecodable_because: Option<String>,
    /// Why it is not heard although it speaks.
    pub unheard: Option<UnheardReason>,
    /// Milliseconds since a frame of its came in; none if none ever did.
    pub heard_ms_ago: Option<u64>,
    /// Packets of voice that came in.
    pub received: u64,
    /// Frames that were decoded.
    pub played: u64,
    /// Frames that were recovered from packets after them.
    pub recovered: u64,
    /// Frames whose place was filled with made-up sound.
    pub concealed: u64,
    /// Frames whose turn came without their packet.
    pub lost: u64,
    /// Packets that came after their turn.
    pub late: u64,
    /// How much sound was made up, in milliseconds.
    pub concealed_ms: u64,
    /// How much was put in by stretching, and left out by squeezing, in milliseconds.
    pub lengthened_ms: u64,
    /// See `lengthened_ms`.
    pub shortened_ms: u64,
    /// How much was skipped to catch up, in milliseconds.
    pub skipped_ms: u64,
    /// Packets that could not be decoded.
    pub undecodable: u64,
    /// How many of the last 128 frames never came, in percent.
    pub loss_percent: f32,
    /// Jitter of the arrivals, in milliseconds.
    pub jitter_ms: f32,
    /// How long frames wait at present, in milliseconds.
    pub delay_ms: f32,
    /// How long they should wait, in milliseconds.
    pub target_delay_ms: f32,
    /// Packets that wait for their turn.
    pub queued: u64,
    /// Mean absolute value of the last block before volume and place, 0 to 1.
    pub amplitude: f32,
    /// Level of the last block before volume and place, in dB of full scale.
    pub level_dbfs: f32,
    /// How a game's engine takes its voice by itself; none if it is in the mix.
    pub stream: Option<DeviceSnapshot>,
    /// For how many milliseconds its frames have been coming in with nothing louder than -80 dB of full scale in them;
    /// none if they have sound, or none come.
    pub silent_for_ms: Option<u64>,
    /// The last 20 s, for a graph; empty for players that have not spoken in that time.
    pub history: History,
}

impl Default for PlayerRow {
    fn default() -> Self {
        Self {
            name: String::new(),
            id: 0,
            is_local: false,
            rooms: Vec::new(),
            is_speaking: false,
            channels: Vec::new(),
            priority: String::new(),
            positional: false,
            distance_m: None,
            muted: false,
            volume: 1.0,
            undecodable_because: None,
            unheard: None,
            heard_ms_ago: None,
            received: 0,
            played: 0,
            recovered: 0,
            concealed: 0,
            lost: 0,
            late: 0,
            concealed_ms: 0,
            lengthened_ms: 0,
            shortened_ms: 0,
            skipped_ms: 0,
            undecodable: 0,
            loss_percent: 0.0,
            jitter_ms: 0.0,
            delay_ms: 0.0,
            target_delay_ms: 0.0,
            queued: 0,
            amplitude: 0.0,
            level_dbfs: -100.0,
            stream: None,
            silent_for_ms: None,
            history: History::default(),
        }
    }
}

/// Why a speaker is not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnheardReason {
    /// The listener has deafened itself.
    Deafened,
    /// The listener has muted the speaker.
    Muted,
    /// The speaker's volume, or that of its channel, is 0.
    TurnedDown,
    /// A player of a higher priority speaks.
    Outranked,
    /// The speaker is too far away.
    OutOfRange,
    /// So many others are louder that the speaker is not decoded.
    Crowded,
}

/// The last 20 s of a speaker, the newest last, ten values a second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct History {
    /// How long frames waited, in milliseconds.
    pub delay_ms: Vec<u16>,
    /// How long they should have waited, in milliseconds.
    pub target_ms: Vec<u16>,
    /// Level, in dB of full scale.
    pub level_dbfs: Vec<i8>,
}

impl History {
    /// How many values there are at most: 20 s of ten a second.
    pub const LENGTH: usize = 200;

    /// Adds the newest values and forgets those that are too old.
    pub fn push(&mut self, delay_ms: f32, target_ms: f32, level_dbfs: f32) {
        push(&mut self.delay_ms, delay_ms as u16);
        push(&mut self.target_ms, target_ms as u16);
        push(&mut self.level_dbfs, level_dbfs as i8);
    }
}

fn push<T>(values: &mut Vec<T>, newest: T) {
    if values.len() >= History::LENGTH {
        values.remove(0);
    }
    values.push(newest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_keeps_the_newest_twenty_seconds() {
        let mut history = History::default();
        for number in 0..History::LENGTH + 7 {
            history.push(number as f32, f32::MAX, f32::NEG_INFINITY);
        }
        assert_eq!((history.delay_ms.len(), history.delay_ms[0]), (History::LENGTH, 7));
        assert_eq!((history.target_ms[0], history.level_dbfs[0]), (u16::MAX, i8::MIN));
    }
}
