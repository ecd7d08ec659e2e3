//! Voice over `WebSocket`s behind the page's listener: it follows the rules of every network, and pages that break
//! its own rules are told so.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::time::{Duration, Instant};

use consonance_link::conformance::Network;
use consonance_link::gateway::streams::StreamClientSettings;
use consonance_link::http::by_hand;
use consonance_link::voice_websocket::{
    ClientEnd, MESSAGE_BYTES_MAX, SUBPROTOCOL, WebSocketClient, close_code, default_settings,
};
use consonance_link::{ServerLinkEvent, ServerNetwork as _};
use consonance_web::{
    Attendance, Info, Join, JoinProblem, JoinRule, Joined, PacketPlaces, PacketSettings, PacketShard, Reply,
    Secrets, Signalling, WebListener, WebSettings, packet_shards, reply,
};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::{Message, WebSocket, client};

/// No page comes over WebRTC here.
struct NoSessions;

impl Signalling for NoSessions {
    fn info(&self) -> Info {
        Info {
            sessions: Vec::new(),
            on_demand: false,
            join: JoinRule::Open,
            secrets: Secrets::default(),
            udp: false,
            encryption: false,
        }
    }

    fn attend(&self, _: &str) -> Reply<Result<Attendance, JoinProblem>> {
        reply().1
    }

    fn join(&self, _join: Join) -> Reply<Result<Joined, JoinProblem>> {
        reply().1
    }

    fn candidate(&self, _key: &str, _candidate: String) {}

    fn restart(&self, _key: &str, _sdp: String) -> Reply<Result<String, JoinProblem>> {
        reply().1
    }
}

/// Several shards behind one listener; sessions are placed by the lengths of their names.
fn listener(
    shards: usize,
    settings: PacketSettings,
    change: impl FnOnce(&mut WebSettings),
) -> (WebListener, Vec<PacketShard>) {
    let (shards, entrance) = packet_shards(shards, move |session: &str| session.len() % shards, settings);
    let mut settings = WebSettings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    settings.packets = Some(entrance);
    (settings.limits.joins_per_minute, settings.limits.joins_burst) = (1_000_000, 1_000_000);
    change(&mut settings);
    (WebListener::start(&settings, Arc::new(NoSessions)).unwrap(), shards)
}

#[derive(Default)]
struct BesideThePage {
    listeners: Vec<WebListener>,
}

impl Network for BesideThePage {
    type Server = PacketShard;
    type Client = WebSocketClient;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> PacketShard {
        let (listener, mut shards) = listener(1, PacketSettings::default(), |_| ());
        self.listeners.push(listener);
        shards.remove(0)
    }

    fn client(&mut self, session: &str) -> WebSocketClient {
        let server = self.listeners.last().unwrap().local_addr();
        let mut path = "/api/voice/".to_owned();
        for byte in session.bytes() {
            write!(path, "%{byte:02X}").unwrap();
        }
        let end = ClientEnd::at(server.to_string(), path + "/packets");
        let settings =
            StreamClientSettings { streams: default_settings(), ..StreamClientSettings::new(server) };
        consonance_link::voice_websocket::client(end, settings).unwrap()
    }

    fn cut(&mut self, client: &mut WebSocketClient) {
        client.network_mut().lose_link();
    }
}

consonance_link::conformance_tests!(BesideThePage::default());

type Page = WebSocket<std::net::TcpStream>;

fn open(listener: &WebListener, session: &str) -> Page {
    let url = format!("ws://{}/api/voice/{session}/packets", listener.local_addr());
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
    client(request, by_hand::connect(listener.local_addr()).unwrap()).unwrap().0
}

/// The code and the words of the close message; earlier messages are skipped.
fn read_close(page: &mut Page) -> (u16, String) {
    loop {
        if let Message::Close(frame) = page.read().unwrap() {
            let frame = frame.unwrap();
            return (frame.code.into(), frame.reason.to_string());
        }
    }
}

