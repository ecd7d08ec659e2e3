//! The destination of a chat: its address and network.

#[cfg(feature = "quic")]
use consonance_quic::{QuicAddress, QuicClientSettings, QuicRuntime};
use consonance_transport::ClientNetwork;
#[cfg(feature = "quic")]
use consonance_transport::authority;

#[cfg(feature = "quic")]
use super::start::random_u64;
use super::{StartError, VoiceChatBuilder};
use crate::route::Route;
#[cfg(feature = "quic")]
use crate::route::{FallbackSettings, ServerAddress, ServerRace, quic_route};
use crate::transports::Transports;

pub(super) enum Destination {
    /// A custom network.
    Network(Box<dyn ClientNetwork>),
    /// An address of the form `quic://…`.
    #[cfg(feature = "quic")]
    Quic(Box<(QuicAddress, QuicClientSettings)>),
}

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
            Destination::Network(transport) => Ok(Transports::new(Route::Plain(transport), None)),
            #[cfg(feature = "quic")]
            Destination::Quic(destination) => {
                let (address, settings) = *destination;
                let servers =
                    QuicServers { runtime: self.quic_runtime()?, settings, fallback: self.fallback };
                let others = self.alternative_servers.iter().map(server_address).collect();
                let first = servers.race(address, others);
                let dial = move |address: &str| {
                    let address = address.parse::<QuicAddress>().map_err(|error| error.to_string())?;
                    Ok(servers.race(address, Vec::new()))
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

/// Opens paths to servers over QUIC.
#[cfg(feature = "quic")]
#[derive(Clone)]
struct QuicServers {
    runtime: QuicRuntime,
    settings: QuicClientSettings,
    fallback: Option<FallbackSettings>,
}

#[cfg(feature = "quic")]
impl QuicServers {
    /// The path to this server, or to another one of its session.
    fn race(&self, first: QuicAddress, others: Vec<ServerAddress>) -> Route {
        let named = server_address(&first);
        let present = self.route(first);
        let servers = self.clone();
        let dial = move |address: &str| Some(servers.route(address.parse().ok()?));
        let race = ServerRace::new((named, present), others, (Box::new(dial), beside), random_u64());
        Route::ToServers(Box::new(race))
    }

    fn route(&self, address: QuicAddress) -> Route {
        quic_route(&self.runtime, address, self.settings.clone(), self.fallback)
    }
}

#[cfg(feature = "quic")]
fn server_address(address: &QuicAddress) -> ServerAddress {
    let place = authority(address.host(), address.port()).to_ascii_lowercase();
    ServerAddress { place: place.into(), address: address.to_string().into() }
}

/// The same session at a place named by a server: it must present the same certificate as that server, or one that is
/// valid for its own host, whichever the game requires.
#[cfg(feature = "quic")]
fn beside(known: &ServerAddress, place: &str) -> Option<ServerAddress> {
    let known: QuicAddress = known.address.parse().ok()?;
    let there: QuicAddress = format!("quic://{place}/{PLACEHOLDER}").parse().ok()?;
    let address = QuicAddress::new(there.host(), there.port(), known.session(), known.fingerprint()).ok()?;
    // All servers of a cluster have the same listeners.
    Some(server_address(&address.with_web_socket_port(known.web_socket_port())))
}

/// The address format requires a session; this one is replaced.
#[cfg(feature = "quic")]
const PLACEHOLDER: &str = "main";

#[cfg(all(test, feature = "quic"))]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn at(known: &str, place: &str) -> Option<String> {
        beside(&server_address(&known.parse().expect("an address")), place)
            .map(|server| server.address.into())
    }

    #[test]
    fn a_server_that_another_one_has_named_must_show_what_that_one_had_to_show() {
        let pinned = format!("quic://one.example:7777/red%20team#sha256={HEX}&wss=443");
        let expected = format!("quic://two.example:1/red%20team#sha256={HEX}&wss=443");
        assert_eq!(at(&pinned, "two.example:1"), Some(expected));
        let by_authority = at("quic://one.example:7777/main", "[2001:db8::1]:7777");
        assert_eq!(by_authority.as_deref(), Some("quic://[2001:db8::1]:7777/main"));
    }

    #[test]
    fn a_server_cannot_name_another_session_or_another_certificate() {
        let pinned = format!("quic://one.example:7777/main#sha256={HEX}");
        let other = HEX.replace('e', "0");
        for place in
            ["", "two", "two:0", "two:1/other", "two:1#x", &format!("two:1/x#sha256={other}"), "a b:1", ":1"]
        {
            let named = at(&pinned, place);
            let is_pinned = |address: &String| address.ends_with(&format!("/main#sha256={HEX}"));
            assert!(named.as_ref().is_none_or(is_pinned), "{place:?}: {named:?}");
        }
    }

    #[test]
    fn host_names_are_compared_case_insensitively() {
        let place = |address: &str| server_address(&address.parse().expect("an address")).place;
        assert_eq!(place("quic://Voice.example:1/main"), place("quic://voice.EXAMPLE:1/other"));
    }
}
