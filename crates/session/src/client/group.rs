//! The messages of an encrypted session's group, between its delivery service and the driver, which has the keys.

use alloc::boxed::Box;

use consonance_wire::limits::GROUP_MESSAGE_BYTES_MAX;
use consonance_wire::{Capabilities, GroupPart, WriteError, Writer};

use super::connect::Connection;
use super::event::ClientEvent;
use super::send_order::SendOrder;
use super::{Client, Fault};

impl Client {
    /// Whether the session has a group of members that encrypt, and this client announced that it can join it.
    pub fn is_encrypting(&self) -> bool {
        self.server_can(Capabilities::GROUPS)
    }

    /// Sends a message to the delivery service. False if there is none, or the message is too long.
    pub fn send_group_message(&mut self, message: &[u8]) -> bool {
        let Connection::Joined { link, session, .. } = self.connection else { return false };
        if !self.is_encrypting() || message.len() > GROUP_MESSAGE_BYTES_MAX {
            return false;
        }
        let most = self.settings.packets.reliable_bytes.saturating_sub(GroupPart::OVERHEAD_BYTES);
        GroupPart::of(message, most).all(|part| {
            let written = self.outbox.push_written(SendOrder::ServerReliable, [link], |out| {
                let mut writer = Writer::new(out);
                part.write(session, &mut writer)?;
                Ok::<_, WriteError>(writer.len())
            });
            written.is_ok()
        })
    }

    pub(super) fn handle_group_part(&mut self, part: &GroupPart<'_>) -> Result<(), Fault> {
        let taken = self.group_inbox.take(part, GROUP_MESSAGE_BYTES_MAX);
        if let Some(message) = taken.map_err(|()| Fault::Contradiction)? {
            self.events.push(ClientEvent::GroupMessage { message: Box::from(message) });
        }
        Ok(())
    }
}
