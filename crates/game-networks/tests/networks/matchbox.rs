//! Matchbox: a simulated room, its host, the rules of every network, and real sockets.

mod conformance;
mod hosts;
mod players_example;
mod real_peers;
mod simulated;
