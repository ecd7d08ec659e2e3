//! `[cluster]`: several servers that share their sessions.

use std::path::PathBuf;

use consonance_cluster::NodeSettings;
use consonance_cluster::nats::NatsSettings;

use crate::contradiction::Contradiction;
use crate::declared::Declared;
use crate::table::{ServiceUrl, table};

table! {
    /// `[cluster]`. Its own keys are what turns a cluster on, and pairs of which an operator sets both or neither, one
    /// of them a file with a secret.
    pub struct ClusterConfig {
        /// The NATS servers, with `JetStream`: `tls://host:port`, or `nats://host:port` on this machine.
        #[schemars(extend("examples" = [["tls://nats-1.example.org:4222", "tls://nats-2.example.org:4222"]]))]
        pub nats: Vec<ServiceUrl> = Vec::new();
        /// How this server reaches them.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<NatsSettings>", extend("x-flat" = true))]
        pub connection: NatsSettings = NatsSettings::default();
        /// What the others are told about this server.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<NodeSettings>", extend("x-flat" = true, "x-after" = { "node_name": "name" }))]
        pub node: NodeSettings = NodeSettings::default();
        /// The user for NATS.
        #[schemars(extend("x-after" = "credentials_file", "examples" = ["consonance"]))]
        pub user: Option<String> = None;
        /// A file with that user's password.
        #[schemars(extend("x-after" = "user", "format" = "path", "examples" = ["nats-password.txt"]))]
        pub password_file: Option<PathBuf> = None;
        /// A PEM file with a certificate to show to NATS.
        #[schemars(extend("x-after" = "authorities_file", "format" = "path", "examples" = ["node.pem"]))]
        pub certificate_file: Option<PathBuf> = None;
        /// The PEM file with its private key.
        #[schemars(extend("x-after" = "certificate_file", "format" = "path", "examples" = ["node-key.pem"]))]
        pub private_key_file: Option<PathBuf> = None;
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
