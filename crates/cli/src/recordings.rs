//! `consonance recordings`: what a server has recorded, read from its folder.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use consonance_server::recording::{RecordingEndReason, RecordingIndex, Span, TrackIndex, recordings_in};
use serde_json::json;

use crate::devices::shown;

/// What to look at.
#[derive(Debug, Subcommand)]
pub(crate) enum Recordings {
    /// List the recordings of a server's folder, the oldest first.
    List(List),
    /// Show the players of one recording, and when each voice is heard in which rooms.
    Show(Show),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The server's `recording.folder`.
    folder: PathBuf,
    /// Print a JSON object for each, its index with the folder.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The folder of one recording, as `list` prints it.
    folder: PathBuf,
    /// Print the index as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the recordings. An empty folder is not an error.
pub(crate) fn run(arguments: &Recordings) -> Result<(), Box<dyn Error>> {
    match arguments {
        Recordings::List(arguments) => list(arguments),
        Recordings::Show(Show { folder, json }) => {
            let index = RecordingIndex::read(folder)?;
            let text = if *json { serde_json::to_string(&index)? } else { in_words(&index).join("\n") };
            writeln!(stdout(), "{text}")?;
            Ok(())
        }
    }
}

fn list(List { folder, json }: &List) -> Result<(), Box<dyn Error>> {
    let found = recordings_in(folder);
    let found = found.map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut recordings = Vec::new();
    for folder in found {
        match RecordingIndex::read(&folder) {
            Ok(index) => recordings.push((folder, index)),
            Err(error) => crate::logging::complain(&error),
        }
    }
    recordings
        .sort_by(|(a, first), (b, second)| (first.started_unix_ms, a).cmp(&(second.started_unix_ms, b)));
    for (folder, index) in &recordings {
        let line = if *json {
            json!({"folder": folder.to_string_lossy(), "index": index}).to_string()
        } else {
            row(folder, index)
        };
        writeln!(stdout(), "{line}")?;
    }
    Ok(())
}

fn row(folder: &Path, index: &RecordingIndex) -> String {
    let voices = match index.tracks.len() {
        1 => "1 voice".to_owned(),
        count => format!("{count} voices"),
    };
    format!(
        "{}  {:>9}  {voices:>10}  {:>9}  {}  {}: {}",
        index.started_at,
        time(index.duration_samples),
        size(index.bytes),
        folder.display(),
        shown(&index.session),
        end(index.ended)
    )
}

fn in_words(index: &RecordingIndex) -> Vec<String> {
    let by = if index.by_operator { "by an operator" } else { "by the configuration" };
    let mut lines = vec![
        format!("session {}, begun {} {by}", shown(&index.session), index.started_at),
        format!("{}, {}: {}", time(index.duration_samples), size(index.bytes), end(index.ended)),
    ];
    lines.extend(index.error.iter().map(|error| format!("the system said: {error}")));
    let left_out = index.frames_dropped + index.frames_without_track;
    if left_out > 0 {
        lines.push(format!(
            "{left_out} frames were left out, since the server could not keep up or had no track left"
        ));
    }
    for track in &index.tracks {
        lines.push(String::new());
        lines.extend(track_in_words(track));
    }
    lines
}

fn track_in_words(track: &TrackIndex) -> Vec<String> {
    let subject = track.subject.as_ref().map(|subject| format!(", token for {}", shown(subject)));
    let mut lines = vec![
        format!("{}{}: {}", shown(&track.player), subject.unwrap_or_default(), shown(&track.file)),
        format!(
            "  {} frames, {} lost, {} late or twice, {} refused; {}, {}",
            track.frames,
            track.frames_lost,
            track.frames_late,
            track.frames_refused,
            time(track.duration_samples),
            size(track.bytes)
        ),
    ];
    lines.extend(track.spans.iter().map(span_in_words));
    lines
}

fn span_in_words(span: &Span) -> String {
    let rooms: Vec<_> = span.rooms.iter().map(|room| shown(room)).collect();
    let mut to = rooms.join(", ");
    if span.to_players {
        let players = "single players";
        to = if to.is_empty() { players.into() } else { format!("{to}, {players}") };
    }
    format!("  {} to {}: {to}", time(span.from_sample), time(span.to_sample))
}

fn end(reason: Option<RecordingEndReason>) -> &'static str {
    match reason {
        None => "is being recorded, or the server was killed",
        Some(RecordingEndReason::SessionEnded) => "the session ended",
        Some(RecordingEndReason::Empty) => "the last player left",
        Some(RecordingEndReason::Stopped) => "an operator stopped it",
        Some(RecordingEndReason::DurationReached) => "length limit reached; the next recording continues it",
        Some(RecordingEndReason::BytesReached) => "size limit reached; the next recording continues it",
        Some(RecordingEndReason::TracksReached) => "voice limit reached; the next recording continues it",
        Some(RecordingEndReason::FolderFull) => "the size limit for all recordings was reached",
        Some(RecordingEndReason::DiskNearlyFull) => "the disk was nearly full",
        Some(RecordingEndReason::WriteFailed) => "a file could not be written",
        Some(RecordingEndReason::Crashed) => "the server was killed, or the machine stopped",
        Some(RecordingEndReason::Reported) => "report",
        Some(RecordingEndReason::HandedOver) => "the next server process continued it",
        Some(RecordingEndReason::Reconfigured) => "the configuration changed",
        Some(_) => "it ended",
    }
}

/// Minutes and seconds, and hours if there are any.
fn time(samples: u64) -> String {
    let ms = samples / 48;
    let (seconds, minutes, hours) = (ms / 1_000 % 60, ms / 60_000 % 60, ms / 3_600_000);
    let fraction = ms % 1_000 / 100;
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}.{fraction}")
    } else {
        format!("{minutes}:{seconds:02}.{fraction}")
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_for_people() {
        let expected = [(0, "0:00.0"), (48_000 * 75 + 4_800, "1:15.1"), (48_000 * 3_723, "1:02:03.0")];
        for (samples, words) in expected {
            assert_eq!(time(samples), words);
        }
        for (bytes, words) in [(0, "0.0 kB"), (12_345, "12.3 kB"), (1 << 30, "1.1 GB")] {
            assert_eq!(size(bytes), words);
        }
    }
}
