//! The body of the fuzz target `hosted_room`: arbitrary input from a game, in any order.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use consonance_link::hosted::{HostedClient, HostedServer};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectLinks as _, PacketLimits, Peer, ServerLinkEvent,
    ServerNetwork as _,
};
use consonance_wire::fuzz_tape::Tape;

use crate::hosted::header::MAGIC;
use crate::hosted::{
    HostedRoom, Loopback, MessageDirection, MessageTarget, RoomMessage, RoomRequest, RoomSettings,
};

/// Each step is a byte for the action, one for a peer, one for a length, and that many bytes.
///
/// # Panics
/// The room breaks a rule.
pub fn hosted_room(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut game = Game::new(tape.byte());
    while !tape.is_empty() {
        let (what, peer, said) = (tape.byte(), tape.byte(), tape.counted());
        game.step(what, u64::from(peer % (PEERS_MAX as u8 + 3)), said);
        // A game may stop polling at any point.
        game.check(usize::from(peer / 16));
    }
    game.check(POLLS_MAX);
    assert!(game.room.poll(game.now).is_none(), "it never ends");
}

const ME: u64 = 1;
const PEERS_MAX: usize = 5;
const LIMITS: PacketLimits = PacketLimits { reliable_bytes: 100, unreliable_bytes: 60 };

struct Game {
    now: Instant,
    settings: RoomSettings,
    room: HostedRoom,
    player: HostedClient,
    server: Option<HostedServer>,
    others: BTreeSet<u64>,
    /// The peers that the server was told of and has not lost yet, and the player's direct ones.
    guests: BTreeSet<Peer>,
    direct: BTreeSet<Peer>,
    has_link: bool,
}

impl Game {
    fn new(abilities: u8) -> Self {
        let is_able = |bit: u8| abilities & (1 << bit) != 0;
        let mut settings = RoomSettings {
            has_direct_messages: is_able(0),
            takes_lists: is_able(1),
            reaches_all_others: is_able(2),
            loopback: if is_able(3) { Loopback::ThroughNetwork } else { Loopback::Inside },
            introduces_every: is_able(4).then_some(Duration::from_secs(23)),
            ..RoomSettings::new(LIMITS)
        };
        settings.hosted.peers_max = PEERS_MAX;
        settings.hosted.direct_links_max = PEERS_MAX - 1;
        settings.hosted.outgoing_reliable_packets = 4;
        settings.hosted.incoming.reliable_packets = 4;
        let (room, player) = HostedRoom::with_player(settings.clone(), ME);
        let (guests, direct) = (BTreeSet::new(), BTreeSet::new());
        let (now, others) = (Instant::now(), BTreeSet::new());
        Self { now, settings, room, player, server: None, others, guests, direct, has_link: false }
    }

    fn step(&mut self, what: u8, peer: u64, said: &[u8]) {
        let direction =
            if what & 0x40 == 0 { MessageDirection::ToServer } else { MessageDirection::ToClient };
        let delivery = if what & 0x80 == 0 { Delivery::Reliable } else { Delivery::Unreliable };
        let kinds = [1, 2, 3, 4, 5, 11];
        let kind = kinds[usize::from(what >> 4) % kinds.len()];
        let packet = [&MAGIC[..], &[kind], said].concat();
        match what % 14 {
            0 => self.peer_joined(peer),
            1 => self.peer_left(peer),
            2 => self.set_server(Some(peer)),
            3 if peer == 0 => self.set_server(None),
            3..=5 => self.room.receive(self.now, peer, direction, delivery, &packet),
            6 => self.room.receive(self.now, peer, direction, delivery, said),
            7 => self.room.send_failed(peer),
            8 => self.player.connect(self.now),
            9 => self.player.disconnect(self.now),
            10 => self.player.send(self.now, delivery, &packet),
            11 => self.send_directly(delivery, &packet),
            12 => self.serve(peer, delivery, &packet),
            _ => self.now += Duration::from_millis(500) * u32::from(kind),
        }
    }

    fn peer_joined(&mut self, peer: u64) {
        let is_taken = self.room.peer_joined(peer);
        if peer != ME && is_taken {
            self.others.insert(peer);
        }
        assert!(self.others.len() <= PEERS_MAX);
        assert!(is_taken || self.others.len() == PEERS_MAX, "there was room for another one");
    }

