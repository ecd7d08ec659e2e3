//! End-to-end encryption: the player's key, the state, and the members of the group.

use std::ffi::c_char;
use std::path::PathBuf;

use consonance::{
    AccountProof, AttestationKeys, E2eeError, EncryptedMember, EncryptionPolicy, EncryptionSettings,
    EncryptionState, IdentityKey, KnownKeys, ModeratorsKey, PacketCounts, Recognition, SafetyNumber,
};

use crate::c::{Array, ArrayOut, In, Out, Text};
use crate::chats::Chat;
use crate::choices::choice;
use crate::error::{CError, Failure, guard};
use crate::structs::{
    CAccountProof, CEncryptedMember, CEncryptionPolicy, CEncryptionSettings, CEncryptionState,
    CEncryptionStatus, CRecognition,
};

/// By their places in `consonance_encryption_policy`.
const POLICIES: [EncryptionPolicy; 3] =
    [EncryptionPolicy::WhereOffered, EncryptionPolicy::Required, EncryptionPolicy::Never];

/// Generates a key of 64 bytes for a player, from the operating system's random numbers. Store it like a password and
/// pass it with the settings of each chat, so that others recognise the player. Its last 32 bytes are the public half,
/// which a service can attest to.
///
/// `length` receives its size, also if the buffer is too small; then no key is generated.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_generate_identity(
    buffer: ArrayOut<u8>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        let key = IdentityKey::generate().map_err(Failure::start)?;
        buffer.write_bytes(capacity, length, &key.to_bytes())
    })
}

/// The current end-to-end encryption. Its texts need 128 bytes.
///
/// The size of the status must be set before. `length`, which may be null, receives the size of the texts. The members
/// that `consonance_get_encrypted_member` writes are those of the last call of this function.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_encryption(
    chat: u64,
    status: Out<CEncryptionStatus>,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        Chat::of(chat)?.with_encryption(|now| {
            let [words, digits] = safety_texts(now.safety_number);
            let [safety_words, safety_digits] = buffer.write_texts(capacity, length, [&words, &digits])?;
            let value = CEncryptionStatus {
                size: 0,
                state: encryption_state(now.state) as i32,
                epoch: now.epoch.unwrap_or_default(),
                is_member: now.epoch.is_some().into(),
                member_count: now.members.len() as u32,
                safety_words,
                safety_digits,
                packets_sealed: now.packets.sealed,
                packets_opened: now.packets.opened.opened,
                packets_sent_plain: now.packets.sent_plain,
                packets_received_plain: now.packets.received_plain,
                packets_without_keys: now.packets.without_keys,
                packets_refused: refused(&now.packets),
            };
            status.write_sized("status", value)
        })
    })
}

/// A member of the session's group, from 0. Returns `CONSONANCE_ERROR_NOTHING` after the last one. 4096 bytes are
/// enough for its texts.
///
/// The size of the member must be set before. Members are those of the last `consonance_get_encryption`: if another
/// thread calls that in between, a different `epoch` shows that the list has changed. `length` may be null.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_encrypted_member(
    chat: u64,
    index: u32,
    member: Out<CEncryptedMember>,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        chat.with_member(index as usize, |epoch, of| {
            let (key, [words, digits]) = (of.key.to_string(), safety_texts(of.safety_number));
            let (account, purpose) = (of.account.as_deref(), of.purpose.as_deref());
            let texts =
                [&of.name, account.unwrap_or_default(), purpose.unwrap_or_default(), &key, &words, &digits];
            let [name, account, purpose, key, safety_words, safety_digits] =
                buffer.write_texts(capacity, length, texts)?;
            let (recognition, was_verified) = recognition(of);
            let value = CEncryptedMember {
                size: 0,
                player: chat.id_of(&of.name),
                epoch: epoch.unwrap_or_default(),
                is_local: of.is_local.into(),
                is_confirmed: of.is_confirmed.into(),
                recognition: recognition as i32,
                was_verified: was_verified.into(),
                account_proof: account_proof(of.account_proof) as i32,
                reserved: 0,
                name,
                account,
                purpose,
                key,
                safety_words,
                safety_digits,
            };
            member.write_sized("member", value)
        })
    })
}

/// Whether voice and text to a room are encrypted from end to end (1), or not (0).
#[unsafe(no_mangle)]
pub extern "C" fn consonance_is_room_encrypted(chat: u64, room: Text, encrypted: Out<u32>) -> CError {
    guard(|| {
        encrypted.write("encrypted", 0)?;
        let (chat, room) = (Chat::of(chat)?, room.read("room")?);
        encrypted.write("encrypted", chat.voice.encryption().status().is_room_encrypted(room).into())
    })
}

/// Marks a member as verified: both players compared the safety number and saw the same. `key` is the member's key at
/// that time, as `consonance_get_encrypted_member` wrote it.
///
/// Returns `CONSONANCE_ERROR_PLAYER` if no other member of the group has this number, and `CONSONANCE_ERROR_VALUE` if
/// its key has changed since.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_verify_member(chat: u64, player: u32, key: Text) -> CError {
    guard(|| {
        let (chat, key) = (Chat::of(chat)?, key.read("key")?);
        let name = chat.name_of(player)?;
        let missing = || Failure::new(CError::Player, format!("{name} is not another member of the group"));
        let members = chat.voice.encryption().status().members;
        let member = members.iter().find(|member| member.name == name).ok_or_else(missing)?;
        if member.key.to_string() != key {
            return Err(Failure::value("the member's key", &member.key, format!("{key}: compare again")));
        }
        chat.voice.player(&name).verify().then_some(()).ok_or_else(missing)
    })
}

