//! A session in files: the player's own voice, the voice of each other player, and the mix that the player hears.

use std::collections::BTreeSet;
use std::io::{Write, stdout};
use std::path::Path;

use clap::ValueEnum;
use consonance::audio::{RecordingFormat, RecordingSettings, SAMPLE_RATE_HZ};
use consonance::{DroppedBlocks, Recorded, Recorder, RecorderError, Tap, VoiceChat};
use serde_json::json;

use crate::logging::complain;

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// 16 bits at 48 kHz: 346 MB per hour and voice.
    Wav,
    /// Ogg Opus: 22 MB per hour of speech, next to nothing for silence.
    Opus,
}

/// The running recording.
pub(crate) struct SessionRecording {
    recorder: Recorder,
    /// Players that already have a file: a player that comes back continues it.
    players: BTreeSet<String>,
}

impl SessionRecording {
    /// Records what one hears, the voices of added players, and one's own voice, if one `speaks`.
    ///
    /// # Errors
    /// If nothing can be recorded there.
    pub(crate) fn start(
        folder: &Path,
        format: RecordFormat,
        speaks: bool,
        voice: &VoiceChat,
    ) -> Result<Self, RecorderError> {
        let format = match format {
            RecordFormat::Wav => RecordingFormat::Wav,
            RecordFormat::Opus => RecordingFormat::OggOpus,
        };
        let recorder = Recorder::start(folder, RecordingSettings { format, ..RecordingSettings::default() })?;
        let mut recording = Self { recorder, players: BTreeSet::new() };
        recording.add(voice.playback().tap());
        if speaks {
            recording.add(voice.microphone().tap());
        }
        Ok(recording)
    }

    /// Records a present player.
    pub(crate) fn add_player(&mut self, name: String, voice: &VoiceChat) {
        let player = voice.player(&name);
        if self.players.insert(name) {
            self.add(player.tap());
        }
    }

    fn add(&mut self, tap: Tap) {
        let name = tap.source().name().to_owned();
        if let Err(error) = self.recorder.add(tap) {
            complain(&format!("{name:?} is not recorded: {error}"));
        }
    }

    /// Completes the files and prints a line for each recording.
    ///
    /// # Errors
    /// If not everything could be written.
    pub(crate) fn finish(self, json: bool) -> Result<(), Box<dyn std::error::Error>> {
        for recorded in self.recorder.stop()? {
            let line = if json { as_json(&recorded) } else { in_words(&recorded) };
            writeln!(stdout(), "{line}")?;
        }
        Ok(())
    }
}

fn seconds(recorded: &Recorded) -> f64 {
    recorded.track.samples as f64 / f64::from(SAMPLE_RATE_HZ)
}

fn lost_seconds(recorded: &Recorded) -> f64 {
    recorded.dropped_blocks as f64 / 100.0
}

/// The main cause of missing sound.
fn why_lost(recorded: &Recorded) -> Option<&'static str> {
    let DroppedBlocks { slow_disk, slow_encoding, burst, .. } = recorded.dropped;
    let causes = [
        (slow_disk, "the disk was too slow"),
        (slow_encoding, "encoding was too slow"),
        (burst, "too much arrived at once"),
    ];
    let (blocks, why) = causes.into_iter().max_by_key(|(blocks, _)| *blocks)?;
    (blocks > 0).then_some(why)
}

fn in_words(recorded: &Recorded) -> String {
    let lost = match why_lost(recorded) {
        Some(why) => format!("; {:.2} s are missing: {why}", lost_seconds(recorded)),
        None => String::new(),
    };
    format!("recorded {} ({:.1} s){lost}", recorded.track.path.display(), seconds(recorded))
}

fn as_json(recorded: &Recorded) -> String {
    json!({
        "event": "recorded",
        "file": recorded.track.path.display().to_string(),
        "seconds": (seconds(recorded) * 100.0).round() / 100.0,
        "lost_seconds": lost_seconds(recorded),
    })
    .to_string()
}
