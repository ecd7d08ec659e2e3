//! Signatures over a member's speech, for members that want it to be attributable.
//!
//! Frames prove only that a member of the group has sealed them, since all members share the epoch's secret. A speaker
//! that signs states about once a second, for all members, which frames it has spoken: salted hashes of the Opus
//! packets before they were sealed, in order. The statement is sealed for the group, so that the server cannot compare
//! the hashes with anything. With it, a report is proof without any key of the session.

use std::time::Duration;

use consonance_wire::{MemberMessage, MessageType, Packet, Reader};
use mls_rs::CipherSuiteProvider;

use crate::identity::cipher_suite;
use crate::{E2eeError, IdentityKey, PacketCipher, PublicKey};

/// Signs the speech of its member.
#[derive(Debug)]
pub struct SpeechSigner {
    key: IdentityKey,
    /// Hashes of the frames since the last statement.
    frames: Vec<Box<[u8]>>,
    /// Counts the statements.
    number: u64,
    last: Option<Duration>,
}

/// A speaker's signed statement: the frames that it has spoken, and their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSpeech {
    /// Counts the speaker's statements of one chat.
    pub number: u64,
    /// When it was made, in seconds since 1970, by the speaker's clock.
    pub made_unix_s: u64,
    salt: [u8; SALT_BYTES],
    hashes: Vec<[u8; HASH_BYTES]>,
}

impl SpeechSigner {
    /// The maximum number of frames in one statement: of more, only the first are signed.
    pub const FRAMES_MAX: usize = 128;
    /// The interval between a speaker's signatures.
    const EVERY: Duration = Duration::from_secs(1);

    /// A signer with this key.
    pub fn new(key: IdentityKey) -> Self {
        Self { key, frames: Vec::new(), number: 0, last: None }
    }

    /// Notes a packet that the local client sends, and that is sealed.
    pub fn speak(&mut self, packet: &[u8]) {
        let voice = match Packet::parse(packet) {
            Ok(Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay)) => relay.packet,
            _ => packet,
        };
        if MessageType::peek(voice) == Ok(MessageType::VoiceData)
            && let Ok(Packet::VoiceData(voice)) = Packet::parse(voice)
            && self.frames.len() < Self::FRAMES_MAX
        {
            self.frames.push(voice.frame.into());
        }
    }

    /// The statement that is due, as a message for the delivery service, sealed with this cipher. `now` is the time
    /// since any fixed start, `unix_s` the wall clock time.
    ///
    /// # Errors
    /// [`E2eeError::NoGroup`] without keys; the frames are not signed then.
    pub fn poll(
        &mut self,
        now: Duration,
        unix_s: u64,
        cipher: &mut PacketCipher,
    ) -> Result<Option<Vec<u8>>, E2eeError> {
        let is_due = self.last.is_none_or(|last| now >= last + Self::EVERY);
        if self.frames.is_empty() || !is_due {
            return Ok(None);
        }
        self.last = Some(now);
        let frames = core::mem::take(&mut self.frames);
        let mut salt = [0; SALT_BYTES];
        cipher_suite().random_bytes(&mut salt).map_err(E2eeError::failed("the salt of a statement"))?;
        let hashes = frames.iter().map(|frame| hash(&salt, frame)).collect::<Result<_, _>>()?;
        let speech = SignedSpeech { number: self.number, made_unix_s: unix_s, salt, hashes };
        self.number += 1;
        let mut content = speech.to_bytes();
        let signature = self.key.sign(LABEL, &content)?;
        content.extend(signature);
        let mut statement = vec![STATEMENT];
        cipher.seal_statement(&content, &mut statement)?;
        Ok(Some(MemberMessage::Statement { statement: &statement }.to_bytes()))
    }
}

impl SignedSpeech {
    /// The sealed part of a statement, if it is one of these.
    pub(crate) fn sealed(statement: &[u8]) -> Option<&[u8]> {
        statement.strip_prefix(&[STATEMENT])
    }

    /// Parses an opened statement, if it is signed with this key.
    pub fn verify(statement: &[u8], by: &PublicKey) -> Option<Self> {
        let (content, signature) = statement.split_last_chunk::<SIGNATURE_BYTES>()?;
        let speech = Self::parse(content)?;
        by.has_signed(LABEL, content, signature).then_some(speech)
    }

    /// The index of this frame among the signed ones, from index `from` on.
    fn find(&self, frame: &[u8], from: usize) -> Option<usize> {
        let hash = hash(&self.salt, frame).ok()?;
        let found = self.hashes.get(from..)?.iter().position(|signed| *signed == hash)?;
        Some(from + found)
    }

