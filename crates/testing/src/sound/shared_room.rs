//! Two players in one room, both with loudspeakers: both microphones pick up both, and each player's loudspeaker plays
//! the voice of the other. If each round is louder, it howls.

use std::collections::VecDeque;

use super::white_noise::WhiteNoise;

/// Samples of 10 ms.
const BLOCK: usize = 480;

/// The network's delay in blocks: 120 ms.
const NETWORK_BLOCKS: usize = 12;

/// Delays in samples of a player's own loudspeaker and of the other one: buffers, devices and the room.
const OWN_WAY: usize = 1_990;
const OTHER_WAY: usize = 2_220;

/// The latest reflection, and the time in which reflections fade to a third, in samples.
const LATEST: f32 = 7_000.0;
const FADING: f32 = 2_000.0;

const REFLECTIONS: usize = 40;

/// The amplitude of the first player's voice at the second player's microphone.
const ACROSS: f32 = 0.3;

/// Peak of the microphones' noise.
const NOISE: f32 = 1e-4;

/// The room during one call.
pub struct SharedRoom {
    /// The paths from the first player's loudspeaker to both microphones, and from the second player's.
    paths: [[Path; 2]; 2],
    noise: WhiteNoise,
}

impl SharedRoom {
    /// The gains, as amplitudes, from a player's own and from the other player's loudspeaker to the microphone.
    pub fn new(own_gain: f32, other_gain: f32) -> Self {
        let mut noise = WhiteNoise::from_state(0x2545_f491);
        let paths = [0, 1].map(|from| {
            [0, 1].map(|to| {
                let (way, gain) = if from == to { (OWN_WAY, own_gain) } else { (OTHER_WAY, other_gain) };
                Path::new(way, gain, &mut noise)
            })
        });
        Self { paths, noise: WhiteNoise::from_state(7) }
    }

    /// Lets the first player say something, followed by silence. `process` turns a block of a player's microphone, in
    /// place, into the block that is sent, given the block that its loudspeaker plays. Returns the sound that both
    /// players sent in this many blocks.
    pub fn call(
        &mut self,
        said: &[f32],
        blocks: usize,
        mut process: impl FnMut(usize, &mut [f32; BLOCK], &[f32; BLOCK]),
    ) -> [Vec<f32>; 2] {
        let mut network = [0, 1].map(|_| VecDeque::from(vec![[0.0; BLOCK]; NETWORK_BLOCKS]));
        let mut sent = [Vec::new(), Vec::new()];
        for block in 0..blocks {
            let played = [1, 0].map(|from: usize| network[from].pop_front().unwrap_or([0.0; BLOCK]));
            for player in [0, 1] {
                let voice = if player == 0 { 1.0 } else { ACROSS };
                let mut heard = [0.0; BLOCK];
                for (n, heard) in heard.iter_mut().enumerate() {
                    let said = said.get(block * BLOCK + n).copied().unwrap_or(0.0);
                    *heard = voice * said + NOISE * self.noise.sample();
                }
                for (from, played) in played.iter().enumerate() {
                    self.paths[from][player].pass(played, &mut heard);
                }
                heard = heard.map(|sample| sample.clamp(-1.0, 1.0));
                process(player, &mut heard, &played[player]);
                network[player].push_back(heard);
                sent[player].extend(heard);
            }
        }
        sent
    }
}

/// A path through the room: direct sound, and sparse reflections that decay.
struct Path {
    taps: Vec<(usize, f32)>,
    played: VecDeque<f32>,
}

impl Path {
    fn new(way: usize, gain: f32, noise: &mut WhiteNoise) -> Self {
        let mut taps = vec![(way, 1.0)];
        for _ in 0..REFLECTIONS {
            let late = LATEST * (0.5 + 0.5 * noise.sample());
            taps.push((way + late as usize, 0.4 * noise.sample() * (-late / FADING).exp()));
        }
        let energy: f32 = taps.iter().map(|(_, level)| level * level).sum();
        for (_, level) in &mut taps {
            *level *= gain / energy.sqrt();
        }
        Self { taps, played: VecDeque::from(vec![0.0; way + LATEST as usize + 2 * BLOCK]) }
    }

    /// Takes a played block, and adds the sound that arrives.
    fn pass(&mut self, played: &[f32; BLOCK], heard: &mut [f32; BLOCK]) {
        self.played.drain(..BLOCK);
        self.played.extend(played);
        let line = self.played.make_contiguous();
        let begin = line.len() - BLOCK;
        for &(late, level) in &self.taps {
            for (heard, played) in heard.iter_mut().zip(&line[begin - late..]) {
                *heard += level * played;
            }
        }
    }
}
