//! Starting a voice chat: where, as whom, with which rooms and sounds.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use consonance_audio::{
    ActivationSettings, CaptureSettings, CodecError, CodecKind, CodecSettings, Discard, EncoderSettings,
    Input, MixerSettings, OpusLibrary, Output, Quality,
};
use consonance_session::{
    ChannelProperties, Client, ClientSettings, CodecKind as SessionCodecKind, CodecSettings as SessionCodec,
    RoomError, Routing, Target,
};
use consonance_transport::{ClientTransport, thread_waker};

use crate::capture::CaptureWishes;
use crate::event::{End, Event, EventKind};
use crate::event_queue::{EventQueue, EventReader};
use crate::finish::Finish;
use crate::player::Players;
#[cfg(feature = "devices")]
use crate::sound_devices::{DeviceWishes, OpenedDevices};
use crate::statistics::SharedStatistics;
use crate::status::SharedStatus;
use crate::talking::Talking;
use crate::text::TextHistory;
use crate::voice_chat::{Running, VoiceChat};
use crate::voice_thread::{VoiceParts, VoiceThread};

/// Until the first loss was measured, packets carry a copy of the frame before.
const FIRST_EXPECTED_LOSS_PERCENT: u8 = 5;
/// Commands that may wait for the voice thread.
const MAX_COMMANDS: usize = 256;
/// Text messages that a history keeps at most.
const MAX_TEXT_HISTORY: usize = 10_000;

