//! `consonance join`: a native player that speaks a recording and writes what it hears.

use std::path::{Path, PathBuf};
use std::process::Command;

use consonance_testing::stage::{Child, Failure};

use crate::browser_test::voices::Voice;

/// Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Native {
    child: Child,
    heard: PathBuf,
}

impl Native {
    /// Joins, listens to the lobby, and speaks there for a minute, if it has a voice.
    ///
    /// # Errors
    /// If it does not get in.
    pub(crate) fn join(
        program: &Path,
        folder: &Path,
        address: &str,
        name: &str,
        voice: Option<Voice>,
    ) -> Result<Self, Failure> {
        let heard = folder.join(format!("{name}.wav"));
        let mut command = Command::new(program);
        command.args(["join", address, "--name", name, "--listen", LOBBY, "--speak", LOBBY, "--json"]);
        match voice {
            Some(voice) => command.arg("--input").arg(speech(folder, voice)?),
            None => command.args(["--microphone", "none"]),
        };
        command.arg("--output").arg(&heard);
        let mut child = Child::start(&mut command, name, &folder.join(format!("{name}.log")))?;
        child.wait_for_line("players_synced")?;
        Ok(Self { child, heard })
    }

    /// Writes to the lobby.
    ///
    /// # Errors
    /// If it is gone.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.child.type_line(text)
    }

    /// Waits until it says something with these words in it.
    ///
    /// # Errors
    /// If it does not in time.
    pub(crate) fn wait_for_line(&mut self, words: &str) -> Result<String, Failure> {
        self.child.wait_for_line(words)
    }

    /// Leaves; all that was heard.
    ///
    /// # Errors
    /// If it does not end, or has heard nothing at all.
    pub(crate) fn leave(mut self) -> Result<Vec<f32>, Failure> {
        self.child.end()?;
        consonance_testing::sound::read(&self.heard).map_err(Failure::io(format!("{}", self.heard.display())))
    }
}

/// A recording is too short to be listened to twice.
fn speech(folder: &Path, voice: Voice) -> Result<PathBuf, Failure> {
    let file = folder.join(format!("{voice:?}.wav"));
    let said = voice.said().repeat(5);
    consonance_testing::sound::write(&file, &said).map_err(Failure::io(format!("{}", file.display())))?;
    Ok(file)
}

/// The room where all players are at first.
pub(crate) const LOBBY: &str = "lobby";
