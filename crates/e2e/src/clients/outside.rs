//! A client that is a program of its own, in any language.
//!
//! Its environment variables tell it what to do: join the session at `CONSONANCE_ADDRESS` (or, for a client of Mumble,
//! `MUMBLE_ADDRESS`) as `PLAYER_NAME`, listen to `ROOM`, append what it hears to the file `HEARD` as mono samples of
//! 32-bit floats (little-endian) at 48 kHz, and print `ready`. For each line `say` that it reads, it speaks the WAV
//! file `WORDS` (mono, 16 bits, 48 kHz) to the room once, and prints `said`. It leaves when its input ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use consonance_testing::stage::{Child, Failure, ensure};

use super::arguments::OutsideCommand;
use crate::scenario::cast::LOBBY;
use crate::scenario::house::{House, MUMBLE};
use crate::scenario::words::Words;

/// Dropping it ends the program.
pub(crate) struct OutsideClient {
    child: Child,
    heard: PathBuf,
    /// The size of the recording in bytes when it was last discarded.
    forgotten: usize,
    /// The number of times that it has spoken.
    spoken: usize,
}

impl OutsideClient {
    /// Starts the program, and waits until it is in the session.
    ///
    /// # Errors
    /// If it cannot be started, or does not join in time.
    pub(crate) fn enter(
        command: &OutsideCommand,
        words: Words,
        house: &House,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let file = |end: &str| folder.join(format!("{}.{end}", command.kind));
        let (spoken, heard) = (file("wav"), file("heard"));
        consonance_testing::sound::write(&spoken, &words.sound())
            .map_err(Failure::io(format!("{}", spoken.display())))?;
        fs::write(&heard, []).map_err(Failure::io(format!("{}", heard.display())))?;
        let mut program = Command::new(&command.words[0]);
        program.args(&command.words[1..]);
        program
            .env("CONSONANCE_ADDRESS", house.address())
            .env("MUMBLE_ADDRESS", house.at(MUMBLE).to_string());
        program.env("PLAYER_NAME", &command.kind).env("ROOM", LOBBY);
        program.env("WORDS", absolute(&spoken)?).env("HEARD", absolute(&heard)?);
        let child = Child::start(&mut program, &command.kind, &file("log"))?;
        let mut client = Self { child, heard, forgotten: 0, spoken: 0 };
        client.child.wait_for_lines("ready", 1)?;
        Ok(client)
    }

    /// Makes it say its words, and waits until they are said.
    ///
    /// # Errors
    /// If the program has ended, or does not say them in time.
    pub(crate) fn say(&mut self) -> Result<(), Failure> {
        self.child.type_line("say")?;
        self.spoken += 1;
        self.child.wait_for_lines("said", self.spoken)
    }

    /// Discards the sound that it has heard so far.
    pub(crate) fn forget(&mut self) -> Result<(), Failure> {
        self.forgotten = self.bytes()?.len();
        Ok(())
    }

    /// The sound that it has heard since [`forget`](Self::forget).
    pub(crate) fn heard(&self) -> Result<Vec<f32>, Failure> {
        let bytes = self.bytes()?;
        let samples = bytes.get(self.forgotten / 4 * 4..).unwrap_or_default().chunks_exact(4);
        Ok(samples.map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect())
    }

    /// Makes it leave, and waits for its end.
    ///
    /// # Errors
    /// If it fails, or does not end in time.
    pub(crate) fn leave(&mut self) -> Result<(), Failure> {
        let status = self.child.end_with_input()?;
        ensure(status.success(), || format!("it ended with {status}"))
    }

    fn bytes(&self) -> Result<Vec<u8>, Failure> {
        fs::read(&self.heard).map_err(Failure::io(format!("{}", self.heard.display())))
    }
}

/// The absolute path of a file, as programs may change their working directory.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(Failure::io(format!("{}", path.display())))
}
