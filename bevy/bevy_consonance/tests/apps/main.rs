//! Whole apps on a real server: every test runs `App::update` of two or three of them, and waits for what must happen.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

mod ear;
mod hearing;
mod leaving;
mod messages;
mod push_to_talk;
mod reflection;
mod rooms;
mod stage;
