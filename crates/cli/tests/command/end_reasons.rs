//! Why a player is refused: the code arrives over every network, in the network's own close or just before it.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_session::{Client, ClientSettings, EndCode};
use consonance_testing::command::{Folder, Program};
use consonance_testing::networks as game_clients;
use consonance_testing::player::TestPlayer;
use consonance_transport::ClientTransport;

use crate::talker::PATIENCE;

/// Connects to a server and tells the code with which it refuses.
type CodeOver = fn(SocketAddr) -> Option<EndCode>;

/// The networks of games, and the code that a player without a password is refused with over each.
const NETWORKS: [(&str, CodeOver); 10] = [
    ("mirror-kcp", |server| code_of_refusal(game_clients::mirror_kcp(server))),
    ("mirror-telepathy", |server| code_of_refusal(game_clients::mirror_telepathy(server))),
    ("mirror-websocket", |server| code_of_refusal(game_clients::mirror_websocket(server))),
    ("mirror-ignorance", |server| code_of_refusal(game_clients::mirror_ignorance(server))),
    ("darkrift2", |server| code_of_refusal(game_clients::darkrift(server))),
    ("fishnet", |server| code_of_refusal(game_clients::fishnet(server))),
    ("ngo", |server| code_of_refusal(game_clients::ngo(server))),
    ("forge", |server| code_of_refusal(game_clients::forge(server))),
    ("webrtc-network", |server| code_of_refusal(game_clients::webrtc(server))),
    ("websocket", |server| code_of_refusal(game_clients::websocket(server))),
];

/// The code that came in the close or before it.
fn code_of_refusal(transport: impl ClientTransport) -> Option<EndCode> {
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
    player.client.end_notice().cloned().or(in_the_close).map(|reason| reason.code)
}

#[test]
fn a_player_without_a_password_learns_the_code_over_every_network() {
    let folder = Folder::new();
    folder.write("password.txt", b"a password of this test\n");
    let listener = |name: &str| format!("[[listen]]\nnetwork = '{name}'\naddress = '127.0.0.1:0'\n");
    let listeners: String = NETWORKS.iter().map(|(name, _)| listener(name)).collect();
    let text = format!("{listeners}[joining]\npassword_file = 'password.txt'\n");
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    for (network, code_over) in NETWORKS {
        let words = format!("over {network} at 127.0.0.1:");
        let open = server.until_line(network, |line| line.contains(&words));
        let port: u16 = open.rsplit(':').next().unwrap().parse().unwrap();
        let code = code_over((Ipv4Addr::LOCALHOST, port).into());
        assert_eq!(code, Some(EndCode::PasswordMissing), "{network}");
    }
}
