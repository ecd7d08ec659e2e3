//! A player of ours on any network: the library for games, with a microphone that is given words to say and a
//! loudspeaker that records.

use std::net::SocketAddr;

use consonance::audio::{Pose, Quality};
use consonance::quic::{QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance::transport::ClientNetwork;
use consonance::transport::impair::{ImpairedClient, Impairment};
use consonance::{Channel, ChannelProperties, EventKind, VoiceChat, VoiceChatBuilder};
use consonance_testing::networks;
use consonance_testing::stage::{Failure, SOON, until};
use plain_sockets::PlainClient;

use crate::scenario::cast::{CastMember, Role, WORLD, Way};
use crate::scenario::house::House;
use crate::scenario::mouth_and_ear::{Ear, Mouth};
use crate::scenario::programme::To;
use crate::scenario::words::Words;

/// Dropping it leaves the session.
pub(crate) struct Player {
    pub(crate) member: CastMember,
    pub(crate) voice: VoiceChat,
    pub(crate) mouth: Mouth,
    pub(crate) ear: Ear,
    /// All events since they were last discarded.
    told: Vec<EventKind>,
    /// The runtime of its network, if that needs one.
    _runtime: Option<QuicRuntime>,
}

impl Player {
    /// Begins to join, without waiting for it; `game` is the address of the server of the game on plain sockets.
    ///
    /// # Errors
    /// If its end of the network cannot be opened.
    pub(crate) fn enter(role: &Role, house: &House, game: SocketAddr) -> Result<Self, Failure> {
        let at = house.at(role.way.listener());
        let over = |transport: Box<dyn ClientNetwork>| Ok(VoiceChat::over(transport));
        let mut runtime = None;
        let builder = match role.way {
            Way::Native | Way::Recorder | Way::Browser | Way::Mumble => {
                VoiceChat::to(house.address()).map_err(not_so)
            }
            Way::Lossy => over(lossy(house.address(), runtime.insert(QuicRuntime::new(1).map_err(not_so)?))?),
            Way::Listed(network) => over(networks::player(network, at)),
            Way::PlainSockets => over(Box::new(PlainClient::new(game))),
        }?;
        let (mouth, ear) = (Mouth::default(), Ear::default());
        let builder = dressed(builder, role).input(mouth.microphone()).output(ear.loudspeaker());
        let voice = builder.start().map_err(not_so)?;
        Ok(Self { member: role.member, voice, mouth, ear, told: Vec::new(), _runtime: runtime })
    }

    /// Opens a channel for its words to this target.
    pub(crate) fn open(&self, to: To) -> Channel {
        match to {
            To::Room(room) => {
                let properties = ChannelProperties { positional: room == WORLD, ..Default::default() };
                self.voice.room(room).speak_with(properties)
            }
            To::Player(member) => self.voice.player(member.name()).speak(),
        }
    }

    /// Takes a position this many metres along the line on which all players stand.
    pub(crate) fn stand_at(&self, metres: f32) {
        self.voice.playback().set_listener(Some(Pose { position_m: [metres, 0.0, 0.0], ..Pose::default() }));
    }

    /// The other players, as far as it knows.
    pub(crate) fn knows(&self) -> Vec<String> {
        let others = self.voice.players().into_iter().filter(|player| !player.is_local());
        others.filter(|player| player.is_connected()).map(|player| player.name().to_owned()).collect()
    }

    /// All events since [`forget`](Self::forget).
    pub(crate) fn told(&mut self) -> &[EventKind] {
        self.told.extend(self.voice.events().map(|event| event.kind));
        &self.told
    }

    /// Discards the events so far.
    pub(crate) fn forget(&mut self) {
        self.told();
        self.told.clear();
    }

    /// Waits for an event; `what` describes it, as the end of a sentence that begins with "until".
    ///
    /// # Errors
    /// If the event does not come in time; with the last events instead.
    pub(crate) fn is_told<T>(
        &mut self,
        what: &str,
        is_it: impl Fn(&EventKind) -> Option<T>,
    ) -> Result<T, Failure> {
        let outcome = until(what, SOON, || Ok(self.told().iter().find_map(&is_it)));
        let last = self.told.iter().rev().take(5).map(|kind| format!("{kind:?}")).collect::<Vec<_>>();
        outcome.map_err(|failure| match failure {
            Failure::TimedOut { what, within } => {
                Failure::TimedOut { what: format!("{what}; it was told {}", last.join(", ")), within }
            }
            failure => failure,
        })
    }
}

/// The usual settings of a player, including retries if the server is down.
fn dressed(builder: VoiceChatBuilder, role: &Role) -> VoiceChatBuilder {
    let mut builder = builder.name(role.member.name()).retry_first_connect();
    for room in role.rooms {
        builder = builder.listen_to_room(*room);
    }
    if role.words == Some(Words::Music) {
        builder = builder.quality(Quality::Music);
    }
    builder.share_position(role.member.listens_to(WORLD))
}

/// Every tenth packet of voice is lost in each direction.
fn lossy(address: &str, runtime: &QuicRuntime) -> Result<Box<dyn ClientNetwork>, Failure> {
    let address: QuicAddress = address.parse().map_err(not_so)?;
    let client = QuicClient::new(runtime, address, QuicClientSettings::default());
    let loss = |seed| Impairment { loss_percent: 10.0, seed, ..Impairment::default() };
    Ok(Box::new(ImpairedClient::new(client, &loss(1), &loss(2))))
}

pub(crate) fn not_so(error: impl std::fmt::Display) -> Failure {
    Failure::NotSo(error.to_string())
}
