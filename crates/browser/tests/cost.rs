//! What one message of a page costs, at worst, in a session of 1000 players in 1000 rooms: the engine that reads it,
//! and the session.
//!
//! Kinds are taken from a match without a wildcard: a new one does not compile until it has its worst case here.

use std::time::Duration;

use consonance_browser::control::{FROM_PAGE_BYTES_MAX, FromPage, WORLD_BYTES_MAX};
use consonance_browser::{BrowserPlayer, BrowserSettings};
use consonance_session::LinkId;
use consonance_testing::cost::{
    Cost, CountingAllocator, Fixture, PLAYERS, alone, measured, name_of, room_of,
};

#[global_allocator]
static ALLOCATOR: CountingAllocator = consonance_testing::cost::ALLOCATOR;

const LINK: LinkId = LinkId(70_000);

/// A page in the big session.
struct Page {
    fixture: Fixture,
    player: BrowserPlayer,
}

impl Page {
    fn new() -> Self {
        let mut fixture = Fixture::new();
        let player = BrowserPlayer::new(BrowserSettings {
            name: "Mia".into(),
            session: "main".into(),
            token: None,
            password: None,
            place: None,
            slots: 16,
            encrypts: false,
        });
        fixture.server.handle_connected(fixture.now, LINK);
        let mut page = Self { fixture, player };
        page.settle();
        page.player.handle_connected(page.fixture.now);
        let told = page.settle();
        assert!(told > usize::from(PLAYERS), "{told} messages: of the players");
        page
    }

    /// Carries packets between the page's player and the server until there are none; returns the steps.
    fn settle(&mut self) -> usize {
        let Self { fixture, player } = self;
        let mut steps = 0;
        loop {
            while player.poll_command().is_some() {
                steps += 1;
            }
            let mut sent = Vec::new();
            while let Some((delivery, packet)) = player.poll_transmit() {
                sent.push((delivery, packet.to_vec()));
            }
            for (delivery, packet) in &sent {
                let relayed = fixture.server.handle_packet(fixture.now, LINK, *delivery, packet);
                steps += 1 + relayed.map_or(0, |relayed| relayed.to.len());
            }
            let mut came = Vec::new();
            while let Some(transmit) = fixture.server.poll_transmit() {
                steps += 1 + transmit.to.len();
                if transmit.to.contains(&LINK) {
                    came.push((transmit.delivery, transmit.payload.to_vec()));
                }
            }
            while fixture.server.poll_event().is_some() {
                steps += 1;
            }
            for (delivery, packet) in &came {
                player.handle_packet(fixture.now, *delivery, packet);
            }
            while player.poll_message().is_some() {
                steps += 1;
            }
            while player.poll_voice().is_some() {
                steps += 1;
            }
            if sent.is_empty() && came.is_empty() {
                return steps;
            }
        }
    }

    fn cost(&mut self, text: &str) -> Cost {
        measured(|| {
            self.player.handle_message(self.fixture.now, text);
            self.settle()
        })
    }

    /// No message makes up for another one's budget.
    fn rest(&mut self) {
        self.fixture.now = self.fixture.now + Duration::from_secs(10);
        self.player.handle_timeout(self.fixture.now);
        self.settle();
    }
}

/// A message of each kind, whose words the page's documents have.
fn kinds() -> Vec<FromPage> {
    [
        r#"{"type":"listen","room":"a"}"#,
        r#"{"type":"unlisten","room":"a"}"#,
        r#"{"type":"open","channel":1,"to":{"room":"a"}}"#,
        r#"{"type":"change","channel":1}"#,
        r#"{"type":"close","channel":1}"#,
        r#"{"type":"text","to":{"room":"a"},"text":""}"#,
        r#"{"type":"ignore","player":"a","ignored":true}"#,
        r#"{"type":"place","x":0,"y":0,"z":0}"#,
        r#"{"type":"moderate","id":1,"player":"a","action":"kick"}"#,
        r#"{"type":"ping","id":1}"#,
        r#"{"type":"stats","lostPercent":1,"delayMs":1}"#,
        r#"{"type":"group","data":""}"#,
        r#"{"type":"dance"}"#,
        r#"{"type":"leave"}"#,
    ]
    .map(|text| FromPage::read(text).expect("it is a message"))
    .into()
}

