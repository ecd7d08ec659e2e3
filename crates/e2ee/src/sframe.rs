//! Voice frames sealed end to end with `SFrame` (RFC 9605), by keys of MLS epochs (its section 5.2).
//!
//! For voice that a server relays and must not hear: each member of a group has a [`Sealer`] for its own frames, and an
//! [`Opener`] for those of all others. The group's secrets come from MLS (RFC 9420), which is not part of this crate.
//!
//! ```
//! use core::time::Duration;
//!
//! use consonance_e2ee::sframe::{EpochSecret, Opener, Sealer};
//!
//! // What `MLS-Exporter(BASE_KEY_LABEL, "", BASE_KEY_BYTES)` gives to each member in epoch 7.
//! let secret = EpochSecret::new(7, [0x2A; consonance_e2ee::sframe::BASE_KEY_BYTES]);
//! let mut sealer = Sealer::new(&secret, 3)?;
//! let mut opener = Opener::new();
//! opener.add_epoch(Duration::ZERO, secret, 20)?;
//!
//! let (mut sealed, mut frame) = (Vec::new(), Vec::new());
//! sealer.seal(b"sequence 1", b"an Opus packet", &mut sealed)?;
//! let opened = opener.open(Duration::from_millis(40), b"sequence 1", &sealed, &mut frame)?;
//! assert_eq!((opened.leaf, opened.epoch, opened.counter), (3, 7, 0));
//! assert_eq!(frame, b"an Opus packet");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The suite is `AES_128_CTR_HMAC_SHA256_80`. Any input is safe to open: frames that no member sealed, and frames that
//! came before, are rejected and counted. The only allocations are in the buffer that a frame is appended to, and for a
//! sender's key at its first frame.
//!
//! An [`ArchiveOpener`], which holds all known epochs, opens stored frames.
//!
//! There are no clocks and no randomness: time is an argument.
//!
//! # Features
//!
//! * `fuzzing`: the body of a fuzz target.

mod archive;
mod epoch_secret;
mod frame_key;
#[cfg(feature = "fuzzing")]
pub mod fuzz;
mod header;
mod key_id;
mod opener;
mod sealer;
#[cfg(test)]
mod vectors;

pub use archive::ArchiveOpener;
pub use epoch_secret::{BASE_KEY_BYTES, BASE_KEY_LABEL, EpochSecret};
pub use key_id::{EPOCHS_MAX, LEAVES_MAX};
pub use opener::{AddEpochError, FORMER_EPOCH_KEPT, OpenCounts, OpenError, OpenedFrame, Opener};
pub use sealer::{FRAME_BYTES_MAX, SealError, Sealer};

/// By how much a sealed frame is longer than the frame, at most, in bytes: the header and the tag.
pub const OVERHEAD_BYTES_MAX: usize = sealer::HEADER_BYTES_MAX + frame_key::TAG_BYTES;
