//! Arguments for the processing of a microphone.

use clap::{Args, ValueEnum};
use consonance::audio::{CaptureSettings, EchoLevel, NoiseLevel};

/// The stages of the capture chain.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Processing of the microphone")]
pub struct CaptureArguments {
    /// Echo cancellation.
    #[arg(long, value_enum, default_value_t = Echo::Moderate)]
    echo: Echo,
    /// Noise suppression; strong removes all but speech, by a neural network, and strong-light by a cheaper one.
    #[arg(long, value_enum, default_value_t = Noise::Moderate)]
    noise: Noise,
    /// Voice isolation by a neural network, 0 to 1; 1 removes up to 80 dB of what is not speech.
    #[arg(long, value_name = "INTENSITY", value_parser = intensity)]
    voice_isolation: Option<f32>,
    /// Turn automatic gain off.
    #[arg(long)]
    no_gain: bool,
    /// Turn the 80 Hz high-pass filter off.
    #[arg(long)]
    no_high_pass: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Echo {
    Off,
    Low,
    Moderate,
    High,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Noise {
    Off,
    Low,
    Moderate,
    High,
    VeryHigh,
    StrongLight,
    Strong,
}

impl CaptureArguments {
    /// The settings of the engine.
    pub fn settings(&self) -> CaptureSettings {
        CaptureSettings {
            high_pass: !self.no_high_pass,
            echo: match self.echo {
                Echo::Off => None,
                Echo::Low => Some(EchoLevel::Low),
                Echo::Moderate => Some(EchoLevel::Moderate),
                Echo::High => Some(EchoLevel::High),
            },
            noise: match self.noise {
                Noise::Off => None,
                Noise::Low => Some(NoiseLevel::Low),
                Noise::Moderate => Some(NoiseLevel::Moderate),
                Noise::High => Some(NoiseLevel::High),
                Noise::VeryHigh => Some(NoiseLevel::VeryHigh),
                Noise::StrongLight => Some(NoiseLevel::StrongLight),
                Noise::Strong => Some(NoiseLevel::Strong),
            },
            background_removal: self.voice_isolation,
            automatic_gain: !self.no_gain,
            ..CaptureSettings::default()
        }
    }
}

fn intensity(text: &str) -> Result<f32, String> {
    let intensity: f32 = text.parse().map_err(|_| "expected a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&intensity) {
        Ok(intensity)
    } else {
        Err("expected a number from 0 to 1".to_owned())
    }
}
