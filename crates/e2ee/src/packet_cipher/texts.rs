//! Encryption of texts, which stay texts when sealed, so that they pass wherever a text does; and of statements for
//! the members.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

use super::PacketCipher;
use crate::E2eeError;

/// The prefix of a sealed text; the bytes follow in base 64.
const SEALED_TEXT: &str = "\u{1}";
/// The metadata that is authenticated with a text, so that it is not mistaken for voice.
const TEXT_METADATA: &[u8] = b"text";
/// The same for a statement.
const STATEMENT_METADATA: &[u8] = b"statement";

impl PacketCipher {
    /// The longest text that fits into a packet of text once it is sealed, if `most` is the longest that fits as it is;
    /// both in bytes.
    pub fn longest_text(most: usize) -> usize {
        (most.saturating_sub(SEALED_TEXT.len()) / 4 * 3).saturating_sub(Self::VOICE_OVERHEAD_BYTES)
    }

    /// Whether a text is sealed.
    pub fn is_sealed_text(text: &str) -> bool {
        text.starts_with(SEALED_TEXT)
    }

    /// Seals a text.
    ///
    /// # Errors
    /// [`E2eeError::NoGroup`] while there are no keys.
    pub fn seal_text(&mut self, text: &str) -> Result<String, E2eeError> {
        let sealer = self.sealer.as_mut().ok_or(E2eeError::NoGroup)?;
        let mut content = Vec::new();
        let done = sealer.seal(TEXT_METADATA, text.as_bytes(), &mut content);
        done.map_err(|error| E2eeError::Refused { what: "text", why: error.to_string() })?;
        Ok(format!("{SEALED_TEXT}{}", BASE64.encode(&content)))
    }

    /// Appends a sealed statement for the group's members.
    pub(crate) fn seal_statement(&mut self, statement: &[u8], out: &mut Vec<u8>) -> Result<(), E2eeError> {
        let sealer = self.sealer.as_mut().ok_or(E2eeError::NoGroup)?;
        let done = sealer.seal(STATEMENT_METADATA, statement, out);
        done.map_err(|error| E2eeError::Refused { what: "statement", why: error.to_string() })
    }

    /// Opens the [statement](crate::SignedSpeech) that the member with this name has sealed.
    ///
    /// # Errors
    /// [`E2eeError::Refused`] if that member has not sealed it, or it was opened before; the reason is counted.
    pub fn open_statement(&mut self, now: Duration, name: &str, sealed: &[u8]) -> Result<Vec<u8>, E2eeError> {
        let mut statement = Vec::new();
        self.open(now, name, STATEMENT_METADATA, sealed, &mut statement)?;
        Ok(statement)
    }

    /// Opens the text that the member with this name has sealed. Returns bytes: a sealed text need not be UTF-8.
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] for a text that is not sealed; [`E2eeError::Refused`] if the member has not sealed it,
    /// or it was opened before; the reason is counted.
    pub fn open_text(&mut self, now: Duration, name: &str, text: &str) -> Result<Vec<u8>, E2eeError> {
        let malformed = |why: String| E2eeError::Malformed { what: "sealed text", why };
        let sealed = text.strip_prefix(SEALED_TEXT).ok_or_else(|| malformed("it is not sealed".into()))?;
        let sealed = BASE64.decode(sealed).map_err(|error| malformed(error.to_string()))?;
        let mut plain = Vec::new();
        self.open(now, name, TEXT_METADATA, &sealed, &mut plain)?;
        Ok(plain)
    }
}
