//! `consonance token new`: a signed token from arguments.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;
use consonance_server::token::{Audience, Claims, priority_named};
use consonance_server::utc::seconds_since_1970;
use consonance_session::Priority;

use super::signing_key;

/// What the token says.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The file with the secret key, or - for the standard input [default: the variable `CONSONANCE_SIGNING_KEY`].
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// The player's name, which no other player can use meanwhile [default: any name].
    #[arg(long)]
    name: Option<String>,
    /// The player's account in your own service.
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// The session, or a prefix of its name (`PREFIX*`) [default: every session].
    #[arg(long)]
    session: Option<String>,
    /// The audience: the server's setting `joining.token_audience`.
    #[arg(long, value_name = "SERVER")]
    audience: Option<String>,
    /// The issuer: the server's setting `joining.token_issuer`.
    #[arg(long, value_name = "SERVICE")]
    issuer: Option<String>,
    /// An access token that it grants; can be given several times.
    #[arg(long = "token", value_name = "TOKEN")]
    tokens: Vec<String>,
    /// A room that the player is allowed to listen to, or a prefix (`PREFIX*`); can be given several times [default:
    /// every room].
    #[arg(long, value_name = "ROOM")]
    listen: Vec<String>,
    /// A room that the player is allowed to speak in, or a prefix; can be given several times [default: every room].
    #[arg(long, value_name = "ROOM")]
    speak: Vec<String>,
    /// Do not allow the player to speak in any room.
    #[arg(long, conflicts_with = "speak")]
    silent: bool,
    /// The highest priority that the player can speak with: low, default, medium or high [default: any].
    #[arg(long, value_name = "PRIORITY", value_parser = priority_named)]
    priority_max: Option<Priority>,
    /// Make the player a moderator.
    #[arg(long)]
    moderator: bool,
    /// How long the token is valid.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    valid_for: u64,
    /// Start of the validity, from now.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    valid_in: u64,
}

impl New {
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        let token = signing_key(self.signing_key.as_ref())?.sign(&self.claims(seconds_since_1970()))?;
        consonance_session::JoinToken::new(token.as_bytes())?;
        writeln!(stdout(), "{token}")?;
        Ok(())
    }

    fn claims(&self, now: u64) -> Claims {
        let begins_at = now.saturating_add(self.valid_in);
        let listed = |rooms: &Vec<String>| (!rooms.is_empty()).then(|| rooms.clone());
        Claims {
            subject: self.subject.clone(),
            name: self.name.clone(),
            session: self.session.clone(),
            expires_at: begins_at.saturating_add(self.valid_for),
            not_before: (self.valid_in > 0).then_some(begins_at),
            audience: self.audience.clone().map(Audience::One),
            issuer: self.issuer.clone(),
            tokens: self.tokens.clone(),
            listen: listed(&self.listen),
            speak: if self.silent { Some(Vec::new()) } else { listed(&self.speak) },
            priority_max: self.priority_max,
            moderator: self.moderator,
        }
    }
}