/// Polls until something happens.
fn next(shard: &mut PacketShard) -> String {
    let deadline = Instant::now() + by_hand::PATIENCE;
    loop {
        let mut bytes = Vec::new();
        if let Some(event) = shard.poll_event(Instant::now(), &mut bytes) {
            return match event {
                ServerLinkEvent::Connected { session, .. } => format!("connected to {session}"),
                ServerLinkEvent::Packet { .. } => format!("packet {bytes:?}"),
                ServerLinkEvent::Disconnected { reason, .. } => format!("disconnected: {reason}"),
            };
        }
        assert!(Instant::now() < deadline, "nothing happens");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn each_session_has_its_worker() {
    let (listener, mut shards) = listener(2, PacketSettings::default(), |_| ());
    let _pages = [open(&listener, "a"), open(&listener, "bc")];
    assert_eq!(next(&mut shards[1]), "connected to a");
    assert_eq!(next(&mut shards[0]), "connected to bc");
}

#[test]
fn a_page_is_told_what_it_does_wrong_unnoticed_by_others() {
    let (listener, mut shards) = listener(1, PacketSettings::default(), |_| ());
    let mut well = open(&listener, "main");
    assert_eq!(next(&mut shards[0]), "connected to main");
    for wrong in [
        Message::text("hello"),
        Message::binary(vec![7, 1]),
        Message::binary(vec![]),
        Message::binary(vec![2]),
    ] {
        let mut page = open(&listener, "main");
        assert_eq!(next(&mut shards[0]), "connected to main");
        page.send(wrong.clone()).unwrap();
        let (code, words) = read_close(&mut page);
        assert!(code == close_code::PROTOCOL_ERROR && !words.is_empty(), "{wrong:?}: {code} {words}");
        assert!(next(&mut shards[0]).starts_with("disconnected"));
    }
    assert_eq!(listener.counters().read().broken_off, 4);
    well.send(Message::binary(vec![0, 5])).unwrap();
    assert_eq!(next(&mut shards[0]), "packet [5]");
}

#[test]
fn a_message_that_is_too_long_is_refused_whatever_follows_it() {
    let (listener, mut shards) = listener(1, PacketSettings::default(), |_| ());
    for bytes in [MESSAGE_BYTES_MAX + 1, 4 * MESSAGE_BYTES_MAX] {
        let mut page = open(&listener, "main");
        assert_eq!(next(&mut shards[0]), "connected to main");
        for _ in 0..10 {
            // The server may have closed it already.
            let _ = page.send(Message::binary(vec![0; bytes]));
        }
        assert_eq!(read_close(&mut page), (close_code::TOO_LONG, "a message that is too long".to_owned()));
        assert!(next(&mut shards[0]).starts_with("disconnected"));
    }
}

#[test]
fn the_longest_message_is_taken_and_one_beyond_all_reason_ends_the_link() {
    let (listener, mut shards) = listener(1, PacketSettings::default(), |_| ());
    let mut page = open(&listener, "main");
    assert_eq!(next(&mut shards[0]), "connected to main");
    page.send(Message::binary(vec![0; MESSAGE_BYTES_MAX])).unwrap();
    assert!(next(&mut shards[0]).starts_with("packet"));
    let _ = page.send(Message::binary(vec![0; 4 * MESSAGE_BYTES_MAX + 1]));
    assert!(next(&mut shards[0]).starts_with("disconnected"));
}

#[test]
fn a_question_is_answered_with_the_same() {
    let (listener, mut shards) = listener(1, PacketSettings::default(), |_| ());
    let mut page = open(&listener, "main");
    assert_eq!(next(&mut shards[0]), "connected to main");
    assert!(shards[0].poll_event(Instant::now(), &mut Vec::new()).is_none());
    page.send(Message::binary(vec![3, 1, 2])).unwrap();
    let mut heard =
        [page.read().unwrap(), page.read().unwrap()].map(Message::into_data).map(|data| data.to_vec());
    heard.sort();
    assert_eq!(heard, [vec![2], vec![3, 1, 2]], "the welcome, and the answer");
}

#[test]
fn one_link_more_than_there_may_be_is_refused_in_words() {
    let settings = PacketSettings { links_max: 1, ..PacketSettings::default() };
    let (listener, mut shards) = listener(1, settings, |_| ());
    let _first = open(&listener, "main");
    assert_eq!(next(&mut shards[0]), "connected to main");
    let (code, words) = read_close(&mut open(&listener, "main"));
    assert!(code == close_code::REFUSED && words.contains("full"), "{code} {words}");
}

/// Counts pages on the way to a session.
#[derive(Clone, Default)]
struct OnTheWay(Arc<AtomicIsize>);

impl PacketPlaces for OnTheWay {
    fn place(&self, _session: &str) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed);
        0
    }

    fn give_back(&self, _session: &str) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn a_link_that_is_refused_is_on_the_way_to_no_session() {
    let on_the_way = OnTheWay::default();
    let settings = PacketSettings { links_max: 1, ..PacketSettings::default() };
    let (mut shards, entrance) = packet_shards(1, on_the_way.clone(), settings);
    let mut settings = WebSettings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    settings.packets = Some(entrance);
    let listener = WebListener::start(&settings, Arc::new(NoSessions)).unwrap();
    let _first = open(&listener, "main");
    assert_eq!(next(&mut shards[0]), "connected to main");
    assert_eq!(read_close(&mut open(&listener, "main")).0, close_code::REFUSED);
    assert_eq!(on_the_way.0.load(Ordering::Relaxed), 1);
}

#[test]
fn a_page_that_is_silent_and_answers_nothing_is_lost() {
    let interval = Duration::from_millis(200);
    let (listener, mut shards) = listener(1, PacketSettings::default(), |settings| {
        settings.limits.ping_interval = interval;
    });
    let begin = Instant::now();
    // By hand, since a library swallows data right after the head.
    let mut silent = by_hand::connect(listener.local_addr()).unwrap();
    let lines = [&["Host: 127.0.0.1"], &UPGRADE[..], &["Sec-WebSocket-Protocol: consonance.v1"]].concat();
    let head = format!("GET /api/voice/main/packets HTTP/1.1\r\n{}\r\n\r\n", lines.join("\r\n"));
    silent.write_all(head.as_bytes()).unwrap();
    assert_eq!(next(&mut shards[0]), "connected to main");
    assert!(next(&mut shards[0]).starts_with("disconnected"));
    // It has time to answer each of three pings; a late ping may come together with the next one.
    assert!(begin.elapsed() >= 4 * interval, "{:?}", begin.elapsed());
    let came = by_hand::answer(&mut silent).unwrap();
    // An empty ping (RFC 6455, section 5.5.2).
    let questions = came.body.windows(2).filter(|bytes| *bytes == [0x89, 0]).count();
    assert!(came.status == 101 && (1..=3).contains(&questions), "{came:?}");
}

#[test]
fn a_listener_that_ends_says_so() {
    let (listener, mut shards) = listener(1, PacketSettings::default(), |_| ());
    let mut page = open(&listener, "main");
    assert_eq!(next(&mut shards[0]), "connected to main");
    drop(listener);
    assert_eq!(read_close(&mut page), (close_code::ENDED, "(closing-shutdown)".to_owned()));
    assert!(next(&mut shards[0]).starts_with("disconnected"));
}

#[test]
fn a_request_without_the_protocol_or_a_listener_for_it_gets_a_problem() {
    let ask = |listener: &WebListener, lines: &[&str]| {
        let request = "GET /api/voice/main/packets";
        by_hand::ask(listener.local_addr(), request, lines, b"").unwrap().status
    };
    let (with, _shards) = listener(1, PacketSettings::default(), |_| ());
    assert_eq!((ask(&with, &UPGRADE), ask(&with, &[])), (400, 400));
    let (without, _shards) = listener(1, PacketSettings::default(), |settings| settings.packets = None);
    assert_eq!(ask(&without, &UPGRADE), 404);
    let told = |listener: &WebListener| {
        by_hand::ask(listener.local_addr(), "GET /api/info", &[], b"").unwrap().text()
    };
    assert!(told(&with).contains(r#""fallback":true"#) && told(&without).contains(r#""fallback":false"#));
}

/// The headers of a request for a `WebSocket`.
const UPGRADE: [&str; 4] = [
    "Upgrade: websocket",
    "Connection: upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
