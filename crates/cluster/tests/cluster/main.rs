//! Sessions over several workers and machines.

mod conformance;
mod golden_traces;
mod nats;
mod owner_and_edges;
