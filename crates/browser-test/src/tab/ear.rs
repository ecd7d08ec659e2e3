//! What a page plays, recorded inside the page.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Tab;
use crate::failure::{Failure, ensure};
use crate::patience::SOON;

/// Runs before the page's own scripts.
pub(super) const SCRIPT: &str = include_str!("ear.js");
/// In Hz; contexts of pages run at it, as headless browsers have no sound card that asks for another.
const RATE: f64 = 48_000.0;

impl Tab {
    /// Forgets what was heard so far.
    ///
    /// # Errors
    /// If the page has gone.
    pub(crate) fn listen_from_now(&self) -> Result<(), Failure> {
        self.evaluate("ear.forget()").map(drop)
    }

    /// Waits until so much more was heard since then, be it silence.
    ///
    /// # Errors
    /// If nothing is played at all.
    pub(crate) fn listen_for(&self, length: Duration) -> Result<(), Failure> {
        let seconds = length.as_secs_f64();
        let what = format!("{seconds} s have been heard");
        self.wait_until_within(length + SOON, &what, &format!("ear.seconds() >= {seconds}"))
    }

    /// Forgets what was heard so far, and waits until so much more was heard.
    ///
    /// # Errors
    /// As [`listen_for`](Self::listen_for).
    pub(crate) fn listen_anew_for(&self, length: Duration) -> Result<(), Failure> {
        self.listen_from_now()?;
        self.listen_for(length)
    }

    /// What was heard since then: mono, 48 kHz, the sum of all that the page plays.
    ///
    /// # Errors
    /// If the page has gone, or plays something that is not in the recording.
    pub(crate) fn heard(&self) -> Result<Vec<f32>, Failure> {
        let loose = self.evaluate("ear.loose()")?;
        ensure(loose == 0, || {
            format!("{loose} media elements sound besides Web Audio: that is heard twice")
        })?;
        let mut sum = Vec::new();
        for recording in self.evaluate("ear.heard()")?.as_array().into_iter().flatten() {
            let rate = recording["rate"].as_f64();
            ensure(rate == Some(RATE), || format!("a page plays at {rate:?} Hz instead of {RATE} Hz"))?;
            let text = recording["sound"].as_str().unwrap_or_default();
            let bytes = STANDARD.decode(text).map_err(|error| Failure::Script(error.to_string()))?;
            let (samples, _) = bytes.as_chunks::<2>();
            sum.resize(sum.len().max(samples.len()), 0.0);
            for (sum, sample) in sum.iter_mut().zip(samples) {
                *sum += f32::from(i16::from_le_bytes(*sample)) / 32_768.0;
            }
        }
        Ok(sum)
    }
}
