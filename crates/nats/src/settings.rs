//! How a node reaches NATS.

use std::net::IpAddr;
use std::path::PathBuf;

use url::{Host, Url};

use crate::error::NatsError;

/// How a node reaches NATS.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NatsSettings {
    /// The servers' addresses: `tls://host:port`, or `nats://host:port` on this machine. A client goes on with another
    /// one when its own is gone, also with those that servers tell of.
    pub servers: Vec<String>,
    /// The name of the cluster: nodes of others on the same servers are not seen.
    pub cluster: String,
    /// The region whose sessions this node has; without one, it shares sessions with all nodes without one. Nodes of
    /// all regions see each other.
    pub region: Option<String>,
    /// A file with a JWT and a key, as NATS's `nsc` makes it.
    pub credentials: Option<PathBuf>,
    /// A user and a password, instead of a file.
    pub user: Option<(String, String)>,
    /// Certificates that the servers' are signed with, instead of the system's.
    pub ca: Option<PathBuf>,
    /// A certificate that this node shows, and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// How many servers keep the bucket (default 1): 3 where there are as many.
    pub replicas: usize,
}

impl NatsSettings {
    /// Without credentials.
    pub fn new(servers: Vec<String>, cluster: &str) -> Self {
        Self {
            servers,
            cluster: cluster.to_owned(),
            region: None,
            credentials: None,
            user: None,
            ca: None,
            certificate: None,
            replicas: 1,
        }
    }

    /// Whether they make sense: other machines are reached over TLS and with credentials only.
    ///
    /// # Errors
    /// [`NatsError`] that says what is wrong.
    pub fn check(&self) -> Result<(), NatsError> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !(1..=NatsError::CLUSTER_NAME_MAX).contains(&self.cluster.len())
            || !self.cluster.bytes().all(is_fine)
        {
            return Err(NatsError::InvalidClusterName { name: self.cluster.clone() });
        }
        if self.servers.is_empty() {
            return Err(NatsError::NoServer);
        }
        self.servers.iter().try_for_each(|server| self.check_server(server))
    }

    fn check_server(&self, server: &str) -> Result<(), NatsError> {
        let invalid = || NatsError::InvalidServer { server: server.to_owned() };
        let url = Url::parse(server).map_err(|_| invalid())?;
        let is_secret = match url.scheme() {
            "tls" => true,
            "nats" => false,
            _ => return Err(invalid()),
        };
        let has_credentials = self.credentials.is_some() || self.user.is_some() || self.certificate.is_some();
        if is_loopback(&url.host().ok_or_else(invalid)?) || is_secret && has_credentials {
            return Ok(());
        }
        Err(NatsError::UnsafeServer { server: server.to_owned() })
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            *name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(servers: &[&str], change: impl FnOnce(&mut NatsSettings)) -> Option<&'static str> {
        let servers = servers.iter().map(ToString::to_string).collect();
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
        let with_user = |settings: &mut NatsSettings| settings.user = Some(("a".to_owned(), "b".to_owned()));
        assert_eq!(code(&["tls://nats.example.org"], with_user), None);
        for server in ["nats://nats.example.org", "nats://192.0.2.1:4222", "nats://[2001:db8::1]"] {
            assert_eq!(code(&["nats://127.0.0.1", server], with_user), Some("unsafe-server"), "{server}");
        }
        assert_eq!(code(&["tls://nats.example.org"], |_| ()), Some("unsafe-server"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(code(&[], |_| ()), Some("no-server"));
        for server in ["", "127.0.0.1:4222", "http://127.0.0.1", "nats://"] {
            assert_eq!(code(&[server], |_| ()), Some("invalid-server"), "{server}");
        }
        for name in ["", "a.b", "a b", "ä", &"x".repeat(33)] {
            let found = code(&["nats://127.0.0.1"], |settings| settings.cluster = name.to_owned());
            assert_eq!(found, Some("invalid-cluster-name"), "{name}");
        }
    }
}
