//! The voices that a page hears.

use std::time::{Duration, Instant};

use consonance_testing::rtc::{BrowserEvent, TestBrowserSettings};
use consonance_web::webrtc::{RtcVoice, VOICE_BYTES_MAX};

use crate::webrtc::support::{Fixture, opus};

fn speak(fixture: &mut Fixture, page: usize, now: Instant, slot: usize, stream: u64, sequence: u32) {
    let peer = fixture.pages[page].peer;
    let payload = opus(sequence as usize);
    fixture.shard.send_voice(now, peer, RtcVoice { slot, stream, sequence, samples: 960, payload: &payload });
}

#[test]
fn sixteen_speakers_are_heard_at_once_each_in_its_slot() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    assert_eq!(fixture.shard.slots(fixture.pages[page].peer), 16);
    for sequence in 0..50 {
        for slot in 0..16 {
            speak(&mut fixture, page, Instant::now(), slot, slot as u64, sequence);
        }
        fixture.run_once();
    }
    fixture.until("all of it is heard", |fixture| {
        (0..16).all(|slot| fixture.pages[page].browser.heard(slot).packets == 50)
    });
    for slot in 0..16 {
        let heard = fixture.pages[page].browser.heard(slot);
        assert_eq!((heard.spurts, heard.lost, heard.concealed), (1, 0, 0), "slot {slot}");
    }
    let is_as_said = |event: &BrowserEvent| match event {
        BrowserEvent::Voice { payload, .. } => (0..50).any(|number| *payload == opus(number)),
        _ => true,
    };
    assert!(fixture.pages[page].events.iter().all(is_as_said));
}

/// The server's clock advances with the frames, so that the result does not depend on how busy the machine is.
#[test]
fn speakers_follow_each_other_in_a_slot_and_nothing_is_lost_or_concealed() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    let start = Instant::now();
    let mut frames = 0;
    for (utterance, (length, pause_ms)) in
        [(40, 0), (25, 0), (1, 333), (60, 4_001), (5, 19)].into_iter().enumerate()
    {
        let begin = start + Duration::from_millis(utterance as u64 * 10_000 + pause_ms);
        for frame in 0..length {
            let now = begin + Duration::from_millis(20 * u64::from(frame));
            speak(&mut fixture, page, now, 3, utterance as u64, 7_000 * utterance as u32 + frame);
            fixture.shard.flush(now);
            frames += 1;
        }
        fixture
            .until("an utterance is heard", |fixture| fixture.pages[page].browser.heard(3).packets == frames);
    }
    let heard = fixture.pages[page].browser.heard(3);
    assert_eq!((heard.packets, heard.spurts), (131, 5));
    assert_eq!((heard.gaps, heard.lost, heard.concealed), (0, 0, 0));
}

#[test]
fn frames_that_were_lost_before_the_server_are_lost_to_the_page_and_overtaken_ones_are_not() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    for sequence in [0, 1, 4, 3, 5] {
        speak(&mut fixture, page, Instant::now(), 0, 1, sequence);
        fixture.run_once();
    }
    fixture.until("all of it is heard", |fixture| fixture.pages[page].browser.heard(0).packets == 5);
    let heard = fixture.pages[page].browser.heard(0);
    assert_eq!((heard.gaps, heard.lost, heard.concealed), (1, 1, 0));
}

#[test]
fn a_page_with_fewer_slots_has_fewer_and_what_cannot_be_sent_is_counted() {
    let mut fixture = Fixture::new();
    let page = fixture.page_with(TestBrowserSettings { slots: 8, ..TestBrowserSettings::default() });
    let peer = fixture.pages[page].peer;
    assert_eq!(fixture.shard.slots(peer), 8);
    let now = Instant::now();
    let too_long = [0x78; VOICE_BYTES_MAX + 1];
    let voice = RtcVoice { slot: 7, stream: 1, sequence: 0, samples: 960, payload: &too_long };
    fixture.shard.send_voice(now, peer, voice);
    fixture.shard.send_voice(now, peer, RtcVoice { payload: &[], ..voice });
    fixture.shard.send_voice(now, peer, RtcVoice { slot: 8, payload: &too_long[1..], ..voice });
    fixture.shard.send_voice(now, peer, RtcVoice { payload: &too_long[1..], ..voice });
    fixture.until("what can be sent is heard", |fixture| fixture.pages[page].browser.heard(7).packets == 1);
    fixture.shard.send_voice(now, peer, RtcVoice { payload: &too_long[1..], ..voice });
    fixture.run_once();
    let statistics = fixture.shard.statistics();
    assert_eq!((statistics.voice_sent, statistics.voice_unsent), (1, 4));
}
