//! A server's memory for each page. This is a separate program, since it counts all allocations of the process.

#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "a test that cannot be set up fails; it needs a part of the stage"
)]
#[path = "web/webrtc/support.rs"]
mod support;

use std::alloc::System;
use std::time::Instant;

use consonance_testing::rtc::TestBrowserSettings;
use consonance_web::webrtc::RtcVoice;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use support::{Fixture, opus};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const PAGES: usize = 16;
/// Three seconds of speech.
const FRAMES: u32 = 150;

/// About 100 and 195 KB, with a margin.
#[test]
fn a_page_that_hears_few_speakers_takes_little_memory() {
    for (speakers, bytes_max) in [(0, 125_000), (5, 215_000)] {
        let bytes = bytes_per_page(speakers);
        assert!(bytes < bytes_max, "with {speakers} speakers: {bytes} bytes");
    }
}

/// The memory that is freed when the server ends while the pages stay, for each page.
fn bytes_per_page(speakers: usize) -> usize {
    let mut fixture = Fixture::new();
    let pages: Vec<usize> = (0..PAGES).map(|_| fixture.newcomer(TestBrowserSettings::default())).collect();
    fixture
        .until("all are connected", |fixture| fixture.pages.iter().all(|page| page.browser.is_connected()));
    for &page in &pages {
        fixture.settle(page);
    }
    for sequence in 0..FRAMES {
        let packet = opus(sequence as usize);
        for peer in pages.iter().map(|page| fixture.pages[*page].peer) {
            for slot in 0..speakers {
                let voice = RtcVoice { slot, stream: slot as u64, sequence, samples: 960, payload: &packet };
                fixture.shard.send_voice(Instant::now(), peer, voice);
            }
        }
        fixture.until("a round is heard", |fixture| {
            let heard = |page: &usize, slot| fixture.pages[*page].browser.heard(slot).packets;
            pages.iter().all(|page| (0..speakers).all(|slot| heard(page, slot) == u64::from(sequence) + 1))
        });
    }
    let Fixture { shard, .. } = fixture;
    let before = bytes_in_use();
    drop(shard);
    before.saturating_sub(bytes_in_use()) / PAGES
}

fn bytes_in_use() -> usize {
    let statistics = ALLOCATOR.stats();
    statistics.bytes_allocated.saturating_sub(statistics.bytes_deallocated)
}
