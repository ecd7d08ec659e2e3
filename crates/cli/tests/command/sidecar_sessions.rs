//! `[[listen]] network = "sidecar"` without a session: each link names its own, and it begins with the first player.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use consonance_game_networks::sidecar::{SidecarBridge, SidecarLink, SidecarLinkSettings};
use consonance_link::memory::{MemoryNetwork, MemoryServer};
use consonance_quic::{QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance_testing::command::Folder;
use consonance_testing::command::Program;

use crate::talker::{assert_all_hear_each_other, player};

/// A game's server with a link for this session, and its network.
fn game(server: SocketAddr, session: &str) -> (SidecarBridge<MemoryServer>, MemoryNetwork) {
    let mut settings = SidecarLinkSettings::default();
    session.clone_into(&mut settings.session);
    let network = MemoryNetwork::new();
    let link = SidecarLink::new(server, settings);
    (SidecarBridge::new(Instant::now(), network.listen(), link), network)
}

#[test]
fn games_behind_one_port_are_each_in_the_session_that_they_name_on_whichever_worker_it_is() {
    let folder = Folder::new();
    let text = "sessions = []\nsessions_on_demand = ['match-*']\nworkers = 3\n\
                [[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                [[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:0'\n";
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let open = server.until_line("the sidecar", |line| line.contains("over sidecar"));
    let words = "the sessions named by links are open over sidecar at 127.0.0.1:";
    let port = open.strip_prefix(words).unwrap().parse().unwrap();
    let address = server.until_line("QUIC", |line| line.contains("/match-1#sha256="));
    let address: QuicAddress = address.split(' ').next_back().unwrap().parse().unwrap();

    let sessions = ["match-1", "match-2", "match-3", "match-4"];
    let (mut adapters, networks): (Vec<_>, Vec<_>) =
        sessions.map(|session| game((Ipv4Addr::LOCALHOST, port).into(), session)).into_iter().unzip();
    let runtime = QuicRuntime::new(1).unwrap();
    let mut matches: Vec<_> = networks
        .iter()
        .map(|network| {
            [player("Alice", network.client("the game")), player("Bob", network.client("the game"))]
        })
        .collect();
    let native = QuicClient::new(&runtime, address, QuicClientSettings::default());
    let [alice, bob] = matches.remove(0);
    let mut first_match = [alice, bob, player("Native", native)];
    let mut turn = |now| {
        for adapter in &mut adapters {
            assert_eq!(adapter.run_once(now), None, "the link stays");
        }
    };
    for others in &mut matches {
        assert_all_hear_each_other(others, &mut turn);
    }
    assert_all_hear_each_other(&mut first_match, |now| {
        for player in matches.iter_mut().flatten() {
            player.run_once(now);
        }
        turn(now);
    });
    let overheard = b"player 2 speaks";
    assert!(
        matches.iter().flatten().all(|player| !player.has_heard(overheard)),
        "matches do not hear each other"
    );
}

#[test]
fn a_check_says_that_links_name_their_sessions_and_that_some_ask_for_a_password() {
    let folder = Folder::new();
    let text = "sessions_on_demand = ['*']\n\
                [joining]\npasswords = [{ session = 'red', password = 'xyzzy' }]\n\
                [[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:7790'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--check", "--config", &file]).end();
    assert!(ended.status.success(), "{:?}", ended.err);
    let line = "the sessions that links name over sidecar at 127.0.0.1:7790, for links to 127.0.0.1:7790";
    assert!(ended.out.iter().any(|said| said == line), "{:?}", ended.out);
    let complaints = ended.err.join("\n");
    assert!(complaints.contains("some sessions require a password"), "{complaints}");
}
