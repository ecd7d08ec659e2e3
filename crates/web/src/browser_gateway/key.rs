//! The secret by which a page finds its player again.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};

/// 128 random bits, and the worker that has the player, so that no look-up is needed for that.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; KEY_BYTES]);

/// Random bits first, then the worker, big endian.
const KEY_BYTES: usize = 18;
const SECRET_BYTES: usize = 16;

impl Key {
    /// A new one for a player of this worker; none if the system has no random bits.
    pub(crate) fn random(worker: usize) -> Option<Self> {
        let mut bytes = [0; KEY_BYTES];
        let (secret, place) = bytes.split_at_mut(SECRET_BYTES);
        SystemRandom::new().fill(secret).ok()?;
        place.copy_from_slice(&u16::try_from(worker).ok()?.to_be_bytes());
        Some(Self(bytes))
    }

    /// Parses a key that a page presents; there may be no player that has it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; KEY_BYTES];
        let written = BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (written == KEY_BYTES).then_some(Self(bytes))
    }

    pub(crate) fn worker(&self) -> usize {
        let [.., high, low] = self.0;
        usize::from(u16::from_be_bytes([high, low]))
    }
}

/// The form that the page is told.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// Secrets must not be logged.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("worker", &self.worker()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_way_to_the_page_and_back_and_says_whose_player_it_is() {
        let key = Key::random(517).unwrap();
        let text = key.to_string();
        assert_eq!((text.len(), Key::parse(&text)), (24, Some(key)));
        assert_eq!(key.worker(), 517);
        assert_ne!(Key::random(517).unwrap(), key);
        assert!(!format!("{key:?}").contains(&text[..8]));
    }

    #[test]
    fn what_is_no_key_is_none() {
        let key = Key::random(0).unwrap().to_string();
        for text in
            ["", "KEY", &key[1..], &format!("{key}A"), &format!("{key}{key}"), &key.replace(&key[..1], "+")]
        {
            assert_eq!(Key::parse(text), None, "{text}");
        }
        assert_eq!(Key::random(1 << 16), None);
    }
}
