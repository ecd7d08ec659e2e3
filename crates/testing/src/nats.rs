//! Real NATS servers, for tests that need one.
//!
//! The environment variable `NATS_SERVER` names the program; `cargo xtask check cluster` sets it.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::Folder;

/// A server with its own ports, and a key-value store in its own folder.
#[derive(Debug)]
pub struct NatsServer {
    name: String,
    folder: Folder,
    ports: Ports,
    /// Further lines of its configuration.
    lines: String,
    /// The ports of servers that it forms a cluster with, if it is one of several.
    routes: Vec<u16>,
    process: Option<Child>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Ports {
    clients: u16,
    routes: u16,
}

const CERTIFICATE: &str = "certificate.pem";
/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

impl NatsServer {
    /// Starts a single server.
    pub fn start() -> Self {
        Self::start_with("nats-1", Ports::default(), Vec::new(), |_| String::new())
    }

    /// Starts a single server with these lines in its configuration, too.
    pub fn start_configured(lines: &str) -> Self {
        Self::start_with("nats-1", Ports::default(), Vec::new(), |_| lines.to_owned())
    }

    /// The same, which requires TLS of its clients.
    pub fn start_with_tls(lines: &str) -> Self {
        let with_tls = |folder: &Folder| {
            let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
            let certificate = folder.write(CERTIFICATE, made.cert.pem().as_bytes());
            let key = folder.write("key.pem", made.signing_key.serialize_pem().as_bytes());
            format!("tls {{ cert_file: {certificate:?}, key_file: {key:?} }}\n{lines}")
        };
        Self::start_with("nats-1", Ports::default(), Vec::new(), with_tls)
    }

    /// Starts servers that form a cluster, and can store data that needs three of them.
    pub fn start_cluster(count: usize) -> Vec<Self> {
        // Each server has to know the others' ports before any of them runs, so use ports that were free a moment ago.
        let listeners: Vec<TcpListener> =
            (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let routes: Vec<u16> =
            listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        drop(listeners);
        let start = |index| {
            let ports = Ports { clients: 0, routes: routes[index] };
            Self::start_with(&format!("nats-{}", index + 1), ports, routes.clone(), |_| String::new())
        };
        (0..count).map(start).collect()
    }

    fn start_with(name: &str, ports: Ports, routes: Vec<u16>, lines: impl FnOnce(&Folder) -> String) -> Self {
        let folder = Folder::new();
        let lines = lines(&folder);
        let mut server = Self { name: name.to_owned(), folder, ports, lines, routes, process: None };
        server.restart();
        server
    }

    /// Its address for clients.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.ports.clients)
    }

    /// Its port for clients.
    pub fn port(&self) -> u16 {
        self.ports.clients
    }

    /// The file of the certificate that it shows, if it requires TLS.
    pub fn certificate(&self) -> String {
        self.folder.file(CERTIFICATE)
    }

    /// Deletes a stream, as an operator does. The server must let anyone in.
    pub fn delete_stream(&self, name: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        let subject = format!("$JS.API.STREAM.DELETE.{name}");
        let asked =
            format!("CONNECT {{\"verbose\":false}}\r\nSUB deleted 1\r\nPUB {subject} deleted 0\r\n\r\n");
        stream.write_all(asked.as_bytes()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
        let answer = lines.find(|line| line.contains("stream_delete_response")).unwrap();
        assert!(answer.contains("\"success\":true"), "{answer}");
    }

    /// Removes all data that it has stored. It must not run.
    pub fn lose_files(&self) {
        fs::remove_dir_all(self.folder.file("jetstream")).unwrap();
    }

    /// Its process, for signals.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it again on the same ports and with its stored data.
    pub fn restart(&mut self) {
        self.kill();
        let configuration = self.folder.write("nats.conf", self.configuration().as_bytes());
        let program = program();
        let log = fs::File::create(self.folder.file("log")).unwrap();
        let process = Command::new(program).args(["-c", &configuration]).stderr(Stdio::from(log)).spawn();
        let process = self.process.insert(process.unwrap());
        let file = self.folder.file(&format!("nats-server_{}.ports", process.id()));
        let started = Instant::now();
        while !fs::read_to_string(&file).is_ok_and(|text| text.ends_with('}')) {
            assert!(started.elapsed() < PATIENCE, "it does not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
        let ports: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let clients = ports["nats"][0].as_str().unwrap();
        self.ports.clients = clients.rsplit(':').next().unwrap().parse().unwrap();
    }

    /// The log of the server.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.file("log")).unwrap_or_default()
    }

    fn configuration(&self) -> String {
        let Self { name, ports, lines, routes, .. } = self;
        // Servers before 2.10 do not start with a key that they do not know.
        let store = if is_before_2_10() { "" } else { ", sync_interval: always" };
        let port = |port: u16| if port == 0 { -1 } else { i32::from(port) };
        let (clients, folder) = (port(ports.clients), self.folder.path().to_str().unwrap());
        let mut text = format!(
            "server_name: {name}\nlisten: \"127.0.0.1:{clients}\"\nports_file_dir: {folder:?}\n\
             jetstream {{ store_dir: {folder:?}{store} }}\n{lines}\n"
        );
        if !routes.is_empty() {
            let listed: Vec<String> =
                routes.iter().map(|port| format!("\"nats://127.0.0.1:{port}\"")).collect();
            let (own, listed) = (ports.routes, listed.join(", "));
            let _ =
                writeln!(text, "cluster {{ name: test, listen: \"127.0.0.1:{own}\", routes: [{listed}] }}");
        }
        text
    }
}

fn program() -> OsString {
    std::env::var_os("NATS_SERVER").expect("NATS_SERVER names a NATS server")
}

fn is_before_2_10() -> bool {
    let told = Command::new(program()).arg("--version").output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let minor = told.split_once("v2.").and_then(|(_, rest)| rest.split('.').next()?.parse::<u32>().ok());
    minor.is_some_and(|minor| minor < 10)
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}
