//! One player's game: its room, its voice chat, and the voice server while it is the master.

use std::error::Error;
use std::slice;
use std::time::Instant;

use consonance::VoiceChat;
use consonance::audio::{ActivationMode, ActivationSettings, Tone};
use consonance_game_networks::hosted::{HostedRoom, MessageTarget, RoomMessage, RoomRequest, RoomSettings};
use consonance_link::PacketLimits;
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

use crate::room::{Mail, Room};

pub(crate) struct Player {
    pub(crate) name: &'static str,
    pub(crate) number: u64,
    pub(crate) voice_chat: VoiceChat,
    voice: HostedRoom,
    /// Serves the voice session on its own thread until it is dropped.
    voice_server: Option<DedicatedServer>,
}

impl Player {
    /// Enters the room as a player that plays this tone; without one, it only listens.
    pub(crate) fn enter(
        room: &mut Room,
        name: &'static str,
        tone: Option<Tone>,
    ) -> Result<Self, Box<dyn Error>> {
        let number = room.enter();
        let (voice, transport) = HostedRoom::with_player(what_the_room_can_do(), number);
        let mut voice_chat =
            VoiceChat::over(Box::new(transport)).name(name).listen_to_room("lobby").retry_first_connect();
        if let Some(tone) = tone {
            let always = ActivationSettings { mode: ActivationMode::Open, ..ActivationSettings::default() };
            voice_chat = voice_chat.speak_in_room("lobby").input(Box::new(tone)).activation(always);
        }
        Ok(Self { name, number, voice_chat: voice_chat.start()?, voice, voice_server: None })
    }

    /// Runs one frame. True if this game has just become the voice server.
    pub(crate) fn frame(&mut self, room: &mut Room) -> Result<bool, Box<dyn Error>> {
        let now = Instant::now();
        while let Some(mail) = room.receive(self.number) {
            match mail {
                Mail::Joined(other) => drop(self.voice.peer_joined(other)),
                Mail::Left(other) => self.voice.peer_left(other),
                Mail::Voice { from, direction, delivery, packet } => {
                    self.voice.receive(now, from, direction, delivery, &packet);
                }
            }
        }
        let is_server_now = self.follow_master(room)?;
        while let Some(request) = self.voice.poll(now) {
            if let RoomRequest::Send(message) = request {
                send(room, self.number, &message);
            }
        }
        Ok(is_server_now)
    }

    /// Follows the room's master, which runs the voice server.
    fn follow_master(&mut self, room: &Room) -> Result<bool, Box<dyn Error>> {
        if self.voice.server() == room.master() {
            return Ok(false);
        }
        // This drops and thereby stops an earlier server.
        self.voice_server = match self.voice.set_server(room.master()) {
            Some(transport) => {
                let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"])?);
                sessions.add_network(Box::new(transport));
                Some(DedicatedServer::start(sessions))
            }
            None => None,
        };
        Ok(self.voice_server.is_some())
    }
}

/// Messages of up to 1024 bytes, to one or several members.
fn what_the_room_can_do() -> RoomSettings {
    let limits = PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 };
    RoomSettings { has_direct_messages: true, takes_lists: true, ..RoomSettings::new(limits) }
}

fn send(room: &mut Room, from: u64, message: &RoomMessage<'_>) {
    let RoomMessage { direction, target, delivery, packet } = *message;
    let master = room.master();
    let receivers: &[u64] = match &target {
        MessageTarget::Server => master.as_slice(),
        MessageTarget::Peer(peer) => slice::from_ref(peer),
        MessageTarget::Peers(peers) => peers,
        MessageTarget::AllOthers => unreachable!("the settings do not say that the room can do this"),
    };
    for to in receivers {
        room.send(*to, Mail::Voice { from, direction, delivery, packet: packet.to_vec() });
    }
}
