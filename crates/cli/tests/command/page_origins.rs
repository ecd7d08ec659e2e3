//! Pages of foreign origins are refused by every listener for `WebSocket`s, and the log names the setting.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

use crate::talker::PATIENCE;

#[test]
fn every_listener_for_websockets_refuses_pages_of_foreign_origins_and_logs_the_setting() {
    let folder = Folder::new();
    let game = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let text = format!(
        "host = 'voice.example.org'\n{}{}{}[web]\nlisten = '127.0.0.1:0'\norigins = ['https://game.example']\n",
        listener("websocket", ""),
        listener("mirror-websocket", ""),
        listener("mirror-websocket", &format!("upstream = '{}'\n", game.local_addr().unwrap())),
    );
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let mut open = Vec::new();
    for (words, path) in [
        ("over websocket at ", "/main"),
        ("is open over mirror-websocket at ", "/"),
        ("over mirror-websocket at ", "/"),
        ("page for players at ", "/api/voice/main/packets"),
    ] {
        let used: Vec<u16> = open.iter().map(|(at, _): &(SocketAddr, _)| at.port()).collect();
        let is_new = |line: &str| line.contains(words) && !used.contains(&port_of(line));
        let line = server.until_line(words, is_new);
        open.push((SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&line))), path));
    }
    let proxy = open[2].0;
    for (at, path) in &open {
        let status = |origin: &str| upgrade_status(*at, path, &[&format!("Origin: {origin}")]);
        let own = format!("http://127.0.0.1:{}", at.port());
        assert_eq!(status("https://evil.example"), 403, "{at}{path}");
        assert_eq!(upgrade_status(*at, path, &["Host: evil.example"]), 400, "{at}{path}: two hosts");
        if *at == proxy {
            // The proxy answers only after the game's server has, and there is none here.
            continue;
        }
        assert_eq!(status("https://game.example"), 101, "{at}{path}: listed");
        assert_eq!(status(&own), 101, "{at}{path}: of the server");
        assert_eq!(upgrade_status(*at, path, &[]), 101, "{at}{path}: not a browser");
    }
    server.until_logged("setting=\"origins of the listener in listen\"");
    server.until_logged("setting=\"web.origins\"");
}

#[cfg(unix)]
#[test]
fn a_reload_changes_which_sites_pages_may_ask() {
    let folder = Folder::new();
    let text = |site: &str| {
        format!("listen = ['127.0.0.1:0']\n[web]\nlisten = '127.0.0.1:0'\norigins = ['{site}']\n")
            .into_bytes()
    };
    let file = folder.write("voice.toml", &text("https://old.example"));
    let server = Program::start(&["serve", "--config", &file]);
    let open = server.until_line("the page", |line| line.contains("page for players at "));
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&open)));
    let status = |site: &str| {
        upgrade_status(at, "/api/voice/main/packets", &[&format!("Origin: https://{site}.example")])
    };
    assert_eq!((status("old"), status("new")), (101, 403));
    std::fs::write(&file, text("https://new.example")).unwrap();
    server.signal("HUP");
    server.until_complaint("reloaded: changed web.origins");
    assert_eq!((status("old"), status("new")), (403, 101));
}

#[test]
fn a_page_of_the_configured_host_may_connect_to_a_game_listener_behind_a_proxy() {
    let folder = Folder::new();
    let text = "host = 'voice.example.org'\n[[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\n";
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let open = server.until_line("websocket", |line| line.contains("over websocket at "));
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&open)));
    let status = |origin: &str| upgrade_status(at, "/main", &[&format!("Origin: {origin}")]);
    assert_eq!(status("https://voice.example.org"), 101);
    assert_eq!(status("https://other.example.org"), 403);
}

fn listener(network: &str, further: &str) -> String {
    format!(
        "[[listen]]\nnetwork = '{network}'\naddress = '127.0.0.1:0'\norigins = ['https://game.example']\n{further}"
    )
}

/// The port at the end of a line's first address.
fn port_of(line: &str) -> u16 {
    let behind = ["voice.example.org:", "127.0.0.1:"].iter().find_map(|host| Some(line.split_once(host)?.1));
    let behind = behind.unwrap_or_default();
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no port in {line}"))
}

/// WebRTC Network's signalling, which rejects with a close frame.
#[test]
fn signalling_sends_pages_of_foreign_origins_away_and_requests_with_two_hosts() {
    let folder = Folder::new();
    let text = listener("webrtc-network", "");
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let open = server.until_line("webrtc-network", |line| line.contains("over webrtc-network at "));
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&open)));
    let own = format!("Origin: http://127.0.0.1:{}", at.port());
    for (headers, first_byte) in [
        (&["Origin: https://evil.example"][..], CLOSE),
        (&["Host: evil.example"], CLOSE),
        (&["Origin: https://game.example", "Origin: https://evil.example"], CLOSE),
        (&["Origin: https://game.example"], PONG),
        (&[&own], PONG),
        (&[], PONG),
    ] {
        let (status, mut stream) = upgrade(at, "/chatapp", headers);
        assert_eq!(status, 101, "{headers:?}");
        // An empty ping, masked with zeros.
        stream.get_mut().write_all(&[PING, 0x80, 0, 0, 0, 0]).unwrap();
        let mut first = [0];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(first, [first_byte], "{headers:?}");
    }
    server.until_logged("setting=\"origins of the listener in listen\"");
}

/// The first bytes of frames (RFC 6455, section 5.2).
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

/// The status of the answer to an upgrade with these further headers.
fn upgrade_status(at: SocketAddr, path: &str, headers: &[&str]) -> u16 {
    upgrade(at, path, headers).0
}

/// The same, with the rest of the stream after the response's head.
fn upgrade(at: SocketAddr, path: &str, headers: &[&str]) -> (u16, BufReader<TcpStream>) {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let headers = headers.iter().fold(String::new(), |all, header| all + header + "\r\n");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {at}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Protocol: consonance.v1\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && answer.read_line(&mut head).unwrap() > 0 {}
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("{head:?}")), answer)
}
