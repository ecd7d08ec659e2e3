//! Reports that players have submitted to the moderators: the moderators' key pair, and the contents of a report.

use std::io::{self, Write as _, stdout};
use std::path::{Path, PathBuf};

use consonance::{LoggedMember, MemberReport, ModeratorsSecret, ReportedVoice};
use consonance_recording::{Channels, OggPacketWriter, OpusPacket, file_name_part};
use serde_json::{Value, json};

use super::failures::{Failure, Failures};
use super::files;
use crate::devices::shown;

/// Makes a key pair, and prints its public half.
pub(super) fn make_key(file: &Path) -> Result<(), String> {
    let key = ModeratorsSecret::generate().map_err(|error| error.to_string())?;
    files::create_secret(file, &key.to_text())?;
    let public = PathBuf::from(format!("{}.pub", file.display()));
    let written = files::create(&public)?.write_all(format!("{}\n", key.public()).as_bytes());
    written.map_err(|error| format!("cannot write {}: {error}", public.display()))?;
    let _ = writeln!(stdout(), "{}", key.public());
    Ok(())
}

/// Reads a key pair.
pub(super) fn read_key(file: &Path) -> Result<ModeratorsSecret, String> {
    let bytes = files::read(file, KEY_BYTES_MAX)?;
    let key = ModeratorsSecret::from_text(&String::from_utf8_lossy(&bytes));
    key.map_err(|error| format!("{}: {error}", file.display()))
}

/// Writes what is in reports, each into a folder of its own, and prints a line for each voice.
pub(super) fn decrypt(reports: &[PathBuf], key: &ModeratorsSecret, to: &Path, failures: &mut Failures) {
    for file in reports {
        failures.note(file, decrypt_one(file, key, to));
    }
}

fn decrypt_one(file: &Path, key: &ModeratorsSecret, to: &Path) -> Result<(), Failure> {
    let sealed = files::read(file, MemberReport::BYTES_MAX as u64).map_err(Failure::of_files)?;
    let report = MemberReport::open(&sealed, key).map_err(|error| Failure::new(error.code(), error))?;
    let folder = files::make_folder(file.parent(), to).map_err(Failure::of_files)?;
    let trouble = |error| Failure::of_files(format!("cannot write into {}: {error}", folder.display()));
    write(&report, &folder).map_err(trouble)?;
    for line in in_words(&report, &folder) {
        // The reader of the output may have closed the pipe.
        let _ = writeln!(stdout(), "{line}");
    }
    Ok(())
}

/// The report for people and programs, and a file for each voice.
fn write(report: &MemberReport, folder: &Path) -> io::Result<()> {
    let mut voices = Vec::new();
    for (number, voice) in report.voices.iter().enumerate() {
        let file = file_of(number, voice);
        let (sound, samples) = as_ogg_opus(voice)?;
        std::fs::File::create_new(folder.join(&file))?.write_all(&sound)?;
        let mut row = member(&voice.speaker);
        row["file"] = json!(file);
        row["frames"] = json!(voice.frames.len());
        row["signed_frames"] = json!(voice.signed_frames());
        row["duration_s"] = json!(samples as f64 / 48_000.0);
        voices.push(row);
    }
    let content = json!({
        "reporter": member(&report.reporter),
        "made_unix_s": report.made_unix_s,
        "reason": report.reason,
        "voices": voices,
        "proof": PROOF,
    });
    std::fs::File::create_new(folder.join("report.json"))?.write_all(&serde_json::to_vec_pretty(&content)?)
}

fn member(member: &LoggedMember) -> Value {
    let key = member.key.to_string();
    json!({"name": member.name, "account": member.account, "key": Some(key).filter(|key| !key.is_empty())})
}

fn file_of(number: usize, voice: &ReportedVoice) -> String {
    format!("{}-{}.opus", file_name_part(&voice.speaker.name), number + 1)
}

/// Places frames at their times of arrival, except for network delays; also returns the sound's length in samples at
/// 48 kHz.
fn as_ogg_opus(voice: &ReportedVoice) -> io::Result<(Vec<u8>, u64)> {
    let mut writer = OggPacketWriter::new(Vec::new(), 1, Channels::Mono, &[("TITLE", &voice.speaker.name)])?;
    for frame in &voice.frames {
        let Ok(packet) = OpusPacket::parse(&frame.opus) else { continue };
        let at = u64::from(frame.at_sample).min(SAMPLES_MAX);
        let is_next = writer.end() > 0 && at <= writer.end() + LATE_SAMPLES_MAX;
        writer.write(if is_next { 0 } else { at }, packet)?;
    }
    let samples = writer.end();
    Ok((writer.finish()?, samples))
}

fn in_words(report: &MemberReport, folder: &Path) -> Vec<String> {
    let head = format!(
        "report of {} at {} (seconds since 1970): {}",
        shown(&report.reporter.name),
        report.made_unix_s,
        shown(&report.reason)
    );
    let voices = report.voices.iter().enumerate().map(|(number, voice)| {
        let file = folder.join(file_of(number, voice));
        let (name, file) = (shown(&voice.speaker.name), shown(&file.display().to_string()));
        let (frames, signed) = (voice.frames.len(), voice.signed_frames());
        format!("  {name}: {frames} frames, {signed} of them signed by the key {}, {file}", voice.speaker.key)
    });
    [head].into_iter().chain(voices).chain([format!("  {PROOF}")]).collect()
}

/// A note on the evidence that such a report gives.
const PROOF: &str = "the report is signed by its reporter's key; frames that their speaker has not signed are the reporter's claim";
/// A key pair has 145 bytes.
const KEY_BYTES_MAX: u64 = 4096;
/// A frame that comes a tenth of a second late belongs behind the one before it.
const LATE_SAMPLES_MAX: u64 = 4_800;
/// A report has thirty seconds; whatever one says, its sound is no longer than a minute.
const SAMPLES_MAX: u64 = 60 * 48_000;

#[cfg(test)]
mod tests {
    use consonance::{PublicKey, ReportedFrame};

    use super::*;

    fn voice(at: &[u32]) -> ReportedVoice {
        let speaker = LoggedMember {
            leaf: 1,
            name: "../Mallory".into(),
            account: None,
            key: PublicKey::from_bytes(&[7; 32]),
        };
        // 20 ms of silence.
        let frame = |at: &u32| ReportedFrame { at_sample: *at, opus: vec![31 << 3, 0xFF, 0xFE].into() };
        ReportedVoice { speaker, frames: at.iter().map(frame).collect(), statements: Vec::new() }
    }

    #[test]
    fn frames_lie_where_they_came_but_for_what_the_network_delayed() {
        let samples = |at: &[u32]| as_ogg_opus(&voice(at)).unwrap().1;
        assert_eq!(samples(&[48_000, 49_000, 52_000]), 48_000 + 3 * 960);
        assert_eq!(samples(&[48_000, 96_000]), 96_000 + 960);
        assert_eq!(samples(&[u32::MAX]), SAMPLES_MAX + 960, "a report says what it likes");
    }

    #[test]
    fn a_name_does_not_lead_out_of_the_folder() {
        assert_eq!(file_of(0, &voice(&[])), "___Mallory-1.opus");
    }
}
