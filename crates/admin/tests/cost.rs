//! What one request to the admin API costs, at worst, whoever sends it: full heads, and bodies full of nested values
//! for every route that its own description lists; and what answers about a thousand players cost, for which operators
//! ask with their token.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_admin::{AdminListener, AdminSettings, AdminToken, Operator};
use consonance_link::ClientNetwork as _;
use consonance_link::http::by_hand;
use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_server::moderation::Moderation;
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance_session::{Client, ClientSettings, Instant as SessionInstant, LinkId};
use consonance_testing::cost::{Cost, CountingAllocator, alone, measured};
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: CountingAllocator = consonance_testing::cost::ALLOCATOR;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const HEAD_BYTES_MAX: usize = 8 * 1024;
const BODY_BYTES_MAX: usize = 16 * 1024;
const PLAYERS_MAX: usize = 1000;

/// A server, and a listener for its operators.
struct Scene {
    /// Dropped first, so that no query goes to a server that is gone.
    listener: AdminListener,
    _server: DedicatedServer,
    moderation: Moderation,
    network: MemoryNetwork,
    players: Vec<MemoryClient>,
    answer: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        let mut sessions = SessionsSettings::new(["main"]).unwrap();
        let records = Records::in_memory(RecordsSettings::default());
        sessions.records = records.clone();
        let network = MemoryNetwork::new();
        let mut session_loop = SessionLoop::new(&sessions);
        session_loop.add_network(Box::new(network.listen()));
        let server = DedicatedServer::start(session_loop);
        let moderation = Moderation::new(server.handle(), records);
        let operator = Operator::new(server.handle(), moderation.clone());
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut settings = AdminSettings::new(any_port, AdminToken::new(TOKEN).unwrap());
        settings.limits.wrong_token_delay = Duration::from_millis(10);
        let listener = AdminListener::start(settings, operator).unwrap();
        let mut scene = Self {
            listener,
            _server: server,
            moderation,
            network,
            players: Vec::new(),
            answer: vec![0; 16 << 20],
        };
        // What threads allocate as they start is no request's.
        scene.description();
        for _ in 0..100 {
            let idle = measured(|| {
                std::thread::sleep(Duration::from_millis(50));
                0
            });
            if idle.bytes < 10_000 {
                break;
            }
        }
        scene
    }

    /// Sends a request, and reads the beginning of the answer; returns its status, too.
    fn cost(&mut self, request: &[u8]) -> (Cost, String) {
        let mut stream = by_hand::connect(self.listener.local_addr()).unwrap();
        let mut bytes = 0;
        let cost = measured(|| {
            // A connection that is refused because of its head may close before its body is read.
            let _ = stream.write_all(request);
            bytes = stream.read(&mut self.answer).unwrap_or(0);
            1
        });
        (cost, String::from_utf8_lossy(&self.answer[..bytes]).chars().skip(9).take(3).collect())
    }

    /// Adds players to the session, up to this number.
    fn fill(&mut self, players: usize) {
        let now = Instant::now();
        while self.players.len() < players {
            let mut transport = self.network.client("main");
            transport.connect(now);
            let mut engine = Client::new(ClientSettings::new(format!("player {}", self.players.len())));
            engine.start();
            while transport.poll_event(now, &mut Vec::new()).is_none() {
                std::thread::yield_now();
            }
            engine.handle_connected(SessionInstant::START, LinkId(1));
            while let Some(transmit) = engine.poll_transmit() {
                transport.send(now, transmit.delivery, transmit.payload);
            }
            self.players.push(transport);
            self.drain();
        }
        while self.moderation.players("main").map_or(0, |players| players.len()) < players {
            self.drain();
        }
    }

    /// Forgets what was sent to players.
    fn drain(&mut self) {
        let mut bytes = Vec::new();
        for player in &mut self.players {
            while player.poll_event(Instant::now(), &mut bytes).is_some() {}
        }
    }

    /// The cost of a whole answer, and its length.
    fn cost_of_answer(&mut self, request: &[u8]) -> (Cost, usize) {
        let mut stream = by_hand::connect(self.listener.local_addr()).unwrap();
        let mut bytes = 0;
        let cost = measured(|| {
            stream.write_all(request).unwrap();
            loop {
                let read = stream.read(&mut self.answer[bytes..]).unwrap_or(0);
                bytes += read;
                if read == 0 {
                    return 1;
                }
            }
        });
        (cost, bytes)
    }

    fn description(&mut self) -> Value {
        let answer = by_hand::ask(self.listener.local_addr(), "GET /api/openapi.json", &[], b"").unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }
}

/// A request with these header lines and this body.
fn request(start: &str, lines: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{start} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n{lines}\r\n{body}"
    )
    .into_bytes()
}

