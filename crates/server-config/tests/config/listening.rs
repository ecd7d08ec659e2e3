//! `listen`: addresses, and tables for other networks.

use std::net::SocketAddr;

use consonance_server_config::{Config, ConfigSources, ListenerConfig, TakesEffect};
use serde_json::{Value as Json, json};

use crate::{complaints, load, of_file, tables, variables};

fn values<const COUNT: usize>(listener: &ListenerConfig, keys: [&str; COUNT]) -> [Json; COUNT] {
    keys.map(|key| listener.value(key))
}

#[test]
fn the_roster_of_a_full_session_fits_the_queue_of_a_newcomer() {
    for network in ["websocket", "sidecar"] {
        let listen = format!("[[listen]]\nnetwork = '{network}'\naddress = '127.0.0.1:5'\n");
        let config = load(&listen);
        let [listener] = &config.listen.others[..] else { panic!("{:?}", config.listen.others) };
        // One packet per link: the longest that an original accepts, plus the network's header.
        let welcome = config.limits.links * (1024 + 16);
        assert!(listener.value("control_bytes_max").as_u64().unwrap() >= welcome as u64);
    }
}

#[test]
fn a_listener_of_another_network_is_a_table_with_the_keys_of_its_network() {
    let config = load(
        "sessions = ['red', 'blue']\n\
         [[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:5'\n\
         [[listen]]\nnetwork = 'sidecar'\naddress = '0.0.0.0:5'\nsession = 'blue'\nsecret_file = 'link.txt'\n\
         players_max = 20\nidle_timeout_s = 4\n",
    );
    assert_eq!(config.listen.quic, ["127.0.0.1:5".parse::<SocketAddr>().unwrap()]);
    let [listener] = &config.listen.others[..] else { panic!("{:?}", config.listen.others) };
    assert_eq!((listener.network.name, listener.address.port()), ("sidecar", 5));
    assert_eq!(listener.session_among(&config), Ok(Some("blue")));
    assert_eq!(listener.value("secret_file"), "/etc/consonance/link.txt");
    assert_eq!(
        values(listener, ["players_max", "idle_timeout_s", "links_max"]),
        [json!(20), json!(4.0), json!(64)]
    );
    // The shown text is valid configuration, so that both can be compared.
    let shown = config.settings_made().into_iter().find(|(key, _)| *key == "listen").unwrap().1;
    let again = load(&format!("sessions = ['red', 'blue']\nlisten = {shown}"));
    assert_eq!(
        (again.listen.quic, again.listen.others),
        (config.listen.quic.clone(), config.listen.others.clone()),
        "{shown}"
    );
    let mut sources = ConfigSources::new(tables());
    sources.add_environment(variables(&[("CONSONANCE_LISTEN", &shown), ("CONSONANCE_SESSIONS", "blue")]));
    assert_eq!(sources.load().unwrap().config.listen.others, config.listen.others);
    let mut former = Config::default();
    former.listen.others.clone_from(&config.listen.others);
    assert_eq!(load("").changes(&former), [("listen", TakesEffect::AtNextStart)]);
}

#[test]
fn websocket_networks_accept_origins_and_reject_invalid_ones() {
    for network in ["websocket", "mirror-websocket"] {
        let with = |origins: &str| {
            format!("[[listen]]\nnetwork = '{network}'\naddress = '127.0.0.1:5'\norigins = {origins}\n")
        };
        let config = load(&with("['https://game.example.org', '*']"));
        assert_eq!(config.listen.others[0].value("origins"), json!(["https://game.example.org", "*"]));
        let file = with("['https://game.example.org/play']");
        let expected = "origins: expected a scheme and a host without a path, such as https://game.example.org, \
                        or \"*\", not \"https://game.example.org/play\"";
        let complaints = complaints(&file);
        assert!(complaints.iter().any(|complaint| complaint.ends_with(expected)), "{complaints:?}");
    }
}

#[test]
fn own_host_names_are_the_host_and_those_of_the_page() {
    let config = load("host = 'voice.example.org'\n[web]\nhost_names = ['gamebox.local']\n");
    assert_eq!(config.own_host_names(), ["gamebox.local", "voice.example.org"]);
}

