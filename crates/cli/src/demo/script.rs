//! The script: when players join and leave, and what they say to which targets.

/// A recording, part of the program.
pub(crate) struct Recording {
    pub(crate) file: &'static str,
    pub(crate) words: &'static str,
    pub(crate) wav: &'static [u8],
}

/// Three sentences of *Sense and Sensibility* (public domain, see `assets/speech`).
pub(crate) const RECORDINGS: [Recording; 3] = [
    Recording {
        file: "austen-1.wav",
        words: "and mister john dashwood had then leisure to consider how much there might be prudently in his \
                power to do for them",
        wav: include_bytes!("../../../../assets/speech/austen-1.wav"),
    },
    Recording {
        file: "austen-2.wav",
        words: "unless to be rather cold hearted and rather selfish is to be ill disposed",
        wav: include_bytes!("../../../../assets/speech/austen-2.wav"),
    },
    Recording {
        file: "austen-3.wav",
        words: "had he married a more amiable woman he might have been made still more respectable than he was",
        wav: include_bytes!("../../../../assets/speech/austen-3.wav"),
    },
];

/// A player of the demonstration. Times are seconds since its beginning.
pub(crate) struct Role {
    pub(crate) name: &'static str,
    pub(crate) rooms: &'static [&'static str],
    pub(crate) joins: f64,
    pub(crate) leaves: f64,
}

/// A target of speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Room(&'static str),
    Player(&'static str),
}

/// A recording that a player speaks.
pub(crate) struct Line {
    pub(crate) at: f64,
    pub(crate) speaker: &'static str,
    pub(crate) to: To,
    /// Index into [`RECORDINGS`].
    pub(crate) recording: usize,
}

/// A text message that a player writes.
pub(crate) struct Note {
    pub(crate) at: f64,
    pub(crate) from: &'static str,
    pub(crate) to: To,
    pub(crate) text: &'static str,
}

/// The end of the demonstration.
pub(crate) const LENGTH: f64 = 27.5;

/// Dave comes late, Carol leaves early.
pub(crate) const ROLES: [Role; 4] = [
    Role { name: "Alice", rooms: &["Global", "Red Team"], joins: 0.0, leaves: LENGTH },
    Role { name: "Bob", rooms: &["Global", "Red Team"], joins: 0.1, leaves: LENGTH },
    Role { name: "Carol", rooms: &["Global", "Blue Team"], joins: 0.2, leaves: 24.0 },
    Role { name: "Dave", rooms: &["Global", "Blue Team"], joins: 4.0, leaves: LENGTH },
];

/// Two teams speak at the same time and do not hear each other; a whisper; two voices at once for all players.
pub(crate) const LINES: [Line; 6] = [
    Line { at: 1.0, speaker: "Alice", to: To::Room("Global"), recording: 0 },
    Line { at: 8.8, speaker: "Bob", to: To::Room("Red Team"), recording: 1 },
    Line { at: 9.4, speaker: "Carol", to: To::Room("Blue Team"), recording: 2 },
    Line { at: 15.9, speaker: "Alice", to: To::Player("Dave"), recording: 2 },
    Line { at: 18.5, speaker: "Bob", to: To::Room("Global"), recording: 1 },
    Line { at: 19.8, speaker: "Dave", to: To::Room("Global"), recording: 0 },
];

/// One message for all.
pub(crate) const NOTES: [Note; 1] =
    [Note { at: 12.0, from: "Bob", to: To::Room("Global"), text: "can you all hear me?" }];

impl To {
    /// Whether it reaches this player, which is present at the time.
    pub(crate) fn reaches(self, role: &Role) -> bool {
        match self {
            Self::Room(room) => role.rooms.contains(&room),
            Self::Player(name) => role.name == name,
        }
    }
}

impl std::fmt::Display for To {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Room(room) => f.write_str(room),
            Self::Player(name) => write!(f, "@{name}"),
        }
    }
}

/// The player of this name.
pub(crate) fn role(name: &str) -> usize {
    ROLES.iter().position(|role| role.name == name).expect("the script names its own players")
}
