//! The voice that a page sends.

use std::time::{Duration, Instant};

use consonance_web::webrtc::RtcVoice;

use crate::webrtc::support::{Fixture, PATIENCE, opus};

#[test]
fn what_a_page_says_arrives_packet_for_packet() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    for number in 0..100 {
        fixture.pages[page].browser.say(Instant::now(), &opus(number));
        fixture.run_once();
    }
    fixture.until("all of it has come", |fixture| fixture.voice_of(page).len() == 100);
    let voice = fixture.voice_of(page);
    for (number, (sequence, time, packet)) in voice.iter().enumerate() {
        assert_eq!(sequence - voice[0].0, number as u64);
        assert_eq!(time - voice[0].1, 960 * number as u64);
        assert_eq!(*packet, opus(number));
    }
}

#[test]
fn a_lost_packet_is_a_gap_and_an_overtaken_one_has_its_number() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    for (sequence, time) in [(50, 0), (51, 960), (54, 3840), (53, 2880), (55, 4800)] {
        fixture.pages[page].browser.say_as(Instant::now(), sequence, time, false, &opus(sequence as usize));
        fixture.run_once();
    }
    fixture.until("all of it has come", |fixture| fixture.voice_of(page).len() == 5);
    let voice = fixture.voice_of(page);
    let (first, start) = (voice[0].0, voice[0].1);
    let relative: Vec<_> = voice.iter().map(|it| (it.0 - first, it.1 - start)).collect();
    assert_eq!(relative, [(0, 0), (1, 960), (4, 3840), (3, 2880), (5, 4800)]);
}

#[test]
fn a_pause_is_time_without_numbers() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    fixture.pages[page].browser.say(Instant::now(), &opus(0));
    fixture.pages[page].browser.pause(48_000);
    fixture.pages[page].browser.say(Instant::now(), &opus(1));
    fixture.until("all of it has come", |fixture| fixture.voice_of(page).len() == 2);
    let voice = fixture.voice_of(page);
    assert_eq!((voice[1].0 - voice[0].0, voice[1].1 - voice[0].1), (1, 48_960));
}

#[test]
fn numbers_and_times_go_on_where_packets_wrap_them() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    for step in 0..6_u32 {
        let time = (u32::MAX - 2000).wrapping_add(960 * step);
        fixture.pages[page].browser.say_as(
            Instant::now(),
            65_533 + u64::from(step),
            time,
            false,
            &opus(step as usize),
        );
        fixture.run_once();
    }
    fixture.until("all of it has come", |fixture| fixture.voice_of(page).len() == 6);
    let voice = fixture.voice_of(page);
    for (step, (sequence, time, _)) in voice.iter().enumerate() {
        assert_eq!((sequence - voice[0].0, time - voice[0].1), (step as u64, 960 * step as u64));
    }
}

#[test]
fn how_a_link_does_becomes_known() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    let peer = fixture.pages[page].peer;
    let patience = Instant::now() + PATIENCE;
    for number in 0.. {
        assert!(Instant::now() < patience, "{:?}", fixture.shard.quality(peer));
        let now = Instant::now();
        let packet = opus(number);
        if number % 4 == 3 {
            fixture.pages[page].browser.say_nothing_of(&packet);
        } else {
            fixture.pages[page].browser.say(now, &packet);
        }
        let voice = RtcVoice { slot: 0, stream: 1, sequence: number as u32, samples: 960, payload: &packet };
        fixture.shard.send_voice(now, peer, voice);
        fixture.shard.flush(now);
        if number % 4 == 1 {
            // Drops the last packet that was sent to the page.
            let _ = fixture.pages[page].browser.socket().recv(&mut [0; 2048]);
        }
        fixture.run_once();
        let quality = fixture.shard.quality(peer).unwrap();
        let is_some_lost = |loss: Option<f32>| loss.is_some_and(|loss| (0.2..0.3).contains(&loss));
        if quality.round_trip.is_some()
            && is_some_lost(quality.ingress_loss)
            && is_some_lost(quality.egress_loss)
        {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
