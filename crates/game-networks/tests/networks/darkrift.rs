//! The network, over real sockets and without sockets.

mod conformance;
mod connecting;
mod connector;
mod crowd;
#[cfg(unix)]
mod descriptors;
mod envelopes;
mod fixture;
mod golden;
mod hostile;
mod listener;
mod proxy;
mod relay;
#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only loopback address.
mod slots;
