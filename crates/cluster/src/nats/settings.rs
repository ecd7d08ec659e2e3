//! How a node reaches NATS.

use std::path::PathBuf;

use consonance_settings::secrets::{SecretText, ServiceAddress};
use consonance_settings::settings;

use crate::nats::error::NatsError;
use crate::nats::subjects::is_cluster_name;

settings! {
    /// How a node reaches NATS.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct NatsSettings {
        /// The servers' addresses: `tls://host:port`, or `nats://host:port` on this machine. A client goes on with
        /// another one when its own is gone, and never with one that only servers tell of.
        pub servers: Vec<ServiceAddress> as _ = Vec::new();
        /// The cluster's name; servers with another one are ignored.
        pub cluster: String as name = "main".to_owned();
        /// The region whose sessions this node has; without one, it shares sessions with all nodes without one. Nodes
        /// of all regions see each other.
        pub region: Option<String> as _ = None;
        /// A file with a JWT and a key, from NATS's `nsc`.
        #[example("consonance.creds")]
        pub credentials: Option<PathBuf> as credentials_file = None;
        /// A user and a password, instead of a file.
        pub user: Option<(String, SecretText)> as _ = None;
        /// Certificate authorities (PEM) for NATS instead of the usual ones.
        #[example("own-authority.pem")]
        pub ca: Option<PathBuf> as authorities_file = None;
        /// A certificate that this node shows, and its key.
        pub certificate: Option<(PathBuf, PathBuf)> as _ = None;
        /// How many NATS servers keep the records, usually 3.
        pub replicas: usize as store_replicas = 1, 1..=5;
    }
}

impl NatsSettings {
    /// Without credentials.
    pub fn new(servers: Vec<ServiceAddress>, cluster: &str) -> Self {
        Self { servers, cluster: cluster.to_owned(), ..Self::default() }
    }

    /// Whether they make sense: other machines are reached over TLS and with credentials only.
    ///
    /// # Errors
    /// [`NatsError`] that says what is wrong.
    pub fn check(&self) -> Result<(), NatsError> {
        if !is_cluster_name(&self.cluster) {
            return Err(NatsError::InvalidClusterName { name: self.cluster.clone() });
        }
        if self.servers.is_empty() {
            return Err(NatsError::NoServer);
        }
        self.servers.iter().try_for_each(|server| self.check_server(server))
    }

    /// Whether nothing may be sent before TLS has proved the server, whatever it says itself: its first line is in the
    /// clear, and anyone on the path can change it.
    pub(crate) fn require_tls(&self) -> bool {
        let names_tls = self.servers.iter().any(|server| server.scheme() == TLS);
        names_tls || self.credentials.is_some() || self.ca.is_some() || self.certificate.is_some()
    }

    fn check_server(&self, server: &ServiceAddress) -> Result<(), NatsError> {
        let is_plain = server.scheme() == PLAIN;
        let has_nothing_else = server.reveal().trim_end_matches('/').ends_with(server.authority());
        if !(is_plain || server.scheme() == TLS) || !has_nothing_else {
            return Err(NatsError::InvalidServer { server: server.clone() });
        }
        let has_credentials = self.credentials.is_some() || self.user.is_some() || self.certificate.is_some();
        if server.is_loopback() || !is_plain && has_credentials {
            return Ok(());
        }
        Err(NatsError::UnsafeServer { server: server.clone() })
    }
}

/// The schemes of servers' addresses: with TLS, and without.
const TLS: &str = "tls";
const PLAIN: &str = "nats";

#[cfg(test)]
mod tests {
    use super::*;

    fn code(servers: &[&str], change: impl FnOnce(&mut NatsSettings)) -> Option<&'static str> {
        let servers = servers.iter().map(|server| server.parse().unwrap()).collect();
        let mut settings = NatsSettings::new(servers, "main");
        change(&mut settings);
        settings.check().err().map(|error| error.code())
    }

    #[test]
    fn other_machines_are_reached_over_tls_and_with_credentials() {
        for server in
            ["nats://127.0.0.1:4222", "nats://localhost:4222", "nats://[::1]:4222", "tls://127.1.2.3"]
        {
            assert_eq!(code(&[server], |_| ()), None, "{server}");
        }
        let with_user =
            |settings: &mut NatsSettings| settings.user = Some(("a".to_owned(), SecretText::new("b")));
        assert_eq!(code(&["tls://nats.example.org"], with_user), None);
        for server in ["nats://nats.example.org", "nats://192.0.2.1:4222", "nats://[2001:db8::1]"] {
            assert_eq!(code(&["nats://127.0.0.1", server], with_user), Some("unsafe-server"), "{server}");
        }
        assert_eq!(code(&["tls://nats.example.org"], |_| ()), Some("unsafe-server"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(code(&[], |_| ()), Some("no-server"));
        for server in ["http://127.0.0.1", "nats://127.0.0.1/x", "tls://127.0.0.1?x", "NATS://127.0.0.1"] {
            assert_eq!(code(&[server], |_| ()), Some("invalid-server"), "{server}");
        }
        for name in ["", "a.b", "a b", "ä", &"x".repeat(33)] {
            let found = code(&["nats://127.0.0.1"], |settings| settings.cluster = name.to_owned());
            assert_eq!(found, Some("invalid-cluster-name"), "{name}");
        }
    }

    #[test]
    fn tls_is_required_wherever_it_is_asked_for() {
        let requires = |server: &str, change: fn(&mut NatsSettings)| {
            let mut settings = NatsSettings::new(vec![server.parse().unwrap()], "main");
            change(&mut settings);
            settings.require_tls()
        };
        let with_user = |settings: &mut NatsSettings| {
            settings.user = Some(("a".to_owned(), SecretText::new("b")));
        };
        assert!(requires("tls://127.0.0.1", |_| ()));
        assert!(requires("nats://127.0.0.1", |settings| settings.credentials = Some("voice.creds".into())));
        assert!(requires("nats://127.0.0.1", |settings| settings.ca = Some("ca.pem".into())));
        assert!(requires("nats://127.0.0.1", |settings| {
            settings.certificate = Some(("a.pem".into(), "b.pem".into()));
        }));
        assert!(!requires("nats://127.0.0.1", with_user), "it does not leave this machine");
        assert!(!requires("nats://127.0.0.1", |_| ()));
    }

    #[test]
    fn printing_the_settings_shows_no_password() {
        let mut settings = NatsSettings::new(vec!["tls://nats.example.org".parse().unwrap()], "main");
        settings.user = Some(("voice".to_owned(), SecretText::new("sesame")));
        assert!(!format!("{settings:?}").contains("sesame"), "{settings:?}");
    }
}
