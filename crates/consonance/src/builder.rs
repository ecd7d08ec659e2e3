//! Starting a voice chat: server, name, rooms and sounds.

#[cfg(feature = "tokio")]
mod async_start;
mod debug;
mod destination;
mod diagnostics;
mod loopback;
mod page;
mod random_bits;
mod start;
mod transports;

use std::path::PathBuf;
use std::time::Duration;

use consonance_audio::{
    ActivationSettings, CaptureSettings, EncoderSettings, Input, MixerSettings, Output, Quality, Redundancy,
};
#[cfg(feature = "inspector")]
use consonance_inspector::page::InspectorSettings;
use consonance_link::ClientNetwork;
#[cfg(feature = "quic")]
use consonance_quic::{QuicAddress, QuicClientSettings};
use consonance_session::{ChannelProperties, Routing, Target};

use crate::capture::CaptureControls;
use crate::diagnostics::DiagnosticsSettings;
use crate::encryption::EncryptionSettings;
use crate::event::Event;
use crate::offline::LoopbackRooms;
use crate::route::FallbackSettings;
use crate::settings::{VoiceSettings, bounds};
#[cfg(feature = "devices")]
use crate::sound_devices::DeviceChoices;
#[cfg(feature = "quic")]
use crate::start_error::StartError;
use crate::voice_chat::{VoiceChat, WantedPage};
use destination::Destination;

/// The most text messages that a history keeps.
const TEXT_HISTORY_MAX: usize = 10_000;

/// Configures and starts a voice chat. See [`VoiceChat::to`] and [`VoiceChat::over`].
#[must_use = "nothing happens before start()"]
pub struct VoiceChatBuilder {
    destination: Option<Destination>,
    #[cfg(feature = "quic")]
    alternative_servers: Vec<QuicAddress>,
    #[cfg(all(feature = "quic", feature = "tokio"))]
    runtime: Option<tokio::runtime::Handle>,
    fallback: Option<FallbackSettings>,
    name: Option<String>,
    rooms: Vec<String>,
    channels: Vec<(Target, ChannelProperties)>,
    input: Option<Box<dyn Input>>,
    output: Option<Box<dyn Output>>,
    #[cfg(feature = "devices")]
    devices: DeviceChoices,
    capture: Option<CaptureSettings>,
    activation: Option<ActivationSettings>,
    mixer: MixerSettings,
    /// Overrides the encoder of the settings.
    encoder: Option<EncoderSettings>,
    settings: VoiceSettings,
    routing: Routing,
    share_position: bool,
    encryption: EncryptionSettings,
    join_token: Option<String>,
    password: Option<String>,
    reconnect_timeout: Option<Duration>,
    retry_first_connect: bool,
    text_history: usize,
    on_event: Option<EventCallback>,
    trace_frames: bool,
    diagnostics: Option<(PathBuf, DiagnosticsSettings)>,
    loopback: Option<LoopbackRooms>,
    mode: &'static str,
    page: WantedPage,
}

/// A callback that the game registers for events.
type EventCallback = Box<dyn FnMut(Event) + Send>;

impl VoiceChat {
    /// Starts without any settings: [`server`](VoiceChatBuilder::server) or [`network`](VoiceChatBuilder::network) set
    /// the server, and [`name`](VoiceChatBuilder::name) the player's name.
    pub fn builder() -> VoiceChatBuilder {
        VoiceChatBuilder {
            destination: None,
            #[cfg(feature = "quic")]
            alternative_servers: Vec::new(),
            #[cfg(all(feature = "quic", feature = "tokio"))]
            runtime: None,
            fallback: Some(FallbackSettings::default()),
            name: None,
            rooms: Vec::new(),
            channels: Vec::new(),
            input: None,
            output: None,
            #[cfg(feature = "devices")]
            devices: DeviceChoices::default(),
            capture: None,
            activation: None,
            mixer: MixerSettings::default(),
            encoder: None,
            settings: VoiceSettings::default(),
            routing: Routing::default(),
            share_position: false,
            encryption: EncryptionSettings::default(),
            join_token: None,
            password: None,
            reconnect_timeout: None,
            retry_first_connect: false,
            text_history: 0,
            on_event: None,
            trace_frames: false,
            diagnostics: None,
            loopback: None,
            mode: "client",
            page: WantedPage::default(),
        }
    }

    /// Starts with an address such as `quic://127.0.0.1:7777/main#sha256=…`, as a server prints it, or with `offline:`;
    /// see [`offline`](Self::offline).
    ///
    /// # Errors
    /// If the address cannot be read.
    #[cfg(feature = "quic")]
    pub fn to(address: &str) -> Result<VoiceChatBuilder, StartError> {
        Self::builder().server(address)
    }

    /// Starts with a private session in this process, without a network: for tutorials, or to hear yourself as others
    /// would. A player called `Loopback` is in it. It repeats voice to any room or to itself a tenth of a second later,
    /// and sends texts back. The address `offline:` does the same.
    ///
    /// Everything else is real: the session, the codec, the jitter buffer.
    pub fn offline() -> VoiceChatBuilder {
        Self::builder().offline()
    }

