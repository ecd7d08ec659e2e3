//! One channel: what of it ENet has, and what waits for something before it.

use std::collections::BTreeMap;

use rusty_enet::MTU_MAX;

use super::room::Room;
use super::{Rooms, Verdict};
use crate::screening::{Command, Fragment, Message};

/// ENet gets reliable commands one after the other, so that none waits there.
#[derive(Debug, Default)]
pub(super) struct IncomingChannel {
    /// The number of the last reliable command that ENet has.
    last: u16,
    /// The message that ENet is putting together.
    partial: Option<Partial>,
    /// Reliable commands that came before their turn, by their numbers.
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

/// When something comes, compared with a number.
enum Turn {
    /// It has come, or its time is over.
    Past,
    Now,
    Ahead,
}

impl IncomingChannel {
    /// A reliable message, or a fragment of one.
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

    /// An unreliable message, which is of use once ENet has everything reliable up to its number.
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

    /// Fragments of unreliable messages wait for nothing: ENet would keep as many messages as they are of.
    pub(super) fn admit_unreliable_fragment(&self, fragment: Fragment) -> Verdict {
        match turn(fragment.reliable, self.whole()) {
            Turn::Past => Verdict::Late,
            Turn::Now => Verdict::Admitted,
            Turn::Ahead => Verdict::Lost,
        }
    }

    /// Adds what has waited and is next to a datagram that begins, as far as it fits. False if that was something that
    /// no end of ENet sends.
    pub(super) fn release(&mut self, datagram: &mut Vec<u8>, rooms: &mut Rooms) -> bool {
        loop {
            if !self.release_unreliable(datagram, &mut rooms.unreliable) {
                return true;
            }
            let next = self.next();
            let length = self.reliable.get(&next).map(|bytes| bytes.len());
            if length.is_none_or(|length| datagram.len() + length > MTU_MAX) {
                return true;
            }
            let Some(bytes) = self.reliable.remove(&next) else { return true };
            rooms.reliable.give_back(&bytes);
            if !Command::parse(&bytes).is_some_and(|command| self.follow(command)) {
                return false;
            }
            Command::write_confirmed(&bytes, datagram);
        }
    }

    /// False if not all of it has found room in the datagram.
    fn release_unreliable(&mut self, datagram: &mut Vec<u8>, room: &mut Room) -> bool {
        let whole = self.whole();
        while let Some((&place, bytes)) = self.unreliable.range((whole, 0)..=(whole, u16::MAX)).next() {
            if datagram.len() + bytes.len() > MTU_MAX {
                return false;
            }
            datagram.extend_from_slice(bytes);
            if let Some(bytes) = self.unreliable.remove(&place) {
                room.give_back(&bytes);
            }
        }
        true
    }

    /// Whether something has waited for what ENet has.
    fn is_due(&self) -> bool {
        let whole = self.whole();
        self.reliable.contains_key(&self.next())
            || self.unreliable.range((whole, 0)..=(whole, u16::MAX)).next().is_some()
    }

    /// Takes the next reliable command for ENet. False if it is none that any end sends behind those before it.
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

/// Numbers begin again after the last one.
fn turn(number: u16, now: u16) -> Turn {
    match number.wrapping_sub(now) {
        0 => Turn::Now,
        1..0x8000 => Turn::Ahead,
        0x8000.. => Turn::Past,
    }
}
