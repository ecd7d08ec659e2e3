//! Recordings of the sound that a page plays, made inside the page.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Tab;
use crate::stage::failure::{Failure, ensure};
use crate::stage::patience::SOON;

/// Runs before the page's own scripts.
pub(super) const SCRIPT: &str = include_str!("ear.js");
/// The sample rate of recordings, in Hz; pages may play at another rate.
const RATE: f64 = 48_000.0;

impl Tab {
    /// Discards the recording so far.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn listen_from_now(&self) -> Result<(), Failure> {
        self.evaluate("ear.forget()").map(drop)
    }

    /// Waits until this length was recorded since [`listen_from_now`](Self::listen_from_now), silence included.
    ///
    /// # Errors
    /// If nothing is played at all.
    pub fn listen_for(&self, length: Duration) -> Result<(), Failure> {
        let seconds = length.as_secs_f64();
        let what = format!("{seconds} s have been heard");
        self.wait_until_within(length + SOON, &what, &format!("ear.seconds() >= {seconds}"))
    }

    /// Discards the recording so far, and waits until this length was recorded, silence included.
    ///
    /// # Errors
    /// As [`listen_for`](Self::listen_for).
    pub fn listen_again_for(&self, length: Duration) -> Result<(), Failure> {
        self.listen_from_now()?;
        self.listen_for(length)
    }

    /// The protocol by which voices arrive over WebRTC: `udp`, `tcp` or `relay`; empty if they arrive without it.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn voice_protocol(&self) -> Result<String, Failure> {
        let protocol = self.evaluate("typeof RTCPeerConnection === 'undefined' ? '' : ear.protocol()")?;
        Ok(protocol.as_str().unwrap_or_default().to_owned())
    }

    /// The number of voice packets received over WebRTC so far.
    ///
    /// # Errors
    /// If the page has gone, or has no connection.
    pub fn voice_packets(&self) -> Result<u64, Failure> {
        Ok(self.evaluate("ear.voicePackets()")?.as_u64().unwrap_or(0))
    }

    /// The energy of the microphone's sound that the page gave to the encoder so far: 1 is a second at full scale.
    ///
    /// # Errors
    /// If the page has gone, or has no connection.
    pub fn energy_sent(&self) -> Result<f64, Failure> {
        Ok(self.evaluate("ear.energySent()")?.as_f64().unwrap_or(0.0))
    }

    /// The sound since [`listen_from_now`](Self::listen_from_now): mono, 48 kHz, the sum of everything that the page
    /// plays.
    ///
    /// # Errors
    /// If the page has gone, or plays something that is not in the recording.
    pub fn heard(&self) -> Result<Vec<f32>, Failure> {
        let [left, right] = self.heard_on_both_sides()?;
        Ok(left.iter().zip(right).map(|(left, right)| (left + right) / 2.0).collect())
    }

    /// The same as a left and a right channel.
    ///
    /// # Errors
    /// As [`heard`](Self::heard).
    pub fn heard_on_both_sides(&self) -> Result<[Vec<f32>; 2], Failure> {
        let loose = self.evaluate("ear.loose()")?;
        ensure(loose == 0, || {
            format!("{loose} media elements sound besides Web Audio: that is heard twice")
        })?;
        let mut sides = [Vec::new(), Vec::new()];
        for recording in self.evaluate("ear.heard()")?.as_array().into_iter().flatten() {
            let rate = recording["rate"].as_f64().unwrap_or(RATE);
            for (side, sum) in ["left", "right"].into_iter().zip(&mut sides) {
                add(sum, &resampled(&samples(&recording[side])?, rate));
            }
        }
        Ok(sides)
    }
}

fn samples(base64: &Value) -> Result<Vec<f32>, Failure> {
    let bytes = STANDARD.decode(base64.as_str().unwrap_or_default());
    let bytes = bytes.map_err(|error| Failure::Script(error.to_string()))?;
    let (samples, _) = bytes.as_chunks::<2>();
    Ok(samples.iter().map(|sample| f32::from(i16::from_le_bytes(*sample)) / 32_768.0).collect())
}

fn add(sum: &mut Vec<f32>, sound: &[f32]) {
    sum.resize(sum.len().max(sound.len()), 0.0);
    for (sum, sample) in sum.iter_mut().zip(sound) {
        *sum += sample;
    }
}

/// Resamples to 48 kHz by linear interpolation: good enough for comparisons in pieces, but not for listening.
fn resampled(sound: &[f32], rate: f64) -> Vec<f32> {
    let at = |position: f64| {
        let (before, part) = (position as usize, position.fract() as f32);
        let next = sound.get(before + 1).unwrap_or(&0.0);
        sound[before] * (1.0 - part) + next * part
    };
    let samples = (sound.len() as f64 * RATE / rate) as usize;
    (0..samples).map(|sample| at(sample as f64 * rate / RATE)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_has_its_pitch_at_another_rate() {
        let tone = |rate: f64| -> Vec<f32> {
            let phase = |sample: u32| f64::from(sample) / rate * 440.0 * std::f64::consts::TAU;
            (0..(rate / 10.0) as u32).map(|sample| phase(sample).sin() as f32).collect()
        };
        let heard = resampled(&tone(44_100.0), 44_100.0);
        assert_eq!(heard.len(), 4_800);
        assert!(consonance_testing::sound::correlation(&heard, &tone(48_000.0)) > 0.999);
    }
}
