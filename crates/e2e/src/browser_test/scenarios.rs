//! All scenarios, in order.

mod arrival;
mod conversation;
mod devices;
mod doors;
mod encryption;
mod first_sound;
mod instrument;
mod interruptions;
mod keys;
mod map;
mod operators;
mod reload;
mod rooms;
mod stereo;
mod texts;
mod unity;
mod voice_activation;
mod ways;

use consonance_testing::stage::{Failure, Kind};

use crate::browser_test::fixture::Fixture;

/// A scenario: what people do, and what must happen.
pub(crate) struct Scenario {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// A description, in a sentence.
    pub(crate) what: &'static str,
    /// The browsers that it is played in.
    pub(crate) browsers: &'static [Kind],
    pub(crate) play: fn(&Fixture<'_>) -> Result<(), Failure>,
}

/// All scenarios; the conversation is first, since it shows how much of the machine one scenario needs.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "conversation",
        what: "two people with browsers and one with the native player hear each other",
        browsers: EVERY,
        play: conversation::play,
    },
    Scenario {
        name: "first-sound",
        what: "the program without arguments has a page, on which a second tab hears the first",
        browsers: CHROMIUM,
        play: first_sound::play,
    },
    Scenario {
        name: "instrument",
        what: "the ear hears what a page plays, and the checks find what is wrong with a page that is made to be wrong",
        browsers: CHROMIUM,
        play: instrument::play,
    },
    Scenario {
        name: "operators",
        what: "the page for operators and the inspector show the players, and are accessible",
        browsers: CHROMIUM,
        play: operators::play,
    },
    Scenario {
        name: "arrival",
        what: "the page loads quickly, and explains each reason why a microphone is off",
        browsers: CHROMIUM,
        play: arrival::play,
    },
    Scenario {
        name: "rooms",
        what: "rooms, whispers and mutes decide which players hear each other",
        browsers: EVERY,
        play: rooms::play,
    },
    Scenario {
        name: "texts",
        what: "names and texts are words, whatever they look like",
        browsers: EVERY,
        play: texts::play,
    },
    Scenario {
        name: "reload",
        what: "a reloaded page is the same player, muted as before, and the others do not see it leave",
        browsers: CHROMIUM,
        play: reload::play,
    },
    Scenario {
        name: "interruptions",
        what: "a sleeping server and a dying one are survived without a click",
        browsers: CHROMIUM,
        play: interruptions::play,
    },
    Scenario { name: "doors", what: "a refused visitor is told why", browsers: EVERY, play: doors::play },
    Scenario {
        name: "devices",
        what: "a visitor that changes microphone or headphones in mid-sentence is heard and hears as before",
        browsers: CHROMIUM,
        play: devices::play,
    },
    Scenario {
        name: "ways",
        what: "people hear each other over TCP and over a WebSocket, where UDP or WebRTC is shut",
        browsers: EVERY,
        play: ways::play,
    },
    Scenario {
        name: "relay",
        what: "people hear each other where nothing gets through but TCP to a TURN server",
        browsers: CHROMIUM,
        play: ways::play_relay,
    },
    Scenario {
        name: "voice-activation",
        what: "a voice is heard from its beginning, and a room without speech is not",
        browsers: CHROMIUM,
        play: voice_activation::play,
    },
    Scenario {
        name: "stereo",
        what: "music in two channels is heard in two, from pages and from bots",
        browsers: CHROMIUM,
        play: stereo::play,
    },
    Scenario {
        name: "encryption",
        what: "in an encrypted session a visitor and a native player hear and read each other, and see who can",
        browsers: EVERY,
        play: encryption::play,
    },
    Scenario {
        name: "plain-room",
        what: "a visitor that cannot encrypt is refused, or makes its rooms plain where that is allowed",
        browsers: CHROMIUM,
        play: encryption::play_plain_room,
    },
    Scenario {
        name: "kicked",
        what: "native players, Chromium and Firefox talk in an encrypted session; one is kicked and hears no more",
        browsers: CHROMIUM,
        play: encryption::play_kick,
    },
    Scenario {
        name: "keys",
        what: "Chromium and Firefox keep a player's key where no script reads it, and show the page's hash",
        browsers: CHROMIUM,
        play: keys::play,
    },
    Scenario {
        name: "map",
        what: "a visitor that moves on the map is seen there, and heard from there",
        browsers: CHROMIUM,
        play: map::play,
    },
    Scenario {
        name: "unity",
        what: "a person with a browser and a game with the package for Unity hear each other",
        browsers: CHROMIUM,
        play: unity::play,
    },
];

const EVERY: &[Kind] = &[Kind::Chromium, Kind::Firefox];
const CHROMIUM: &[Kind] = &[Kind::Chromium];
