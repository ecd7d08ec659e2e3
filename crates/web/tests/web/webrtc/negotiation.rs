//! Offers, answers, and limits.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use consonance_link::DisconnectReason;
use consonance_testing::rtc::{TestBrowserSettings, UdpBrowser};
use consonance_web::webrtc::{OfferError, PeerLimits, RtcEvent, WebRtcPort, WebRtcSettings};

use crate::webrtc::support::{Fixture, PATIENCE, Page, Told, on_this_machine, opus, patient};

fn offer() -> String {
    UdpBrowser::new(Instant::now(), TestBrowserSettings::default()).unwrap().1
}

#[test]
fn an_answer_asks_for_20_ms_and_repair_and_has_the_server_s_address() {
    let mut fixture = Fixture::new();
    let (_, answer) = fixture.shard.accept(Instant::now(), &offer()).unwrap();
    assert_eq!(answer.matches("a=ptime:20\r\n").count(), 17);
    assert_eq!(answer.matches("a=maxptime:20\r\n").count(), 17);
    assert_eq!(answer.matches("useinbandfec=1").count(), 17);
    assert!(answer.contains("a=ice-lite\r\n"));
    let candidate = format!(" {} {} typ host", fixture.address.ip(), fixture.address.port());
    assert!(answer.contains(&candidate), "{answer}");
    assert!(!answer.contains("nack"));
}

/// Otherwise the library would probe for bandwidth with packets that are numbered like voice but carry none.
#[test]
fn an_answer_asks_for_no_times_of_arrival() {
    let mut fixture = Fixture::new();
    let (_, answer) = fixture.shard.accept(Instant::now(), &offer()).unwrap();
    assert!(!answer.contains("transport-cc") && !answer.contains("transport-wide-cc"), "{answer}");
    assert_eq!(answer.matches("a=extmap:").count(), answer.matches("sdes:mid").count());
}

#[test]
fn the_offers_of_real_browsers_are_taken() {
    for (offer, payload_type) in
        [(include_str!("chromium_156.sdp"), "111"), (include_str!("firefox_153.sdp"), "109")]
    {
        let mut fixture = Fixture::new();
        let (peer, answer) = fixture.shard.accept(Instant::now(), offer).unwrap();
        assert_eq!(fixture.shard.slots(peer), 16);
        let section = format!("m=audio 9 UDP/TLS/RTP/SAVPF {payload_type}\r\n");
        assert_eq!(answer.matches(&section).count(), 17);
        assert_eq!(answer.matches("a=sendonly").count(), 16);
        assert_eq!(answer.matches("m=application").count(), 1);
        assert_eq!(answer.matches("useinbandfec=1").count(), 17);
        assert!(!answer.contains("maxplaybackrate=0"), "{answer}");
    }
}

/// Browsers list their candidates for each media section if they gather them before they offer.
#[test]
fn an_offer_may_name_hundreds_of_addresses() {
    let mut fixture = Fixture::new();
    let now = Instant::now();
    let (mut browser, offer) = UdpBrowser::new(now, TestBrowserSettings::default()).unwrap();
    let candidates = "a=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n".repeat(500);
    let (peer, answer) = fixture.shard.accept(now, &(offer + &candidates)).unwrap();
    browser.handle_answer(now, &answer);
    fixture.pages.push(Page { browser, peer, events: Vec::new() });
    fixture.until_connected(0);
}

#[test]
fn a_server_behind_a_router_announces_the_router_s_address() {
    let announced = vec!["203.0.113.7:0".parse().unwrap(), "203.0.113.8:4000".parse().unwrap()];
    let mut fixture = Fixture::of(WebRtcSettings { announced, ..on_this_machine() });
    let (_, answer) = fixture.shard.accept(Instant::now(), &offer()).unwrap();
    assert!(answer.contains(&format!(" 203.0.113.7 {} typ host", fixture.address.port())));
    assert!(answer.contains(" 203.0.113.8 4000 typ host"));
    assert!(!answer.contains("127.0.0.1"));
}

