//! `sidecar`: game servers that hand their clients' voice packets over.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use consonance_link::listener::{
    DocsRow, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace, ListenerProblem, NetworkListener,
    NetworkSettings, NetworkTable, Opened, Reading, Shards,
};
use consonance_settings::settings;

use crate::sidecar::{LinkSecret, SidecarServer, SidecarSettings};

settings! {
    /// The links of game servers.
    #[derive(Debug, PartialEq)]
    pub(crate) struct SidecarKeys {
        /// A file with the shared secret of both ends, at least 16 random bytes. Optional only where no other machine
        /// reaches the address.
        #[example("sidecar-secret.txt")]
        pub secret_file: Option<PathBuf> = None;
        /// The limits of links.
        pub links: SidecarSettings as .. = SidecarSettings::default();
    }
}

impl NetworkSettings for SidecarKeys {
    fn problem(&self, listener: SocketAddr) -> Option<String> {
        let is_open = !listener.ip().is_loopback() && self.secret_file.is_none();
        is_open.then(|| "other machines reach this address: set secret_file, or listen on 127.0.0.1".into())
    }
}

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &Sidecar;

static TABLE: NetworkTable = NetworkTable {
    name: "sidecar",
    about: "Game servers of any network, which forward voice packets over one link; see docs/networks/sidecar.md. \
            `address` is a TCP address of this machine or of a private network: the link is not encrypted.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: true,
    keys: ListenerKeys::of::<SidecarKeys>,
    without_upstream: &[],
    with_upstream: None,
};

/// Links of game servers.
struct Sidecar;

impl ListenerNetwork for Sidecar {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "any other network, in a game's server that can be changed"
    }

    fn docs(&self) -> Option<DocsRow> {
        None
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        let keys: SidecarKeys = reading.settings()?;
        let secret = match &keys.secret_file {
            Some(path) => LinkSecret::new(reading.secret_line(path)?.reveal()),
            None => LinkSecret::default(),
        };
        Ok(Box::new(SidecarListener { keys, secret }))
    }

    fn player(&self, _: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "players come to the game's own server"))
    }

    fn scenario_keys(&self) -> Option<&'static str> {
        None
    }
}

struct SidecarListener {
    keys: SidecarKeys,
    secret: LinkSecret,
}

impl SidecarListener {
    fn settings(&self, session: Option<&str>) -> SidecarSettings {
        let mut settings = self.keys.links.clone();
        settings.secret = self.secret.clone();
        settings.session = session.map(str::to_owned);
        settings
    }
}

impl NetworkListener for SidecarListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let server = SidecarServer::bind(place.address, self.settings(place.session))?;
        let address = server.local_addr();
        if place.session.is_some() {
            return Ok(Opened::one(server, address));
        }
        let shards = Shards::Many(Box::new(|count, worker_of| {
            let shards = server.into_shards(count, worker_of)?.into_iter();
            Ok(shards.map(|shard| Box::new(shard) as _).collect())
        }));
        Ok(Opened { shards, address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let listener = SidecarListener { keys: SidecarKeys::default(), secret: LinkSecret::default() };
        let expected = SidecarSettings { session: Some("main".into()), ..SidecarSettings::default() };
        assert_eq!(listener.settings(Some("main")), expected);
    }
}
