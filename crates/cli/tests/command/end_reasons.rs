//! Why a player is refused: the code arrives over every network, in the network's own close or just before it.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::ClientNetwork;
use consonance_server_config::NETWORKS;
use consonance_session::{Client, ClientSettings, EndCode};
use consonance_testing::command::{Folder, Program};
use consonance_testing::player::TestPlayer;

use crate::talker::PATIENCE;

/// The code that came in the close or before it.
fn code_of_refusal(transport: impl ClientNetwork) -> Option<EndCode> {
    let client = Client::new(ClientSettings::new("Alice"));
    let mut player = TestPlayer::new(client, transport, Instant::now());
    let deadline = Instant::now() + PATIENCE;
    while player.ends.is_empty() {
        assert!(Instant::now() < deadline, "the link stays");
        player.wake(Instant::now());
        player.run_once(Instant::now(), |_| {});
        thread::sleep(Duration::from_millis(2));
    }
    let in_the_close = player.ends[0].end_reason();
    player.client.server().end_notice().cloned().or(in_the_close).map(|reason| reason.code)
}

#[test]
fn a_player_without_a_password_learns_the_code_over_every_network() {
    let folder = Folder::new();
    folder.write("password.txt", b"a password of this test\n");
    let listener = |name: &str| format!("[[listen]]\nnetwork = '{name}'\naddress = '127.0.0.1:0'\n");
    let networks: Vec<_> = NETWORKS.iter().filter(|network| network.scenario_keys().is_some()).collect();
    let listeners: String = networks.iter().map(|network| listener(network.table().name)).collect();
    let text = format!("{listeners}[joining]\npassword_file = 'password.txt'\n");
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    for network in networks {
        let name = network.table().name;
        let words = format!("over {name} at 127.0.0.1:");
        let open = server.until_line(name, |line| line.contains(&words));
        let port: u16 = open.rsplit(':').next().unwrap().parse().unwrap();
        let player = network.player((Ipv4Addr::LOCALHOST, port).into()).unwrap();
        let code = code_of_refusal(player);
        assert_eq!(code, Some(EndCode::PasswordMissing), "{name}");
    }
}
