//! Tests of the measure of likeness.

use consonance_testing::sound::{ALIKE, UNLIKE, WINDOW, likeness, speech_of};

#[test]
fn a_voice_is_like_itself_however_late_and_quiet_and_unlike_others() {
    let [own, others @ ..] = [1, 2, 3].map(|number| speech_of(number, 0.2, 2.2));
    let late: Vec<f32> =
        std::iter::repeat_n(0.0, 3_217).chain(own.iter().map(|sample| sample * 0.1)).collect();
    assert!(likeness(&own, &late) > 0.999);
    for other in others {
        let likeness = likeness(&other, &late);
        assert!(likeness < UNLIKE, "{likeness}");
    }
    assert!(likeness(&own, &vec![0.0; 48_000]).abs() < 1e-9);
}

#[test]
fn a_voice_that_a_jitter_buffer_stretches_and_squeezes_is_like_itself_and_unlike_others() {
    let [own, other] = [1, 3].map(|number| speech_of(number, 0.2, 2.2));
    for (every_ms, length_ms) in [(300, 12), (200, 16), (100, 4)] {
        let heard = jittered(&own, every_ms * 48, length_ms * 48);
        let (own, other) = (likeness(&own, &heard), likeness(&other, &heard));
        assert!(own > 0.95, "{own} with {length_ms} ms every {every_ms} ms");
        assert!(other < UNLIKE, "{other} with {length_ms} ms every {every_ms} ms");
    }
}

#[test]
fn a_voice_with_a_stall_in_it_is_like_itself_and_unlike_others() {
    let [own, other] = [2, 1].map(|number| speech_of(number, 0.2, 2.2));
    let (before, after) = own.split_at(own.len() / 2);
    for stall_ms in [60, 500] {
        let heard = [before, &vec![0.0; 48 * stall_ms], after].concat();
        let (own, other) = (likeness(&own, &heard), likeness(&other, &heard));
        assert!(own > 0.9, "{own} with {stall_ms} ms");
        assert!(other < UNLIKE, "{other} with {stall_ms} ms");
    }
}

#[test]
fn a_voice_of_which_half_is_missing_is_not_like_itself() {
    let own = speech_of(1, 0.2, 2.2);
    for period in [2 * WINDOW, own.len()] {
        for missing in [0, 1] {
            let mut heard = own.clone();
            for half in heard.chunks_mut(period / 2).skip(missing).step_by(2) {
                half.fill(0.0);
            }
            let likeness = likeness(&own, &heard);
            assert!(likeness < ALIKE, "{likeness} with half of every {period} samples");
        }
    }
}

/// Repeats the last `length` samples of three pieces of `every` samples each, drops the first `length` of the next
/// three, and so on.
fn jittered(sound: &[f32], every: usize, length: usize) -> Vec<f32> {
    let mut heard = Vec::new();
    for (number, piece) in sound.chunks(every).enumerate() {
        if number % 6 < 3 {
            heard.extend_from_slice(piece);
            heard.extend_from_slice(&piece[piece.len().saturating_sub(length)..]);
        } else {
            heard.extend_from_slice(&piece[length.min(piece.len())..]);
        }
    }
    heard
}
