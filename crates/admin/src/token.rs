//! The bearer token: made, kept in a file, and compared.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::{fmt, str};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Digest, SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// The token that a client must send in `Authorization: Bearer …`.
///
/// Only its hash is kept, so that it cannot end up in a log, and comparisons leak nothing through timing.
#[derive(Clone)]
pub struct AdminToken {
    hash: Digest,
}

/// A token as it was found in its file.
#[derive(Debug)]
#[non_exhaustive]
pub struct TokenFile {
    /// The token.
    pub token: AdminToken,
    /// Whether the file did not exist and was created.
    pub was_made: bool,
    /// Whether other users of this machine may read the file.
    pub is_exposed: bool,
}

/// An error from reading or creating a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminTokenError {
    /// The file cannot be read or made.
    #[error(
        "cannot read or create the admin token file {path}: {cause}; allow this user to write there, or \
         choose another file with --admin-token-file",
        path = path.display()
    )]
    File {
        /// The file of the token.
        path: PathBuf,
        /// The operating system's error.
        cause: io::Error,
    },
    /// The file does not contain a token.
    #[error(
        "{path} holds no admin token, expected {SHORTEST} to {LONGEST} visible ASCII characters without \
         spaces; remove the file to generate a new one",
        path = path.display()
    )]
    Unusable {
        /// The file of the token.
        path: PathBuf,
    },
    /// The operating system gave no random numbers.
    #[error("the operating system provided no random numbers for an admin token")]
    NoRandomness,
}

impl AdminToken {
    /// A token with this text; `None` if it is shorter than 16 characters, longer than 1024, or not all visible
    /// ASCII.
    pub fn new(text: &str) -> Option<Self> {
        let is_good =
            (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        is_good.then(|| Self { hash: digest(&SHA256, text.as_bytes()) })
    }

    /// Reads the token in this file; if there is no file, creates it with a token of 256 random bits, readable only
    /// by its owner.
    ///
    /// # Errors
    /// If the file cannot be read or created, or does not contain a token.
    pub fn read_or_make(path: &Path) -> Result<TokenFile, AdminTokenError> {
        match File::open(path) {
            Ok(file) => read(path, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
            Err(cause) => Err(AdminTokenError::File { path: path.to_owned(), cause }),
        }
    }

    /// Whether a request presents this token.
    pub(crate) fn is(&self, shown: &[u8]) -> bool {
        // An attacker cannot choose a hash's prefix, so the comparison's duration reveals nothing about the token.
        self.hash.as_ref() == digest(&SHA256, shown).as_ref()
    }
}

/// Does not show the token.
impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminToken").finish_non_exhaustive()
    }
}

/// Guessing must not succeed; 16 characters are 96 bits in base64.
const SHORTEST: usize = 16;
/// Long enough for the tokens of services that issue long ones.
const LONGEST: usize = 1024;
/// Enough to be unguessable.
const RANDOM_BYTES: usize = 32;

fn read(path: &Path, file: File) -> Result<TokenFile, AdminTokenError> {
    let failed = |cause| AdminTokenError::File { path: path.to_owned(), cause };
    let is_exposed = is_exposed(&file).map_err(failed)?;
    let mut text = String::new();
    // Bounded, since the path may be a device or a huge file.
    let read = file.take(LONGEST as u64 + 2).read_to_string(&mut text);
    let token = read.ok().and_then(|_| AdminToken::new(text.trim()));
    let token = token.ok_or_else(|| AdminTokenError::Unusable { path: path.to_owned() })?;
    Ok(TokenFile { token, was_made: false, is_exposed })
}

fn make(path: &Path) -> Result<TokenFile, AdminTokenError> {
    let failed = |cause| AdminTokenError::File { path: path.to_owned(), cause };
    let mut random = [0; RANDOM_BYTES];
    SystemRandom::new().fill(&mut random).map_err(|_| AdminTokenError::NoRandomness)?;
    let text = URL_SAFE_NO_PAD.encode(random);
    let token = AdminToken::new(&text).ok_or(AdminTokenError::NoRandomness)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = for_owner_only().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(TokenFile { token, was_made: true, is_exposed: false })
}

#[cfg(unix)]
fn for_owner_only() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// A user's own folders are closed to others there.
#[cfg(not(unix))]
fn for_owner_only() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on systems where it can be asked")]
fn is_exposed(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_itself_and_no_other() {
        let token = AdminToken::new("0123456789abcdef").unwrap();
        assert!(token.is(b"0123456789abcdef"));
        for other in [&b""[..], b"0123456789abcde", b"0123456789abcdef0", b"0123456789abcdeF"] {
            assert!(!token.is(other), "{other:?}");
        }
    }

    #[test]
    fn what_can_be_guessed_or_breaks_a_header_is_no_token() {
        for text in
            ["", "short", "0123456789abcde", "0123456789 abcdef", "0123456789abcdéf", &"a".repeat(1025)]
        {
            assert!(AdminToken::new(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_token_is_not_in_what_is_written_down() {
        assert!(!format!("{:?}", AdminToken::new("0123456789abcdef").unwrap()).contains("0123"));
    }
}
