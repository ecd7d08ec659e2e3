//! The time until the first word is heard: the first speech in a file that a player of the README writes.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use super::sandbox::Sandbox;
use super::speech;

/// A listener that waits for the first word.
#[derive(Debug)]
pub(super) struct FirstWord {
    checkout: PathBuf,
    began: Instant,
    /// When the check began; older files are not from this check.
    since: SystemTime,
    looked: Option<Instant>,
    heard: Option<(Duration, PathBuf)>,
}

impl FirstWord {
    pub(super) fn listen(sandbox: &Sandbox) -> Self {
        let since = SystemTime::now();
        Self {
            checkout: sandbox.checkout().to_owned(),
            began: sandbox.began(),
            since,
            looked: None,
            heard: None,
        }
    }

    /// Looks for speech a few times per second until it is heard; to be called often.
    pub(super) fn look(&mut self) {
        if self.heard.is_some() || self.looked.is_some_and(|looked| looked.elapsed() < PAUSE) {
            return;
        }
        self.looked = Some(Instant::now());
        let spoken = self.files().into_iter().find(|path| speech::has_speech(path));
        self.heard = spoken.map(|path| (self.began.elapsed(), path));
    }

    /// The figure in words, if speech was heard.
    pub(super) fn figure(&self) -> Option<String> {
        let (after, path) = self.heard.as_ref()?;
        let name = path.strip_prefix(&self.checkout).unwrap_or(path);
        Some(format!(
            "from the beginning to the first heard word: {:.1} s, in {}",
            after.as_secs_f64(),
            name.display()
        ))
    }

    /// Recordings that players have written since the check began, in the checkout and in the demonstration's folder.
    fn files(&self) -> Vec<PathBuf> {
        let folders = [self.checkout.clone(), self.checkout.join("demo-out")];
        let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        let is_new = |path: &PathBuf| {
            let written = fs::metadata(path).and_then(|file| file.modified());
            written.is_ok_and(|written| written >= self.since)
        };
        let is_wav = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "wav");
        entries.map(|entry| entry.path()).filter(is_wav).filter(is_new).collect()
    }
}

const PAUSE: Duration = Duration::from_millis(250);
