//! The programme: events, the lines of each player, and the players that must hear them.
//!
//! A player that is present and not named must not hear it. This table is all that the recordings are compared with.

use Act::{Happens, Says};
use CastMember::{
    Alice, Bob, Brigitte, Dario, Finn, Flora, Jukebox, Kim, Mona, Nils, Petra, Rita, Trevor, Wanda,
};

use crate::scenario::cast::{BLUE, CARD_TABLE, CAST, CastMember, DANCE_FLOOR, LOBBY, RED, WORLD};

/// A part of the scenario.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) title: &'static str,
    /// The purpose of the scene, in a sentence.
    pub(crate) what: &'static str,
    /// The acts, in order.
    acts: &'static [Act],
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Says(Line),
    Happens(Event),
    /// Every guest says something to the lobby.
    GuestsSpeak,
}

/// A player says its words once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) member: CastMember,
    pub(crate) to: To,
    pub(crate) heard_by: HeardBy,
    /// The reason why these players must hear it, and no others.
    pub(crate) why: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Room(&'static str),
    Player(CastMember),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeardBy {
    /// All other players that are present and listen to this room from the beginning.
    Listeners(&'static str),
    Only(&'static [CastMember]),
    NoPlayer,
}

/// An event besides talk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Event {
    /// All players join, and each knows all others.
    Arrival,
    /// A player moves: metres along a line on which all players of the world stand.
    Walk(CastMember, f32),
    MusicBegins,
    MusicEnds,
    /// The player that records leaves, and its files are compared with the words that were said.
    RecorderLeaves,
    /// A player reloads its page, and the others do not see it leave.
    Reload(CastMember),
    /// Unknown addresses send garbage to every port, and a player sends far too much.
    FloodBegins,
    FloodEnds,
    Mute(CastMember),
    Unmute(CastMember),
    /// The player is disconnected, and cannot join again.
    Ban(CastMember),
    /// These players join a room, which is full then.
    TableFills(&'static [CastMember]),
    /// Another player is told that the room is full.
    NoChairFor(CastMember),
    /// Guests join until the server is full; the next one is told why it is rejected, and is admitted when another one
    /// leaves.
    HouseFills,
    /// The server is shut down and started again on its ports: all players reconnect by themselves, with their former
    /// places where that is promised.
    Restart,
    /// The server's own recording has all players' words in a track of their own.
    ServerRecorded,
}

/// The scenario.
pub(crate) const PROGRAMME: &[Scene] = &[
    Scene {
        title: "Arrival",
        what: "All players come in by their own network, into one session.",
        acts: &[Happens(Event::Arrival)],
    },
    Scene {
        title: "To all players",
        what: "Each of them says something to the lobby, one after the other.",
        acts: &[
            global(Alice),
            global(Bob),
            global(Brigitte),
            global(Kim),
            global(Dario),
            global(Finn),
            global(Nils),
            global(Flora),
            global(Wanda),
            global(Rita),
            global(Petra),
            global(Trevor),
            global(Mona),
            Act::GuestsSpeak,
        ],
    },
    Scene {
        title: "A recorder",
        what: "The recorder of the lobby has every voice in a file of its own.",
        acts: &[Happens(Event::RecorderLeaves)],
    },
    Scene {
        title: "Teams",
        what: "What is said to a team stays in the team, whatever network its members are on.",
        acts: &[
            says(Kim, To::Room(RED), HeardBy::Listeners(RED), "the red team's"),
            says(Bob, To::Room(BLUE), HeardBy::Listeners(BLUE), "the blue team's, through 10 % loss"),
            says(Mona, To::Room(BLUE), HeardBy::Listeners(BLUE), "a shout to a channel, in Mumble's words"),
        ],
    },
    Scene {
        title: "Whispers",
        what: "Only one player hears it, from game to game and into a browser.",
        acts: &[
            says(Alice, To::Player(Finn), HeardBy::Only(&[Finn]), "a whisper"),
            says(Petra, To::Player(Brigitte), HeardBy::Only(&[Brigitte]), "a whisper to a page"),
            says(Kim, To::Player(Mona), HeardBy::Only(&[Mona]), "a whisper to a Mumble user"),
            says(Mona, To::Player(Kim), HeardBy::Only(&[Kim]), "and back"),
        ],
    },
    Scene {
        title: "Near and far",
        what: "In the world a voice carries for 25 metres: Finn is 60 metres away, and comes nearer.",
        acts: &[
            Happens(Event::Walk(Kim, 10.0)),
            Happens(Event::Walk(Finn, 60.0)),
            Happens(Event::Walk(Alice, 0.0)),
            says(Kim, To::Room(WORLD), HeardBy::Only(&[Alice]), "Alice is near, Finn is 50 m away"),
            Happens(Event::Walk(Finn, 18.0)),
            says(Kim, To::Room(WORLD), HeardBy::Only(&[Alice, Finn]), "Finn has come within 8 m"),
        ],
    },
    Scene {
        title: "Music",
        what: "A bot plays on the dance floor; players there hear it, and voices over it.",
        acts: &[
            says(Jukebox, To::Room(DANCE_FLOOR), HeardBy::Listeners(DANCE_FLOOR), "those on the dance floor"),
            Happens(Event::MusicBegins),
            says(Flora, To::Room(DANCE_FLOOR), HeardBy::Listeners(DANCE_FLOOR), "over the music"),
            says(Alice, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "the lobby, with and without music"),
            Happens(Event::MusicEnds),
        ],
    },
    Scene {
        title: "A page is loaded again",
        what: "A reloaded page is the same player as before.",
        acts: &[
            Happens(Event::Reload(Brigitte)),
            says(Wanda, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "the page is back"),
            says(Brigitte, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "and is heard"),
        ],
    },
    Scene {
        title: "A flood",
        what: "Garbage on every port and a flooding player: the others lose no word.",
        acts: &[
            Happens(Event::FloodBegins),
            says(Dario, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "amid the flood"),
            says(Alice, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "amid the flood"),
            Happens(Event::FloodEnds),
        ],
    },
    Scene {
        title: "A moderator",
        what: "Trevor is muted, unmuted and banned; he is told why.",
        acts: &[
            Happens(Event::Mute(Trevor)),
            says(Trevor, To::Room(LOBBY), HeardBy::NoPlayer, "he is muted"),
            Happens(Event::Unmute(Trevor)),
            says(Trevor, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "he has his voice back"),
            Happens(Event::Ban(Trevor)),
        ],
    },
    Scene {
        title: "A room fills up",
        what: "Three chairs at the card table: the fourth is told so, and the others play on.",
        acts: &[
            Happens(Event::TableFills(&[Nils, Petra, Kim])),
            Happens(Event::NoChairFor(Wanda)),
            says(Nils, To::Room(CARD_TABLE), HeardBy::Only(&[Petra, Kim]), "the players there"),
        ],
    },
    Scene {
        title: "A full house",
        what: "Guests come until the server is full: one more is told so, and the others talk on.",
        acts: &[
            Happens(Event::HouseFills),
            says(Rita, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "the house was full"),
        ],
    },
    Scene {
        title: "The server starts again",
        what: "It is told to end, and another one takes its ports: all players are back and hear.",
        acts: &[
            Happens(Event::Restart),
            says(Alice, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "all players are back"),
            says(Kim, To::Room(RED), HeardBy::Listeners(RED), "in their old rooms"),
            says(Brigitte, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "the page, too"),
            says(Petra, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "and the sidecar's players"),
            says(Mona, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "and Mumble's user"),
        ],
    },
    Scene {
        title: "What the server recorded",
        what: "Every voice has a track of its own.",
        acts: &[Happens(Event::ServerRecorded)],
    },
];

const fn says(member: CastMember, to: To, heard_by: HeardBy, why: &'static str) -> Act {
    Says(Line { member, to, heard_by, why })
}

/// A line to the lobby, where all players are.
const fn global(member: CastMember) -> Act {
    says(member, To::Room(LOBBY), HeardBy::Listeners(LOBBY), "all players listen to the lobby")
}

impl Scene {
    /// The events and lines, in order.
    pub(crate) fn acts(&self) -> impl Iterator<Item = Act> {
        let guests =
            || CAST.iter().map(|role| role.member).filter(|member| matches!(member, CastMember::Guest(_)));
        self.acts.iter().flat_map(move |act| match act {
            Act::GuestsSpeak => guests().map(global).collect(),
            act => vec![*act],
        })
    }
}

impl Line {
    /// Whether a present player must hear it. A player that must not hear it must hear nothing of it.
    pub(crate) fn is_for(&self, listener: CastMember) -> bool {
        listener != self.member
            && match self.heard_by {
                HeardBy::Listeners(room) => listener.listens_to(room),
                HeardBy::Only(names) => names.contains(&listener),
                HeardBy::NoPlayer => false,
            }
    }
}

#[cfg(test)]
mod tests;
