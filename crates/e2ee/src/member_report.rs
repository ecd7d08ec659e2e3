//! A player's report to the game's moderators: recently heard voice, sealed so that only they can open it.
//!
//! Sealed with HPKE (RFC 9180) in base mode, with the group's cipher suite: X25519, HKDF-SHA256, AES-128-GCM. A file
//! has `ConsReport`, the version 1 in a byte, the moderators' public key, the encapsulated key, and the ciphertext.
//! The plaintext ends with the reporter's signature, which also covers the moderators' key.

use consonance_wire::{ParseError, Reader};
use mls_rs::CipherSuiteProvider;
use mls_rs::crypto::HpkeCiphertext;

use crate::identity::cipher_suite;
use crate::{E2eeError, IdentityKey, LoggedMember, ModeratorsKey, ModeratorsSecret, PublicKey, SignedSpeech};

/// A player's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberReport {
    /// The reporting player, as it is in the group.
    pub reporter: LoggedMember,
    /// When it was made, in seconds since 1970, by the reporter's clock.
    pub made_unix_s: u64,
    /// The reason, in up to [`REASON_BYTES_MAX`](Self::REASON_BYTES_MAX) bytes.
    pub reason: String,
    /// The recently heard voice of each reported player.
    pub voices: Vec<ReportedVoice>,
}

/// The recently heard voice of one player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedVoice {
    /// The player, as it is in the group.
    pub speaker: LoggedMember,
    /// The frames, in the order of arrival.
    pub frames: Vec<ReportedFrame>,
    /// The player's signed statements about these frames: see [`SignedSpeech`].
    pub statements: Vec<Vec<u8>>,
}

/// A frame that was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedFrame {
    /// When it arrived, in samples at 48 kHz from the beginning of the report.
    pub at_sample: u32,
    /// The Opus packet.
    pub opus: Box<[u8]>,
}

impl ReportedVoice {
    /// Statements of a voice: those of thirty seconds, and one more.
    pub const STATEMENTS_MAX: usize = 32;

    /// The number of frames that are signed with the speaker's key. The others are only the reporter's claim.
    pub fn signed_frames(&self) -> usize {
        let statements = self.statements.iter().filter_map(|it| SignedSpeech::verify(it, &self.speaker.key));
        let statements: Vec<_> = statements.collect();
        SignedSpeech::count(&statements, self.frames.iter().map(|frame| &*frame.opus))
    }

    /// The size of the frames and statements in a report, in bytes.
    fn bytes(&self) -> usize {
        let frames = self.frames.iter().map(|frame| frame.opus.len() + FRAME_OVERHEAD_BYTES);
        frames.chain(self.statements.iter().map(Vec::len)).sum()
    }
}

impl MemberReport {
    /// Bytes of the longest reason.
    pub const REASON_BYTES_MAX: usize = 1000;
    /// Bytes of the longest report, sealed: 30 s of five voices at 50 kbit/s.
    pub const BYTES_MAX: usize = consonance_wire::limits::MEMBER_REPORT_BYTES_MAX;
    /// Voices of one report.
    pub const VOICES_MAX: usize = 64;

    /// Removes the oldest frames and statements, of the voice with the most bytes first, until the report fits into
    /// [`BYTES_MAX`](Self::BYTES_MAX); also cuts the reason and removes voices beyond the limit. Returns the number of
    /// removed frames.
    pub fn fit(&mut self) -> usize {
        self.reason.truncate(self.reason.floor_char_boundary(Self::REASON_BYTES_MAX));
        self.voices.truncate(Self::VOICES_MAX);
        let mut left_out = 0;
        while self.to_bytes().len() + SEALED_OVERHEAD_BYTES > Self::BYTES_MAX {
            let Some(largest) = self.voices.iter_mut().max_by_key(|voice| voice.bytes()) else { break };
            if largest.bytes() == 0 {
                break;
            }
            let frames = largest.frames.len().div_ceil(8);
            largest.frames.drain(..frames);
            largest.statements.drain(..largest.statements.len().div_ceil(8));
            left_out += frames;
        }
        left_out
    }

    /// Signs the report with the reporter's key, and seals it.
    ///
    /// # Errors
    /// [`E2eeError::TooLong`] if it does not [fit](Self::fit), [`E2eeError::Refused`] if the moderators' key is not one
    /// of X25519, or the system has no random numbers.
    pub fn seal(&self, by: &IdentityKey, to: &ModeratorsKey) -> Result<Vec<u8>, E2eeError> {
        let mut content = self.to_bytes();
        let signature = by.sign(LABEL, &[to.as_bytes(), &content].concat())?;
        content.extend(signature);
        let bytes = content.len() + SEALED_OVERHEAD_BYTES - SIGNATURE_BYTES;
        if bytes > Self::BYTES_MAX {
            return Err(E2eeError::TooLong { field: "report", bytes, most: Self::BYTES_MAX });
        }
        let sealed = cipher_suite().hpke_seal(to.as_hpke(), INFO, None, &content);
        let sealed = sealed.map_err(E2eeError::failed("the sealing of a report"))?;
        Ok([MAGIC, &[VERSION], to.as_bytes(), &sealed.kem_output, &sealed.ciphertext].concat())
    }

