//! Native players that speak a recording and write what they hear: `consonance join`, and a game with the package for
//! Unity.

use std::path::{Path, PathBuf};
use std::process::Command;

use consonance_testing::stage::{Child, Failure};

use crate::browser_test::voices::Voice;

/// Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Native {
    child: Child,
    heard: PathBuf,
    /// Whether it is stopped by closing its input instead of by a signal.
    ends_with_input: bool,
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
        command.arg("--inspector=0");
        match voice {
            Some(voice) => command.arg("--input").arg(speech(folder, voice)?),
            None => command.args(["--microphone", "none"]),
        };
        command.arg("--output").arg(&heard).env("XDG_STATE_HOME", folder);
        let mut child = Child::start(&mut command, name, &folder.join(format!("{name}.log")))?;
        child.wait_for_line("players_synced")?;
        Ok(Self { child, heard, ends_with_input: false })
    }

    /// The same with a game of the Unity package, on stand-ins for the engine (`unity/tests`): `mono` runs it.
    ///
    /// # Errors
    /// [`Failure::Lacking`] where it was not compiled; if it does not get in.
    pub(crate) fn join_from_unity(
        game: &Path,
        folder: &Path,
        address: &str,
        name: &str,
        voice: Voice,
    ) -> Result<Self, Failure> {
        if !game.exists() {
            return Err(Failure::Lacking(format!(
                "there is no {} (cargo xtask check unity)",
                game.display()
            )));
        }
        let heard = folder.join(format!("{name}.wav"));
        let mut command = Command::new("mono");
        command.arg(game).args(["--play", address, name]).arg(speech(folder, voice)?).arg(&heard);
        let mut child = Child::start(&mut command, name, &folder.join(format!("{name}.log")))?;
        child.wait_for_line("players_synced")?;
        Ok(Self { child, heard, ends_with_input: true })
    }

    /// Writes to the lobby.
    ///
    /// # Errors
    /// If it is gone.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.child.type_line(text)
    }

    /// Waits for a line of its output that contains these words.
    ///
    /// # Errors
    /// If it does not in time.
    pub(crate) fn wait_for_line(&mut self, words: &str) -> Result<String, Failure> {
        self.child.wait_for_line(words)
    }

    /// The address of its inspector.
    ///
    /// # Errors
    /// If it names none.
    pub(crate) fn inspector(&mut self) -> Result<String, Failure> {
        let line = self.child.wait_for_line(INSPECTOR)?;
        Ok(line.split_once(INSPECTOR).map_or_else(String::new, |(_, url)| url.trim().to_owned()))
    }

    /// Leaves; returns all that it has heard.
    ///
    /// # Errors
    /// If it does not end, or has heard nothing at all.
    pub(crate) fn leave(mut self) -> Result<Vec<f32>, Failure> {
        if self.ends_with_input { self.child.end_with_input() } else { self.child.end() }?;
        consonance_testing::sound::read(&self.heard).map_err(Failure::io(format!("{}", self.heard.display())))
    }
}

/// Writes the voice's recording several times in a row, as a single one is too short to be checked twice.
fn speech(folder: &Path, voice: Voice) -> Result<PathBuf, Failure> {
    let file = folder.join(format!("{voice:?}.wav"));
    let said = voice.said().repeat(5);
    consonance_testing::sound::write(&file, &said).map_err(Failure::io(format!("{}", file.display())))?;
    Ok(file)
}

const INSPECTOR: &str = "inspector: ";
/// The room that all players start in.
pub(crate) const LOBBY: &str = "lobby";
