//! The shared configuration of all connections to one server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use consonance_link::session_name;
use quinn_proto::{ClientConfig, ConnectError, Endpoint, EndpointConfig};

use super::ClientCore;
use crate::hello::ClientHello;
use crate::verifier::ServerVerifier;
use crate::{QuicAddress, QuicClientSettings, tls};

/// Opens connections to one server.
#[derive(Clone, Debug)]
pub struct Dialer {
    endpoint_config: Arc<EndpointConfig>,
    client_config: ClientConfig,
    host: String,
    remote: SocketAddr,
    settings: QuicClientSettings,
}

/// The reason why a connection cannot even be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// No session can have such a name.
    #[error("invalid session name {session:?}: {problem}")]
    SessionName {
        /// The name.
        session: String,
        /// The problem with it.
        problem: &'static str,
    },
    /// The host or the address cannot be dialled.
    #[error("cannot connect to {remote}: {cause}; check the server's address")]
    Remote {
        /// The address.
        remote: SocketAddr,
        /// The error of QUIC.
        cause: ConnectError,
    },
}

impl DialError {
    /// An error code for logs and bindings; unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SessionName { .. } => "session-name",
            Self::Remote { .. } => "remote",
        }
    }
}

impl Dialer {
    /// Creates a dialer for the server of this address, whose host is known to be at `remote`. The session of the
    /// address is ignored.
    pub fn new(address: &QuicAddress, remote: SocketAddr, settings: QuicClientSettings) -> Self {
        let verifier = Arc::new(ServerVerifier::new(address.host(), address.fingerprint()));
        let mut client_config = ClientConfig::new(Arc::new(tls::client_config(verifier)));
        client_config.transport_config(settings.transport_config());
        let host = address.host().to_owned();
        Self { endpoint_config: Arc::default(), client_config, host, remote, settings }
    }

    /// The destination of datagrams.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Opens a connection to a session; its first datagrams wait to be sent.
    ///
    /// # Errors
    /// If no session can have that name, or no server can be at the address.
    pub fn dial(&self, now: Instant, session: &str) -> Result<ClientCore, DialError> {
        if let Some(problem) = session_name::problem(session) {
            return Err(DialError::SessionName { session: session.to_owned(), problem });
        }
        let hello = ClientHello { session, offer: self.settings.fast_path.offer() };
        let mut endpoint = Endpoint::new(Arc::clone(&self.endpoint_config), None, false, None);
        let (handle, connection) = endpoint
            .connect(now, self.client_config.clone(), self.remote, &self.host)
            .map_err(|cause| DialError::Remote { remote: self.remote, cause })?;
        Ok(ClientCore::new(endpoint, handle, connection, now, &hello, self.settings.outgoing))
    }
}
