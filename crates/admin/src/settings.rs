//! The listener's address, access and limits.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Names besides `localhost` under which the listener is reached, without ports; addresses always work.
    pub host_names: Vec<String>,
    /// Allow addresses other than loopback, although tokens and players' names then cross the network in plain text.
    pub allow_plain: bool,
    /// Serve `/metrics` without the token.
    pub open_metrics: bool,
    /// The number of sessions that have samples of their own in `/metrics`; the totals always cover all sessions.
    pub metrics_sessions_max: usize,
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
            host_names: Vec::new(),
            allow_plain: false,
            open_metrics: false,
            metrics_sessions_max: 0,
            limits: AdminLimits::default(),
        }
    }
}

/// Limits for clients, with the token or without.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdminLimits {
    /// Connections at once; further ones are closed, except for four from this machine, which are reserved for probes.
    /// Default 64: some operators, their page and a scraper.
    pub connections_max: usize,
    /// Connections at once from one address, not counting the reserved ones; further ones are closed. Default 32: one
    /// address cannot take all, and a proxy in front has enough for all pages that may [follow](Self::followers_max).
    pub connections_per_address: usize,
    /// The timeout for the head of a request, and for silence between two requests. Default 10 s.
    pub head_timeout: Duration,
    /// The timeout for a request from its head to its answer, including the body. Default 10 s.
    pub request_timeout: Duration,
    /// The maximum lifetime of a connection, even if in use: clients open another one. Default 5 min.
    pub connection_lifetime: Duration,
    /// Maximum bytes of a request's body. Default 16 KiB: the largest request is a ban with its reason.
    pub request_bytes_max: usize,
    /// Maximum number of pages that follow the server at once. Default 16; each queries it once a second.
    pub followers_max: usize,
    /// Maximum number of wrong tokens whose delayed answers are pending at once; further ones are rejected. Default
    /// 16.
    pub wrong_tokens_max: usize,
    /// The delay of the answer to a wrong token. Default 1 s.
    pub wrong_token_delay: Duration,
}

impl Default for AdminLimits {
    fn default() -> Self {
        Self {
            connections_max: 64,
            connections_per_address: 32,
            head_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(10),
            connection_lifetime: Duration::from_mins(5),
            request_bytes_max: 16 * 1024,
            followers_max: 16,
            wrong_tokens_max: 16,
            wrong_token_delay: Duration::from_secs(1),
        }
    }
}
