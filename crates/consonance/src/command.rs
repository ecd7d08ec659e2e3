//! What the game asks of the voice thread, as data.

use consonance_audio::{ActivationSettings, CaptureSettings, Input, Quality};
use consonance_session::{ChannelProperties, Routing, Target};

use crate::capture::GameSoundReader;
use crate::channel::Channel;

pub(crate) enum Command {
    JoinRoom(String),
    LeaveRoom(String),
    OpenChannel(Channel, Target, ChannelProperties),
    SetChannel(Channel, ChannelProperties),
    CloseChannel(Channel),
    SendText(Target, String),
    SetVolume {
        name: String,
        volume: f32,
    },
    SetInput(Box<dyn Input>),
    SetCapture(CaptureSettings),
    SetActivation(ActivationSettings),
    SetTalkKey {
        held: bool,
    },
    SetMuted(bool),
    SetQuality(Quality),
    SetGameSound(GameSoundReader),
    #[cfg(feature = "devices")]
    SelectDevice(consonance_device::Direction, consonance_device::Selection),
    SetRouting(Routing),
    Leave,
}
