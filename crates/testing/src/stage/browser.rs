//! A visitor's browser, of any kind. It can reach only this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::stage::failure::Failure;
use crate::stage::patience::{SOON, until};
use crate::stage::tab::Tab;

/// A browser. Dropping it ends it, and removes its profile.
pub trait Browser {
    /// A new window with an empty page.
    ///
    /// # Errors
    /// If the browser has gone.
    fn tab(&mut self) -> Result<Tab, Failure>;
}

/// The owner of the browser.
#[derive(Clone, Debug, Default)]
pub struct Owner {
    /// The sound at the microphone, repeated: a WAV file. Without it and without `devices`, the browser has no
    /// microphone.
    pub speech: Option<PathBuf>,
    /// Devices of a sound card instead of that microphone: Chromium only. Its pages play to the sound card, not to
    /// [`Tab::heard`].
    pub devices: Option<OwnerDevices>,
    /// Whether pages get no microphone, as the person has denied it.
    pub has_denied: bool,
    /// Whether pages have no WebRTC over UDP.
    pub is_without_udp: bool,
}

/// A browser's microphone and loudspeaker on a sound card.
#[derive(Clone, Debug)]
pub struct OwnerDevices {
    /// The address of `PulseAudio`, as from [`SoundCard::address`](crate::stage::SoundCard::address).
    pub server: String,
    /// The microphone's source.
    pub microphone: String,
    /// The loudspeaker's sink.
    pub loudspeaker: String,
}

/// A host name of this machine other than `localhost`, so that a page there is not in a secure context.
pub const FOREIGN_NAME: &str = "voice.test";

/// A new folder for a browser's profile.
#[derive(Debug)]
pub(crate) struct Profile(PathBuf);

impl Profile {
    /// Makes the folder in the system's temporary folder.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn new() -> Result<Self, Failure> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("consonance-browser-test-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).map_err(Failure::io("a folder for the browser's profile"))?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // A leftover folder does no harm in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Waits until a browser that was asked to end has done so, and kills it otherwise.
pub(crate) fn see_off(browser: &mut Child) {
    if until("the browser has ended", SOON, || Ok(browser.try_wait().ok().flatten())).is_err() {
        let _ = browser.kill();
        let _ = browser.wait();
    }
}
