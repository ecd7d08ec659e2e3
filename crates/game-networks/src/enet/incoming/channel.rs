//! One channel: the commands that ENet already has, and those that wait for earlier ones.

use std::collections::BTreeMap;

use rusty_enet::MTU_MAX;

use super::room::Room;
use super::{Rooms, Verdict};
use crate::enet::limits::WAITING_OVERHEAD;
use crate::enet::screening::{Command, Fragment, Message};

/// The state of a channel. ENet gets its reliable commands one after the other, so that none has to wait there.
#[derive(Debug, Default)]
pub(super) struct IncomingChannel {
    /// The number of the last reliable command that ENet has.
    last: u16,
    /// The message that ENet is assembling.
    partial: Option<Partial>,
    /// Reliable commands that arrived early, by their numbers.
    reliable: BTreeMap<u16, Box<[u8]>>,
    /// Unreliable messages that wait for a reliable one, by its number and then by their own.
    unreliable: BTreeMap<(u16, u16), Box<[u8]>>,
}

/// A message in fragments, each of which has a number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Partial {
    start: u16,
    count: u32,
    total: u32,
}

/// The position of a command relative to a number.
enum Turn {
    /// It has already arrived, or is too late.
    Past,
    Now,
    Ahead,
}

impl IncomingChannel {
    /// Decides on a reliable message, or a fragment of one.
    pub(super) fn admit_reliable(&mut self, command: Command, bytes: &[u8], room: &mut Room) -> Verdict {
        let number = command.reliable();
        match turn(number, self.next()) {
            Turn::Past => Verdict::Confirmed,
            Turn::Now if !self.is_due() => {
                if self.follow(command) {
                    Verdict::Admitted
                } else {
                    Verdict::Impossible
                }
            }
            Turn::Now | Turn::Ahead if self.reliable.contains_key(&number) => Verdict::Confirmed,
            Turn::Now | Turn::Ahead if room.take(bytes) => {
                self.reliable.insert(number, bytes.into());
                Verdict::Confirmed
            }
            Turn::Now | Turn::Ahead => Verdict::ComesAgain,
        }
    }

    /// Decides on an unreliable message, which is useful once ENet has all reliable commands up to its number.
    pub(super) fn admit_unreliable(&mut self, message: Message, bytes: &[u8], room: &mut Room) -> Verdict {
        let place = (message.reliable, message.unreliable);
        match turn(message.reliable, self.whole()) {
            Turn::Past => Verdict::Late,
            Turn::Now if !self.is_due() => Verdict::Admitted,
            Turn::Now | Turn::Ahead if self.unreliable.contains_key(&place) => Verdict::Late,
            Turn::Now | Turn::Ahead if room.take(bytes) => {
                self.unreliable.insert(place, bytes.into());
                Verdict::Waiting
            }
            Turn::Now | Turn::Ahead => Verdict::Lost,
        }
    }

    /// Decides on a fragment of an unreliable message. Such fragments never wait, because ENet would keep all of
    /// their messages.
    pub(super) fn admit_unreliable_fragment(&self, fragment: Fragment) -> Verdict {
        match turn(fragment.reliable, self.whole()) {
            Turn::Past => Verdict::Late,
            Turn::Now => Verdict::Admitted,
            Turn::Ahead => Verdict::Lost,
        }
    }

    /// Appends waiting commands that are next in turn to a datagram, as far as they fit and the share lasts. Returns
    /// false if one of them is something that no ENet peer sends.
    pub(super) fn release(&mut self, datagram: &mut Vec<u8>, rooms: &mut Rooms, share: &mut usize) -> bool {
        loop {
            if !self.release_unreliable(datagram, &mut rooms.unreliable, share) || *share == 0 {
                return true;
            }
            let next = self.next();
            let length = self.reliable.get(&next).map(|bytes| bytes.len());
            if length.is_none_or(|length| datagram.len() + length > MTU_MAX) {
                return true;
            }
            let Some(bytes) = self.reliable.remove(&next) else { return true };
            rooms.reliable.give_back(&bytes);
            *share = share.saturating_sub(bytes.len() + WAITING_OVERHEAD);
            if !Command::parse(&bytes).is_some_and(|command| self.follow(command)) {
                return false;
            }
            Command::write_confirmed(&bytes, datagram);
        }
    }

    /// Returns false if not all of them fit into the datagram and the share.
    fn release_unreliable(&mut self, datagram: &mut Vec<u8>, room: &mut Room, share: &mut usize) -> bool {
        let whole = self.whole();
        while let Some((&place, bytes)) = self.unreliable.range((whole, 0)..=(whole, u16::MAX)).next() {
            if datagram.len() + bytes.len() > MTU_MAX || *share == 0 {
                return false;
            }
            *share = share.saturating_sub(bytes.len() + WAITING_OVERHEAD);
            datagram.extend_from_slice(bytes);
            if let Some(bytes) = self.unreliable.remove(&place) {
                room.give_back(&bytes);
            }
        }
        true
    }

    /// Whether a waiting command is next in turn.
    pub(super) fn is_due(&self) -> bool {
        let whole = self.whole();
        self.reliable.contains_key(&self.next())
            || self.unreliable.range((whole, 0)..=(whole, u16::MAX)).next().is_some()
    }

    /// Accepts the next reliable command for ENet. Returns false if no ENet peer sends it after those before it.
    fn follow(&mut self, command: Command) -> bool {
        let partial = match command {
            Command::Fragment(fragment) => {
                let Fragment { number, start, count, total, .. } = fragment;
                let partial = Partial { start, count, total };
                if self.partial != (number > 0).then_some(partial) {
                    return false;
                }
                (number + 1 < count).then_some(partial)
            }
            _ if self.partial.is_some() => return false,
            _ => None,
        };
        self.partial = partial;
        self.last = self.next();
        true
    }

    fn next(&self) -> u16 {
        self.last.wrapping_add(1)
    }

    /// The number of the last reliable command up to which ENet has whole messages.
    fn whole(&self) -> u16 {
        self.partial.map_or(self.last, |partial| partial.start.wrapping_sub(1))
    }
}

/// Compares a number with the current one. Numbers wrap around.
fn turn(number: u16, now: u16) -> Turn {
    match number.wrapping_sub(now) {
        0 => Turn::Now,
        1..0x8000 => Turn::Ahead,
        0x8000.. => Turn::Past,
    }
}
