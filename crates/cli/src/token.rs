//! `consonance token`: keys, and join tokens that are signed with them.
//!
//! Usually a game's own service makes tokens, with any library for JSON Web Tokens; this is for trying things out, and for
//! servers so small that a script is enough.

use std::error::Error;
use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use consonance_server::token::{Claims, Key, TokenError};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a key: a pair for Ed25519, of which servers need the public half only.
    Keygen(Keygen),
    /// Make a token, and print it.
    New(New),
    /// Print what a token says, and whether a key has signed it.
    Show(Show),
}

/// Where to write the key.
#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// The file for the secret half, which signs tokens.
    secret: PathBuf,
    /// The file for the public half, for `consonance serve --token-key`.
    #[arg(required_unless_present = "hs256")]
    public: Option<PathBuf>,
    /// One secret for both sides (HS256) instead.
    #[arg(long, conflicts_with = "public")]
    hs256: bool,
}

/// What the token says.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The file with the secret key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The player that it is for; without this, for whoever has it.
    #[arg(long)]
    name: Option<String>,
    /// The session that it is for; without this, for every session of the server.
    #[arg(long)]
    session: Option<String>,
    /// An access token that it gives; may be given several times.
    #[arg(long = "token", value_name = "TOKEN")]
    tokens: Vec<String>,
    /// How long it is good for.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    valid_for: u64,
}

/// Which token to look at.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The file with the token.
    token: PathBuf,
    /// The file with the key that is to have signed it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

pub(crate) fn run(token: &Token) -> Result<(), Box<dyn Error>> {
    match token {
        Token::Keygen(keygen) => make_key(keygen),
        Token::New(new) => make_token(new),
        Token::Show(show) => show_token(show),
    }
}

/// A key as a file has it.
pub(crate) fn read_key(path: &Path) -> Result<Key, Box<dyn Error>> {
    let key = Key::from_jwk(&read(path)?);
    Ok(key.map_err(|error| format!("{}: {error}", path.display()))?)
}

/// A token as a file has it, without the spaces around it.
pub(crate) fn read_token(path: &Path) -> Result<String, String> {
    read(path).map(|text| text.trim().to_owned())
}

fn make_key(keygen: &Keygen) -> Result<(), Box<dyn Error>> {
    let Some(public) = &keygen.public else {
        return write_new(&keygen.secret, &Key::generate_hs256()?.to_jwk(), true);
    };
    let key = Key::generate_ed25519()?;
    write_new(&keygen.secret, &key.to_jwk(), true)?;
    write_new(public, &key.public()?.to_jwk(), false)
}

fn make_token(new: &New) -> Result<(), Box<dyn Error>> {
    let claims = Claims {
        name: new.name.clone(),
        session: new.session.clone(),
        expires_at: seconds_since_1970().saturating_add(new.valid_for),
        tokens: new.tokens.clone(),
    };
    let token = read_key(&new.key)?.sign(&claims)?;
    consonance_session::JoinToken::new(token.as_bytes())?;
    writeln!(stdout(), "{token}")?;
    Ok(())
}

fn show_token(show: &Show) -> Result<(), Box<dyn Error>> {
    let (key, token) = (read_key(&show.key)?, read_token(&show.token)?);
    // An old one is shown, too, and then complained of.
    let claims = key.verify(&token, 0)?;
    writeln!(stdout(), "{}", serde_json::to_string(&claims)?)?;
    if claims.expires_at <= seconds_since_1970() {
        return Err(TokenError::Expired { expires_at: claims.expires_at }.into());
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Never over something: a key that is overwritten is gone. A secret is for its owner's eyes only.
fn write_new(path: &Path, text: &str, is_secret: bool) -> Result<(), Box<dyn Error>> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_secret { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = is_secret;
    let written = options.open(path).and_then(|mut file| writeln!(file, "{text}"));
    Ok(written.map_err(|error| format!("cannot write {}: {error}", path.display()))?)
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
