//! Players of a game's server that has a sidecar link to a voice server.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use consonance::{EventKind, VoiceChat};
use consonance_game_networks::sidecar::{
    LinkSecret, SidecarBridge, SidecarLink, SidecarLinkSettings, SidecarServer, SidecarSettings,
};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use plain_sockets::{PlainClient, PlainServer, PlainServerSettings};

use crate::open_server::wait_until;

const SECRET: &str = "a secret of this test";

#[test]
fn a_player_who_joins_before_the_link_to_the_voice_server_is_up_gets_in_once_it_is() {
    let mut settings = SidecarSettings::default();
    settings.secret = LinkSecret::new(SECRET);
    settings.session = Some("main".to_owned());
    let voice_server = SidecarServer::bind((Ipv4Addr::LOCALHOST, 0).into(), settings).unwrap();
    let mut settings = SidecarLinkSettings::default();
    settings.secret = LinkSecret::new(SECRET);
    let link = SidecarLink::new(voice_server.local_addr(), settings);
    let sockets = PlainServer::bind((Ipv4Addr::LOCALHOST, 0).into(), PlainServerSettings::default()).unwrap();
    let chat = VoiceChat::over(Box::new(PlainClient::new(sockets.local_addr()))).name("Bob").start().unwrap();
    let mut bridge = SidecarBridge::new(Instant::now(), sockets, link);
    wait_until("the player's first packet is dropped", || {
        bridge.run_once(Instant::now());
        bridge.link().statistics().dropped.not_connected > 0
    });

    let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    sessions.add_network(Box::new(voice_server));
    let server = DedicatedServer::start(sessions);
    wait_until("the player has joined", || {
        bridge.run_once(Instant::now());
        match chat.wait_event(Duration::ZERO).map(|event| event.kind) {
            Some(EventKind::Ended(end)) => panic!("{end:?}"),
            event => event == Some(EventKind::Joined),
        }
    });
    chat.leave().unwrap();
    server.stop();
}