#[test]
fn what_is_no_offer_of_a_page_is_refused_in_words() {
    let mut fixture = Fixture::new();
    let good = offer();
    let without = |what: &str| {
        good.lines().filter(|line| !line.starts_with(what)).collect::<Vec<_>>().join("\r\n") + "\r\n"
    };
    let section = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(49);
    for (bad, words) in [
        (String::new(), "data channel"),
        ("v=0\r\n".to_owned(), "data channel"),
        ("x".repeat(70_000), "at most 65536"),
        (good.replace("m=application", "m=audio"), "data channel"),
        (good.replace("a=sendonly", "a=inactive"), "microphone"),
        (good.replacen("m=audio", "m=video", 1), "neither audio nor"),
        (good.clone() + &section, "too many media"),
        (without("a=mid:"), "name of its own"),
        (without("a=fingerprint"), "fingerprint"),
        (without("a=ice-ufrag"), "ice-ufrag"),
        (good.replace("opus/48000", "PCMU/8000"), "Opus"),
        (good[..good.len() / 2].to_owned(), ""),
        (good.replace("v=0", "v=\u{0}"), ""),
    ] {
        let refused = fixture.shard.accept(Instant::now(), &bad).unwrap_err();
        assert!(refused.to_string().contains(words), "{refused}, not about: {words}");
    }
    assert_eq!(fixture.shard.statistics().peers, 0);
    assert_eq!(fixture.shard.statistics().offers_refused, 13);
    fixture.page();
}

