//! What the game asks of the voice thread, as data.
//!
//! What must not be lost in a full queue is among the switches instead.

use consonance_audio::{
    ActivationSettings, CaptureSettings, DuckingSettings, EffectChain, EncoderSettings, Input, Pose, Quality,
    SpatialSettings, SpeakerPlace,
};
use consonance_pcap::PacketSink;
use consonance_session::{ModeratorAction, Routing, Target};

use crate::capture::EchoReferenceReader;
use crate::channel::{Channel, ChannelOrder};
use crate::engine_sound::{EngineMicrophone, EngineSpeaker, StreamWriter};
use crate::tap::{TapSender, TapSource};
use crate::text::TextId;

pub(crate) enum Command {
    JoinRoom(String),
    /// For a trigger, which leaves it once, whether there is a place for it or not.
    HoldRoom(String),
    LeaveRoom(String),
    Channel(Channel, ChannelOrder),
    SendText(TextId, Target, String),
    /// What was heard of these players, or of all, and why it is reported.
    Report(Vec<String>, String),
    Hear(Hearing),
    SharePosition(bool),
    SetInput(Box<dyn Input>),
    SetEngineInput(EngineMicrophone),
    SetEngineOutput(EngineSpeaker),
    /// A player's voice is to be taken by itself.
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
    SelectDevice(consonance_device::Direction, consonance_device::DeviceSelection),
    SetRouting(Routing),
    Moderate {
        player: String,
        action: ModeratorAction,
        reason: String,
    },
}

/// How the others are to be heard.
pub(crate) enum Hearing {
    Volume {
        name: String,
        volume: f32,
    },
    Muted {
        name: String,
        muted: bool,
    },
    Effects {
        name: String,
        effects: Box<EffectChain>,
    },
    RoomEffects {
        room: String,
        effects: Box<EffectChain>,
    },
    PlayerAutoVolume {
        name: String,
        /// Nothing if it is as for all.
        enabled: Option<bool>,
    },
    NoiseGate {
        name: String,
        enabled: bool,
    },
    Places(Vec<(String, Option<SpeakerPlace>)>),
    Listener(Option<Pose>),
    Spatial(SpatialSettings),
    /// What the game knows; nothing if the name of the loudspeaker is to tell.
    Headphones(Option<bool>),
    MasterVolume(f32),
    Ducking(DuckingSettings),
    AutoVolume(bool),
}