    /// The number of these frames, in order, that the speaker has signed in these statements, in order: each signature
    /// counts once, so repeated or moved frames do not count.
    pub fn count<'f>(statements: &[Self], frames: impl IntoIterator<Item = &'f [u8]>) -> usize {
        let mut ordered: Vec<&Self> = statements.iter().collect();
        ordered.sort_by_key(|speech| speech.number);
        ordered.dedup_by_key(|speech| speech.number);
        let (mut place, mut count) = ((0, 0), 0);
        for frame in frames {
            let later = ordered.iter().enumerate().skip(place.0);
            let found = later.into_iter().find_map(|(number, speech)| {
                let from = if number == place.0 { place.1 } else { 0 };
                Some((number, speech.find(frame, from)?))
            });
            if let Some((number, index)) = found {
                (place, count) = ((number, index + 1), count + 1);
            }
        }
        count
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(self.number.to_be_bytes());
        out.extend(self.made_unix_s.to_be_bytes());
        out.extend(self.salt);
        self.hashes.iter().for_each(|hash| out.extend(hash));
        out
    }

    fn parse(content: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(content);
        if reader.u8(LABEL).ok()? != VERSION {
            return None;
        }
        let mut long = || Some(u64::from(reader.u32(LABEL).ok()?) << 32 | u64::from(reader.u32(LABEL).ok()?));
        let (number, made_unix_s) = (long()?, long()?);
        let (salt, hashes) = reader.rest().split_first_chunk()?;
        let (hashes, rest) = hashes.as_chunks();
        let is_whole = rest.is_empty() && hashes.len() <= SpeechSigner::FRAMES_MAX;
        is_whole.then(|| Self { number, made_unix_s, salt: *salt, hashes: hashes.to_vec() })
    }
}

fn hash(salt: &[u8; SALT_BYTES], frame: &[u8]) -> Result<[u8; HASH_BYTES], E2eeError> {
    let hash = cipher_suite().hash(&[salt, frame].concat());
    let hash = hash.map_err(E2eeError::failed("the hash of a frame"))?;
    hash.first_chunk().copied().ok_or(E2eeError::Malformed { what: "hash", why: "it is too short".into() })
}

/// The first byte of such a statement; those about epochs begin with 1.
const STATEMENT: u8 = 2;
const LABEL: &str = "signed speech";
const VERSION: u8 = 1;
const SALT_BYTES: usize = 16;
/// Of SHA-256, whose first bytes are enough where another frame with the same hash is to be found.
const HASH_BYTES: usize = 16;
/// Of Ed25519.
const SIGNATURE_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn speech(number: u64, frames: &[&[u8]]) -> SignedSpeech {
        let salt = [number as u8; SALT_BYTES];
        let hashes = frames.iter().map(|frame| hash(&salt, frame).unwrap()).collect();
        SignedSpeech { number, made_unix_s: 7, salt, hashes }
    }

    #[test]
    fn a_statement_is_believed_with_the_speakers_signature_only() {
        let (alice, mallory) = (IdentityKey::generate().unwrap(), IdentityKey::generate().unwrap());
        let content = speech(3, &[b"one", b"two"]).to_bytes();
        let signed = [content.clone(), alice.sign(LABEL, &content).unwrap()].concat();
        assert_eq!(SignedSpeech::verify(&signed, alice.public()), Some(speech(3, &[b"one", b"two"])));
        assert_eq!(SignedSpeech::verify(&signed, mallory.public()), None);
        for place in 0..signed.len() {
            let mut altered = signed.clone();
            altered[place] ^= 1;
            assert_eq!(SignedSpeech::verify(&altered, alice.public()), None, "byte {place}");
        }
    }

    #[test]
    fn frames_count_in_the_order_in_which_they_were_spoken_and_once() {
        let statements = [speech(2, &[b"c", b"d"]), speech(1, &[b"a", b"b", b"a"])];
        for (frames, count) in [
            (&["a", "b", "a", "c", "d"][..], 5),
            (&["a", "d"], 2),
            (&["b", "c", "x"], 2),
            (&["a", "a", "a"], 2),
            (&["d", "c", "a"], 1),
            (&["d", "d"], 1),
            (&["x"], 0),
        ] {
            let counted = SignedSpeech::count(&statements, frames.iter().map(|frame| frame.as_bytes()));
            assert_eq!(counted, count, "{frames:?}");
        }
    }
}
