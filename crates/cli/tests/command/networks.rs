//! `[[listen]]`: players of several networks in one session.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{LinkSecret, SidecarBridge, SidecarLink, SidecarLinkSettings};
use consonance_link::memory::MemoryNetwork;
use consonance_link::{ClientLinkEvent, ClientNetwork, DisconnectReason};
use consonance_quic::{QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance_server_config::NETWORKS;
use consonance_testing::command::Folder;
use consonance_testing::command::Program;
#[cfg(unix)]
use consonance_testing::networks as game_clients;
use serde_json::json;

use crate::page::Page;
use crate::talker::{PATIENCE, assert_all_hear_each_other, player};

#[test]
fn players_of_different_networks_hear_each_other_in_one_session() {
    let folder = Folder::new();
    folder.write("link.txt", b"a secret of this test\n");
    let text = "sessions = ['red', 'blue', 'green']\nworkers = 2\n\
                [[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                [[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:0'\nsession = 'blue'\nsecret_file = 'link.txt'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let server = Program::start(&["serve", "--config", &file]);
    let address = server.until_line("QUIC", |line| line.contains("/blue#sha256="));
    let address: QuicAddress = address.split(' ').next_back().unwrap().parse().unwrap();
    let open = server.until_line("the sidecar", |line| line.contains("over sidecar"));
    assert!(open.starts_with("session \"blue\" is open over sidecar at 127.0.0.1:"), "{open}");

    let mut settings = SidecarLinkSettings::default();
    settings.secret = LinkSecret::new("a secret of this test");
    let port: u16 = open.rsplit(':').next().unwrap().parse().unwrap();
    let link = SidecarLink::new((Ipv4Addr::LOCALHOST, port).into(), settings);
    let game = MemoryNetwork::new();
    let mut adapter = SidecarBridge::new(Instant::now(), game.listen(), link);
    let runtime = QuicRuntime::new(1).unwrap();
    let mut players = [
        player("Alice", QuicClient::new(&runtime, address, QuicClientSettings::default())),
        player("Bob", game.client("the game")),
        player("Carol", game.client("the game")),
    ];
    assert_all_hear_each_other(&mut players, |now| {
        assert_eq!(adapter.run_once(now), None, "the link stays");
    });
}

#[test]
fn clients_of_every_game_network_pages_and_a_native_one_hear_each_other_in_one_session() {
    let folder = Folder::new();
    let networks: Vec<_> = NETWORKS.iter().filter(|network| network.scenario_keys().is_some()).collect();
    let listener = |name: &str| format!("[[listen]]\nnetwork = '{name}'\naddress = '127.0.0.1:0'\n");
    let listeners: String = networks.iter().map(|network| listener(network.table().name)).collect();
    let text = format!("{}{listeners}[web]\nlisten = '127.0.0.1:0'\n", listener("quic"));
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let at = |network: &str| {
        let words = format!("over {network} at 127.0.0.1:");
        let open = server.until_line(network, |line| line.contains(&words));
        SocketAddr::from((Ipv4Addr::LOCALHOST, open.rsplit(':').next().unwrap().parse().unwrap()))
    };
    let address = server.until_line("QUIC", |line| line.contains("/main#sha256="));
    let address: QuicAddress = address.split(' ').next_back().unwrap().parse().unwrap();
    let runtime = QuicRuntime::new(1).unwrap();
    let mut players =
        vec![player("Native", QuicClient::new(&runtime, address, QuicClientSettings::default()))];
    for network in networks {
        let name = network.table().name;
        players.push(player(name, network.player(at(name)).unwrap()));
    }
    let page = server.until_line("the page", |line| line.starts_with("page for players at "));
    for name in ["Page", "Another page"] {
        players.push(Box::new(Page::join(page.split(' ').nth(4).unwrap(), name)));
    }
    assert_all_hear_each_other(&mut players, |_| {});
}

#[test]
fn a_client_that_stays_in_its_games_menus_is_not_sent_away() {
    let folder = Folder::new();
    let text = "[limits]\nhandshake_timeout_s = 0.5\n[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                [[listen]]\nnetwork = 'mirror-telepathy'\naddress = '127.0.0.1:0'\n";
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let open = server.until_line("Telepathy", |line| line.contains("over mirror-telepathy at"));
    let port: u16 = open.rsplit(':').next().unwrap().parse().unwrap();
    let mut in_menus = game_clients::player("mirror-telepathy", (Ipv4Addr::LOCALHOST, port).into());
    in_menus.connect(Instant::now());
    until(&mut in_menus, |event| matches!(event, ClientLinkEvent::Connected));

    let address = server.until_line("QUIC", |line| line.contains("/main#sha256="));
    let address: QuicAddress = address.split(' ').next_back().unwrap().parse().unwrap();
    let runtime = QuicRuntime::new(1).unwrap();
    let mut silent = QuicClient::new(&runtime, address, QuicClientSettings::default());
    // A QUIC client connects for voice only, so it is disconnected without a handshake, although it came later.
    silent.connect(Instant::now());
    until(&mut silent, |event| matches!(event, ClientLinkEvent::Disconnected { .. }));
    let event = in_menus.poll_event(Instant::now(), &mut Vec::new());
    assert!(!matches!(event, Some(ClientLinkEvent::Disconnected { .. })), "{event:?}");
}

#[cfg(unix)]
#[test]
fn a_player_that_never_spoke_is_told_goodbye_as_well_when_a_server_ends() {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'mirror-websocket'\naddress = '127.0.0.1:0'\n";
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let open = server.until_line("the network", |line| line.contains("over mirror-websocket at"));
    let port: u16 = open.rsplit(':').next().unwrap().parse().unwrap();
    let mut in_menus = game_clients::player("mirror-websocket", (Ipv4Addr::LOCALHOST, port).into());
    in_menus.connect(Instant::now());
    until(&mut in_menus, |event| matches!(event, ClientLinkEvent::Connected));
    server.signal("INT");
    let goodbye = DisconnectReason::closed_by_peer(b"the server is shutting down");
    until(&mut in_menus, |event| match event {
        ClientLinkEvent::Disconnected { reason } => {
            assert_eq!(*reason, goodbye);
            true
        }
        _ => false,
    });
    server.end().assert_well();
}

/// Waits for a matching event.
fn until(client: &mut impl ClientNetwork, is_wanted: impl Fn(&ClientLinkEvent) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !client.poll_event(Instant::now(), &mut Vec::new()).is_some_and(|event| is_wanted(&event)) {
        assert!(Instant::now() < deadline, "it does not happen");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_player_without_udp_joins_over_a_websocket_with_the_sessions_password() {
    let folder = Folder::new();
    let text = "[joining]\npassword = 'xyzzy'\n[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                [[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\n";
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let quic = server.until_line("QUIC", |line| line.contains("/main#sha256="));
    let open = server.until_line("the WebSocket", |line| line.contains("over websocket at 127.0.0.1:"));
    let web_socket = format!("ws://127.0.0.1:{}/main", open.rsplit(':').next().unwrap());
    let join = |address: &str, name: &str, words: &[&str]| {
        let all = [&["join", address, "--password", "xyzzy", "--json", "--name", name], words].concat();
        Program::start(&all)
    };
    let quic = quic.split(' ').next_back().unwrap();
    let alice = join(quic, "Alice", &["--listen", "lobby", "--null-devices", "--duration", "30"]);
    alice.until_event(&json!({"event": "entered_room", "name": "Alice", "room": "lobby"}));
    let bob = join(
        &web_socket,
        "Bob",
        &["--speak", "lobby", "--tone", "440", "--loudspeaker", "none", "--duration", "2"],
    );
    alice.until_event(&json!({"event": "started_speaking", "name": "Bob"}));
    bob.end().assert_well();
    alice.until_event(&json!({"event": "player_left", "name": "Bob"}));

    let lost = join(&web_socket.replace("/main", "/mian"), "Carol", &["--null-devices", "--duration", "30"]);
    lost.until_complaint("unknown session");
}

#[test]
fn a_websocket_with_tls_shows_the_certificate_of_quic_and_the_printed_address_says_where_it_is() {
    let folder = Folder::new();
    let text = "sessions = ['main', 'other']\n[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                [[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\nsession = 'main'\ntls = true\n";
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let open = server.until_line("the WebSocket", |line| line.contains("over websocket at 127.0.0.1:"));
    assert!(open.ends_with(" with TLS"), "{open}");
    let quic = server.until_line("QUIC", |line| line.contains("/main#sha256="));
    let other = server.until_line("the other session", |line| line.contains("/other#sha256="));
    assert!(!other.contains("wss="), "it has no WebSocket: {other}");
    let (_, fragment) = quic.split_once('#').unwrap();
    let (fingerprint, port) = fragment.split_once("&wss=").unwrap();
    assert!(open.contains(&format!("at 127.0.0.1:{port} with TLS")), "{open}");

    let address = format!("wss://127.0.0.1:{port}/main#{fingerprint}");
    let words = ["--null-devices", "--duration", "0.1", "--json", "--name"];
    let alice = Program::start(&[&["join", &address], &words[..], &["Alice"]].concat()).end();
    alice.assert_well();
    assert_eq!(alice.events()[0]["event"], "joined");

    let another = format!("wss://127.0.0.1:{port}/main#sha256={}", "0".repeat(64));
    for address in [&another, &format!("wss://127.0.0.1:{port}/main")] {
        let wary = Program::start(&[&["join", address], &words[..], &["Bob"]].concat()).end();
        assert!(wary.complaint().contains("the certificate is not the one"), "{}", wary.complaint());
    }
}

#[test]
fn joins_over_the_websocket_of_the_same_server_when_udp_gets_no_answer() {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                [[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\ntls = true\n";
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let quic = server.until_line("QUIC", |line| line.contains("/main#sha256="));
    let quic = quic.split(' ').next_back().unwrap();
    // Packets to this socket are never answered.
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (_, session) = quic.split_once("/main").unwrap();
    let blocked = format!("quic://{}/main{session}", silent.local_addr().unwrap());
    let join = |address: &str, words: &[&str]| {
        Program::start(&[&["join", address, "--json", "--null-devices"], words].concat())
    };
    let alice = join(quic, &["--name", "Alice", "--listen", "lobby", "--duration", "60"]);
    alice.until_event(&json!({"event": "entered_room", "name": "Alice", "room": "lobby"}));
    let bob = join(&blocked, &["--name", "Bob", "--speak", "lobby", "--tone", "440", "--duration", "2"]);
    alice.until_event(&json!({"event": "started_speaking", "name": "Bob"}));
    let bob = bob.end();
    bob.assert_well();
    let events = bob.events();
    let change = &events[0];
    assert_eq!((&change["event"], &change["transport"]), (&json!("transport_changed"), &json!("websocket")));
    assert_eq!(events[1]["event"], "joined");

    let carol = join(&blocked, &["--name", "Carol", "--no-fallback"]).end();
    assert!(carol.complaint().contains("no answer within 5s"), "{}", carol.complaint());
    // A server with another certificate is rejected over TCP, too.
    let (_, port) = quic.split_once("&wss=").unwrap();
    let forged = format!("quic://{}/main#sha256={}&wss={port}", silent.local_addr().unwrap(), "0".repeat(64));
    let dave = join(&forged, &["--name", "Dave"]).end();
    assert!(dave.complaint().contains("the certificate is not the one"), "{}", dave.complaint());
}

#[test]
fn an_address_of_a_websocket_that_cannot_be_is_complained_of() {
    for (address, words) in [
        ("ws://127.0.0.1:7780/a/b", "invalid session name"),
        ("ws://127.0.0.1:7780/main#sha256=00", "fingerprint"),
        ("wss://127.0.0.1:7780/main#sha257=00", "a fingerprint after #"),
        ("ws://no.such.host.invalid/main", "cannot find the host no.such.host.invalid"),
    ] {
        let ended = Program::start(&["join", address, "--name", "Alice", "--null-devices"]).end();
        assert!(ended.complaint().contains(words), "{}", ended.complaint());
    }
}

#[test]
fn a_check_says_over_which_networks_players_would_come_and_what_may_be_a_surprise() {
    let folder = Folder::new();
    folder.write("link.txt", b"a secret of this test\n");
    let text = "host = 'voice.example.org'\n[joining]\npassword = 'xyzzy'\n\
                [[listen]]\nnetwork = 'sidecar'\naddress = '192.0.2.1:7790'\nsecret_file = 'link.txt'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--check", "--config", &file]).end();
    assert!(ended.status.success(), "{:?}", ended.err);
    let said = ended.out.join("\n");
    let line = "session \"main\" over sidecar at 192.0.2.1:7790, for players at voice.example.org:7790";
    assert!(said.contains(line), "{said}");
    assert!(!said.contains("[::]:7777"), "it listens where it was told to, and nowhere else: {said}");
    let complaints = ended.err.join("\n");
    for words in ["is not encrypted", "requires a password, which clients of games cannot present"] {
        assert!(complaints.contains(words), "{words} is not in {complaints}");
    }
}

#[test]
fn a_secret_that_is_missing_is_named_before_anything_runs() {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:0'\nsecret_file = 'link.txt'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--config", &file]).end();
    let complaint = ended.complaint();
    assert!(complaint.contains("voice.toml:1: listen: ") && complaint.contains("link.txt"), "{complaint}");
}

#[test]
fn a_signalling_server_that_cannot_be_is_named_before_anything_runs() {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'webrtc-network'\naddress = '127.0.0.1:0'\nsignalling = 'nonsense'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--check", "--config", &file]).end();
    let complaint = ended.complaint();
    assert!(
        complaint.contains("listen: signalling: invalid URL of a signalling server \"nonsense\""),
        "{complaint}"
    );
}

#[test]
#[cfg(not(feature = "steam"))]
fn a_build_without_steam_says_how_to_have_it() {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'steam'\naddress = '0.0.0.0:27015'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--check", "--config", &file]).end();
    let complaint = ended.complaint();
    assert!(complaint.contains("voice.toml:1: listen: steam: this build has no Steam"), "{complaint}");
    assert!(complaint.contains("--features steam"), "{complaint}");
}
