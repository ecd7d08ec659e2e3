//! End-to-end encryption of a voice session: the group of its members, and their keys.
//!
//! The members of a session share an MLS group (RFC 9420). The server is its delivery service: it orders commits,
//! distributes Welcomes, has no keys, and checks with a [`FollowedGroup`] what can be checked without. [`MlsMember`] is
//! one player's end of it, a plain struct: messages of the delivery service in, messages to it and events out; no I/O,
//! and time is an argument.
//!
//! ```text
//!   delivery service ──▶ MlsMember::handle ──▶ poll_message ──▶ delivery service
//!                              │
//!                              ├──▶ poll_event: members came and went
//!                              └──▶ epoch_keys ──▶ PacketCipher: voice and text
//! ```
//!
//! ```
//! use std::time::Duration;
//!
//! use consonance_e2ee::{Credential, IdentityKey, MlsMember, PacketCipher, PlainRooms};
//! use consonance_wire::{DeliveryMessage, SealedVoice};
//!
//! let now = Duration::ZERO;
//! let mut alice = MlsMember::new(IdentityKey::generate()?, Credential::new("Alice")?);
//!
//! // The delivery service asks the first player to make the group, and says that what she made counts.
//! let (adds, removes, plain) = (Vec::new(), Vec::new(), PlainRooms::Never);
//! let request = DeliveryMessage::Request { number: 1, group: 7, epoch: None, adds, removes, plain };
//! alice.handle(now, &request.to_bytes());
//! assert!(alice.poll_message().is_some());
//! alice.handle(now, &DeliveryMessage::Accepted { number: 1 }.to_bytes());
//! assert_eq!(alice.members()[0].credential.name(), "Alice");
//!
//! // She seals what she says; a member with the same keys opens it.
//! let (mut hers, mut another, mut sealed) = (PacketCipher::new(), PacketCipher::new(), Vec::new());
//! hers.enter(now, &alice.epoch_keys()?)?;
//! another.enter(now, &alice.epoch_keys()?)?;
//! hers.seal_frame(Some(30), b"a frame of Opus", &mut sealed)?;
//! let mut opened = Vec::new();
//! another.open_frame(now, "Alice", &SealedVoice::of(&sealed).expect("it is sealed"), &mut opened)?;
//! assert_eq!(opened, b"a frame of Opus");
//! # Ok::<(), consonance_e2ee::E2eeError>(())
//! ```
//!
//! A member may [log](LoggedEpoch) its keys: with them, [`KeptFrames`] opens what a server has recorded.
//!
//! A [`MemberReport`] delivers the audio that a player recently heard to the game's moderators, unreadable to everyone
//! in between.
//!
//! [`sframe`] seals the frames; it knows neither MLS nor sessions.
//!
//! # Features
//!
//! * `followed-group`: following a group without its keys, as a server does.
//! * `fuzzing`: the bodies of fuzz targets.
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

mod attestation;
mod credential;
mod crypto;
mod epoch_keys;
mod error;
#[cfg(feature = "followed-group")]
mod followed_group;
#[cfg(feature = "fuzzing")]
pub mod fuzz;
mod identity;
mod kept_frames;
mod key_log;
mod known_keys;
mod member;
mod member_directory;
mod member_report;
mod moderators_key;
mod packet_cipher;
mod policy;
mod recent_frames;
mod roster;
mod safety_number;
pub mod sframe;
mod signed_speech;

pub use attestation::{AccountProof, AttestationKeys};
pub use consonance_wire::{PlainRooms, ReportAnswer};
pub use credential::Credential;
pub use epoch_keys::EpochKeys;
pub use error::E2eeError;
#[cfg(feature = "followed-group")]
pub use followed_group::FollowedGroup;
pub use identity::{IdentityKey, PublicKey};
pub use kept_frames::{KeptCounts, KeptFrames};
pub use key_log::{LoggedEpoch, LoggedMember};
pub use known_keys::{KnownKeys, KnownKeysFull, Recognition};
pub use member::{MemberEvent, MlsMember};
pub use member_directory::{EncryptedMember, MemberDirectory};
pub use member_report::{MemberReport, ReportedFrame, ReportedVoice};
pub use moderators_key::{ModeratorsKey, ModeratorsSecret};
pub use packet_cipher::{CipherState, PacketCipher, PacketCounts, Passage, Withheld};
pub use recent_frames::{HeardFrames, RecentFrames};
pub use roster::GroupMember;
pub use safety_number::SafetyNumber;
pub use signed_speech::{SignedSpeech, SpeechSigner};

/// X25519, AES-128-GCM, SHA-256 and Ed25519: the suite that every implementation of MLS has (RFC 9420, section 17.1).
const CIPHER_SUITE: mls_rs::CipherSuite = mls_rs::CipherSuite::CURVE25519_AES128;
