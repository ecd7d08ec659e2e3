//! Shared fixtures: a server alone, a client alone, and both with a network between them.

pub(crate) mod lone_client;
pub(crate) mod lone_server;
pub(crate) mod network;
pub(crate) mod packets;
pub(crate) mod speaker;
pub(crate) mod words;
