//! The commands of this repository as running programs, and a folder for their files.
//!
//! [`Program`] is a running command: its output line by line, and its exit. [`Folder`] is removed with its files when
//! the test ends.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

mod program;
mod sound_files;

pub use program::{Ended, Program};
pub use sound_files::{RECORDING, read_output, until_written};

pub use crate::folder::Folder;
