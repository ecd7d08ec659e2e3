//! `listen`: addresses, and tables for other networks.

use std::path::Path;

use consonance_server::config::{Config, ConfigSources, ListenerNetwork, TakesEffect};

use crate::{complaints, load, of_file, variables};

#[test]
fn a_listener_of_another_network_is_a_table_with_the_keys_of_its_network() {
    let config = load(
        "sessions = ['red', 'blue']\n\
         [[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:5'\n\
         [[listen]]\nnetwork = 'sidecar'\naddress = '0.0.0.0:5'\nsession = 'blue'\nsecret_file = 'link.txt'\n\
         players_max = 20\nidle_timeout_s = 4\n",
    );
    assert_eq!(config.listen, ["127.0.0.1:5".parse().unwrap()]);
    let [listener] = &config.listeners[..] else { panic!("{:?}", config.listeners) };
    assert_eq!((listener.network, listener.address.port()), (ListenerNetwork::Sidecar, 5));
    assert_eq!(listener.session_among(&config.sessions).as_deref(), Ok("blue"));
    let sidecar = &listener.sidecar;
    assert_eq!(sidecar.secret_file.as_deref(), Some(Path::new("/etc/consonance/link.txt")));
    assert_eq!((sidecar.players_max, sidecar.idle_timeout.as_secs(), sidecar.links_max), (20, 4, 64));
    // As it is shown, it can be written again, and so it can be compared.
    let shown = config.settings_made().into_iter().find(|(key, _)| *key == "listen").unwrap().1;
    let again = load(&format!("sessions = ['red', 'blue']\nlisten = {shown}"));
    assert_eq!((again.listen, again.listeners), (config.listen.clone(), config.listeners.clone()), "{shown}");
    let mut sources = ConfigSources::default();
    sources.add_environment(variables(&[("CONSONANCE_LISTEN", &shown), ("CONSONANCE_SESSIONS", "blue")]));
    assert_eq!(sources.load().unwrap().config.listeners, config.listeners);
    let mut former = Config::default();
    former.listeners.clone_from(&config.listeners);
    assert_eq!(load("").changes(&former), [("listen", TakesEffect::AtNextStart)]);
}

#[test]
fn a_mistake_in_a_listener_is_named_with_its_line_and_what_to_do() {
    let sidecar = "[[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:5'\n";
    for (file, complaint) in [
        ("listen = 5", "voice.toml:1: listen: expected a list of addresses and tables, not 5"),
        ("listen = [\n5]", "voice.toml:2: listen: expected an address or a table, not 5"),
        (
            "[[listen]]\naddress = '[::]:5'",
            "voice.toml:1: listen: say over which network: one of sidecar, mirror-kcp, mirror-telepathy, mirror-websocket, darkrift2, fishnet, ngo, forge, webrtc-network, quic",
        ),
        ("[[listen]]\nnetwork = 'quic'", "voice.toml:1: listen: say where to listen, with address = \"…\""),
        (
            "[[listen]]\nnetwork = 'sidcar'\naddress = '[::]:5'",
            "voice.toml:2: listen: there is no network \"sidcar\"; did you mean sidecar?",
        ),
        (
            "[[listen]]\nnetwork = 'carrier pigeon'\naddress = '[::]:5'",
            "voice.toml:2: listen: there is no network \"carrier pigeon\", only sidecar, mirror-kcp, mirror-telepathy, mirror-websocket, darkrift2, fishnet, ngo, forge, webrtc-network, quic",
        ),
        (
            "[[listen]]\nnetwork = 'quic'\naddress = '[::]:5'\nsession = 'main'",
            "voice.toml:4: listen: there is no key session for quic",
        ),
        (
            &format!("{sidecar}secret_fil = 'a'"),
            "voice.toml:4: listen: there is no key secret_fil for sidecar; did you mean secret_file?",
        ),
        (
            &format!("{sidecar}links_max = 0"),
            "voice.toml:4: listen: links_max: expected a whole number from 1 to 4096, not 0",
        ),
        (
            "[[listen]]\nnetwork = 'sidecar'\naddress = 'here'",
            "voice.toml:3: listen: cannot listen on \"here\": an address looks like 0.0.0.0:7777, [::]:7777 or 127.0.0.1:0",
        ),
        (
            "[[listen]]\nnetwork = 'sidecar'\naddress = '0.0.0.0:5'",
            "voice.toml:1: listen: sidecar at 0.0.0.0:5: others reach this address, so it needs a secret_file, or else listen on 127.0.0.1",
        ),
        (
            &format!("sessions = ['red', 'blue']\n{sidecar}"),
            "voice.toml:2: listen: sidecar at 127.0.0.1:5: choose which session its clients are in, for example with session = \"red\"",
        ),
        (
            &format!("sessions = ['red', 'blue']\n{sidecar}session = 'bleu'"),
            "voice.toml:2: listen: sidecar at 127.0.0.1:5: \"bleu\" is none of the sessions that are there at all times; did you mean blue?",
        ),
        (
            "[[listen]]\nnetwork = 'webrtc-network'\naddress = '0.0.0.0:5'",
            "voice.toml:1: listen: webrtc-network at 0.0.0.0:5: say with announced under which address players reach it, or listen on that address",
        ),
        (&format!("{sidecar}{sidecar}"), "voice.toml:1: listen: 127.0.0.1:5 is there twice"),
    ] {
        assert_eq!(complaints(file), [complaint], "{file}");
    }
}

#[test]
fn whoever_listens_elsewhere_needs_no_address_and_has_only_what_is_written() {
    let listen = |text: &str| {
        let mut sources = of_file(text);
        sources.listen_elsewhere();
        sources.load().unwrap().config.listen
    };
    assert_eq!(listen(""), []);
    assert_eq!(listen("listen = []"), []);
    assert_eq!(listen("listen = ['127.0.0.1:5']"), ["127.0.0.1:5".parse().unwrap()]);
}
