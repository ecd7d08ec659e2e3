//! The listener as clients of every kind meet it: operators, scrapers, browsers, and those who only hold the line.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod api;
mod ask;
mod limits;
mod page;
mod recordings;
mod reports;
mod stage;
mod untrusted;
