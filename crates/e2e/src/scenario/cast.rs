//! The players: the network and the rooms of each.

use crate::words::Words;

/// Somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
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
    Jukebox,
    Rex,
}

/// How somebody's packets get to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The library over QUIC.
    Native,
    /// The same, and every tenth packet is lost in either direction.
    Lossy,
    /// The page in a real browser.
    Browser,
    /// A game on Mirror, over kcp2k.
    Mirror,
    DarkRift,
    FishNet,
    NetcodeForGameObjects,
    Forge,
    WebSocket,
    WebRtcNetwork,
    /// A network that the server does not know: the game's own server hands its packets over a sidecar link.
    PlainSockets,
    /// `consonance join`, a process of its own that records.
    Recorder,
}

/// What the programme says of somebody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role {
    pub(crate) who: Who,
    pub(crate) way: Way,
    /// Where they listen from the beginning.
    pub(crate) rooms: &'static [&'static str],
    /// Their own speech, which nobody else has.
    pub(crate) words: Option<Words>,
}

/// The room where everybody is.
pub(crate) const LOBBY: &str = "lobby";
pub(crate) const RED: &str = "red team";
pub(crate) const BLUE: &str = "blue team";
/// A room in which distance decides.
pub(crate) const WORLD: &str = "world";
/// The room with music.
pub(crate) const DANCE_FLOOR: &str = "dance floor";
/// A room with three chairs.
pub(crate) const CARD_TABLE: &str = "card table";

/// Everybody, in the order in which they come.
pub(crate) const CAST: [Role; 14] = [
    role(Who::Alice, Way::Native, &[LOBBY, RED, WORLD], Some(Words::Speech(0))),
    role(Who::Bob, Way::Lossy, &[LOBBY, BLUE], Some(Words::Speech(1))),
    role(Who::Brigitte, Way::Browser, &[LOBBY], Some(Words::Speech(2))),
    role(Who::Kim, Way::Mirror, &[LOBBY, RED, WORLD], Some(Words::Speech(3))),
    role(Who::Dario, Way::DarkRift, &[LOBBY, BLUE, DANCE_FLOOR], Some(Words::Speech(4))),
    role(Who::Finn, Way::FishNet, &[LOBBY, RED, WORLD], Some(Words::Speech(5))),
    role(Who::Nils, Way::NetcodeForGameObjects, &[LOBBY, BLUE], Some(Words::Speech(6))),
    role(Who::Flora, Way::Forge, &[LOBBY, DANCE_FLOOR], Some(Words::Speech(7))),
    role(Who::Wanda, Way::WebSocket, &[LOBBY, RED], Some(Words::Speech(8))),
    role(Who::Rita, Way::WebRtcNetwork, &[LOBBY, BLUE, DANCE_FLOOR], Some(Words::Speech(9))),
    role(Who::Petra, Way::PlainSockets, &[LOBBY], Some(Words::Speech(10))),
    role(Who::Trevor, Way::Native, &[LOBBY], Some(Words::Speech(11))),
    role(Who::Jukebox, Way::Native, &[], Some(Words::Music)),
    role(Who::Rex, Way::Recorder, &[LOBBY], None),
];

impl Who {
    pub(crate) fn role(self) -> &'static Role {
        &CAST[self as usize]
    }

    /// In the session.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    pub(crate) fn listens_to(self, room: &str) -> bool {
        self.role().rooms.contains(&room)
    }
}

impl Way {
    /// For people.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Native => "native, QUIC",
            Self::Lossy => "native, QUIC, 10 % loss",
            Self::Browser => "browser",
            Self::Mirror => "Mirror, kcp2k",
            Self::DarkRift => "DarkRift 2",
            Self::FishNet => "Fish-Networking",
            Self::NetcodeForGameObjects => "Netcode for GameObjects",
            Self::Forge => "Forge Remastered",
            Self::WebSocket => "WebSocket",
            Self::WebRtcNetwork => "WebRTC Network",
            Self::PlainSockets => "plain sockets, by a sidecar",
            Self::Recorder => "consonance join --record",
        }
    }

    /// What the server's configuration calls its listener.
    pub(crate) fn listener(self) -> &'static str {
        match self {
            Self::Native | Self::Lossy | Self::Recorder => "quic",
            Self::Browser => "web",
            Self::Mirror => "mirror-kcp",
            Self::DarkRift => "darkrift2",
            Self::FishNet => "fishnet",
            Self::NetcodeForGameObjects => "ngo",
            Self::Forge => "forge",
            Self::WebSocket => "websocket",
            Self::WebRtcNetwork => "webrtc-network",
            Self::PlainSockets => "sidecar",
        }
    }
}

const fn role(who: Who, way: Way, rooms: &'static [&'static str], words: Option<Words>) -> Role {
    Role { who, way, rooms, words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_found_and_has_words_of_their_own() {
        for (number, role) in CAST.iter().enumerate() {
            assert_eq!(role.who as usize, number);
            let has_the_same = |other: &&Role| other.words.is_some() && other.words == role.words;
            assert!(CAST[..number].iter().find(has_the_same).is_none(), "{:?}", role.who);
        }
    }
}
