//! Groups of encrypted sessions.

mod group;
mod mls_vectors;
