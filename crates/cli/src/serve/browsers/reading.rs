//! The section `[web]` of the configuration, with the files that it names.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use consonance_http::Tls;
use consonance_server::JoiningSettings;
use consonance_server_config::{ConfigProblem, LoadedConfig, Secret, WebConfig};
use consonance_session::Rate;
use consonance_transport::AddressShares;
use consonance_web::browser_gateway::{GatewaySettings, PageLimits};
use consonance_web::{IceServers, PacketSettings, WebLimits, WebSettings};
use consonance_webrtc::{PeerLimits, WebRtcSettings};

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
    page.limits = limits(web);
    // A page on a loopback address has a proxy in front, with the public name and another port.
    let host = if listen.ip().is_loopback() {
        listen.ip().to_string()
    } else {
        host_at(&loaded.config, listen.ip())
    };
    let (voice, info) = (voice(web, udp), info(&loaded.config, joining));
    let packets = web.fallback.then(|| packets(web));
    Ok(Some(PreparedBrowsers {
        page,
        host,
        voice,
        gateway: gateway(web, loaded.config.addresses),
        info,
        packets,
    }))
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
    let mut servers = IceServers::default();
    servers.urls.clone_from(&web.ice_servers);
    servers.turn_lifetime = web.turn_lifetime_s.into();
    servers.turn_secret = match (&web.turn_secret_file, &web.turn_secret) {
        (Some(path), _) => {
            let secret = read_secret_line(loaded, "web.turn_secret_file", path, notes)?;
            Some(secret.reveal().to_owned())
        }
        (None, secret) => secret.as_ref().map(|Secret(secret)| secret.reveal().to_owned()),
    };
    Ok(servers)
}

fn limits(web: &WebConfig) -> WebLimits {
    let (mut limits, own) = (WebLimits::default(), &web.limits);
    limits.connections_max = web.connections_max;
    limits.connections_per_address = web.connections_per_address;
    limits.joins_per_minute = web.joins_per_minute;
    limits.joins_burst = web.joins_burst;
    limits.request_timeout = web.request_timeout_s.into();
    (limits.head_timeout, limits.reply_timeout) = (own.header_timeout_s.into(), own.reply_timeout_s.into());
    limits.connection_lifetime = own.connection_lifetime_s.into();
    limits.request_bytes_max = own.request_bytes;
    limits.join_addresses_max = own.join_addresses_max;
    (limits.texts_per_minute, limits.texts_burst) = (own.texts_per_minute, own.texts_burst);
    limits.ping_interval = own.ping_interval_s.into();
    limits
}

fn gateway(web: &WebConfig, address_shares: AddressShares) -> GatewaySettings {
    let (mut page, own) = (PageLimits::default(), &web.limits);
    page.keep = own.resume_s.into();
    page.messages = Rate { per_second: own.messages_per_second, burst: own.messages_burst };
    page.voice_packets = Rate { per_second: own.voice_packets_per_second, burst: own.voice_packets_burst };
    page.problems = own.invalid_messages_max;
    page.channels = own.channels_max;
    page.waiting_bytes = own.queued_bytes;
    let (players_max, requests_max) = (web.players_max, own.pending_joins);
    GatewaySettings { players_max, address_shares, requests_max, page }
}

/// Connections of pages: of all players, and of those that negotiate for a place that another page still has to leave.
fn connections_max(web: &WebConfig) -> usize {
    web.players_max.saturating_add(web.handshakes_max)
}

fn packets(web: &WebConfig) -> PacketSettings {
    PacketSettings {
        links_max: connections_max(web),
        voice_bytes_max: web.limits.fallback_voice_bytes,
        control_bytes_max: web.limits.fallback_control_bytes,
    }
}

/// The connection's own bounds only keep floods away from the player, which judges by the settings: they are wider.
fn peer(web: &WebConfig) -> PeerLimits {
    let own = &web.limits;
    let default = PeerLimits::default();
    PeerLimits {
        slots_max: own.slots_max,
        negotiation_timeout: own.connect_timeout_s.into(),
        idle_timeout: web.idle_timeout_s.into(),
        send_bytes_max: own.unsent_bytes,
        datagrams_per_second_max: own.datagrams_per_second,
        voice_packets_per_second_max: default
            .voice_packets_per_second_max
            .max(own.voice_packets_per_second.saturating_mul(2)),
        messages_per_second_max: own.messages_per_second.max(own.messages_burst),
        ..default
    }
}

fn voice(web: &WebConfig, udp: SocketAddr) -> WebRtcSettings {
    let (connections_max, handshakes_max) = (connections_max(web), web.handshakes_max);
    // Behind a router that forwards both ports, an announced address applies to UDP and TCP.
    let announced: Vec<_> = web.announced.iter().filter_map(|text| announced(text)).collect();
    let announced_tcp = announced.iter().map(|address| SocketAddr::new(address.ip(), 0)).collect();
    let voice = WebRtcSettings { udp, tcp: web.tcp, announced, announced_tcp, ..WebRtcSettings::default() };
    let mailbox_datagrams_max = web.limits.queued_datagrams;
    WebRtcSettings { connections_max, handshakes_max, mailbox_datagrams_max, peer: peer(web), ..voice }
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
        let (connections_max, links_max) = (connections_max(&web), connections_max(&web));
        assert_eq!(
            connections_max,
            WebRtcSettings::default().connections_max + WebRtcSettings::default().handshakes_max
        );
        assert_eq!(voice(&web, udp), WebRtcSettings { connections_max, ..WebRtcSettings::default() });
        assert_eq!(gateway(&web, AddressShares::default()), GatewaySettings::default());
        assert_eq!(packets(&web), PacketSettings { links_max, ..PacketSettings::default() });
        assert_eq!(limits(&web), WebLimits::default());
        assert_eq!(web.turn_lifetime_s.0, IceServers::default().turn_lifetime);
    }

    #[test]
    fn an_announced_address_may_leave_its_port_out() {
        assert_eq!(announced("203.0.113.7"), Some(([203, 0, 113, 7], 0).into()));
        assert_eq!(announced("203.0.113.7:7780"), Some(([203, 0, 113, 7], 7780).into()));
        assert_eq!(announced("[2001:db8::7]:7780").unwrap().port(), 7780);
        assert_eq!(announced("here"), None);
    }
}
