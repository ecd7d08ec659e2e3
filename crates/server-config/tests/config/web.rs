//! `[web]`: keys that need each other, and the defaults without the table.

use crate::{complaints, load};

#[test]
fn there_is_no_page_by_default_and_voice_uses_its_address() {
    let config = load("").web;
    assert_eq!((config.listen, config.voice_address()), (None, None));
    let config = load("web.listen = '127.0.0.1:7780'").web;
    assert_eq!(config.voice_address(), config.listen);
    let config = load("web.listen = '[::]:443'\nweb.udp = '192.0.2.7:7780'").web;
    assert_eq!(config.voice_address(), Some("192.0.2.7:7780".parse().unwrap()));
}

#[test]
fn reports_contradictions_with_correction() {
    for (file, complaint) in [
        (
            "certificate_file = 'a.pem'",
            "voice.toml:2: web.certificate_file: web.private_key_file is missing: set both or neither",
        ),
        (
            "private_key_file = 'a.pem'",
            "voice.toml:2: web.private_key_file: web.certificate_file is missing: set both or neither",
        ),
        (
            "redirect = '127.0.0.1:80'",
            "voice.toml:2: web.redirect: it redirects to the page over TLS: set web.certificate_file",
        ),
        (
            "listen = '[::]:80'",
            "voice.toml:2: web.listen: browsers need an address of this machine: set web.announced",
        ),
        (
            "listen = '127.0.0.1:80'\nudp = '0.0.0.0:80'",
            "voice.toml:3: web.udp: browsers need an address of this machine: set web.announced",
        ),
        (
            "announced = ['voice.example.org']",
            "voice.toml:2: web.announced: expected an address, with a port or without, such as 203.0.113.7 \
             or [2001:db8::7]:7780, not \"voice.example.org\"",
        ),
        (
            "proxies = ['10.0.0.0/33']",
            "voice.toml:2: web.proxies: expected an address or a network, such as 127.0.0.1 or 10.0.0.0/8, \
             not \"10.0.0.0/33\"",
        ),
        (
            "origins = ['https://game.example.org/']",
            "voice.toml:2: web.origins: expected a scheme and a host without a path, such as \
             https://game.example.org, not \"https://game.example.org/\"",
        ),
        (
            "host_names = ['gamebox.local:7780']",
            "voice.toml:2: web.host_names: expected a name without scheme and port, such as gamebox.local, \
             not \"gamebox.local:7780\"",
        ),
        (
            "ice_servers = ['turn.example.org']",
            "voice.toml:2: web.ice_servers: expected the URL of a STUN or TURN server, such as \
             turn:turn.example.org:3478, not \"turn.example.org\"",
        ),
        (
            "ice_servers = ['turn:turn.example.org']",
            "voice.toml:2: web.ice_servers: browsers need credentials for a TURN server: set web.turn_secret_file",
        ),
    ] {
        assert_eq!(complaints(&format!("[web]\n{file}")), [complaint], "{file}");
    }
}

#[test]
fn accepts_values_that_fit_together() {
    let config = load(
        "[web]\nlisten = '[::]:443'\ncertificate_file = 'c.pem'\nprivate_key_file = 'k.pem'\nredirect = '[::]:80'\n\
         announced = ['203.0.113.7', '[2001:db8::7]:7780']\nproxies = ['127.0.0.1', 'fd00::/8']\norigins = ['https://game.example.org']\nhost_names = ['gamebox.local']\n\
         ice_servers = ['stun:stun.example.org', 'turns:turn.example.org:443?transport=tcp']\nturn_secret = 'x'",
    );
    assert_eq!((config.web.announced.len(), config.web.proxies.len()), (2, 2));
    let shown: Vec<_> =
        config.settings_made().into_iter().filter(|(key, _)| *key == "web.turn_secret").collect();
    assert_eq!(shown, [("web.turn_secret", "(hidden)".to_owned())]);
}
