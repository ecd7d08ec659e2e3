//! `consonance join`: a native player that speaks a recording and writes what it hears.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::Child;
use crate::failure::Failure;
use crate::voices::Voice;

/// Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Native {
    child: Child,
    heard: PathBuf,
}

impl Native {
    /// Joins, listens to the lobby, and speaks there, once, if it has a voice.
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
        command.args(["join", address, "--name", name, "--listen", LOBBY, "--talk", LOBBY, "--json"]);
        match voice {
            Some(voice) => command.arg("--input").arg(voice.file()?),
            None => command.args(["--microphone", "none"]),
        };
        command.arg("--output").arg(&heard);
        let mut child = Child::start(&mut command, name, &folder.join(format!("{name}.log")))?;
        child.wait_for_line("roster")?;
        Ok(Self { child, heard })
    }

    /// Leaves; all that was heard.
    ///
    /// # Errors
    /// If it does not end, or has heard nothing at all.
    pub(crate) fn leave(mut self) -> Result<Vec<f32>, Failure> {
        self.child.end()?;
        consonance_test_sound::read(&self.heard).map_err(Failure::io(format!("{}", self.heard.display())))
    }
}

/// The room where everybody is at first.
pub(crate) const LOBBY: &str = "lobby";
