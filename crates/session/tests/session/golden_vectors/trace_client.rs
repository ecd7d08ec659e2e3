//! A client of a recorded session: repeats the script's actions, and reports its events in the recording's format.

use std::collections::{BTreeMap, BTreeSet};

use consonance_session::{
    Capabilities, ChannelId, ChannelProperties, Client, ClientEvent, ClientId, ClientSettings, CodecId,
    CodecParameters, Delivery, Instant, LinkCommand, LinkId, Status, Target, TextError, TextTarget,
};
use serde_json::{Value, json};

use super::replay::Manner;
use super::{driver, heard, voice_sender};

/// The ids of direct links start here; those of connections to the server are below.
const DIRECT: u64 = 1000;

/// A client's direct link to a peer.
fn direct_link(peer: u64) -> LinkId {
    LinkId(DIRECT + peer)
}

pub(crate) struct TraceClient {
    pub(crate) client: Client,
    /// The number of the client's connection.
    pub(crate) peer: u64,
    /// Whether the original's client is event-driven; otherwise it reads inside its own update, and loses the
    /// disconnect that `ErrorWrongSession` causes.
    pub(crate) event_driven: bool,
    /// The peers to which a direct link was used.
    direct: BTreeSet<u64>,
    channels: Vec<(Target, ChannelProperties, ChannelId)>,
    names: BTreeMap<ClientId, String>,
}

impl TraceClient {
    /// Starts a client, which asks for a link.
    pub(crate) fn start(act: &Value, manner: Manner) -> Self {
        let mut settings = ClientSettings::new(driver::text(act, "who"));
        settings.codec = CodecParameters {
            kind: CodecId(u8::try_from(driver::number(act, "codec")).unwrap()),
            frame_size_samples: u32::try_from(driver::number(act, "frame")).unwrap(),
            sample_rate_hz: u32::try_from(driver::number(act, "rate")).unwrap(),
        };
        if manner == Manner::LikeTheOriginal {
            settings.capabilities = Capabilities::NONE;
            settings.as_original = true;
        }
        let mut client = Client::new(settings);
        for room in driver::strings(act, "rooms") {
            client.join_room(room).unwrap();
        }
        client.start();
        let event_driven = act["event_driven"] == true;
        let peer = driver::number(act, "peer");
        let direct = BTreeSet::new();
        Self { client, peer, event_driven, direct, channels: Vec::new(), names: BTreeMap::new() }
    }

    /// The original starts a new client after a failure; ours is the same client, which must reconnect by itself.
    pub(crate) fn start_again(&mut self, now: Instant, act: &Value) {
        assert_eq!(self.client.status(), Status::Degraded, "it is on its way back");
        self.client.handle_timeout(now);
        assert_eq!(self.client.poll_command(), Some(LinkCommand::Open));
        assert!(self.client.rooms().eq(driver::strings(act, "rooms")));
        self.peer = driver::number(act, "peer");
    }

    pub(crate) fn connect(&mut self, now: Instant) {
        self.client.handle_connected(now, LinkId(self.peer));
    }

    pub(crate) fn receive(&mut self, now: Instant, packet: &[u8]) {
        self.client.handle_packet(now, LinkId(self.peer), Delivery::Reliable, packet);
    }

    /// A packet over the direct link to another peer. The link has been up as long as the clients; ours introduces
    /// itself over it at once, but in the traces only when the script says so.
    pub(crate) fn receive_directly(&mut self, now: Instant, from: u64, packet: &[u8]) {
        if self.direct.insert(from) {
            assert_eq!(self.sent(), [], "everything was sent before");
            self.client.handle_peer_connected(now, direct_link(from));
            self.sent();
        }
        self.client.handle_packet(now, direct_link(from), Delivery::Reliable, packet);
    }

    pub(crate) fn act(&mut self, now: Instant, act: &Value) {
        match driver::text(act, "op") {
            "rooms_join" => self.client.join_room(driver::text(act, "room")).unwrap(),
            "rooms_leave" => self.client.leave_room(driver::text(act, "room")),
            "open_room_channel" | "open_player_channel" => {
                self.open(target(act), voice_sender::properties(act, "amplitude"));
            }
            "close_room_channel" | "close_player_channel" => {
                let (_, _, channel) = self.channels.remove(self.oldest(&target(act)));
                assert!(self.client.voice_mut().close_channel(channel));
            }
            "set_room_channel" => {
                let index = self.oldest(&target(act));
                let (_, properties, channel) = &mut self.channels[index];
                *properties = voice_sender::properties(act, "volume");
                assert!(self.client.voice_mut().set_channel(*channel, *properties));
            }
            "refresh_room_channels" => self.refresh_room_channels(),
            "send_voice" => {
                self.client.send_voice(&driver::bytes(driver::text(act, "payload"))).unwrap();
            }
            "send_text" => self.send_text(act),
            "p2p_handshake_to" => {
                let peer = driver::number(act, "peer");
                self.direct.insert(peer);
                self.client.handle_peer_connected(now, direct_link(peer));
            }
            "client_disconnect" => self.client.stop(now),
            other => panic!("unknown op {other:?}"),
        }
    }

