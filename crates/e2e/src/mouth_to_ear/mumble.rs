//! A player with Mumble's own client.

use std::env;
use std::net::SocketAddr;
use std::process::Command;

use consonance_testing::stage::{Child, Failure};

use super::card::Player;
use super::site::Site;

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setup {
    /// Those of a fresh installation, except that it transmits all the time.
    Fresh,
    /// The least delay that they allow: packets of 10 ms, the shortest buffers, no noise suppression.
    Shortest,
}

/// Dropping it ends the client and its virtual screen.
pub(super) struct MumblePlayer(Child);

impl MumblePlayer {
    /// Joins a room of a server; an empty name is the room that users start in.
    ///
    /// # Errors
    /// If it does not join in time.
    pub(super) fn join(
        site: Site<'_>,
        server: SocketAddr,
        room: &str,
        player: Player,
        setup: Setup,
    ) -> Result<Self, Failure> {
        let Player { name, microphone, loudspeaker } = player;
        let mut command = Command::new("python3");
        command.arg("-B").arg(SCRIPT);
        if setup == Setup::Shortest {
            command.args(SHORTEST);
        }
        command.env("PULSE_SERVER", site.card.address()).env("MUMBLE_ADDRESS", server.to_string());
        command.env("PLAYER_NAME", name).env("ROOM", room);
        command.env("MICROPHONE", microphone).env("LOUDSPEAKER", loudspeaker);
        let log = site.folder.join(format!("{name}.log"));
        let mut joined = Self(Child::start(&mut command, name, &log)?);
        joined.0.wait_for_line(JOINED)?;
        Ok(joined)
    }
}

impl Drop for MumblePlayer {
    fn drop(&mut self) {
        // Killing it would leave the client and the virtual screen running.
        let _ = self.0.end_with_input();
    }
}

/// The program that is missing on this machine, if any.
pub(super) fn missing() -> Option<&'static str> {
    let path = env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &&str| env::split_paths(&path).any(|folder| folder.join(name).is_file());
    NEEDED.into_iter().find(|name| !is_there(name))
}

/// The script's line once the player has joined; Xvfb and Mumble print many others.
const JOINED: &str = "player has joined";
const NEEDED: [&str; 4] = ["python3", "mumble", "Xvfb", "openssl"];
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/mumble_player.py");
const SHORTEST: [&str; 4] =
    ["net/framesperpacket=1", "net/jitterbuffer=1", "audio/outputdelay=1", "audio/noisesupress=0"];
