//! The `WebSocket` port announced by a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

/// The TCP port on which a server serves the same session over a `WebSocket` with TLS and the same certificate, as
/// announced in its last hello. A clone is a handle for the same client.
#[derive(Clone, Debug, Default)]
pub struct AnnouncedPort(Arc<AtomicU16>);

impl AnnouncedPort {
    /// The port; `None` before the first connection, and if the last server had none.
    pub fn port(&self) -> Option<u16> {
        Some(self.0.load(Ordering::Relaxed)).filter(|port| *port > 0)
    }

    pub(crate) fn set(&self, port: Option<u16>) {
        self.0.store(port.unwrap_or(0), Ordering::Relaxed);
    }
}
