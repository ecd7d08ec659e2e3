//! A recording of all players of a chat: those present, and those that join later.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::observed::Observed;
use crate::command::Command;
use crate::event::EventKind;
use crate::event_queue::EventReader;
use crate::tap::{Tap, TapSource};

/// A tap, and the name of its file.
pub(super) struct NamedTap {
    pub(super) tap: Tap,
    pub(super) name: String,
}

/// The number of tracks, and its limit.
#[derive(Debug, Clone)]
pub(super) struct Tracks {
    taken: Arc<AtomicUsize>,
    max: usize,
}

impl Tracks {
    pub(super) fn new(max: usize) -> Self {
        Self { taken: Arc::default(), max }
    }

    pub(super) fn max(&self) -> usize {
        self.max
    }

    /// Takes a track; false if none is left.
    pub(super) fn take(&self) -> bool {
        let next = |taken| (taken < self.max).then_some(taken + 1);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }

    /// Gives back an unused track.
    pub(super) fn give_back(&self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The recorded players of a chat.
pub(super) struct Everyone {
    observed: Observed,
    joined: EventReader,
    tracks: Tracks,
    /// Players with a track: one that comes back continues in it.
    recorded: BTreeSet<Box<str>>,
    /// Players to record.
    waiting: BTreeSet<Box<str>>,
    told_of_limit: bool,
}

impl Everyone {
    /// All players present and all that join later.
    pub(super) fn new(observed: Observed, tracks: Tracks) -> Self {
        // Subscribing first ensures that no player that joins meanwhile is missed.
        let joined = observed.events.subscribe(None);
        let others = observed.players.all().into_iter().filter(|player| !player.is_local());
        let waiting = others.map(|player| player.name.clone()).collect();
        Self { observed, joined, tracks, recorded: BTreeSet::new(), waiting, told_of_limit: false }
    }

    /// Taps on new players.
    pub(super) fn new_taps(&mut self) -> Vec<NamedTap> {
        while let Some(event) = self.joined.poll() {
            if let EventKind::PlayerJoined { name } = event.kind
                && !self.recorded.contains(&*name)
                && self.waiting.len() < self.tracks.max()
            {
                self.waiting.insert(name.into());
            }
        }
        let mut taps = Vec::new();
        while let Some(name) = self.waiting.pop_first() {
            if !self.tracks.take() {
                self.tell_of_limit(&name);
                continue;
            }
            let source = TapSource::Player(name.to_string());
            let (sender, tap) = Tap::new(source.clone());
            if self.observed.commands.try_send(Command::Tap(source, sender)).is_err() {
                // The queue is full, or the chat has ended: try again later.
                self.tracks.give_back();
                self.waiting.insert(name);
                break;
            }
            taps.push(NamedTap { tap, name: name.to_string() });
            self.recorded.insert(name);
        }
        taps
    }

    fn tell_of_limit(&mut self, player: &str) {
        if !std::mem::replace(&mut self.told_of_limit, true) {
            let max = self.tracks.max();
            tracing::warn!(player, max, "not recorded: track limit reached");
        }
    }
}
