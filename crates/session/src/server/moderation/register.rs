//! All players with restrictions or room rights, here or not, and the parts of them that the voice path needs.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use consonance_wire::{ClientId, Restriction, RoomId};

use super::decision::PlayerIdentity;
use crate::restrictions::Restrictions;
use crate::time::Instant;

/// Restrictions by player, and by client id those of a frame's sender or listener.
#[derive(Debug, Default)]
pub(in crate::server) struct Register {
    by_player: BTreeMap<PlayerIdentity, Restrictions>,
    /// The end times of restrictions.
    ends: BTreeSet<(Instant, PlayerIdentity, Restriction)>,
    /// Data of clients that are here and have restrictions.
    present: Vec<Option<Box<Present>>>,
    /// The number of these clients: mostly none, and then a frame costs only one comparison.
    present_count: usize,
    /// The number of these clients with rights in rooms.
    with_rooms: usize,
    /// Deafened clients, which receive no voice.
    deafened: Vec<ClientId>,
    /// Players with changed restrictions, where changes are to be reported.
    changed: Option<BTreeSet<PlayerIdentity>>,
    /// There has been a decision about some player, which may have ended.
    was_used: bool,
}

#[derive(Debug)]
struct Present {
    identity: PlayerIdentity,
    is_muted: bool,
    is_text_muted: bool,
    has_rooms: bool,
    /// Rooms where it may speak regardless of the rules, and rooms where it must not.
    speak: Vec<(RoomId, bool)>,
}

impl Register {
    pub(in crate::server) fn get(&self, identity: &PlayerIdentity) -> Option<&Restrictions> {
        self.by_player.get(identity)
    }

    /// The restrictions of a player; those of most are clear.
    pub(in crate::server) fn restrictions(&self, identity: &PlayerIdentity) -> Restrictions {
        self.get(identity).cloned().unwrap_or_default()
    }

    /// Whether there has ever been a decision.
    pub(in crate::server) fn was_used(&self) -> bool {
        self.was_used
    }

    pub(in crate::server) fn len(&self) -> usize {
        self.by_player.len()
    }

    pub(in crate::server) fn iter(&self) -> impl ExactSizeIterator<Item = (&PlayerIdentity, &Restrictions)> {
        self.by_player.iter()
    }

    /// Replaces a player's restrictions, and returns the former ones.
    pub(in crate::server) fn replace(
        &mut self,
        identity: &PlayerIdentity,
        restrictions: Restrictions,
    ) -> Restrictions {
        if let Some(changed) = &mut self.changed {
            changed.insert(identity.clone());
        }
        self.was_used = true;
        let former = self.by_player.remove(identity).unwrap_or_default();
        for (restriction, terms) in former.imposed() {
            if let Some(end) = terms.ends {
                self.ends.remove(&(end, identity.clone(), restriction));
            }
        }
        for (restriction, terms) in restrictions.imposed() {
            if let Some(end) = terms.ends {
                self.ends.insert((end, identity.clone(), restriction));
            }
        }
        if !restrictions.is_clear() {
            self.by_player.insert(identity.clone(), restrictions);
        }
        former
    }

    /// Starts noting the players whose restrictions change.
    pub(in crate::server) fn note_changes(&mut self) {
        self.changed.get_or_insert_default();
    }

    /// The next player whose restrictions have changed, each once.
    pub(in crate::server) fn pop_changed(&mut self) -> Option<PlayerIdentity> {
        self.changed.as_mut()?.pop_first()
    }

    /// Continues with the decisions of an earlier session, which is empty by now.
    pub(in crate::server) fn inherit(&mut self, before: Self) {
        (self.by_player, self.ends) = (before.by_player, before.ends);
    }

    /// The end of the next restriction.
    pub(in crate::server) fn next_end(&self) -> Option<Instant> {
        self.ends.first().map(|&(end, ..)| end)
    }

    /// A restriction that has ended.
    pub(in crate::server) fn ended(&self, now: Instant) -> Option<(PlayerIdentity, Restriction)> {
        let (end, identity, restriction) = self.ends.first()?;
        (*end <= now).then(|| (identity.clone(), *restriction))
    }

    /// Links this client with the player: the player's restrictions apply to it.
    pub(in crate::server) fn attach(&mut self, id: ClientId, identity: &PlayerIdentity) {
        self.forget(id);
        let Some(restrictions) = self.by_player.get(identity) else { return };
        let has = |restriction| restrictions.terms(restriction).is_some();
        let speak = restrictions
            .rooms()
            .filter_map(|(room, rights)| Some((RoomId::of(room), rights.speak?)))
            .collect();
        let present = Present {
            identity: identity.clone(),
            is_muted: has(Restriction::Muted),
            is_text_muted: has(Restriction::TextMuted),
            has_rooms: restrictions.rooms().len() > 0,
            speak,
        };
        if has(Restriction::Deafened) {
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

    /// Removes a client that is gone; the decisions about the player stay.
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

    /// Deafened clients, which receive no voice.
    #[inline]
    pub(in crate::server) fn deafened(&self) -> &[ClientId] {
        &self.deafened
    }

    /// Whether any client here has rights in a room.
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
        self.by_player.get(&present.identity)?.room_rights(room).listen
    }

    fn of(&self, id: ClientId) -> Option<&Present> {
        self.present.get(usize::from(id.0))?.as_deref()
    }
}