#[test]
fn reports_a_mistake_in_a_listener_with_line_and_correction() {
    let sidecar = "[[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:5'\n";
    for (file, complaint) in [
        ("listen = 5", "voice.toml:1: listen: expected a list of addresses and tables, not 5"),
        ("listen = [\n5]", "voice.toml:2: listen: expected an address or a table, not 5"),
        (
            "[[listen]]\naddress = '[::]:5'",
            "voice.toml:1: listen: the key network is missing: one of sidecar, mirror-kcp, mirror-telepathy, mirror-websocket, mirror-ignorance, darkrift2, fishnet, ngo, forge, webrtc-network, steam, websocket, mumble, quic",
        ),
        (
            "[[listen]]\nnetwork = 'quic'",
            "voice.toml:1: listen: the key address is missing, for example \"0.0.0.0:7777\"",
        ),
        (
            "[[listen]]\nnetwork = 'sidcar'\naddress = '[::]:5'",
            "voice.toml:2: listen: unknown network \"sidcar\"; did you mean sidecar?",
        ),
        (
            "[[listen]]\nnetwork = 'carrier pigeon'\naddress = '[::]:5'",
            "voice.toml:2: listen: unknown network \"carrier pigeon\", only sidecar, mirror-kcp, mirror-telepathy, mirror-websocket, mirror-ignorance, darkrift2, fishnet, ngo, forge, webrtc-network, steam, websocket, mumble, quic",
        ),
        (
            "[[listen]]\nnetwork = 'quic'\naddress = '[::]:5'\nsession = 'main'",
            "voice.toml:4: listen: unknown key session for quic",
        ),
        (
            &format!("{sidecar}secret_fil = 'a'"),
            "voice.toml:4: listen: unknown key secret_fil for sidecar; did you mean secret_file?",
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
            "voice.toml:1: listen: sidecar at 0.0.0.0:5: other machines reach this address: set secret_file, or listen on 127.0.0.1",
        ),
        (
            "sessions = ['red', 'blue']\n[[listen]]\nnetwork = 'ngo'\naddress = '127.0.0.1:5'",
            "voice.toml:2: listen: ngo at 127.0.0.1:5: set the session of its clients, for example session = \"red\"",
        ),
        (
            &format!("sessions = ['red', 'blue']\n{sidecar}session = 'bleu'"),
            "voice.toml:2: listen: sidecar at 127.0.0.1:5: \"bleu\" is not in sessions; did you mean blue?",
        ),
        (
            "[[listen]]\nnetwork = 'webrtc-network'\naddress = '0.0.0.0:5'",
            "voice.toml:1: listen: webrtc-network at 0.0.0.0:5: set announced to the address at which players reach it, or listen on that address",
        ),
        (&format!("{sidecar}{sidecar}"), "voice.toml:1: listen: 127.0.0.1:5 is used twice"),
    ] {
        assert_eq!(complaints(file), [complaint], "{file}");
    }
}

#[test]
fn keys_of_a_network_describe_what_a_game_changed_in_it() {
    let game = |text: &str| {
        let config = load(&format!("[[listen]]\naddress = '127.0.0.1:5'\n{text}"));
        let shown = config.settings_made().into_iter().find(|(key, _)| *key == "listen").unwrap().1;
        assert_eq!(load(&format!("listen = {shown}")).listen.others, config.listen.others, "{shown}");
        config.listen.others[0].clone()
    };
    let kcp = game("network = 'mirror-kcp'\nidle_timeout_s = 30\nkcp_generation = '1.38'");
    assert_eq!(values(&kcp, ["idle_timeout_s", "kcp_generation"]), [json!(30.0), json!("1.38")]);
    let darkrift = "network = 'darkrift2'\nprotocol_version = 0\nudp_port = 6";
    let alone = game(darkrift);
    assert_eq!(values(&alone, ["protocol_version", "udp_port"]), [json!(0), json!(6)]);
    let upstream = "upstream = 'game:7'\nupstream_udp_port = 8\nmessage_bytes_max = 2_000_000";
    let proxied = game(&format!("{darkrift}\n{upstream}"));
    assert_eq!(values(&proxied, ["upstream_udp_port", "message_bytes_max"]), [json!(8), json!(2_000_000)]);
    let forge = game("network = 'forge'\nvoice_to_server_group = 1\nsystem_to_client_group = 4");
    let groups = ["voice_to_server_group", "system_to_server_group", "system_to_client_group"];
    assert_eq!(values(&forge, groups), [json!(1), json!(57_729_877), json!(4)]);
    let steam = game("network = 'steam'\nchannel_to_server = 3\nchannel_to_client = 4");
    assert_eq!(values(&steam, ["channel_to_server", "channel_to_client"]), [json!(3), json!(4)]);
    assert_eq!(game("network = 'fishnet'\nchecksum = true").value("checksum"), true);
    assert_eq!(game("network = 'fishnet'\nxor_key = 'k'").value("xor_key"), "k");
}

