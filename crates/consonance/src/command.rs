//! Commands from the game to the voice thread, as data.
//!
//! Commands that must not be lost in a full queue are switches instead.

use std::sync::Arc;

use consonance_audio::{
    ActivationSettings, CaptureSettings, DuckingSettings, EffectChain, EncoderSettings, Input, Pose, Quality,
    SpatialSettings, SpeakerPlace,
};
use consonance_inspector::pcap::PacketSink;
use consonance_session::{ModeratorAction, Routing, Target};

use crate::capture::EchoReferenceReader;
use crate::channel::{ChannelNumber, ChannelOrder};
use crate::engine_sound::{EngineMicrophone, EngineSpeaker, StreamWriter};
use crate::problem::ProblemKind;
use crate::tap::{TapSender, TapSource};
use crate::text::TextId;

/// The most commands queued for the voice thread.
pub(crate) const COMMANDS_MAX: usize = 256;

pub(crate) enum Command {
    JoinRoom(String),
    /// For a trigger, which leaves the room once, whether there is a place for it or not.
    HoldRoom(String),
    LeaveRoom(String),
    Channel(ChannelNumber, ChannelOrder),
    SendText(TextId, Target, String),
    /// A report about these players, or about all if the list is empty, with its reason.
    Report(Vec<String>, String),
    Hear(Hearing),
    SharePosition(bool),
    SetInput(Box<dyn Input>),
    SetEngineInput(EngineMicrophone),
    SetEngineOutput(EngineSpeaker),
    /// Take a player's voice separately.
    PlayerStream(String, Box<StreamWriter>),
    SetCapture(CaptureSettings),
    SetActivation(ActivationSettings),
    SetQuality {
        quality: Quality,
        error_correction: bool,
    },
    SetEncoder(EncoderSettings),
    SetEchoReference(EchoReferenceReader),
    Tap(TapSource, TapSender),
    LogPackets(PacketSink),
    #[cfg(feature = "devices")]
    SelectDevice(consonance_device::devices::Direction, consonance_device::devices::DeviceSelection),
    SetRouting(Routing),
    Moderate {
        player: String,
        action: ModeratorAction,
        reason: String,
    },
}

impl Command {
    /// The kind of problem if this command fails.
    pub(crate) fn problem_kind(&self) -> ProblemKind {
        match self {
            Self::JoinRoom(_) | Self::HoldRoom(_) | Self::LeaveRoom(_) => ProblemKind::Room,
            Self::Channel(..) => ProblemKind::Channel,
            Self::SetQuality { .. } | Self::SetEncoder(_) => ProblemKind::Voice,
            Self::SetInput(_) | Self::SetEngineInput(_) | Self::SetCapture(_) | Self::SetEchoReference(_) => {
                ProblemKind::Input
            }
            Self::Hear(_) | Self::PlayerStream(..) => ProblemKind::Hearing,
            Self::Tap(..) => ProblemKind::Tap,
            Self::Moderate { .. } => ProblemKind::Moderation,
            #[cfg(feature = "devices")]
            Self::SelectDevice(..) => ProblemKind::Device,
            Self::SendText(..)
            | Self::Report(..)
            | Self::SharePosition(_)
            | Self::SetEngineOutput(_)
            | Self::SetActivation(_)
            | Self::LogPackets(_)
            | Self::SetRouting(_) => ProblemKind::Other,
        }
    }
}

/// Settings for hearing other players.
pub(crate) enum Hearing {
    Volume {
        name: Arc<str>,
        volume: f32,
    },
    Muted {
        name: Arc<str>,
        muted: bool,
    },
    Effects {
        name: Arc<str>,
        effects: Box<EffectChain>,
    },
    RoomEffects {
        room: Arc<str>,
        effects: Box<EffectChain>,
    },
    PlayerAutoVolume {
        name: Arc<str>,
        /// `None` follows the setting for all players.
        enabled: Option<bool>,
    },
    NoiseGate {
        name: Arc<str>,
        enabled: bool,
    },
    Place {
        name: Arc<str>,
        place: Option<SpeakerPlace>,
    },
    Places(Vec<(String, Option<SpeakerPlace>)>),
    Listener(Option<Pose>),
    Spatial(SpatialSettings),
    /// Whether the listener wears headphones, if the game knows; `None` infers it from the name of the loudspeaker.
    Headphones(Option<bool>),
    MasterVolume(f32),
    Ducking(DuckingSettings),
    AutoVolume(bool),
}