    /// Starts with a custom transport.
    pub fn over(transport: Box<dyn ClientNetwork>) -> VoiceChatBuilder {
        Self::builder().network(transport)
    }
}

impl VoiceChatBuilder {
    /// The session to join, as an address such as `quic://127.0.0.1:7777/main#sha256=…`, as a server prints it, or
    /// `offline:`; see [`VoiceChat::offline`].
    ///
    /// # Errors
    /// If the address cannot be read.
    #[cfg(feature = "quic")]
    pub fn server(self, address: &str) -> Result<Self, StartError> {
        self.server_with(address, QuicClientSettings::default())
    }

    /// The same with custom settings, such as voice over QUIC only.
    ///
    /// # Errors
    /// As those of [`server`](Self::server).
    #[cfg(feature = "quic")]
    pub fn server_with(mut self, address: &str, settings: QuicClientSettings) -> Result<Self, StartError> {
        if address == crate::offline::ADDRESS {
            return Ok(self.offline());
        }
        self.destination = Some(Destination::Quic(Box::new((address.parse()?, settings))));
        Ok(self)
    }

    /// The network that carries the packets: the path into one session.
    pub fn network(mut self, transport: Box<dyn ClientNetwork>) -> Self {
        self.destination = Some(Destination::Network(transport));
        self
    }

    /// When to use the server's `WebSocket` because UDP does not get through, if the server announces one in its
    /// address or when a client connects; `None` for never. The default is that of [`FallbackSettings`];
    /// [`EventKind::TransportChanged`](crate::EventKind::TransportChanged) reports it. A custom
    /// [network](Self::network) has no such fallback.
    pub fn fallback(mut self, settings: Option<FallbackSettings>) -> Self {
        self.fallback = settings;
        self
    }

    /// The player's name, 1 to 128 bytes: its identity in the session. The default is a random name, returned by
    /// [`VoiceChat::local_player`].
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Listens to this room from the beginning.
    pub fn listen_to_room(mut self, room: impl Into<String>) -> Self {
        self.rooms.push(room.into());
        self
    }

    /// Speaks to this room while there is input.
    pub fn speak_in_room(self, room: impl Into<Box<str>>) -> Self {
        self.speak_to(Target::Room(room.into()), ChannelProperties::default())
    }

    /// Speaks to this player while there is input and the player is in the session.
    pub fn speak_to_player(self, name: impl Into<Box<str>>) -> Self {
        self.speak_to(Target::Player(name.into()), ChannelProperties::default())
    }

    /// Speaks to this target, with the given properties.
    pub fn speak_to(mut self, target: Target, properties: ChannelProperties) -> Self {
        self.channels.push((target, properties));
        self
    }

    /// The source of the local voice; without one, the player only listens. It starts once the roster has arrived.
    pub fn input(mut self, input: Box<dyn Input>) -> Self {
        self.input = Some(input);
        self
    }

    /// The output for the other players' voices: one unbroken time line from joining to leaving.
    pub fn output(mut self, output: Box<dyn Output>) -> Self {
        self.output = Some(output);
        self
    }

    /// Speaks with a microphone; an [`input`](Self::input) is not used then. One that is missing, busy or denied is
    /// silent until it can be used, as reported by [`EventKind::Device`](crate::EventKind::Device).
    #[cfg(feature = "devices")]
    pub fn microphone(mut self, selection: consonance_device::devices::DeviceSelection) -> Self {
        self.settings.microphone.clone_from(&selection);
        self.devices.input = Some(selection);
        self
    }

    /// Plays through a loudspeaker; an [`output`](Self::output) is not used then. Without a usable one, nothing is
    /// heard, as reported by [`EventKind::Device`](crate::EventKind::Device).
    #[cfg(feature = "devices")]
    pub fn loudspeaker(mut self, selection: consonance_device::devices::DeviceSelection) -> Self {
        self.settings.loudspeaker.clone_from(&selection);
        self.devices.output = Some(selection);
        self
    }

    /// The source of devices: those of this machine, or null devices for tests.
    #[cfg(feature = "devices")]
    pub fn device_backend(mut self, backend: consonance_device::devices::Backend) -> Self {
        self.devices.backend = backend;
        self
    }

    /// Uses the machine's microphone and loudspeaker: those that the [settings](Self::settings) name, or else the
    /// system's defaults.
    #[cfg(feature = "devices")]
    pub fn devices(self) -> Self {
        let (microphone, loudspeaker) = (self.settings.microphone.clone(), self.settings.loudspeaker.clone());
        self.microphone(microphone).loudspeaker(loudspeaker)
    }

    /// Uses a game's engine, which owns the devices: what it [records](crate::VoiceMicrophone::engine_input) is
    /// processed like a [microphone](Self::microphone)'s sound, and it pulls the
    /// [mix](crate::VoicePlayback::engine_output).
    pub fn engine_sound(mut self) -> Self {
        let suited = CaptureControls::new(self.capture, self.activation, true);
        (self.capture, self.activation) = (Some(suited.settings), Some(suited.activation));
        self
    }

