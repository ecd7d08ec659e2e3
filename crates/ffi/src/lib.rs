//! The voice chat of the crate `consonance` for C, and for what can call C: `include/consonance.h` is its front.
//!
//! * [`exports`] are the functions of the header, by what they are about. Each checks what it is given, calls the chat,
//!   and turns failures and panics into numbers.
//! * [`c`] reads and writes where C's pointers say: all of the unsafe code.
//! * Objects are named by handles that name nothing once the object is gone (`handles`, `streams`), players by numbers
//!   (`player_ids`). No thread of ours ever calls the host: it polls.

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
