//! A session in memory with as many clients as a bench asks for.

use std::hint::black_box;
use std::time::Duration;

use consonance_session::{
    Capabilities, CodecId, CodecParameters, Delivery, Instant, LinkId, Server, ServerEvent, ServerSettings,
    Transmit,
};
use consonance_wire::{
    ChannelBits, ChannelKind, ClientId, ClientState, HandshakeExtension, HandshakeRequest, List, Packet,
    RoomId, RosterEntry, VoiceChannel, VoiceData, VoiceOptions, WireStr, Writer,
};

pub(crate) const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

/// The link of the client that joined first.
pub(crate) const SPEAKER: LinkId = LinkId(1);
/// The room that it speaks to.
pub(crate) const ROOM: &str = "Global";
pub(crate) const FRAME_TIME: Duration = Duration::from_millis(20);
/// A frame of that length at 24 kbit/s.
const FRAME_BYTES: usize = 60;
const FRAME: &[u8] = &[0x55; FRAME_BYTES];
/// The same as sent by clients of an encrypted session, with its header.
const SEALED_FRAME: &[u8] = &{
    let mut frame = [0x55; FRAME_BYTES + 18];
    [frame[0], frame[1]] = [0x1B, 30];
    frame
};

/// A server whose packets go nowhere.
pub(crate) struct BenchSession {
    pub(crate) server: Server,
    now: Instant,
    links: u64,
    capabilities: Capabilities,
    joined: Option<ClientId>,
    kept: Option<Vec<Kept>>,
}

/// A packet that was sent, and its targets.
pub(crate) struct Kept {
    pub(crate) to: Vec<LinkId>,
    pub(crate) delivery: Delivery,
    pub(crate) payload: Vec<u8>,
}

impl BenchSession {
    pub(crate) fn new() -> Self {
        Self::set_up(|_| {})
    }

    /// A session with settings other than the defaults.
    pub(crate) fn set_up(change: impl FnOnce(&mut ServerSettings)) -> Self {
        let mut settings = ServerSettings::from_seed(1);
        settings.limits.links = usize::MAX;
        change(&mut settings);
        let capabilities = Capabilities::NONE;
        Self {
            server: Server::new(settings),
            now: Instant::START,
            links: 0,
            capabilities,
            joined: None,
            kept: None,
        }
    }

    /// Sets the capabilities that clients which join from now on have beyond originals.
    pub(crate) fn announce(&mut self, capabilities: Capabilities) {
        self.capabilities = capabilities;
    }

    /// Adds a client, up to its handshake; returns its id, and how many packets that took.
    pub(crate) fn join(&mut self) -> (ClientId, u64) {
        self.links += 1;
        let (link, name) = self.last();
        let request = HandshakeRequest { codec: CODEC, name: Some(WireStr::from(&*name)) };
        self.server.handle_connected(self.now, link);
        let mut handshake = bytes(&request.into());
        if self.capabilities != Capabilities::NONE {
            handshake.extend(extension(self.capabilities));
        }
        self.deliver(link, Delivery::Reliable, &handshake);
        let packets = self.drain();
        (self.joined.expect("a client that shook hands has joined"), packets)
    }

    /// The link and the name of the client that joined last.
    pub(crate) fn last(&self) -> (LinkId, String) {
        (LinkId(self.links), format!("player {}", self.links))
    }

    /// Lets the client that joined last leave.
    pub(crate) fn leave_last(&mut self) {
        self.server.handle_disconnected(self.now, LinkId(self.links));
        self.drain();
    }

    /// A frame of the first client to its room.
    pub(crate) fn voice(&self) -> Vec<u8> {
        self.voice_of(ClientId(0), 0)
    }

