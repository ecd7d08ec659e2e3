//! A game in which a client asks to be admitted and is connected once the server approves,
//! as in Netcode for GameObjects.

use std::time::Instant;

use consonance_game_networks::utp::{RELIABLE, UNRELIABLE};
use consonance_link::gateway::{
    BareEnvelope, ClientEnvelope, Envelope, EnvelopeEnd, EnvelopeKind, MessageChannel, MessageParts,
    VoiceChannels,
};
use consonance_link::{Delivery, PacketLimits};

const BARE: BareEnvelope = BareEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });
/// As long as the request of a game with the fewest message types.
const REQUEST: [u8; 200] = [7; 200];
const APPROVAL: &[u8] = b"come in, and bring your friends along";

/// All messages are voice packets, except the first in each direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Approving {
    is_approved: bool,
}

impl EnvelopeEnd for Approving {
    fn wrap(
        &mut self,
        now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel> {
        let mut bare = BARE;
        bare.wrap(now, delivery, packet, message)
    }
}

impl Envelope for Approving {
    fn handle_from_client(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        if channel == RELIABLE && !std::mem::replace(&mut self.is_approved, true) {
            assert_eq!(message, REQUEST);
            parts.to_client(RELIABLE, APPROVAL);
            return;
        }
        let mut bare = BARE;
        bare.handle_from_client(now, channel, message, parts);
    }
}

impl EnvelopeKind for Approving {
    type Envelope = Self;

    fn open(&mut self, _now: Instant) -> Self {
        *self
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        messages
    }
}

impl ClientEnvelope for Approving {
    fn handle_connected(&mut self, _now: Instant, parts: &mut MessageParts) {
        self.is_approved = false;
        parts.to_game(RELIABLE, &REQUEST);
    }

    fn handle_message(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        if channel == RELIABLE && !std::mem::replace(&mut self.is_approved, true) {
            assert_eq!(message, APPROVAL);
        } else {
            let mut bare = BARE;
            bare.handle_message(now, channel, message, parts);
        }
    }

    fn is_ready(&self) -> bool {
        self.is_approved
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        messages
    }
}
