//! What the page sends: sealed, or where that is allowed, as it is.

use consonance_e2ee::PacketCipher;

use super::PageMember;
use super::settings::TextRecord;

impl PageMember {
    /// Seals a frame of Opus in its place; false if it must not be sent.
    pub fn seal_frame(&mut self, frame: &mut Vec<u8>) -> bool {
        if !self.is_in_force() {
            return true;
        }
        if self.cipher.has_keys() && self.speaks_plainly {
            if !self.cipher.sends_plain() {
                self.note_withheld_targets();
            }
            return self.cipher.sends_plain();
        }
        let mut sealed = Vec::with_capacity(frame.len() + PacketCipher::VOICE_OVERHEAD_BYTES);
        let is_sealed = self.cipher.seal_frame((self.loudness_of)(frame), frame, &mut sealed).is_ok();
        *frame = sealed;
        is_sealed
    }

    /// Returns the text to send instead of a text, given in JSON: `text`, and the `room` or the `player` that it is
    /// for. `None` if it cannot be sent.
    pub fn seal_text(&mut self, text: &[u8]) -> Option<String> {
        let TextRecord { text, to, .. } = TextRecord::read(text)?;
        if !self.is_in_force() {
            return Some(text);
        }
        if self.cipher.has_keys()
            && let Some(to) = to.filter(|to| self.is_plain(to))
        {
            if !self.cipher.sends_plain() {
                self.note_withheld_target(&to);
            }
            return self.cipher.sends_plain().then_some(text);
        }
        self.cipher.seal_text(&text).ok()
    }

    /// Returns the packet to send instead of a packet of the engine; `None` if it must not be sent.
    pub fn seal_packet<'a>(&'a mut self, packet: &'a [u8]) -> Option<&'a [u8]> {
        if !self.is_in_force() {
            return Some(packet);
        }
        let Self { cipher, names, loudness_of, .. } = self;
        let name_of = |id| names.get(&id).map(|name| &**name);
        cipher.seal_packet(packet, name_of, *loudness_of).packet(packet)
    }
}
