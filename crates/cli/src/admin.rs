//! `consonance admin`: inspects and administers a server over its admin API.

mod bans;
mod client;
mod commands;
mod nodes;
mod probe;
mod recordings;
mod reports;
mod tables;
mod tracks;

use std::error::Error;
use std::io::{Write as _, stdout};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use consonance_link::session_name::encode as percent_encoded;
use serde_json::Value;

use client::Client;
use commands::{
    Ban, Drain, InRoom, LimitRoom, Move, OfPlayer, ReleaseName, Removal, RemoveFromRoom, Restriction,
    SlowTexts, Undrain,
};
use probe::Probe;
use recordings::Recordings;
use reports::Reports;

/// The server, and the request to it.
#[derive(Debug, Args)]
pub(crate) struct Admin {
    /// The URL of the server's admin listener.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7778", global = true)]
    server: String,
    /// The file with the admin token [default: where a server run by this user keeps it].
    #[arg(long, value_name = "FILE", global = true)]
    token_file: Option<PathBuf>,
    /// Print the server's answer as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the state of the server.
    Health,
    #[command(
        about = "Exit with 0 if the server lives, or with --ready if players can join: for probes, without the token"
    )]
    Probe(Probe),
    /// List its sessions, or those of all nodes of its cluster.
    Sessions,
    /// List the nodes of its cluster, and any faults between them.
    Nodes,
    /// List the players of a session: speaking, packet loss, restrictions.
    Players {
        /// The session.
        session: String,
    },
    /// Kick a player; it can rejoin.
    Kick(OfPlayer),
    /// Mute a player.
    Mute(Restriction),
    /// Unmute a player.
    Unmute(OfPlayer),
    /// Deafen a player: it receives no voice.
    Deafen(Restriction),
    /// Undeafen a player.
    Undeafen(OfPlayer),
    /// Mute a player's text messages.
    MuteText(Restriction),
    /// Unmute a player's text messages.
    UnmuteText(OfPlayer),
    /// Allow a player to listen to a room and to speak in it, whatever the room's rules say.
    Allow(InRoom),
    /// Deny a player access to a room.
    Deny(InRoom),
    /// Apply the room's own rules to the player again.
    FollowRules(InRoom),
    /// Remove a player from a room; it can enter again.
    RemoveFromRoom(RemoveFromRoom),
    /// Release a name that is reserved for the certificate of its last player.
    ReleaseName(ReleaseName),
    /// Force a reconnect of a player's client.
    Reset(OfPlayer),
    /// Remove a player from one room, and ask its client to enter another.
    Move(Move),
    /// Limit a room, or all rooms with a prefix (`PREFIX*`); without numbers, the configuration applies again.
    LimitRoom(LimitRoom),
    /// Set a session's slow mode: the time between two text messages of one player.
    SlowMode(SlowTexts),
    /// Drain the server: it admits no new players, notifies those online, and exits when the last one has left.
    Drain(Drain),
    /// Cancel draining.
    Undrain(Undrain),
    /// Ban a player.
    Ban(Ban),
    /// Lift a ban.
    Unban {
        /// The number of the ban; see `bans`.
        id: u64,
        #[command(flatten)]
        why: Removal,
    },
    /// List the bans in force.
    Bans,
    /// Report a player: save its recent speech, and what was said around it, as files on the server.
    Report(OfPlayer),
    /// List, show, fetch and remove reports.
    #[command(subcommand)]
    Reports(Reports),
    /// Start, stop, list, show, fetch and remove recordings of sessions.
    #[command(subcommand)]
    Recordings(Recordings),
    /// Show the latest entries of the audit log.
    Audit {
        /// The maximum number of entries to show.
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
}

/// Sends the request, and prints the response as a table or as JSON.
pub(crate) fn run(admin: &Admin) -> Result<(), Box<dyn Error>> {
    if let Command::Probe(probe) = &admin.command {
        return probe.ask(&admin.server);
    }
    let client = Client::new(&admin.server, admin.token_file.as_deref())?;
    let answer = ask(&client, &admin.command)?;
    let text = if admin.json {
        serde_json::to_string_pretty(&answer)? + "\n"
    } else {
        in_words(&admin.command, &answer)
    };
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn ask(client: &Client, command: &Command) -> Result<Value, Box<dyn Error>> {
    Ok(match command {
        // A probe has no client.
        Command::Health | Command::Probe(_) => client.get("server")?,
        Command::Sessions => client.get("sessions")?,
        Command::Nodes => client.get("nodes")?,
        Command::Players { session } => client.get(&format!("sessions/{}", percent_encoded(session)))?,
        Command::Kick(player) => player.act(client, "kick")?,
        Command::Mute(restriction) => restriction.act(client, "mute")?,
        Command::Unmute(player) => player.act(client, "unmute")?,
        Command::Deafen(restriction) => restriction.act(client, "deafen")?,
        Command::Undeafen(player) => player.act(client, "undeafen")?,
        Command::Allow(rights) => rights.act(client, Some(true))?,
        Command::Deny(rights) => rights.act(client, Some(false))?,
        Command::FollowRules(rights) => rights.act(client, None)?,
        Command::RemoveFromRoom(wanted) => wanted.act(client)?,
        Command::MuteText(restriction) => restriction.act(client, "mute_text")?,
        Command::UnmuteText(player) => player.act(client, "unmute_text")?,
        Command::ReleaseName(wanted) => wanted.act(client)?,
        Command::Reset(player) => player.act(client, "reset")?,
        Command::Move(wanted) => wanted.act(client)?,
        Command::LimitRoom(limit) => limit.act(client)?,
        Command::SlowMode(slow) => slow.act(client)?,
        Command::Drain(drain) => drain.act(client)?,
        Command::Undrain(undrain) => undrain.act(client)?,
        Command::Ban(ban) => ban.act(client)?,
        Command::Unban { id, why } => why.act(client, &format!("bans/{id}"))?,
        Command::Bans => bans::all(client)?,
        Command::Report(player) => reports::report(player, client)?,
        Command::Reports(reports) => reports.act(client)?,
        Command::Recordings(recordings) => recordings.act(client)?,
        Command::Audit { limit } => client.get(&format!("audit?limit={limit}"))?,
    })
}

fn in_words(command: &Command, answer: &Value) -> String {
    match command {
        Command::Health | Command::Probe(_) => tables::health(answer),
        Command::Sessions => tables::sessions(answer),
        Command::Nodes => nodes::nodes(answer),
        Command::Players { .. } => tables::players(answer),
        Command::Bans => tables::bans(answer),
        Command::Audit { .. } => tables::audit(answer),
        Command::Drain(_) => tables::drained(answer),
        Command::Ban(_) => tables::banned(answer),
        Command::Report(_) => tables::reported(answer),
        Command::Reports(Reports::List { .. }) => tables::reports(answer),
        Command::Reports(Reports::Show { .. }) => tables::report(answer),
        Command::Recordings(Recordings::List { .. }) => tables::recordings(answer),
        Command::Recordings(Recordings::Show(_)) => tables::recording(answer),
        Command::Reports(Reports::Fetch { .. }) | Command::Recordings(Recordings::Fetch { .. }) => {
            tables::fetched(answer)
        }
        Command::Kick(_) | Command::Reset(_) | Command::Move(_) | Command::RemoveFromRoom(_) => {
            tables::fleeting_outcome(answer)
        }
        _ => tables::outcome(answer),
    }
}
