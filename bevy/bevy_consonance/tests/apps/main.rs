//! Whole apps on a real server: every test runs `App::update` of two or three apps, and waits for the expected
//! outcome.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

mod ear;
mod hearing;
mod leaving;
mod messages;
mod push_to_talk;
mod reflection;
mod rooms;
mod fixture;
