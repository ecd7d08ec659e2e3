//! A conversation between two players on a server, all of one build: the speech of one player arrives at the other.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::child::Child;
use crate::command;
use crate::failure::Failure;
use crate::patience;

/// The programs that take part, and their files.
pub(super) struct Conversation<'c> {
    /// The name of the tried file.
    pub(super) file: &'c str,
    /// The command that starts the server, without its address.
    pub(super) server: Command,
    /// The command that starts a player, without its arguments.
    pub(super) player: &'c dyn Fn() -> Command,
    /// The speech that one player sends.
    pub(super) speech: PathBuf,
    /// The folder for recordings and the log.
    pub(super) folder: &'c Path,
    /// Whether Ctrl-C reaches the server.
    pub(super) can_interrupt: bool,
}

impl Conversation<'_> {
    /// Serves on a free port of this machine, joins with both, has one of them speak, and ends the server.
    ///
    /// # Errors
    /// [`Failure::Trial`] with everything that was printed, if one of them does not do what it should.
    pub(super) fn hold(mut self) -> Result<(), Failure> {
        let (mut server, address) = self.serve()?;
        let heard = self.folder.join("heard.wav");
        let mut bob = (self.player)();
        bob.args(["join", &address, "--json", "--name", "Bob", "--listen", "lobby", "--duration", "60"]);
        let bob = self.start({
            bob.arg("--output").arg(heard);
            bob
        })?;
        self.until(&bob, "that it has joined", |line| is_event(line, "players_synced", None))?;
        let mut alice = (self.player)();
        alice.args(["join", &address, "--json", "--name", "Alice", "--speak", "lobby", "--duration", "4"]);
        alice.args(["--loudspeaker", "none", "--input"]).arg(&self.speech);
        let mut alice = self.start(alice)?;
        self.until(&bob, "that Alice speaks", |line| is_event(line, "started_speaking", Some("Alice")))?;
        self.until(&bob, "that Alice leaves", |line| is_event(line, "player_left", Some("Alice")))?;
        self.end(&mut alice)?;
        drop(bob);
        if self.can_interrupt { self.end_server(&mut server) } else { Ok(()) }
    }

    /// Serves in the same way, and has a program that takes an address and a name talk with a player until it has
    /// heard the player.
    ///
    /// # Errors
    /// As [`Conversation::hold`].
    pub(super) fn hold_with(mut self, mut program: Command) -> Result<(), Failure> {
        let (mut server, address) = self.serve()?;
        program.args([&*address, "Alice"]);
        let mut alice = self.start(program)?;
        self.until(&alice, "that it has joined", |line| (line.trim_end() == "joined").then_some(()))?;
        let mut bob = (self.player)();
        bob.args(["join", &address, "--json", "--name", "Bob", "--listen", "lobby", "--speak", "lobby"]);
        bob.args(["--duration", "60", "--input"]).arg(&self.speech);
        bob.arg("--output").arg(self.folder.join("heard.wav"));
        let bob = self.start(bob)?;
        self.until(&bob, "that Alice speaks", |line| is_event(line, "started_speaking", Some("Alice")))?;
        self.until(&bob, "that Alice leaves", |line| is_event(line, "player_left", Some("Alice")))?;
        self.end(&mut alice)?;
        drop(bob);
        self.end_server(&mut server)
    }

    /// Starts the server and returns it with its address.
    fn serve(&mut self) -> Result<(Child, String), Failure> {
        let mut server = std::mem::replace(&mut self.server, Command::new("true"));
        server.args(["--listen", "127.0.0.1:0"]);
        let server = self.start(server)?;
        let address = self.until(&server, "an address", |line| {
            let word = line.split(' ').next_back()?;
            word.starts_with("quic://127.0.0.1:").then(|| word.trim_end().to_owned())
        })?;
        Ok((server, address))
    }

    /// Waits until a player ends by itself.
    fn end(&self, player: &mut Child) -> Result<(), Failure> {
        let ended = patience::until(PATIENCE, || player.ended());
        let ended = ended.map_err(|why| self.failed(&format!("a player does not end: {why}"), player))?;
        if ended.success() {
            Ok(())
        } else {
            Err(self.failed(&format!("a player ended with {ended}"), player))
        }
    }

    fn end_server(&self, server: &mut Child) -> Result<(), Failure> {
        let ended = server.interrupt();
        let ended = ended.map_err(|why| self.failed(&format!("the server does not end: {why}"), server))?;
        if ended.success() {
            Ok(())
        } else {
            Err(self.failed(&format!("the server ended with {ended}"), server))
        }
    }

    fn start(&self, command: Command) -> Result<Child, Failure> {
        let line = command::line(&command);
        let started = Child::start(command, &line, &self.folder.join("log.txt"));
        started.map_err(|cause| Failure::NotStarted { command: line, cause })
    }

    fn until<T>(&self, child: &Child, what: &str, find: impl Fn(&str) -> Option<T>) -> Result<T, Failure> {
        let found = patience::until(PATIENCE, || child.printed().lines().find_map(&find));
        found.map_err(|why| self.failed(&format!("a program does not say {what}: {why}"), child))
    }

    fn failed(&self, why: &str, child: &Child) -> Failure {
        Failure::Trial { file: self.file.to_owned(), why: format!("{why}\n{}", child.printed().trim_end()) }
    }
}

/// Emulators are slow to start for the first time.
const PATIENCE: Duration = Duration::from_mins(2);

fn is_event(line: &str, event: &str, name: Option<&str>) -> Option<()> {
    let line: Value = serde_json::from_str(line).ok()?;
    (line["event"] == event && name.is_none_or(|name| line["name"] == name)).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_found_by_its_kind_and_its_player() {
        let line = r#"{"event":"player_left","name":"Alice"}"#;
        assert_eq!(is_event(line, "player_left", Some("Alice")), Some(()));
        assert_eq!(is_event(line, "player_left", None), Some(()));
        assert_eq!(is_event(line, "player_left", Some("Bob")), None);
        assert_eq!(is_event(line, "player_joined", Some("Alice")), None);
        assert_eq!(is_event("session main", "player_left", None), None);
    }
}
