//! Mumble's users: over real sockets, and in a session on simulated time.

mod mumble;
mod players;
