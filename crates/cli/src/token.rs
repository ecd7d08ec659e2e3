//! `consonance token`: keys, and join tokens signed with them.
//!
//! Usually a game's own service makes tokens, with any library for JSON Web Tokens; this is for trying things out, and
//! for servers so small that a script is enough.

mod attest;
mod keygen;
mod new;
mod show;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use consonance_server::token::Key;

use crate::secret_text;

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Generate a key: an Ed25519 pair; servers need only its public half.
    Keygen(keygen::Keygen),
    /// Create a token, and print it.
    New(new::New),
    /// Attest that a player's key belongs to an account, for encrypted sessions, and print the attestation.
    Attest(attest::Attest),
    /// Show what a token allows, when it expires, and whether its signature is valid.
    Show(show::Show),
}

pub(crate) fn run(token: &Token) -> Result<(), Box<dyn Error>> {
    match token {
        Token::Keygen(keygen) => keygen.run(),
        Token::New(new) => new.run(),
        Token::Attest(attest) => attest.run(),
        Token::Show(show) => show.run(),
    }
}

/// The keys that a file has: one, or a set.
pub(crate) fn read_keys(path: &Path) -> Result<Vec<Key>, String> {
    let keys = Key::all_from_jwk(&secret_text::read(path)?);
    keys.map_err(|error| format!("{}: {error}", path.display()))
}

/// The file of an argument, or else what the variable has; each is a JSON Web Key.
fn key_of(path: Option<&PathBuf>) -> Result<Option<Vec<Key>>, String> {
    match (path, secret_text::variable(KEY_VARIABLE)) {
        (Some(path), _) => read_keys(path).map(Some),
        (None, Some(text)) => {
            let keys = Key::all_from_jwk(&text);
            keys.map(Some).map_err(|error| format!("{KEY_VARIABLE}: {error}"))
        }
        (None, None) => Ok(None),
    }
}

/// The one key of an argument or the variable that signs.
fn signing_key(path: Option<&PathBuf>) -> Result<Key, String> {
    let keys = key_of(path)?;
    let keys =
        keys.ok_or_else(|| format!("no key: name a file with --signing-key, or set {KEY_VARIABLE}"))?;
    match <[Key; 1]>::try_from(keys) {
        Ok([key]) => Ok(key),
        Err(_) => Err("expected one signing key, found a set of keys".into()),
    }
}

/// A key in the environment, for services that have their secrets there.
const KEY_VARIABLE: &str = "CONSONANCE_SIGNING_KEY";
