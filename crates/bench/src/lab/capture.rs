//! `consonance-bench lab capture`: runs the capture chain over a microphone's recording.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;
use consonance_audio::{BLOCK_SAMPLES, CaptureChain, Input, Output, Read, StereoBlock, WavInput, WavOutput};
use serde::Serialize;

use consonance_cli::CaptureArguments;

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
    #[command(flatten)]
    processing: CaptureArguments,
}

pub(crate) fn run(arguments: &Capture) -> Result<(), Box<dyn Error>> {
    let mut microphone = WavInput::open(&arguments.input)?;
    let mut render = arguments.render.as_ref().map(WavInput::open).transpose()?;
    let replaced = microphone.non_finite_samples() + render.as_ref().map_or(0, WavInput::non_finite_samples);
    let mut output = WavOutput::create(&arguments.output)?;
    let mut chain = CaptureChain::new(arguments.processing.settings());
    let mut to_drop = chain.delay_samples() / BLOCK_SAMPLES;
    let mut after_end = to_drop;
    let mut speech_blocks = 0;
    loop {
        let (mut block, mut far) = ([0.0; BLOCK_SAMPLES], [0.0; BLOCK_SAMPLES]);
        if microphone.read(&mut block) == Read::End {
            // Feed silence until the chain's delay is flushed.
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
    writeln!(stdout(), "{}", serde_json::to_string(&Figures::of(&chain, speech_blocks, replaced))?)?;
    Ok(())
}

/// The chain's figures at the end.
#[derive(Serialize)]
struct Figures {
    /// The delay that was removed from the output.
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
    fn of(chain: &CaptureChain, speech_blocks: u64, replaced: u64) -> Self {
        let statistics = chain.statistics();
        Self {
            removed_delay_ms: chain.delay_samples() / BLOCK_SAMPLES * 10,
            blocks: statistics.blocks,
            speech_blocks,
            gain_db: statistics.gain_db,
            clipped_samples: statistics.clipped_samples,
            non_finite_samples: statistics.non_finite_samples + replaced,
            echo: statistics.echo.map(|echo| EchoFigures {
                delay_ms: echo.delay_ms,
                return_loss_db: echo.return_loss_db,
                return_loss_enhancement_db: echo.return_loss_enhancement_db,
                path_changes: echo.path_changes,
            }),
        }
    }
}