/// Why a voice chat cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be read.
    #[cfg(feature = "quic")]
    #[error("{0}")]
    Address(#[from] consonance_quic::AddressError),
    /// The player's name cannot be used.
    #[error("the name {name:?} cannot be used: {problem}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A room cannot be joined.
    #[error("the room {room:?} cannot be joined: {source}")]
    Room {
        /// The room.
        room: String,
        /// Why not.
        source: RoomError,
    },
    /// The codec does not take the settings.
    #[error("the codec cannot be set up: {0}")]
    Codec(#[from] CodecError),
    /// The operating system gives no thread.
    #[error("the operating system gives no thread ({0}): close other programs")]
    Thread(#[from] io::Error),
}

/// What a voice chat is started with. See [`VoiceChat::to`] and [`VoiceChat::over`].
#[must_use = "nothing happens before start()"]
pub struct VoiceChatBuilder {
    transport: Box<dyn ClientTransport>,
    name: String,
    rooms: Vec<String>,
    channels: Vec<(Target, ChannelProperties)>,
    input: Option<Box<dyn Input>>,
    output: Option<Box<dyn Output>>,
    #[cfg(feature = "devices")]
    devices: DeviceWishes,
    capture: Option<CaptureSettings>,
    activation: Option<ActivationSettings>,
    mixer: MixerSettings,
    encoder: EncoderSettings,
    routing: Routing,
    give_up_after: Option<Duration>,
    keep_trying: bool,
    text_history: usize,
    on_event: Option<EventCallback>,
    trace_frames: bool,
}

/// What a game wants to be called with.
type EventCallback = Box<dyn FnMut(Event) + Send>;

impl VoiceChat {
    /// Begins with an address such as `quic://127.0.0.1:7777/main#sha256=…`, as a server prints it.
    ///
    /// # Errors
    /// If the address cannot be read, or the operating system gives no thread for the network.
    #[cfg(feature = "quic")]
    pub fn to(address: &str) -> Result<VoiceChatBuilder, StartError> {
        use consonance_quic::{QuicClient, QuicClientSettings, QuicRuntime};
        let address = address.parse()?;
        let runtime = QuicRuntime::new(1)?;
        Ok(Self::over(Box::new(QuicClient::new(&runtime, address, QuicClientSettings::default()))))
    }

    /// Begins with a transport of the caller's own.
    pub fn over(transport: Box<dyn ClientTransport>) -> VoiceChatBuilder {
        VoiceChatBuilder {
            transport,
            name: String::new(),
            rooms: Vec::new(),
            channels: Vec::new(),
            input: None,
            output: None,
            #[cfg(feature = "devices")]
            devices: DeviceWishes::default(),
            capture: None,
            activation: None,
            mixer: MixerSettings::default(),
            encoder: EncoderSettings {
                expected_loss_percent: FIRST_EXPECTED_LOSS_PERCENT,
                ..EncoderSettings::default()
            },
            routing: Routing::default(),
            give_up_after: None,
            keep_trying: false,
            text_history: 0,
            on_event: None,
            trace_frames: false,
        }
    }
}

impl VoiceChatBuilder {
    /// The player's name, 1 to 128 bytes: its identity in the session.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Listens to this room from the beginning.
    pub fn listen(mut self, room: impl Into<String>) -> Self {
        self.rooms.push(room.into());
        self
    }

    /// Speaks to this room while there is input.
    pub fn talk_to_room(self, room: impl Into<Box<str>>) -> Self {
        self.talk_to(Target::Room(room.into()), ChannelProperties::default())
    }

    /// Speaks to this player while there is input and the player is here.
    pub fn talk_to_player(self, name: impl Into<Box<str>>) -> Self {
        self.talk_to(Target::Player(name.into()), ChannelProperties::default())
    }

    /// Speaks to this target, with properties of one's own choice.
    pub fn talk_to(mut self, target: Target, properties: ChannelProperties) -> Self {
        self.channels.push((target, properties));
        self
    }

    /// Where one's own voice comes from; without it one only listens. It begins once the roster has arrived.
    pub fn input(mut self, input: Box<dyn Input>) -> Self {
        self.input = Some(input);
        self
    }

    /// Where the others' voices go: one unbroken time line from joining to leaving.
    pub fn output(mut self, output: Box<dyn Output>) -> Self {
        self.output = Some(output);
        self
    }

    /// Speaks with a microphone; one of [`input`](Self::input) is not used then. One that is missing, busy or denied
    /// is silent until it can be used, and [`EventKind::Device`] says so.
    #[cfg(feature = "devices")]
    pub fn microphone(mut self, selection: consonance_device::Selection) -> Self {
        self.devices.input = Some(selection);
        self
    }

    /// Hears through a loudspeaker; one of [`output`](Self::output) is not used then. Without one that can be used,
    /// nothing is heard, and [`EventKind::Device`] says so.
    #[cfg(feature = "devices")]
    pub fn loudspeaker(mut self, selection: consonance_device::Selection) -> Self {
        self.devices.output = Some(selection);
        self
    }

    /// Where devices come from: those of this machine, or some that are none, for tests.
    #[cfg(feature = "devices")]
    pub fn device_backend(mut self, backend: consonance_device::Backend) -> Self {
        self.devices.backend = backend;
        self
    }

    /// How one's own voice is processed before it is sent. By default a [microphone](Self::microphone)'s is cleaned of
    /// echo and noise, and what comes from an [input](Self::input) is left as it is.
    pub fn capture(mut self, settings: CaptureSettings) -> Self {
        self.capture = Some(settings);
        self
    }

    /// When one is heard. By default a [microphone](Self::microphone) is heard while somebody speaks, and an
    /// [input](Self::input) always.
    pub fn activation(mut self, settings: ActivationSettings) -> Self {
        self.activation = Some(settings);
        self
    }

    /// How good one's own voice sounds for how many bits (default: [`Quality::High`]). May be
    /// [changed](VoiceChat::set_quality) while the chat runs.
    pub fn quality(mut self, quality: Quality) -> Self {
        let EncoderSettings { frame, expected_loss_percent, .. } = self.encoder;
        self.encoder = EncoderSettings { frame, expected_loss_percent, ..quality.encoder_settings() };
        self
    }

    /// How one's own voice is encoded, in every detail.
    pub fn encoder(mut self, settings: EncoderSettings) -> Self {
        self.encoder = settings;
        self
    }

    /// How the others are mixed: how many at most, how many are decoded at the same time, and how their jitter buffers
    /// weigh delay against quality.
    pub fn mixer(mut self, settings: MixerSettings) -> Self {
        self.mixer = settings;
        self
    }

    /// What direct links to other players are used for, on a network that has them (default: for everything). May be
    /// [changed](VoiceChat::set_routing) while the chat runs.
    pub fn routing(mut self, routing: Routing) -> Self {
        self.routing = routing;
        self
    }

    /// How long to go on trying after the connection was lost (default: for ever). The very first attempt is the only
    /// one, so that a wrong address is told at once; see [`keep_trying`](Self::keep_trying).
    pub fn give_up_after(mut self, time: Duration) -> Self {
        self.give_up_after = Some(time);
        self
    }

    /// Goes on trying after the first attempt too, for a server that may come up later.
    pub fn keep_trying(mut self) -> Self {
        self.keep_trying = true;
        self
    }

    /// Keeps so many of the last text messages, sent and received, for [`VoiceChat::text_history`] (default: none).
    pub fn text_history(mut self, messages: usize) -> Self {
        self.text_history = messages.min(MAX_TEXT_HISTORY);
        self
    }

    /// Calls this with everything that happens, on a thread of its own that may take its time. The events can be
    /// [polled](VoiceChat::poll_event) all the same. A handle of the chat inside of it keeps the chat running.
    pub fn on_event(mut self, callback: impl FnMut(Event) + Send + 'static) -> Self {
        self.on_event = Some(Box::new(callback));
        self
    }

    /// Reports what becomes of every frame; see [`VoiceChat::poll_trace`].
    pub fn trace_frames(mut self) -> Self {
        self.trace_frames = true;
        self
    }

    /// Starts the voice thread, which connects and joins.
    ///
    /// # Errors
    /// If the name, a room or the codec's settings cannot be used. What the network answers comes as events.
    pub fn start(self) -> Result<VoiceChat, StartError> {
        let client = self.client()?;
        let talking = Talking::new(self.encoder)?;
        let (sender, commands) = sync_channel(MAX_COMMANDS);
        let events = Arc::new(EventQueue::default());
        let status = Arc::new(SharedStatus::default());
        let statistics = Arc::new(SharedStatistics::default());
        let players = Arc::new(Players::new(&self.name));
        players.local().set_rooms(client.rooms().map(str::to_owned).collect());
        let texts = Arc::new(TextHistory::new(self.text_history));
        let finish = Arc::new(Finish::default());
        let next_channel = AtomicU32::new(self.channels.len() as u32);
        #[cfg(feature = "devices")]
        let OpenedDevices { devices, microphone, loudspeaker } = self.devices.open();
        #[cfg(not(feature = "devices"))]
        let (microphone, loudspeaker) = (None, None);
        let parts = VoiceParts {
            client,
            transport: self.transport,
            channels: self.channels,
            capture: CaptureWishes::new(self.capture, self.activation, microphone.is_some()),
            input: microphone.or(self.input),
            commands,
            events: Arc::clone(&events),
            talking,
            output: loudspeaker.or(self.output).unwrap_or_else(|| Box::new(Discard)),
            mixer: self.mixer,
            #[cfg(feature = "devices")]
            devices,
            give_up_after: self.give_up_after,
            keep_trying: self.keep_trying,
            status: Arc::clone(&status),
            statistics: Arc::clone(&statistics),
            players: Arc::clone(&players),
            texts: Arc::clone(&texts),
            trace_frames: self.trace_frames,
        };
        if let Some(callback) = self.on_event {
            call_back(events.subscribe(None), callback)?;
        }
        let last_words = LastWords { events: Arc::clone(&events), finish: Arc::clone(&finish) };
        let run = move || {
            let _last_words = last_words;
            VoiceThread::new(parts, thread_waker()).run();
        };
        let thread = thread::Builder::new().name("voice".into()).spawn(run)?.thread().clone();
        let switches = Arc::default();
        let running = Running {
            commands: sender,
            events,
            status,
            statistics,
            players,
            switches,
            texts,
            next_channel,
            finish,
            thread,
        };
        Ok(VoiceChat::of(Arc::new(running)))
    }

    fn client(&self) -> Result<Client, StartError> {
        let codec = CodecSettings::opus(self.encoder.frame);
        let mut settings = ClientSettings::new(&*self.name);
        if OpusLibrary::BEST.has_deep_redundancy() {
            settings.redundancy = consonance_session::RedundancySupport::DRED;
        }
        settings.routing = self.routing;
        settings.codec = SessionCodec {
            kind: SessionCodecKind(CodecKind::to_wire(codec.kind)),
            frame_size_samples: codec.frame_samples,
            sample_rate_hz: codec.sample_rate_hz,
        };
        let limit = settings.limits.name_bytes;
        let problem = match self.name.len() {
            0 => "it is empty; give yourself one".to_owned(),
            bytes if bytes > limit => {
                format!("it has {bytes} bytes, at most {limit} are allowed; shorten it")
            }
            _ => String::new(),
        };
        if !problem.is_empty() {
            return Err(StartError::Name { name: self.name.clone(), problem });
        }
        let mut client = Client::new(settings);
        for room in &self.rooms {
            client.join_room(room).map_err(|source| StartError::Room { room: room.clone(), source })?;
        }
        Ok(client)
    }
}

/// Calls the game with every event, until the last one.
fn call_back(reader: EventReader, mut callback: EventCallback) -> io::Result<()> {
    let run = move || {
        while let Some(event) = reader.wait(Duration::MAX) {
            callback(event);
        }
    };
    thread::Builder::new().name("voice events".into()).spawn(run).map(drop)
}

/// Tells the game that nothing comes any more, should the voice thread panic, and that everything is gone.
struct LastWords {
    events: Arc<EventQueue>,
    finish: Arc<Finish>,
}

impl Drop for LastWords {
    fn drop(&mut self) {
        if thread::panicking() {
            self.events.push(Event { at: Instant::now(), kind: EventKind::Ended(End::Panicked) });
        }
        self.finish.set();
    }
}
