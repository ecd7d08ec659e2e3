//! A player whose session is driven by the test, to see every frame on the wire.

use std::time::Instant;

use consonance::transport::memory::MemoryClient;
use consonance_session::{Client, ClientEvent, ClientSettings, HeardChannel};
use consonance_testing::player::TestPlayer;

use crate::hall::Hall;

/// Events on the wire, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Ready,
    Started,
    /// A frame, and the channels that reach the witness.
    Frame(Vec<HeardChannel>),
    Stopped,
}

/// Listens to rooms and sends nothing.
pub(crate) struct Witness {
    player: TestPlayer<MemoryClient>,
    pub(crate) seen: Vec<Seen>,
}

impl Witness {
    /// A witness that is joining the session; [`Seen::Ready`] reports that it has joined.
    pub(crate) fn new(hall: &Hall, rooms: &[&str]) -> Self {
        let mut client = Client::new(ClientSettings::new("Witness"));
        for room in rooms {
            client.join_room(room).unwrap();
        }
        Self { player: TestPlayer::new(client, hall.intruder(), Instant::now()), seen: Vec::new() }
    }

    /// Receives and sends pending packets.
    pub(crate) fn poll(&mut self) {
        let Self { player, seen } = self;
        let now = Instant::now();
        player.wake(now);
        player.run_once(now, |event| {
            seen.extend(match event {
                ClientEvent::PlayersSynced => Some(Seen::Ready),
                ClientEvent::StartedSpeaking { .. } => Some(Seen::Started),
                ClientEvent::Voice(frame) => Some(Seen::Frame(frame.channels.to_vec())),
                ClientEvent::StoppedSpeaking { .. } => Some(Seen::Stopped),
                _ => None,
            });
        });
        assert_eq!(player.ends, [], "it hears to the end");
    }

    /// The amplitude announced with each frame, in order.
    pub(crate) fn amplitudes(&self) -> Vec<f32> {
        let frames = self.seen.iter().filter_map(|seen| match seen {
            Seen::Frame(channels) => Some(channels),
            _ => None,
        });
        frames.map(|channels| channels.iter().map(|channel| channel.amplitude).fold(0.0, f32::max)).collect()
    }
}
