//! The file for received audio: checked before joining and begun after it, so that a failed join overwrites nothing.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use consonance::audio::{Output, OutputError, StereoBlock, WavError, WavOutput};

/// A WAV file that replaces an older one with the first block that is heard.
pub(crate) struct HeardFile {
    path: PathBuf,
    /// The file was not there before.
    is_new: bool,
    output: Option<WavOutput>,
}

impl HeardFile {
    /// Makes sure that the file can be written, without touching what is in it.
    ///
    /// # Errors
    /// If it cannot.
    pub(crate) fn prepare(path: &Path) -> Result<Self, WavError> {
        let is_new = !path.exists();
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        opened.map_err(|cause| WavError::Write { path: path.to_owned(), cause })?;
        Ok(Self { path: path.to_owned(), is_new, output: None })
    }
}

impl Output for HeardFile {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        if self.output.is_none() {
            self.output = Some(WavOutput::create(&self.path)?);
        }
        self.output.as_mut().map_or(Ok(()), |output| output.write(block))
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        self.output.as_mut().map_or(Ok(()), Output::finish)
    }
}

impl Drop for HeardFile {
    fn drop(&mut self) {
        if self.is_new && self.output.is_none() {
            // An empty file would look like a recording; failure to remove it does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("consonance-heard-{}-{name}.wav", std::process::id()))
    }

    #[test]
    fn an_older_recording_stays_until_something_is_heard() {
        let path = path("old");
        fs::write(&path, b"an older recording").unwrap();
        drop(HeardFile::prepare(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"an older recording");
        let mut file = HeardFile::prepare(&path).unwrap();
        file.write(&StereoBlock::default()).unwrap();
        file.finish().unwrap();
        drop(file);
        assert!(fs::read(&path).unwrap().starts_with(b"RIFF"));
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_join_that_fails_leaves_no_empty_file() {
        let path = path("new");
        drop(HeardFile::prepare(&path).unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn a_missing_folder_is_told_before_joining() {
        assert!(HeardFile::prepare(Path::new("no such folder/heard.wav")).is_err());
    }
}
