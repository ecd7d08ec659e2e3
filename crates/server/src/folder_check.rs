//! Whether a server could write to a folder, found out without leaving anything there.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

/// Writes a file into the folder and removes it; of a folder that is not there, into the nearest one above it, where it
/// would be made.
pub(crate) fn check_writable(folder: &Path) -> io::Result<()> {
    let place =
        folder.ancestors().find(|place| fs::symlink_metadata(place).is_ok() || place == &Path::new(""));
    let place = place.filter(|place| *place != Path::new("")).unwrap_or(Path::new("."));
    if !fs::metadata(place)?.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::NotADirectory,
            format!("{} is no folder", place.display()),
        ));
    }
    let trial = place.join(format!(".consonance-check-{}", std::process::id()));
    OpenOptions::new().write(true).create_new(true).open(&trial)?;
    fs::remove_file(&trial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_could_be_made_passes_and_is_not_made() {
        let above = std::env::temp_dir().join(format!("consonance-folder-check-{}", std::process::id()));
        fs::create_dir_all(&above).unwrap();
        check_writable(&above.join("voice/database")).unwrap();
        assert_eq!(fs::read_dir(&above).unwrap().count(), 0);
        fs::write(above.join("file"), "").unwrap();
        let kind = |path: &str| check_writable(&above.join(path)).unwrap_err().kind();
        assert_eq!(kind("file"), io::ErrorKind::NotADirectory);
        assert_eq!(kind("file/database"), io::ErrorKind::NotADirectory);
        fs::remove_dir_all(&above).unwrap();
    }
}
