//! Settings that are declared once: a struct, its defaults, and what an operator's configuration has to know.
//!
//! [`settings!`] declares a struct in the crate that uses it. Each field has, in one place, its documentation, its
//! default, the range of a number and the key that an operator writes. [`DeclaredSettings::visit`] shows all of it,
//! with the values, so that a configuration can be read, printed and documented without a second list of its keys. Code
//! that no program calls is not linked into it.
//!
//! ```
//! use std::time::Duration;
//!
//! use consonance_settings::{DeclaredSettings, PlainValue, settings};
//!
//! settings! {
//!     /// How long a queue waits.
//!     #[derive(Debug, PartialEq)]
//!     pub struct QueueSettings {
//!         /// Messages at once.
//!         pub messages_max: usize = 64, 1..=4096;
//!         /// How long a message may wait.
//!         ///
//!         /// Only programmers see this paragraph; operators do not.
//!         pub patience: Duration as patience_s = Duration::from_secs(5), 0.1..=60;
//!     }
//! }
//!
//! let mut queue = QueueSettings::default();
//! queue.visit(&mut |mut key| {
//!     if key.name == "patience_s" {
//!         assert_eq!(key.about(), "How long a message may wait.");
//!         assert!(key.set(&PlainValue::Decimal(1.5)));
//!     }
//! });
//! assert_eq!(queue, QueueSettings { messages_max: 64, patience: Duration::from_millis(1500) });
//! ```
//!
//! # Features
//!
//! * `std`: paths as settings; [`secrets`]: passwords, and addresses of services that may hold them.
//!
//! Needs Rust 1.95 or later.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod declaration;
mod key;
#[cfg(feature = "std")]
pub mod secrets;
mod value;

pub use declaration::DeclaredSettings;
pub use key::{SettingKey, SettingRange};
pub use value::{PlainValue, SettingChoice, SettingKind, SettingType};