#[test]
fn reports_a_mistake_about_a_games_build_with_correction() {
    for (keys, complaint) in [
        (
            "network = 'darkrift2'\nupstream_udp_port = 6",
            "voice.toml:4: listen: upstream_udp_port is for a proxy: also set upstream to the address of the game's server",
        ),
        (
            "network = 'darkrift2'\nprotocol_version = 2",
            "voice.toml:4: listen: protocol_version: expected a whole number from 0 to 1, not 2",
        ),
        (
            "network = 'mirror-kcp'\nkcp_generation = '1.41'",
            "voice.toml:4: listen: kcp_generation: expected learned, 1.6, 1.35, 1.38 or 1.40, not \"1.41\"",
        ),
        (
            "network = 'fishnet'\nchecksum = true\nxor_key = 'k'",
            "voice.toml:1: listen: fishnet at 127.0.0.1:5: checksum and xor_key exclude each other: set one",
        ),
        (
            "network = 'fishnet'\nxor_key = ''",
            "voice.toml:1: listen: fishnet at 127.0.0.1:5: xor_key is empty: set the game's key, or remove it",
        ),
        (
            "network = 'forge'\nvoice_to_server_group = 2147483648",
            "voice.toml:4: listen: voice_to_server_group: expected a whole number from 0 to 2147483647, not 2147483648",
        ),
    ] {
        assert_eq!(
            complaints(&format!("[[listen]]\naddress = '127.0.0.1:5'\n{keys}")),
            [complaint],
            "{keys}"
        );
    }
}

#[test]
fn a_server_that_listens_elsewhere_needs_no_address() {
    let listen = |text: &str| {
        let mut sources = of_file(text);
        sources.listen_elsewhere();
        sources.load().unwrap().config.listen.quic
    };
    assert!(listen("").is_empty());
    assert!(listen("listen = []").is_empty());
    assert_eq!(listen("listen = ['127.0.0.1:5']"), ["127.0.0.1:5".parse::<SocketAddr>().unwrap()]);
}

#[test]
fn a_listener_with_upstream_is_a_proxy_for_a_game_server() {
    let config = load(
        "[[listen]]\nnetwork = 'fishnet'\naddress = '127.0.0.1:5'\nupstream = 'game.internal:6'\n\
         source_addresses = '127.1.0.0/16'\nproxy_protocol = true\nupstream_timeout_s = 2\n\
         disconnect_on_voice_kick = true\nvoice_retry_s = 60\nvoice_type = 'A.B'",
    );
    let [listener] = &config.listen.others[..] else { panic!("{:?}", config.listen.others) };
    let proxy = &listener.proxy;
    assert_eq!(proxy.upstream.as_deref(), Some("game.internal:6"));
    assert_eq!(proxy.source_addresses.as_deref(), Some("127.1.0.0/16"));
    assert!(proxy.proxy_protocol && proxy.disconnect_on_voice_kick);
    assert_eq!((proxy.upstream_timeout.as_secs(), proxy.voice_retry.as_secs()), (2, 60));
    assert_eq!(listener.value("voice_type"), "A.B");
    let shown = config.settings_made().into_iter().find(|(key, _)| *key == "listen").unwrap().1;
    assert_eq!(load(&format!("listen = {shown}")).listen.others, config.listen.others, "{shown}");
}

