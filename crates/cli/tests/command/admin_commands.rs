//! `consonance admin` covers the whole admin API: each command runs against a real server, and its requests are
//! checked.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use consonance_testing::command::Folder;
use consonance_testing::command::{Ended, Program};

/// The API's functions, by route or by action, each with a command that uses it. `FOLDER` is one of the test's, and
/// `RECORDING` the only recording.
const COMMANDS: &[(&str, &[&str])] = &[
    ("GET /api/v1/server", &["health"]),
    ("GET /api/v1/sessions", &["sessions"]),
    ("GET /api/v1/sessions/{session}", &["players", "main"]),
    ("mute", &["mute", "main", "Alice", "--duration", "60"]),
    ("unmute", &["unmute", "main", "Alice"]),
    ("mute_text", &["mute-text", "main", "account 7", "--subject"]),
    ("unmute_text", &["unmute-text", "main", "account 7", "--subject"]),
    ("deafen", &["deafen", "main", "Alice"]),
    ("undeafen", &["undeafen", "main", "Alice"]),
    ("set_room_rights", &["allow", "main", "Alice", "stage", "--listen"]),
    ("set_room_rights", &["deny", "main", "Alice", "stage"]),
    ("set_room_rights", &["follow-rules", "main", "Alice", "stage"]),
    ("limit_room", &["limit-room", "main", "stage", "--speakers", "3"]),
    ("unlimit_room", &["limit-room", "main", "stage"]),
    ("slow_texts", &["slow-mode", "main", "5"]),
    ("POST /api/v1/reports", &["report", "main", "Alice"]),
    ("GET /api/v1/reports", &["reports", "list"]),
    ("GET /api/v1/reports/{id}", &["reports", "show", "1"]),
    ("GET /api/v1/reports/{id}/tracks/{file}", &["reports", "fetch", "1", "FOLDER/fetched"]),
    ("DELETE /api/v1/reports/{id}", &["reports", "remove", "1"]),
    ("start_recording", &["recordings", "start", "main"]),
    ("GET /api/v1/recordings", &["recordings", "list"]),
    ("GET /api/v1/recordings/{folder}/{name}", &["recordings", "show", "RECORDING"]),
    (
        "GET /api/v1/recordings/{folder}/{name}/tracks/{file}",
        &["recordings", "fetch", "RECORDING", "FOLDER/recorded"],
    ),
    ("stop_recording", &["recordings", "stop", "main"]),
    ("DELETE /api/v1/recordings/{folder}/{name}", &["recordings", "remove", "RECORDING"]),
    ("move", &["move", "main", "Bob", "lobby", "stage"]),
    ("remove_from_room", &["remove-from-room", "main", "Bob", "attic"]),
    ("release_name", &["release-name", "main", "Mia"]),
    ("reset", &["reset", "main", "Bob"]),
    ("kick", &["kick", "main", "Alice"]),
    ("POST /api/v1/bans", &["ban", "Mallory"]),
    ("GET /api/v1/bans", &["bans"]),
    ("DELETE /api/v1/bans/{id}", &["unban", "1"]),
    ("POST /api/v1/drain", &["drain", "--within", "600"]),
    ("DELETE /api/v1/drain", &["undrain"]),
    ("GET /api/v1/nodes", &["nodes"]),
    ("POST /api/v1/nodes/{node}/drain", &["drain", "--node", "two"]),
    ("DELETE /api/v1/nodes/{node}/drain", &["undrain", "--node", "two"]),
    ("GET /api/v1/audit", &["audit"]),
];
/// The timeout for every operation. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);
/// A stream for pages with live updates; `players` shows the same once.
const NO_COMMAND: &str = "GET /api/v1/events";

#[test]
fn whatever_the_api_can_do_is_a_command() {
    let folder = Folder::new();
    let (_server, admin, session) = serve(&folder);
    let heard = folder.file("heard.wav");
    let bob = ["join", &session, "--json", "--name", "Bob", "--listen", "lobby", "--listen", "attic"];
    let bob = Program::start(&[&bob[..], &["--output", &heard]].concat());
    bob.until_event(&json!({"event": "players_synced"}));
    let silent = folder.file("silent.wav");
    let alice =
        ["join", &session, "--name", "Alice", "--speak", "lobby", "--tone", "400", "--output", &silent];
    let _alice = Program::start(&alice);
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));

    let asked = Asked::of(&admin);
    let token = fs::read_to_string(folder.file("token")).unwrap();
    let described = described(&get(&admin, "/api/openapi.json", ""));
    let named: BTreeSet<_> = COMMANDS.iter().map(|(what, _)| (*what).to_owned()).collect();
    assert_eq!(named, described, "each has a command, and each command is something that the API has");
    for (what, words) in COMMANDS {
        let recording =
            if words.contains(&"RECORDING") { recording(&admin, &token, words) } else { String::new() };
        let ended = run(&folder, &asked.url, words, &recording);
        // This server has no other nodes, and keeps no name.
        let fails = words.contains(&"--node") || words.contains(&"release-name");
        assert_eq!(ended.status.success(), !fails, "{words:?}: {:?}", ended.err);
        let heard = asked.take();
        assert!(heard.iter().any(|request| is_for(request, what)), "{words:?} asks {heard:?}");
    }
    for fetched in ["fetched", "recorded"] {
        let fetched: Vec<_> = fs::read_dir(folder.file(fetched)).unwrap().map(Result::unwrap).collect();
        let [file] = &fetched[..] else { panic!("{fetched:?}") };
        assert_eq!(file.file_name(), "Alice-1.opus");
        assert!(fs::read(file.path()).unwrap().starts_with(b"OggS"));
    }
}

