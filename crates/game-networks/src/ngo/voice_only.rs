//! A Netcode server without a game.

use std::time::{Duration, Instant};

use consonance_link::gateway::{
    Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessagePart, MessageParts,
};
use consonance_link::{Delivery, PacketLimits};
use consonance_settings::{PlainValue, SettingKind, SettingType, settings};

use crate::ngo::approval::{
    ConnectionApproved, ConnectionRequest, SceneHandle, write_disconnect_reason, write_empty_synchronization,
};
use crate::ngo::batch::{NgoBatch, NgoBatchError, NgoBatchWriter, NgoMessage};
use crate::ngo::types::{NgoMessageType, TypeList};
use crate::ngo::voice::{CHANNELS, NameHash, RELIABLE, VoiceDialect, VoiceName, voice_limits};

settings! {
    /// Properties of the game that a server without a game must know.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct VoiceOnlySettings {
        /// Whether the game's `NetworkManager` manages scenes.
        ///
        /// It shows nowhere in what clients say.
        pub manages_scenes: bool = true;
        /// For games built with Netcode 2.6 or newer on Unity 6000.5 or newer.
        pub scene_handle: SceneHandle as long_scene_handles = SceneHandle::default();
        /// How long a client has to ask to be admitted: by default as long as clients wait for the answer.
        pub request_within: Duration as _ = Duration::from_secs(10);
        /// The game's network ticks in a second: by default Netcode's own.
        pub ticks_per_second: u32 as _ = 30;
    }
}

/// Whether it is the long one.
impl SettingType for SceneHandle {
    fn kind() -> SettingKind {
        SettingKind::Flag
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Flag(*self == Self::EightBytes)
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        let PlainValue::Flag(is_long) = value else { return None };
        Some(if *is_long { Self::EightBytes } else { Self::FourBytes })
    }
}

/// Envelopes of a server that does for a game's clients what they wait for before they speak: it approves all,
/// with the client's own list of types, and synchronises it with no scenes.
#[derive(Debug)]
pub struct NgoVoiceOnly {
    settings: VoiceOnlySettings,
    last_client: u64,
    /// When the first client came, from which ticks are counted.
    since: Option<Instant>,
}

impl NgoVoiceOnly {
    /// Envelopes with these settings for all connections.
    pub fn new(settings: VoiceOnlySettings) -> Self {
        Self { settings, last_client: 0, since: None }
    }
}

impl EnvelopeKind for NgoVoiceOnly {
    type Envelope = NgoVoiceOnlyConnection;

    fn open(&mut self, now: Instant) -> NgoVoiceOnlyConnection {
        self.last_client += 1;
        NgoVoiceOnlyConnection {
            settings: self.settings,
            client_id: self.last_client,
            since: *self.since.get_or_insert(now),
            state: State::Asked { until: now + self.settings.request_within },
        }
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        voice_limits(messages)
    }
}

/// One client of a server without a game.
#[derive(Debug)]
pub struct NgoVoiceOnlyConnection {
    settings: VoiceOnlySettings,
    client_id: u64,
    since: Instant,
    state: State,
}

#[derive(Debug)]
enum State {
    /// It must request approval by then.
    Asked { until: Instant },
    /// It was admitted. How it hashes names shows in its voice messages; `reason` is the number of messages that say
    /// why it is about to be disconnected.
    Approved { voice: VoiceDialect, names: NameHash, reason: Option<u32> },
    /// It broke a rule.
    Broken,
}

impl NgoVoiceOnlyConnection {
    fn handle_message(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &NgoMessage<'_>,
        parts: &mut MessageParts,
    ) {
        match &mut self.state {
            State::Asked { .. } => self.handle_request(now, message, parts),
            State::Approved { voice, names, .. } => {
                let Some((VoiceName::ToServer, hash)) = voice.name_of(message) else { return };
                *names = hash;
                match VoiceDialect::packet(message) {
                    Some(packet) => parts.voice(CHANNELS.delivery_of(channel), packet),
                    None => self.break_off("a voice message does not tell its own length", parts),
                }
            }
            State::Broken => {}
        }
    }

