//! What packets should tell of the sound before them: copies of one frame, or descriptions of many.

use std::time::Duration;

use consonance_audio::{FrameSize, Redundancy};
use consonance_session::{ListenerReport, RedundancySupport};

/// A listener with a shorter buffer gets a packet too late to use what it describes: copies are better there.
const LEAST_WAIT: Duration = Duration::from_millis(80);

/// With fewer bits descriptions leave too few for the sound itself (docs/quality.md).
const LEAST_BITRATE_BPS: u32 = 32_000;

/// How much a packet describes, in blocks of 10 ms: twice a loss of 100 ms.
const DESCRIBED_BLOCKS: usize = 20;

/// Descriptions where every listener can use them and waits long enough, and there are the bits; else copies.
pub(super) fn suiting(listeners: Option<ListenerReport>, bitrate_bps: u32, frame: FrameSize) -> Redundancy {
    let all_can = listeners.is_some_and(|report| {
        report.redundancy.contains(RedundancySupport::DRED) && report.playout_delay >= LEAST_WAIT
    });
    if all_can && bitrate_bps >= LEAST_BITRATE_BPS {
        Redundancy::Dred { frames: (DESCRIBED_BLOCKS / frame.blocks()) as u8 }
    } else {
        Redundancy::Fec
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listeners(wait_ms: u64, redundancy: RedundancySupport) -> ListenerReport {
        let playout_delay = Duration::from_millis(wait_ms);
        ListenerReport { listeners: 2, lost_percent: 10, playout_delay, redundancy }
    }

    #[test]
    fn many_frames_are_described_only_to_listeners_that_can_use_it_and_wait() {
        let suits = |report| suiting(Some(report), 32_000, FrameSize::Ms20);
        assert_eq!(suits(listeners(80, RedundancySupport::DRED)), Redundancy::Dred { frames: 10 });
        assert_eq!(suits(listeners(79, RedundancySupport::DRED)), Redundancy::Fec);
        assert_eq!(suits(listeners(500, RedundancySupport::NONE)), Redundancy::Fec);
        assert_eq!(suiting(None, 32_000, FrameSize::Ms20), Redundancy::Fec);
    }

    #[test]
    fn it_needs_bits_and_counts_in_frames() {
        let all = || Some(listeners(100, RedundancySupport(u8::MAX)));
        assert_eq!(suiting(all(), 31_999, FrameSize::Ms20), Redundancy::Fec);
        assert_eq!(suiting(all(), 64_000, FrameSize::Ms60), Redundancy::Dred { frames: 3 });
    }
}
