//! Groups of encrypted sessions, and their frames.

mod group;
mod mls_vectors;
mod sframe;
