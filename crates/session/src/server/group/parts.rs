//! Sends clients the messages of a group, in parts.

use alloc::vec::Vec;

use consonance_wire::{Capabilities, ClientId, DeliveryMessage, GroupPart, Writer};

use crate::server::members::Members;
use crate::server::presence::Presence;
use crate::server::rules::Rules;
use crate::time::Instant;

/// The way of a group's messages to the clients that are reached, and can be in the group.
pub(in crate::server) struct Parts<'s> {
    rules: &'s Rules,
    presence: &'s mut Presence,
}

impl<'s> Parts<'s> {
    pub(in crate::server) fn new(rules: &'s Rules, presence: &'s mut Presence) -> Self {
        Self { rules, presence }
    }

    pub(super) fn now(&self) -> Instant {
        self.rules.now()
    }

    pub(super) fn rules(&self) -> &'s Rules {
        self.rules
    }

    pub(super) fn presence(&self) -> &Presence {
        self.presence
    }

    pub(super) fn members(&self) -> &Members {
        self.presence.members()
    }

    /// Whether a client has a link, and both sides of it can be in the group.
    pub(super) fn reaches(&self, id: ClientId) -> bool {
        self.presence.client_can(id, Capabilities::GROUPS)
    }

    pub(super) fn send(&mut self, to: ClientId, message: &DeliveryMessage<'_>) {
        self.send_to(&[to], message);
    }

    pub(super) fn send_to(&mut self, to: &[ClientId], message: &DeliveryMessage<'_>) {
        if !to.is_empty() {
            self.send_bytes(to, &message.to_bytes());
        }
    }

    /// Sends a message in parts to those of these clients that are reachable and can be in the group.
    pub(super) fn send_bytes(&mut self, to: &[ClientId], message: &[u8]) {
        self.send_piece(to, message, (true, true));
    }

    /// The same for a piece of a message, which may begin or end the message.
    pub(super) fn send_piece(&mut self, to: &[ClientId], piece: &[u8], (begins, ends): (bool, bool)) {
        let able = to.iter().copied().filter(|id| self.reaches(*id));
        let able: Vec<ClientId> = able.collect();
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let packet_bytes = self.rules.settings().packets.reliable_bytes.min(buffer.len());
        let part_bytes = packet_bytes.saturating_sub(GroupPart::OVERHEAD_BYTES);
        for part in GroupPart::of_piece(piece, part_bytes, (begins, ends)) {
            let mut writer = Writer::new(&mut buffer);
            let written = part.write(self.rules.session(), &mut writer);
            debug_assert!(written.is_ok(), "a part fits into the packet that it was cut for");
            self.presence.outbound_mut().send_to_all(
                self.rules.now(),
                able.iter().copied(),
                writer.written(),
            );
        }
    }
}
