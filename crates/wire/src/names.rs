//! The key by which players' names are compared, so that a ban or a mute holds against every spelling of a name.
//!
//! The session, the server's records and the tools compare names by it. "Bob", "bob", "Bob ", "Bob" with an invisible
//! character, "Bob" in full-width letters and "Bob" with a Cyrillic letter have one key:
//!
//! ```
//! use consonance_wire::names::{NameKey, PlayerName, visible};
//!
//! for spelling in ["bob", " Bob ", "Bob\u{200b}", "\u{ff22}ob", "\u{0412}ob", "B0b"] {
//!     assert_eq!(NameKey::of(spelling), NameKey::of("Bob"), "{spelling:?}");
//! }
//! assert_ne!(NameKey::of("Rob"), NameKey::of("Bob"));
//!
//! // A name as it was given, compared by its key.
//! assert_eq!(PlayerName::from("Alice"), PlayerName::from("ALICE\u{200d}"));
//! // What an operator is shown.
//! assert_eq!(visible("Alice\u{200b}"), "Alice\\u{200b}");
//! ```
//!
//! A key follows the Unicode tables of the build. It is never stored: names are stored as given, and keys are computed
//! at start.

mod invisible;
mod letters;
mod name_key;
mod player_name;

pub use invisible::{is_invisible, visible};
pub use name_key::{NameKey, NamePattern};
pub use player_name::PlayerName;
