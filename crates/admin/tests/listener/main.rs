//! The listener with clients of every kind: operators, scrapers, browsers, and idle connections.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod api;
mod ask;
mod fixture;
mod limits;
mod nodes;
mod page;
mod recordings;
mod reports;
mod traces;
mod untrusted;
mod webhooks;
