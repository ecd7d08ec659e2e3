//! A native player on a Netcode server.

use std::time::Instant;

use consonance_link::gateway::{ClientEnvelope, EnvelopeEnd, MessageChannel, MessagePart, MessageParts};
use consonance_link::{Delivery, PacketLimits};

use crate::ngo::approval::{ConnectionApproved, ConnectionRequest, is_synchronization};
use crate::ngo::batch::{NgoBatch, NgoBatchWriter, NgoMessage};
use crate::ngo::types::{NgoMessageType, TypeList};
use crate::ngo::voice::{CHANNELS, NameHash, RELIABLE, VoiceDialect, VoiceName, voice_limits};

/// Settings of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// Its types of messages: those of Netcode 2.13 unless told otherwise.
    pub types: TypeList,
    /// A hash that must match the game's own builds; a server of the game checks it.
    pub config_hash: u64,
    /// The data for a game that approves clients.
    pub approval_data: Option<Vec<u8>>,
    /// How the game hashes names.
    pub names: NameHash,
    /// Whether the server synchronises scenes before clients are connected, as it does by default.
    pub manages_scenes: bool,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            types: TypeList::stock(),
            config_hash: 0,
            approval_data: None,
            names: NameHash::default(),
            manages_scenes: true,
        }
    }
}

/// The envelope of a client.
#[derive(Debug)]
pub struct NgoClient {
    settings: ClientSettings,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Waits for the server's reply.
    Asked,
    /// The server has admitted us.
    Approved { voice: VoiceDialect, scene: Option<u32>, client_id: u64, is_ready: bool },
}

impl NgoClient {
    /// A client with these settings.
    pub fn new(settings: ClientSettings) -> Self {
        Self { settings, state: State::Asked }
    }

    /// The id that the server has assigned to this client, once it has admitted it.
    pub fn client_id(&self) -> Option<u64> {
        match self.state {
            State::Asked => None,
            State::Approved { client_id, .. } => Some(client_id),
        }
    }

    fn handle(&mut self, channel: MessageChannel, message: &NgoMessage<'_>, parts: &mut MessageParts) {
        match &mut self.state {
            State::Asked => self.handle_approval(message, parts),
            State::Approved { voice, scene, is_ready, .. } => {
                if *scene == Some(message.id) && is_synchronization(message.body) {
                    *is_ready = true;
                }
                let Some((VoiceName::ToClient, _)) = voice.name_of(message) else { return };
                match VoiceDialect::packet(message) {
                    Some(packet) => parts.voice(CHANNELS.delivery_of(channel), packet),
                    None => parts.violation("a voice message does not tell its own length"),
                }
            }
        }
    }

    /// Handles the approval. Other messages before it give the reason for a refusal, and are ignored.
    fn handle_approval(&mut self, message: &NgoMessage<'_>, parts: &mut MessageParts) {
        let Some(approved) = approval_in(message) else { return };
        let Some(voice) = VoiceDialect::new(&approved.types) else {
            parts.violation("the server knows no named messages");
            return;
        };
        let scene = approved.types.find(NgoMessageType::SCENE_EVENT).map(|(id, _)| id);
        let (client_id, is_ready) = (approved.client_id, !self.settings.manages_scenes);
        self.state = State::Approved { voice, scene, client_id, is_ready };
    }
}

/// The approval in a message, if the message is one by its own list of types.
pub(crate) fn approval_in(message: &NgoMessage<'_>) -> Option<ConnectionApproved> {
    let approved = ConnectionApproved::read(message.body)?;
    let (id, _) = approved.types.find(NgoMessageType::CONNECTION_APPROVED)?;
    (id == message.id).then_some(approved)
}

impl EnvelopeEnd for NgoClient {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let State::Approved { voice, .. } = &self.state else { return None };
        voice.write(VoiceName::ToServer, self.settings.names, packet, message);
        Some(CHANNELS.channel_for(delivery))
    }
}

impl ClientEnvelope for NgoClient {
    fn handle_connected(&mut self, _now: Instant, parts: &mut MessageParts) {
        self.state = State::Asked;
        let request = ConnectionRequest {
            types: self.settings.types.clone(),
            config_hash: self.settings.config_hash,
            approval_data: self.settings.approval_data.as_deref(),
        };
        let mut body = Vec::new();
        request.write(&mut body);
        let id = request.types.find(NgoMessageType::CONNECTION_REQUEST).map_or(1, |(id, _)| id);
        parts.write(MessagePart::ToGame(RELIABLE), |bytes| {
            let mut batch = NgoBatchWriter::new(bytes);
            batch.message(id, &[&body]);
            batch.finish();
        });
    }

    fn handle_message(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let Ok(batch) = NgoBatch::parse(message) else {
            parts.violation("malformed batch; is the server's Netcode 1.3.1 or newer?");
            return;
        };
        for message in batch.messages() {
            match message {
                Ok(message) => self.handle(channel, &message, parts),
                Err(_) => parts.violation("a message in a batch is cut off"),
            }
        }
    }

    fn is_ready(&self) -> bool {
        matches!(self.state, State::Approved { is_ready: true, .. })
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}