/// The word of a kind, and the worst it may say.
fn worst(kind: &FromPage) -> (&'static str, Vec<String>) {
    let room = |number| format!(r#""room":"{}""#, room_of(number));
    let to_room = format!(r#""to":{{{}}}"#, room(3));
    let to_player = format!(r#""to":{{"player":"{}"}}"#, name_of(3));
    let text = "\\u0041".repeat(990);
    let name = "n".repeat(1000);
    match kind {
        FromPage::Listen { .. } => ("listen", vec![room(3), room(4), format!(r#""room":"{name}""#)]),
        FromPage::Unlisten { .. } => ("unlisten", vec![room(3), room(900)]),
        FromPage::Open(_) => {
            let open = |number| format!(r#""channel":{number},{to_room},"amplitude":2,"priority":"high""#);
            ("open", (1..200).map(open).collect())
        }
        FromPage::Change { .. } => ("change", vec![r#""channel":7,"amplitude":1"#.into()]),
        FromPage::Close { .. } => ("close", vec![r#""channel":7"#.into(), r#""channel":777"#.into()]),
        FromPage::Text { .. } => {
            ("text", [to_room, to_player].map(|to| format!(r#"{to},"text":"{text}""#)).into())
        }
        FromPage::Ignore { .. } => {
            let ignore = |number| format!(r#""player":"{}","ignored":true"#, name_of(number));
            ("ignore", (0..300).map(ignore).collect())
        }
        FromPage::Place(_) => {
            let place = |world: &str| format!(r#""x":1,"y":2,"z":3,"shared":true,"world":"{world}""#);
            (
                "place",
                vec![place(""), place(&"w".repeat(WORLD_BYTES_MAX)), place(&"v".repeat(WORLD_BYTES_MAX))],
            )
        }
        FromPage::Moderate(_) => {
            let (player, from, to) = (name_of(3), room_of(3), room_of(4));
            let actions = [
                r#""kick""#.to_owned(),
                r#""ban","forSeconds":7"#.into(),
                r#""mute","forSeconds":7"#.into(),
                r#""unmute""#.into(),
                format!(r#""move","from":"{from}","to":"{to}""#),
            ];
            let moderate = actions.map(|action| {
                format!(r#""id":1,"player":"{player}","reason":"{}","action":{action}"#, "r".repeat(200))
            });
            ("moderate", moderate.into())
        }
        FromPage::Ping { .. } => ("ping", vec![r#""id":1"#.into()]),
        FromPage::Stats { .. } => ("stats", vec![r#""lostPercent":100,"delayMs":1"#.into()]),
        FromPage::Group { .. } => ("group", vec![format!(r#""data":"{}""#, "A".repeat(15_996))]),
        FromPage::Leave => ("leave", vec![r#""a":1"#.into()]),
        FromPage::Unknown => ("dance", vec![r#""a":1"#.into()]),
    }
}

/// Values that fill a message, of whatever kind: numbers, texts, keys and depth.
fn stuffing() -> Vec<String> {
    let filled = |begin: &str, piece: &str, end: &str| {
        let times = (FROM_PAGE_BYTES_MAX - 300) / piece.len();
        format!("{begin}{}{end}", piece.repeat(times))
    };
    vec![
        filled(r#""z":["#, "1,", "1]"),
        filled(r#""z":["#, r#""","#, "1]"),
        filled(r#""z":["#, r#""\n","#, "1]"),
        filled(r#""z":["#, "[],", "1]"),
        filled(r#""z":["#, "{},", "1]"),
        filled(r#""z":["#, "[[[[[[[[1]]]]]]]],", "1]"),
        filled(r#""z":["#, &format!("{}{},", "[".repeat(120), "]".repeat(120)), "1]"),
        filled(r#""z":["#, &format!(r#""{}","#, "\\n".repeat(35)), "1]"),
        filled("", &format!(r#""{}":1,"#, "\\n".repeat(35)), r#""z":1"#),
        filled("", r#""":1,"#, r#""z":1"#),
        filled("", r#""\n":1,"#, r#""z":1"#),
        filled(r#""z":"#, "[", ""),
        filled(r#""z":""#, "\\u00e4", "\""),
    ]
}

#[test]
fn no_message_of_a_page_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        for kind in kinds() {
            // Refused messages end a page after a while.
            let mut page = Page::new();
            let (word, said) = worst(&kind);
            let stuffed = stuffing().into_iter().map(|stuff| format!("{stuff}}}"));
            let ends = if kind == FromPage::Leave { vec![] } else { stuffed.collect() };
            let plain = said.iter().map(|said| format!("{said}}}"));
            let filled = ends.iter().filter_map(|end| {
                let said = said.first()?;
                (said.len() + end.len() < FROM_PAGE_BYTES_MAX - 100).then(|| format!("{said},{end}"))
            });
            for end in plain.chain(filled).collect::<Vec<_>>() {
                let text = format!(r#"{{"type":"{word}",{end}"#);
                assert!(text.len() <= FROM_PAGE_BYTES_MAX, "{word}: {} bytes", text.len());
                let cost = page.cost(&text);
                let begin = text.chars().take(120).collect::<String>();
                // One message to each player is what a change of one player takes.
                let steps = cost.steps.saturating_sub(2 * usize::from(PLAYERS));
                Cost { steps, ..cost }.assert_is_bounded(&format!("{} bytes, {begin}", text.len()));
                page.rest();
            }
            assert_eq!(page.player.is_over(), kind == FromPage::Leave, "{word}");
        }
    });
}

#[test]
fn what_is_no_message_of_a_page_costs_no_more() {
    alone(|| {
        let mut page = Page::new();
        let bytes = FROM_PAGE_BYTES_MAX;
        let texts = ["[".repeat(bytes), "\"\\n".repeat(bytes / 3), "1".repeat(bytes), "[".repeat(1 << 20)];
        for text in texts {
            page.cost(&text).assert_is_bounded(&format!("{} times {}", text.len(), &text[..2]));
            page.rest();
        }
        // The type itself is long, and comes back in the words about the problem.
        let text = format!(r#"{{"type":"{}"}}"#, "\\u0041".repeat(2700));
        page.cost(&text).assert_is_bounded("a long type");
        assert!(!page.player.is_over());
    });
}
