//! Servers with several workers, on threads: the worker of each client, and queries to workers.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod accounts;
mod asking;
mod banning;
mod edges;
mod fixture;
mod lost_nodes;
mod moderating;
mod nodes;
mod overload;
#[cfg(target_os = "linux")]
mod pinning;
mod recording;
mod session_events;
mod several_nodes;
mod shared_records;
mod sharing;
mod simulated_nodes;
mod stopping;