    /// The sent packets: the peer, or `None` for the server; whether reliable; and the bytes.
    pub(crate) fn sent(&mut self) -> Vec<(Option<u64>, bool, Vec<u8>)> {
        let mut sent = Vec::new();
        while let Some(transmit) = self.client.poll_transmit() {
            for link in transmit.to {
                let reliable = transmit.delivery == Delivery::Reliable;
                sent.push((link.0.checked_sub(DIRECT), reliable, transmit.payload.to_vec()));
            }
        }
        sent
    }

    /// The client's events, with its present rooms.
    pub(crate) fn events(&mut self) -> Vec<Value> {
        let rooms: Vec<String> = self.client.rooms().map(str::to_owned).collect();
        let rooms: Vec<&str> = rooms.iter().map(|room| &**room).collect();
        let own_name = self.client.name().to_owned();
        let mut events = Vec::new();
        while let Some(event) = self.client.poll_event() {
            if let ClientEvent::PlayerJoined { id, name, .. } = &event {
                self.names.insert(*id, name.to_string());
            }
            events.extend(as_json(&event, &rooms, &own_name, &self.names));
        }
        for event in &mut events {
            if event["ev"] == "entered_room" || event["ev"] == "exited_room" {
                event["rooms"] = self.rooms_of(&event["name"]);
            }
        }
        events
    }

    fn rooms_of(&self, name: &Value) -> Value {
        let mut players = self.client.players().iter();
        let mut rooms = players.find(|player| player.name == name).map_or(vec![], |player| player.rooms);
        rooms.sort_by_key(|room| json!(room).to_string());
        json!(rooms)
    }

    fn open(&mut self, target: Target, properties: ChannelProperties) {
        let channel = self.client.open_channel(target.clone(), properties).unwrap();
        self.channels.push((target, properties, channel));
    }

    fn refresh_room_channels(&mut self) {
        for (target, properties, channel) in std::mem::take(&mut self.channels) {
            if matches!(target, Target::Room(_)) {
                assert!(self.client.voice_mut().close_channel(channel));
                self.open(target, properties);
            } else {
                self.channels.push((target, properties, channel));
            }
        }
    }

    fn oldest(&self, target: &Target) -> usize {
        self.channels.iter().position(|(open, ..)| open == target).expect("an open channel")
    }

    fn send_text(&mut self, act: &Value) {
        // Ours cannot send a null text.
        let Some(text) = act["text"].as_str() else { return };
        let recipient = driver::text(act, "recipient");
        let target = match driver::text(act, "type") {
            "Room" => Target::Room(recipient.into()),
            "Player" => Target::Player(recipient.into()),
            other => panic!("unknown recipient {other:?}"),
        };
        match self.client.send_text(&target, text) {
            Ok(_) | Err(TextError::UnknownPlayer { .. }) => {}
            Err(error) => panic!("{error}: {act}"),
        }
    }
}

fn target(act: &Value) -> Target {
    match act["room"].as_str() {
        Some(room) => Target::Room(room.into()),
        None => Target::Player(driver::text(act, "player").into()),
    }
}

/// `None` for events that the original does not report.
fn as_json(
    event: &ClientEvent<'_>,
    rooms: &[&str],
    own_name: &str,
    names: &BTreeMap<ClientId, String>,
) -> Option<Value> {
    Some(match event {
        ClientEvent::PlayersSynced
        | ClientEvent::Disconnected { .. }
        | ClientEvent::RemovedFromRoom { .. } => return None,
        ClientEvent::Joined { session, id } => json!({"ev": "joined", "session": session.0, "id": id.0}),
        ClientEvent::PlayerJoined { name, codec, .. } => json!({
            "ev": "player_joined",
            "name": &**name,
            "codec": codec.kind.0,
            "frame": codec.frame_size_samples,
            "rate": codec.sample_rate_hz,
        }),
        ClientEvent::PeerIntroduced { id, link } => {
            json!({"ev": "handshake_p2p", "id": id.0, "from": link.0 - DIRECT})
        }
        ClientEvent::PlayerLeft { name, .. } => json!({"ev": "player_left", "name": &**name}),
        ClientEvent::EnteredRoom { name, room, .. } => {
            json!({"ev": "entered_room", "name": &**name, "room": &**room})
        }
        ClientEvent::ExitedRoom { name, room, .. } => {
            json!({"ev": "exited_room", "name": &**name, "room": &**room})
        }
        ClientEvent::StartedSpeaking { name, .. } => json!({"ev": "started_speaking", "name": &**name}),
        ClientEvent::StoppedSpeaking { name, .. } => json!({"ev": "stopped_speaking", "name": &**name}),
        ClientEvent::Voice(voice) => {
            let mut frame = heard::frame(voice, rooms, own_name);
            frame["from"] = json!(names[&voice.id]);
            frame
        }
        ClientEvent::Text { name, to, text, .. } => {
            let (kind, recipient) = match to {
                TextTarget::Room(room) => ("Room", room),
                TextTarget::Player(player) => ("Player", player),
            };
            json!({
                "ev": "text", "from": &**name, "type": kind, "recipient": &**recipient, "text": &**text,
            })
        }
        other => panic!("unexpected {other:?}"),
    })
}
