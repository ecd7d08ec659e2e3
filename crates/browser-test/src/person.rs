//! Somebody with a browser of their own, on the page of a server.

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, Owner};
use crate::failure::Failure;
use crate::server::Server;
use crate::stage::Stage;
use crate::tab::{Key, Tab};
use crate::voices::{Voice, is_silent, is_understood};

/// Somebody with a browser of their own.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) voice: Voice,
    pub(crate) tab: Tab,
    /// Ends with the person.
    _browser: Box<dyn Browser>,
}

impl Person {
    /// Opens the page and joins: with a microphone, and heard while Space is held.
    ///
    /// # Errors
    /// If the page does not let anybody in.
    pub(crate) fn join(
        stage: &Stage,
        server: &Server,
        name: &'static str,
        voice: Voice,
    ) -> Result<Self, Failure> {
        Self::join_by(Way::Udp, stage, server, name, voice)
    }

    /// The same where other ways are shut.
    ///
    /// # Errors
    /// If the page does not let anybody in.
    pub(crate) fn join_by(
        way: Way,
        stage: &Stage,
        server: &Server,
        name: &'static str,
        voice: Voice,
    ) -> Result<Self, Failure> {
        let person = Self::open(way, stage, server, name, voice)?;
        person.tab.fill("Your name", name)?;
        person.tab.click("Join and talk")?;
        person.is_in()?;
        Ok(person)
    }

    /// Opens the page, as somebody who was here before and has switched off what changes a voice.
    ///
    /// # Errors
    /// If the page does not open.
    pub(crate) fn open(
        way: Way,
        stage: &Stage,
        server: &Server,
        name: &'static str,
        voice: Voice,
    ) -> Result<Self, Failure> {
        let speech = Some(voice.file()?);
        let owner = Owner { speech, is_without_udp: way == Way::Tcp, ..Owner::default() };
        let mut browser = stage.browser(&owner)?;
        let tab = browser.tab()?;
        if way == Way::WebSocket {
            tab.be_without_webrtc()?;
        }
        tab.go_to(&server.page("127.0.0.1", "/"))?;
        remember(&tab)?;
        tab.reload()?;
        Ok(Self { name, voice, tab, _browser: browser })
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
    pub(crate) fn sees(&self, names: &[&str]) -> Result<(), Failure> {
        names.iter().try_for_each(|name| self.tab.wait_for_text(name))
    }

    /// Holds Space, and does something meanwhile.
    ///
    /// # Errors
    /// Those of what is done.
    pub(crate) fn talks<T>(&self, meanwhile: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.tab.hold_key(Key::Space, meanwhile)
    }

    /// Waits until the page shows that this player speaks, and then until it is understood.
    ///
    /// # Errors
    /// If it is not, or another voice is heard.
    pub(crate) fn hears(&self, stage: &Stage, name: &str, voice: Voice) -> Result<(), Failure> {
        let shown = format!(
            "[...document.querySelectorAll('.player[data-speaking]')].some((row) => row.innerText.includes({}))",
            json!(name)
        );
        self.tab.wait_until(&format!("{} sees that {name} speaks", self.name), &shown)?;
        for _ in 0..PATIENCE {
            self.tab.listen_anew_for(WORDS)?;
            let heard = self.tab.heard()?;
            stage.keep_sound(&format!("{}-hears-{name}", self.name), &heard)?;
            if is_understood(self.name, &heard, voice)? {
                return Ok(());
            }
        }
        Err(Failure::NotSo(format!("{} does not understand {name}", self.name)))
    }

    /// That nothing is heard from now on, but for what is on its way.
    ///
    /// # Errors
    /// If something is.
    pub(crate) fn hears_nothing(&self) -> Result<(), Failure> {
        self.tab.listen_anew_for(TAIL)?;
        self.tab.listen_anew_for(PAUSE)?;
        is_silent(self.name, &self.tab.heard()?)
    }
}

/// How a voice gets out of somebody's house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Udp,
    /// No UDP gets through.
    Tcp,
    /// The browser has no WebRTC.
    WebSocket,
}

/// What is stored where somebody has chosen to be heard while Space is held, and sent as recorded.
fn remember(tab: &Tab) -> Result<(), Failure> {
    let settings = json!({
        "activation": "push-to-talk",
        "echoCancellation": false,
        "noiseSuppression": false,
        "autoGainControl": false,
    });
    let store = format!("localStorage.setItem('consonance', {})", json!(settings.to_string()));
    tab.evaluate(&store).map(drop)
}

/// Long enough to tell voices apart.
pub(crate) const WORDS: Duration = Duration::from_secs(4);
/// So often somebody listens, until something is understood.
const PATIENCE: usize = 6;
/// Within that, the last words have been heard: on the way, in the jitter buffer, and what a channel adds before it closes.
const TAIL: Duration = Duration::from_secs(1);
/// Whoever speaks without a stop is heard within that.
const PAUSE: Duration = Duration::from_millis(1_500);

/// The settings of a server with a page.
pub(crate) const WITH_PAGE: &str = "[web]\nlisten = \"127.0.0.1:PORT\"\n";