/// The keys of all values that the description knows.
fn keys_in(description: &Value, keys: &mut BTreeSet<String>) {
    match description {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            object.values().for_each(|value| keys_in(value, keys));
        }
        Value::Array(values) => values.iter().for_each(|value| keys_in(value, keys)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Bodies that fill a request with the value of a key.
fn bodies(key: &str) -> impl Iterator<Item = String> {
    let filled = |begin: &str, piece: &str, end: &str| {
        let room = BODY_BYTES_MAX - key.len() - begin.len() - end.len() - 10;
        format!(r#"{{"{key}":{begin}{}{end}}}"#, piece.repeat(room / piece.len()))
    };
    let nested = format!("{}{},", "[".repeat(120), "]".repeat(120));
    let texts = format!(r#""{}","#, "\\n".repeat(35));
    [
        filled("[", &nested, "1]"),
        filled("[", "[1],", "1]"),
        filled("[", "{\"\":1},", "1]"),
        filled("[", &texts, "1]"),
        filled("\"", "\\n", "\""),
    ]
    .into_iter()
}

/// Each route, as the beginning of a request.
fn routes(description: &Value) -> Vec<String> {
    let paths = description["paths"].as_object().unwrap();
    let methods = paths.iter().flat_map(|(path, methods)| {
        let path = path.replace(['{', '}'], "");
        methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    methods.collect()
}

#[test]
fn no_body_of_a_request_costs_more_than_a_megabyte_or_ten_thousand_steps() {
    alone(|| {
        let mut scene = Scene::new();
        let description = scene.description();
        let mut keys = BTreeSet::from(["z".to_owned()]);
        keys_in(&description, &mut keys);
        let routes = routes(&description);
        assert!(routes.len() > 15 && keys.len() > 20, "{} routes, {} keys", routes.len(), keys.len());
        for start in routes.iter().filter(|start| !start.starts_with("GET")) {
            let mut scene = Scene::new();
            for key in &keys {
                for body in bodies(key) {
                    assert!(body.len() <= BODY_BYTES_MAX);
                    let (cost, status) = scene.cost(&request(start, "", &body));
                    cost.assert_is_bounded(&format!("{start}, {key:?}: {}, {status}", &body[..30]));
                }
            }
        }
    });
}

#[test]
fn no_head_of_a_request_costs_more() {
    alone(|| {
        let mut scene = Scene::new();
        let room = HEAD_BYTES_MAX - 400;
        let filled = |piece: &str| piece.repeat(room / piece.len());
        let routes = routes(&scene.description());
        for start in
            routes.iter().map(String::as_str).chain(["GET /healthz", "GET /metrics", "GET /nowhere", "GET /"])
        {
            let heads = [
                (filled("/a"), String::new()),
                (format!("?{}", filled("a=b&")), String::new()),
                (format!("?limit={}", filled("%31")), String::new()),
                (format!("?{}", filled("reason=%ff&")), String::new()),
                (String::new(), "a: b\r\n".repeat(90)),
                (String::new(), format!("a: {}\r\n", filled("b"))),
                (String::new(), format!("Cookie: {}\r\n", filled("a=b;"))),
                (String::new(), "a: b\r\n".repeat(1000)),
            ];
            for (rest, lines) in heads {
                let (cost, status) = scene.cost(&request(&format!("{start}{rest}"), &lines, ""));
                let what = format!("{start}, {} and {}: {status}", rest.len(), lines.len());
                cost.assert_is_bounded(&what);
            }
        }
        let token = format!(
            "GET /api/v1/server HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
            filled("x")
        );
        scene.cost(token.as_bytes()).0.assert_is_bounded("a wrong token");
        for nonsense in [vec![b'x'; 100_000], vec![0; 100_000], b"\r\n".repeat(50_000)] {
            scene.cost(&nonsense).0.assert_is_bounded("nonsense");
        }
    });
}

#[test]
fn an_answer_about_players_costs_in_proportion_to_their_number() {
    alone(|| {
        let mut scene = Scene::new();
        let mut costs = |players| {
            scene.fill(players);
            ["GET /api/v1/sessions", "GET /api/v1/sessions/main", "GET /api/v1/server", "GET /metrics"]
                .map(|route| (route, scene.cost_of_answer(&request(route, "", ""))))
        };
        let half = costs(PLAYERS_MAX / 2);
        let whole = costs(PLAYERS_MAX);
        for ((route, (half, _)), (_, (whole, bytes))) in half.into_iter().zip(whole) {
            whole.assert_is_linear(half, route);
            let is_fine = whole.bytes <= 10_000 * PLAYERS_MAX && whole.steps <= 10 * PLAYERS_MAX;
            assert!(is_fine, "{route}: {whole:?} for {bytes} bytes");
        }
    });
}
