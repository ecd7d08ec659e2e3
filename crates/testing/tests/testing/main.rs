//! What tests of sound rely on.

mod coverage;
mod likeness;
