//! Names in use, on a real server over real sockets: stock clients that always reconnect, impostors with the names of
//! others, and newcomers that wait.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::gateway::streams::StreamClientSettings;
use consonance_link::voice_websocket::{ClientEnd, ServerEnd, WebSocketClient};
use consonance_link::{ClientLinkEvent, ClientNetwork as _};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance_session::{Capabilities, Client, ClientEvent, ClientSettings, ServerEvent};
use consonance_testing::command::Folder;
use consonance_testing::command::Program;
use consonance_testing::player::TestPlayer;

use crate::admin::get;
use crate::talker::PATIENCE;

/// `consonance serve` with a listener for `WebSocket`s and one for operators.
struct Server {
    program: Program,
    players: SocketAddr,
    operators: String,
    token: String,
}

impl Server {
    /// Starts it with this text in the section `[joining]`.
    fn start(joining: &str) -> Self {
        let folder = Folder::new();
        let text = format!(
            "[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
             [[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\n[log]\nlevel = 'info'\n[joining]\n{joining}\n"
        );
        let (config, token) = (folder.write("voice.toml", text.as_bytes()), folder.file("token"));
        let arguments = ["serve", "--config", &config, "--admin=127.0.0.1:0", "--admin-token-file", &token];
        let program = Program::start(&arguments);
        let open = program.until_line("WebSocket", |line| line.contains("over websocket at"));
        let players = (Ipv4Addr::LOCALHOST, open.rsplit(':').next().unwrap().parse().unwrap()).into();
        let operators = program.until_admin();
        let token = fs::read_to_string(&token).unwrap().trim().to_owned();
        Self { program, players, operators, token }
    }

    /// A stock client, which announces none of our clients' capabilities.
    fn stock_client(&self, name: &str) -> StockClient {
        StockClient::new(name, transport(self.players, Ipv4Addr::LOCALHOST.into()))
    }

    fn metric(&self, name: &str) -> usize {
        let metrics = get(&self.operators, "/metrics", &self.token);
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in {metrics}")).parse().unwrap()
    }

    /// How many newcomers have begun to wait for a name.
    fn waiting(&self) -> usize {
        self.program.count_logged("name in use: the newcomer waits")
    }
}

fn transport(server: SocketAddr, local: IpAddr) -> WebSocketClient {
    let end = ClientEnd::new(&format!("ws://{server}/main").parse().unwrap());
    let settings = StreamClientSettings { local: Some(local), ..StreamClientSettings::new(server) };
    consonance_link::voice_websocket::client(end, settings).unwrap()
}

struct StockClient {
    player: TestPlayer<WebSocketClient>,
    /// Joins and leaves of players.
    seen: Vec<String>,
}

impl StockClient {
    fn new(name: &str, transport: WebSocketClient) -> Self {
        let mut settings = ClientSettings::new(name);
        settings.capabilities = Capabilities::NONE;
        let player = TestPlayer::new(Client::new(settings), transport, Instant::now());
        Self { player, seen: Vec::new() }
    }

    fn run_once(&mut self) {
        let (now, Self { player, seen }) = (Instant::now(), self);
        player.wake(now);
        player.run_once(now, |event| match event {
            ClientEvent::PlayerJoined { name, .. } => seen.push(format!("{name} joined")),
            ClientEvent::PlayerLeft { name, .. } => seen.push(format!("{name} left")),
            _ => {}
        });
    }

    fn has_joined(&self) -> bool {
        self.player.client.id().is_some()
    }

    fn has_lost_its_link(&self) -> bool {
        !self.player.ends.is_empty()
    }

    fn saw(&self, what: &str) -> usize {
        self.seen.iter().filter(|seen| *seen == what).count()
    }
}

/// Runs the clients until a condition holds.
fn until(what: &str, clients: &mut [&mut StockClient], mut is_so: impl FnMut(&[&mut StockClient]) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so(clients) {
        assert!(Instant::now() < deadline, "never: {what}");
        for client in clients.iter_mut() {
            client.run_once();
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// A bystander's view while two clients of one name reconnect whenever they lose their link, and the second one also
/// once it waits: ten times in total.
fn seen_beside_two_of_one_name(joining: &str) -> (Vec<String>, StockClient) {
    let server = Server::start(joining);
    let mut bystander = server.stock_client("Bob");
    until("Bob is in", &mut [&mut bystander], |clients| clients[0].has_joined());
    let mut first = server.stock_client("Alice");
    until("Alice is in", &mut [&mut bystander, &mut first], |clients| {
        clients[0].saw("Alice joined") == 1 && clients[1].has_joined()
    });
    let mut second = server.stock_client("Alice");
    let mut attempts = 0;
    while attempts < 10 {
        let before = server.waiting();
        until("one of them connects again", &mut [&mut bystander, &mut first, &mut second], |clients| {
            server.waiting() > before || clients[1].has_lost_its_link() || clients[2].has_lost_its_link()
        });
        attempts += 1;
        if first.has_lost_its_link() {
            first = server.stock_client("Alice");
        }
        if second.has_lost_its_link() || server.waiting() > before {
            second = server.stock_client("Alice");
        }
    }
    drop(second);
    until("all newcomers that waited are counted", &mut [&mut bystander, &mut first], |_| {
        server.metric("consonance_names_awaited_total") == server.waiting()
    });
    // Once Carol is in, all earlier messages of the server have arrived.
    let mut last = server.stock_client("Carol");
    until("Carol is in", &mut [&mut bystander, &mut first, &mut last], |clients| {
        clients[0].saw("Carol joined") == 1
    });
    (bystander.seen, first)
}

#[test]
fn two_stock_clients_of_one_name_on_a_real_server_do_not_evict_each_other() {
    let (seen, first) = seen_beside_two_of_one_name("");
    assert_eq!(seen, ["Bob joined", "Alice joined", "Carol joined"]);
    assert!(first.has_joined() && !first.has_lost_its_link());
}

#[test]
fn where_the_newest_wins_on_a_real_server_two_stock_clients_of_one_name_evict_each_other() {
    let (seen, _) = seen_beside_two_of_one_name("name_taken = 'newest'");
    assert!(seen.iter().filter(|seen| *seen == "Alice left").count() > 1, "{seen:?}");
}

const NAMES: [&str; 6] = ["Alice", "Bob", "Carol", "Dan", "Eve", "Frank"];

/// Six players, after an impostor has requested each of their names twice.
fn six_beside_an_impostor(joining: &str) -> [StockClient; 6] {
    let server = Server::start(joining);
    let mut players = NAMES.map(|name| server.stock_client(name));
    until("all see each other", &mut players.each_mut(), |clients| {
        let sees_all = |client: &StockClient| client.has_joined() && client.seen.len() == NAMES.len();
        clients.iter().all(|client| sees_all(client))
    });
    for name in NAMES.iter().chain(&NAMES) {
        let before = server.waiting();
        let mut impostor = server.stock_client(name);
        let mut clients: Vec<&mut StockClient> = players.iter_mut().collect();
        clients.push(&mut impostor);
        until("the impostor has an answer", &mut clients, |clients| {
            server.waiting() > before || clients[6].has_joined() || clients[6].has_lost_its_link()
        });
    }
    players
}

#[test]
fn six_players_stay_on_a_real_server_though_an_impostor_asks_for_each_of_their_names() {
    for (player, name) in six_beside_an_impostor("").iter().zip(NAMES) {
        assert!(player.has_joined() && !player.has_lost_its_link(), "{name}: {:?}", player.player.ends);
        assert!(!player.seen.iter().any(|seen| seen.ends_with("left")), "{name}: {:?}", player.seen);
    }
}

#[test]
fn where_the_newest_wins_on_a_real_server_an_impostor_removes_the_players_it_names() {
    let players = six_beside_an_impostor("name_taken = 'newest'");
    assert!(players.iter().any(StockClient::has_lost_its_link));
}

/// The connection limit of the server in the test below.
const CONNECTIONS_MAX: usize = 4;

#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only loopback address.
#[test]
fn a_newcomer_that_waits_for_a_name_keeps_its_connection_on_a_full_server() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.limits.handshake = Duration::from_hours(1);
    let mut streams = consonance_link::voice_websocket::default_settings();
    streams.tcp.connections_max = CONNECTIONS_MAX;
    let any_port = (Ipv4Addr::LOCALHOST, 0).into();
    let listener =
        consonance_link::voice_websocket::server(any_port, "main", ServerEnd::default(), streams).unwrap();
    let address = listener.network().local_addr().unwrap();
    let mut session_loop = SessionLoop::new(&settings);
    session_loop.add_network(Box::new(listener));
    let server = DedicatedServer::start(session_loop);
    let events = server.handle().subscribe(64).unwrap();

    let from = |last: u8, name: &str| {
        StockClient::new(name, transport(address, Ipv4Addr::new(127, 0, 0, last).into()))
    };
    let mut holder = from(1, "Alice");
    until("the holder is in", &mut [&mut holder], |clients| clients[0].has_joined());
    let mut waiting = from(1, "Alice");
    until("the newcomer waits", &mut [&mut holder, &mut waiting], |_| {
        events.poll().is_some_and(|event| matches!(event.event, ServerEvent::NameInUse { .. }))
    });
    let mut bob = from(1, "Bob");
    until("Bob is in", &mut [&mut holder, &mut waiting, &mut bob], |clients| clients[2].has_joined());
    let mut impostor = transport(address, Ipv4Addr::LOCALHOST.into());
    impostor.connect(Instant::now());
    let mut carol = from(2, "Carol");
    let mut is_impostor_gone = false;
    until("Carol is in", &mut [&mut holder, &mut waiting, &mut bob, &mut carol], |clients| {
        while let Some(event) = impostor.poll_event(Instant::now(), &mut Vec::new()) {
            is_impostor_gone |= matches!(event, ClientLinkEvent::Disconnected { .. });
        }
        clients[3].has_joined()
    });
    until("the one that has not joined makes room", &mut [&mut holder, &mut waiting], |_| {
        while let Some(event) = impostor.poll_event(Instant::now(), &mut Vec::new()) {
            is_impostor_gone |= matches!(event, ClientLinkEvent::Disconnected { .. });
        }
        is_impostor_gone
    });
    for client in [&holder, &waiting, &bob] {
        assert!(!client.has_lost_its_link(), "{:?}", client.player.ends);
    }
    drop(holder);
    until("the name is free", &mut [&mut waiting], |clients| clients[0].has_joined());
}
