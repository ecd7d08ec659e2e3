//! A game behind a proxy, and two of its players before it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::gateway::MessageChannel;
use consonance_link::{ClientNetwork, Peer, ServerLinkEvent, ServerNetwork};
use consonance_session::{ChannelProperties, Client, ClientEvent, ClientSettings, Target};
use consonance_testing::player::TestPlayer;

use consonance_testing::command::Program;

/// The timeout for every operation. Generous: machines that run tests are busy.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);
pub(crate) const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// The magic of every voice packet (see the specification of the wire format).
const VOICE: [u8; 2] = [0x8b, 0xc7];
const FRAME: &[u8] = b"a frame of speech";

/// A proxy in front of this game's server, and its address for clients.
pub(crate) fn proxy(network: &str, game: SocketAddr, more: &[&str]) -> (Program, SocketAddr) {
    let game = game.to_string();
    let arguments = ["proxy", network, "--listen", "127.0.0.1:0", "--upstream", &game, "--session", "match"];
    let program = Program::start(&[&arguments[..], more].concat());
    let line = program.until_line("where clients are taken", |line| line.contains(" is open over "));
    let (open, beside) = line.split_once("; ").unwrap();
    assert!(open.starts_with("session \"match\" is open over "), "{line}");
    assert_eq!(beside, format!("everything but voice is forwarded to the game's server at {game}"));
    (program, open.rsplit(' ').next().unwrap().parse().unwrap())
}

/// The clients, messages and disconnections that the game's server has seen.
#[derive(Default)]
pub(crate) struct Met {
    pub(super) remotes: Vec<SocketAddr>,
    pub(super) messages: Vec<Vec<u8>>,
    pub(super) ends: usize,
    /// The game's reply to each message, if it replies at all.
    pub(super) answer: Option<Answer>,
}

pub(super) type Answer = Box<dyn FnMut(Peer, MessageChannel, &[u8]) -> Option<(MessageChannel, Vec<u8>)>>;

impl Met {
    pub(super) fn run_once(&mut self, game: &mut impl ServerNetwork<MessageChannel>) {
        let now = Instant::now();
        let mut bytes = Vec::new();
        while let Some(event) = game.poll_event(now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, remote, .. } => {
                    self.remotes.extend(remote.socket());
                    game.accept(now, peer, &[]);
                }
                ServerLinkEvent::Packet { peer, channel } => {
                    self.messages.push(bytes.clone());
                    let answer = self.answer.as_mut().and_then(|answer| answer(peer, channel, &bytes));
                    if let Some((channel, answer)) = answer {
                        game.send(now, &[peer], channel, &answer);
                    }
                }
                ServerLinkEvent::Disconnected { .. } => self.ends += 1,
            }
        }
    }
}

fn player<T: ClientNetwork>(name: &str, transport: T) -> TestPlayer<T> {
    let mut client = Client::new(ClientSettings::new(name));
    client.join_room("lobby").unwrap();
    client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    TestPlayer::new(client, transport, Instant::now())
}

/// Lets Alice speak until Bob hears her, through the proxy and past the game, which may be interrupted then.
pub(crate) fn play<T: ClientNetwork>(
    game: &mut impl ServerNetwork<MessageChannel>,
    proxy: &Program,
    transport: impl FnMut() -> T,
) -> Met {
    play_with(Met::default(), game, proxy, transport)
}

/// The same with a game that answers.
pub(super) fn play_with<T: ClientNetwork>(
    mut met: Met,
    game: &mut impl ServerNetwork<MessageChannel>,
    proxy: &Program,
    mut transport: impl FnMut() -> T,
) -> Met {
    let (mut alice, mut bob) = (player("Alice", transport()), player("Bob", transport()));
    let mut is_heard = false;
    turn_until("Bob hears Alice", || {
        met.run_once(game);
        let now = Instant::now();
        // A player that has not joined yet cannot speak.
        let _ = alice.client.send_voice(FRAME);
        alice.wake(now);
        alice.run_once(now, |_| {});
        bob.wake(now);
        bob.run_once(now, |event| {
            is_heard |= matches!(event, ClientEvent::Voice(voice) if voice.frame == FRAME);
        });
        is_heard
    });
    assert_eq!((met.remotes.len(), met.ends), (2, 0));
    let has_voice = |message: &Vec<u8>| message.windows(2).any(|bytes| bytes == VOICE);
    assert!(!met.messages.iter().any(has_voice), "voice has reached the game: {:?}", met.messages);
    #[cfg(unix)]
    {
        proxy.signal("INT");
        turn_until("the game hears that both are gone", || {
            met.run_once(game);
            met.ends == 2
        });
        turn_until("the players hear it, too", || {
            alice.run_once(Instant::now(), |_| {});
            bob.run_once(Instant::now(), |_| {});
            !alice.ends.is_empty() && !bob.ends.is_empty()
        });
    }
    #[cfg(not(unix))]
    let _ = proxy;
    met
}

pub(super) fn turn_until(what: &str, mut turn: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !turn() {
        assert!(Instant::now() < deadline, "this does not happen: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
