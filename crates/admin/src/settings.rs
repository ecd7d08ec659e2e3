//! The listener's address, access and limits.

use std::net::SocketAddr;
use std::time::Duration;

use crate::token::AdminToken;

/// Everything that an [`AdminListener`](crate::AdminListener) is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AdminSettings {
    /// The TCP address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// What clients have to show.
    pub token: AdminToken,
    /// Names besides `localhost` under which the listener is reached, without ports; addresses always work.
    pub host_names: Vec<String>,
    /// Listen elsewhere than on this machine, too, although tokens and players' names then
    /// pass the network as plain text.
    pub allow_plain: bool,
    /// Serve `/metrics` without the token.
    pub open_metrics: bool,
    /// Of how many sessions `/metrics` tells one by one; it always tells of all together.
    pub metrics_sessions_max: usize,
    /// What one client may take.
    pub limits: AdminLimits,
}

impl AdminSettings {
    /// On this address, for clients with this token.
    pub fn new(listen: SocketAddr, token: AdminToken) -> Self {
        Self {
            listen,
            token,
            host_names: Vec::new(),
            allow_plain: false,
            open_metrics: false,
            metrics_sessions_max: 0,
            limits: AdminLimits::default(),
        }
    }
}

/// What clients may take, with the token or without.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdminLimits {
    /// Connections at once; further ones wait to be accepted. Default 64: some operators, their page and a scraper.
    pub connections_max: usize,
    /// How long the head of a request may take to come, and a connection may be silent between two. Default 10 s.
    pub head_timeout: Duration,
    /// How long a request may take from its head to its answer, the body included. Default 10 s.
    pub request_timeout: Duration,
    /// After that a connection ends, whatever it does: clients open another one. Default 5 min.
    pub connection_lifetime: Duration,
    /// Bytes of a request's body. Default 16 KiB: the largest thing that is asked for is a ban with its reason.
    pub request_bytes_max: usize,
    /// Pages that follow the server at once. Default 16; each asks it once a second.
    pub followers_max: usize,
    /// Wrong tokens that are answered slowly at once; more are sent away. Default 16.
    pub wrong_tokens_max: usize,
    /// How long the answer to a wrong token takes. Default 1 s.
    pub wrong_token_delay: Duration,
}

impl Default for AdminLimits {
    fn default() -> Self {
        Self {
            connections_max: 64,
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
