//! `consonance lab capture`: what the capture chain makes of a recorded microphone.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use consonance_audio::{
    BLOCK_SAMPLES, CaptureChain, CaptureSettings, EchoLevel, Input, NoiseLevel, Output, ReadOutcome,
    StereoBlock, WavInput, WavOutput,
};
use serde::Serialize;

/// What to process, and how.
#[derive(Debug, Args)]
pub(crate) struct Capture {
    /// What the microphone recorded, a WAV file.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// What the loudspeaker played meanwhile, a WAV file; without it there is no echo to cancel.
    #[arg(long, value_name = "FILE")]
    render: Option<PathBuf>,
    /// Where to write the result, on the input's time line.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Echo cancelling.
    #[arg(long, value_enum, default_value_t = Echo::Moderate)]
    echo: Echo,
    /// Noise suppression.
    #[arg(long, value_enum, default_value_t = Noise::Moderate)]
    noise: Noise,
    /// Remove what is not speech with a neural network, 0 to 1; 1 removes up to 80 dB.
    #[arg(long, value_name = "INTENSITY", value_parser = intensity)]
    background: Option<f32>,
    /// Leave the level as it is.
    #[arg(long)]
    no_gain: bool,
    /// Keep what is below 80 Hz.
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
}

pub(crate) fn run(arguments: &Capture) -> Result<(), Box<dyn Error>> {
    let mut microphone = WavInput::open(&arguments.input)?;
    let mut render = arguments.render.as_ref().map(WavInput::open).transpose()?;
    let mut output = WavOutput::create(&arguments.output)?;
    let mut chain = CaptureChain::new(arguments.settings());
    let mut to_drop = chain.delay_samples() / BLOCK_SAMPLES;
    let mut after_end = to_drop;
    let mut speech_blocks = 0;
    loop {
        let (mut block, mut far) = ([0.0; BLOCK_SAMPLES], [0.0; BLOCK_SAMPLES]);
        if microphone.read(&mut block) == ReadOutcome::Ended {
            // What is still inside comes out while silence goes in.
            if after_end == 0 {
                break;
            }
            after_end -= 1;
        }
        if let Some(render) = &mut render {
            render.read(&mut far);
        }
        let heard = chain.process(&mut block, render.is_some().then_some(&far));
        if to_drop > 0 {
            to_drop -= 1;
            continue;
        }
        speech_blocks += u64::from(heard.is_speech);
        output.write(&StereoBlock::from_mono(&block))?;
    }
    output.finish()?;
    writeln!(stdout(), "{}", serde_json::to_string(&Figures::of(&chain, speech_blocks))?)?;
    Ok(())
}

impl Capture {
    fn settings(&self) -> CaptureSettings {
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
            },
            background_removal: self.background,
            automatic_gain: !self.no_gain,
            ..CaptureSettings::default()
        }
    }
}

fn intensity(text: &str) -> Result<f32, String> {
    let intensity: f32 = text.parse().map_err(|_| "give a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&intensity) { Ok(intensity) } else { Err("give 0 to 1".to_owned()) }
}

/// What the chain has to tell at the end.
#[derive(Serialize)]
struct Figures {
    /// Already taken out of the output.
    removed_delay_ms: usize,
    blocks: u64,
    speech_blocks: u64,
    gain_db: f32,
    clipped_samples: u64,
    non_finite_samples: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    echo: Option<EchoFigures>,
}

#[derive(Serialize)]
struct EchoFigures {
    delay_ms: u32,
    return_loss_db: f32,
    return_loss_enhancement_db: f32,
    path_changes: u64,
}

impl Figures {
    fn of(chain: &CaptureChain, speech_blocks: u64) -> Self {
        let statistics = chain.statistics();
        Self {
            removed_delay_ms: chain.delay_samples() / BLOCK_SAMPLES * 10,
            blocks: statistics.blocks,
            speech_blocks,
            gain_db: statistics.gain_db,
            clipped_samples: statistics.clipped_samples,
            non_finite_samples: statistics.non_finite_samples,
            echo: statistics.echo.map(|echo| EchoFigures {
                delay_ms: echo.delay_ms,
                return_loss_db: echo.return_loss_db,
                return_loss_enhancement_db: echo.return_loss_enhancement_db,
                path_changes: echo.path_changes,
            }),
        }
    }
}
