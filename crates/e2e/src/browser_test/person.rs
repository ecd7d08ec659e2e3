//! A person with a browser on a server's page.

mod visitor;

use std::time::Duration;

use consonance_testing::stage::{Browser, Failure, KeyboardKey, Owner, Tab};
use serde_json::json;

use crate::browser_test::fixture::Fixture;
use crate::browser_test::server::Server;
use crate::browser_test::voices::Voice;

pub(crate) use visitor::{Activation, Visitor, Way};

/// A person with a browser.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) voice: Voice,
    pub(crate) tab: Tab,
    activation: Activation,
    /// Kept to end the browser with the person.
    _browser: Box<dyn Browser>,
}

impl Person {
    /// Opens the page and joins: with a microphone, and heard while Space is held.
    ///
    /// # Errors
    /// If the page admits no player.
    pub(crate) fn join(
        fixture: &Fixture<'_>,
        server: &Server,
        name: &'static str,
        voice: Voice,
    ) -> Result<Self, Failure> {
        Self::join_as(fixture, server, Visitor::new(name, voice))
    }

    /// The same for visitors that join in another way.
    ///
    /// # Errors
    /// If the page admits no player.
    pub(crate) fn join_as(fixture: &Fixture<'_>, server: &Server, visitor: Visitor) -> Result<Self, Failure> {
        let person = Self::open(fixture, server, visitor)?;
        person.tab.fill("Your name", person.name)?;
        person.tab.click("Join and talk")?;
        person.is_in()?;
        Ok(person)
    }

    /// Opens the page as a returning visitor.
    ///
    /// # Errors
    /// If the page does not open.
    pub(crate) fn open(fixture: &Fixture<'_>, server: &Server, visitor: Visitor) -> Result<Self, Failure> {
        let Visitor { name, voice, manner, activation, way, has_firefox, can_encrypt } = visitor;
        let speech = Some(voice.file(manner, &fixture.own_folder()?)?);
        let owner = Owner { speech, is_without_udp: way == Way::Tcp, ..Owner::default() };
        let mut browser = if has_firefox { fixture.firefox(&owner) } else { fixture.browser(&owner) }?;
        let tab = browser.tab()?;
        if way == Way::WebSocket {
            tab.be_without_webrtc()?;
        }
        if !can_encrypt {
            tab.be_without_webassembly()?;
        }
        tab.go_to(&server.page("127.0.0.1", "/"))?;
        let settings = json!(visitor.settings().to_string());
        tab.evaluate(&format!("localStorage.setItem('consonance', {settings})"))?;
        tab.reload()?;
        Ok(Self { name, voice, tab, activation, _browser: browser })
    }

    /// Waits until the page shows the room.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn is_in(&self) -> Result<(), Failure> {
        self.tab.wait_for_text(self.activation.words())
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
    /// The errors of `meanwhile`.
    pub(crate) fn talks<T>(&self, meanwhile: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.tab.hold_key(KeyboardKey::Space, meanwhile)
    }

    /// Waits until the page shows that this player speaks, and then until it is understood.
    ///
    /// # Errors
    /// If it is not, or another voice is heard.
    pub(crate) fn hears(&self, fixture: &Fixture<'_>, name: &str, voice: Voice) -> Result<(), Failure> {
        self.sees_speaking(name)?;
        let title = format!("{} hears {name}", self.name);
        for _ in 0..PATIENCE {
            self.tab.listen_again_for(WORDS)?;
            if fixture.understands(&title, &self.tab.heard()?, voice)? {
                return Ok(());
            }
        }
        Err(Failure::NotSo(format!("{} does not understand all that {name} says", self.name)))
    }

    /// Checks that nothing is heard from now on, except for sound that is still on its way.
    ///
    /// # Errors
    /// If something is.
    pub(crate) fn hears_nothing(&self, fixture: &Fixture<'_>) -> Result<(), Failure> {
        fixture.falls_silent(self.name, &self.tab)
    }

    /// Waits until the page shows that this player speaks.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn sees_speaking(&self, name: &str) -> Result<(), Failure> {
        let what = format!("{} sees that {name} speaks", self.name);
        self.tab.wait_until(&what, &speaks(name))
    }

    /// Waits until the page shows that this player does not speak.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn sees_silent(&self, name: &str) -> Result<(), Failure> {
        let what = format!("{} sees that {name} does not speak", self.name);
        self.tab.wait_until(&what, &format!("!({})", speaks(name)))
    }
}

fn speaks(name: &str) -> String {
    let rows = "[...document.querySelectorAll('.player[data-speaking]')]";
    format!("{rows}.some((row) => row.innerText.includes({}))", json!(name))
}

/// Long enough to tell voices apart.
pub(crate) const WORDS: Duration = Duration::from_secs(4);
/// Attempts to listen until something is understood.
const PATIENCE: usize = 6;

/// The settings of a server with a page.
pub(crate) const WITH_PAGE: &str = "[web]\nlisten = \"127.0.0.1:PORT\"\n";
