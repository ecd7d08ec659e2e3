//! Under which name players reach this machine.

use std::net::{IpAddr, Ipv4Addr};

use consonance_server_config::Config;

/// Under which name players reach a listener at this address.
pub(super) fn host_at(config: &Config, ip: IpAddr) -> String {
    config
        .host
        .clone()
        .unwrap_or_else(|| if ip.is_unspecified() { Ipv4Addr::LOCALHOST.to_string() } else { ip.to_string() })
}
