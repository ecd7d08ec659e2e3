//! Files that are whole at any time.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Replaces a file atomically: a reader sees either the former one or this one, also after a crash.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_added_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    put_in_place(&new, path)
}

/// Renames a finished file to its place, over a file that is there. Windows refuses that while a program has that file
/// open and keeps it to itself, as scanners do for a moment, and Wine while any has: it is tried for half a second.
pub(crate) fn put_in_place(finished: &Path, path: &Path) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match fs::rename(finished, path) {
            Err(error) if is_in_use(&error) && Instant::now() < deadline => sleep(PAUSE),
            renamed => return renamed,
        }
    }
}

/// Longer than a scanner looks at a small file.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(10);

/// Windows says that access is denied, or that the file is shared with another program.
fn is_in_use(error: &io::Error) -> bool {
    const ERROR_SHARING_VIOLATION: i32 = 32;
    let is_shared = error.raw_os_error() == Some(ERROR_SHARING_VIOLATION);
    cfg!(windows) && (is_shared || error.kind() == io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("consonance-replace-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_a_reader_has_open_is_replaced() {
        let folder = folder("open");
        let path = folder.join("file");
        replace_file(&path, b"former").unwrap();
        let reader = File::open(&path).unwrap();
        replace_file(&path, b"latter").unwrap();
        drop(reader);
        assert_eq!(fs::read(&path).unwrap(), b"latter");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error() {
        let folder = folder("missing");
        let missing = folder.join("missing").join("file");
        assert_eq!(replace_file(&missing, b"").unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(windows)]
    #[test]
    fn a_file_that_another_program_keeps_to_itself_for_a_moment_is_waited_for() {
        use std::os::windows::fs::OpenOptionsExt as _;
        let folder = folder("kept");
        let path = folder.join("file");
        replace_file(&path, b"former").unwrap();
        let kept = File::options().read(true).share_mode(0).open(&path).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                sleep(5 * PAUSE);
                drop(kept);
            });
            replace_file(&path, b"latter").unwrap();
        });
        assert_eq!(fs::read(&path).unwrap(), b"latter");
        fs::remove_dir_all(folder).unwrap();
    }
}
