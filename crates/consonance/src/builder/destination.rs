//! Where a chat connects to, and by which network.

#[cfg(feature = "quic")]
use consonance_quic::{QuicAddress, QuicClientSettings, QuicRuntime};
use consonance_transport::ClientTransport;

use super::{StartError, VoiceChatBuilder};
use crate::route::Route;
#[cfg(feature = "quic")]
use crate::route::quic_route;
use crate::transports::Transports;

pub(super) enum Destination {
    /// A network of the caller's own.
    Network(Box<dyn ClientTransport>),
    /// An address of the form `quic://…`.
    #[cfg(feature = "quic")]
    Quic(Box<(QuicAddress, QuicClientSettings)>),
}

impl VoiceChatBuilder {
    /// The network to the server, with the threads that it needs; nothing connects yet.
    pub(super) fn open_transports(&mut self) -> Result<Transports, StartError> {
        match self.destination.take().ok_or(StartError::NoNetwork)? {
            Destination::Network(transport) => Ok(Transports::new(Route::Plain(transport), None)),
            #[cfg(feature = "quic")]
            Destination::Quic(destination) => {
                let ((address, settings), fallback) = (*destination, self.fallback);
                let runtime = self.quic_runtime()?;
                let reach = move |address| quic_route(&runtime, address, settings.clone(), fallback);
                let first = reach(address);
                let dial = move |address: &str| {
                    address.parse::<QuicAddress>().map(&reach).map_err(|error| error.to_string())
                };
                Ok(Transports::new(first, Some(Box::new(dial))))
            }
        }
    }

    #[cfg(all(feature = "quic", feature = "tokio"))]
    fn quic_runtime(&mut self) -> Result<QuicRuntime, StartError> {
        Ok(match self.runtime.take() {
            Some(handle) => QuicRuntime::from_handle(handle)?,
            None => QuicRuntime::new(1)?,
        })
    }

    #[cfg(all(feature = "quic", not(feature = "tokio")))]
    #[expect(clippy::unused_self, reason = "with the feature `tokio` the caller may give one")]
    fn quic_runtime(&mut self) -> Result<QuicRuntime, StartError> {
        Ok(QuicRuntime::new(1)?)
    }
}
