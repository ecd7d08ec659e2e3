//! The protocol's packets, written and read.

mod errors;
mod golden_vectors;
mod group_messages;
mod properties;