/// The known players with their keys: bytes to store and to pass with the settings of the next chat.
///
/// `length` receives their number. If the buffer is too small, nothing else is written.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_known_keys(
    chat: u64,
    buffer: ArrayOut<u8>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        let known = Chat::of(chat)?.voice.encryption().known_keys();
        buffer.write_bytes(capacity, length, known.to_text().as_bytes())
    })
}

/// Submits the last thirty seconds of these players' voices, or of all players if none is given, to the game's
/// moderators, with a reason of at most 1000 bytes. The report is encrypted to `moderators_key` of the settings: the
/// server stores it and cannot read it. `CONSONANCE_ENCRYPTION_EVENT_REPORT_TAKEN` confirms that it is stored,
/// `CONSONANCE_ENCRYPTION_EVENT_REPORT_REFUSED` says why not. A player can report once a minute.
///
/// Returns `CONSONANCE_ERROR_VALUE` without a key in the settings, or if the reason is too long.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_report_players(
    chat: u64,
    players: Array<u32>,
    player_count: u32,
    reason: Text,
) -> CError {
    guard(|| {
        let (chat, reason) = (Chat::of(chat)?, reason.read("reason")?);
        let players = players.read("players", player_count as usize)?;
        let names = players.iter().map(|id| chat.name_of(*id)).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        chat.voice.encryption().report(&names, reason).map_err(Failure::refused)
    })
}

impl CEncryptionSettings {
    const DEFAULT: Self = Self {
        size: size_of::<Self>() as u32,
        policy: CEncryptionPolicy::WhereOffered as i32,
        identity: Array::NULL,
        account: Text::NULL,
        attestation: Text::NULL,
        attestation_keys: Text::NULL,
        purpose: Text::NULL,
        known_keys: Array::NULL,
        identity_length: 0,
        known_keys_length: 0,
        constant_rate: 0,
        sign_speech: 0,
        moderators_key: Text::NULL,
        key_log: Text::NULL,
    };
}

/// The settings that C has passed, or the defaults.
///
/// # Errors
/// If a key cannot be read, or a value is not in its range.
pub(crate) fn encryption_settings(settings: In<CEncryptionSettings>) -> Result<EncryptionSettings, Failure> {
    let mut wanted = EncryptionSettings::default();
    let Some(settings) = settings.read_if_any("encryption", CEncryptionSettings::DEFAULT)? else {
        return Ok(wanted);
    };
    wanted.policy = choice("policy", &POLICIES, settings.policy)?;
    let identity = settings.identity.read("identity", settings.identity_length as usize)?;
    if !identity.is_empty() {
        wanted.identity = Some(IdentityKey::from_bytes(identity).map_err(Failure::refused)?);
    }
    wanted.account = text(settings.account, "account")?;
    wanted.attestation = text(settings.attestation, "attestation")?;
    if let Some(keys) = settings.attestation_keys.read_if_any("attestation_keys")? {
        wanted.attestation_keys = AttestationKeys::from_jwk(keys).map_err(Failure::refused)?;
    }
    wanted.purpose = text(settings.purpose, "purpose")?;
    let known = settings.known_keys.read("known_keys", settings.known_keys_length as usize)?;
    wanted.known_keys = known_keys(known)?;
    wanted.constant_rate = settings.constant_rate != 0;
    wanted.sign_speech = settings.sign_speech != 0;
    if let Some(key) = text(settings.moderators_key, "moderators_key")? {
        wanted.moderators_key = Some(ModeratorsKey::from_text(&key).map_err(Failure::refused)?);
    }
    wanted.key_log = text(settings.key_log, "key_log")?.map(PathBuf::from);
    Ok(wanted)
}

/// An empty text is none.
fn text(text: Text, what: &'static str) -> Result<Option<String>, Failure> {
    Ok(text.read_if_any(what)?.filter(|text| !text.is_empty()).map(str::to_owned))
}

fn known_keys(bytes: &[u8]) -> Result<KnownKeys, Failure> {
    let not_utf8 = |_| Failure::new(CError::NotUtf8, "known_keys is not UTF-8");
    let text = str::from_utf8(bytes).map_err(not_utf8)?;
    KnownKeys::from_text(text).map_err(|error: E2eeError| Failure::refused(error))
}

/// As `consonance.h` numbers it.
pub(crate) fn encryption_state(state: EncryptionState) -> CEncryptionState {
    match state {
        EncryptionState::On => CEncryptionState::On,
        EncryptionState::Waiting => CEncryptionState::Waiting,
        EncryptionState::Off => CEncryptionState::Off,
    }
}

/// Whether a key that has changed was verified goes with it.
fn recognition(member: &EncryptedMember) -> (CRecognition, bool) {
    match member.recognition {
        None => (CRecognition::Local, false),
        Some(Recognition::Known) => (CRecognition::Known, false),
        Some(Recognition::Verified) => (CRecognition::Verified, false),
        Some(Recognition::Changed { was_verified }) => (CRecognition::Changed, was_verified),
        Some(Recognition::New) => (CRecognition::New, false),
    }
}

fn account_proof(proof: AccountProof) -> CAccountProof {
    match proof {
        AccountProof::Attested => CAccountProof::Attested,
        AccountProof::Rejected => CAccountProof::Rejected,
        AccountProof::Claimed => CAccountProof::Claimed,
    }
}

/// Words and digits; empty without a number.
fn safety_texts(number: Option<SafetyNumber>) -> [String; 2] {
    number.map(|number| [number.words().join(" "), number.digits().join(" ")]).unwrap_or_default()
}

/// Packets of others that were dropped, whatever the reason.
fn refused(packets: &PacketCounts) -> u64 {
    let frames = packets.opened;
    packets.refused_plain
        + packets.other_senders
        + frames.malformed
        + frames.unknown_epoch
        + frames.unknown_sender
        + frames.replayed
        + frames.forged
}
