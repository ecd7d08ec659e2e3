//! Every player about whom something was decided, here or not, and what of it the voice path asks for.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use consonance_wire::{ClientId, RoomId, Sanction};

use super::Identity;
use crate::standing::Standing;
use crate::time::Instant;

/// Standings by player, and by client id what a frame's sender or listener may not do.
#[derive(Debug, Default)]
pub(in crate::server) struct Register {
    standings: BTreeMap<Identity, Standing>,
    /// When sanctions end.
    ends: BTreeSet<(Instant, Identity, Sanction)>,
    /// Of those who are here and have a standing.
    present: Vec<Option<Box<Present>>>,
    /// How many these are: mostly none, and then a frame pays for one comparison.
    present_count: usize,
    /// How many of them have rights in rooms.
    with_rooms: usize,
    /// Who is sent no voice.
    deafened: Vec<ClientId>,
}

#[derive(Debug)]
struct Present {
    identity: Identity,
    is_muted: bool,
    is_text_muted: bool,
    has_rooms: bool,
    /// Where it may speak whatever the rules say, and where it may not.
    speak: Vec<(RoomId, bool)>,
}

impl Register {
    pub(in crate::server) fn get(&self, identity: &Identity) -> Option<&Standing> {
        self.standings.get(identity)
    }

    pub(in crate::server) fn len(&self) -> usize {
        self.standings.len()
    }

    pub(in crate::server) fn iter(&self) -> impl ExactSizeIterator<Item = (&Identity, &Standing)> {
        self.standings.iter()
    }

    /// Puts a standing in the place of the former one, and returns that.
    pub(in crate::server) fn replace(&mut self, identity: &Identity, standing: Standing) -> Standing {
        let former = self.standings.remove(identity).unwrap_or_default();
        for (sanction, terms) in former.sanctions() {
            if let Some(end) = terms.ends {
                self.ends.remove(&(end, identity.clone(), sanction));
            }
        }
        for (sanction, terms) in standing.sanctions() {
            if let Some(end) = terms.ends {
                self.ends.insert((end, identity.clone(), sanction));
            }
        }
        if !standing.is_clear() {
            self.standings.insert(identity.clone(), standing);
        }
        former
    }

    /// Goes on with the decisions of a session before, in which nobody is any more.
    pub(in crate::server) fn inherit(&mut self, before: Self) {
        (self.standings, self.ends) = (before.standings, before.ends);
    }

    /// When the next sanction ends.
    pub(in crate::server) fn next_end(&self) -> Option<Instant> {
        self.ends.first().map(|&(end, ..)| end)
    }

    /// A sanction that has ended by now.
    pub(in crate::server) fn ended(&self, now: Instant) -> Option<(Identity, Sanction)> {
        let (end, identity, sanction) = self.ends.first()?;
        (*end <= now).then(|| (identity.clone(), *sanction))
    }

    /// This client is the player: what was decided about it holds for the client.
    pub(in crate::server) fn attach(&mut self, id: ClientId, identity: &Identity) {
        self.forget(id);
        let Some(standing) = self.standings.get(identity) else { return };
        let has = |sanction| standing.terms(sanction).is_some();
        let speak =
            standing.rooms().filter_map(|(room, rights)| Some((RoomId::of(room), rights.speak?))).collect();
        let present = Present {
            identity: identity.clone(),
            is_muted: has(Sanction::Muted),
            is_text_muted: has(Sanction::TextMuted),
            has_rooms: standing.rooms().len() > 0,
            speak,
        };
        if has(Sanction::Deafened) {
            self.deafened.push(id);
        }
        self.present_count += 1;
        self.with_rooms += usize::from(present.has_rooms);
        let index = usize::from(id.0);
        if index >= self.present.len() {
            self.present.resize_with(index + 1, || None);
        }
        self.present[index] = Some(Box::new(present));
    }

    /// The client is gone; the decisions stay.
    pub(in crate::server) fn forget(&mut self, id: ClientId) {
        let Some(present) = self.present.get_mut(usize::from(id.0)).and_then(Option::take) else { return };
        self.present_count -= 1;
        self.with_rooms -= usize::from(present.has_rooms);
        self.deafened.retain(|deaf| *deaf != id);
    }

    #[inline]
    pub(in crate::server) fn is_muted(&self, id: ClientId) -> bool {
        self.present_count > 0 && self.of(id).is_some_and(|present| present.is_muted)
    }

    pub(in crate::server) fn is_text_muted(&self, id: ClientId) -> bool {
        self.of(id).is_some_and(|present| present.is_text_muted)
    }

    /// Who is sent no voice.
    #[inline]
    pub(in crate::server) fn deafened(&self) -> &[ClientId] {
        &self.deafened
    }

    /// Whether anybody who is here has rights in a room.
    #[inline]
    pub(in crate::server) fn has_room_rights(&self) -> bool {
        self.with_rooms > 0
    }

    /// Whether a client may speak to a room id; none if the rules decide.
    pub(in crate::server) fn speak_right(&self, id: ClientId, room: RoomId) -> Option<bool> {
        let speak = &self.of(id)?.speak;
        speak.iter().find(|(of, _)| *of == room).map(|(_, right)| *right)
    }

    /// Whether a client may listen to a room; none if the rules decide.
    pub(in crate::server) fn listen_right(&self, id: ClientId, room: &str) -> Option<bool> {
        let present = self.of(id).filter(|present| present.has_rooms)?;
        self.standings.get(&present.identity)?.room_rights(room).listen
    }

    fn of(&self, id: ClientId) -> Option<&Present> {
        self.present.get(usize::from(id.0))?.as_deref()
    }
}
