//! `consonance token keygen`: a key in one file or two.

use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use consonance_server::token::Key;

use crate::new_file::{create, create_secret};

/// Where to write the key.
#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// The file for the secret half, which signs tokens; only its owner can read it.
    secret: PathBuf,
    /// The file for the public half, for `consonance serve --token-key`.
    #[arg(required_unless_present = "hs256")]
    public: Option<PathBuf>,
    /// Generate one shared secret (HS256) instead.
    #[arg(long, conflicts_with = "public")]
    hs256: bool,
}

impl Keygen {
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        let Some(public) = &self.public else {
            return write(&self.secret, create_secret(&self.secret), &Key::generate_hs256()?.to_jwk());
        };
        let key = Key::generate_ed25519()?;
        write(&self.secret, create_secret(&self.secret), &key.to_jwk())?;
        write(public, create(public), &key.public()?.to_jwk())
    }
}

fn write(path: &Path, created: io::Result<File>, text: &str) -> Result<(), Box<dyn Error>> {
    let written = created.and_then(|mut file| writeln!(file, "{text}"));
    Ok(written.map_err(|error| format!("cannot write {}: {error}", path.display()))?)
}
