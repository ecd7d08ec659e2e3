//! The control messages between a page and the engine behind it: one JSON object each, whatever carries them.
//!
//! `docs/browser/control.md` has every message with an example, which a test reads out of that page. What is not known,
//! types and keys, is passed over, so that pages and servers of different ages understand each other.

mod bounded;
mod from_page;
mod problem;
mod target;
mod to_page;
mod words;

pub use bounded::{Amplitude, ChannelNumber, NAME_BYTES_MAX, NUMBER_MAX, Percent};
pub use from_page::{Deed, FROM_PAGE_BYTES_MAX, FromPage, Moderate, Open, Place};
pub use problem::Problem;
pub use target::{Addressee, Target};
pub use to_page::{Cause, RefusalCode, TO_PAGE_BYTES_MAX, Terms, ToPage};
pub use words::{AnswerWord, DeedWord, PriorityWord, RoomUseWord, SanctionWord};
