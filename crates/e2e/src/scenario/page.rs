//! A player on the page in a real browser, whose microphone plays its words in a loop.

use std::path::{Path, PathBuf};
use std::time::Duration;

use consonance_testing::stage::{Browser, Failure, KeyboardKey, Kind, Owner, Tab};
use serde_json::json;

use crate::scenario::house::House;
use crate::scenario::words::Words;

/// A player that joins with a browser.
pub(crate) struct PagePlayer<'a> {
    pub(crate) name: &'a str,
    pub(crate) words: Words,
    pub(crate) browser: Kind,
    /// The browser's program.
    pub(crate) program: &'a Path,
}

/// Dropping it ends the browser.
pub(crate) struct Page {
    tab: Tab,
    /// Kept to end the browser with the page.
    _browser: Box<dyn Browser>,
}

impl Page {
    /// Opens the page and joins: heard while Space is held.
    ///
    /// # Errors
    /// If the page admits no player.
    pub(crate) fn enter(player: &PagePlayer<'_>, house: &House, folder: &Path) -> Result<Self, Failure> {
        let owner = Owner { speech: Some(microphone(player, folder)?), ..Owner::default() };
        let mut browser = player.browser.start(player.program, &owner)?;
        let tab = browser.tab()?;
        tab.go_to(&house.page())?;
        tab.evaluate(&format!("localStorage.setItem('consonance', {})", json!(settings().to_string())))?;
        tab.reload()?;
        tab.fill("Your name", player.name)?;
        tab.click("Join and talk")?;
        let page = Self { tab, _browser: browser };
        page.is_in()?;
        Ok(page)
    }

    /// Waits until the page shows the room.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn is_in(&self) -> Result<(), Failure> {
        self.tab.wait_for_text("Hold Space or the button to talk")
    }

    /// Waits until the page shows all of these.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn sees(&self, names: &[String]) -> Result<(), Failure> {
        names.iter().try_for_each(|name| self.tab.wait_for_text(name))
    }

    /// Reloads the page, as with the browser's own button, and listens again.
    ///
    /// # Errors
    /// If the page is not in the room again.
    pub(crate) fn reload(&self) -> Result<(), Failure> {
        self.tab.reload()?;
        self.is_in()?;
        // A page cannot play sound before the first gesture.
        self.tab.click("Switch sound on")
    }

    /// Holds Space, and does something meanwhile.
    ///
    /// # Errors
    /// The errors of `meanwhile`.
    pub(crate) fn talks<T>(&self, meanwhile: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.tab.hold_key(KeyboardKey::Space, meanwhile)
    }

    /// Discards the recording so far.
    ///
    /// # Errors
    /// If the page has gone.
    pub(crate) fn forget(&self) -> Result<(), Failure> {
        self.tab.listen_from_now()
    }

    /// Waits until this much was recorded since then; returns all of it.
    ///
    /// # Errors
    /// If nothing is played at all.
    pub(crate) fn heard(&self, seconds: f64) -> Result<Vec<f32>, Failure> {
        self.tab.listen_for(Duration::from_secs_f64(seconds))?;
        self.tab.heard()
    }
}

/// The stored settings of a returning visitor, with voice processing switched off.
fn settings() -> serde_json::Value {
    json!({
        "activation": "push-to-talk",
        "echoCancellation": false,
        "noiseSuppression": false,
        "autoGainControl": false,
    })
}

fn microphone(player: &PagePlayer<'_>, folder: &Path) -> Result<PathBuf, Failure> {
    let file = folder.join(format!("microphone of {}.wav", player.name));
    consonance_testing::sound::write(&file, &player.words.sound())
        .map_err(Failure::io(format!("{}", file.display())))?;
    // Chromium's fake microphone is silent if the path contains `..`.
    file.canonicalize().map_err(Failure::io(format!("{}", file.display())))
}