    /// A frame of one client to its room.
    pub(crate) fn voice_of(&self, sender: ClientId, sequence: u16) -> Vec<u8> {
        let channels =
            [VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: RoomId::of(ROOM).0 }];
        let voice = VoiceData {
            session: self.server.session(),
            sender,
            options: VoiceOptions::new(0),
            sequence,
            channels: List::from(&channels),
            frame: if self.capabilities.contains(Capabilities::GROUPS) { SEALED_FRAME } else { FRAME },
        };
        bytes(&voice.into())
    }

    /// Lets time pass for the server, whose limits are rates.
    pub(crate) fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    /// Handles a packet from a client without sending the packets that result; returns their number.
    pub(crate) fn route(&mut self, link: LinkId, packet: &[u8]) -> u64 {
        let routed = self.server.handle_packet(self.now, link, Delivery::Unreliable, packet);
        black_box(routed).map_or(0, |routed| routed.to.len() as u64)
    }

    /// Runs the server's timers.
    pub(crate) fn run_timers(&mut self) {
        self.server.handle_timeout(self.now);
    }

    /// Lets the client that joined last listen to the room.
    pub(crate) fn listen(&mut self, id: ClientId) {
        self.listen_to(id, ROOM);
    }

    /// Lets the client that joined last listen to a room of this name.
    pub(crate) fn listen_to(&mut self, id: ClientId, room: &str) {
        let (link, name) = self.last();
        let client = RosterEntry { name: Some(WireStr::from(&*name)), id, codec: CODEC };
        let rooms = [Some(WireStr::from(room))];
        let state = ClientState { session: self.server.session(), client, rooms: List::from(&rooms) };
        self.deliver(link, Delivery::Reliable, &bytes(&state.into()));
        self.drain();
    }

    /// Handles a packet from a client.
    pub(crate) fn deliver(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) -> u64 {
        let relayed = self.server.handle_packet(self.now, link, delivery, packet);
        relayed.map_or(0, |relayed| send_all(&relayed))
    }

    /// Starts to keep the packets that [`drain`](Self::drain) sends.
    pub(crate) fn begin_keeping(&mut self) {
        self.kept = Some(Vec::new());
    }

    /// Stops keeping packets, and returns those that were kept.
    pub(crate) fn end_keeping(&mut self) -> Vec<Kept> {
        self.kept.take().unwrap_or_default()
    }

    /// Sends all pending packets and discards the events; returns the number of packets.
    pub(crate) fn drain(&mut self) -> u64 {
        let mut packets = 0;
        while let Some(transmit) = self.server.poll_transmit() {
            packets += send_all(&transmit);
            if let Some(kept) = &mut self.kept {
                kept.push(Kept::of(&transmit));
            }
        }
        while let Some(event) = self.server.poll_event() {
            if let ServerEvent::ClientJoined { id, .. } = event {
                self.joined = Some(id);
            }
        }
        packets
    }
}

impl Kept {
    fn of(transmit: &Transmit<'_>) -> Self {
        let Transmit { to, delivery, payload, .. } = transmit;
        Self { to: to.to_vec(), delivery: *delivery, payload: payload.to_vec() }
    }
}

fn extension(capabilities: Capabilities) -> Vec<u8> {
    let mut buffer = [0; 64];
    let mut writer = Writer::new(&mut buffer);
    let extension = HandshakeExtension { capabilities, ..HandshakeExtension::default() };
    extension.write(&mut writer).expect("an announcement is short");
    writer.written().to_vec()
}

pub(crate) fn bytes(packet: &Packet<'_>) -> Vec<u8> {
    let mut buffer = [0; 1024];
    let length = packet.write(&mut buffer).expect("a bench's packets fit");
    buffer[..length].to_vec()
}

fn send_all(transmit: &Transmit<'_>) -> u64 {
    send_to(transmit.to, transmit.delivery, transmit.payload);
    transmit.to.len() as u64
}

/// Writes what a call of the system would be given for each link, which the optimiser cannot leave out. Inlined: the
/// speed of a call that does nothing varies by a third with its location in the program.
#[inline]
pub(crate) fn send_to(links: &[LinkId], delivery: Delivery, payload: &[u8]) {
    for link in links {
        black_box((*link, delivery, payload.as_ptr(), payload.len()));
    }
}
