//! The page of a running chat.
#![cfg(feature = "inspector")]

use std::thread;
use std::time::{Duration, Instant};

use consonance::inspector::page::{InspectorClient, InspectorSettings};
use consonance::inspector::{Action, ClientSnapshot, SilenceCause};

use crate::why::call::{Call, until_cause};

const PATIENCE: Duration = Duration::from_mins(2);

fn until(page: &InspectorClient, what: &str, is_so: impl Fn(&ClientSnapshot) -> bool) -> ClientSnapshot {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let snapshot = page.snapshot().unwrap().client().unwrap().clone();
        if is_so(&snapshot) {
            return snapshot;
        }
        assert!(Instant::now() < deadline, "never: {what}; {snapshot:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_page_shows_the_chat_and_its_buttons_mute() {
    let call = Call::open();
    let alice = call.speaker("Alice").start().unwrap();
    let bob = call.listener("Bob").inspector(InspectorSettings::default()).start().unwrap();
    assert!(alice.inspector_url().is_none(), "it was not asked for");
    let url = bob.inspector_url().unwrap();
    let page = InspectorClient::new(&url).unwrap();
    let shown = until(&page, "Alice is heard", |bob| {
        bob.player("Alice").is_some_and(|alice| alice.is_speaking && alice.history.delay_ms.len() > 3)
    });
    assert_eq!((&*shown.name, &*shown.mode, shown.rooms.len()), ("Bob", "client", 1));
    assert!(shown.network.received.iter().any(|row| row.packet == "VoiceData" && row.flow.packets > 0));
    assert!(shown.notes.iter().any(|note| note.text.contains("Alice joined")), "{:?}", shown.notes);
    page.act(&Action::MutePlayer { name: "Alice".into(), muted: true }).unwrap();
    until(&page, "Alice is muted", |bob| bob.player("Alice").is_some_and(|alice| alice.muted));
    until_cause(&[&bob], &SilenceCause::MutedByListener);
    page.act(&Action::Deafen { deafened: true }).unwrap();
    page.act(&Action::Mute { muted: true }).unwrap();
    until(&page, "Bob is deaf and mute", |bob| bob.deafened && bob.muted);
    drop(bob);
    assert!(page.snapshot().is_err(), "the page ends with its chat");
}
