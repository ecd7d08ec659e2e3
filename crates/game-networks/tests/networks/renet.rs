//! renet: its own sockets, a network that loses packets, the example, and the rules of every network.

mod bad_network;
mod conformance;
mod example;
mod netcode;
