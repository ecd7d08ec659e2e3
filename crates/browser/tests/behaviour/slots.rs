//! More speakers than slots.

use std::collections::BTreeSet;
use std::time::Duration;

use consonance_browser::PageLimits;
use consonance_session::{ChannelProperties, Priority};

use crate::frames::{FRAME, frame};
use crate::session::{Session, settings};

/// A number of native players that speak to the lobby, and a page with a number of slots.
fn crowd(speakers: usize, slots: usize) -> (Session, usize) {
    let mut session = Session::new();
    let page = session.page_with(settings("Alice", slots), PageLimits::default());
    session.say(page, r#"{"type":"listen","room":"lobby"}"#);
    for nth in 0..speakers {
        let native = session.native(&format!("speaker {nth}"));
        session.open_lobby(native, ChannelProperties::default());
    }
    session.told(page);
    (session, page)
}

/// Lets these players speak for a number of frames, one after the other.
fn speak(session: &mut Session, natives: std::ops::Range<usize>, frames: u16) {
    for nth in 0..frames {
        for native in natives.clone() {
            session.speak_natively(native, &frame(nth));
        }
        session.wait(FRAME);
    }
}

#[test]
fn of_twenty_speakers_sixteen_are_heard_each_in_a_slot_of_its_own() {
    let (mut session, page) = crowd(20, 16);
    speak(&mut session, 0..20, 50);
    let heard = session.heard(page);
    assert_eq!(heard.len(), 16 * 50, "no speaker takes a slot from its equals");
    let pairs: BTreeSet<_> = heard.iter().map(|heard| (heard.slot, heard.stream)).collect();
    assert_eq!(pairs.len(), 16);
    let statistics = session.guests[page].player.statistics().downlink;
    assert_eq!((statistics.frames, statistics.without_slot), (16 * 50, 4 * 50));
    let told = session.told(page);
    let of = |kind: &str| told.iter().filter(|message| message["type"] == kind).count();
    assert_eq!((of("speaking"), of("slot")), (20, 16), "all of them are seen");
}

#[test]
fn a_page_with_fewer_slots_plays_fewer() {
    let (mut session, page) = crowd(10, 3);
    speak(&mut session, 0..10, 5);
    let slots: BTreeSet<_> = session.heard(page).iter().map(|heard| heard.slot).collect();
    assert_eq!(slots, BTreeSet::from([0, 1, 2]));
}

#[test]
fn a_higher_priority_is_heard_at_once_and_the_replaced_speaker_later() {
    let (mut session, page) = crowd(2, 2);
    let important = session.native("important");
    let high = ChannelProperties { priority: Some(Priority::High), ..ChannelProperties::default() };
    session.open_lobby(important, high);
    speak(&mut session, 0..2, 5);
    session.heard(page);
    speak(&mut session, 0..3, 5);
    let of_important = session.natives[important].client.id().unwrap().0;
    let last = session.told_of(page, "slot").pop().unwrap();
    assert_eq!(last["player"], of_important);
    // A speaker that is silent for half a second loses its slot.
    speak(&mut session, 0..2, 40);
    session.heard(page);
    speak(&mut session, 0..2, 1);
    assert_eq!(session.heard(page).len(), 2);
}

#[test]
fn a_slot_is_free_two_seconds_after_its_speaker_has_stopped() {
    let (mut session, page) = crowd(1, 16);
    speak(&mut session, 0..1, 1);
    session.told(page);
    session.wait(Duration::from_millis(3400));
    assert_eq!(session.told_of(page, "slot").len(), 0);
    session.wait(Duration::from_millis(200));
    let told = session.told_of(page, "slot");
    assert_eq!(told.len(), 1);
    assert!(told[0]["player"].is_null());
}
