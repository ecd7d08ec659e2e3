//! Tests of the count of missing frames.

use consonance_testing::sound::{Coverage, FRAME_SAMPLES, decode_live, encode, longest_silence, speech_of};

#[test]
fn nothing_is_missing_in_a_copy_however_late_and_quiet() {
    for said in spoken() {
        let late: Vec<f32> =
            std::iter::repeat_n(0.0, 3_217).chain(said.iter().map(|sample| sample * 0.1)).collect();
        let coverage = Coverage::of(&said, &late);
        assert_eq!(coverage.missing, [0; 0], "of {}", coverage.speech);
        assert!(coverage.speech > 50, "{}", coverage.speech);
    }
}

#[test]
fn nothing_is_missing_after_a_codec() {
    for said in spoken() {
        let heard = decode_live(&encode(&said, FRAME_SAMPLES));
        let coverage = Coverage::of(&said[..heard.len()], &heard);
        assert_eq!(coverage.missing, [0; 0], "of {}", coverage.speech);
    }
}

#[test]
fn nothing_is_missing_where_a_jitter_buffer_waited_or_stretched() {
    for said in spoken() {
        let (before, after) = said.split_at(said.len() / 2);
        let waited = [before, &vec![0.0; 48 * 300], after].concat();
        assert!(Coverage::of(&said, &waited).missing.len() <= 1);
        let stretched = said.chunks(14_400).flat_map(|piece| [piece, &piece[piece.len() - 240..]]);
        let coverage = Coverage::of(&said, &stretched.collect::<Vec<_>>().concat());
        assert!(coverage.missing.len() <= 1, "{coverage:?}");
    }
}

#[test]
fn what_was_cut_out_is_counted_whatever_stands_in_its_place() {
    for share in [0.01, 0.05, 0.2] {
        for patch in PATCHES {
            let (mut frames, mut cuts, mut speech, mut missing) = (0, 0, 0, 0);
            for said in spoken() {
                let (heard, cut) = cut(&said, share, patch);
                let coverage = Coverage::of(&said, &heard);
                frames += said.len() / FRAME_SAMPLES;
                cuts += cut;
                speech += coverage.speech;
                missing += coverage.missing.len();
            }
            let (share, measured) = (f64::from(cuts) / frames as f64, missing as f64 / speech as f64);
            println!("{share:.4} cut, {patch:?}: {measured:.4} of {speech} frames");
            let tolerance = 0.3 * share + 0.004;
            assert!((measured - share).abs() < tolerance, "{measured} instead of {share}, {patch:?}");
        }
    }
}

#[test]
fn a_gap_is_as_long_as_what_is_missing() {
    for said in spoken() {
        // Speech without a pause.
        let energy = |frame: &[f32]| frame.iter().map(|sample| sample * sample).sum::<f32>();
        let softest = |at: &usize| {
            let frames = said[*at..*at + 10 * FRAME_SAMPLES].chunks(FRAME_SAMPLES);
            frames.map(energy).fold(f32::MAX, f32::min)
        };
        let places = (0..said.len() - 10 * FRAME_SAMPLES).step_by(FRAME_SAMPLES);
        let at = places.max_by(|a, b| softest(a).total_cmp(&softest(b))).unwrap();
        let mut heard = said.clone();
        heard[at..at + 10 * FRAME_SAMPLES].fill(0.0);
        let gap = Coverage::of(&said, &heard).longest_gap;
        assert!((8..=11).contains(&gap), "{gap}");
    }
}

#[test]
fn another_voice_is_missing_for_the_most_part() {
    let [first, _, second, _, third, _] = spoken();
    for (said, heard) in [(&first, &second), (&second, &third), (&third, &first)] {
        let coverage = Coverage::of(said, heard);
        assert!(coverage.missing_share() > 0.8, "{}", coverage.missing_share());
    }
    assert!(Coverage::of(&first, &vec![0.0; 96_000]).missing_share() > 0.999);
}

#[test]
fn a_silence_is_as_long_as_nothing_is_heard() {
    let mut heard = vec![0.5; 48_000];
    assert_eq!(longest_silence(&heard), 0);
    heard[4_800..9_600].fill(0.001);
    heard[20_000..22_000].fill(0.0);
    assert_eq!(longest_silence(&heard), 4_800);
    assert_eq!(longest_silence(&[0.0; 960]), 960);
}

/// Two pieces of each recording.
fn spoken() -> [Vec<f32>; 6] {
    let pieces = [(0.1, 2.5), (2.5, 4.9)];
    std::array::from_fn(|at| {
        let (from, to) = pieces[at % 2];
        speech_of(at as u32 / 2 + 1, from, to)
    })
}

/// The replacement of a lost frame.
#[derive(Clone, Copy, Debug)]
enum Patch {
    Silence,
    /// The next frame follows immediately.
    Nothing,
    /// A repetition, as by a simple concealment.
    TheFrameBefore,
}

const PATCHES: [Patch; 3] = [Patch::Silence, Patch::Nothing, Patch::TheFrameBefore];

/// Removes about this share of all frames, one at a random place in each piece of equal length; returns their number.
fn cut(said: &[f32], share: f64, patch: Patch) -> (Vec<f32>, u32) {
    let mut dice = 1_u64;
    let (mut heard, mut cuts) = (Vec::new(), 0);
    let pieces = said.chunks_exact((FRAME_SAMPLES as f64 / share) as usize);
    let rest = pieces.remainder();
    for piece in pieces {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = FRAME_SAMPLES + (dice >> 33) as usize % (piece.len() - 2 * FRAME_SAMPLES);
        let (before, after) = (&piece[..at], &piece[at + FRAME_SAMPLES..]);
        heard.extend_from_slice(before);
        match patch {
            Patch::Silence => heard.resize(heard.len() + FRAME_SAMPLES, 0.0),
            Patch::Nothing => {}
            Patch::TheFrameBefore => heard.extend_from_slice(&before[at - FRAME_SAMPLES..]),
        }
        heard.extend_from_slice(after);
        cuts += 1;
    }
    heard.extend_from_slice(rest);
    (heard, cuts)
}
