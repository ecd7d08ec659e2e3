//! The site of one round, where its programs are started.

use std::any::Any;
use std::path::Path;
use std::process::Command;

use consonance_testing::murmur::Murmur;
use consonance_testing::stage::Failure;

use super::arguments::Arguments;
use super::card::{Card, LISTENER, Player, SPEAKER};
use super::mumble::{MumblePlayer, Setup};
use super::native;
use super::page::Page;
use super::server::{ROOM, Server};
use super::system::{Client, ServerOfMumble};

/// The card that they share, and a folder for their files.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) card: &'a Card,
    pub(super) folder: &'a Path,
}

/// The processing of the microphone's sound, and the condition for sending it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Processing {
    /// The default settings.
    Default,
    /// Sound is not processed, and is always sent.
    Off,
}

/// The programs, which run until they are dropped: the server is last, as it ends after its players.
pub(super) type Running = Vec<Box<dyn Any>>;

impl Site<'_> {
    /// Our server, with a speaker and a listener of ours.
    ///
    /// # Errors
    /// If one of them does not do what it is for.
    pub(super) fn start_ours(
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
    pub(super) fn start_mumble(self, server: ServerOfMumble, setup: Setup) -> Result<Running, Failure> {
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

    fn server(self) -> Result<Server, Failure> {
        Server::start(&self.arguments.consonance, self.folder)
    }
}
