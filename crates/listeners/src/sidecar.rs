//! `sidecar`: game servers that hand their clients' voice packets over.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use consonance_game_networks::sidecar::{LinkSecret, SidecarServer, SidecarSettings};
use consonance_server_config::{
    ConfigProblem, IpProtocol, NetworkSettings, NetworkTable, Seconds, SettingsType, table,
};

use crate::{ListenerNetwork, ListenerPlace, NetworkListener, Opened, Reading, Shards};

table! {
    /// The links of game servers; the reasons stand with the settings of `consonance_game_networks::sidecar`.
    pub(crate) struct SidecarKeys {
        /// A file whose first line is the shared secret of both ends: at least 16 random bytes; protect it from other
        /// users. Optional only where no other machine reaches the address.
        #[schemars(example = &"sidecar-secret.txt", extend("format" = "path"))]
        pub secret_file: Option<PathBuf> = None;
        /// Links of game servers at once.
        pub links_max: usize = 64, 1..=4096;
        /// Links that have not yet proved that they know the secret.
        pub handshakes_max: usize = 16, 1..=4096;
        /// Players of one link. Kicked ones count until the game server says that they have left.
        pub players_max: u32 = 1024, 1..=65_535;
        /// How long a link may take to prove it.
        pub handshake_timeout_s: Seconds = Seconds::new(5), 0.1..=60;
        /// Whole seconds of silence after which a link and all its players count as lost.
        pub idle_timeout_s: Seconds = Seconds::new(10), 2..=600;
        /// Silence after which the rest of the session is told that a link's players left, until its next sign of life.
        /// Game servers that announce no pace are missed only after `idle_timeout_s`.
        pub quiet_timeout_s: Seconds = Seconds::millis(750), 0.3..=60;
        /// Bytes other than voice that wait for one link. Above an eighth of it, packets from the link wait, for
        /// `idle_timeout_s` at most.
        pub control_bytes_max: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of voice that wait for one link.
        pub voice_bytes_max: usize = 64 << 10, 8192..=16_777_216;
    }
}

impl NetworkSettings for SidecarKeys {
    fn problem(&self, listener: SocketAddr) -> Option<String> {
        let is_open = !listener.ip().is_loopback() && self.secret_file.is_none();
        is_open.then(|| "other machines reach this address: set secret_file, or listen on 127.0.0.1".into())
    }
}

static TABLE: NetworkTable = NetworkTable {
    name: "sidecar",
    about: "Game servers of any network, which keep their clients and forward voice packets over one link; see \
            docs/networks/sidecar.md. `address` is a TCP address of this machine or of a private network: the link \
            is not encrypted.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: true,
    settings: SettingsType::of::<SidecarKeys>(),
    without_upstream: &[],
    with_upstream: None,
};

/// Links of game servers.
pub(crate) struct Sidecar;

impl ListenerNetwork for Sidecar {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "any other network, in a game's server that can be changed"
    }

    #[cfg(feature = "testing")]
    fn docs(&self) -> Option<crate::DocsRow> {
        None
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem> {
        let keys: SidecarKeys = reading.settings()?;
        let secret = match &keys.secret_file {
            Some(path) => LinkSecret::new(reading.secret_line(path)?.reveal()),
            None => LinkSecret::default(),
        };
        Ok(Box::new(SidecarListener { keys, secret }))
    }

    #[cfg(feature = "testing")]
    fn player(&self, _: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "players come to the game's own server"))
    }

    #[cfg(feature = "testing")]
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
        let mut settings = SidecarSettings::default();
        settings.secret = self.secret.clone();
        settings.session = session.map(str::to_owned);
        settings.links_max = self.keys.links_max;
        settings.handshakes_max = self.keys.handshakes_max;
        settings.players_max = self.keys.players_max;
        settings.handshake_timeout = self.keys.handshake_timeout_s.into();
        settings.idle_timeout = self.keys.idle_timeout_s.into();
        settings.quiet_timeout = self.keys.quiet_timeout_s.into();
        settings.control_bytes_max = self.keys.control_bytes_max;
        settings.voice_bytes_max = self.keys.voice_bytes_max;
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
        let mut expected = SidecarSettings::default();
        expected.session = Some("main".into());
        assert_eq!(listener.settings(Some("main")), expected);
    }
}
