//! More voices than the path to the page carries.

use std::collections::BTreeSet;

use consonance_browser::PageQuality;
use consonance_session::{ChannelProperties, Priority};
use consonance_wire::SealedVoice;
use serde_json::json;

use crate::frames::{FRAME, MS_20, frame};
use crate::session::Session;

/// A page, and a number of native players that speak to it.
fn crowd(speakers: usize) -> (Session, usize) {
    let mut session = Session::new();
    let page = session.page("Alice");
    for nth in 0..speakers {
        let native = session.native(&format!("speaker {nth}"));
        session.open_lobby(native, ChannelProperties::default());
    }
    (session, page)
}

fn carry(session: &mut Session, page: usize, voices_max: Option<usize>) {
    let quality = PageQuality { voices_max, ..PageQuality::default() };
    let now = session.now;
    session.guests[page].player.handle_quality(now, quality);
    session.run();
}

/// Lets these players speak for a range of frames.
fn speak(session: &mut Session, natives: std::ops::Range<usize>, frames: std::ops::Range<u16>) {
    for nth in frames {
        for native in natives.clone() {
            session.speak_natively(native, &frame(nth));
        }
        session.wait(FRAME);
    }
}

/// The utterances that the page received; checks that none of them has a gap.
fn whole_streams(session: &mut Session, page: usize) -> BTreeSet<u64> {
    let heard = session.heard(page);
    let streams: BTreeSet<u64> = heard.iter().map(|heard| heard.stream).collect();
    for stream in &streams {
        let of_it: Vec<_> = heard.iter().filter(|heard| heard.stream == *stream).collect();
        assert!(of_it.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1), "stream {stream}");
    }
    streams
}

#[test]
fn as_many_voices_as_the_way_carries_are_sent_whole_and_the_page_is_told() {
    let (mut session, page) = crowd(5);
    speak(&mut session, 0..5, 0..50);
    session.heard(page);
    session.told(page);
    carry(&mut session, page, Some(3));
    speak(&mut session, 0..5, 50..350);
    assert_eq!(whole_streams(&mut session, page).len(), 3);
    let told = session.told(page);
    let of = |kind: &str| told.iter().filter(|message| message["type"] == kind).collect::<Vec<_>>();
    assert_eq!(of("downlink"), [&json!({"type":"downlink","voices":3,"speaking":5})], "once");
    assert!(of("slot").iter().all(|slot| slot["player"].is_null()), "two have to go: {told:?}");
    let statistics = session.guests[page].player.statistics().downlink;
    assert_eq!((statistics.without_slot, statistics.beyond_capacity), (600, 600));
    carry(&mut session, page, None);
    speak(&mut session, 0..5, 350..460);
    assert_eq!(whole_streams(&mut session, page).len(), 5);
    let told = session.told_of(page, "downlink");
    assert_eq!(told, [json!({"type":"downlink","voices":null,"speaking":null})]);
}

#[test]
fn a_page_is_told_that_all_are_sent_again_even_in_silence() {
    let (mut session, page) = crowd(2);
    carry(&mut session, page, Some(1));
    speak(&mut session, 0..2, 0..110);
    assert_eq!(session.told_of(page, "downlink").len(), 1);
    session.wait(250 * FRAME);
    assert!(session.told_of(page, "downlink")[0]["voices"].is_null());
}

#[test]
fn the_highest_priority_is_sent_first_and_at_least_one() {
    let (mut session, page) = crowd(2);
    let important = session.native("important");
    let high = ChannelProperties { priority: Some(Priority::High), ..ChannelProperties::default() };
    session.open_lobby(important, high);
    for voices in [1, 0] {
        speak(&mut session, 0..3, 0..5);
        session.heard(page);
        carry(&mut session, page, Some(voices));
        session.told(page);
        speak(&mut session, 0..3, 5..10);
        let slots: BTreeSet<_> = session.heard(page).iter().map(|heard| heard.slot).collect();
        assert_eq!(slots.len(), 1);
        assert_eq!(session.told_of(page, "slot").len(), 0, "its slot is still free");
        carry(&mut session, page, None);
    }
}

#[test]
fn a_pausing_speaker_makes_room_and_takes_its_turn_when_it_speaks_again() {
    let (mut session, page) = crowd(2);
    carry(&mut session, page, Some(1));
    speak(&mut session, 0..1, 0..50);
    session.heard(page);
    speak(&mut session, 1..2, 0..50);
    assert_eq!(session.heard(page).len(), 26, "from half a second after the other on");
    speak(&mut session, 0..2, 50..60);
    assert_eq!(session.heard(page).len(), 10, "one of them");
}

#[test]
fn a_speaker_that_sends_only_pauses_makes_room_sealed_or_not() {
    let sealed = [&SealedVoice::head_of(None)[..], &[0; SealedVoice::OVERHEAD_BYTES]].concat();
    for pause in [vec![MS_20], sealed] {
        let (mut session, page) = crowd(2);
        carry(&mut session, page, Some(1));
        speak(&mut session, 0..1, 0..50);
        for _ in 0..26 {
            session.speak_natively(0, &pause);
            session.wait(FRAME);
        }
        session.heard(page);
        speak(&mut session, 1..2, 0..50);
        assert_eq!(session.heard(page).len(), 50, "{pause:02x?}");
    }
}
