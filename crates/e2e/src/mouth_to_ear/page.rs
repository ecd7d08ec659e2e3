//! A player on the page in Chromium.

use consonance_testing::stage::{Browser, Failure, Kind, Owner, Tab};
use serde_json::json;

use super::card::Player;
use super::server::Server;
use super::site::{Processing, Site};

/// Dropping it ends the browser.
pub(super) struct Page {
    tab: Tab,
    _browser: Box<dyn Browser>,
}

impl Page {
    /// Opens the page and joins.
    ///
    /// # Errors
    /// If the page admits no player.
    pub(super) fn enter(
        site: Site<'_>,
        server: &Server,
        player: Player,
        processing: Processing,
    ) -> Result<Self, Failure> {
        let owner = Owner { devices: Some(site.card.devices_of(player)), ..Owner::default() };
        let program = site.arguments.browser.as_ref();
        let program = program.ok_or_else(|| Failure::Lacking("there is no browser".to_owned()))?;
        let mut browser = Kind::Chromium.start(program, &owner)?;
        let tab = browser.tab()?;
        tab.go_to(&server.page)?;
        let is_heard = match processing {
            Processing::Default => "Speak, and lobby hears you.",
            Processing::Off => {
                let kept = json!(unprocessed().to_string());
                tab.evaluate(&format!("localStorage.setItem('consonance', {kept})"))?;
                tab.reload()?;
                "Lobby hears everything here."
            }
        };
        tab.fill("Your name", player.name)?;
        tab.click("Join and talk")?;
        tab.wait_for_text(is_heard)?;
        Ok(Self { tab, _browser: browser })
    }

    /// Waits until the page shows this player.
    ///
    /// # Errors
    /// If it does not.
    pub(super) fn sees(&self, player: Player) -> Result<(), Failure> {
        self.tab.wait_for_text(player.name)
    }
}

/// The stored settings of a returning visitor, without voice processing.
fn unprocessed() -> serde_json::Value {
    json!({
        "activation": "open",
        "echoCancellation": false,
        "noiseSuppression": false,
        "autoGainControl": false,
    })
}
