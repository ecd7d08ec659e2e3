//! Who comes, and how.

use serde_json::{Value, json};

use crate::voices::{Manner, Voice};

/// Who comes, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor {
    pub(crate) name: &'static str,
    pub(crate) voice: Voice,
    pub(crate) manner: Manner,
    pub(crate) activation: Activation,
    pub(crate) way: Way,
}

impl Visitor {
    /// Somebody who is heard while Space is held, and whom nothing hinders.
    pub(crate) const fn new(name: &'static str, voice: Voice) -> Self {
        let (manner, activation, way) = (Manner::AsRecorded, Activation::PushToTalk, Way::Udp);
        Self { name, voice, manner, activation, way }
    }

    /// What is stored in the browser of somebody who was here before, and has switched off what changes a voice.
    pub(super) fn settings(&self) -> Value {
        json!({
            "activation": self.activation.name(),
            "echoCancellation": false,
            "noiseSuppression": false,
            "autoGainControl": false,
        })
    }
}

/// When somebody is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    PushToTalk,
    /// While it is loud enough.
    Voice,
    Always,
}

impl Activation {
    /// What the page says of it as soon as somebody is in the room.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::PushToTalk => "Hold Space or the button to talk",
            Self::Voice => "Speak, and lobby hears you.",
            Self::Always => "Lobby hears everything here.",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::PushToTalk => "push-to-talk",
            Self::Voice => "voice",
            Self::Always => "open",
        }
    }
}

/// How a voice gets out of somebody's house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Udp,
    /// No UDP gets through.
    Tcp,
    /// The browser has no WebRTC.
    WebSocket,
}
