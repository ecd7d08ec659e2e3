//! Chirps for the speaker's microphone, and the delay of each of them at the listener's loudspeaker.

use std::fs;
use std::path::Path;

use consonance_testing::sound::{CHIRP_SAMPLES, Sweep, chirp, find_chirp};
use consonance_testing::stage::Failure;

/// The delays of the chirps of one recording.
#[derive(Debug, PartialEq)]
pub(super) struct Delays {
    /// The delays of the chirps that were found, sorted, in milliseconds.
    pub(super) found_ms: Vec<f64>,
    /// The number of chirps that were not found.
    pub(super) lost: usize,
}

/// Writes the track that the microphone hears, as 32-bit floats.
///
/// # Errors
/// If it cannot be written.
pub(super) fn write_track(file: &Path) -> Result<(), Failure> {
    let bytes: Vec<u8> = track(SETTLING + MEASURED).into_iter().flat_map(f32::to_le_bytes).collect();
    fs::write(file, bytes).map_err(Failure::io(file.display().to_string()))
}

/// The delays in an interleaved recording whose left channel is the track and whose right channel is the listener's
/// loudspeaker. The first chirps do not count, as buffers are still adapting.
///
/// # Errors
/// If the track is not in the left channel as it was written.
pub(super) fn delays(recording: &[f32]) -> Result<Delays, Failure> {
    delays_after(SETTLING, SETTLING + MEASURED, recording)
}

fn track(chirps: usize) -> Vec<f32> {
    let mut track = vec![0.0; SILENCE_SAMPLES];
    for number in 0..chirps {
        let end = track.len() + distance(number);
        track.extend(chirp(sweep(number)));
        track.resize(end, 0.0);
    }
    // Time for the last chirp to arrive, and silence at the end, as some programs lose a stream's last samples.
    track.resize(track.len() + LATEST_SAMPLES + SILENCE_SAMPLES, 0.0);
    track
}

/// The direction of a chirp. Neighbours differ, so that a late chirp is not taken for the next.
fn sweep(number: usize) -> Sweep {
    if number.is_multiple_of(2) { Sweep::Rising } else { Sweep::Falling }
}

/// The distance from the beginning of one chirp to that of the next: not aligned with frames of 10 ms or with blocks.
fn distance(number: usize) -> usize {
    DISTANCE_SAMPLES_MIN + number * STRIDE_SAMPLES % DISTANCE_SAMPLES_SPREAD
}

fn delays_after(settling: usize, chirps: usize, recording: &[f32]) -> Result<Delays, Failure> {
    let side = |number: usize| recording.chunks_exact(2).map(|pair| pair[number]).collect::<Vec<_>>();
    let (said, heard) = (side(0), side(1));
    let mut delays = Delays { found_ms: Vec::new(), lost: 0 };
    let mut next = first_chirp(&said)?;
    for number in 0..chirps {
        // Playback may have been late, but not by so much that the next chirp but one is within reach.
        let place = find_chirp(sweep(number), &said, next..next + LATEST_SAMPLES - CHIRP_SAMPLES);
        let place =
            place.ok_or_else(|| Failure::NotSo(format!("chirp {number} of the track was not said")))?;
        next = place + CHIRP_SAMPLES;
        if number < settling {
            continue;
        }
        match find_chirp(sweep(number), &heard, place..place + LATEST_SAMPLES) {
            Some(heard) => delays.found_ms.push((heard - place) as f64 / SAMPLES_PER_MS),
            None => delays.lost += 1,
        }
    }
    delays.found_ms.sort_by(f64::total_cmp);
    Ok(delays)
}

/// The sample at which to begin the search for the first chirp.
fn first_chirp(said: &[f32]) -> Result<usize, Failure> {
    let sounds = said.iter().position(|sample| *sample != 0.0);
    let begins = sounds.ok_or_else(|| Failure::NotSo("the track was not said".to_owned()))?;
    Ok(begins.saturating_sub(CHIRP_SAMPLES))
}

/// The number of chirps while buffers adapt: 6 s.
const SETTLING: usize = 17;
/// The number of chirps that count.
const MEASURED: usize = 66;
const SAMPLES_PER_MS: f64 = 48.0;
/// Half a second.
const SILENCE_SAMPLES: usize = 24_000;
/// 300 ms.
const DISTANCE_SAMPLES_MIN: usize = 14_400;
/// Distances are up to 120 ms longer.
const DISTANCE_SAMPLES_SPREAD: usize = 5_760;
/// A prime number.
const STRIDE_SAMPLES: usize = 7_919;
/// The longest delay: 600 ms, less than the time until the next chirp of the same direction.
const LATEST_SAMPLES: usize = 2 * DISTANCE_SAMPLES_MIN;

#[cfg(test)]
mod tests {
    use super::*;

    const CHIRPS: usize = 12;

    /// The track on the left, begun late, and later by so many samples on the right, without the chirps of these
    /// numbers.
    fn recording(delay: usize, missing: &[usize]) -> Vec<f32> {
        let said = [vec![0.0; 12_345], track(CHIRPS)].concat();
        let mut kept = said.clone();
        let mut place = 12_345 + SILENCE_SAMPLES;
        for number in 0..CHIRPS {
            if missing.contains(&number) {
                kept[place..place + CHIRP_SAMPLES].fill(0.0);
            }
            place += distance(number);
        }
        let heard = [vec![0.0; delay], kept].concat();
        said.into_iter().zip(heard).flat_map(|(said, heard)| [said, 0.3 * heard]).collect()
    }

    #[test]
    fn a_delay_is_found_to_the_sample() {
        for delay in [0, 1, 4_801, LATEST_SAMPLES - 1] {
            let found = delays_after(2, CHIRPS, &recording(delay, &[])).unwrap();
            assert_eq!(found, Delays { found_ms: vec![delay as f64 / 48.0; CHIRPS - 2], lost: 0 });
        }
    }

    #[test]
    fn a_chirp_that_is_not_heard_is_lost_and_no_other_is_taken_for_it() {
        for delay in [480, 20_000] {
            let found = delays_after(0, CHIRPS, &recording(delay, &[3, 7, 8])).unwrap();
            assert_eq!(found, Delays { found_ms: vec![delay as f64 / 48.0; CHIRPS - 3], lost: 3 });
        }
    }

    #[test]
    fn one_that_comes_too_late_to_be_told_from_others_is_lost() {
        let found = delays_after(0, CHIRPS, &recording(LATEST_SAMPLES + 100, &[])).unwrap();
        assert_eq!((found.found_ms.len(), found.lost), (0, CHIRPS));
    }

    #[test]
    fn a_track_that_was_not_said_to_its_end_is_refused() {
        let whole = recording(480, &[]);
        assert!(delays_after(0, CHIRPS, &whole[..whole.len() / 2]).is_err());
        assert!(delays_after(0, CHIRPS, &[]).is_err());
    }

    #[test]
    fn at_least_two_chirps_are_said_per_second_at_irregular_distances() {
        let distances: Vec<_> = (0..SETTLING + MEASURED).map(distance).collect();
        assert!(distances.iter().all(|distance| (14_400..20_160).contains(distance)));
        assert!(distances.windows(2).all(|pair| pair[0] != pair[1]));
        let alike = distances.windows(2).map(|pair| pair[0] + pair[1]).min();
        assert!(alike >= Some(LATEST_SAMPLES));
    }
}
