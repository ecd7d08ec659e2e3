//! The control messages between a page and the engine behind it: one JSON object each, whatever carries them.
//!
//! `docs/browser/control.md` has every message with an example, which a test extracts from that page. Unknown types and
//! keys are ignored, so that pages and servers of different versions understand each other.

mod bounded;
mod from_page;
mod message_error;
mod target;
mod to_page;
mod words;

pub use bounded::{
    Amplitude, ChannelNumber, GROUP_PART_BYTES_MAX, NAME_BYTES_MAX, NUMBER_MAX, Percent, WORLD_BYTES_MAX,
};
pub use from_page::{
    FROM_PAGE_BYTES_MAX, FROM_PAGE_VALUES_MAX, FromPage, Moderate, ModerationAction, Open, Place,
};
pub use message_error::MessageError;
pub use target::{Addressee, PageTarget};
pub use to_page::{DisconnectCause, RefusalCode, RestrictionInfo, TO_PAGE_BYTES_MAX, ToPage};
pub use words::{ModerationActionWord, RestrictionWord};
