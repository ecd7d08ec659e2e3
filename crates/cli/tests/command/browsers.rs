//! Players in browsers: with each other and with native players, over real sockets.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use consonance_testing::command::Program;
use consonance_testing::command::{Folder, read_output};
use consonance_testing::sound::{
    ALIKE, FRAME_SAMPLES, UNLIKE, decode_live, encode, likeness, recording, speech, speech_of,
};
use serde_json::{Value, json};

use crate::page::{Page, serve};
use crate::talker::{PATIENCE, Talker as _};

/// The length of the speech, in seconds.
const SPOKEN: f64 = 3.0;

#[test]
fn a_browser_is_heard_by_a_browser_packet_for_packet_and_by_a_native_player_word_for_word() {
    let folder = Folder::new();
    let (_server, page, native) = serve(&[]);
    let file = folder.file("heard.wav");
    let carol = ["join", &native, "--name", "Carol", "--listen", "lobby", "--output", &file, "--json"];
    let carol = Program::start(&carol);
    carol.until_event(&json!({"event": "players_synced"}));
    let (mut alice, mut bob) = (Page::join(&page, "Alice"), Page::join(&page, "Bob"));

    let said = speech(0.0, SPOKEN);
    let packets = encode(&said, FRAME_SAMPLES);
    let began = Instant::now();
    for (number, packet) in (0..).zip(&packets) {
        alice.say(packet);
        while Instant::now() < began + Duration::from_millis(20) * (number + 1) {
            alice.run_once(Instant::now());
            bob.run_once(Instant::now());
            thread::sleep(Duration::from_millis(1));
        }
    }
    let last = packets.last().unwrap();
    // The last packet may be lost like any other.
    bob.until("the last word arrives", |bob| {
        bob.has_heard(last) || bob.told("speaking").is_some_and(|it| it["speaking"] == false)
    });
    alice.tell(&json!({"type": "close", "channel": 1}));
    carol.until_event(&json!({"event": "stopped_speaking", "name": "Alice"}));

    let mut expected = packets.iter();
    assert!(bob.heard.iter().all(|packet| expected.any(|said| said == packet)), "unchanged and in order");
    assert!(bob.heard.len() * 4 > packets.len() * 3, "{} of {}", bob.heard.len(), packets.len());
    assert!(alice.heard.is_empty(), "a player does not hear herself");
    drop((alice, bob));
    #[cfg(unix)]
    carol.signal("INT");
    #[cfg(unix)]
    carol.end().assert_well();
    let heard = read_output(&file, cfg!(unix));
    let (like, other) = (likeness(&said, &heard), likeness(&speech_of(2, 0.0, SPOKEN), &heard));
    assert!(like > ALIKE && other < UNLIKE, "{like} and {other}");
}

#[test]
fn a_native_player_is_heard_in_a_browser_word_for_word() {
    let (_server, page, native) = serve(&[]);
    let mut bob = Page::join(&page, "Bob");
    let file = recording(3);
    let alice = ["join", &native, "--name", "Alice", "--speak", "lobby", "--input", file.to_str().unwrap()];
    let alice = Program::start(&[&alice[..], &["--loudspeaker", "none"]].concat());
    bob.until("she speaks", |bob| bob.told("speaking").is_some_and(|it| it["speaking"] == true));
    let enough = (SPOKEN * 50.0) as usize;
    bob.until("three seconds are heard", |bob| bob.heard.len() >= enough + 50);
    drop(alice);
    let slot = bob.told("slot").unwrap();
    assert_eq!(slot["slot"], 0);
    let heard = decode_live(&bob.heard);
    let (like, other) =
        (likeness(&speech_of(3, 0.0, SPOKEN), &heard), likeness(&speech(0.0, SPOKEN), &heard));
    assert!(like > ALIKE && other < UNLIKE, "{like} and {other}");
}

