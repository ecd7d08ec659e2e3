//! The players: the network and the rooms of each.

use std::sync::LazyLock;

use consonance_server_config::{NETWORKS, find};

use crate::scenario::house::MUMBLE;
use crate::scenario::words::Words;

/// A player of the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CastMember {
    Alice,
    Bob,
    Brigitte,
    Kim,
    Dario,
    Finn,
    Nils,
    Flora,
    Wanda,
    Rita,
    Petra,
    Trevor,
    /// On a client of Mumble.
    Mona,
    Jukebox,
    Rex,
    /// A player on a network that none of the others uses.
    Guest(usize),
}

/// How a player's packets get to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The library over QUIC.
    Native,
    /// The same, and every tenth packet is lost in either direction.
    Lossy,
    /// The page in a real browser.
    Browser,
    /// A network that the server listens for, by its name in the configuration.
    Listed(&'static str),
    /// A client of Mumble.
    Mumble,
    /// A network that the server does not know: the game's own server hands its packets over a sidecar link.
    PlainSockets,
    /// `consonance join`, a process of its own that records.
    Recorder,
}

/// A player's role in the programme.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role {
    pub(crate) member: CastMember,
    pub(crate) way: Way,
    /// The rooms that the player listens to from the beginning.
    pub(crate) rooms: &'static [&'static str],
    /// Their own speech, which no other player has.
    pub(crate) words: Option<Words>,
}

/// The room where all players are.
pub(crate) const LOBBY: &str = "lobby";
pub(crate) const RED: &str = "red team";
pub(crate) const BLUE: &str = "blue team";
/// A room with positional audio.
pub(crate) const WORLD: &str = "world";
/// The room with music.
pub(crate) const DANCE_FLOOR: &str = "dance floor";
/// A room with three chairs.
pub(crate) const CARD_TABLE: &str = "card table";

/// All players, in the order in which they join: those of the programme, and a guest for each other network.
pub(crate) static CAST: LazyLock<Vec<Role>> = LazyLock::new(|| {
    let is_on = |name| move |role: &Role| role.way == Way::Listed(name);
    let others = NETWORKS.iter().filter(|network| network.scenario_keys().is_some());
    let others = others.map(|network| network.table().name).filter(|name| !NAMED.iter().any(is_on(name)));
    let guest = |(number, name)| {
        let words = Words::Speech(FIRST_GUEST_SPEECH + number);
        role(CastMember::Guest(number), Way::Listed(name), &[LOBBY], Some(words))
    };
    NAMED.into_iter().chain(others.enumerate().map(guest)).collect()
});

/// The first guest's speech. Those before it belong to the players of the programme, except for Mona's, which follows
/// those of the guests. Its seconds of the recordings are not used by them.
const FIRST_GUEST_SPEECH: usize = 12;

/// The players of the programme.
const NAMED: [Role; 15] = [
    role(CastMember::Alice, Way::Native, &[LOBBY, RED, WORLD], Some(Words::Speech(0))),
    role(CastMember::Bob, Way::Lossy, &[LOBBY, BLUE], Some(Words::Speech(1))),
    role(CastMember::Brigitte, Way::Browser, &[LOBBY], Some(Words::Speech(2))),
    role(CastMember::Kim, Way::Listed("mirror-kcp"), &[LOBBY, RED, WORLD], Some(Words::Speech(3))),
    role(CastMember::Dario, Way::Listed("darkrift2"), &[LOBBY, BLUE, DANCE_FLOOR], Some(Words::Speech(4))),
    role(CastMember::Finn, Way::Listed("fishnet"), &[LOBBY, RED, WORLD], Some(Words::Speech(5))),
    role(CastMember::Nils, Way::Listed("ngo"), &[LOBBY, BLUE], Some(Words::Speech(6))),
    role(CastMember::Flora, Way::Listed("forge"), &[LOBBY, DANCE_FLOOR], Some(Words::Speech(7))),
    role(CastMember::Wanda, Way::Listed("websocket"), &[LOBBY, RED], Some(Words::Speech(8))),
    role(
        CastMember::Rita,
        Way::Listed("webrtc-network"),
        &[LOBBY, BLUE, DANCE_FLOOR],
        Some(Words::Speech(9)),
    ),
    role(CastMember::Petra, Way::PlainSockets, &[LOBBY], Some(Words::Speech(10))),
    role(CastMember::Trevor, Way::Native, &[LOBBY], Some(Words::Speech(11))),
    role(CastMember::Mona, Way::Mumble, &[LOBBY, BLUE], Some(Words::Speech(16))),
    role(CastMember::Jukebox, Way::Native, &[], Some(Words::Music)),
    role(CastMember::Rex, Way::Recorder, &[LOBBY], None),
];

impl CastMember {
    /// The player on the page.
    pub(crate) const WITH_BROWSER: Self = Self::Brigitte;

    pub(crate) fn role(self) -> &'static Role {
        let role = CAST.iter().find(|role| role.member == self);
        role.expect("every player has a role")
    }

    /// The player's name in the session.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Guest(number) => format!("Guest{number}"),
            named => format!("{named:?}"),
        }
    }

    pub(crate) fn listens_to(self, room: &str) -> bool {
        self.role().rooms.contains(&room)
    }
}

impl Way {
    /// A description for the report.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Native => "native, QUIC",
            Self::Lossy => "native, QUIC, 10 % loss",
            Self::Browser => "browser",
            Self::Listed(name) => {
                let network = find(name);
                network.map_or(name, |network| network.title())
            }
            Self::Mumble => "Mumble's client",
            Self::PlainSockets => "plain sockets, by a sidecar",
            Self::Recorder => "consonance join --record",
        }
    }

    /// The name of its listener in the server's configuration.
    pub(crate) fn listener(self) -> &'static str {
        match self {
            Self::Native | Self::Lossy | Self::Recorder => "quic",
            Self::Browser => "web",
            Self::Listed(name) => name,
            Self::Mumble => MUMBLE,
            Self::PlainSockets => "sidecar",
        }
    }
}

const fn role(member: CastMember, way: Way, rooms: &'static [&'static str], words: Option<Words>) -> Role {
    Role { member, way, rooms, words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_player_is_found_and_has_words_of_its_own() {
        for (number, role) in CAST.iter().enumerate() {
            assert_eq!(CAST.iter().position(|other| other.member == role.member), Some(number));
            let has_the_same = |other: &&Role| other.words.is_some() && other.words == role.words;
            assert!(CAST[..number].iter().find(has_the_same).is_none(), "{:?}", role.member);
        }
    }
}
