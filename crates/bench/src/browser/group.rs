//! Players of one session, some of which speak while the others listen.

use std::error::Error;

use consonance_quic::sans_io::Dialer;

use super::player::{Browser, ROOM, Sounds};
use crate::load::client::{Guest, JoinProgress, LoadClient, Now};
use crate::load::probe::Stamp;

/// The players of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cast {
    pub(super) session: &'static str,
    pub(super) speakers: (Kind, usize),
    pub(super) listeners: (Kind, usize),
}

/// The network that a player joins over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Native,
    Browser,
}

/// Players that speak and listen to one room. Speakers come first, and do not listen.
pub(super) struct Group {
    players: Vec<Player>,
    pub(super) speakers: usize,
    pub(super) listeners: usize,
}

enum Player {
    Native(Box<LoadClient>),
    Browser(Box<Browser>),
}

impl Cast {
    pub(super) fn players(&self) -> usize {
        self.speakers.1 + self.listeners.1
    }
}

impl Group {
    /// A group without players yet.
    pub(super) fn new(cast: &Cast) -> Self {
        Self { players: Vec::new(), speakers: cast.speakers.1, listeners: cast.listeners.1 }
    }

    /// Lets one more of them connect.
    pub(super) fn dial(
        &mut self,
        cast: &Cast,
        dialer: &Dialer,
        page: &str,
        now: Now,
    ) -> Result<(), Box<dyn Error>> {
        let number = self.players.len();
        let speaks = number < self.speakers;
        let (kind, _) = if speaks { cast.speakers } else { cast.listeners };
        let (name, session) = (format!("{} {number}", cast.session), cast.session.to_owned());
        self.players.push(match kind {
            Kind::Native => {
                let guest = Guest {
                    name,
                    session,
                    room: Some(ROOM.to_owned()),
                    speaks,
                    listens: !speaks,
                    encrypts: false,
                };
                Player::Native(Box::new(LoadClient::dial(dialer, &guest, now)?))
            }
            Kind::Browser => Player::Browser(Box::new(Browser::dial(page, &session, &name, speaks, now)?)),
        });
        Ok(())
    }

    /// Whether all players have joined.
    pub(super) fn is_in(&self) -> bool {
        self.players.iter().all(|player| match player {
            Player::Native(client) => *client.progress() == JoinProgress::Joined,
            Player::Browser(browser) => browser.is_in(),
        })
    }

    /// Lets all players handle incoming packets and send what is due; returns the number of packets received.
    pub(super) fn run_once(&mut self, now: Now, sounds: &mut Sounds) -> Result<usize, Box<dyn Error>> {
        let mut came = 0;
        for player in &mut self.players {
            came += match player {
                Player::Native(client) => client.run_once(now, &mut sounds.buffers)?,
                Player::Browser(browser) => browser.run_once(now, &mut sounds.buffers.heard)?,
            };
        }
        Ok(came)
    }

    pub(super) fn speak(
        &mut self,
        speaker: usize,
        now: Now,
        sounds: &mut Sounds,
    ) -> Result<(), Box<dyn Error>> {
        let Sounds { buffers, frames, step } = sounds;
        let frame = frames.next(*step, Stamp::now());
        match &mut self.players[speaker] {
            Player::Native(client) => client.speak(now, frame, buffers)?,
            Player::Browser(browser) => browser.speak(now, frame),
        }
        Ok(())
    }
}
