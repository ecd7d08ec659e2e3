//! The crate through its public API. One program, since optimised tests take long to compile; those that count
//! allocations have programs of their own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, helpers included")]

mod capture;
mod denoise;
mod effects;
mod engine;
mod processors;
mod recording;
mod spatial;
