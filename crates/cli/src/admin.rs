//! `consonance admin`: what an operator sees and does, over a server's admin API.

mod bans;
mod client;
mod commands;
mod recordings;
mod reports;
mod tables;
mod tracks;

use std::error::Error;
use std::io::{Write as _, stdout};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use consonance_transport::session_name::encode as percent_encoded;
use serde_json::Value;

use client::Client;
use commands::{Ban, Drain, InRoom, LimitRoom, Move, OfPlayer, Removal, Sanction, SlowTexts, TakeOut};
use recordings::Recordings;
use reports::Reports;

/// Whom to ask, and what.
#[derive(Debug, Args)]
pub(crate) struct Admin {
    /// Where the server's admin listener is.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7778", global = true)]
    server: String,
    /// The file with the admin token [default: where a server of this user keeps it].
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
    /// How the server is doing.
    Health,
    /// Its sessions.
    Sessions,
    /// Everybody in a session: who speaks, what is lost, what was decided.
    Players {
        /// The session.
        session: String,
    },
    /// Send a player away; it may come back.
    Kick(OfPlayer),
    /// Take a player's voice away.
    Mute(Sanction),
    /// Give it back.
    Unmute(OfPlayer),
    /// Send a player no voice.
    Deafen(Sanction),
    /// Send it voice again.
    Undeafen(OfPlayer),
    /// Take a player's texts away.
    MuteText(Sanction),
    /// Let it write again.
    UnmuteText(OfPlayer),
    /// Let a player listen to a room and speak there, whatever the room's rules say.
    Permit(InRoom),
    /// Let it do neither.
    Forbid(InRoom),
    /// Let the room's own rules decide again.
    FollowRules(InRoom),
    /// Take a player out of a room; it may come back.
    TakeOut(TakeOut),
    /// Make a player's client start again.
    Reset(OfPlayer),
    /// Take a player out of one room and ask it to go to another one.
    Move(Move),
    /// Limit a room, or with a * at the end all whose names begin so; without numbers, the configuration holds again.
    Limit(LimitRoom),
    /// Make everybody of a session wait between two texts.
    Slow(SlowTexts),
    /// Let the server run empty: nobody new comes in, players are told, and it ends when the last one has gone.
    Drain(Drain),
    /// Let it stay after all.
    Undrain(Removal),
    /// Keep somebody out.
    Ban(Ban),
    /// Take a ban back.
    Unban {
        /// Its number; see `bans`.
        id: u64,
        #[command(flatten)]
        why: Removal,
    },
    /// The bans that hold.
    Bans,
    /// Keep what a player said of late, and what was said around it, as files on the server.
    Report(OfPlayer),
    /// The reports that were made.
    #[command(subcommand)]
    Reports(Reports),
    /// Recordings of sessions.
    #[command(subcommand)]
    Recordings(Recordings),
    /// What operators did of late.
    Audit {
        /// So many entries.
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
}

/// Asks, and prints the answer as a table or as JSON.
pub(crate) fn run(admin: &Admin) -> Result<(), Box<dyn Error>> {
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
        Command::Health => client.get("server")?,
        Command::Sessions => client.get("sessions")?,
        Command::Players { session } => client.get(&format!("sessions/{}", percent_encoded(session)))?,
        Command::Kick(player) => player.act(client, "kick")?,
        Command::Mute(sanction) => sanction.act(client, "mute")?,
        Command::Unmute(player) => player.act(client, "unmute")?,
        Command::Deafen(sanction) => sanction.act(client, "deafen")?,
        Command::Undeafen(player) => player.act(client, "undeafen")?,
        Command::Permit(rights) => rights.act(client, Some(true))?,
        Command::Forbid(rights) => rights.act(client, Some(false))?,
        Command::FollowRules(rights) => rights.act(client, None)?,
        Command::TakeOut(wanted) => wanted.act(client)?,
        Command::MuteText(sanction) => sanction.act(client, "mute_text")?,
        Command::UnmuteText(player) => player.act(client, "unmute_text")?,
        Command::Reset(player) => player.act(client, "reset")?,
        Command::Move(wanted) => wanted.act(client)?,
        Command::Limit(limit) => limit.act(client)?,
        Command::Slow(slow) => slow.act(client)?,
        Command::Drain(drain) => drain.act(client)?,
        Command::Undrain(why) => why.act(client, "drain")?,
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
        Command::Health => tables::health(answer),
        Command::Sessions => tables::sessions(answer),
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
        _ => tables::outcome(answer),
    }
}
