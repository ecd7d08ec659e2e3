//! `consonance token new`: a signed token from arguments.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;
use consonance_server::token::{Audience, Claims, Key, priority_named};
use consonance_server::utc::seconds_since_1970;
use consonance_session::Priority;

use super::{KEY_VARIABLE, key_of};

/// What the token says.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The file with the secret key, or - for the standard input; without this, the variable
    /// `CONSONANCE_SIGNING_KEY` has it.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The player that it is for, whose name nobody else can have meanwhile; without this, for whoever has it.
    #[arg(long)]
    name: Option<String>,
    /// Who the player is in your own accounts.
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// The session that it is for, or with a * at the end the beginning of its name; without this, for every session.
    #[arg(long)]
    session: Option<String>,
    /// The server that it is for, as its setting `joining.token_audience` names it.
    #[arg(long, value_name = "SERVER")]
    audience: Option<String>,
    /// The service that issues it, as the server's setting `joining.token_issuer` names it.
    #[arg(long, value_name = "SERVICE")]
    issuer: Option<String>,
    /// An access token that it gives; may be given several times.
    #[arg(long = "token", value_name = "TOKEN")]
    tokens: Vec<String>,
    /// A room that the player may listen to, or with a * at the end the beginning of its name; may be given several
    /// times. Without this, every room.
    #[arg(long, value_name = "ROOM")]
    listen: Vec<String>,
    /// A room that the player may speak to, in the same way.
    #[arg(long, value_name = "ROOM")]
    speak: Vec<String>,
    /// The player may speak to no room.
    #[arg(long, conflicts_with = "speak")]
    silent: bool,
    /// The highest priority with which the player may speak: low, default, medium or high; without this, any.
    #[arg(long, value_name = "PRIORITY", value_parser = priority_named)]
    priority_max: Option<Priority>,
    /// The player may moderate.
    #[arg(long)]
    moderator: bool,
    /// How long it is good for.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    valid_for: u64,
    /// It is good only so long from now on.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    valid_in: u64,
}

impl New {
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        let token = self.key()?.sign(&self.claims(seconds_since_1970()))?;
        consonance_session::JoinToken::new(token.as_bytes())?;
        writeln!(stdout(), "{token}")?;
        Ok(())
    }

    fn key(&self) -> Result<Key, String> {
        let keys = key_of(self.key.as_ref())?;
        let keys =
            keys.ok_or_else(|| format!("there is no key: name a file with --key, or set {KEY_VARIABLE}"))?;
        match <[Key; 1]>::try_from(keys) {
            Ok([key]) => Ok(key),
            Err(_) => Err("this is a set of keys, and one has to sign: give that alone".into()),
        }
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
