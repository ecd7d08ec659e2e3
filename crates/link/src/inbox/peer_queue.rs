//! The queue of one peer's unpolled packets.

use std::collections::VecDeque;

use super::{InboxLimits, Popped, Pushed};
use crate::{Delivery, DisconnectReason, Peer};

#[derive(Debug)]
pub(super) struct PeerQueue<C, P> {
    arrival: Arrival<C>,
    reliable: VecDeque<P>,
    unreliable: VecDeque<P>,
    /// Set when the link ended; reported after the packets.
    end: Option<DisconnectReason>,
    is_muted: bool,
    /// Whether a reliable packet was rejected and its sender waits for room.
    is_awaited: bool,
    /// Whether the inbox's list of peers with pending items contains it.
    pub(super) is_in_turn: bool,
}

/// The progress of a peer's arrival.
#[derive(Debug)]
enum Arrival<C> {
    /// Only its end is reported; packets wait.
    Expected,
    Connected(C),
    /// Its `Connected` was popped.
    Reported,
}

impl<C, P> PeerQueue<C, P> {
    pub(super) fn new() -> Self {
        Self {
            arrival: Arrival::Expected,
            reliable: VecDeque::new(),
            unreliable: VecDeque::new(),
            end: None,
            is_muted: false,
            is_awaited: false,
            is_in_turn: false,
        }
    }

    pub(super) fn has_something(&self) -> bool {
        let is_worth_telling = match self.arrival {
            Arrival::Expected => false,
            Arrival::Connected(_) => true,
            Arrival::Reported => !self.reliable.is_empty() || !self.unreliable.is_empty(),
        };
        is_worth_telling || self.end.is_some()
    }

    pub(super) fn connected(&mut self, about: C) {
        // Accepting a peer may cross with its leaving; a peer that left is not reported as connected.
        if !self.is_muted && self.end.is_none() {
            self.arrival = Arrival::Connected(about);
        }
    }

    pub(super) fn push(&mut self, limits: InboxLimits, delivery: Delivery, packet: P) -> Pushed<P> {
        if self.is_muted || self.end.is_some() {
            return Pushed::Unwanted;
        }
        match delivery {
            Delivery::Reliable if self.reliable.len() >= limits.reliable_packets => {
                self.is_awaited = true;
                Pushed::Full(packet)
            }
            Delivery::Reliable => {
                self.reliable.push_back(packet);
                Pushed::Queued
            }
            Delivery::Unreliable => {
                let is_full = self.unreliable.len() >= limits.unreliable_packets;
                if is_full {
                    self.unreliable.pop_front();
                }
                self.unreliable.push_back(packet);
                if is_full { Pushed::QueuedInPlaceOfOldest } else { Pushed::Queued }
            }
        }
    }

    pub(super) fn disconnected(&mut self, reason: DisconnectReason) {
        self.end.get_or_insert(reason);
    }

    pub(super) fn mute(&mut self) -> bool {
        self.is_muted = true;
        if matches!(self.arrival, Arrival::Connected(_)) {
            self.arrival = Arrival::Expected;
        }
        self.reliable.clear();
        self.unreliable.clear();
        std::mem::take(&mut self.is_awaited)
    }

    /// Control packets go first: they are needed to interpret the voice.
    pub(super) fn pop(&mut self, limits: InboxLimits, peer: Peer) -> Option<Popped<C, P>> {
        match std::mem::replace(&mut self.arrival, Arrival::Reported) {
            Arrival::Connected(about) => return Some(Popped::Connected { peer, about }),
            Arrival::Expected => {
                self.arrival = Arrival::Expected;
                return self.end.take().map(|reason| Popped::Disconnected { peer, reason });
            }
            Arrival::Reported => {}
        }
        if let Some(packet) = self.reliable.pop_front() {
            let made_room = self.is_awaited && self.reliable.len() < limits.reliable_packets;
            if made_room {
                self.is_awaited = false;
            }
            return Some(Popped::Packet { peer, delivery: Delivery::Reliable, packet, made_room });
        }
        if let Some(packet) = self.unreliable.pop_front() {
            return Some(Popped::Packet { peer, delivery: Delivery::Unreliable, packet, made_room: false });
        }
        let reason = self.end.take()?;
        Some(Popped::Disconnected { peer, reason })
    }
}
