//! The page's script in Node.js, as a browser would run it; skipped without Node.js.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::{env, fs, process};

use consonance_inspector::{ServedPlayer, ServedSession, ServerSnapshot, Snapshot};
use serde_json::Value;

const SCRIPTS: [&str; 2] =
    [include_str!("../../src/web_page/frame.js"), include_str!("../../src/page/page.js")];

/// Names with a meaning in a selector, in markup, or elsewhere in the page.
const NAMES: [&str; 7] = ["main", "match-\"]", "match-\\x", "match-\\", "<b>", "__proto__", "'*/"];

/// The error and the cards that a tab shows after each of these snapshots; `None` without Node.js.
fn shown(test: &str, tab: &str, snapshots: &[Snapshot]) -> Option<Vec<(String, Vec<String>)>> {
    if !Command::new("node").arg("--version").stdout(Stdio::null()).status().is_ok_and(|is| is.success()) {
        return None;
    }
    let script = env::temp_dir().join(format!("consonance-{test}-{tab}-{}.js", process::id()));
    fs::write(&script, SCRIPTS.concat()).unwrap();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inspector/page.mjs");
    let mut node = Command::new("node");
    node.arg(page).arg(&script).arg(tab).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().unwrap();
    let mut stdin = node.stdin.take().unwrap();
    for snapshot in snapshots {
        writeln!(stdin, "{}", serde_json::to_string(snapshot).unwrap()).unwrap();
    }
    drop(stdin);
    let told = node.wait_with_output().unwrap();
    fs::remove_file(&script).unwrap();
    assert!(told.status.success());
    let told = String::from_utf8(told.stdout).unwrap();
    let lines = told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let words = |value: &Value| value.as_str().unwrap().to_owned();
    let shown = lines
        .map(|line| (words(&line["trouble"]), line["cards"].as_array().unwrap().iter().map(words).collect()));
    Some(shown.collect())
}

fn server(names: &[&str]) -> Snapshot {
    let mut server = ServerSnapshot::default();
    for name in names {
        let (mut session, mut player) = (ServedSession::default(), ServedPlayer::default());
        player.name = format!("player of {name}");
        (session.name, session.players) = ((*name).into(), vec![player]);
        server.sessions.push(session);
    }
    Snapshot::from(server)
}

/// Marks of writing direction, right-to-left letters, and invisible characters.
const TWISTED: [(&str, &str); 3] = [
    ("match\u{202e}1", "Session match\\u{202e}1"),
    ("\u{5d0}\u{5d1}\u{2069}", "Session \u{2068}\u{5d0}\u{5d1}\\u{2069}\u{2069}"),
    ("main\u{200b}", "Session main\\u{200b}"),
];

#[test]
fn names_cannot_hide_characters_or_turn_around_what_is_beside_them() {
    let names = TWISTED.map(|(name, _)| name);
    let Some(shown) = shown("twisted", "Players", &[server(&names)]) else { return };
    let (trouble, cards) = &shown[0];
    assert_eq!(trouble, "");
    for (_, title) in TWISTED {
        assert_eq!(cards.iter().filter(|card| card == &title).count(), 1, "{title}: {cards:?}");
    }
}

/// The number of cards that each session has in a tab.
const TABS: [(&str, usize); 2] = [("Players", 2), ("Network", 2)];

#[test]
fn a_session_of_any_name_has_its_cards_once() {
    for (tab, cards) in TABS {
        let Some(shown) = shown("names", tab, &[server(&NAMES), server(&NAMES), server(&NAMES)]) else {
            return;
        };
        for (trouble, titles) in shown {
            assert_eq!(trouble, "", "{tab}");
            assert_eq!(titles.len(), cards * NAMES.len(), "{tab}: {titles:?}");
        }
    }
}

#[test]
fn a_session_that_has_ended_is_shown_no_longer_and_the_others_stay() {
    for (tab, cards) in TABS {
        let snapshots = [server(&["main", "match"]), server(&["match"]), server(&[]), server(&["main"])];
        let Some(shown) = shown("ended", tab, &snapshots) else { return };
        let of = |name: &str| {
            let counts =
                shown.iter().map(|(_, titles)| titles.iter().filter(|title| title.contains(name)).count());
            counts.collect::<Vec<_>>()
        };
        assert_eq!(of("main"), [cards, 0, 0, cards], "{tab}: {shown:?}");
        assert_eq!(of("match"), [cards, cards, 0, 0], "{tab}: {shown:?}");
    }
}
