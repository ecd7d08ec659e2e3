//! Players that speak until others hear them, over any network.

use std::thread;
use std::time::{Duration, Instant};

use consonance_link::ClientNetwork;
use consonance_session::{ChannelProperties, Client, ClientEvent, ClientSettings, Target};
use consonance_testing::player::TestPlayer;

/// The timeout for every operation. Generous: machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A player in the room "lobby".
struct Player<T> {
    inner: TestPlayer<T>,
    heard: Vec<Vec<u8>>,
}

/// The same over any network.
pub(crate) trait Talker {
    fn say(&mut self, words: &[u8]);
    fn run_once(&mut self, now: Instant);
    fn has_heard(&self, words: &[u8]) -> bool;
}

pub(crate) fn player(name: &str, transport: impl ClientNetwork + 'static) -> Box<dyn Talker> {
    player_with(ClientSettings::new(name), transport)
}

pub(crate) fn player_with(
    settings: ClientSettings,
    transport: impl ClientNetwork + 'static,
) -> Box<dyn Talker> {
    let mut client = Client::new(settings);
    client.join_room("lobby").unwrap();
    client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    Box::new(Player { inner: TestPlayer::new(client, transport, Instant::now()), heard: Vec::new() })
}

impl<T: ClientNetwork> Talker for Player<T> {
    fn say(&mut self, words: &[u8]) {
        // A player that has not joined yet cannot speak.
        let _ = self.inner.client.send_voice(words);
    }

    fn run_once(&mut self, now: Instant) {
        let Self { inner, heard } = self;
        inner.wake(now);
        inner.run_once(now, |event| {
            if let ClientEvent::Voice(voice) = event {
                heard.push(voice.frame.to_vec());
            }
        });
    }

    fn has_heard(&self, words: &[u8]) -> bool {
        self.heard.iter().any(|frame| frame == words)
    }
}

/// Each speaks until all others hear it; `turn` is called in between.
pub(crate) fn assert_all_hear_each_other(players: &mut [Box<dyn Talker>], mut turn: impl FnMut(Instant)) {
    for speaker in 0..players.len() {
        // Browsers send Opus packets only: this begins like one with a frame of 20 ms (RFC 6716, section 3.1).
        let words = format!("Here speaks player {speaker}").into_bytes();
        let deadline = Instant::now() + PATIENCE;
        let is_heard = |players: &[Box<dyn Talker>]| {
            let mut others = players.iter().enumerate().filter(|(number, _)| *number != speaker);
            others.all(|(_, player)| player.has_heard(&words))
        };
        let mut next = Instant::now();
        while !is_heard(players) {
            assert!(Instant::now() < deadline, "not all hear player {speaker}");
            let now = Instant::now();
            // A speaker faster than real time is excluded where the others cannot follow.
            if now >= next {
                players[speaker].say(&words);
                next = now + Duration::from_millis(20);
            }
            for player in players.iter_mut() {
                player.run_once(now);
            }
            turn(now);
            thread::sleep(Duration::from_millis(2));
        }
    }
}
