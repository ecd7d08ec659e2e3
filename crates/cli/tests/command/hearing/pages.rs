//! Pages over WebRTC and a native player that change their targets: after each change, the reference tells which of
//! them must hear each other.
//!
//! The simulator's players make packets, and a page makes none, so this has a reference of its own: rooms listened to,
//! targets, and ignored players.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use consonance_quic::{QuicClient, QuicClientSettings, QuicRuntime};
use consonance_testing::command::Program;
use consonance_testing::sim::Dice;
use serde_json::{Value, json};

use crate::page::{Page, serve};
use crate::talker::{PATIENCE, Talker, player};

/// Pages. The native player comes after them, listens to the first room and speaks to it.
const PAGES: usize = 5;
const ROOMS: [&str; 3] = ["lobby", "red", "blue"];
/// The time between two packets of a page.
const FRAME: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Room(usize),
    Page(usize),
}

/// The requests of pages.
#[derive(Debug, Default)]
struct Reference {
    listens: [[bool; ROOMS.len()]; PAGES],
    speaks: [Option<Target>; PAGES],
    ignores: [[bool; PAGES]; PAGES],
}

/// Words, their speaker, and their required listeners.
#[derive(Debug)]
struct Said {
    words: Vec<u8>,
    by: usize,
    heard_by: Vec<usize>,
}

struct Fixture {
    pages: Vec<Page>,
    native: Box<dyn Talker>,
    /// Hears all that the native player says.
    witness: Box<dyn Talker>,
    reference: Reference,
    said: Vec<Said>,
    texts: u64,
    _runtime: QuicRuntime,
    _server: Program,
}

impl Fixture {
    fn new() -> Self {
        let (server, url, address) = serve(&[]);
        let runtime = QuicRuntime::new(1).unwrap();
        let native = |name| {
            let settings = QuicClientSettings::default();
            player(name, QuicClient::new(&runtime, address.parse().unwrap(), settings))
        };
        let (native, witness) = (native("native"), native("witness"));
        let join = |number| Page::ask(&url, json!({"name": name(number)})).unwrap();
        let pages = (0..PAGES).map(join).collect();
        let (reference, said) = (Reference::default(), Vec::new());
        let mut fixture =
            Self { pages, native, witness, reference, said, texts: 0, _runtime: runtime, _server: server };
        fixture.until("all are in the session", |fixture| {
            let knows_all = |page: &Page| {
                let players = page.messages.iter().filter(|message| message["type"] == "player");
                let names: BTreeSet<_> = players.map(|it| it["name"].to_string()).collect();
                page.was_told("roster") && names.len() == PAGES + 2
            };
            fixture.pages.iter().all(knows_all)
        });
        fixture
    }

    /// Each page requests a change, or nothing.
    fn change(&mut self, dice: &mut Dice) {
        for page in 0..PAGES {
            let room = dice.below(ROOMS.len() as u64) as usize;
            let listens = &mut self.reference.listens[page][room];
            *listens = !*listens;
            let kind = if *listens { "listen" } else { "unlisten" };
            self.pages[page].tell(&json!({"type": kind, "room": ROOMS[room]}));
            let other = (page + 1 + dice.below(PAGES as u64 - 1) as usize) % PAGES;
            if dice.chance(300_000) {
                let ignores = &mut self.reference.ignores[page][other];
                *ignores = !*ignores;
                self.pages[page].tell(&json!({"type": "ignore", "player": name(other), "ignored": *ignores}));
            }
            let target = match dice.below(4) {
                0 => None,
                1 => Some(Target::Page(other)),
                _ => Some(Target::Room(dice.below(ROOMS.len() as u64) as usize)),
            };
            self.speak_to(page, target);
        }
    }

    fn speak_to(&mut self, page: usize, target: Option<Target>) {
        if self.reference.speaks[page].is_some() {
            self.pages[page].tell(&json!({"type": "close", "channel": 1}));
        }
        self.reference.speaks[page] = target;
        let to = match target {
            None => return,
            Some(Target::Room(room)) => json!({"room": ROOMS[room]}),
            Some(Target::Page(other)) => json!({"player": name(other)}),
        };
        self.pages[page].tell(&json!({"type": "open", "channel": 1, "to": to}));
    }

