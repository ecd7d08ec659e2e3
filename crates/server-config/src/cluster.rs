//! `[cluster]`: several servers that share their sessions.

use std::path::PathBuf;

use crate::contradiction::Contradiction;
use crate::table::{ServiceUrl, table};

table! {
    /// `[cluster]`.
    pub struct ClusterConfig {
        /// The NATS servers, with `JetStream`: `tls://host:port`, or `nats://host:port` on this machine. Others that
        /// NATS advertises are not used. Without any, this server runs alone.
        #[schemars(extend("examples" = [["tls://nats-1.example.org:4222", "tls://nats-2.example.org:4222"]]))]
        pub nats: Vec<ServiceUrl> = Vec::new();
        /// The name of the cluster: servers with another name on the same NATS servers are ignored.
        pub name: String = "main".to_owned();
        /// The name of this server in the cluster, for logs and pages; by default a random one.
        #[schemars(extend("examples" = ["fra-1"]))]
        pub node_name: Option<String> = None;
        /// Where this server is, for pages; it shares its sessions with servers of the same region only.
        #[schemars(extend("examples" = ["eu-central"]))]
        pub region: Option<String> = None;
        /// Share sessions with servers of all regions that also set this; all servers of a cluster should agree.
        pub spans_regions: bool = false;
        /// The address where other servers' players reach this one over QUIC when theirs is lost: `host:port`. By
        /// default `host` with the port of `listen`, or else the address of `listen` if it is a single one of this
        /// machine.
        #[schemars(extend("examples" = ["voice-1.example.org:7777"]))]
        pub address: Option<String> = None;
        /// A file with a JWT and a key for NATS, as its `nsc` writes it.
        #[schemars(extend("format" = "path", "examples" = ["consonance.creds"]))]
        pub credentials_file: Option<PathBuf> = None;
        /// The user for NATS, with `password_file`.
        #[schemars(extend("examples" = ["consonance"]))]
        pub user: Option<String> = None;
        /// A file whose first line is that user's password.
        #[schemars(extend("format" = "path", "examples" = ["nats-password.txt"]))]
        pub password_file: Option<PathBuf> = None;
        /// A PEM file with certificate authorities to trust for NATS instead of the usual ones.
        #[schemars(extend("format" = "path", "examples" = ["own-authority.pem"]))]
        pub authorities_file: Option<PathBuf> = None;
        /// A PEM file with a certificate to show to NATS, with `private_key_file`.
        #[schemars(extend("format" = "path", "examples" = ["node.pem"]))]
        pub certificate_file: Option<PathBuf> = None;
        /// The PEM file with its private key.
        #[schemars(extend("format" = "path", "examples" = ["node-key.pem"]))]
        pub private_key_file: Option<PathBuf> = None;
        /// How many NATS servers keep which server has which session: 3 where there are as many.
        pub store_replicas: usize = 1, 1..=5;
    }
}

impl ClusterConfig {
    /// Whether this server is one of several.
    pub fn is_on(&self) -> bool {
        !self.nats.is_empty()
    }

    pub(super) fn contradictions(&self) -> Vec<Contradiction> {
        let pairs = [
            (["cluster.user", "cluster.password_file"], [self.user.is_some(), self.password_file.is_some()]),
            (
                ["cluster.certificate_file", "cluster.private_key_file"],
                [self.certificate_file.is_some(), self.private_key_file.is_some()],
            ),
        ];
        pairs.into_iter().filter_map(|(keys, are_set)| Contradiction::in_pair(keys, are_set)).collect()
    }
}
