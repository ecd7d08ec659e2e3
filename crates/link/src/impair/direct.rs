//! The direct links of an impaired client: each has its own impairment.

use std::collections::BTreeMap;
use std::time::Instant;

use super::{Fate, Impairer, Impairment};
use crate::packet_pool::{PacketPool, SharedPacket};
use crate::random::Random;
use crate::{Delivery, DirectEvent, DirectLinks, DisconnectReason, Peer};

/// All lines, and the packets that have reached their end.
#[derive(Debug)]
pub(super) struct DirectLines {
    up: Impairment,
    down: Impairment,
    /// Kept until their ends are reported.
    lines: BTreeMap<Peer, Line>,
}

/// An event on a line, for `poll_event` to report.
#[derive(Debug)]
pub(super) enum LineEvent {
    Up,
    Packet(Delivery, SharedPacket),
    Down(DisconnectReason),
}

#[derive(Debug)]
struct Line {
    up: Impairer<SharedPacket>,
    down: Impairer<SharedPacket>,
    is_reported: bool,
    state: State,
    /// The reason to report for the line's end, if the inner transport cannot know it.
    end_instead: Option<DisconnectReason>,
}

#[derive(Debug)]
enum State {
    Up,
    /// We ended it; the inner transport has yet to report the end.
    Left,
    /// The inner transport reported the end; this one does after the last packets.
    Ended(DisconnectReason),
}

impl DirectLines {
    pub(super) fn new(up: &Impairment, down: &Impairment) -> Self {
        let (up, down) = (up.clone(), down.clone());
        Self { up, down, lines: BTreeMap::new() }
    }

    /// Takes an event of the inner transport. True if the line cannot keep a reliable packet, and so must end.
    #[must_use]
    pub(super) fn take(
        &mut self,
        now: Instant,
        peer: Peer,
        event: DirectEvent,
        packet: &[u8],
        pool: &mut PacketPool,
    ) -> bool {
        match event {
            DirectEvent::Up => {
                self.lines.insert(peer, Line::new(peer, &self.up, &self.down));
                false
            }
            DirectEvent::Packet { delivery } => self.lines.get_mut(&peer).is_some_and(|line| {
                let fate = line.down.push(now, delivery, pool.copy(packet));
                line.note(delivery, fate)
            }),
            DirectEvent::Down { reason } => {
                if let Some(line) = self.lines.get_mut(&peer) {
                    line.up.clear();
                    line.state = State::Ended(line.end_instead.take().unwrap_or(reason));
                }
                false
            }
        }
    }

    /// The next event. A line that has ended is forgotten with its last event.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Peer, LineEvent)> {
        let (peer, event) = self.lines.iter_mut().find_map(|(&peer, line)| Some((peer, line.pop(now)?)))?;
        if matches!(event, LineEvent::Down(_)) {
            self.lines.remove(&peer);
        }
        Some((peer, event))
    }

    /// Passes to the inner transport the packets that are due on the way up.
    pub(super) fn send_due(&mut self, now: Instant, inner: &mut dyn DirectLinks) {
        for (&peer, line) in &mut self.lines {
            while let Some((delivery, packet)) = line.up.pop(now) {
                inner.send_direct(now, &[peer], delivery, &packet);
            }
        }
    }

    /// Sends a packet over one line; returns its fate, or `None` if there is no such line.
    pub(super) fn send(
        &mut self,
        now: Instant,
        peer: Peer,
        delivery: Delivery,
        packet: SharedPacket,
    ) -> Option<Fate> {
        let line = self.lines.get_mut(&peer).filter(|line| line.is_up())?;
        let fate = line.up.push(now, delivery, packet);
        line.note(delivery, fate);
        Some(fate)
    }

    /// Ends a line: delays are cut short, and only the end is reported afterwards.
    pub(super) fn disconnect(&mut self, now: Instant, peer: Peer, inner: &mut dyn DirectLinks) {
        if let Some(line) = self.lines.get_mut(&peer).filter(|line| line.is_up()) {
            for packet in line.up.drain_reliable() {
                inner.send_direct(now, &[peer], Delivery::Reliable, &packet);
            }
            line.down.clear();
            line.state = State::Left;
            inner.disconnect_direct(now, peer);
        }
    }

    pub(super) fn next_at(&self) -> Option<Instant> {
        self.lines.values().flat_map(|line| [line.up.next_at(), line.down.next_at()]).flatten().min()
    }
}

impl Line {
    fn new(peer: Peer, up: &Impairment, down: &Impairment) -> Self {
        // Lines with the same impairment must not lose the same packets.
        let impairer = |impairment: &Impairment| {
            let seed = Random::new(impairment.seed ^ peer.0, "direct link").next_u64();
            Impairer::new(&Impairment { seed, ..impairment.clone() })
        };
        let (up, down) = (impairer(up), impairer(down));
        Self { up, down, is_reported: false, state: State::Up, end_instead: None }
    }

    fn is_up(&self) -> bool {
        matches!(self.state, State::Up)
    }

    /// True if the line cannot keep a reliable packet, and so must end.
    fn note(&mut self, delivery: Delivery, fate: Fate) -> bool {
        let is_overflowed = (delivery, fate) == (Delivery::Reliable, Fate::Overflowed);
        if is_overflowed {
            self.end_instead.get_or_insert(super::overloaded());
        }
        is_overflowed
    }

    fn pop(&mut self, now: Instant) -> Option<LineEvent> {
        if !std::mem::replace(&mut self.is_reported, true) {
            return Some(LineEvent::Up);
        }
        if let Some((delivery, packet)) = self.down.pop(now) {
            return Some(LineEvent::Packet(delivery, packet));
        }
        match &self.state {
            State::Ended(reason) if self.down.next_at().is_none() => Some(LineEvent::Down(reason.clone())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
