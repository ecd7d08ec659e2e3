//! Many pages at once.

use std::time::Instant;

use consonance_testing::rtc::TestBrowserSettings;
use consonance_web::webrtc::RtcVoice;

use crate::webrtc::support::{Stage, opus};

#[test]
fn fifty_pages_speak_and_each_hears_sixteen_others() {
    let mut stage = Stage::new();
    let pages: Vec<usize> = (0..50).map(|_| stage.newcomer(TestBrowserSettings::default())).collect();
    stage.until("all are connected", |stage| stage.pages.iter().all(|page| page.browser.is_connected()));
    for number in 0..20_u32 {
        let packet = opus(number as usize);
        for &page in &pages {
            stage.pages[page].browser.say(Instant::now(), &packet);
            let peer = stage.pages[page].peer;
            for slot in 0..16 {
                let voice =
                    RtcVoice { slot, stream: slot as u64, sequence: number, samples: 960, payload: &packet };
                stage.shard.send_voice(Instant::now(), peer, voice);
            }
        }
        // Socket buffers hold one round of packets, but not all rounds.
        stage.until("a round is heard", |stage| {
            let packets = u64::from(number) + 1;
            let hears_all =
                |page: &usize| (0..16).all(|slot| stage.pages[*page].browser.heard(slot).packets == packets);
            stage.shard.statistics().voice_received == 50 * packets && pages.iter().all(hears_all)
        });
    }
    assert!(pages.iter().all(|page| stage.voice_of(*page).len() == 20));
    for &page in &pages {
        for slot in 0..16 {
            let heard = stage.pages[page].browser.heard(slot);
            assert_eq!((heard.lost, heard.concealed), (0, 0), "page {page}, slot {slot}");
        }
    }
}