    /// Opens a report that was sealed to this key.
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] if it is not a report, [`E2eeError::Refused`] if it was sealed to another key,
    /// altered, or not signed with the reporter's key.
    pub fn open(sealed: &[u8], key: &ModeratorsSecret) -> Result<Self, E2eeError> {
        let malformed = |why: &str| E2eeError::Malformed { what: "report", why: why.into() };
        let rest = sealed.strip_prefix(MAGIC).ok_or_else(|| malformed("it does not begin as one"))?;
        let rest = rest.strip_prefix(&[VERSION]).ok_or_else(|| malformed("it is of another version"))?;
        let cut_off = || malformed("it is cut off");
        let (to, rest) = rest.split_first_chunk::<{ ModeratorsKey::BYTES }>().ok_or_else(cut_off)?;
        let (kem_output, ciphertext) = rest.split_at_checked(ModeratorsKey::BYTES).ok_or_else(cut_off)?;
        let public = key.public();
        if to[..] != *public.as_bytes() {
            let why = format!("it is sealed to {}, and this is {public}", ModeratorsKey::from_bytes(to)?);
            return Err(E2eeError::Refused { what: "report", why });
        }
        let sealed = HpkeCiphertext { kem_output: kem_output.to_vec(), ciphertext: ciphertext.to_vec() };
        let opened = cipher_suite().hpke_open(&sealed, key.as_hpke(), public.as_hpke(), INFO, None);
        let opened = opened.map_err(E2eeError::failed("report"))?;
        let (content, signature) = opened.split_last_chunk::<SIGNATURE_BYTES>().ok_or_else(cut_off)?;
        let report = Self::parse(content)
            .ok_or_else(|| malformed("the player's client has written it in another way than expected"))?;
        if !report.reporter.key.has_signed(LABEL, &[to, content].concat(), signature) {
            let why = "the key of its reporter has not signed it".into();
            return Err(E2eeError::Refused { what: "report", why });
        }
        Ok(report)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_member(&mut out, &self.reporter);
        out.extend(self.made_unix_s.to_be_bytes());
        put(&mut out, self.reason.as_bytes());
        out.push(self.voices.len().min(Self::VOICES_MAX) as u8);
        for ReportedVoice { speaker, frames, statements } in self.voices.iter().take(Self::VOICES_MAX) {
            put_member(&mut out, speaker);
            out.extend((frames.len() as u32).to_be_bytes());
            for ReportedFrame { at_sample, opus } in frames {
                out.extend(at_sample.to_be_bytes());
                put(&mut out, opus);
            }
            let statements = &statements[..statements.len().min(ReportedVoice::STATEMENTS_MAX)];
            out.push(statements.len() as u8);
            for statement in statements {
                put(&mut out, statement);
            }
        }
        out
    }

    /// `None` if the bytes have another format.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let reporter = member(&mut reader).ok()?;
        let made_unix_s = u64::from(reader.u32(WHAT).ok()?) << 32 | u64::from(reader.u32(WHAT).ok()?);
        let reason = text(&mut reader).ok()?;
        let count = usize::from(reader.u8(WHAT).ok()?);
        if count > Self::VOICES_MAX || reason.len() > Self::REASON_BYTES_MAX {
            return None;
        }
        let voices = (0..count).map(|_| voice(&mut reader)).collect::<Result<_, _>>().ok()?;
        reader.rest().is_empty().then_some(Self { reporter, made_unix_s, reason, voices })
    }
}

const MAGIC: &[u8] = b"ConsReport";
const VERSION: u8 = 1;
/// Other uses of the key would have another one.
const INFO: &[u8] = b"Consonance 1.0 report";
const WHAT: &str = "report";
/// The label of the reporter's signature.
const LABEL: &str = "report";
/// Of Ed25519.
const SIGNATURE_BYTES: usize = 64;
/// Both keys, the signature, and the tag of AES-GCM.
const SEALED_OVERHEAD_BYTES: usize = MAGIC.len() + 1 + 2 * ModeratorsKey::BYTES + SIGNATURE_BYTES + 16;
/// Time and length of a frame.
const FRAME_OVERHEAD_BYTES: usize = 4 + 2;

