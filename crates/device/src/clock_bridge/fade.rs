//! Short ramps where sound begins and ends, so that nothing clicks.

/// The length of a ramp, 5 ms: too short to be heard as a fade, long enough not to click.
pub(crate) const FADE_FRAMES: usize = 240;

/// Weight of frame `i` of a ramp up that is `length` frames long.
pub(crate) fn rising(i: usize, length: usize) -> f32 {
    (i as f32 + 0.5) / length as f32
}

/// Weight of frame `i` of a ramp down.
pub(crate) fn falling(i: usize, length: usize) -> f32 {
    1.0 - rising(i, length)
}

/// Fades in sound after silence; the first `unfit` frames are silenced.
pub(crate) fn fade_in<const C: usize>(sound: &mut [[f32; C]], unfit: usize) {
    let (before, sound) = sound.split_at_mut(unfit.min(sound.len()));
    before.fill([0.0; C]);
    let length = FADE_FRAMES.min(sound.len());
    for (i, frame) in sound[..length].iter_mut().enumerate() {
        *frame = frame.map(|sample| sample * rising(i, length));
    }
}

/// Fades out sound into silence.
pub(crate) fn fade_out<const C: usize>(sound: &mut [[f32; C]]) {
    let length = FADE_FRAMES.min(sound.len());
    let begin = sound.len() - length;
    for (i, frame) in sound[begin..].iter_mut().enumerate() {
        *frame = frame.map(|sample| sample * falling(i, length));
    }
}

/// Writes a fade-out of the last sound, followed by silence: the sound is played backwards, which starts from the same
/// value with the same loudness and pitch.
pub(crate) fn die_away(heard: &[f32], block: &mut [f32]) {
    block.fill(0.0);
    let length = FADE_FRAMES.min(heard.len()).min(block.len());
    for (i, (sample, &last)) in block.iter_mut().zip(heard.iter().rev()).take(length).enumerate() {
        *sample = last * falling(i, length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone() -> Vec<f32> {
        (0..480).map(|i| (i as f32 * 0.05).sin()).collect()
    }

    fn largest_step(sound: &[f32]) -> f32 {
        sound.windows(2).fold(0.0, |largest: f32, pair| largest.max((pair[1] - pair[0]).abs()))
    }

    #[test]
    fn beginnings_and_ends_have_no_steps() {
        let mut sound = tone();
        fade_in(sound.as_chunks_mut::<1>().0, 10);
        fade_out(sound.as_chunks_mut::<1>().0);
        let whole = [vec![0.0; 3], sound, vec![0.0; 3]].concat();
        assert!(largest_step(&whole) < 0.06, "{}", largest_step(&whole));
    }

    #[test]
    fn sound_that_breaks_off_dies_away() {
        let mut block = [1.0; 480];
        die_away(&tone(), &mut block);
        let whole = [tone(), block.to_vec()].concat();
        assert!(largest_step(&whole) < 0.06, "{}", largest_step(&whole));
        assert!(block[FADE_FRAMES..].iter().all(|&sample| sample == 0.0));
    }
}
