//! A session in memory: a server, and speakers whose voices were encoded in advance.

use std::error::Error;
use std::time::Duration;

use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientSettings, Delivery, Instant, LinkId, Server,
    ServerSettings, Target,
};

const ROOM: &str = "hall";
const BLOCK_TIME: Duration = Duration::from_millis(10);

/// The link of the measured player; those of the speakers follow.
pub(super) const PLAYER: LinkId = LinkId(1);

/// The session without the measured player.
pub(super) struct MemorySession {
    post: Post,
    speakers: Vec<(LinkId, Client)>,
}

impl MemorySession {
    /// Opens a session with this many speakers and the player, with channels to all players.
    ///
    /// # Errors
    /// If a player cannot join the session.
    pub(super) fn open(speakers: u32, positional: bool, player: &mut Client) -> Result<Self, Box<dyn Error>> {
        let mut post =
            Post { server: Server::new(ServerSettings::from_seed(1)), now: Instant::START, mail: Vec::new() };
        post.join(PLAYER, player)?;
        let mut session = Self { post, speakers: Vec::new() };
        let properties = ChannelProperties { positional, ..ChannelProperties::default() };
        for number in 0..speakers {
            let link = LinkId(PLAYER.0 + 1 + u64::from(number));
            let mut speaker = Client::new(ClientSettings::new(format!("speaker {number}")));
            session.post.join(link, &mut speaker)?;
            speaker.open_channel(Target::Room(ROOM.into()), properties)?;
            session.speakers.push((link, speaker));
        }
        player.open_channel(Target::Room(ROOM.into()), ChannelProperties::default())?;
        Ok(session)
    }

    /// Advances by 10 ms; with a frame, every speaker sends it.
    pub(super) fn beat(&mut self, frame: Option<&[u8]>) {
        self.post.now = self.post.now + BLOCK_TIME;
        self.post.server.handle_timeout(self.post.now);
        for (link, speaker) in &mut self.speakers {
            speaker.handle_timeout(self.post.now);
            if let Some(frame) = frame {
                // Sends nothing while the speaker does not know of any listeners.
                let _ = speaker.send_voice(frame);
            }
            self.post.exchange(*link, speaker);
            while speaker.poll_event().is_some() {}
        }
    }

    /// The session's time.
    pub(super) fn now(&self) -> Instant {
        self.post.now
    }

    /// Takes the packets that the server has sent to the player.
    pub(super) fn mail(&mut self) -> Vec<(Delivery, Vec<u8>)> {
        self.post.take_for(PLAYER)
    }

    /// Sends the player's packets to the server.
    pub(super) fn send(&mut self, packets: &[(Delivery, Vec<u8>)]) {
        for (delivery, packet) in packets {
            self.post.send(PLAYER, *delivery, packet);
        }
    }
}

/// The server, and the packets it has sent.
struct Post {
    server: Server,
    now: Instant,
    mail: Vec<(LinkId, Delivery, Vec<u8>)>,
}

impl Post {
    fn join(&mut self, link: LinkId, client: &mut Client) -> Result<(), Box<dyn Error>> {
        client.join_room(ROOM)?;
        client.start();
        while client.poll_command().is_some() {}
        client.handle_connected(self.now, link);
        self.server.handle_connected(self.now, link);
        for _ in 0..8 {
            self.exchange(link, client);
            let is_there = |event: ClientEvent<'_>| event == ClientEvent::PlayersSynced;
            while let Some(event) = client.poll_event() {
                if is_there(event) {
                    return Ok(());
                }
            }
        }
        Err("a bench's client did not get into its session".into())
    }

    /// Delivers a client's packets to the server, and the server's to the client.
    fn exchange(&mut self, link: LinkId, client: &mut Client) {
        while let Some(transmit) = client.poll_transmit() {
            let packet = transmit.payload.to_vec();
            self.send(link, transmit.delivery, &packet);
        }
        for (delivery, packet) in self.take_for(link) {
            client.handle_packet(self.now, link, delivery, &packet);
        }
    }

    fn send(&mut self, from: LinkId, delivery: Delivery, packet: &[u8]) {
        if let Some(relayed) = self.server.handle_packet(self.now, from, delivery, packet) {
            let copies = relayed.to.iter().map(|&to| (to, relayed.delivery, relayed.payload.to_vec()));
            self.mail.extend(copies);
        }
        while let Some(transmit) = self.server.poll_transmit() {
            let copies = transmit.to.iter().map(|&to| (to, transmit.delivery, transmit.payload.to_vec()));
            self.mail.extend(copies);
        }
    }

    fn take_for(&mut self, link: LinkId) -> Vec<(Delivery, Vec<u8>)> {
        let (own, others) = std::mem::take(&mut self.mail).into_iter().partition(|(to, ..)| *to == link);
        self.mail = others;
        let own: Vec<(LinkId, Delivery, Vec<u8>)> = own;
        own.into_iter().map(|(_, delivery, packet)| (delivery, packet)).collect()
    }
}
