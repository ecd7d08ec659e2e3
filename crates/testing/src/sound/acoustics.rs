//! Rooms for echoes: the image method (Allen and Berkley, "Image method for efficiently simulating small-room
//! acoustics", 1979) for a box with six equal walls, and a loudspeaker that distorts a little.

use consonance_dsp::{Complex32, RealFft};

const SAMPLE_RATE: f32 = 48_000.0;
const METRES_PER_SECOND: f32 = 343.0;
/// Half the length of the filter that places an image between two samples.
const SINC_HALF: i32 = 8;

/// A box with a loudspeaker and a microphone in it.
#[derive(Debug, Clone, Copy)]
pub struct AcousticRoom {
    /// Seconds until reverberation fell by 60 dB.
    pub rt60_s: f32,
    /// Edges in metres.
    pub size: [f32; 3],
    /// Position of the loudspeaker, in metres from a corner along each edge.
    pub loudspeaker: [f32; 3],
    /// Position of the microphone.
    pub microphone: [f32; 3],
}

impl AcousticRoom {
    /// A living room with the loudspeaker on the desk.
    pub fn desk(rt60_s: f32) -> Self {
        let (size, microphone) = ([4.1, 5.2, 2.6], [2.0, 2.7, 0.9]);
        Self { rt60_s, size, loudspeaker: [2.4, 2.3, 0.8], microphone }
    }

    /// The same room after the laptop was carried to another corner.
    pub fn carried(rt60_s: f32) -> Self {
        let (size, microphone) = ([4.1, 5.2, 2.6], [1.1, 4.0, 1.2]);
        Self { rt60_s, size, loudspeaker: [1.5, 3.7, 1.0], microphone }
    }

    /// The impulse response, including a delay of `delay_ms` for buffers and devices. Scaled so that its energy is 1:
    /// the echo of white noise is as loud as the noise.
    pub fn impulse_response(&self, delay_ms: f32) -> Vec<f32> {
        let delay = delay_ms / 1_000.0 * SAMPLE_RATE;
        let length = (self.rt60_s * SAMPLE_RATE) as usize;
        let mut response = vec![0.0; length + delay as usize + 64];
        let reflection = self.reflection();
        let reach = length as f32 / SAMPLE_RATE * METRES_PER_SECOND;
        let orders = self.size.map(|edge| (reach / (2.0 * edge)).ceil() as i32);
        for x in -orders[0]..=orders[0] {
            for y in -orders[1]..=orders[1] {
                for z in -orders[2]..=orders[2] {
                    self.add_images([x, y, z], reflection, reach, delay, &mut response);
                }
            }
        }
        without_rumble(&mut response);
        let energy: f32 = response.iter().map(|tap| tap * tap).sum();
        for tap in &mut response {
            *tap /= energy.sqrt();
        }
        response
    }

    /// The eight images of one mirrored box.
    fn add_images(&self, n: [i32; 3], reflection: f32, reach: f32, delay: f32, response: &mut [f32]) {
        for mirror in 0..8_i32 {
            let (mut square, mut bounces) = (0.0, 0);
            for (axis, n) in n.into_iter().enumerate() {
                let mirrored = (mirror >> axis) & 1;
                let sign = if mirrored == 1 { -1.0 } else { 1.0 };
                let distance =
                    2.0 * n as f32 * self.size[axis] + sign * self.loudspeaker[axis] - self.microphone[axis];
                square += distance * distance;
                bounces += (n - mirrored).abs() + n.abs();
            }
            let distance = square.sqrt();
            if distance < reach {
                let level = reflection.powi(bounces) / distance.max(0.05);
                place(response, delay + distance / METRES_PER_SECOND * SAMPLE_RATE, level);
            }
        }
    }

    /// The share of the pressure that a wall reflects, by Eyring's formula.
    fn reflection(&self) -> f32 {
        let [a, b, c] = self.size;
        let (volume, surface) = (a * b * c, 2.0 * (a * b + b * c + c * a));
        (-24.0 * 10.0_f32.ln() * volume / (METRES_PER_SECOND * surface * self.rt60_s) / 2.0).exp()
    }
}

/// Adds an impulse between two samples: a sinc under a Hann window.
fn place(response: &mut [f32], position: f32, level: f32) {
    let middle = position.floor() as i32;
    let fraction = position - position.floor();
    for offset in 1 - SINC_HALF..=SINC_HALF {
        let Some(tap) = response.get_mut((middle + offset).max(0) as usize) else { continue };
        let x = offset as f32 - fraction;
        let window = 0.5 + 0.5 * (std::f32::consts::PI * x / SINC_HALF as f32).cos();
        let angle = std::f32::consts::PI * x;
        let sinc = if angle.abs() < 1e-4 { 1.0 } else { angle.sin() / angle };
        *tap += level * sinc * window;
    }
}

/// A first-order high-pass at 100 Hz, twice: small loudspeakers do not go lower, and images add up there.
fn without_rumble(response: &mut [f32]) {
    for _ in 0..2 {
        let keep = (-std::f32::consts::TAU * 100.0 / SAMPLE_RATE).exp();
        let (mut last_in, mut last_out) = (0.0, 0.0);
        for tap in response.iter_mut() {
            let out = keep * (last_out + *tap - last_in);
            (last_in, last_out) = (*tap, out);
            *tap = out;
        }
    }
}

/// A small loudspeaker: two per cent of harmonics at half of full scale, both odd and even.
pub fn small_loudspeaker(sound: &[f32]) -> Vec<f32> {
    sound.iter().map(|&x| (0.8 * x).tanh() / 0.8 + 0.02 * x * x).collect()
}

/// The sound after the filter, as long as the sound was.
pub fn convolve(sound: &[f32], response: &[f32]) -> Vec<f32> {
    let length = (sound.len() + response.len()).next_power_of_two();
    let padded = |samples: &[f32]| [samples, &vec![0.0; length - samples.len()]].concat();
    let mut fft = RealFft::new(length);
    let filter: Vec<Complex32> = fft.forward(&mut padded(response)).to_vec();
    let mut output = padded(sound);
    fft.forward(&mut output);
    for (a, b) in fft.bins_mut().iter_mut().zip(filter) {
        *a *= b / length as f32;
    }
    fft.inverse(&mut output);
    output.truncate(sound.len());
    output
}

/// The value of a sound between two samples, 0 outside of it: a sinc of 32 samples under a Hann window.
pub fn sample_between(sound: &[f32], place: f64) -> f32 {
    const HALF: i64 = 16;
    let middle = place.floor() as i64;
    let fraction = (place - place.floor()) as f32;
    (1 - HALF..=HALF)
        .map(|offset| {
            let Some(sample) = usize::try_from(middle + offset).ok().and_then(|n| sound.get(n)) else {
                return 0.0;
            };
            let x = offset as f32 - fraction;
            let angle = std::f32::consts::PI * x;
            let sinc = if angle.abs() < 1e-4 { 1.0 } else { angle.sin() / angle };
            sample * sinc * (0.5 + 0.5 * (angle / HALF as f32).cos())
        })
        .sum()
}