    fn handle_request(&mut self, now: Instant, message: &NgoMessage<'_>, parts: &mut MessageParts) {
        let request = ConnectionRequest::read(message.body).filter(|request| {
            request.types.find(NgoMessageType::CONNECTION_REQUEST).map(|(id, _)| id) == Some(message.id)
        });
        let Some(request) = request else {
            self.break_off("the first message is not a connection request", parts);
            return;
        };
        let types = request.types;
        let (approved, scene) =
            (types.find(NgoMessageType::CONNECTION_APPROVED), types.find(NgoMessageType::SCENE_EVENT));
        let (Some((approved, _)), Some((scene, _)), Some(voice)) =
            (approved, scene, VoiceDialect::new(&types))
        else {
            self.break_off("the client's list of messages lacks one that voice needs", parts);
            return;
        };
        tracing::debug!(
            client = self.client_id,
            config_hash = format_args!("{:#018x}", request.config_hash),
            "a Netcode client is approved"
        );
        let reason = types.find(NgoMessageType::DISCONNECT_REASON).map(|(id, _)| id);
        let (approval, synchronization) = self.welcome(now, types);
        parts.write(MessagePart::ToClient(RELIABLE), |bytes| {
            let mut batch = NgoBatchWriter::new(bytes);
            batch.message(approved, &[&approval]);
            if let Some(body) = synchronization {
                batch.message(scene, &[&body]);
            }
            batch.finish();
        });
        self.state = State::Approved { voice, names: NameHash::default(), reason };
    }

    /// The bodies of the messages that welcome a client.
    fn welcome(&self, now: Instant, types: TypeList) -> (Vec<u8>, Option<Vec<u8>>) {
        let seconds = now.saturating_duration_since(self.since).as_secs_f64();
        let tick = (seconds * f64::from(self.settings.ticks_per_second)) as i32;
        let mut approval = Vec::new();
        ConnectionApproved { types, client_id: self.client_id, tick }.write(&mut approval);
        let synchronization = self.settings.manages_scenes.then(|| {
            let mut body = Vec::new();
            write_empty_synchronization(self.settings.scene_handle, &mut body);
            body
        });
        (approval, synchronization)
    }

    /// Sends the reason to the client, if possible, and disconnects it.
    fn break_off(&mut self, violation: &'static str, parts: &mut MessageParts) {
        if let State::Approved { reason: Some(reason), .. } = self.state {
            let mut body = Vec::new();
            write_disconnect_reason(violation, &mut body);
            parts.write(MessagePart::ToClient(RELIABLE), |bytes| {
                let mut batch = NgoBatchWriter::new(bytes);
                batch.message(reason, &[&body]);
                batch.finish();
            });
        }
        self.state = State::Broken;
        parts.violation(violation);
    }
}

impl EnvelopeEnd for NgoVoiceOnlyConnection {
    fn wrap(
        &mut self,
        _now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let State::Approved { voice, names, .. } = &self.state else { return None };
        voice.write(VoiceName::ToClient, *names, packet, message);
        Some(CHANNELS.channel_for(delivery))
    }

    fn handle_timeout(&mut self, now: Instant, parts: &mut MessageParts) {
        if let State::Asked { until } = self.state
            && until <= now
        {
            self.break_off("no connection request came in time", parts);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Asked { until } => Some(until),
            State::Approved { .. } | State::Broken => None,
        }
    }
}

impl Envelope for NgoVoiceOnlyConnection {
    fn handle_from_client(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        let batch = match NgoBatch::parse(message) {
            Ok(batch) => batch,
            Err(error) => {
                self.break_off(violation_of(error), parts);
                return;
            }
        };
        for message in batch.messages() {
            match message {
                Ok(message) => self.handle_message(now, channel, &message, parts),
                Err(error) => self.break_off(violation_of(error), parts),
            }
        }
    }
}

fn violation_of(error: NgoBatchError) -> &'static str {
    match error {
        NgoBatchError::CutOff | NgoBatchError::WrongMark(_) => {
            "malformed batch; is the game's Netcode 1.3.1 or later?"
        }
        NgoBatchError::WrongSize => "a batch tells another size than it has",
        NgoBatchError::WrongHash => "a batch's hash is not that of its messages",
        NgoBatchError::MessageCutOff => "a message in a batch is cut off",
    }
}
