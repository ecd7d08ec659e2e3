//! The destination of a chat: its address and network.

use consonance_link::ClientNetwork;
#[cfg(feature = "quic")]
use consonance_link::authority;
#[cfg(feature = "quic")]
use consonance_quic::{QuicAddress, QuicClientSettings, QuicRuntime};

#[cfg(feature = "quic")]
use super::random_bits::random_u64;
#[cfg(feature = "quic")]
use crate::route::{FallbackSettings, Path, Route, ServerAddress, quic_path};

pub(super) enum Destination {
    /// A custom network.
    Network(Box<dyn ClientNetwork>),
    /// An address of the form `quic://…`.
    #[cfg(feature = "quic")]
    Quic(Box<(QuicAddress, QuicClientSettings)>),
}

/// Opens paths to servers over QUIC.
#[cfg(feature = "quic")]
#[derive(Clone)]
pub(super) struct QuicServers {
    pub(super) runtime: QuicRuntime,
    pub(super) settings: QuicClientSettings,
    pub(super) fallback: Option<FallbackSettings>,
}

#[cfg(feature = "quic")]
impl QuicServers {
    /// The route to this server, or to another one of its session.
    pub(super) fn route(&self, first: QuicAddress, others: Vec<ServerAddress>) -> Route {
        let named = server_address(&first);
        let path = self.path(first);
        let servers = self.clone();
        let dial = move |address: &str| Some(servers.path(address.parse().ok()?));
        Route::to_servers((named, path), others, (Box::new(dial), beside), random_u64())
    }

    fn path(&self, address: QuicAddress) -> Path {
        quic_path(&self.runtime, address, self.settings.clone(), self.fallback)
    }
}

#[cfg(feature = "quic")]
pub(super) fn server_address(address: &QuicAddress) -> ServerAddress {
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
