//! One ear: filters a voice for its direction, and cross-fades when it moves.

use super::filter::{CHUNK_SAMPLES, Filter, Line};
use super::head::Response;
use crate::block::BLOCK_SAMPLES;

/// A delay that changes by more than this within a fade would cancel tones within what voices have: two copies that
/// are half a period apart in the middle of the fade, at 24 kHz for one sample.
const FADE_AT_ONCE_SAMPLES: f32 = 1.0;

/// Into so many fades is a larger change divided.
const FADES: usize = 6;

/// The response of one ear for the voice's direction, and the filter made from it.
#[derive(Debug)]
pub(super) struct Ear {
    response: Response,
    filter: Filter,
}

impl Ear {
    pub(super) fn new(response: Response) -> Self {
        Self { filter: Filter::new(&response), response }
    }

    /// Adds the block to what is heard, from where the voice was before.
    pub(super) fn stay(&self, line: &Line, heard: &mut [f32; BLOCK_SAMPLES]) {
        for (chunk, heard) in heard.as_chunks_mut::<CHUNK_SAMPLES>().0.iter_mut().enumerate() {
            let sound = self.filter.chunk(line, chunk);
            for (heard, sound) in heard.iter_mut().zip(sound) {
                *heard += sound;
            }
        }
    }

    /// Adds the block to what is heard; at its end the voice is where `target` belongs.
    pub(super) fn turn(&mut self, line: &Line, target: Response, heard: &mut [f32; BLOCK_SAMPLES]) {
        let is_far = (target.delay_samples - self.response.delay_samples).abs() > FADE_AT_ONCE_SAMPLES;
        let fades = if is_far { FADES } else { 1 };
        let from = std::mem::replace(&mut self.response, target);
        let samples = BLOCK_SAMPLES / fades;
        for (fade, heard) in heard.chunks_exact_mut(samples).enumerate() {
            let share = (fade + 1) as f32 / fades as f32;
            let next = Filter::new(&from.towards(&self.response, share));
            let first_chunk = fade * samples / CHUNK_SAMPLES;
            for (chunk, heard) in heard.as_chunks_mut::<CHUNK_SAMPLES>().0.iter_mut().enumerate() {
                let old = self.filter.chunk(line, first_chunk + chunk);
                let new = next.chunk(line, first_chunk + chunk);
                for (i, heard) in heard.iter_mut().enumerate() {
                    let progress = (chunk * CHUNK_SAMPLES + i + 1) as f32 / samples as f32;
                    *heard += old[i] + progress * (new[i] - old[i]);
                }
            }
            self.filter = next;
        }
    }
}

const _: () = assert!(BLOCK_SAMPLES.is_multiple_of(FADES * CHUNK_SAMPLES), "fades consist of whole chunks");
