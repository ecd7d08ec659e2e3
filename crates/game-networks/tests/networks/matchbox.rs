//! Matchbox: a simulated room, its host, and the rules of every network.

mod conformance;
mod hosts;
mod simulated;
