//! A visitor, and its way of joining.

use serde_json::{Value, json};

use crate::browser_test::voices::{Manner, Voice};

/// A visitor, and its way of joining.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor {
    pub(crate) name: &'static str,
    pub(crate) voice: Voice,
    pub(crate) manner: Manner,
    pub(crate) activation: Activation,
    pub(crate) way: Way,
    /// Whether it uses Firefox, whichever browser the others have.
    pub(crate) has_firefox: bool,
    /// Whether its browser supports encryption.
    pub(crate) can_encrypt: bool,
}

impl Visitor {
    /// A visitor that is heard while Space is held, without anything in the way.
    pub(crate) const fn new(name: &'static str, voice: Voice) -> Self {
        let (manner, activation, way) = (Manner::AsRecorded, Activation::PushToTalk, Way::Udp);
        Self { name, voice, manner, activation, way, has_firefox: false, can_encrypt: true }
    }

    /// The storage of a returning visitor's browser, with voice processing switched off.
    pub(super) fn settings(&self) -> Value {
        json!({
            "activation": self.activation.name(),
            "echoCancellation": false,
            "noiseSuppression": false,
            "autoGainControl": false,
        })
    }
}

/// The condition under which a visitor is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    PushToTalk,
    /// While it is loud enough.
    Voice,
    Always,
}

impl Activation {
    /// The page's description of it once the visitor is in the room.
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

/// How a voice gets out of a visitor's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Udp,
    /// No UDP gets through.
    Tcp,
    /// The browser has no WebRTC.
    WebSocket,
}
