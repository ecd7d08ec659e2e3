//! Servers and players over an in-memory Steam: the rules of every network, and features that only this one has.

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
