//! A stand-in for a game's network: numbered members, one of which is the master, and messages between them.

use std::collections::{BTreeMap, VecDeque};

use consonance_game_networks::hosted::MessageDirection;
use consonance_link::Delivery;

/// The mail of all players. It does in memory what a real network does between processes.
#[derive(Default)]
pub(crate) struct Room {
    mail: BTreeMap<u64, VecDeque<Mail>>,
    last_number: u64,
}

/// A notification to a member of the room.
pub(crate) enum Mail {
    Joined(u64),
    Left(u64),
    Voice { from: u64, direction: MessageDirection, delivery: Delivery, packet: Vec<u8> },
}

impl Room {
    /// Adds a member and returns its number.
    pub(crate) fn enter(&mut self) -> u64 {
        self.last_number += 1;
        let newcomer = self.last_number;
        let others = self.mail.keys().map(|other| Mail::Joined(*other)).collect();
        self.tell_all(|| Mail::Joined(newcomer));
        self.mail.insert(newcomer, others);
        newcomer
    }

    pub(crate) fn leave(&mut self, member: u64) {
        self.mail.remove(&member);
        self.tell_all(|| Mail::Left(member));
    }

    /// The member that has been here longest.
    pub(crate) fn master(&self) -> Option<u64> {
        self.mail.keys().next().copied()
    }

    pub(crate) fn send(&mut self, to: u64, mail: Mail) {
        if let Some(waiting) = self.mail.get_mut(&to) {
            waiting.push_back(mail);
        }
    }

    pub(crate) fn receive(&mut self, member: u64) -> Option<Mail> {
        self.mail.get_mut(&member)?.pop_front()
    }

    fn tell_all(&mut self, mail: impl Fn() -> Mail) {
        for waiting in self.mail.values_mut() {
            waiting.push_back(mail());
        }
    }
}
