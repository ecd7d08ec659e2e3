//! Who takes part: the players, each with a client, and the host with the server, each with a clock of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use consonance_session::{
    Capabilities, ChannelId, Client, ClientId, ClientSettings, Instant, Server, ServerSettings, SessionId,
};

use crate::clock::{OwnClock, Time};
use crate::dice::Dice;
use crate::model::{Room, Version, View};
use crate::network::Who;
use crate::tally::Tally;
use crate::words::{Probe, Word};

/// A player: what it wants, what it was told, and the client between the two.
#[derive(Debug)]
pub(crate) struct Player {
    pub(crate) who: Who,
    pub(crate) clock: OwnClock,
    /// What its client can do beyond the original.
    pub(crate) capabilities: Capabilities,
    /// The machine is off or has crashed without one.
    pub(crate) client: Option<Client>,
    /// Counts clients: what was meant for an earlier one does not reach this one.
    pub(crate) life: u32,
    /// When the client is to be woken.
    pub(crate) wake: Option<Time>,
    /// What it asked for then, by its own clock.
    pub(crate) alarm: Option<Instant>,

    /// The rooms that it has been told to listen to.
    pub(crate) rooms: BTreeSet<Room>,
    /// The channels that it has been told to speak on.
    pub(crate) channels: Vec<Said>,
    pub(crate) talk: Option<Talk>,
    /// It has been sending what no honest client sends; the server may close its link for that.
    pub(crate) has_forged: bool,

    pub(crate) heard: Heard,
}

/// What a player was told by its client since it joined, as far as the next event has to fit it.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// It has just joined or was disconnected.
    pub(crate) is_fresh: bool,
    /// Somebody took its name, which can only be an earlier self whose handshake was late: it will try again.
    pub(crate) was_evicted: bool,
    /// Session and own id.
    pub(crate) joined: Option<(SessionId, ClientId)>,
    /// What it knows of the session; `None` while it is in none, or is just being told.
    pub(crate) view: Option<View>,
    pub(crate) roster_received: bool,
    /// What its events say who is here and who listens where; its own arrival is not counted, as its going is not told.
    pub(crate) told: Tally,
    /// By id.
    ears: Vec<Ear>,
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

/// Whom the script speaks or writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpeechTarget {
    Room(Room),
    Player(Who),
}

/// A stretch of speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Talk {
    pub(crate) until: Time,
    /// Frames that are still sent after the channels were closed, so that somebody may hear the closing.
    pub(crate) last_frames: u8,
    pub(crate) ends_by_closing: bool,
    /// Nobody else begins when it ends.
    pub(crate) is_extra: bool,
}

/// What one player hears of one id.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ear {
    pub(crate) is_speaking: bool,
    /// The packet's number less the one told: the same throughout an utterance.
    pub(crate) offset: Option<u16>,
    /// The newest word that came, and whose.
    pub(crate) newest: Option<(Version, Probe)>,
    /// The stay and the version at which the speaker was found to be known.
    pub(crate) known: Option<(Version, Version)>,
    /// A frame of an earlier owner of this id came while this stay owned it, so the machine may be misled.
    pub(crate) misled_about: Option<Version>,
}

impl Player {
    pub(crate) fn new(who: Who) -> Self {
        Self {
            who,
            clock: OwnClock::new(Time::START, 0, 0),
            capabilities: Capabilities::NONE,
            client: None,
            life: 0,
            wake: None,
            alarm: None,
            rooms: BTreeSet::new(),
            channels: Vec::new(),
            talk: None,
            has_forged: false,
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
            // Rooms of the simulation are few, and their names short and apart.
            let joined = client.join_room(&rooms[usize::from(room.0)]);
            debug_assert_eq!(joined, Ok(()), "a client takes the few rooms of a script");
        }
        self.clock = own_clock(now, dice, skewed);
        self.client = Some(client);
        self.life += 1;
        (self.wake, self.alarm) = (None, None);
        self.has_forged = false;
    }

    /// Takes the client away without a word.
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

impl Heard {
    /// Nothing yet, since it joined with this session and id, or since it is in none.
    pub(crate) fn anew(joined: Option<(SessionId, ClientId)>) -> Self {
        Self { is_fresh: true, joined, ..Self::default() }
    }

    /// What is heard from an id.
    pub(crate) fn ear(&mut self, id: ClientId) -> &mut Ear {
        let index = usize::from(id.0);
        if index >= self.ears.len() {
            self.ears.resize(index + 1, Ear::default());
        }
        &mut self.ears[index]
    }

    /// Whether a frame of an earlier owner of a word's id may have misled the machine about its speaker.
    pub(crate) fn is_misled_about(&self, word: &Word) -> bool {
        self.ears.get(usize::from(word.id.0)).is_some_and(|ear| ear.is_misled_about(word))
    }

    /// Whether anybody speaks, to this player's knowledge.
    pub(crate) fn somebody_speaks(&self) -> bool {
        self.ears.iter().any(|ear| ear.is_speaking)
    }
}

impl Ear {
    /// Whether a frame has to be heard once its channels are for this player: the newest one is, unless a frame of
    /// an earlier owner of the id may have misled the machine.
    pub(crate) fn believes(&self, word: &Word) -> bool {
        !self.is_misled_about(word) && self.is_newest(word)
    }

    /// A frame came.
    pub(crate) fn note(&mut self, word: &Word) {
        if let Some(stay) = word.stay.filter(|_| self.is_newest(word)) {
            self.newest = Some((stay, word.probe));
        }
    }

    fn is_misled_about(&self, word: &Word) -> bool {
        self.misled_about.is_some() && self.misled_about == word.stay
    }

    fn is_newest(&self, word: &Word) -> bool {
        !self.newest.is_some_and(|(stay, probe)| Some(stay) == word.stay && probe > word.probe)
    }
}

/// The machine with the server.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) server: Server,
    pub(crate) clock: OwnClock,
    pub(crate) wake: Option<Time>,
    /// Down until then: links do not open.
    pub(crate) away_until: Time,
    /// What its events say who is here and who listens where.
    pub(crate) told: Tally,
    /// With which truth its tables were compared last, and what they were.
    pub(crate) compared: Option<(Version, Tally)>,
}

impl Host {
    pub(crate) fn new(now: Time, dice: &mut Dice, skewed: bool) -> Self {
        Self {
            server: Server::new(ServerSettings::from_seed(dice.next())),
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