#[test]
fn a_reloaded_page_is_the_same_player_and_the_others_do_not_notice() {
    let (_server, page, _native) = serve(&[]);
    let mut bob = Page::join(&page, "Bob");
    let alice = Page::join(&page, "Alice");
    let key = alice.key.clone();
    drop(alice);
    let mut again = Page::ask(&page, json!({"name": "Alice", "resume": key})).unwrap();
    again.until("she is told where she is", |again| again.was_told("roster"));
    assert!(again.is_resumed);
    assert_eq!(again.told("joined").unwrap()["resumed"], true);
    assert_eq!(again.told("channels").unwrap()["open"][0]["channel"], 1);
    let words = b"Here I am again";
    let deadline = Instant::now() + PATIENCE;
    while !bob.has_heard(words) {
        assert!(Instant::now() < deadline, "Bob does not hear her");
        again.say(words);
        again.run_once(Instant::now());
        bob.run_once(Instant::now());
        thread::sleep(Duration::from_millis(20));
    }
    assert!(!bob.was_told("left"), "{:?}", bob.messages);
}

#[test]
fn a_key_of_a_server_that_is_gone_is_no_hindrance_to_join_the_next_one() {
    let (server, page, _native) = serve(&[]);
    let key = Page::join(&page, "Alice").key.clone();
    drop(server);
    let (_server, page, _native) = serve(&[]);
    let mut alice = Page::ask(&page, json!({"name": "Alice", "resume": key})).unwrap();
    alice.until("she is in the session", |alice| alice.was_told("roster"));
    assert!(!alice.is_resumed && alice.key != key);
}

#[cfg(unix)]
#[test]
fn a_server_that_ends_tells_its_pages() {
    let (server, page, _native) = serve(&[]);
    let mut alice = Page::join(&page, "Alice");
    server.signal("INT");
    alice.until("she is told", |alice| alice.was_told("disconnected") && alice.is_closed());
    server.end().assert_well();
}

