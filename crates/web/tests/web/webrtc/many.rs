//! Many pages at once.

use std::time::Instant;

use consonance_testing::rtc::TestBrowserSettings;
use consonance_web::webrtc::RtcVoice;

use crate::webrtc::support::{Fixture, opus};

#[test]
fn fifty_pages_speak_and_each_hears_sixteen_others() {
    let mut fixture = Fixture::new();
    let pages: Vec<usize> = (0..50).map(|_| fixture.newcomer(TestBrowserSettings::default())).collect();
    fixture
        .until("all are connected", |fixture| fixture.pages.iter().all(|page| page.browser.is_connected()));
    for number in 0..20_u32 {
        let packet = opus(number as usize);
        for &page in &pages {
            fixture.pages[page].browser.say(Instant::now(), &packet);
            let peer = fixture.pages[page].peer;
            for slot in 0..16 {
                let voice =
                    RtcVoice { slot, stream: slot as u64, sequence: number, samples: 960, payload: &packet };
                fixture.shard.send_voice(Instant::now(), peer, voice);
            }
        }
        // Socket buffers hold one round of packets, but not all rounds.
        fixture.until("a round is heard", |fixture| {
            let packets = u64::from(number) + 1;
            let hears_all = |page: &usize| {
                (0..16).all(|slot| fixture.pages[*page].browser.heard(slot).packets == packets)
            };
            fixture.shard.statistics().voice_received == 50 * packets && pages.iter().all(hears_all)
        });
    }
    assert!(pages.iter().all(|page| fixture.voice_of(*page).len() == 20));
    for &page in &pages {
        for slot in 0..16 {
            let heard = fixture.pages[page].browser.heard(slot);
            assert_eq!((heard.lost, heard.concealed), (0, 0), "page {page}, slot {slot}");
        }
    }
}
