//! The command line: a server and two clients in processes of their own.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Lines, Read as _};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use consonance::audio::WavInput;
use consonance_game_networks::sidecar::{LinkSecret, SidecarServer, SidecarSettings};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance_testing::sound::{ALIKE, likeness};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

#[test]
fn what_one_client_speaks_the_other_hears() {
    let heard = Path::new(env!("CARGO_TARGET_TMPDIR")).join("heard.wav");
    let speech = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/speech/austen-2.wav");
    let (_server, address) = server(&[]);
    let mut bob = client(&address, "Bob", &["--listen", "lobby", "--output", heard.to_str().unwrap()]);
    bob.until("players_synced", "");
    let mut alice = client(&address, "Alice", &["--speak", "lobby", "--input", speech.to_str().unwrap()]);
    bob.until("player_joined", "Alice");
    alice.until("player_joined", "Bob");
    bob.until("started_speaking", "Alice");
    bob.until("stopped_speaking", "Alice");
    alice.interrupt();
    bob.until("player_left", "Alice");
    bob.interrupt();

    let (spoken, heard) = (samples(&speech), samples(&heard));
    let likeness = likeness(&spoken, &heard);
    assert!(likeness > ALIKE, "{likeness}");
}

#[test]
fn players_of_a_server_with_a_sidecar_talk_in_the_voice_servers_session() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let secret = folder.join("sidecar-secret.txt");
    std::fs::write(&secret, "a secret of this test\n").unwrap();
    let mut settings = SidecarSettings::default();
    settings.secret = LinkSecret::new("a secret of this test");
    settings.session = Some("main".to_owned());
    let voice_server = SidecarServer::bind((Ipv4Addr::LOCALHOST, 0).into(), settings).unwrap();
    let link = voice_server.local_addr().to_string();
    let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    sessions.add_network(Box::new(voice_server));
    let _sessions = DedicatedServer::start(sessions);

    let (_server, address) = server(&["--sidecar", &link, "--secret-file", secret.to_str().unwrap()]);
    let mut bob = client(&address, "Bob", &["--listen", "lobby"]);
    bob.until("players_synced", "");
    let speech = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/speech/austen-2.wav");
    let mut alice = client(&address, "Alice", &["--speak", "lobby", "--input", speech.to_str().unwrap()]);
    bob.until("started_speaking", "Alice");
    alice.interrupt();
    bob.until("player_left", "Alice");
    bob.interrupt();
}

#[test]
fn a_client_leaves_when_its_time_is_over() {
    let (_server, address) = server(&[]);
    let mut client = client(&address, "Bob", &["--duration", "0.2"]);
    client.until("joined", "Bob");
    assert!(client.child.wait().unwrap().success());
}

#[test]
fn a_server_that_is_full_says_so_to_the_next_client_and_in_its_log_once() {
    let arguments = ["server", "--listen", "127.0.0.1:0", "--clients-max", "2"];
    let mut server = Running::of(command(&arguments).stderr(Stdio::piped()));
    let address = server.line().strip_prefix("listening on ").unwrap().to_owned();
    let (mut alice, mut bob) = (client(&address, "Alice", &[]), client(&address, "Bob", &[]));
    alice.until("joined", "Alice");
    bob.until("joined", "Bob");
    for _ in 0..3 {
        let arguments = ["client", "--connect", &address, "--name", "Eve"];
        let output = command(&arguments).output().unwrap();
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("the server is full, with 2 clients: try again"), "{error}");
    }
    alice.interrupt();
    bob.interrupt();
    let mut log = server.child.stderr.take().unwrap();
    server.interrupt();
    let mut lines = String::new();
    log.read_to_string(&mut lines).unwrap();
    assert_eq!(lines.matches("the server is full").count(), 1, "{lines}");
    assert!(lines.contains("clients_max=2"), "{lines}");
}

#[test]
fn a_server_that_is_not_there_is_an_error_that_says_so() {
    let arguments = ["client", "--connect", "127.0.0.1:9", "--name", "Bob"];
    let output = command(&arguments).stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("plain-sockets: cannot reach the server at 127.0.0.1:9"), "{error}");
}

/// A process that ends with the test, and its output.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        Self::of(&mut command(arguments))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("it goes on printing").unwrap()
    }

    /// Reads until there is an event of this kind about this player.
    fn until(&mut self, event: &str, name: &str) {
        loop {
            let line: Value = serde_json::from_str(&self.line()).unwrap();
            if line["event"] == event && line["name"].as_str().unwrap_or_default() == name {
                return;
            }
        }
    }

    /// Sends Ctrl-C and asserts a clean exit.
    fn interrupt(&mut self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The process may have exited by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn server(more: &[&str]) -> (Running, String) {
    let arguments = [&["server", "--listen", "127.0.0.1:0"], more].concat();
    let mut server = Running::start(&arguments);
    let line = server.line();
    let address = line.strip_prefix("listening on ").expect("the first line is the address");
    let address = address.to_owned();
    assert!(!address.ends_with(":0"), "{address} is not the real port");
    (server, address)
}

fn client(address: &str, name: &str, more: &[&str]) -> Running {
    let mut arguments = vec!["client", "--connect", address, "--name", name, "--json"];
    arguments.extend(more);
    if !more.contains(&"--duration") {
        // A limit, so that a failed test does not hang.
        arguments.extend(["--duration", "60"]);
    }
    Running::start(&arguments)
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_plain-sockets")));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn samples(path: &Path) -> Vec<f32> {
    WavInput::open(path).unwrap().samples().to_vec()
}
