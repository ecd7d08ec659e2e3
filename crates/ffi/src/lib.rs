//! The voice chat of the crate `consonance` for C and for languages that call C; `include/consonance.h` is the
//! interface.
//!
//! * [`exports`] are the functions of the header, by topic. Each checks its arguments, calls the chat, and turns errors
//!   and panics into error codes.
//! * [`c`] reads and writes through C pointers; all unsafe code is there.
//! * Objects are identified by handles, which are invalid once the object is gone (`handles`, `streams`), players by
//!   numbers (`player_ids`). No thread of ours ever calls the host; the host polls.

pub mod c;
mod chats;
mod choices;
pub mod error;
mod events;
pub mod exports;
mod handles;
mod hosts;
mod links;
mod lock;
mod log_lines;
mod outgoing;
mod player_ids;
mod reaper;
mod streams;
pub mod structs;