#[test]
fn reports_a_mistake_about_a_game_with_correction() {
    let mirror = "[[listen]]\nnetwork = 'mirror-kcp'\naddress = '0.0.0.0:5'\n";
    let darkrift = "[[listen]]\nnetwork = 'darkrift2'\naddress = '0.0.0.0:5'\n";
    for (file, complaint) in [
        (
            "[[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:5'\nupstream = '127.0.0.1:6'",
            "voice.toml:4: listen: sidecar has no proxy: remove upstream",
        ),
        (
            &format!("{darkrift}layout = 'raw '"),
            "voice.toml:4: listen: layout: expected raw, prefixed or prefixed-little-endian, not \"raw \"",
        ),
        (
            &format!("{darkrift}layout = 'prefixed'"),
            "voice.toml:1: listen: darkrift2 at 0.0.0.0:5: layout needs tag: set both, or neither to have them learned",
        ),
        (
            &format!("{mirror}source_addresses = '127.1.0.0/16'"),
            "voice.toml:4: listen: source_addresses is for a proxy: also set upstream to the address of the game's server",
        ),
        (
            &format!("{mirror}upstream = '127.0.0.1:6'\nonline_scene = 'Game'"),
            "voice.toml:5: listen: online_scene is for listeners without upstream: remove one of them",
        ),
        (
            &format!("{mirror}upstreem = '127.0.0.1:6'"),
            "voice.toml:4: listen: unknown key upstreem for mirror-kcp; did you mean upstream?",
        ),
        (
            &format!("{mirror}upstream = '127.0.0.1'"),
            "voice.toml:1: listen: mirror-kcp at 0.0.0.0:5: upstream \"127.0.0.1\": expected a host and a port, such as 127.0.0.1:7778 or game.internal:7777",
        ),
        (
            &format!("{mirror}upstream = '127.0.0.1:5'"),
            "voice.toml:1: listen: mirror-kcp at 0.0.0.0:5: upstream 127.0.0.1:5 is this listener itself: expected the address of the game's server",
        ),
    ] {
        assert_eq!(complaints(file), [complaint], "{file}");
    }
}

#[test]
fn a_listener_from_options_is_checked_like_a_table_and_added_to_those_of_the_file() {
    let file = "[[listen]]\nnetwork = 'fishnet'\naddress = '127.0.0.1:5'";
    let with = |options: &[(&'static str, &str, Json)]| {
        let mut loaded = of_file(file).load().unwrap();
        let added = loaded.add_listener(options).map_err(|error| error.to_string());
        added.map(|()| loaded.config.listen.others.iter().map(|it| it.network.name).collect::<Vec<_>>())
    };
    let network = ("NETWORK", "network", Json::from("ngo"));
    let at = |address| ("--listen", "address", Json::from(address));
    assert_eq!(with(&[network.clone(), at("127.0.0.1:6")]), Ok(vec!["fishnet", "ngo"]));
    let typed = ("--voice-type", "voice_type", Json::from("A.B"));
    let refused = with(&[network.clone(), at("127.0.0.1:6"), typed]);
    assert_eq!(refused, Err("--voice-type: unknown key voice_type for ngo".to_owned()));
    let twice = with(&[network, at("127.0.0.1:5")]);
    assert_eq!(twice, Err("/etc/consonance/voice.toml:1: listen: 127.0.0.1:5 is used twice".to_owned()));
}

#[test]
fn only_links_of_sidecars_name_their_sessions_where_there_are_several() {
    let session = |sessions: &str, listener: &str| {
        let config =
            load(&format!("{sessions}\n[[listen]]\nnetwork = 'sidecar'\naddress = '[::1]:5'\n{listener}"));
        config.listen.others[0].session_among(&config).map(|session| session.map(str::to_owned))
    };
    assert_eq!(session("", ""), Ok(Some("main".into())));
    assert_eq!(session("sessions = ['red', 'blue']", ""), Ok(None));
    assert_eq!(session("sessions = ['red', 'blue']", "session = 'blue'"), Ok(Some("blue".into())));
    assert_eq!(session("sessions_on_demand = ['match-*']", ""), Ok(None));
    assert_eq!(session("sessions = []\nsessions_on_demand = ['match-*']", ""), Ok(None));
    assert_eq!(
        complaints(
            "sessions = []\nsessions_on_demand = ['*']\n[[listen]]\nnetwork = 'ngo'\naddress = '[::1]:5'"
        ),
        ["voice.toml:3: listen: ngo at [::1]:5: its clients need a session, but sessions is empty: add one"]
    );
}
