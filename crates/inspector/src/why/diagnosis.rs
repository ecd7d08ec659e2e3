//! The results of a diagnosis, link by link, and their text form.

use std::fmt;

use consonance_wire::names::visible;
use serde::{Deserialize, Serialize};

/// Every link of the path from one player to another, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The speaker's name.
    pub speaker: String,
    /// The name of the listener that does not hear it.
    pub listener: String,
    /// The result for each link.
    pub steps: Vec<Step>,
}

impl Diagnosis {
    /// The first link that is broken: what to repair first. Later ones may be broken because of it.
    pub fn first_broken(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.outcome == StepOutcome::Broken)
    }

    /// Why the first broken link is broken.
    pub fn cause(&self) -> Option<&SilenceCause> {
        self.first_broken()?.cause.as_ref()
    }

    /// In one or two sentences: what is broken and what to do, or which inspector to ask.
    pub fn verdict(&self) -> String {
        let Self { speaker, listener, steps } = self;
        if let Some(step) = self.first_broken() {
            return match &step.remedy {
                Some(remedy) => format!("{}: {remedy}.", step.words),
                None => format!("{}.", step.words),
            };
        }
        let unknown: Vec<&Step> = steps.iter().filter(|step| step.outcome == StepOutcome::Unknown).collect();
        if unknown.is_empty() {
            return format!("{listener} can hear {speaker}: no link is broken.");
        }
        let mut ask: Vec<&str> = Vec::new();
        for remedy in unknown.iter().filter_map(|step| step.remedy.as_deref()) {
            if !ask.contains(&remedy) {
                ask.push(remedy);
            }
        }
        format!("Nothing is broken as far as can be seen from here: {}.", ask.join("; "))
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Why does {} not hear {}?", Shown(&self.listener), Shown(&self.speaker))?;
        for step in &self.steps {
            let mark = match step.outcome {
                StepOutcome::Passed => "ok     ",
                StepOutcome::Broken => "BROKEN ",
                StepOutcome::Unknown => "?      ",
            };
            writeln!(f, "  {mark} {:<20} {}", step.link.title(), Shown(&step.words))?;
        }
        write!(f, "{}", Shown(&self.verdict()))
    }
}

/// Text with players' names in it, which must not inject escape sequences into the terminal, or hide characters from
/// its reader.
struct Shown<'t>(&'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(self.0))
    }
}

/// The result for one link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// The link.
    pub link: PathLink,
    /// Whether it holds.
    pub outcome: StepOutcome,
    /// The observation, in words.
    pub words: String,
    /// Why it is broken, for programs.
    pub cause: Option<SilenceCause>,
    /// The remedy for a broken link, or the inspector to ask about an unknown one.
    pub remedy: Option<String>,
}

impl Step {
    pub(super) fn passed(link: PathLink, words: impl Into<String>) -> Self {
        Self { link, outcome: StepOutcome::Passed, words: words.into(), cause: None, remedy: None }
    }

    pub(super) fn broken(
        link: PathLink,
        cause: SilenceCause,
        words: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (outcome, cause, remedy) = (StepOutcome::Broken, Some(cause), Some(remedy.into()));
        Self { link, outcome, words: words.into(), cause, remedy }
    }

    /// A result that is unknown here, but known to the inspector of `knows`.
    pub(super) fn unknown(link: PathLink, words: impl Into<String>, knows: &str) -> Self {
        let remedy = Some(format!("ask the inspector of {knows}"));
        Self { link, outcome: StepOutcome::Unknown, words: words.into(), cause: None, remedy }
    }
}

/// Whether a link holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It does.
    Passed,
    /// It does not.
    Broken,
    /// It cannot be determined from here.
    Unknown,
}

/// A link of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PathLink {
    /// The speaker is in the session.
    SpeakerJoined,
    /// The listener is in the same session.
    ListenerJoined,
    /// The speaker's microphone, or other input, delivers sound.
    Microphone,
    /// The speaker has not muted itself.
    Mute,
    /// The key is held, or speech is detected.
    Activation,
    /// A channel is open.
    Channel,
    /// The listener is a recipient of the channels.
    Rooms,
    /// Both hold the tokens that they need.
    Tokens,
    /// From the speaker to the server.
    Uplink,
    /// The speaker is near enough for the server.
    Proximity,
    /// From the speaker's node of a cluster to the listener's.
    Nodes,
    /// From there to the listener.
    Downlink,
    /// Most of it arrives.
    Loss,
    /// The listener can decode it.
    Codec,
    /// The listener hears players at all.
    Ears,
    /// The listener has not turned the speaker down.
    Volume,
    /// No player of a higher priority speaks.
    Priority,
    /// The speaker is near enough.
    Distance,
    /// The speaker is among the loudest.
    Crowd,
    /// The listener's loudspeaker plays.
    Loudspeaker,
    /// Both have the keys of an encrypted session.
    Encryption,
}

