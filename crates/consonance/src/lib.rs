//! Voice chat for games: join a session, speak in rooms, hear other players.
//!
//! [`VoiceChat`] is what a game uses. It owns a voice thread, for the network, the session, the codec and playback, and
//! a capture thread. The game's thread only sends commands and reads events, so a frame hitch in the game never drops
//! audio.
//!
//! ```text
//!   game thread                 voice thread: runs when a packet or a block arrives, at least every 5 ms
//!   VoiceChat ── commands ──▶   block ─▶ Framer ─▶ Encoder ─▶ Client::send_voice ─▶ transport ─▶ server
//!             ◀── events ────     ▲      Output ◀─ Mixer ◀─── Client::poll_event ◀─ transport ◀─ server
//!                                 │                  │ every 10 ms: the echo reference
//!                capture thread   │                  ▼
//!                              Activation ◀─── CaptureChain ◀─── Input
//! ```
//!
//! ```no_run
//! use consonance::{EventKind, VoiceChat};
//!
//! let voice = VoiceChat::to("quic://127.0.0.1:7777/main#sha256=5d3f…")?
//!     .name("Alice")
//!     .listen_to_room("lobby")
//!     .speak_in_room("lobby")
//!     .start()?;
//! while let Some(event) = voice.wait_event(std::time::Duration::from_secs(60)) {
//!     if let EventKind::StartedSpeaking { name } = event.kind {
//!         println!("{name} speaks");
//!     }
//! }
//! # Ok::<(), consonance::StartError>(())
//! ```
//!
//! The parts of a chat have handles, which a game may keep: a [`Player`], a [`Room`], a [`Channel`] to either, the
//! local voice ([`VoiceMicrophone`]), all other voices ([`VoicePlayback`]), and [`VoiceEncryption`].
//!
//! Audio comes from an [`Input`](audio::Input) and goes to an [`Output`](audio::Output): microphones and loudspeakers,
//! files, silence, or a game's own implementation. Any [`ClientNetwork`](transport::ClientNetwork) carries it;
//! addresses of the form `quic://…` use QUIC. [Triggers](trigger) open channels and join rooms by rule: push-to-talk,
//! voice activity, position, players nearby. Players with [direct links](transport::DirectLinks) to each other exchange
//! voice and texts over them as [`Routing`] allows; all other players are reached through the server.
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `devices` | yes | microphones and loudspeakers |
//! | `host` | yes | [`VoiceNode`] and the module [`host`](mod@host): a server in the same process, for hosts and for dedicated servers inside of a game |
//! | `neural-noise` | yes | `NoiseLevel::Strong` and `StrongLight`: noise suppression by a neural network; 2.4 MB of weights |
//! | `quic` | yes | addresses of the form `quic://…` |
//! | `settings-files` | yes | [`VoiceSettings`] that are kept in a file |
//! | `inspector` | no | a page on this machine that shows what a chat is doing |
//! | `tokio` | no | for async programs: `EventStream`, `VoiceChatBuilder::start_async`, `VoiceChat::joined` and `leave_async`, and QUIC on a runtime of the program's |
//! | `libopus` | no | the reference implementation of Opus, which conceals and recovers lost sound better; needs cmake to build |
//!
//! Without any of them (`default-features = false`) it is a client over a network of the game's own, with the game's
//! own sound: half as many crates, and a program of less than 5 MB, or of less than 3 MB built for size (`opt-level =
//! "s"`, `lto = true`, `panic = "abort"`, `strip = true`).
//!
//! Needs Rust 1.95 or later.

