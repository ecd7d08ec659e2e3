//! Sessions over several workers and machines.

mod conformance;
mod owner_and_edges;
