//! The listener's address, access and limits.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use consonance_settings::settings;

use crate::token::AdminToken;

/// Settings of an [`AdminListener`](crate::AdminListener).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AdminSettings {
    /// The TCP address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The token that clients must present.
    pub token: AdminToken,
    /// The file that the token is in, for the page where it is asked for.
    pub token_file: Option<PathBuf>,
    /// How the listener is reached, and what its metrics show.
    pub access: AdminAccess,
    /// Limits for clients.
    pub limits: AdminLimits,
}

impl AdminSettings {
    /// Settings for this address and token, with defaults for the rest.
    pub fn new(listen: SocketAddr, token: AdminToken) -> Self {
        Self {
            listen,
            token,
            token_file: None,
            access: AdminAccess::default(),
            limits: AdminLimits::default(),
        }
    }
}

settings! {
    /// How the listener is reached, and what its metrics show.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct AdminAccess {
        /// Names that clients may use besides localhost and addresses.
        pub host_names: Vec<String> = Vec::new();
        /// Allow an address that other machines can reach: only behind a TLS proxy or in a trusted network.
        ///
        /// Tokens and players' names then cross the network in plain text.
        pub allow_plain: bool = false;
        /// Serve /metrics without the token.
        pub open_metrics: bool = false;
        /// Sessions with their own metrics, the largest first.
        pub metrics_sessions_max: usize = 0, 0..=10_000;
    }
}

settings! {
    /// Limits for clients, with the token or without.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct AdminLimits {
        /// Connections at once, besides four reserved for local probes.
        ///
        /// The default is for some operators, their page and a scraper.
        pub connections_max: usize = 64, 1..=4096;
        /// Connections from one address (IPv6: one /64).
        ///
        /// One address cannot take all, and a proxy in front has enough for all pages that may
        /// [follow](Self::followers_max).
        pub connections_per_address: usize = 32, 1..=4096;
        /// The timeout for the head of a request, and for silence between two requests.
        pub head_timeout: Duration as _ = Duration::from_secs(10);
        /// Time to receive a request, and to send its answer.
        ///
        /// From its head to its answer, including the body.
        pub request_timeout: Duration as request_timeout_s = Duration::from_secs(10), 0.1..=300;
        /// The maximum lifetime of a connection, even if in use: clients open another one.
        pub connection_lifetime: Duration as _ = Duration::from_mins(5);
        /// Maximum bytes of a request's body: the largest request is a ban with its reason.
        pub request_bytes_max: usize as _ = 16 * 1024;
        /// Maximum number of pages that follow the server at once; each queries it once a second.
        pub followers_max: usize as _ = 16;
        /// Maximum number of wrong tokens whose delayed answers are pending at once; further ones are rejected.
        pub wrong_tokens_max: usize as _ = 16;
        /// The delay of the answer to a wrong token.
        pub wrong_token_delay: Duration as _ = Duration::from_secs(1);
    }
}