/// A library's words may hold addresses of this process's memory, or the offer itself.
#[test]
fn a_refused_offer_is_answered_in_words_of_our_own() {
    let mut fixture = Fixture::new();
    let good = offer();
    let ours = [
        "invalid offer: it is not SDP as RFC 8866 has it; use a current browser",
        "invalid offer: its parts contradict each other, or what was agreed before; use a current browser",
        "invalid offer: one of its media has no name of its own; use a current browser",
    ];
    let mut refused = 0;
    let mut tried = HashMap::new();
    for (at, line) in good.lines().enumerate() {
        // An offer has 17 media with the same kinds of lines: two of a kind are enough.
        let times = tried.entry(line.split(':').next()).or_insert(0);
        *times += 1;
        if *times > 2 {
            continue;
        }
        for instead in ["", "a=", "x", "a=setup:nobody", "a=fingerprint:sha-256 zz", "a=mid:\u{7f}"] {
            let replaced = |(number, old)| if number == at { instead } else { old };
            let bad = good.lines().enumerate().map(replaced).collect::<Vec<_>>().join("\r\n") + "\r\n";
            match fixture.shard.accept(Instant::now(), &bad) {
                Ok((peer, _)) => fixture.shard.close(Instant::now(), peer),
                Err(error @ OfferError::Malformed { .. }) => {
                    refused += 1;
                    assert_eq!(error.code(), "malformed-offer");
                    assert!(ours.contains(&&*error.to_string()), "{line}, {instead}: {error}");
                }
                Err(error) => assert!(!error.to_string().contains("0x"), "{error}"),
            }
            fixture.run_once();
        }
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn no_more_peers_negotiate_or_are_here_than_may() {
    let mut fixture =
        Fixture::of(WebRtcSettings { connections_max: 3, handshakes_max: 2, ..on_this_machine() });
    let accept = |fixture: &mut Fixture| fixture.shard.accept(Instant::now(), &offer()).map(|(peer, _)| peer);
    let (first, second) = (accept(&mut fixture).unwrap(), accept(&mut fixture).unwrap());
    assert_eq!(accept(&mut fixture), Err(OfferError::Full));
    fixture.shard.close(Instant::now(), first);
    fixture.run_once();
    assert_eq!(fixture.told, [Told::Disconnected(first, DisconnectReason::ClosedByUs)]);
    fixture.page();
    fixture.page();
    assert_eq!(accept(&mut fixture), Err(OfferError::Full));
    fixture.shard.close(Instant::now(), second);
    accept(&mut fixture).unwrap();
}

#[test]
fn a_page_gets_in_although_offers_that_come_to_nothing_hold_all_places() {
    let peer = PeerLimits { negotiation_undisturbed: Duration::ZERO, ..patient() };
    let mut fixture = Fixture::of(WebRtcSettings { handshakes_max: 2, peer, ..on_this_machine() });
    let absent: Vec<_> = (0..2).map(|_| fixture.shard.accept(Instant::now(), &offer()).unwrap().0).collect();
    fixture.page();
    assert_eq!(fixture.told[0], Told::Disconnected(absent[0], DisconnectReason::TimedOut));
    assert_eq!(fixture.shard.statistics().peers, 2);
}

#[test]
fn a_page_that_never_comes_is_given_up_and_so_is_one_that_falls_silent() {
    let mut fixture = Fixture::new();
    let limits = patient();
    let (absent, _) = fixture.shard.accept(Instant::now(), &offer()).unwrap();
    let page = fixture.page();
    let peer = fixture.pages[page].peer;
    let later = Instant::now() + limits.negotiation_timeout + limits.idle_timeout;
    let mut told = Vec::new();
    while let Some(event) = fixture.shard.poll(later) {
        if let RtcEvent::Disconnected { peer, reason } = event {
            told.push((peer, reason));
        }
    }
    told.sort_by_key(|(peer, _)| *peer);
    assert_eq!(told, [(absent, DisconnectReason::TimedOut), (peer, DisconnectReason::TimedOut)]);
    assert_eq!(fixture.shard.wants_poll_at(), None);
}

#[test]
fn a_page_whose_network_changes_keeps_its_connection() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    let peer = fixture.pages[page].peer;
    let offer = fixture.pages[page].browser.restart();
    let answer = fixture.shard.renegotiate(Instant::now(), peer, &offer).unwrap();
    fixture.pages[page].browser.handle_answer(Instant::now(), &answer);
    fixture.settle(page);
    fixture.pages[page].browser.say(Instant::now(), &opus(1));
    fixture.until("its voice comes", |fixture| !fixture.voice_of(page).is_empty());
    assert_eq!(fixture.end_of(page), None);
    fixture.shard.renegotiate(Instant::now(), peer, "v=0").unwrap_err();
    fixture.settle(page);
    assert_eq!(
        fixture.shard.renegotiate(Instant::now(), consonance_web::webrtc::PagePeer(99), &offer),
        Err(OfferError::Gone)
    );
}

#[test]
fn candidates_are_taken_and_unknown_ones_are_ignored() {
    let mut fixture = Fixture::with(patient());
    let page = fixture.page();
    let peer = fixture.pages[page].peer;
    for candidate in [
        "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host",
        "a=candidate:2 1 UDP 2130706431 192.0.2.1 9 typ host generation 0",
        "candidate:3 1 udp 1 8f1b2a7e-1d0c-4b6e-9c53-0a2b3c4d5e6f.local 9 typ host",
        "",
        "\u{0}",
    ] {
        assert_eq!(fixture.shard.add_candidate(Instant::now(), peer, candidate), Ok(()), "{candidate}");
    }
    fixture.settle(page);
    let many = (0..100).map(|_| fixture.shard.add_candidate(Instant::now(), peer, ""));
    assert!(many.last().is_some_and(|last| matches!(last, Err(OfferError::TooMany { .. }))));
}

#[test]
fn workers_share_a_port_and_each_has_its_own_pages() {
    let port = WebRtcPort::bind(on_this_machine()).unwrap();
    let mut shards = port.into_shards(NonZeroUsize::new(3).unwrap()).unwrap();
    let mut pages = Vec::new();
    for shard in &mut shards {
        let (mut browser, offer) = UdpBrowser::new(Instant::now(), TestBrowserSettings::default()).unwrap();
        let (peer, answer) = shard.accept(Instant::now(), &offer).unwrap();
        browser.handle_answer(Instant::now(), &answer);
        pages.push((browser, peer));
    }
    let patience = Instant::now() + PATIENCE;
    let mut connected = [None; 3];
    while connected.contains(&None) {
        assert!(Instant::now() < patience);
        for (at, shard) in shards.iter_mut().enumerate() {
            while let Some(event) = shard.poll(Instant::now()) {
                if let RtcEvent::Connected { peer, .. } = event {
                    connected[at] = Some(peer);
                }
            }
            while pages[at].0.poll(Instant::now()).is_some() {}
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let expected: Vec<_> = pages.iter().map(|(_, peer)| Some(*peer)).collect();
    assert_eq!(connected[..], expected);
}
