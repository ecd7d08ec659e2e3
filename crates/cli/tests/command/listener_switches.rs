//! Keys of `[[listen]]` that describe a game's build: clients of such a game are served as they expect.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use consonance_game_networks::darkrift::DarkRiftClient;
use consonance_game_networks::darkrift::voice::{DarkRiftVoiceClient, Layout};
use consonance_game_networks::litenetlib::{
    ClientSettings as LiteNetLibSettings, LiteNetLibClient, UtcClock,
};
use consonance_game_networks::mirror::{ClientSettings as MirrorSettings, Credentials, MirrorClient};
use consonance_game_networks::telepathy::{Telepathy, TelepathyClient};
use consonance_link::gateway::EnvelopeClient;
use consonance_link::gateway::streams::StreamClientSettings;
use consonance_link::{ClientLinkEvent, ClientNetwork};
use consonance_testing::command::Folder;
use consonance_testing::command::Program;
use consonance_testing::networks::udp;

use crate::talker::{PATIENCE, assert_all_hear_each_other, player};

/// A server with one listener of this network and these keys, and where it is.
fn serve(folder: &Folder, network: &str, keys: &str) -> (Program, SocketAddr) {
    let text = format!("[[listen]]\nnetwork = '{network}'\naddress = '127.0.0.1:0'\n{keys}\n");
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let words = format!("over {network} at 127.0.0.1:");
    let open = server.until_line(network, |line| line.contains(&words));
    (server, (Ipv4Addr::LOCALHOST, open.rsplit(':').next().unwrap().parse().unwrap()).into())
}

#[test]
fn clients_of_a_mirror_game_that_asks_for_a_password_get_in_with_it_and_not_without() {
    let folder = Folder::new();
    folder.write("password.txt", b"open sesame\n");
    let keys = "username = 'ali'\npassword_file = 'password.txt'";
    let (_server, address) = serve(&folder, "mirror-telepathy", keys);
    let client = |password: &str| {
        let credentials = Some(Credentials::new("ali", password).unwrap());
        let settings = StreamClientSettings::new(address);
        let network = TelepathyClient::new(Telepathy::default(), settings).unwrap();
        EnvelopeClient::new(network, MirrorClient::new(MirrorSettings { credentials, ..Default::default() }))
    };
    let mut newcomer = client("open barley");
    newcomer.connect(Instant::now());
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "the newcomer is not disconnected");
        match newcomer.poll_event(Instant::now(), &mut Vec::new()) {
            Some(ClientLinkEvent::Disconnected { .. }) => break,
            Some(ClientLinkEvent::Connected) => panic!("the newcomer got in"),
            _ => thread::sleep(Duration::from_millis(2)),
        }
    }
    let mut players = [player("Alice", client("open sesame")), player("Bob", client("open sesame"))];
    assert_all_hear_each_other(&mut players, |_| {});
}

#[test]
fn clients_of_a_darkrift_game_with_a_tag_of_its_own_towards_them_hear_each_other() {
    let (_server, address) =
        serve(&Folder::new(), "darkrift2", "tag = 7\ntag_to_client = 8\nlayout = 'prefixed-little-endian'");
    let client = || {
        let network =
            DarkRiftClient::new(consonance_game_networks::darkrift::ClientSettings::new(address)).unwrap();
        EnvelopeClient::new(network, DarkRiftVoiceClient::new(7, Some(8), Layout::PrefixedLittleEndian))
    };
    let mut players = [player("Alice", client()), player("Bob", client())];
    assert_all_hear_each_other(&mut players, |_| {});
}

/// The greeting for a client of version 4, after the tick.
fn fishnet_greeting(keys: &str) -> Vec<u8> {
    let (_server, address) = serve(&Folder::new(), "fishnet", keys);
    let clock = UtcClock::new(Instant::now(), SystemTime::now());
    let mut client = udp(address, LiteNetLibClient::new(LiteNetLibSettings::default(), clock));
    let channel = client.voice_channels().reliable;
    client.connect(Instant::now());
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "no listener greets");
        let now = Instant::now();
        let mut is_up = false;
        let mut message = Vec::new();
        match client.poll_event(now, &mut message) {
            Some(ClientLinkEvent::Connected) => is_up = true,
            Some(ClientLinkEvent::Packet { channel: of }) if of == channel => {
                return message.split_off(4);
            }
            Some(_) => {}
            None => thread::sleep(Duration::from_millis(2)),
        }
        if is_up {
            // A tick, and the packet with the version 4.7.2.
            client.send(now, channel, b"\x01\0\0\0\x15\0\x0a4.7.2");
            client.flush(now);
        }
    }
}

#[test]
fn clients_of_a_fishnet_game_are_greeted_as_their_game_is_built() {
    // The version, its own number, and that it is the only client; then that it is authenticated.
    let (known, authenticated) = (b"\x15\0\0\x0c\0\xdf\xc5\x04\x01\0\x0c\0\x85\xc3\x04\x02\0", b"\x01\0\0");
    assert_eq!(fishnet_greeting(""), [&known[..], authenticated].concat());
    assert_eq!(fishnet_greeting("announce_authenticated = false"), known);
    let (no_reserved_ids, empty_scenes) = (b"\0", b"\x0c\0\x1c\x93\0");
    assert_eq!(
        fishnet_greeting("predicted_spawning = true\nannounce_no_scenes = true"),
        [&known[..], authenticated, no_reserved_ids, empty_scenes].concat()
    );
}

#[test]
fn keys_of_a_game_that_do_not_fit_together_are_named() {
    for (keys, words) in [
        ("username = 'ali'", "username and password_file belong together"),
        ("username = 'ali'\npassword_file = 'nowhere.txt'", "nowhere.txt"),
    ] {
        let text = format!("[[listen]]\nnetwork = 'mirror-kcp'\naddress = '127.0.0.1:0'\n{keys}\n");
        let folder = Folder::new();
        let file = folder.write("voice.toml", text.as_bytes());
        let ended = Program::start(&["serve", "--check", "--config", &file]).end();
        assert!(ended.complaint().contains(words), "{:?}", ended.err);
    }
}