impl PathLink {
    /// Its name, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::SpeakerJoined => "speaker joined",
            Self::ListenerJoined => "listener joined",
            Self::Microphone => "microphone",
            Self::Mute => "speaker's mute",
            Self::Activation => "activation",
            Self::Channel => "channel",
            Self::Rooms => "rooms",
            Self::Tokens => "tokens",
            Self::Uplink => "way to the server",
            Self::Proximity => "server's proximity",
            Self::Nodes => "way between nodes",
            Self::Downlink => "way to the listener",
            Self::Loss => "loss",
            Self::Codec => "codec",
            Self::Ears => "listener's ears",
            Self::Volume => "mute and volume",
            Self::Priority => "priority",
            Self::Distance => "distance",
            Self::Crowd => "crowd",
            Self::Loudspeaker => "loudspeaker",
            Self::Encryption => "encryption",
        }
    }
}

/// Why a link is broken.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SilenceCause {
    /// Speaker and listener are the same.
    SamePlayer,
    /// A client has no connection to a session.
    NotConnected,
    /// No player of that name is in the session, and none of a similar name.
    NotJoined,
    /// No player of that name is in the session, but one of a similar name.
    OtherName {
        /// The similar name.
        similar: String,
    },
    /// Both are in sessions, but not in the same one.
    OtherSession,
    /// The speaker has no input.
    NoInput,
    /// The speaker's microphone does not run.
    MicrophoneFailed,
    /// The speaker's input, such as a file, has ended.
    InputEnded,
    /// The speaker's microphone runs, but delivers only silence.
    MicrophoneSilent,
    /// The speaker has muted itself.
    SelfMuted,
    /// The server's operator has muted the speaker.
    MutedByServer,
    /// The server's operator has deafened the listener.
    DeafenedByServer,
    /// The speaker does not hold the key for push to talk.
    KeyNotHeld,
    /// The speaker's microphone hears something, but no speech.
    NoSpeech,
    /// The speaker has no open channel.
    NoChannel,
    /// Every channel of the speaker is kept closed, or every one that the listener would hear.
    ChannelClosed,
    /// The speaker's target has no listener.
    NoListener,
    /// Others listen to the speaker's target, but the listener does not.
    NotListening,
    /// A token is missing.
    TokenMissing,
    /// The server denies access to the room.
    RoomRefused,
    /// One of the two has not told the server its position, and the other one has.
    NoPosition,
    /// The page of one of the two is lost, and may come back.
    PageAway,
    /// The server drops the speaker's voice: too many packets, or packets in a format that it does not accept.
    VoiceRefused,
    /// The speaker's voice does not reach the server.
    UplinkDead,
    /// A node of the cluster has no connection to NATS.
    NatsAway,
    /// The node of the speaker or of the listener is not heard, or does not answer.
    NodeLost,
    /// One of the two nodes does not hear the other one.
    NodesApart,
    /// The speaker's node drops voice for the listener's.
    VoiceDroppedBetweenNodes,
    /// None of the speaker's packets reach the listener.
    NothingArrives,
    /// Most packets are lost.
    Loss,
    /// The listener cannot decode the speaker's codec.
    Undecodable,
    /// The listener has deafened itself.
    Deafened,
    /// The listener has set the volume of all players to 0.
    MasterVolumeZero,
    /// The listener has muted the speaker.
    MutedByListener,
    /// The speaker's volume, set by the listener, or that of its channel is zero.
    VolumeZero,
    /// A player of a higher priority speaks.
    Outranked,
    /// The speaker is too far away.
    OutOfRange,
    /// Too many others are louder.
    Crowded,
    /// The listener's loudspeaker does not run.
    LoudspeakerFailed,
    /// A client has no keys for an encrypted session.
    NoKeys,
    /// One of the two is not in the group of the other.
    NotInGroup,
}
