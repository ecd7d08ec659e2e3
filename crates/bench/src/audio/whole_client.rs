//! The whole client: capture, encoder, session, jitter buffers, decoders, mixer.

use std::error::Error;
use std::time::Instant;

use consonance::audio::{BLOCK_SAMPLES, CaptureSettings, EncoderSettings};

use super::capturing::everything;
use super::line::Line;
use super::memory_session::MemorySession;
use super::player::Player;
use super::stopwatch::{micros_of_rounds, micros_since};
use crate::offline_call::encode;

/// Ten seconds; during the first, all players start.
const BLOCKS: usize = 1_000;
const FIRST_BLOCKS: usize = 100;

/// The player's activity, and the speakers that it hears.
#[derive(Clone, Copy)]
pub(super) struct Condition {
    stage: &'static str,
    speakers: u32,
    positional: bool,
    capture: Capture,
    target_percent: Option<f64>,
}

#[derive(Clone, Copy)]
enum Capture {
    WithoutEcho,
    Usual,
    Everything,
}

const ONE: Condition = Condition {
    stage: "whole client, 1 speaker, echo cancelling off",
    speakers: 1,
    positional: false,
    capture: Capture::WithoutEcho,
    target_percent: Some(2.0),
};

/// The conditions that have targets, and steps between them.
pub(super) const CONDITIONS: [Condition; 6] = [
    ONE,
    Condition {
        stage: "whole client, 1 speaker, as it comes",
        capture: Capture::Usual,
        target_percent: None,
        ..ONE
    },
    Condition {
        stage: "whole client, 1 speaker, everything on",
        capture: Capture::Everything,
        target_percent: Some(5.0),
        ..ONE
    },
    Condition {
        stage: "whole client, 16 speakers, echo cancelling off",
        speakers: 16,
        target_percent: None,
        ..ONE
    },
    Condition {
        stage: "whole client, 16 speakers, everything on",
        speakers: 16,
        capture: Capture::Everything,
        target_percent: None,
        ..ONE
    },
    Condition {
        stage: "whole client, 16 in space (head model), everything on",
        speakers: 16,
        positional: true,
        capture: Capture::Everything,
        target_percent: Some(10.0),
    },
];

impl Condition {
    /// Measures the time per block, in microseconds, of the player alone.
    ///
    /// # Errors
    /// If the session cannot be set up, or nothing is heard in it.
    pub(super) fn measure(self, recordings: &[Vec<f32>]) -> Result<Line, Box<dyn Error>> {
        let voices = encode(&recordings[0], EncoderSettings::default())?.packets;
        let mut trouble = None;
        let [micros] = micros_of_rounds(|| {
            self.round(&voices, &recordings[1]).unwrap_or_else(|error| {
                trouble = Some(error);
                Vec::new()
            })
        });
        let line = Line { target_percent: self.target_percent, ..Line::new(self.stage, micros) };
        trouble.map_or(Ok(line), Err)
    }

    fn round(self, voices: &[Vec<u8>], near: &[f32]) -> Result<Vec<[f64; 1]>, Box<dyn Error>> {
        let mut player = Player::new(self.capture.settings())?;
        let mut session = MemorySession::open(self.speakers, self.positional, &mut player.client)?;
        let near = near.as_chunks::<BLOCK_SAMPLES>().0;
        let (mut micros, mut replies) = (Vec::new(), Vec::new());
        for block in 0..BLOCKS {
            let frame = block.is_multiple_of(2).then(|| &*voices[block / 2 % voices.len()]);
            session.beat(frame);
            let mail = session.mail();
            let start = Instant::now();
            player.beat(session.now(), &near[block % near.len()], &mail, &mut replies);
            micros.push([micros_since(start)]);
            session.send(&replies);
            replies.clear();
        }
        let expected = u64::from(self.speakers) * (BLOCKS / 2) as u64;
        let heard = player.frames_heard();
        if heard * 10 < expected * 9 {
            return Err(format!("only {heard} of {expected} frames were heard; please report this").into());
        }
        Ok(micros.split_off(FIRST_BLOCKS))
    }
}

impl Capture {
    fn settings(self) -> CaptureSettings {
        match self {
            Self::WithoutEcho => CaptureSettings { echo: None, ..CaptureSettings::default() },
            Self::Usual => CaptureSettings::default(),
            Self::Everything => everything(),
        }
    }
}
