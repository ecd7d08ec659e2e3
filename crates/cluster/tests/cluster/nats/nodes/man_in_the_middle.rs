//! Attackers between a node and its NATS server get no byte of credentials.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use consonance_cluster::nats::NatsSettings;
use consonance_settings::secrets::SecretText;
use consonance_testing::nats::NatsServer;

use crate::nats::nodes::{Node, PATIENCE};

const PASSWORD: &str = "sesame-of-the-cluster";
/// What an attacker says in a server's first line: no TLS, and whatever makes a client go on.
const BAIT: &str = "INFO {\"server_id\":\"X\",\"server_name\":\"X\",\"version\":\"2.15.1\",\"go\":\"\",\"host\":\"127.0.0.1\",\
                    \"port\":4222,\"headers\":true,\"max_payload\":1048576,\"proto\":1,\"jetstream\":true,\
                    \"nonce\":\"AAAAAAAAAAAAAAA\"}\r\n";

/// A server that reads what a node tells it before TLS.
struct Attacker {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Attacker {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let all = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let all = Arc::clone(&all);
                thread::spawn(move || hear(stream, &all));
            }
        });
        Self { address, heard }
    }

    /// What each connection said, as text.
    fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }
}

fn hear(mut stream: TcpStream, said: &Mutex<Vec<Vec<u8>>>) {
    let index = {
        let mut all = said.lock().unwrap();
        all.push(Vec::new());
        all.len() - 1
    };
    let mut bytes = [0; 4096];
    let _ = stream.write_all(BAIT.as_bytes());
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        said.lock().unwrap()[index].extend_from_slice(&bytes[..count]);
        let _ = stream.write_all(b"PONG\r\n");
    }
}

/// A path to a server, on which an attacker rewrites the server's first line.
struct Path {
    port: u16,
    is_cut: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    /// Connections since the path was cut.
    attempts: Arc<AtomicUsize>,
}

impl Path {
    /// To the server at this port; the first line names this address as that of another server of the cluster.
    fn open(server: u16, other: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let path = Self {
            port: listener.local_addr().unwrap().port(),
            is_cut: Arc::default(),
            streams: Arc::default(),
            attempts: Arc::default(),
        };
        let (is_cut, streams, attempts) =
            (Arc::clone(&path.is_cut), Arc::clone(&path.streams), Arc::clone(&path.attempts));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if is_cut.load(Ordering::Relaxed) {
                    attempts.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                let clones = [&client, &server].map(|stream| stream.try_clone().unwrap());
                streams.lock().unwrap().extend(clones);
                forward(client, server, other);
            }
        });
        path
    }

    fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Passes bytes on both ways, but for the server's first line.
fn forward(mut client: TcpStream, server: TcpStream, other: SocketAddr) {
    let (mut to_server, mut from_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
    thread::spawn(move || {
        let mut server = BufReader::new(server);
        let mut line = String::new();
        let _ = server.read_line(&mut line);
        let line = line.replace("\"tls_required\":true,", "").replace("\"tls_available\":true,", "");
        let told = format!("INFO {{\"connect_urls\":[\"{other}\"],");
        let _ = client.write_all(line.replacen("INFO {", &told, 1).as_bytes());
        let _ = std::io::copy(&mut server, &mut client);
        let _ = client.shutdown(Shutdown::Both);
    });
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "never came: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_node_does_not_go_to_a_server_of_which_only_the_first_line_of_another_one_tells() {
    let attacker = Attacker::listen();
    let users = format!("authorization {{ users: [ {{ user: voice, password: {PASSWORD:?} }} ] }}");
    let server = NatsServer::start_with_tls(&users);
    let path = Path::open(server.port(), attacker.address);
    let address = format!("tls://127.0.0.1:{}", path.port).parse().unwrap();
    let mut settings = NatsSettings::new(vec![address], "test");
    settings.user = Some(("voice".to_owned(), SecretText::new(PASSWORD)));
    settings.ca = Some(server.certificate().into());
    let node = Node::start_with(1, settings);
    node.place(77);
    node.owns();
    assert!(attacker.heard().is_empty(), "{:?}", attacker.heard());
    path.cut();
    // Each round of attempts would include the attacker's server.
    let is_found = || !attacker.heard().is_empty();
    until("attempts on the path", || is_found() || path.attempts.load(Ordering::Relaxed) >= 10);
    assert!(attacker.heard().is_empty(), "{:?}", attacker.heard());
    assert!(!node.nats.status().is_connected);
}

#[test]
fn nothing_is_said_before_tls_whatever_the_first_line_says() {
    let folder = consonance_testing::folder::Folder::new();
    let credentials = folder.write("voice.creds", CREDENTIALS.as_bytes());
    for (scheme, with_user) in [("tls", true), ("tls", false), ("nats", false)] {
        let attacker = Attacker::listen();
        let address = format!("{scheme}://{}", attacker.address).parse().unwrap();
        let mut settings = NatsSettings::new(vec![address], "test");
        if with_user {
            settings.user = Some(("voice".to_owned(), SecretText::new(PASSWORD)));
        } else {
            settings.credentials = Some(credentials.clone().into());
        }
        let node = Node::start_with(1, settings);
        until("a byte", || attacker.heard().iter().any(|said| !said.is_empty()));
        drop(node);
        for said in attacker.heard().iter().filter(|said| !said.is_empty()) {
            // A record of TLS's handshake.
            assert!(said.starts_with('\u{16}'), "{scheme}: {said:?}");
            let clear = ["CONNECT", PASSWORD, "voice", "jwt", "sig"];
            assert!(!clear.iter().any(|word| said.contains(word)), "{scheme}: {said:?}");
        }
    }
}

/// Of nobody: the seed is an example of NATS's own documentation.
const CREDENTIALS: &str = "-----BEGIN NATS USER JWT-----\nnone.of.anybody\n------END NATS USER JWT------\n\n\
                           -----BEGIN USER NKEY SEED-----\n\
                           SUAIO3FHUX5PNV2LQIIP7TZ3N4L7TX3W53MQGEIVYFIGA635OZCKEYHFLM\n\
                           ------END USER NKEY SEED------\n";
