//! A pair that hears each other, and ways to break that.

use super::super::{Diagnosis, why};
use crate::{
    CaptureSnapshot, ChannelRow, ChannelTarget, ClientSnapshot, ConnectionState, DistanceRow,
    EffectiveActivation, PlayerRow, ServedPlayer, ServedRoom, ServedSession, ServerSnapshot, Snapshot,
    UnheardReason,
};

/// Alice speaks to the lobby, Bob listens to it, and hears her.
pub(super) struct Pair {
    pub(super) alice: ClientSnapshot,
    pub(super) bob: ClientSnapshot,
    pub(super) server: ServerSnapshot,
}

impl Pair {
    pub(super) fn in_order() -> Self {
        let lobby = || ChannelTarget::Room("lobby".into());
        let row = |name: &str, rooms: &[&str]| PlayerRow {
            name: name.into(),
            rooms: rooms.iter().map(ToString::to_string).collect(),
            ..PlayerRow::default()
        };
        let client = |name: &str| ClientSnapshot {
            name: name.into(),
            status: ConnectionState::Connected,
            knows_all_players: true,
            max_voices: 8,
            players: vec![row("Alice", &[]), row("Bob", &["lobby"])],
            ..ClientSnapshot::default()
        };
        let mut alice = client("Alice");
        alice.channels.push(ChannelRow { target: lobby(), ..ChannelRow::default() });
        alice.uplink.frames_sent = 500;
        alice.uplink.lost_percent = Some(0.0);
        alice.capture = Some(CaptureSnapshot {
            activation: EffectiveActivation::Voice,
            is_transmitting: true,
            spoke_ms_ago: Some(0),
            utterance_ms: 4000,
            sound_ms_ago: Some(0),
            blocks: 400,
            ..CaptureSnapshot::default()
        });
        let mut bob = client("Bob");
        bob.rooms = vec!["lobby".into()];
        let heard = &mut bob.players[0];
        (heard.is_speaking, heard.heard_ms_ago) = (true, Some(20));
        (heard.received, heard.played) = (500, 495);
        heard.channels = vec![lobby()];
        let served = |name: &str| ServedPlayer { name: name.into(), ..ServedPlayer::default() };
        let speaking = ServedPlayer {
            is_followed: true,
            voice_ms_ago: Some(10),
            voice_to: vec![lobby()],
            lost_percent: Some(0.0),
            ..served("Alice")
        };
        let listening = ServedPlayer { rooms: vec!["lobby".into()], ..served("Bob") };
        let room =
            ServedRoom { name: "lobby".into(), listeners: vec!["Bob".into()], ..ServedRoom::default() };
        let session = ServedSession {
            name: "main".into(),
            players: vec![speaking, listening],
            rooms: vec![room],
            ..ServedSession::default()
        };
        Self { alice, bob, server: ServerSnapshot { sessions: vec![session], ..ServerSnapshot::default() } }
    }

    pub(super) fn but(change: impl FnOnce(&mut Self)) -> Self {
        let mut pair = Self::in_order();
        change(&mut pair);
        pair
    }

    /// Nothing leaves her client.
    pub(super) fn says_nothing(&mut self) {
        let capture = self.alice.capture.as_mut().unwrap();
        (capture.spoke_ms_ago, capture.is_transmitting) = (None, false);
        self.nothing_leaves();
    }

    /// None of her voice arrives.
    pub(super) fn nothing_leaves(&mut self) {
        self.alice.uplink.lost_percent = None;
        let served = &mut self.server.sessions[0].players[0];
        (served.voice_ms_ago, served.lost_percent) = (None, None);
        served.voice_to.clear();
        self.nothing_arrives();
    }

    pub(super) fn nothing_arrives(&mut self) {
        let id = self.bob.players[0].id;
        self.bob.players[0] = PlayerRow { name: "Alice".into(), id, ..PlayerRow::default() };
    }

    /// Removes Bob from his rooms.
    pub(super) fn is_expelled(&mut self) {
        self.bob.rooms.clear();
        self.alice.players[1].rooms.clear();
        self.bob.players[1].rooms.clear();
        self.server.sessions[0].players[1].rooms.clear();
        self.server.sessions[0].rooms[0].listeners = vec!["Carol".into()];
        self.nothing_arrives();
    }

    /// The lobby carries 20 m, and Bob is this far away from Alice.
    pub(super) fn is_apart(&mut self, metres: f32) {
        let session = &mut self.server.sessions[0];
        session.rooms[0].range_m = Some(20.0);
        for (player, other) in [(0, "Bob"), (1, "Alice")] {
            session.players[player].has_place = true;
            session.players[player].distances = vec![DistanceRow::new(other, metres)];
        }
        self.nothing_arrives();
    }

    pub(super) fn is_unheard(&mut self, unheard: UnheardReason) {
        self.bob.players[0].unheard = Some(unheard);
    }

    /// The diagnosis with the snapshots of these: `a`lice, `b`ob, the `s`erver.
    pub(super) fn asked(&self, letters: &str) -> Diagnosis {
        why(&self.snapshots(letters), "Alice", "Bob")
    }

    pub(super) fn snapshots(&self, letters: &str) -> Vec<Snapshot> {
        let all = [
            ('a', Snapshot::from(self.alice.clone())),
            ('b', Snapshot::from(self.bob.clone())),
            ('s', Snapshot::from(self.server.clone())),
        ];
        let asked = all.into_iter().filter(|(letter, _)| letters.contains(*letter));
        asked.map(|(_, snapshot)| snapshot).collect()
    }
}
