//! A client of the game.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use consonance::VoiceChat;
use consonance::audio::WavInput;
use consonance_renet::{RenetSettings, RenetVoiceClient};
use renet::{ClientId, RenetClient};
use renet_netcode::{ClientAuthentication, NetcodeClientTransport};

use crate::host::PROTOCOL_ID;
use crate::{FRAME, connection_config};

pub(crate) struct Player {
    pub(crate) name: &'static str,
    pub(crate) voice_chat: VoiceChat,
    client: RenetClient,
    netcode: NetcodeClientTransport,
    voice: RenetVoiceClient,
}

impl Player {
    /// A player who speaks this file; without one, it only listens.
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
        let mut voice_chat = VoiceChat::over(Box::new(transport)).name(name).listen("lobby");
        if let Some(speech) = speech {
            voice_chat = voice_chat.talk_to_room("lobby").input(Box::new(speech));
        }
        Ok(Self {
            name,
            voice_chat: voice_chat.start()?,
            client: RenetClient::new(connection_config()?),
            netcode: NetcodeClientTransport::new(Duration::ZERO, authentication, socket)?,
            voice,
        })
    }

    pub(crate) fn frame(&mut self) -> Result<(), Box<dyn Error>> {
        self.client.update(FRAME);
        self.netcode.update(FRAME, &mut self.client)?;
        // Here the game reads its own channels and moves its world on.
        self.voice.pump(&mut self.client);
        self.netcode.send_packets(&mut self.client)?;
        Ok(())
    }
}
