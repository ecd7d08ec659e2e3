//! A client of the game.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use consonance::VoiceChat;
use consonance::audio::WavInput;
use consonance_game_networks::renet::{RenetSettings, RenetVoiceClient};
use renet::{ClientId, RenetClient};
use renet_netcode::{ClientAuthentication, NetcodeClientTransport};

use crate::connection_config;
use crate::host::PROTOCOL_ID;

pub(crate) struct Player {
    pub(crate) name: &'static str,
    pub(crate) voice_chat: VoiceChat,
    client: RenetClient,
    netcode: NetcodeClientTransport,
    voice: RenetVoiceClient,
    last_frame: Instant,
}

impl Player {
    /// Joins as a player that plays this audio file; without one, it only listens.
    pub(crate) fn join(
        server_addr: SocketAddr,
        client_id: ClientId,
        name: &'static str,
        speech: Option<WavInput>,
    ) -> Result<Self, Box<dyn Error>> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let authentication = ClientAuthentication::Unsecure {
            protocol_id: PROTOCOL_ID,
            client_id,
            server_addr,
            user_data: None,
        };
        let (voice, transport) = RenetVoiceClient::new(&RenetSettings::default(), "main");
        let mut voice_chat = VoiceChat::over(Box::new(transport)).name(name).listen_to_room("lobby");
        if let Some(speech) = speech {
            voice_chat = voice_chat.speak_in_room("lobby").input(Box::new(speech));
        }
        Ok(Self {
            name,
            voice_chat: voice_chat.start()?,
            client: RenetClient::new(connection_config()?),
            netcode: NetcodeClientTransport::new(Duration::ZERO, authentication, socket)?,
            voice,
            last_frame: Instant::now(),
        })
    }

    pub(crate) fn frame(&mut self) -> Result<(), Box<dyn Error>> {
        // The measured time, because a frame may take longer than planned.
        let now = Instant::now();
        let passed = now - std::mem::replace(&mut self.last_frame, now);
        self.client.update(passed);
        self.netcode.update(passed, &mut self.client)?;
        // Here the game reads its own channels and updates its world.
        self.voice.pump(&mut self.client);
        self.netcode.send_packets(&mut self.client)?;
        Ok(())
    }
}
