//! Where the user's game says that it is, and where it hears others.

use std::time::Duration;

use consonance_link::gateway::World;
use consonance_session::{ClientId, Instant, Position};

use crate::VoicePlace;
use crate::players::profile::Neighbours;

/// The user's world and its place there.
#[derive(Debug)]
pub(super) struct Placing {
    /// None if its name is too long: nobody else is there.
    world: Option<World>,
    /// The place in the last packet of voice, which is a [`Position`].
    place: Option<VoicePlace>,
    /// Until when players of other networks are shown it; none if they are not.
    shown_until: Option<Instant>,
}

/// How long a place is shown after the packet that it came with: clients tell it only with their voice.
const SHOWN: Duration = Duration::from_secs(5);

impl Default for Placing {
    fn default() -> Self {
        Self { world: Some(World::default()), place: None, shown_until: None }
    }
}

impl Placing {
    pub(super) fn place(&self) -> Option<VoicePlace> {
        self.place
    }

    /// The world and the place there.
    pub(super) fn place_in_world(&self) -> Option<(&World, VoicePlace)> {
        self.world.as_ref().zip(self.place)
    }

    /// The world and the position there, while players of other networks are shown it.
    pub(super) fn shared(&self) -> Option<(&World, Position)> {
        self.shown_until.as_ref()?;
        Some((self.world.as_ref()?, self.place.and_then(position)?))
    }

    /// The game names its world. The last place was in the former one.
    pub(super) fn enter(&mut self, name: &[u8]) {
        if self.world.as_ref().is_none_or(|world| world.name() != name) {
            self.world = World::named(name);
            self.shown_until = None;
        }
    }

    /// A packet came with a place, or without; returns the former position and the present one.
    pub(super) fn note(
        &mut self,
        now: Instant,
        place: Option<VoicePlace>,
    ) -> (Option<Position>, Option<Position>) {
        let place = place.filter(|place| position(*place).is_some());
        let before = std::mem::replace(&mut self.place, place);
        self.shown_until = place.map(|_| now + SHOWN);
        (before.and_then(position), place.and_then(position))
    }

    pub(super) fn end_if_due(&mut self, now: Instant) {
        self.shown_until = self.shown_until.filter(|until| now < *until);
    }

    /// When the place is to be shown no longer, unless it is told again.
    pub(super) fn ends_at(&self) -> Option<Instant> {
        self.shown_until
    }

    /// The place at which the user hears a speaker.
    ///
    /// The clients that say how far a voice reaches do not play voices without a place: players who are no users of
    /// this listener are heard as far as the listener itself is, and from there if they share no place in its world.
    pub(super) fn place_heard(&self, speaker: ClientId, neighbours: &Neighbours) -> Option<VoicePlace> {
        if neighbours.profile(speaker).is_some() {
            return neighbours.place(speaker, self.world.as_ref()?);
        }
        let world = self.world.as_ref();
        let range_m = self.place.and_then(|place| place.range_m);
        match world.and_then(|world| neighbours.position_elsewhere(speaker, world)) {
            Some(position) => Some(VoicePlace { metres: position.metres(), range_m }),
            None => self.place.filter(|_| range_m.is_some()),
        }
    }
}

fn position(place: VoicePlace) -> Option<Position> {
    Position::new(place.metres).ok()
}
