//! The results of a demonstration, as in `report.json`. Times are seconds since it began.

use serde::Serialize;

/// The whole demonstration.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// Whether all players heard what they should, and nothing else.
    pub(crate) passed: bool,
    /// The problems, in words; empty if `passed`.
    pub(crate) problems: Vec<String>,
    /// Packets lost on the way to each listener, percent.
    pub(crate) loss_percent: f64,
    /// Extra delay on the way to each listener, uniform in 0 … this many ms.
    pub(crate) jitter_ms: f64,
    /// The seed of the random losses and delays.
    pub(crate) seed: u64,
    /// The duration.
    pub(crate) seconds: f64,
    /// The players, in the order of joining.
    pub(crate) players: Vec<Player>,
    /// The speeches, in order of time.
    pub(crate) speeches: Vec<Speech>,
    /// The text messages.
    pub(crate) texts: Vec<Text>,
    /// The results of each player as a listener.
    pub(crate) listeners: Vec<Listener>,
}

/// A player of the session.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Player {
    pub(crate) name: String,
    pub(crate) joined: f64,
    pub(crate) left: f64,
    /// The rooms that it listened to.
    pub(crate) rooms: Vec<String>,
}

/// One recording, spoken to a target.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Speech {
    pub(crate) speaker: String,
    /// A room, or `@` and a player's name.
    pub(crate) to: String,
    /// The file and its words.
    pub(crate) recording: String,
    pub(crate) words: String,
    pub(crate) start: f64,
    pub(crate) stop: f64,
    /// Its intended listeners.
    pub(crate) listeners: Vec<String>,
    /// The loudest sample, 0 … 1, of each [`ENVELOPE_STEP`] of it.
    pub(crate) envelope: Vec<f32>,
}

/// A text message and its recipients.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the field is called as the event's")]
pub(crate) struct Text {
    pub(crate) at: f64,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) received_by: Vec<String>,
}

/// The results of one player as a listener.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Listener {
    pub(crate) name: String,
    /// The file beside the report; its first sample is at `joined`.
    pub(crate) wav: String,
    pub(crate) joined: f64,
    pub(crate) left: f64,
    /// The loudest sample, 0 … 1, of each [`ENVELOPE_STEP`] of the file.
    pub(crate) envelope: Vec<f32>,
    /// One entry for each player that it heard or should have.
    pub(crate) heard: Vec<Heard>,
    /// The stretches of the file in which a voice should be heard.
    pub(crate) stretches: Vec<Stretch>,
}

/// One speaker as one listener heard it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Heard {
    pub(crate) speaker: String,
    /// Frames that the speaker sent to this listener.
    pub(crate) sent: u64,
    /// … that arrived, in time or late.
    pub(crate) received: u64,
    /// … that never arrived.
    pub(crate) lost: u64,
    /// … that were lost or late and were recovered from the next packet.
    pub(crate) recovered: u64,
    /// … that had to be concealed.
    pub(crate) concealed: u64,
    /// From the sample spoken to the sample played, ms; `None` if nothing was heard.
    pub(crate) delay_median_ms: Option<f64>,
    pub(crate) delay_p95_ms: Option<f64>,
    /// The periods in which the speaker was heard: start and stop.
    pub(crate) spans: Vec<[f64; 2]>,
    /// (when it was played, how long after it was spoken in ms) for each frame, or as many as draw well.
    pub(crate) delays: Vec<[f64; 2]>,
}

/// A stretch of a listener's file with speech in it, from the first speaker's start to the last one's stop.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stretch {
    pub(crate) start: f64,
    pub(crate) stop: f64,
    pub(crate) speakers: Vec<String>,
    /// Normalised correlation of what was heard with the sum of what was spoken, −1 … 1.
    pub(crate) correlation: f64,
    /// The minimum correlation for the chosen loss.
    pub(crate) wanted: f64,
}

/// Seconds between two values of an envelope.
pub(crate) const ENVELOPE_STEP: f64 = 0.02;
