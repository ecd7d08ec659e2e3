//! A native player: `consonance join`.

use std::process::Command;

use consonance_testing::stage::{Child, Failure};

use super::card::Player;
use super::server::{ROOM, Server};
use super::site::{Processing, Site};

/// Joins, listens to the room and speaks in it.
///
/// # Errors
/// If it does not get in.
pub(super) fn join(
    site: Site<'_>,
    server: &Server,
    player: Player,
    processing: Processing,
) -> Result<Child, Failure> {
    let Player { name, microphone, loudspeaker } = player;
    let mut command = Command::new(&site.arguments.consonance);
    command.args(["join", &server.address, "--name", name, "--listen", ROOM, "--speak", ROOM, "--json"]);
    command.args(["--microphone", microphone, "--loudspeaker", loudspeaker]);
    if processing == Processing::Off {
        command.args(UNPROCESSED);
    }
    command.env("PULSE_SERVER", site.card.address()).env("XDG_STATE_HOME", site.folder);
    let mut child = Child::start(&mut command, name, &site.folder.join(format!("{name}.log")))?;
    child.wait_for_line("players_synced")?;
    Ok(child)
}

const UNPROCESSED: [&str; 8] =
    ["--activation", "open", "--echo", "off", "--noise", "off", "--no-gain", "--no-high-pass"];
