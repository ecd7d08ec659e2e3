//! A stand-in for the game's server: receives messages from every client, and sends each of them as many.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use consonance_link::gateway::{Envelope, MessagePart, MessageParts};
use consonance_link::{MessageChannel, Peer, ServerLinkEvent, ServerNetwork};

use super::meter::Meter;
use super::networks::Network;
use super::player::{Now, delivery_of_turn};
use super::side::Side;
use super::stamped::Stamped;

pub(super) struct Game {
    of: &'static Network,
    network: Box<dyn ServerNetwork<MessageChannel>>,
    address: SocketAddr,
    /// The clients by side and number.
    peers: BTreeMap<(Side, u16), Peer>,
    /// Answers to clients that ask for admission.
    approvals: BTreeMap<Peer, Box<dyn Envelope>>,
    parts: MessageParts,
    /// The message of the last event.
    bytes: Vec<u8>,
    moves: u64,
}

impl Game {
    pub(super) fn open(of: &'static Network) -> io::Result<Self> {
        let (network, address) = (of.server)()?;
        let (peers, approvals) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self {
            of,
            network,
            address,
            peers,
            approvals,
            parts: MessageParts::default(),
            bytes: Vec::new(),
            moves: 0,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a message to one client.
    pub(super) fn play(&mut self, now: Now, side: Side, number: usize, meter: &mut Meter) {
        let Some(&peer) = self.peers.get(&(side, number as u16)) else { return };
        self.moves += 1;
        let delivery = delivery_of_turn(self.moves);
        let message = (self.of.wrap)(now.since, &Stamped::Move { delivery, sent_at: now.since }.to_bytes());
        self.network.send(
            now.instant,
            &[peer],
            self.network.voice_channels().channel_for(delivery),
            &message,
        );
        meter.send();
    }

    /// Handles all pending events; returns their number.
    pub(super) fn run_once(&mut self, now: Now, meter: &mut Meter) -> usize {
        self.network.flush(now.instant);
        let mut came = 0;
        while let Some(event) = self.network.poll_event(now.instant, &mut self.bytes) {
            came += 1;
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    self.approvals.extend(self.of.approval.map(|approval| (peer, approval(now.instant))));
                    self.network.accept(now.instant, peer, &[]);
                }
                ServerLinkEvent::Packet { peer, channel } => {
                    if let Some(stamped) = (self.of.unwrap)(&self.bytes).and_then(Stamped::of_bytes) {
                        self.take(now, peer, stamped, meter);
                        continue;
                    }
                    if let Some(approval) = self.approvals.get_mut(&peer) {
                        approval.handle_from_client(now.instant, channel, &self.bytes, &mut self.parts);
                    }
                    self.answer(now, peer);
                }
                ServerLinkEvent::Disconnected { .. } => {}
            }
        }
        came
    }

    fn take(&mut self, now: Now, peer: Peer, stamped: Stamped, meter: &mut Meter) {
        match stamped {
            Stamped::Introduction { side, number } => {
                self.peers.insert((side, number), peer);
            }
            Stamped::Move { delivery, sent_at } => {
                meter.receive(delivery, now.again().saturating_sub(sent_at));
            }
        }
    }

    fn answer(&mut self, now: Now, peer: Peer) {
        while let Some((part, bytes)) = self.parts.pop() {
            if let MessagePart::ToClient(channel) = part {
                self.network.send(now.instant, &[peer], channel, bytes);
            }
        }
    }
}
