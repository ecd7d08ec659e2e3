//! A server with a WebSocket, and Alice, a player without a page, in the room "lobby".

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_link::voice_websocket::{ServerEnd, default_settings, server};
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{ChannelProperties, Client, ClientEvent, ClientSettings, Target, TextTarget};
use consonance_testing::player::TestPlayer;

pub(crate) struct Fixture {
    voice: SessionLoop,
    network: MemoryNetwork,
    websocket: SocketAddr,
    alice: Alice,
    /// Frames that she has yet to speak, one each 20 ms, the next one at the end.
    to_speak: Vec<Vec<u8>>,
    next_frame: Instant,
}

pub(crate) struct Alice {
    inner: TestPlayer<MemoryClient>,
    in_lobby: BTreeSet<String>,
    pub(crate) heard: Vec<Vec<u8>>,
    pub(crate) texts: Vec<(TextTarget, String)>,
}

impl Alice {
    pub(crate) fn knows_in_lobby(&self, name: &str) -> bool {
        self.in_lobby.contains(name)
    }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let (network, now) = (MemoryNetwork::new(), Instant::now());
        let (voice, websocket) = open(&network, 0);
        let mut client = Client::new(ClientSettings::new("Alice"));
        client.join_room("lobby").unwrap();
        client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
        let alice = Alice {
            inner: TestPlayer::new(client, network.client("main"), now),
            in_lobby: BTreeSet::new(),
            heard: Vec::new(),
            texts: Vec::new(),
        };
        Self { voice, network, websocket, alice, to_speak: Vec::new(), next_frame: now }
    }

    /// The address for pages.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}/main", self.websocket)
    }

    pub(crate) fn alice(&self) -> &Alice {
        &self.alice
    }

    pub(crate) fn alice_id(&self) -> u16 {
        self.alice.inner.client.id().unwrap().0
    }

    pub(crate) fn speak(&mut self, mut packets: Vec<Vec<u8>>) {
        packets.reverse();
        self.to_speak = packets;
        self.next_frame = Instant::now();
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.alice.inner.client.send_text(&Target::Room("lobby".into()), text).unwrap();
    }

    /// Stops the server and starts another one at the same addresses.
    pub(crate) fn restart(&mut self) {
        // The old server must go first: both would need the same port.
        self.voice = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
        (self.voice, self.websocket) = open(&self.network, self.websocket.port());
    }

    pub(crate) fn until(&mut self, what: &str, mut is_so: impl FnMut(&Alice) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(&self.alice) {
            self.run_once();
            assert!(Instant::now() < deadline, "this does not happen: {what}");
        }
    }

    fn run_once(&mut self) {
        let now = Instant::now();
        self.voice.run_once(now);
        if now >= self.next_frame
            && let Some(frame) = self.to_speak.pop()
        {
            self.next_frame += Duration::from_millis(20);
            // A player without listeners has nothing to send.
            let _ = self.alice.inner.client.send_voice(&frame);
        }
        let Alice { inner, in_lobby, heard, texts } = &mut self.alice;
        inner.wake(now);
        inner.run_once(now, |event| match event {
            ClientEvent::EnteredRoom { name, .. } => drop(in_lobby.insert(name.into())),
            ClientEvent::ExitedRoom { name, .. } | ClientEvent::PlayerLeft { name, .. } => {
                in_lobby.remove(&*name);
            }
            ClientEvent::Voice(voice) => heard.push(voice.frame.to_vec()),
            ClientEvent::Text { to, text, .. } => texts.push((to, text.into())),
            _ => {}
        });
        thread::sleep(Duration::from_millis(1));
    }
}

/// How long anything may take. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(1);

fn open(network: &MemoryNetwork, port: u16) -> (SessionLoop, SocketAddr) {
    let mut voice = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    let at = (Ipv4Addr::LOCALHOST, port).into();
    let websocket = server(at, "main", ServerEnd::default(), default_settings()).unwrap();
    let at = websocket.network().local_addr().unwrap();
    voice.add_network(Box::new(websocket));
    voice.add_network(Box::new(network.listen()));
    (voice, at)
}