mod bitrate_control;
mod builder;
mod caption;
mod capture;
mod channel;
mod clock;
mod command;
mod diagnostics;
mod direct_players;
mod encryption;
mod encryption_event;
mod engine_sound;
mod event;
mod event_queue;
#[cfg(feature = "tokio")]
mod event_stream;
mod fader;
mod finish;
#[cfg(any(doctest, test))]
mod guide;
#[cfg(feature = "host")]
pub mod host;
mod links;
mod lock;
mod log;
#[cfg(any(not(feature = "quic"), test))]
mod needs_quic;
#[cfg(feature = "host")]
mod node;
mod offline;
mod output_failure;
mod own_voice;
#[cfg(feature = "quic")]
mod packet_link;
mod playback;
mod player_state;
mod position_sharing;
mod problem;
mod reception;
mod recorder;
mod restrictions;
mod rooms;
#[cfg_attr(
    all(not(feature = "quic"), not(test)),
    expect(dead_code, reason = "only addresses of QUIC have a fallback")
)]
mod route;
mod settings;
mod shared_state;
mod snapshot;
#[cfg(feature = "devices")]
mod sound_devices;
mod start_error;
mod statistics;
mod status;
mod switches;
mod talking;
mod tap;
mod text;
mod timeline;
mod tokens;
mod trace;
mod transports;
pub mod trigger;
mod uplink_quality;
mod voice_chat;
mod voice_thread;

pub use builder::VoiceChatBuilder;
pub use caption::Caption;
pub use capture::EchoReference;
pub use channel::{ChannelActivation, ChannelSettings, ChannelState};
pub use consonance_audio as audio;
#[cfg(feature = "devices")]
pub use consonance_device::devices as device;
pub use consonance_e2ee::{
    AccountProof, AttestationKeys, E2eeError, EncryptedMember, IdentityKey, KeptCounts, KeptFrames,
    KnownKeys, KnownKeysFull, LoggedEpoch, LoggedMember, MemberReport, ModeratorsKey, ModeratorsSecret,
    PacketCounts, PublicKey, Recognition, ReportedFrame, ReportedVoice, SafetyNumber,
};
pub use consonance_inspector as inspector;
pub use consonance_inspector::pcap;
pub use consonance_link as transport;
#[cfg(feature = "quic")]
pub use consonance_quic as quic;
#[cfg(feature = "host")]
pub use consonance_server as server;
pub use consonance_session::{
    ALWAYS_SEND_ROOM, ChannelProperties, ClientStatistics, Flow, ListenerReport, MessageType,
    ModeratorAction, ModeratorAnswer, Priority, RecordingNotice, RedundancySupport, Restriction, RoomRights,
    RoomUse, Routing, Target, TextTarget, Total,
};
pub use diagnostics::{Diagnostics, DiagnosticsError, DiagnosticsReport, DiagnosticsSettings};
pub use encryption::{EncryptionPolicy, EncryptionSettings, EncryptionStatus, SubmitReportError};
pub use encryption_event::{EncryptionEvent, EncryptionState, WithheldReason};
pub use engine_sound::{EngineInput, EngineOutput, PlayerStream};
pub use event::{End, Event, EventKind};
pub use event_queue::EventReader;
#[cfg(feature = "tokio")]
pub use event_stream::EventStream;
pub use fader::Fade;
#[cfg(not(feature = "quic"))]
#[doc(hidden)]
pub use needs_quic::ServerAddressNeedsFeatureQuic;
#[cfg(feature = "host")]
pub use node::{Mode, VoiceNode};
pub use output_failure::OutputFailure;
#[cfg(feature = "quic")]
pub use packet_link::PacketLink;
pub use player_state::{PlayerState, SpeakingChannel, SpeakingTarget};
pub use problem::ProblemKind;
pub use recorder::{DroppedBlocks, Recorded, Recorder, RecorderError};
pub use restrictions::{OperatorDecision, RestrictionTerms, Restrictions};
pub use route::{FallbackSettings, LinkTransport};
pub use settings::{SettingsError, VoiceSettings};
pub use start_error::StartError;
#[cfg(feature = "devices")]
pub use statistics::DeviceRow;
pub use statistics::{
    CaptureRow, DirectLinkRow, EngineSoundRow, PacketTable, PlayerStreamRow, SpeakerRow, UplinkRow,
    VoiceStatistics,
};
pub use status::Status;
pub use tap::{Tap, TapBlock, TapSender, TapSound, TapSource};
pub use text::{SendTextError, TEXT_BYTES_MAX, TextId, TextMessage};
pub use tokens::{TokenLimitReached, Tokens};
pub use trace::FrameTrace;
pub use voice_chat::handles::{Channel, Player, Room, VoiceEncryption, VoiceMicrophone, VoicePlayback};
pub use voice_chat::{VoiceChat, WaitJoinedError};
