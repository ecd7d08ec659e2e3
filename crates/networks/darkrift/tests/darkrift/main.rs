//! The network over real sockets and without any.

mod conformance;
mod connecting;
mod connector;
mod crowd;
#[cfg(unix)]
mod descriptors;
mod golden;
mod hostile;
mod listener;
mod relay;
mod splice;
mod stage;
