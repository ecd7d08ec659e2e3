//! The functions of the header, by what they are about.
//!
//! The only `unsafe` here is the attribute that gives each function the name by which it is called. What it asks for,
//! that nothing else has that name, holds because all of them begin with `consonance_`. All are safe to call for what
//! [`c`](crate::c) says about pointers.

#![expect(unsafe_code, reason = "a name that C knows has to be said to be unique")]

pub mod channels;
pub mod chat;
pub mod devices;
pub mod encryption;
pub mod hearing;
pub mod host;
pub mod hosted;
pub mod inspecting;
pub mod library;
pub mod players;
pub mod recording;
pub mod streams;
pub mod voice;
