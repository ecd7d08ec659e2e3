//! A listener for a network other than QUIC, with an open port, which waits for the workers.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use consonance_link::listener::Shards;
use consonance_server::Workers;
use consonance_server_config::Config;

use super::host::host_at;

/// A listener whose clients wait until it is handed to the workers.
pub(super) struct OpenedListener {
    pub(super) shards: Shards,
    /// The session of all its clients; without it each link names its own.
    pub(super) session: Option<String>,
    /// The listener in one line, for the operator.
    pub(super) line: String,
    /// The address on which it listens, if it is for `WebSocket`s with TLS.
    pub(super) tls_address: Option<SocketAddr>,
}

impl OpenedListener {
    /// The fallback port for QUIC clients whose UDP is blocked, if this listener serves the same session with TLS.
    pub(super) fn tls_port(&self) -> Option<TlsPort> {
        Some(TlsPort { session: self.session.clone()?, address: self.tls_address? })
    }

    /// Hands the listener to the workers, which then accept its clients.
    pub(super) fn hand_to(self, workers: &mut Workers) -> io::Result<()> {
        match self.shards {
            Shards::One(network) => {
                let session = self.session.unwrap_or_default();
                let is_there = workers.add_for_session(&session, network);
                let what = || format!("unknown session {session:?} of its network: name it in sessions");
                is_there.then_some(()).ok_or_else(|| io::Error::other(what()))
            }
            Shards::Many(make) => {
                let shards = make(workers.count(), Box::new(workers.owner_placement()))?;
                workers.add_shards(shards);
                Ok(())
            }
        }
    }
}

/// A `WebSocket` listener with TLS and the same certificate as over QUIC.
pub(super) struct TlsPort {
    session: String,
    address: SocketAddr,
}

impl TlsPort {
    /// The ports by session that are reached under the same host as a QUIC listener at this address; the first of
    /// several for one session.
    pub(super) fn beside(all: &[Self], config: &Config, quic: IpAddr) -> BTreeMap<String, u16> {
        let host = host_at(config, quic);
        let is_reached = |port: &&Self| {
            let ip = port.address.ip();
            host_at(config, ip) == host || (ip.is_unspecified() && ip.is_ipv6() >= quic.is_ipv6())
        };
        let ports = all.iter().filter(is_reached).map(|port| (port.session.clone(), port.address.port()));
        ports.rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_socket_is_announced_where_players_of_quic_reach_it() {
        let port = |session: &str, address: &str| TlsPort {
            session: session.to_owned(),
            address: address.parse().expect("an address"),
        };
        let mut config = Config::default();
        let beside = |config: &Config, all: &[TlsPort], quic: &str| {
            TlsPort::beside(all, config, quic.parse().expect("an address")).into_iter().collect::<Vec<_>>()
        };
        let both = [port("main", "192.0.2.1:1"), port("main", "192.0.2.1:2"), port("other", "0.0.0.0:3")];
        let expected = [("main".to_owned(), 1), ("other".to_owned(), 3)];
        assert_eq!(beside(&config, &both, "192.0.2.1"), expected);
        assert_eq!(beside(&config, &both, "192.0.2.2"), expected[1..]);
        assert_eq!(beside(&config, &both, "::1"), []);
        assert_eq!(beside(&config, &[port("main", "[::]:1")], "192.0.2.2"), expected[..1]);
        config.host = Some("voice.example".to_owned());
        assert_eq!(beside(&config, &both, "::1"), expected, "one name for all");
    }
}
