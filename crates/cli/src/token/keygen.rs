//! `consonance token keygen`: a key in one file or two.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use consonance_server::token::Key;

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
            return write_new(&self.secret, &Key::generate_hs256()?.to_jwk(), true);
        };
        let key = Key::generate_ed25519()?;
        write_new(&self.secret, &key.to_jwk(), true)?;
        write_new(public, &key.public()?.to_jwk(), false)
    }
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
