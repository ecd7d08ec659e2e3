//! The section `[web]` of the configuration, with the files that it names.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use consonance_link::http::Tls;
use consonance_server::JoiningSettings;
use consonance_server_config::{ConfigProblem, LoadedConfig, Secret, WebConfig};
use consonance_web::browser_gateway::GatewaySettings;
use consonance_web::webrtc::{PeerLimits, WebRtcSettings};
use consonance_web::{IceServers, PacketSettings, WebSettings};

use super::{PreparedBrowsers, info};
use crate::serve::host::host_at;
use crate::serve::joining::read_secret_line;

/// None if no page is to be served.
pub(in crate::serve) fn read(
    loaded: &LoadedConfig,
    joining: &JoiningSettings,
    notes: &mut Vec<String>,
) -> Result<Option<PreparedBrowsers>, ConfigProblem> {
    let web = &loaded.config.web;
    let (Some(listen), Some(udp)) = (web.listen, web.voice_address()) else { return Ok(None) };
    let mut page = WebSettings::new(listen);
    page.tls = tls(web).map_err(|what| loaded.problem("web.certificate_file", what))?;
    page.redirect = web.redirect;
    page.origins.clone_from(&web.origins);
    page.host_names = loaded.config.own_host_names();
    for proxy in &web.proxies {
        let network =
            proxy.parse().map_err(|_| loaded.problem("web.proxies", format!("invalid network {proxy:?}")))?;
        page.proxies.push(network);
    }
    page.ice_servers = ice_servers(loaded, notes)?;
    page.limits = web.visitors.clone();
    // A page on a loopback address has a proxy in front, with the public name and another port.
    let host = if listen.ip().is_loopback() {
        listen.ip().to_string()
    } else {
        host_at(&loaded.config, listen.ip())
    };
    let (voice, info) = (voice(web, udp), info(&loaded.config, joining));
    let packets = web.fallback.then(|| packets(web));
    let gateway = GatewaySettings { address_shares: loaded.config.addresses, ..web.players.clone() };
    Ok(Some(PreparedBrowsers { page, host, voice, gateway, info, packets }))
}

/// The contents of two files.
pub(super) struct Pem {
    pub(super) certificate: Vec<u8>,
    pub(super) key: Vec<u8>,
}

/// The certificate of the page, if it has one.
pub(super) fn certificate(web: &WebConfig) -> Result<Option<Pem>, String> {
    let (Some(file), Some(key_file)) = (&web.certificate_file, &web.private_key_file) else {
        return Ok(None);
    };
    let read =
        |path: &Path| fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()));
    Ok(Some(Pem { certificate: read(file)?, key: read(key_file)? }))
}

fn tls(web: &WebConfig) -> Result<Option<Tls>, String> {
    let Some(Pem { certificate, key }) = certificate(web)? else { return Ok(None) };
    Tls::from_pem(&certificate, &key).map(Some).map_err(|error| error.to_string())
}

fn ice_servers(loaded: &LoadedConfig, notes: &mut Vec<String>) -> Result<IceServers, ConfigProblem> {
    let web = &loaded.config.web;
    let mut servers = web.ice.clone();
    servers.turn_secret = match (&web.turn_secret_file, &web.turn_secret) {
        (Some(path), _) => {
            let secret = read_secret_line(loaded, "web.turn_secret_file", path, notes)?;
            Some(secret.reveal().to_owned())
        }
        (None, secret) => secret.as_ref().map(|Secret(secret)| secret.reveal().to_owned()),
    };
    Ok(servers)
}

/// Connections of pages: of all players, and of those that negotiate for a place that another page still has to leave.
fn connections_max(web: &WebConfig) -> usize {
    web.players.players_max.saturating_add(web.rtc.handshakes_max)
}

fn packets(web: &WebConfig) -> PacketSettings {
    PacketSettings { links_max: connections_max(web), ..web.packets }
}

/// The connection's own bounds only keep floods away from the player, which judges by the settings: they are wider.
fn peer(web: &WebConfig) -> PeerLimits {
    let (own, page) = (&web.rtc.peer, &web.players.page);
    PeerLimits {
        voice_packets_per_second_max: own
            .voice_packets_per_second_max
            .max(page.voice_packets.per_second.saturating_mul(2)),
        messages_per_second_max: page.messages.per_second.max(page.messages.burst),
        ..own.clone()
    }
}

fn voice(web: &WebConfig, udp: SocketAddr) -> WebRtcSettings {
    // Behind a router that forwards both ports, an announced address applies to UDP and TCP.
    let announced: Vec<_> = web.announced.iter().filter_map(|text| announced(text)).collect();
    let announced_tcp = announced.iter().map(|address| SocketAddr::new(address.ip(), 0)).collect();
    let (connections_max, peer) = (connections_max(web), peer(web));
    WebRtcSettings { udp, tcp: web.tcp, announced, announced_tcp, connections_max, peer, ..web.rtc.clone() }
}

/// An address with or without a port, which has been checked; without one it is the bound one.
fn announced(text: &str) -> Option<SocketAddr> {
    let alone = || text.parse().ok().map(|ip: IpAddr| SocketAddr::new(ip, 0));
    text.parse().ok().or_else(alone)
}

#[cfg(test)]
mod tests {
    use consonance_server_config::Config;

    use super::*;

    #[test]
    fn the_defaults_of_the_configuration_are_those_of_the_crates() {
        let web = Config::default().web;
        let udp = WebRtcSettings::default().udp;
        let connections_max = connections_max(&web);
        assert_eq!(
            connections_max,
            WebRtcSettings::default().connections_max + WebRtcSettings::default().handshakes_max
        );
        assert_eq!(voice(&web, udp), WebRtcSettings { connections_max, ..WebRtcSettings::default() });
    }

    #[test]
    fn an_announced_address_may_leave_its_port_out() {
        assert_eq!(announced("203.0.113.7"), Some(([203, 0, 113, 7], 0).into()));
        assert_eq!(announced("203.0.113.7:7780"), Some(([203, 0, 113, 7], 7780).into()));
        assert_eq!(announced("[2001:db8::7]:7780").unwrap().port(), 7780);
        assert_eq!(announced("here"), None);
    }
}
