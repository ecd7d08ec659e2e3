//! The player's key for encrypted sessions, and the keys of the players it has met: kept from session to session.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use consonance::{EncryptionSettings, IdentityKey, KnownKeys, ModeratorsKey};
use consonance_recording::file_name_part;

use crate::state_folder;

/// A key has 64 bytes, the list of players at most a megabyte or two.
const FILE_BYTES_MAX: u64 = 8 << 20;

/// The folder of one player's files. Each name has its own, since no two members of a group may have one key.
pub(super) struct IdentityFolder(Option<PathBuf>);

impl IdentityFolder {
    /// The folder that was asked for, or else one in this user's folder for states; none where there is no such place.
    pub(super) fn of(name: &str, wanted: Option<&Path>) -> Self {
        let usual = || Some(state_folder::user_folder()?.join("identities").join(file_name_part(name)));
        Self(wanted.map(Path::to_owned).or_else(usual))
    }

    /// Loads the saved key and the known players; generates a new key if none is saved.
    ///
    /// # Errors
    /// If a file cannot be read or understood, or the system has no random numbers.
    pub(super) fn load(&self) -> Result<EncryptionSettings, Box<dyn Error>> {
        let mut settings = EncryptionSettings::default();
        let Some(folder) = &self.0 else { return Ok(settings) };
        let (key_file, known_file) = (folder.join(KEY), folder.join(KNOWN));
        let wrong = |file: &Path, what: &dyn std::fmt::Display| format!("{}: {what}", file.display());
        settings.identity = Some(match read(&key_file).map_err(|error| wrong(&key_file, &error))? {
            Some(bytes) => IdentityKey::from_bytes(&bytes).map_err(|error| wrong(&key_file, &error))?,
            None => IdentityKey::generate()?,
        });
        if let Some(text) = read(&known_file).map_err(|error| wrong(&known_file, &error))? {
            let known = KnownKeys::from_text(&String::from_utf8_lossy(&text));
            settings.known_keys = known.map_err(|error| wrong(&known_file, &error))?;
        }
        Ok(settings)
    }

    /// Keeps the key and those of the players that were met, once a session was encrypted.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn keep(&self, key: &IdentityKey, known: &KnownKeys) -> Result<(), Box<dyn Error>> {
        let Some(folder) = self.0.as_ref().filter(|_| *known != KnownKeys::default()) else {
            return Ok(());
        };
        for (name, bytes) in [(KEY, key.to_bytes()), (KNOWN, known.to_text().into_bytes())] {
            let file = folder.join(name);
            write(&file, &bytes).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        Ok(())
    }
}

/// The key that reports are sealed to.
pub(super) fn moderators_key(file: &Path) -> Result<ModeratorsKey, String> {
    let wrong = |what: &dyn std::fmt::Display| format!("{}: {what}", file.display());
    let bytes = read(file).map_err(|error| wrong(&error))?.ok_or_else(|| wrong(&"there is no such file"))?;
    ModeratorsKey::from_text(&String::from_utf8_lossy(&bytes)).map_err(|error| wrong(&error))
}

const KEY: &str = "identity-key";
const KNOWN: &str = "known-players";

/// `None` if there is no such file.
fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(file) {
        Ok(metadata) if metadata.len() > FILE_BYTES_MAX => {
            Err(io::Error::other(format!("{} bytes is too large", metadata.len())))
        }
        Ok(_) => fs::read(file).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces a file as a whole, unless it has these bytes already; only this user can read it.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if read(file)?.as_deref() == Some(bytes) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    // Another process may be writing the same player's files at this moment.
    let temporary = file.with_extension(format!("new-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(&temporary)?;
    opened.write_all(bytes)?;
    opened.sync_all()?;
    fs::rename(&temporary, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_kept_once_a_session_was_encrypted() {
        let folder = std::env::temp_dir().join(format!("consonance-identity-{}", std::process::id()));
        let identity = IdentityFolder::of("Ann", Some(&folder));
        let public = |settings: &EncryptionSettings| settings.identity.as_ref().unwrap().public().clone();
        let first = identity.load().unwrap().identity.unwrap();
        identity.keep(&first, &KnownKeys::default()).unwrap();
        assert_ne!(public(&identity.load().unwrap()), *first.public(), "no session was encrypted");
        let known = KnownKeys::from_text(&format!("{} seen name:bob", first.public())).unwrap();
        identity.keep(&first, &known).unwrap();
        let kept = identity.load().unwrap();
        assert_eq!((public(&kept), kept.known_keys), (first.public().clone(), known));
        fs::write(folder.join(KEY), b"not a key").unwrap();
        let error = identity.load().unwrap_err().to_string();
        assert!(error.contains(KEY) && error.contains("9 bytes"), "{error}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
