//! `consonance token attest`: a signed statement that a player's key belongs to an account.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;
use consonance_server::utc::seconds_since_1970;

use super::signing_key;

/// What the attestation says.
#[derive(Debug, Args)]
pub(crate) struct Attest {
    /// The file with the secret key of your service, or - for the standard input [default: the variable
    /// `CONSONANCE_SIGNING_KEY`].
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// The player's account in your service.
    #[arg(long, value_name = "ID")]
    account: String,
    /// The player's public key, 64 hexadecimal digits: `/members` in `consonance join` shows it.
    #[arg(long, value_name = "KEY", value_parser = public_key)]
    player_key: PlayerKey,
    /// How long the attestation is valid.
    #[arg(long, value_name = "SECONDS", default_value_t = 30 * 24 * 3600)]
    valid_for: u64,
}

#[derive(Clone, Copy, Debug)]
struct PlayerKey([u8; 32]);

impl Attest {
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        let key = signing_key(self.signing_key.as_ref())?;
        let expires_at = seconds_since_1970().saturating_add(self.valid_for);
        writeln!(stdout(), "{}", key.attest(&self.account, &self.player_key.0, expires_at)?)?;
        Ok(())
    }
}

fn public_key(text: &str) -> Result<PlayerKey, String> {
    let bytes = text.as_bytes();
    let digits = bytes.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    let key: Option<Vec<u8>> = digits.collect();
    let key = key.filter(|_| bytes.iter().all(u8::is_ascii_hexdigit)).and_then(|key| key.try_into().ok());
    key.map(PlayerKey).ok_or_else(|| format!("{} characters, expected 64 hexadecimal digits", bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert_eq!(public_key(&"0a".repeat(32)).unwrap().0, [10; 32]);
        for text in ["", "0a", &"0g".repeat(32), &"0a".repeat(33), &"+a".repeat(32), &"\u{e9}".repeat(32)] {
            assert!(public_key(text).is_err(), "{text}");
        }
    }
}