fn voice(reader: &mut Reader<'_>) -> Result<ReportedVoice, ParseError> {
    let speaker = member(reader)?;
    let count = reader.u32(WHAT)?;
    let mut frames = Vec::new();
    // Do not preallocate: the count is untrusted.
    for _ in 0..count {
        frames.push(ReportedFrame { at_sample: reader.u32(WHAT)?, opus: take(reader)?.into() });
    }
    let statements =
        (0..reader.u8(WHAT)?).map(|_| take(reader).map(<[u8]>::to_vec)).collect::<Result<_, _>>()?;
    Ok(ReportedVoice { speaker, frames, statements })
}

fn put_member(out: &mut Vec<u8>, member: &LoggedMember) {
    out.extend(member.leaf.to_be_bytes());
    put(out, member.key.as_bytes());
    put(out, member.name.as_bytes());
    put(out, member.account.as_deref().unwrap_or_default().as_bytes());
}

fn member(reader: &mut Reader<'_>) -> Result<LoggedMember, ParseError> {
    let leaf = reader.u32(WHAT)?;
    let key = PublicKey::from_bytes(take(reader)?);
    let (name, account) = (text(reader)?, text(reader)?);
    Ok(LoggedMember { leaf, name, account: (!account.is_empty()).then_some(account), key })
}

/// A length in 16 bits and the bytes: no field is longer.
fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(usize::from(u16::MAX))];
    out.extend((bytes.len() as u16).to_be_bytes());
    out.extend(bytes);
}

fn take<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], ParseError> {
    let length = reader.u16(WHAT)?;
    reader.take(length.into(), WHAT)
}

fn text(reader: &mut Reader<'_>) -> Result<String, ParseError> {
    take(reader).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str) -> LoggedMember {
        let key = PublicKey::from_bytes(&[name.len() as u8; 32]);
        LoggedMember { leaf: 3, name: name.into(), account: Some(format!("account of {name}")), key }
    }

    fn report(by: &IdentityKey, frames: usize) -> MemberReport {
        let frame =
            |number| ReportedFrame { at_sample: number as u32 * 960, opus: vec![number as u8; 100].into() };
        MemberReport {
            reporter: LoggedMember { key: by.public().clone(), ..member("Bob") },
            made_unix_s: 1 << 33,
            reason: "shouting".into(),
            voices: vec![ReportedVoice {
                speaker: member("Mallory"),
                frames: (0..frames).map(frame).collect(),
                statements: Vec::new(),
            }],
        }
    }

    #[test]
    fn a_report_is_opened_by_the_key_that_it_is_sealed_to_and_by_no_other() {
        let (key, other) = (ModeratorsSecret::generate().unwrap(), ModeratorsSecret::generate().unwrap());
        let bob = IdentityKey::generate().unwrap();
        let sealed = report(&bob, 100).seal(&bob, key.public()).unwrap();
        assert!(!sealed.windows(7).any(|bytes| bytes == b"Mallory"), "names are sealed");
        assert_eq!(MemberReport::open(&sealed, &key), Ok(report(&bob, 100)));
        let error = MemberReport::open(&sealed, &other).unwrap_err();
        assert!(error.to_string().contains("sealed to"), "{error}");
    }

    #[test]
    fn a_report_in_the_name_of_another_player_is_not_opened() {
        let key = ModeratorsSecret::generate().unwrap();
        let (bob, mallory) = (IdentityKey::generate().unwrap(), IdentityKey::generate().unwrap());
        let sealed = report(&bob, 3).seal(&mallory, key.public()).unwrap();
        let error = MemberReport::open(&sealed, &key).unwrap_err();
        assert!(error.to_string().contains("has not signed"), "{error}");
    }

    #[test]
    fn an_altered_or_cut_off_report_is_not_opened() {
        let key = ModeratorsSecret::generate().unwrap();
        let bob = IdentityKey::generate().unwrap();
        let sealed = report(&bob, 3).seal(&bob, key.public()).unwrap();
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert!(MemberReport::open(&altered, &key).is_err(), "byte {place}");
            assert!(MemberReport::open(&sealed[..place], &key).is_err(), "{place} bytes");
        }
    }

    #[test]
    fn a_report_that_is_too_long_keeps_what_was_heard_last() {
        let key = ModeratorsSecret::generate().unwrap();
        let bob = IdentityKey::generate().unwrap();
        let mut long = report(&bob, 20_000);
        long.reason = "é".repeat(1000);
        assert!(matches!(long.seal(&bob, key.public()), Err(E2eeError::TooLong { .. })));
        let left_out = long.fit();
        assert_eq!(long.reason.len(), 1000);
        let kept = &long.voices[0].frames;
        assert!(left_out > 0 && kept.len() == 20_000 - left_out && kept.len() > 5_000);
        assert_eq!(kept.last().unwrap().at_sample, 19_999 * 960);
        assert!(long.seal(&bob, key.public()).unwrap().len() <= MemberReport::BYTES_MAX);
    }
}
