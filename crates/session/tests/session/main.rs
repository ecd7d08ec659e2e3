//! The session's rules in simulated sessions, and the golden vectors of the original.

mod behaviour;
mod golden_vectors;