    /// All of a player's settings at once. Devices are used if the chat [uses devices](Self::devices), which must be
    /// called after this.
    pub fn settings(mut self, settings: VoiceSettings) -> Self {
        (self.capture, self.activation) = (Some(settings.capture), Some(settings.activation));
        self.encoder = None;
        self.settings = settings;
        self
    }

    /// How the local voice is processed before it is sent. By default, a [microphone](Self::microphone)'s sound is
    /// cleaned of echo and noise, and that of an [input](Self::input) is unchanged. Numbers are clamped to their
    /// ranges.
    pub fn capture(mut self, settings: CaptureSettings) -> Self {
        self.capture = Some(bounds::capture(settings));
        self
    }

    /// When the local player is heard. By default a [microphone](Self::microphone) transmits while speech is detected,
    /// and an [input](Self::input) always. A pre-roll that is too long is shortened to the longest.
    pub fn activation(mut self, settings: ActivationSettings) -> Self {
        self.activation = Some(bounds::activation(settings));
        self
    }

    /// The [quality](crate::VoiceMicrophone::set_quality) and bit rate of the local voice (default:
    /// [`Quality::High`]). If a detailed [encoder](Self::encoder) was set before, its other settings stay.
    pub fn quality(mut self, quality: Quality) -> Self {
        self.settings.quality = quality;
        let EncoderSettings { bitrate_bps, music, redundancy, .. } = self.settings.encoder();
        self.encoder =
            self.encoder.map(|detailed| EncoderSettings { bitrate_bps, music, redundancy, ..detailed });
        self
    }

    /// The encoder of the local voice, in full detail.
    pub fn encoder(mut self, settings: EncoderSettings) -> Self {
        self.encoder = Some(settings);
        self.settings.frame = settings.frame;
        self.settings.error_correction = settings.redundancy != Redundancy::None || settings.music;
        self
    }

    /// How the other players are mixed: how many at most, how many are decoded at the same time, and how their jitter
    /// buffers weigh delay against quality.
    pub fn mixer(mut self, settings: MixerSettings) -> Self {
        self.mixer = settings;
        self
    }

    /// The join token for a server that restricts joining, as signed by the game's own service.
    pub fn join_token(mut self, token: impl Into<String>) -> Self {
        self.join_token = Some(token.into());
        self
    }

    /// The session's password, if the server requires one; together with a [join token](Self::join_token), both are
    /// sent.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Whether the server is told the position of the [listener](crate::VoicePlayback::set_listener) (default: no), for
    /// its proximity rooms. May be [changed](crate::VoicePlayback::set_share_position) while the chat runs.
    pub fn share_position(mut self, shared: bool) -> Self {
        self.share_position = shared;
        self
    }

    /// Whether the chat is end-to-end encrypted, and with which key (default: if the session offers it, with a key made
    /// for this chat). See [`VoiceChat::encryption`].
    pub fn encryption(mut self, settings: EncryptionSettings) -> Self {
        self.encryption = settings;
        self
    }

    /// Sets how direct links to other players are used, on a network that has them (default: for everything). May be
    /// [changed](VoiceChat::set_routing) while the chat runs.
    pub fn routing(mut self, routing: Routing) -> Self {
        self.routing = routing;
        self
    }

    /// How long to retry after the connection was lost or the server asked to join again (default: forever). A first
    /// attempt that fails is final, so that a wrong address shows at once; see [`Self::retry_first_connect`].
    pub fn reconnect_timeout(mut self, time: Duration) -> Self {
        self.reconnect_timeout = Some(time);
        self
    }

    /// Retries the first connection too, for a server that may come up later.
    pub fn retry_first_connect(mut self) -> Self {
        self.retry_first_connect = true;
        self
    }

    /// Keeps this many of the last text messages, sent and received, for [`VoiceChat::text_history`] (default: none).
    pub fn text_history(mut self, messages: usize) -> Self {
        self.text_history = messages.min(TEXT_HISTORY_MAX);
        self
    }

    /// Calls this with every event, on a separate thread that may block. The events can still be
    /// [polled](VoiceChat::poll_event). A handle of the chat inside the callback keeps the chat running.
    pub fn on_event(mut self, callback: impl FnMut(Event) + Send + 'static) -> Self {
        self.on_event = Some(Box::new(callback));
        self
    }

    /// Reports the outcome of every frame; see [`VoiceChat::poll_trace`].
    pub fn trace_frames(mut self) -> Self {
        self.trace_frames = true;
        self
    }

    /// Shows the state of the chat on a page on this machine; [`VoiceChat::inspector_url`] returns its address.
    #[cfg(feature = "inspector")]
    pub fn inspector(mut self, settings: InspectorSettings) -> Self {
        self.page = Some(settings);
        self
    }

    /// Marks that the server is in the same process.
    #[cfg(feature = "host")]
    pub(crate) fn in_host(mut self) -> Self {
        self.mode = "host";
        self
    }
}
