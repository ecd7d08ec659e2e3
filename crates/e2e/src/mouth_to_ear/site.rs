//! The site of one round, where its programs are started.

use std::path::Path;

use consonance_testing::stage::Failure;

use super::arguments::Arguments;
use super::card::Card;
use super::server::Server;

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

impl Site<'_> {
    /// Our server.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub(super) fn server(self) -> Result<Server, Failure> {
        Server::start(&self.arguments.consonance, self.folder)
    }
}
