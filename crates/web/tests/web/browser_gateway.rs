//! A worker with browsers on simulated time: the real loop, the real players, and pages on paper.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod fixture;
mod paper;

mod counting;
mod joining;
mod names;
mod pages;
mod positions;
mod refusals;
