//! Servers and players over a Steam in memory: the rules of every network, and what only this one has.

mod admission;
mod conformance;
mod golden;
mod hub;
mod impaired;
mod many;
mod originals;
mod presence;
mod sessions;
mod support;
