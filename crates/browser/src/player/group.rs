//! The messages of an encrypted session's group between the page, which has the keys, and the delivery service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

use super::BrowserPlayer;
use crate::control::{GROUP_PART_BYTES_MAX, ToPage};

impl BrowserPlayer {
    /// Takes a part of a message of the page to the delivery service.
    pub(super) fn take_group_part(&mut self, part: &[u8], more: bool) -> Result<(), String> {
        if let Some(message) = self.group.add(part, more)? {
            // Without a session there is no group, and the page is told of the next one.
            self.client.send_group_message(&message);
        }
        Ok(())
    }

    /// Passes a message of the delivery service to the page.
    pub(super) fn tell_group_message(&mut self, message: &[u8]) {
        let parts = message.len().div_ceil(GROUP_PART_BYTES_MAX);
        for (index, part) in message.chunks(GROUP_PART_BYTES_MAX).enumerate() {
            let data = BASE64.encode(part).into();
            self.tell(&ToPage::Group { data, more: index + 1 < parts });
        }
    }
}
