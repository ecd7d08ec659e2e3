//! The results of a microphone test.

use std::error::Error;
use std::io::{Write, stdout};

use consonance_device::devices::DeviceDiagnostics;
use serde_json::{Value, json};

use super::level::Level;

/// The results.
pub(crate) struct Summary {
    pub(crate) input: String,
    pub(crate) output: Option<String>,
    pub(crate) seconds: f64,
    pub(crate) level: Level,
    /// The share of the recording that was detected as speech, 0 to 1.
    pub(crate) speech_share: f64,
    /// The automatic gain at the end, in dB.
    pub(crate) gain_db: f32,
    /// Of the microphone and of the loudspeaker.
    pub(crate) diagnostics: [DeviceDiagnostics; 2],
}

/// Speech whose loudest moment is quieter than this is hard to hear.
const QUIET_DBFS: f64 = -30.0;

/// Less speech than this is a click or a cough.
const NO_SPEECH: f64 = 0.02;

impl Summary {
    /// # Errors
    /// If the output is closed.
    pub(crate) fn print(&self, json: bool) -> Result<(), Box<dyn Error>> {
        let text = if json { self.as_json().to_string() } else { self.in_words() };
        writeln!(stdout(), "{text}")?;
        Ok(())
    }

    fn in_words(&self) -> String {
        let (Some(peak), Some(rms)) = (self.level.peak_dbfs(), self.level.rms_dbfs()) else {
            return "nothing was heard: switch the microphone on, or choose another one with --microphone"
                .into();
        };
        let verdict = if self.level.clipped() > 0 {
            "too loud: turn the microphone down, or move away from it"
        } else if peak < QUIET_DBFS {
            "very quiet: turn the microphone up, or come closer"
        } else if self.speech_share < NO_SPEECH {
            "no speech detected: with voice activation you would not be heard"
        } else {
            "that is fine"
        };
        let interruptions = match self.diagnostics[0].ring.xruns {
            0 => String::new(),
            1 => "; the sound was interrupted once".into(),
            xruns => format!("; the sound was interrupted {xruns} times"),
        };
        let (peak, rms) = (peak.abs(), rms.abs());
        format!("loudest {peak:.0} dB and on average {rms:.0} dB below full scale{interruptions}: {verdict}")
    }

    fn as_json(&self) -> Value {
        let [input, output] = &self.diagnostics;
        let device = |name: &str, diagnostics: &DeviceDiagnostics| {
            let milliseconds = (diagnostics.ring.latency.as_secs_f64() * 10_000.0).round() / 10.0;
            json!({
                "name": name,
                "xruns": diagnostics.ring.xruns,
                "bad_samples": diagnostics.ring.bad_samples,
                "latency_ms": milliseconds,
            })
        };
        let decibels = |dbfs: Option<f64>| dbfs.map(|dbfs| (dbfs * 10.0).round() / 10.0);
        json!({
            "input": device(&self.input, input),
            "output": self.output.as_ref().map(|name| device(name, output)),
            "seconds": self.seconds,
            "peak_dbfs": decibels(self.level.peak_dbfs()),
            "rms_dbfs": decibels(self.level.rms_dbfs()),
            "clipped_samples": self.level.clipped(),
            "speech_percent": (self.speech_share * 100.0).round(),
            "gain_db": (f64::from(self.gain_db) * 10.0).round() / 10.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(samples: &[f32]) -> Summary {
        let mut level = Level::default();
        level.add(samples);
        let diagnostics = [DeviceDiagnostics::default(); 2];
        let input = "Headset".into();
        Summary { input, output: None, seconds: 5.0, level, speech_share: 0.5, gain_db: 3.0, diagnostics }
    }

    #[test]
    fn the_verdict_says_what_to_do() {
        for (samples, expected) in [
            (&[0.0, 0.0][..], "nothing was heard: switch the microphone on"),
            (&[0.01, -0.01], "very quiet: turn the microphone up"),
            (&[1.0, 0.0], "too loud: turn the microphone down"),
            (&[0.5, -0.5], "loudest 6 dB and on average 6 dB below full scale: that is fine"),
        ] {
            let words = summary(samples).in_words();
            assert!(words.contains(expected), "{words}");
        }
    }

    #[test]
    fn what_is_no_speech_is_told() {
        let words = Summary { speech_share: 0.0, ..summary(&[0.5]) }.in_words();
        assert!(words.contains("no speech detected"), "{words}");
    }

    #[test]
    fn interruptions_are_told() {
        let mut summary = summary(&[0.5]);
        summary.diagnostics[0].ring.xruns = 2;
        assert!(summary.in_words().contains("interrupted 2 times: that is fine"), "{}", summary.in_words());
    }

    #[test]
    fn as_json_silence_has_no_level_and_a_missing_loudspeaker_is_null() {
        let json = summary(&[0.0]).as_json();
        assert_eq!((&json["peak_dbfs"], &json["output"]), (&Value::Null, &Value::Null));
        assert_eq!(json["input"]["name"], "Headset");
        assert_eq!(summary(&[0.5]).as_json()["peak_dbfs"], -6.0);
    }
}
