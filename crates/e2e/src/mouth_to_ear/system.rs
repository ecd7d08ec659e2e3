//! The measured systems: programs that carry the sound of the speaker's microphone to the listener's loudspeaker.

use std::any::Any;
use std::process::Command;

use consonance_testing::murmur::Murmur;
use consonance_testing::stage::Failure;

use super::arguments::Arguments;
use super::card::{LISTENER, Player, SPEAKER};
use super::mumble::{self, MumblePlayer, Setup};
use super::native;
use super::page::Page;
use super::server::{ROOM, Server};
use super::site::{Processing, Site};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct System {
    pub(super) name: &'static str,
    programs: Programs,
}

#[derive(Clone, Copy, Debug)]
enum Programs {
    /// No programs: the delay of the sound card alone, which is part of every other row.
    Wire,
    Ours {
        speaker: Client,
        listener: Client,
        processing: Processing,
    },
    Mumble {
        server: ServerOfMumble,
        setup: Setup,
    },
}

/// A client of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    Native,
    Page,
}

/// The server between clients of Mumble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerOfMumble {
    Murmur,
    Ours,
}

/// The programs, which run until they are dropped: the server is last, as it ends after its players.
pub(super) type Running = Vec<Box<dyn Any>>;

impl System {
    /// The program that this machine lacks for it, if any.
    pub(super) fn missing(&self, arguments: &Arguments) -> Option<&'static str> {
        match self.programs {
            Programs::Ours { speaker, listener, .. } if [speaker, listener].contains(&Client::Page) => {
                arguments.browser.is_none().then_some("Chromium")
            }
            Programs::Mumble { server: ServerOfMumble::Murmur, .. } if !Murmur::is_installed() => {
                Some("mumble-server")
            }
            Programs::Mumble { .. } => mumble::missing(),
            Programs::Wire | Programs::Ours { .. } => None,
        }
    }

    /// Starts its programs.
    ///
    /// # Errors
    /// If one of them does not do what it is for.
    pub(super) fn start(&self, site: Site<'_>) -> Result<Running, Failure> {
        match self.programs {
            Programs::Wire => Ok(vec![Box::new(site.card.wire()?)]),
            Programs::Ours { speaker, listener, processing } => {
                site.start_ours(speaker, listener, processing)
            }
            Programs::Mumble { server, setup } => site.start_mumble(server, setup),
        }
    }
}

impl Site<'_> {
    /// Our server, with a speaker and a listener of ours.
    ///
    /// # Errors
    /// If one of them does not do what it is for.
    fn start_ours(
        self,
        speaker: Client,
        listener: Client,
        processing: Processing,
    ) -> Result<Running, Failure> {
        let server = self.server()?;
        let hears = self.enter(listener, &server, LISTENER, processing)?;
        let speaks = self.enter(speaker, &server, SPEAKER, processing)?;
        if let Some(page) = hears.downcast_ref::<Page>() {
            page.sees(SPEAKER)?;
        }
        Ok(vec![speaks, hears, Box::new(server)])
    }

    fn enter(
        self,
        client: Client,
        server: &Server,
        player: Player,
        processing: Processing,
    ) -> Result<Box<dyn Any>, Failure> {
        Ok(match client {
            Client::Native => Box::new(native::join(self, server, player, processing)?),
            Client::Page => Box::new(Page::enter(self, server, player, processing)?),
        })
    }

    /// A server, with a speaker and a listener that have Mumble's client.
    ///
    /// # Errors
    /// If one of them does not do what it is for.
    fn start_mumble(self, server: ServerOfMumble, setup: Setup) -> Result<Running, Failure> {
        let (server, address, room): (Box<dyn Any>, _, _) = match server {
            ServerOfMumble::Murmur => {
                let murmur = Murmur::start("", |mut serve: Command| serve.spawn());
                let murmur = murmur.map_err(Failure::io("mumble-server"))?;
                let address = murmur.address();
                (Box::new(murmur), address, "")
            }
            ServerOfMumble::Ours => {
                let server = self.server()?;
                let address = server.mumble;
                (Box::new(server), address, ROOM)
            }
        };
        let hears = MumblePlayer::join(self, address, room, LISTENER, setup)?;
        let speaks = MumblePlayer::join(self, address, room, SPEAKER, setup)?;
        Ok(vec![Box::new(speaks), Box::new(hears), server])
    }
}

/// All systems, in the order of the table.
pub(super) const SYSTEMS: [System; 13] = [
    System { name: "the card alone", programs: Programs::Wire },
    ours("native → native", Client::Native, Client::Native, Processing::Default),
    ours("native → native, no processing", Client::Native, Client::Native, Processing::Off),
    ours("Chromium → Chromium", Client::Page, Client::Page, Processing::Default),
    ours("Chromium → Chromium, no processing", Client::Page, Client::Page, Processing::Off),
    ours("native → Chromium", Client::Native, Client::Page, Processing::Default),
    ours("native → Chromium, no processing", Client::Native, Client::Page, Processing::Off),
    ours("Chromium → native", Client::Page, Client::Native, Processing::Default),
    ours("Chromium → native, no processing", Client::Page, Client::Native, Processing::Off),
    mumble("Mumble ↔ Murmur", ServerOfMumble::Murmur, Setup::Fresh),
    mumble("Mumble ↔ Murmur, shortest delay", ServerOfMumble::Murmur, Setup::Shortest),
    mumble("Mumble ↔ our server", ServerOfMumble::Ours, Setup::Fresh),
    mumble("Mumble ↔ our server, shortest delay", ServerOfMumble::Ours, Setup::Shortest),
];

const fn ours(name: &'static str, speaker: Client, listener: Client, processing: Processing) -> System {
    System { name, programs: Programs::Ours { speaker, listener, processing } }
}

const fn mumble(name: &'static str, server: ServerOfMumble, setup: Setup) -> System {
    System { name, programs: Programs::Mumble { server, setup } }
}
