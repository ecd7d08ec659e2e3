//! The current state of a voice chat or a server, and why a player is not heard.
//!
//! For inspecting a running game or server: for developers, operators, and players asking "why can't I hear Alice?".
//! It depends on no other part of the project that runs: the program fills a [`Snapshot`], plain data with public
//! fields, and everything else is derived from it.
//!
//! ```text
//!   VoiceChat ──▶ Snapshot ──▶ JSON ──▶ consonance inspect (terminal)
//!   server    ──▶    │    └──▶ page on 127.0.0.1 (feature `page`)
//!                    ▼
//!               why(speaker, listener) ──▶ Diagnosis: every step of the path, and the first that is broken
//! ```
//!
//! [`why()`] is a pure function of one or more snapshots. Anything they do not show is reported as unknown, with the
//! inspector to ask.
//!
//! ```
//! use consonance_inspector::{ClientSnapshot, ConnectionState, PlayerRow, SilenceCause, Snapshot, why};
//!
//! let mut bob = ClientSnapshot::default();
//! (bob.name, bob.status, bob.knows_all_players) = ("Bob".into(), ConnectionState::Connected, true);
//! let mut alice = PlayerRow::default();
//! (alice.name, alice.muted) = ("Alice".into(), true);
//! bob.players.push(alice);
//!
//! let diagnosis = why(&[Snapshot::from(bob)], "Alice", "Bob");
//! assert_eq!(diagnosis.cause(), Some(&SilenceCause::MutedByListener));
//! println!("{diagnosis}");
//! ```
//!
//! [`web_page`] has the parts that this page shares with our other pages. [`pcap`] writes packet captures for
//! Wireshark.
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `page` | no | `page::Inspector`, which serves the page, and `page::InspectorClient`, which asks one |
//!
//! Needs Rust 1.95 or later.

mod action;
#[cfg(feature = "page")]
pub mod page;
pub mod pcap;
mod snapshot;
mod snapshot_cell;
mod third_party_application;
pub mod web_page;
mod why;

pub use action::{Action, Inspected};
pub use snapshot::{
    CaptureSnapshot, ChannelRow, ChannelTarget, ClientSnapshot, ConnectionState, DeviceSnapshot,
    DeviceStatus, DistanceRow, EchoRow, EffectiveActivation, EncryptionRow, FlowRow, History, ListenersRow,
    NetworkRow, Note, PacketRow, PageRow, PlayerRow, RefusedRoom, ServedNode, ServedNodeLink, ServedPlayer,
    ServedRoom, ServedSession, ServerSnapshot, Severity, Snapshot, SnapshotError, ThirdPartyRow, TokenRule,
    UnheardReason, UplinkSnapshot, VERSION,
};
pub use snapshot_cell::SnapshotCell;
pub use third_party_application::ThirdPartyApplication;
pub use why::{Diagnosis, PathLink, SilenceCause, Step, StepOutcome, why};
