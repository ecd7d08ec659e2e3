//! The participants: the players, each with a client, and the host with the server, each with a clock of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use consonance_session::{Capabilities, ChannelId, Client, ClientSettings, Instant, Server, ServerSettings};

use crate::sim::clock::{OwnClock, Time};
use crate::sim::dice::Dice;
use crate::sim::heard::Heard;
use crate::sim::numbers::{PlayerId, Room, Version};
use crate::sim::tally::Tally;

/// A player: what it wants, what it was told, and the client between the two.
#[derive(Debug)]
pub(crate) struct Player {
    pub(crate) id: PlayerId,
    pub(crate) clock: OwnClock,
    /// The capabilities of its client beyond the original.
    pub(crate) capabilities: Capabilities,
    /// Whether its client, or one before it, may have reported how voices arrive: a server counts the reports of an
    /// earlier client for a while.
    pub(crate) may_have_reported: bool,
    /// The client; `None` while the machine is off or has crashed.
    pub(crate) client: Option<Client>,
    /// The number of its clients so far: events for an earlier client do not reach this one.
    pub(crate) life: u32,
    /// The time at which the client is to be woken.
    pub(crate) wake: Option<Time>,
    /// The requested wake-up time, by its own clock.
    pub(crate) alarm: Option<Instant>,

    /// The rooms that it was told to listen to.
    pub(crate) rooms: BTreeSet<Room>,
    /// The channels that it was told to speak on.
    pub(crate) channels: Vec<Said>,
    pub(crate) talk: Option<Talk>,
    /// It has sent forged packets; the server may close its link for that.
    pub(crate) has_forged: bool,
    /// Its next ticket is not the one that the server gave it.
    pub(crate) spoils_ticket: bool,

    pub(crate) heard: Heard,
}

/// A channel as the script opened it.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) channel: ChannelId,
    pub(crate) target: SpeechTarget,
    pub(crate) state: SaidState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SaidState {
    Open,
    /// The next frame carries it for the last time; to a player only as long as that very stay lasts.
    Closing(Option<Version>),
}

/// The recipient that the script speaks or writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpeechTarget {
    Room(Room),
    Player(PlayerId),
}

/// A stretch of speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Talk {
    pub(crate) until: Time,
    /// Frames that are still sent after the channels were closed, so that listeners hear the closing.
    pub(crate) last_frames: u8,
    pub(crate) ends_by_closing: bool,
    /// When it ends, no other player begins to talk.
    pub(crate) is_extra: bool,
}

impl Player {
    pub(crate) fn new(player_id: PlayerId) -> Self {
        Self {
            id: player_id,
            clock: OwnClock::new(Time::START, 0, 0),
            capabilities: Capabilities::NONE,
            may_have_reported: false,
            client: None,
            life: 0,
            wake: None,
            alarm: None,
            rooms: BTreeSet::new(),
            channels: Vec::new(),
            talk: None,
            has_forged: false,
            spoils_ticket: false,
            heard: Heard::default(),
        }
    }

    /// A new client on a new machine that wants what the old one wanted to listen to.
    pub(crate) fn revive(
        &mut self,
        now: Time,
        name: &str,
        rooms: &[Box<str>],
        dice: &mut Dice,
        skewed: bool,
    ) {
        let mut settings = ClientSettings::new(name);
        settings.capabilities = self.capabilities;
        let mut client = Client::new(settings);
        for room in &self.rooms {
            // The simulation has few rooms, and their names are short and distinct.
            let joined = client.join_room(&rooms[usize::from(room.0)]);
            debug_assert_eq!(joined, Ok(()), "a client takes the few rooms of a script");
        }
        self.clock = own_clock(now, dice, skewed);
        self.client = Some(client);
        self.life += 1;
        (self.wake, self.alarm) = (None, None);
        (self.has_forged, self.spoils_ticket) = (false, false);
    }

    /// Removes the client without a goodbye.
    pub(crate) fn crash(&mut self) {
        self.client = None;
        (self.wake, self.alarm) = (None, None);
        self.channels.clear();
        self.talk = None;
        self.heard = Heard::default();
    }

    /// Channels to players that are closing vanish with the players.
    pub(crate) fn vanish_closing(&mut self) {
        let is_kept =
            |said: &Said| said.state == SaidState::Open || matches!(said.target, SpeechTarget::Room(_));
        self.channels.retain(is_kept);
    }
}

/// The machine with the server.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) server: Server,
    pub(crate) clock: OwnClock,
    pub(crate) wake: Option<Time>,
    /// The host is down until then: links do not open.
    pub(crate) away_until: Time,
    /// The players and their rooms, as its events report them.
    pub(crate) told: Tally,
    /// With which truth its tables were compared last, and what they were.
    pub(crate) compared: Option<(Version, Tally)>,
}

impl Host {
    pub(crate) fn new(now: Time, grace: Duration, dice: &mut Dice, skewed: bool) -> Self {
        let mut settings = ServerSettings::from_seed(dice.throw());
        settings.limits.resume = grace;
        Self {
            server: Server::new(settings),
            clock: own_clock(now, dice, skewed),
            wake: None,
            away_until: now,
            told: Tally::default(),
            compared: None,
        }
    }
}

/// Up to a day since it was switched on, up to a hundredth fast or slow.
fn own_clock(now: Time, dice: &mut Dice, skewed: bool) -> OwnClock {
    if !skewed {
        return OwnClock::new(now, 0, 0);
    }
    let day = Duration::from_hours(24).as_micros() as u64;
    OwnClock::new(now, dice.below(day), dice.below(20_001) as i64 - 10_000)
}