#[test]
fn the_page_answers_to_the_host_s_name_and_to_no_foreign_name() {
    let (_server, page, _native) = serve(&["--host", "voice.example.org"]);
    for (name, status) in
        [(address_of(&page), "200"), ("voice.example.org:80", "200"), ("evil.example", "421")]
    {
        let answer = ask(&page, &[&format!("Host: {name}")]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {answer}");
    }
}

#[test]
fn an_operator_hears_once_of_a_proxy_that_is_not_named() {
    let (server, page, _native) = serve(&[]);
    let host = format!("Host: {}", address_of(&page));
    ask(&page, &[&host]);
    for _ in 0..3 {
        ask(&page, &[&host, "X-Forwarded-For: 203.0.113.7"]);
    }
    ask(&page, &["Host: evil.example", "X-Forwarded-For: 203.0.113.7"]);
    server.until_logged("web.proxies");
    #[cfg(unix)]
    {
        server.signal("INT");
        let told = server.end().err;
        assert_eq!(told.iter().filter(|line| line.contains("web.proxies")).count(), 1, "{told:?}");
    }
}

#[test]
fn a_page_is_told_what_one_has_to_show_and_what_one_may_show() {
    let folder = Folder::new();
    let public = folder.file("public.jwk");
    Program::start(&["token", "keygen", &folder.file("secret.jwk"), &public]).end().assert_well();
    let keys = "token_key_files = ['public.jwk']\n";
    let of_all = "password = 'sesame'\n";
    let of_main = "passwords = [{ session = 'ma*', password = 'sesame' }]\n";
    let of_staff = "passwords = [{ session = 'staff', password = 'sesame' }]\n";
    let both = "require_both = true\n";
    let hook = "[joining.hook]\nurl = 'https://127.0.0.1:9/'\n";
    let ticket = "[joining.hook]\nurl = 'https://127.0.0.1:9/'\nsend_secrets = true\n";
    for (joining, [join, token, password]) in [
        (&[""][..], ["open", "no", "no"]),
        (&[keys], ["token", "required", "no"]),
        (&[of_all], ["password", "no", "required"]),
        (&[of_main], ["password", "no", "required"]),
        (&[of_staff], ["password", "no", "optional"]),
        (&[keys, of_all], ["token", "either", "either"]),
        (&[keys, of_staff], ["token", "either", "either"]),
        (&[keys, of_all, both], ["token", "required", "required"]),
        (&[keys, of_staff, both], ["token", "required", "optional"]),
        (&[hook], ["open", "no", "no"]),
        (&[ticket], ["open", "optional", "optional"]),
        (&[of_all, ticket], ["password", "optional", "required"]),
        (&[keys, ticket], ["token", "required", "optional"]),
    ] {
        let info = info_of(&folder, "", &joining.concat());
        let expected = json!({"token": token, "password": password});
        assert_eq!((&info["join"], &info["secrets"]), (&json!(join), &expected), "{joining:?}");
    }
}

#[test]
fn a_password_is_asked_for_everywhere_only_if_no_session_on_demand_is_without_one() {
    let folder = Folder::new();
    for (sessions, password) in [("match-*", "required"), ("match-1*", "optional"), ("match-1", "optional")] {
        let joining = format!("passwords = [{{ session = '{sessions}', password = 'sesame' }}]\n");
        let on_demand = "sessions = []\nsessions_on_demand = ['match-*']\n";
        assert_eq!(info_of(&folder, on_demand, &joining)["secrets"]["password"], password, "{sessions}");
    }
}

/// The response to a page's first request, from a server with these settings.
fn info_of(folder: &Folder, settings: &str, joining: &str) -> Value {
    let own = "listen = ['127.0.0.1:0']\n";
    let text = format!("{own}{settings}[web]\nlisten = '127.0.0.1:0'\n[joining]\n{joining}");
    let file = folder.write("voice.toml", text.as_bytes());
    let server = Program::start(&["serve", "--config", &file]);
    let line = server.until_line("the page", |line| line.starts_with("page for players at "));
    let page = line.split(' ').nth(4).unwrap();
    let answer = ask(page, &[&format!("Host: {}", address_of(page))]);
    serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap()
}

/// Host and port.
fn address_of(page: &str) -> &str {
    page.trim_start_matches("http://").trim_end_matches('/')
}

/// The response to a page's first request, with these header lines.
fn ask(page: &str, lines: &[&str]) -> String {
    let mut stream = TcpStream::connect(address_of(page)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /api/info HTTP/1.1\r\nConnection: close\r\n{}\r\n\r\n", lines.join("\r\n")).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_room_that_is_full_is_told_on_the_page() {
    let folder = Folder::new();
    let text = "listen = ['127.0.0.1:0']\n[web]\nlisten = '127.0.0.1:0'\n\
                [[room_limits]]\nroom = 'lobby'\nlisteners_max = 1\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let server = Program::start(&["serve", "--config", &file]);
    let line = server.until_line("the page", |line| line.starts_with("page for players at "));
    let page = line.split(' ').nth(4).unwrap();
    let _alice = Page::join(page, "Alice");
    let mut bob = Page::ask(page, json!({"name": "Bob"})).unwrap();
    bob.until("he is in the session", |bob| bob.was_told("roster"));
    bob.tell(&json!({"type": "listen", "room": "lobby"}));
    bob.until("the room is full", |bob| bob.was_told("roomFull"));
}

#[test]
fn a_port_that_the_page_cannot_have_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = Program::start(&["serve", "--listen", "127.0.0.1:0", &format!("--web={address}")]).end();
    let complaint = ended.complaint();
    assert!(
        complaint.contains(&address) || complaint.contains(&taken.local_addr().unwrap().port().to_string()),
        "{complaint}"
    );
}

#[test]
fn a_check_says_that_players_may_come_with_a_browser() {
    let folder = Folder::new();
    for (listen, page) in
        [("127.0.0.1", "http://127.0.0.1:7790/"), ("0.0.0.0", "http://voice.example.org:7790/")]
    {
        let text = format!(
            "host = 'voice.example.org'\n[web]\nlisten = '{listen}:7790'\nannounced = ['192.0.2.1']\n"
        );
        let file = folder.write("voice.toml", text.as_bytes());
        let checked = Program::start(&["serve", "--check", "--config", &file]).end();
        let said = checked.out.join("\n");
        let words = format!("players with a browser at {page}, their voices over UDP at {listen}:7790");
        assert!(said.contains(&words), "{said} {:?}", checked.err);
        assert!(checked.status.success(), "{:?}", checked.err);
    }
}
