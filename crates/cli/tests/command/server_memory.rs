//! A server's memory while players talk: it contains their frames without end-to-end encryption, and no byte of them
//! with it.

use std::fs::{self, File};
use std::io::{BufRead as _, Read as _, Seek as _, SeekFrom};
use std::thread;
use std::time::{Duration, Instant};

use consonance_e2ee::{Credential, IdentityKey, MemberEvent, MlsMember, PacketCipher};
use consonance_quic::{QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance_session::{Capabilities, ChannelProperties, Client, ClientEvent, ClientSettings, Target};
use consonance_testing::command::Program;
use consonance_testing::player::TestPlayer;
use consonance_wire::SealedVoice;

use crate::talker::PATIENCE;

/// Each player's speech: bytes that no server generates by itself, and that no compiler puts into a program.
fn spoken(player: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ player as u64;
    let random = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    });
    // Begins like a packet with one frame of 20 ms (RFC 6716, section 3.1).
    [8 << 3].into_iter().chain(random.take(59)).collect()
}

struct Player {
    inner: TestPlayer<QuicClient>,
    member: MlsMember,
    cipher: PacketCipher,
    began: Instant,
    heard: Vec<Vec<u8>>,
}

impl Player {
    fn join(runtime: &QuicRuntime, address: &QuicAddress, name: &str) -> Self {
        let mut settings = ClientSettings::new(name);
        settings.capabilities = Capabilities::ALL.with(Capabilities::GROUPS);
        let mut client = Client::new(settings);
        client.join_room("lobby").unwrap();
        client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
        let transport = QuicClient::new(runtime, address.clone(), QuicClientSettings::default());
        let key = IdentityKey::generate().unwrap();
        Self {
            inner: TestPlayer::new(client, transport, Instant::now()),
            member: MlsMember::new(key, Credential::new(name).unwrap()),
            cipher: PacketCipher::new(),
            began: Instant::now(),
            heard: Vec::new(),
        }
    }

    /// Sends the words, sealed if the session is encrypted.
    fn say(&mut self, words: &[u8]) {
        let mut frame = words.to_vec();
        if self.inner.client.server().can(Capabilities::GROUPS) {
            frame.clear();
            if self.cipher.seal_frame(None, words, &mut frame).is_err() {
                return;
            }
        }
        // A player that has not joined yet cannot speak.
        let _ = self.inner.client.send_voice(&frame);
    }

    fn run_once(&mut self) {
        let (now, since) = (Instant::now(), self.began.elapsed());
        let Self { inner, member, cipher, heard, .. } = self;
        inner.wake(now);
        let mut frames = Vec::new();
        inner.run_once(now, |event| match event {
            ClientEvent::GroupMessage { message } => member.handle(since, &message),
            ClientEvent::Voice(voice) => frames.push((voice.id, voice.frame.to_vec())),
            _ => {}
        });
        while let Some(event) = member.poll_event() {
            if matches!(event, MemberEvent::NewEpoch { .. }) {
                cipher.enter(since, &member.epoch_keys().unwrap()).unwrap();
            }
        }
        while let Some(message) = member.poll_message() {
            inner.client.send_group_message(&message);
        }
        for (speaker, frame) in frames {
            match SealedVoice::of(&frame) {
                Some(sealed) => {
                    let name = inner.client.players().name_of(speaker).unwrap_or_default().to_owned();
                    let mut words = Vec::new();
                    if cipher.open_frame(since, &name, &sealed, &mut words).is_ok() {
                        heard.push(words);
                    }
                }
                None => heard.push(frame),
            }
        }
    }
}

/// Lets three players talk until all have heard each other for a while; returns which of their words are in the
/// server's memory.
fn words_in_memory(arguments: &[&str]) -> Vec<bool> {
    let own = ["serve", "--listen", "127.0.0.1:0"];
    let server = Program::start(&[&own[..], arguments].concat());
    let line = server.until_line("the session", |line| line.contains("quic://"));
    let address: QuicAddress = line.split(' ').next_back().unwrap().parse().unwrap();
    let runtime = QuicRuntime::new(1).unwrap();
    let words: Vec<Vec<u8>> = (0..3).map(spoken).collect();
    let mut players: Vec<Player> =
        ["Ann", "Bob", "Cid"].iter().map(|name| Player::join(&runtime, &address, name)).collect();
    let deadline = Instant::now() + PATIENCE;
    let has_heard_all = |number: usize, player: &Player| {
        (0..3).all(|other| {
            other == number || player.heard.iter().filter(|it| **it == words[other]).count() > 50
        })
    };
    let mut found = vec![false; words.len()];
    let mut looks = 0;
    while !players.iter().enumerate().all(|(number, player)| has_heard_all(number, player)) || looks < 10 {
        assert!(Instant::now() < deadline, "not all hear each other");
        for (player, words) in players.iter_mut().zip(&words) {
            player.say(words);
        }
        for _ in 0..4 {
            players.iter_mut().for_each(Player::run_once);
            thread::sleep(Duration::from_millis(5));
        }
        if players.iter().all(|player| player.heard.len() > 20 * (looks + 1)) {
            looks += 1;
            look_for(server.id(), &words, &mut found);
        }
    }
    found
}

/// Searches all memory of a process.
fn look_for(process: u32, words: &[Vec<u8>], found: &mut [bool]) {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    for line in maps.lines() {
        let mut fields = line.split(' ');
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else { continue };
        let Some((from, to)) = range.split_once('-').filter(|_| rights.starts_with("rw")) else { continue };
        let number = |digits| u64::from_str_radix(digits, 16).unwrap();
        let (from, to) = (number(from), number(to));
        let mut bytes = Vec::new();
        // Some ranges cannot be read, such as those of devices.
        if memory.seek(SeekFrom::Start(from)).is_err()
            || (&memory).take(to - from).read_to_end(&mut bytes).is_err()
        {
            continue;
        }
        for (words, found) in words.iter().zip(&mut *found) {
            // The end of a frame is enough.
            *found |= contains(&bytes, &words[words.len() - 24..]);
        }
    }
}

/// Finds the first byte by the standard library, which is fast in tests, too.
fn contains(bytes: &[u8], words: &[u8]) -> bool {
    let mut rest = bytes;
    while rest.skip_until(words[0]).unwrap() > 0 {
        if rest.starts_with(&words[1..]) {
            return true;
        }
    }
    false
}

#[test]
fn a_server_has_no_word_of_an_encrypted_session_in_its_memory() {
    assert_eq!(words_in_memory(&["--encryption", "required"]), [false; 3]);
    // The same search finds some without encryption: a buffer keeps a frame until the next one replaces it.
    assert!(words_in_memory(&[]).contains(&true));
}
