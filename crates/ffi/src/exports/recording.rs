//! Recordings of everything that is said.

use std::sync::{Arc, Mutex};

use consonance::Recorder;
use consonance::audio::RecordingSettings;

use crate::c::{Out, Text};
use crate::chats::Chat;
use crate::error::{CError, Failure, guard};
use crate::handles::{Kind, Table};
use crate::reaper;

/// As many as chats.
const RECORDINGS_MAX: usize = 256;

pub(crate) static RECORDINGS: Table<Mutex<Recorder>> = Table::new(Kind::Recording, RECORDINGS_MAX);

/// Records all players of a chat, each into its own WAV file in this folder, which is created if needed, and writes the
/// recording's handle; `consonance_destroy` completes the files.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_record(chat: u64, folder: Text, recording: Out<u64>) -> CError {
    guard(|| {
        recording.write("recording", 0)?;
        let (chat, folder) = (Chat::of(chat)?, folder.read("folder")?);
        reaper::prepare()?;
        let mut recorder = Recorder::start(folder, RecordingSettings::default()).map_err(Failure::start)?;
        recorder.add_all(&chat.voice).map_err(Failure::start)?;
        recording.write("recording", RECORDINGS.insert(Arc::new(Mutex::new(recorder)))?)
    })
}
