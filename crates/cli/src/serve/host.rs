//! The host name under which players reach this machine.

use std::net::{IpAddr, Ipv4Addr};

use consonance_link::authority;
use consonance_server_config::Config;

/// The host name under which players reach a listener at this address.
pub(super) fn host_at(config: &Config, ip: IpAddr) -> String {
    config
        .host
        .clone()
        .unwrap_or_else(|| if ip.is_unspecified() { Ipv4Addr::LOCALHOST.to_string() } else { ip.to_string() })
}

/// Host and port by which players on any machine reach a listener at this address and port, if they are known.
pub(super) fn place_at(config: &Config, ip: IpAddr, port: u16) -> Option<String> {
    let is_known = config.host.is_some() || !ip.is_unspecified();
    is_known.then(|| authority(&host_at(config, ip), port))
}
