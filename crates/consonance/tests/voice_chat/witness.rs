//! A player whose session the test itself drives, to see every frame as it comes over the wire.

use std::time::Instant;

use consonance::transport::memory::MemoryClient;
use consonance::transport::{self, ClientTransport};
use consonance_session::{
    Client, ClientEvent, ClientSettings, Delivery, HeardChannel, Instant as SessionInstant, LinkCommand,
    LinkId, Transmit,
};

use crate::hall::Hall;

/// What came over the wire, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Ready,
    Started,
    /// A frame, and the channels that reach the witness.
    Frame(Vec<HeardChannel>),
    Stopped,
}

/// Listens to rooms and says nothing.
pub(crate) struct Witness {
    begun: Instant,
    client: Client,
    transport: MemoryClient,
    link: LinkId,
    pub(crate) seen: Vec<Seen>,
}

impl Witness {
    /// On the way into the session; [`Seen::Ready`] when it is there.
    pub(crate) fn new(hall: &Hall, rooms: &[&str]) -> Self {
        let mut client = Client::new(ClientSettings::new("Witness"));
        for room in rooms {
            client.join_room(room).unwrap();
        }
        client.start();
        let (begun, transport) = (Instant::now(), hall.stranger());
        Self { begun, client, transport, link: LinkId(0), seen: Vec::new() }
    }

    /// Takes and gives what waits.
    pub(crate) fn poll(&mut self) {
        let now = Instant::now();
        let at = SessionInstant::from_micros((now - self.begun).as_micros() as u64);
        while let Some(event) = self.transport.poll(now) {
            match event {
                transport::ClientEvent::Connected => {
                    self.link = LinkId(self.link.0 + 1);
                    self.client.handle_connected(at, self.link);
                }
                transport::ClientEvent::Packet { delivery, packet } => {
                    let delivery = match delivery {
                        transport::Delivery::Reliable => Delivery::Reliable,
                        transport::Delivery::Unreliable => Delivery::Unreliable,
                    };
                    self.client.handle_packet(at, self.link, delivery, packet);
                }
                other => panic!("{other:?}"),
            }
        }
        self.client.handle_timeout(at);
        while let Some(event) = self.client.poll_event() {
            self.seen.extend(match event {
                ClientEvent::RosterReceived => Some(Seen::Ready),
                ClientEvent::StartedSpeaking { .. } => Some(Seen::Started),
                ClientEvent::Voice(frame) => Some(Seen::Frame(frame.channels.to_vec())),
                ClientEvent::StoppedSpeaking { .. } => Some(Seen::Stopped),
                _ => None,
            });
        }
        while let Some(Transmit { delivery, payload, .. }) = self.client.poll_transmit() {
            let delivery = match delivery {
                Delivery::Reliable => transport::Delivery::Reliable,
                Delivery::Unreliable => transport::Delivery::Unreliable,
            };
            self.transport.send(now, delivery, payload);
        }
        while let Some(command) = self.client.poll_command() {
            if matches!(command, LinkCommand::Open) {
                self.transport.connect(now);
            }
        }
    }

    /// How loud each frame was said to be, in order.
    pub(crate) fn amplitudes(&self) -> Vec<f32> {
        let frames = self.seen.iter().filter_map(|seen| match seen {
            Seen::Frame(channels) => Some(channels),
            _ => None,
        });
        frames.map(|channels| channels.iter().map(|channel| channel.amplitude).fold(0.0, f32::max)).collect()
    }
}