    /// Waits until the server has handled all requests of pages: a text that each page sends after them has arrived.
    fn settle(&mut self) {
        self.texts += 1;
        let text = format!("text {}", self.texts);
        for page in 0..PAGES {
            let to = json!({"player": name((page + 1) % PAGES)});
            self.pages[page].tell(&json!({"type": "text", "to": to, "text": text}));
        }
        self.until("all texts arrive", |fixture| {
            let has_read = |page: &Page| {
                let is_it = |it: &Value| it["type"] == "text" && it["text"] == *text;
                page.messages.iter().any(is_it)
            };
            fixture.pages.iter().all(has_read)
        });
        // A channel closes with the next frame, which is still sent to it.
        for _ in 0..2 {
            for page in &mut self.pages {
                page.say(b"Hm");
            }
            self.turn_for(FRAME);
        }
    }

    /// All players speak, one after the other, until their required listeners have heard it.
    fn all_speak(&mut self, round: usize) {
        for by in 0..=PAGES {
            let words = format!("Here speaks {by} in round {round}").into_bytes();
            let heard_by = self.reference.listeners_of(by);
            let deadline = Instant::now() + PATIENCE;
            for attempt in 0.. {
                let is_heard = heard_by.iter().all(|&who| self.talker(who).has_heard(&words));
                if is_heard && attempt >= 3 {
                    break;
                }
                assert!(Instant::now() < deadline, "{by} is to be heard by {heard_by:?}");
                self.talker(by).say(&words);
                self.turn_for(FRAME);
            }
            self.said.push(Said { words, by, heard_by });
        }
        self.native_falls_silent(round);
    }

    /// Waits until no frame of the native player is in flight, so that later listeners hear none of them.
    fn native_falls_silent(&mut self, round: usize) {
        let words = format!("That was all in round {round}").into_bytes();
        let deadline = Instant::now() + PATIENCE;
        while !self.witness.has_heard(&words) {
            assert!(Instant::now() < deadline, "the witness is to hear the native player");
            self.native.say(&words);
            self.turn_for(FRAME);
        }
    }

    fn talker(&mut self, who: usize) -> &mut dyn Talker {
        match self.pages.get_mut(who) {
            Some(page) => page,
            None => &mut *self.native,
        }
    }

    fn turn_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.run_once();
        }
    }

    fn run_once(&mut self) {
        let now = Instant::now();
        self.pages.iter_mut().for_each(|page| page.run_once(now));
        self.native.run_once(now);
        self.witness.run_once(now);
        thread::sleep(Duration::from_millis(1));
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "this does not happen: {what}");
            self.run_once();
        }
    }
}

impl Reference {
    /// The players that must hear this one; no others are allowed to.
    fn listeners_of(&self, speaker: usize) -> Vec<usize> {
        let target = self.speaks.get(speaker).copied().unwrap_or(Some(Target::Room(0)));
        let hears = |page: &usize| {
            let is_ignored = speaker < PAGES && self.ignores[*page][speaker];
            let is_meant = match target {
                None => false,
                Some(Target::Room(room)) => self.listens[*page][room],
                Some(Target::Page(other)) => other == *page,
            };
            *page != speaker && is_meant && !is_ignored
        };
        let native = (speaker != PAGES && target == Some(Target::Room(0))).then_some(PAGES);
        (0..PAGES).filter(hears).chain(native).collect()
    }
}

fn name(page: usize) -> String {
    format!("page {page}")
}

#[test]
fn pages_hear_what_is_meant_for_them_and_nothing_else() {
    let (mut fixture, mut dice) = (Fixture::new(), Dice::new(8));
    for round in 0..8 {
        fixture.change(&mut dice);
        fixture.settle();
        fixture.all_speak(round);
        // No frame of a page is in flight when others begin to listen.
        fixture.settle();
    }
    let said = std::mem::take(&mut fixture.said);
    assert!(said.iter().map(|said| said.heard_by.len()).sum::<usize>() > 30, "a player listens: {said:?}");
    for Said { words, by, heard_by } in said {
        for who in 0..=PAGES {
            let (is_heard, is_meant) = (fixture.talker(who).has_heard(&words), heard_by.contains(&who));
            assert_eq!(is_heard, is_meant, "{who} and what {by} said: {}", String::from_utf8_lossy(&words));
        }
    }
}
