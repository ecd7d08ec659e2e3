//! A player of the session, as seen by one client.

use serde::{Deserialize, Serialize};

use super::{ChannelTarget, DeviceSnapshot};

/// A player, as seen by one client; the client's own player has a row too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "lamps of a panel, each by itself")]
pub struct PlayerRow {
    /// Its name.
    pub name: String,
    /// Its id in the session.
    pub id: u16,
    /// Whether it is the client's own player.
    pub is_local: bool,
    /// The rooms it listens to.
    pub rooms: Vec<String>,
    /// Whether it currently speaks to us.
    pub is_speaking: bool,
    /// The channels over which its voice last reached us.
    pub channels: Vec<ChannelTarget>,
    /// The priority of those channels.
    pub priority: String,
    /// Whether its voice is positional.
    pub positional: bool,
    /// Its distance, in metres, if both positions are known.
    pub distance_m: Option<f32>,
    /// Whether it is muted here.
    pub muted: bool,
    /// Its volume here: an amplitude factor, 1 by default.
    pub volume: f32,
    /// Why its voice cannot be decoded at all, in words.
    pub undecodable_because: Option<String>,
    /// Why it is not heard although it speaks.
    pub unheard: Option<UnheardReason>,
    /// Milliseconds since its last frame arrived; `None` if none ever did.
    pub heard_ms_ago: Option<u64>,
    /// Received packets of voice.
    pub received: u64,
    /// Frames that were decoded.
    pub played: u64,
    /// Frames that were recovered from packets after them.
    pub recovered: u64,
    /// Frames that were concealed.
    pub concealed: u64,
    /// Frames whose packet was missing at playback time.
    pub lost: u64,
    /// Packets that arrived after their playback time.
    pub late: u64,
    /// The amount of concealed sound, in milliseconds.
    pub concealed_ms: u64,
    /// How much was inserted by stretching, and removed by squeezing, in milliseconds.
    pub lengthened_ms: u64,
    /// See `lengthened_ms`.
    pub shortened_ms: u64,
    /// How much was skipped to catch up, in milliseconds.
    pub skipped_ms: u64,
    /// Packets that could not be decoded.
    pub undecodable: u64,
    /// The share of the last 128 frames that never arrived, in percent.
    pub loss_percent: f32,
    /// Jitter of the arrivals, in milliseconds.
    pub jitter_ms: f32,
    /// The current delay of frames in the jitter buffer, in milliseconds.
    pub delay_ms: f32,
    /// The target delay, in milliseconds.
    pub target_delay_ms: f32,
    /// Packets queued in the jitter buffer.
    pub queued: u64,
    /// Mean absolute value of the last block before volume and place, 0 to 1.
    pub amplitude: f32,
    /// Level of the last block before volume and place, in dB of full scale.
    pub level_dbfs: f32,
    /// The stream to a game's engine that takes its voice separately; `None` if it is in the mix.
    pub stream: Option<DeviceSnapshot>,
    /// For how many milliseconds its frames have contained nothing louder than -80 dB of full scale; `None` if they
    /// contain sound, or none arrive.
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
    /// Too many others are louder, so the speaker is not decoded.
    Crowded,
}

/// The last 20 s of a speaker, the newest last, ten values a second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct History {
    /// The delay in the jitter buffer, in milliseconds.
    pub delay_ms: Vec<u16>,
    /// The target delay, in milliseconds.
    pub target_ms: Vec<u16>,
    /// Level, in dB of full scale.
    pub level_dbfs: Vec<i8>,
}

impl History {
    /// The most values: 20 s at ten per second.
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
