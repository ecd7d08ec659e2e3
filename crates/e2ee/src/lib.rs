//! End-to-end encryption of a voice session: the group of its members, and their keys.
//!
//! The members of a session share an MLS group (RFC 9420), whose delivery service the server is: it orders commits and
//! hands Welcomes out, and cannot read them. [`Member`] is one player's end of it. A plain struct: messages of the
//! delivery service in, messages to it and events out; no I/O, and time is an argument.
//!
//! ```text
//!   delivery service ──▶ Member::handle ──▶ poll_message ──▶ delivery service
//!                              │
//!                              ├──▶ poll_event: members came and went
//!                              └──▶ epoch_keys ──▶ PacketCipher: voice and text
//! ```
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

mod credential;
mod epoch_keys;
mod error;
mod identity;
mod known_players;
mod member;
mod packet_cipher;
mod policy;
mod roster;
mod safety_number;

pub use consonance_wire::PlainRooms;
pub use credential::Credential;
pub use epoch_keys::EpochKeys;
pub use error::E2eeError;
pub use identity::{IdentityKey, PublicKey};
pub use known_players::{KnownPlayers, Recognition};
pub use member::{Member, MemberEvent};
pub use packet_cipher::{PacketCipher, PacketCounts, Passage};
pub use roster::GroupMember;
pub use safety_number::SafetyNumber;

/// X25519, AES-128-GCM, SHA-256 and Ed25519: the suite that every implementation of MLS has (RFC 9420, section 17.1).
const CIPHER_SUITE: mls_rs::CipherSuite = mls_rs::CipherSuite::CURVE25519_AES128;
