//! A client of any kind, which says its words on request, and records the sound that it hears.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;
use std::time::Duration;

use consonance::EventKind;
use consonance_testing::stage::{Failure, SOON, until};

use super::arguments::OutsideCommand;
use super::outside::OutsideClient;
use crate::scenario::cast::{LOBBY, Role};
use crate::scenario::house::House;
use crate::scenario::page::{Page, PagePlayer};
use crate::scenario::player::Player;
use crate::scenario::programme::To;
use crate::scenario::words::Words;

/// Dropping it ends it.
pub(crate) struct Client {
    /// The kind of client, for display; also the player's name if the program has no other.
    pub(crate) kind: String,
    pub(crate) words: Option<Words>,
    body: Body,
}

enum Body {
    Ours(Box<Player>),
    Page(Page),
    Outside(OutsideClient),
}

impl Client {
    /// A player of ours on the network of its role.
    ///
    /// # Errors
    /// If it does not join in time.
    pub(crate) fn ours(kind: &str, role: &Role, house: &House) -> Result<Self, Failure> {
        let no_game = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut player = Player::enter(role, house, no_game)?;
        let joined = |event: &EventKind| matches!(event, EventKind::PlayersSynced).then_some(());
        player.is_told(&format!("{kind} is in the session"), joined)?;
        Ok(Self { kind: kind.to_owned(), words: role.words, body: Body::Ours(Box::new(player)) })
    }

    /// A player on the page.
    ///
    /// # Errors
    /// If it does not join in time.
    pub(crate) fn page(player: &PagePlayer<'_>, house: &House, folder: &Path) -> Result<Self, Failure> {
        let page = Page::enter(player, house, folder)?;
        let kind = format!("page in {}", player.name);
        Ok(Self { kind, words: Some(player.words), body: Body::Page(page) })
    }

    /// A program from outside.
    ///
    /// # Errors
    /// If it does not join in time.
    pub(crate) fn outside(
        command: &OutsideCommand,
        words: Words,
        house: &House,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let client = OutsideClient::enter(command, words, house, folder)?;
        Ok(Self { kind: command.kind.clone(), words: Some(words), body: Body::Outside(client) })
    }

    /// Says its words once.
    ///
    /// # Errors
    /// If it does not say them in time.
    pub(crate) fn say(&mut self) -> Result<(), Failure> {
        let words = self.words.map(Words::sound).unwrap_or_default();
        match &mut self.body {
            Body::Ours(player) => {
                let channel = player.open(To::Room(LOBBY));
                player.mouth.say(&words);
                let said =
                    until("it has said its words", SOON, || Ok(player.mouth.is_silent().then_some(())));
                pass(CAPTURE_S);
                channel.close();
                said
            }
            // The microphone loops: twice the length contains all words in one piece, wherever it starts.
            Body::Page(page) => page.talks(|| {
                pass(2.0 * words.len() as f64 / 48_000.0 + 0.6);
                Ok(())
            }),
            Body::Outside(client) => client.say(),
        }
    }

    /// Discards the sound that it has heard so far.
    ///
    /// # Errors
    /// If it is gone.
    pub(crate) fn forget(&mut self) -> Result<(), Failure> {
        match &mut self.body {
            Body::Ours(player) => {
                player.ear.forget();
                Ok(())
            }
            Body::Page(page) => page.forget(),
            Body::Outside(client) => client.forget(),
        }
    }

    /// The sound that it has heard since [`forget`](Self::forget); a page's has at least this many seconds, silence
    /// included.
    ///
    /// # Errors
    /// If it is gone.
    pub(crate) fn heard(&self, seconds: f64) -> Result<Vec<f32>, Failure> {
        match &self.body {
            Body::Ours(player) => Ok(player.ear.heard()),
            Body::Page(page) => page.heard(seconds),
            Body::Outside(client) => client.heard(),
        }
    }

    /// Leaves the session properly.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn leave(self) -> Result<(), Failure> {
        match self.body {
            Body::Outside(mut client) => client.leave(),
            Body::Ours(_) | Body::Page(_) => Ok(()),
        }
    }
}

/// Waits for this many seconds: programs from outside cannot be asked how much they have heard.
pub(crate) fn pass(seconds: f64) {
    thread::sleep(Duration::from_secs_f64(seconds));
}

/// The time that the last frame takes through the capture chain.
const CAPTURE_S: f64 = 0.1;
