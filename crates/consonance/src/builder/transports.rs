//! The networks of a chat, opened when it starts.

#[cfg(feature = "quic")]
use consonance_quic::{QuicAddress, QuicRuntime};

use super::VoiceChatBuilder;
use super::destination::Destination;
#[cfg(feature = "quic")]
use super::destination::{QuicServers, server_address};
use crate::route::Route;
use crate::start_error::StartError;
use crate::transports::Transports;

impl VoiceChatBuilder {
    /// Another server of the same session, for when the [`server`](Self::server) does not answer, at the first connect
    /// or later. May be called several times. Not needed to reconnect after a loss: a server that is one of several
    /// tells its clients about the others, which must present the same certificate, or one that is valid for their
    /// host.
    ///
    /// # Errors
    /// If the address cannot be read.
    #[cfg(feature = "quic")]
    pub fn alternative_server(mut self, address: &str) -> Result<Self, StartError> {
        self.alternative_servers.push(address.parse()?);
        Ok(self)
    }

    /// Opens the network to the server, with its threads; nothing connects yet.
    pub(super) fn open_transports(&mut self) -> Result<Transports, StartError> {
        match self.destination.take().ok_or(StartError::NoNetwork)? {
            Destination::Network(transport) => Ok(Transports::new(Route::over(transport), None)),
            #[cfg(feature = "quic")]
            Destination::Quic(destination) => {
                let (address, settings) = *destination;
                let servers =
                    QuicServers { runtime: self.quic_runtime()?, settings, fallback: self.fallback };
                let others = self.alternative_servers.iter().map(server_address).collect();
                let first = servers.route(address, others);
                let dial = move |address: &str| {
                    let address = address.parse::<QuicAddress>().map_err(|error| error.to_string())?;
                    Ok(servers.route(address, Vec::new()))
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
