//! A stand-in for the game's server: hears every client, and tells each as much.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use consonance_gateway::udp::{UdpServer, UdpServerSettings};
use consonance_gateway::{GameServer as _, GameServerEvent};
use consonance_kcp::{KcpServer, KcpServerSettings, LinkSettings, RELIABLE_CHANNEL, UNRELIABLE_CHANNEL};
use consonance_mirror::looks_like_batch;
use consonance_transport::{Delivery, Peer};

use super::meter::Meter;
use super::player::{Now, is_reliable_turn};
use super::stamped::Stamped;

pub(super) struct Game {
    network: UdpServer<KcpServer>,
    /// By whether they are behind the splice, and by their numbers.
    peers: BTreeMap<(bool, u16), Peer>,
    moves: u64,
}

impl Game {
    pub(super) fn open() -> io::Result<Self> {
        let link = LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() };
        // Nobody has to be kept out of this machine's own bench.
        let endpoint = KcpServer::new(KcpServerSettings { link, ..KcpServerSettings::default() }, [1; 32]);
        let network =
            UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, UdpServerSettings::default())?;
        Ok(Self { network, peers: BTreeMap::new(), moves: 0 })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.network.local_addr()
    }

    /// Tells one client something.
    pub(super) fn play(&mut self, now: Now, is_spliced: bool, number: usize, meter: &mut Meter) {
        let Some(&peer) = self.peers.get(&(is_spliced, number as u16)) else { return };
        self.moves += 1;
        let channel = if is_reliable_turn(self.moves) { RELIABLE_CHANNEL } else { UNRELIABLE_CHANNEL };
        let batch = Stamped::Move { sent_at: now.since }.to_batch(now.since);
        self.network.send(now.instant, peer, channel, &batch);
        meter.send();
    }

    /// Takes what has come; how much that was.
    pub(super) fn turn(&mut self, now: Now, meter: &mut Meter) -> usize {
        self.network.flush(now.instant);
        let mut came = 0;
        while let Some(event) = self.network.poll(now.instant) {
            came += 1;
            match event {
                GameServerEvent::Connected { peer, .. } => self.network.accept(now.instant, peer, &[]),
                GameServerEvent::Message { peer, channel, message } => match Stamped::of_batch(message) {
                    Some(Stamped::Introduction { is_spliced, number }) => {
                        self.peers.insert((is_spliced, number), peer);
                    }
                    Some(Stamped::Move { sent_at }) => {
                        let is_reliable = channel == RELIABLE_CHANNEL;
                        let delivery = if is_reliable { Delivery::Reliable } else { Delivery::Unreliable };
                        meter.receive(delivery, now.again().saturating_sub(sent_at));
                    }
                    None => {}
                },
                GameServerEvent::Disconnected { .. } => {}
            }
        }
        came
    }
}
