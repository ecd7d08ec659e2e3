//! The listener as its visitors see it: pages, other sites' pages, and attackers.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod documentation;
mod fixture;
mod joining;
mod limits;
mod page;
mod signal;
mod tls;
mod untrusted;