    fn peer_left(&mut self, peer: u64) {
        self.room.peer_left(peer);
        self.others.remove(&peer);
    }

    fn set_server(&mut self, peer: Option<u64>) {
        let is_news = self.room.server() != peer;
        let transport = self.room.set_server(peer);
        assert_eq!(transport.is_some(), is_news && peer == Some(ME));
        if is_news {
            self.drain();
            assert!(self.guests.is_empty(), "a server that was stopped has lost all peers");
            self.server = transport;
        }
    }

    fn send_directly(&mut self, delivery: Delivery, packet: &[u8]) {
        let links: Vec<Peer> = self.direct.iter().copied().collect();
        self.player.send_direct(self.now, &links, delivery, packet);
        if let (true, Some(first)) = (packet.len().is_multiple_of(7), links.first()) {
            self.player.disconnect_direct(self.now, *first);
        }
    }

    fn serve(&mut self, number: u64, delivery: Delivery, packet: &[u8]) {
        let Some(server) = &mut self.server else { return };
        let guests: Vec<Peer> = self.guests.iter().copied().collect();
        server.send(self.now, &guests, delivery, packet);
        if let Some(guest) = guests.get(number as usize).filter(|_| packet.len().is_multiple_of(5)) {
            server.disconnect(self.now, *guest, "go away");
        }
    }

    /// Checks that the output of either side is valid.
    fn check(&mut self, polls: usize) {
        self.drain();
        for _ in 0..polls {
            match self.room.poll(self.now) {
                None => return,
                Some(RoomRequest::Send(message)) => check_message(&message, &self.settings, &self.others),
                Some(RoomRequest::Refused { peer, .. }) => assert!(peer != ME),
            }
        }
    }

    fn drain(&mut self) {
        while let Some(event) = self.player.poll_event(self.now, &mut Vec::new()) {
            match event {
                ClientLinkEvent::Connected => assert!(!std::mem::replace(&mut self.has_link, true)),
                ClientLinkEvent::Packet { .. } => assert!(self.has_link),
                ClientLinkEvent::Disconnected { .. } => self.has_link = false,
                ClientLinkEvent::Direct { peer, event } => {
                    use consonance_link::DirectEvent::{Down, Packet, Up};
                    match event {
                        Up => assert!(self.direct.insert(peer)),
                        Packet { .. } => assert!(self.direct.contains(&peer)),
                        Down { .. } => assert!(self.direct.remove(&peer)),
                    }
                }
            }
        }
        assert!(self.direct.len() < PEERS_MAX);
        while let Some(event) =
            self.server.as_mut().and_then(|server| server.poll_event(self.now, &mut Vec::new()))
        {
            match event {
                ServerLinkEvent::Connected { peer, .. } => assert!(self.guests.insert(peer)),
                ServerLinkEvent::Packet { peer, .. } => assert!(self.guests.contains(&peer)),
                ServerLinkEvent::Disconnected { peer, .. } => assert!(self.guests.remove(&peer)),
            }
        }
    }
}

/// More polls than all queues have entries.
const POLLS_MAX: usize = 10_000;

fn check_message(message: &RoomMessage<'_>, settings: &RoomSettings, others: &BTreeSet<u64>) {
    let RoomMessage { direction, target, delivery, packet } = message;
    assert!(LIMITS.allow(*delivery, packet.len()));
    let may_have =
        |peer: &u64| others.contains(peer) || (*peer == ME && settings.loopback == Loopback::ThroughNetwork);
    match target {
        MessageTarget::Server => assert_eq!(*direction, MessageDirection::ToServer),
        MessageTarget::Peer(peer) => assert!(may_have(peer)),
        MessageTarget::Peers(peers) => {
            assert!(settings.takes_lists && peers.len() > 1 && peers.iter().all(may_have));
            assert_eq!(peers.iter().collect::<BTreeSet<_>>().len(), peers.len(), "each once");
        }
        MessageTarget::AllOthers => assert!(settings.reaches_all_others && message.is_introduction()),
    }
    assert_eq!(*target == MessageTarget::Server, *direction == MessageDirection::ToServer);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_order_of_steps_breaks_a_room(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            super::hosted_room(&bytes);
        }
    }
}