/// Waits until the newest recording has some content and, for its removal, until it has ended; returns its id.
fn recording(admin: &str, token: &str, words: &[&str]) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let newest = &get(admin, "/api/v1/recordings", token)["recordings"][0];
        if newest["bytes"].as_u64() > Some(1_000) && (words[1] != "remove" || newest["ended"].is_string()) {
            return newest["id"].as_str().unwrap().to_owned();
        }
        assert!(Instant::now() < deadline, "{words:?}: {newest}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn run(folder: &Folder, url: &str, words: &[&str], recording: &str) -> Ended {
    let own = |word: &&str| word.replace("FOLDER", &folder.file("")).replace("RECORDING", recording);
    let words: Vec<_> = words.iter().map(own).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let token = folder.file("token");
    Program::start(&[&["admin", "--server", url, "--token-file", &token], &words[..]].concat()).end()
}

/// A server that keeps voice for reports, its admin listener, and the address of its session.
fn serve(folder: &Folder) -> (Program, String, String) {
    let (token, storage) = (folder.file("token"), folder.file("storage"));
    let records = folder.file("records");
    let config = format!(
        "[storage]\nfolder = '{storage}'\n[moderation]\nreport_buffer_s = 30\n\
         [recording]\nfolder = '{records}'\nfree_bytes_min = 0\n"
    );
    let config = folder.write("voice.toml", config.as_bytes());
    let server = ["serve", "--listen", "127.0.0.1:0", "--admin=127.0.0.1:0", "--admin-token-file", &token];
    let server = Program::start(&[&server[..], &["--config", &config]].concat());
    let line = server.until_line("the session's address", |line| line.contains("quic://"));
    let session = line.split(' ').next_back().unwrap().to_owned();
    let admin = server.until_admin();
    (server, admin, session)
}

fn get(address: &str, path: &str, token: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        token.trim()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// The routes and, for the one with several meanings, the actions.
fn described(description: &Value) -> BTreeSet<String> {
    let paths = description["paths"].as_object().unwrap().iter();
    let routes = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods
            .filter(|method| ["get", "post", "put", "delete"].contains(&method.as_str()))
            .map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let is_meant = |route: &String| route != NO_COMMAND && !route.ends_with("/actions");
    let actions = description["components"]["schemas"]["Action"]["oneOf"].as_array().unwrap();
    let actions = actions.iter().flat_map(|action| action["properties"].as_object().unwrap().keys().cloned());
    routes.filter(is_meant).chain(actions).collect()
}

fn is_for(request: &str, what: &str) -> bool {
    let Some((method, route)) = what.split_once(' ') else {
        return request.contains(&format!(r#""action":{{"{what}":"#));
    };
    let mut words = request.split([' ', '?']);
    let (asked, path) = (words.next().unwrap(), words.next().unwrap());
    let is_like = |part: &str, wanted: &str| wanted.starts_with('{') || part == wanted;
    let (parts, wanted): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    asked == method
        && parts.len() == wanted.len()
        && parts.iter().zip(&wanted).all(|(part, wanted)| is_like(part, wanted))
}

/// Requests to a server, recorded by a proxy.
struct Asked {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Asked {
    fn of(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, server) = (Arc::clone(&requests), server.to_owned());
        thread::spawn(move || {
            for client in listener.incoming() {
                pass_on(client.unwrap(), &server, &kept);
            }
        });
        Self { url, requests }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

/// Passes on each request with its body, and the server's answers, until either side disconnects; then both do, since
/// the server bounds the connections of an address.
fn pass_on(client: TcpStream, server: &str, requests: &Mutex<Vec<String>>) {
    let mut server = TcpStream::connect(server).unwrap();
    let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        _ = std::io::copy(&mut answers, &mut back);
        _ = back.shutdown(Shutdown::Both);
    });
    let mut client = BufReader::new(client);
    while let Some(request) = request(&mut client) {
        requests.lock().unwrap().push(request.clone());
        server.write_all(request.as_bytes()).unwrap();
    }
    _ = server.shutdown(Shutdown::Both);
}

fn request(client: &mut impl BufRead) -> Option<String> {
    let mut request = String::new();
    let mut bytes = 0;
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(length) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            bytes = length.trim().parse().unwrap();
        }
        request += &line;
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; bytes];
    client.read_exact(&mut body).unwrap();
    Some(request + &String::from_utf8(body).unwrap())
}
