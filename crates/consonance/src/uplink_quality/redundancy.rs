//! The choice of redundancy in packets: copies of one frame, whole frames, or descriptions of many frames.

use std::time::Duration;

use consonance_audio::{FrameSize, Redundancy};
use consonance_session::{ListenerReport, RedundancySupport};

/// A listener with a shorter buffer gets packets too late to use their descriptions: copies are better there.
const LEAST_WAIT: Duration = Duration::from_millis(80);

/// At lower bit rates, descriptions leave too few bits for the sound itself (docs/quality.md).
const LEAST_BITRATE_BPS: u32 = 32_000;

/// How much a packet describes, in blocks of 10 ms: twice a loss of 100 ms.
const DESCRIBED_BLOCKS: usize = 20;

/// With fewer lost frames in a row than this, the copy in the next packet usually arrives, and is better than a
/// description.
const LEAST_IN_A_ROW: f32 = 1.5;

/// The loss, in percent, from which a repeat of the previous frame is worth half of the bits (docs/quality.md, "Which
/// redundancy").
const REPEAT_FROM_PERCENT: u8 = 8;
const REPEAT_BITRATE_BPS: u32 = 24_000;

/// The same for the two previous frames, and two thirds of the bits.
const REPEAT_TWO_FROM_PERCENT: u8 = 15;
const REPEAT_TWO_BITRATE_BPS: u32 = 32_000;

/// Descriptions if several frames in a row are lost, every listener can use them and waits long enough, and the bit
/// rate suffices; whole frames if many are lost singly; otherwise copies.
pub(super) fn suiting(listeners: Option<ListenerReport>, bitrate_bps: u32, frame: FrameSize) -> Redundancy {
    let Some(report) = listeners else { return Redundancy::Fec };
    let in_a_row = report.lost_in_a_row.frames();
    let all_can = |support| report.redundancy.contains(support);
    let describes = in_a_row.is_none_or(|frames| frames >= LEAST_IN_A_ROW)
        && all_can(RedundancySupport::DRED)
        && report.playout_delay >= LEAST_WAIT
        && bitrate_bps >= LEAST_BITRATE_BPS;
    if describes {
        return Redundancy::Dred { frames: (DESCRIBED_BLOCKS / frame.blocks()) as u8 };
    }
    let repeats =
        in_a_row.is_some_and(|frames| frames < LEAST_IN_A_ROW) && all_can(RedundancySupport::REPEAT);
    match report.lost_percent {
        REPEAT_TWO_FROM_PERCENT.. if repeats && bitrate_bps >= REPEAT_TWO_BITRATE_BPS => {
            Redundancy::Repeat { frames: 2 }
        }
        REPEAT_FROM_PERCENT.. if repeats && bitrate_bps >= REPEAT_BITRATE_BPS => {
            Redundancy::Repeat { frames: 1 }
        }
        _ => Redundancy::Fec,
    }
}

#[cfg(test)]
mod tests {
    use consonance_session::LossRun;

    use super::*;

    fn listeners(wait_ms: u64, redundancy: RedundancySupport) -> ListenerReport {
        let playout_delay = Duration::from_millis(wait_ms);
        ListenerReport {
            listeners: 2,
            lost_percent: 10,
            lost_in_a_row: LossRun::UNKNOWN,
            playout_delay,
            redundancy,
        }
    }

    #[test]
    fn against_single_losses_copies_are_better() {
        let suits = |tenths| {
            let report =
                ListenerReport { lost_in_a_row: LossRun(tenths), ..listeners(200, RedundancySupport::DRED) };
            suiting(Some(report), 32_000, FrameSize::Ms20)
        };
        assert_eq!(suits(10), Redundancy::Fec);
        assert_eq!(suits(15), Redundancy::Dred { frames: 10 });
    }

    #[test]
    fn many_single_losses_are_worth_whole_frames() {
        let suits = |lost_percent, tenths, bitrate_bps, redundancy| {
            let lost_in_a_row = LossRun(tenths);
            let report = ListenerReport { lost_percent, lost_in_a_row, ..listeners(60, redundancy) };
            suiting(Some(report), bitrate_bps, FrameSize::Ms20)
        };
        let all = RedundancySupport::REPEAT.or(RedundancySupport::DRED);
        let (once, twice) = (Redundancy::Repeat { frames: 1 }, Redundancy::Repeat { frames: 2 });
        for (lost_percent, tenths, bitrate_bps, expected) in [
            (7, 11, 64_000, Redundancy::Fec),
            (8, 11, 24_000, once),
            (8, 11, 23_999, Redundancy::Fec),
            (14, 11, 64_000, once),
            (15, 12, 31_999, once),
            (15, 12, 32_000, twice),
            (100, 14, 64_000, twice),
            (15, 15, 64_000, Redundancy::Fec),
            (15, 0, 64_000, Redundancy::Fec),
        ] {
            let chosen = suits(lost_percent, tenths, bitrate_bps, all);
            assert_eq!(chosen, expected, "{lost_percent} %, {tenths} tenths, {bitrate_bps} bit/s");
        }
        assert_eq!(suits(20, 12, 64_000, RedundancySupport::DRED), Redundancy::Fec);
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
