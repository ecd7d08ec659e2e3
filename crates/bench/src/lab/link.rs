//! `consonance-bench lab link`: a recording as it would be heard over a network.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use consonance::audio::{DecodedAs, EncoderSettings, FrameSize, MixerSettings, WavInput};
use serde_json::json;

use crate::encoding::Encoding;
use crate::offline_call::{
    Call, DelayPattern, Journeys, Utterance, encode, impaired, listen, milliseconds, network, traced,
    write_wav,
};

/// Encodes a recording, loses and delays packets, and writes what is heard through the jitter buffer.
///
/// Prints `delay_ms` (mouth to ear: the frame, the buffer and the codec), `lost` (packets that never came), `late`
/// (packets that came after their turn, and were discarded), `recovered` (frames recovered from a later packet) and
/// `concealed` (frames made up); then how much sound was made up (`concealed_ms`), stretched (`lengthened_ms`),
/// squeezed (`shortened_ms`) and skipped to catch up (`skipped_ms`). The output is as long as the input and lies on its
/// time line: exactly `delay_ms` is removed from it. Where the delay changes on the way, by stretching the sound, that
/// is the delay that half of the frames did not exceed.
#[derive(Debug, Args)]
pub(crate) struct Link {
    /// What is said: a WAV file.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// What is heard: a WAV file, mono at 48 kHz.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    encoding: Encoding,
    /// How much sound a packet carries: 10, 20, 40 or 60 ms.
    #[arg(long, value_name = "MS", default_value = "20", value_parser = frame_size)]
    frame_ms: FrameSize,
    /// How many of a hundred packets are lost.
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent)]
    loss: f64,
    /// How many packets in a row are lost on average; without it, each by itself.
    #[arg(long, value_name = "PACKETS", value_parser = burst)]
    burst: Option<f64>,
    /// Packets are delayed by up to so many milliseconds, each by itself.
    #[arg(long, value_name = "MS", default_value_t = 0.0, value_parser = jitter)]
    jitter: f64,
    /// The same seed gives the same network.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A network as it was measured instead: lines of `send_ms receive_ms` or `send_ms lost`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["loss", "burst", "jitter", "seed"])]
    trace: Option<PathBuf>,
}

pub(crate) fn run(link: &Link) -> Result<(), Box<dyn Error>> {
    let input = WavInput::open(&link.input)?;
    if input.samples().is_empty() {
        return Err(
            format!("{} holds no sound; give a recording of some seconds", link.input.display()).into()
        );
    }
    let call = call(link, input.samples())?;
    let heard = listen(&call, MixerSettings::default())?;
    write_wav(&link.output, &heard.on_the_speakers_time_line(&call, 0))?;
    let lost = call.utterances[0].arrivals.iter().filter(|arrival| arrival.is_none()).count();
    let result = json!({
        "delay_ms": milliseconds(heard.usual_delay(&call, 0) as f64),
        "lost": lost,
        "recovered": heard.count(DecodedAs::Recovered),
        "concealed": heard.count(DecodedAs::Concealed),
        "late": heard.statistics.arrivals.late,
        "concealed_ms": 10 * heard.statistics.concealed_blocks,
        "lengthened_ms": milliseconds(heard.statistics.lengthened_samples as f64),
        "shortened_ms": milliseconds(heard.statistics.shortened_samples as f64),
        "skipped_ms": milliseconds(heard.statistics.overflowed_samples as f64),
    });
    writeln!(stdout(), "{result}")?;
    Ok(())
}

/// Simulates the call. The encoder knows the loss rate, as in a call that has lasted for a while.
fn call(link: &Link, sound: &[f32]) -> Result<Call, Box<dyn Error>> {
    let frame = link.frame_ms;
    let packets = sound.len().div_ceil(frame.samples());
    let arrivals = if let Some(trace) = &link.trace {
        traced(trace, frame, packets)?
    } else {
        let jitter = Duration::from_secs_f64(link.jitter / 1000.0);
        impaired(&mut network(link.loss, link.burst, jitter, link.seed), 0, frame, packets)
    };
    let settings = EncoderSettings {
        frame,
        bitrate_bps: link.encoding.bitrate,
        redundancy: link.encoding.redundancy(frame),
        expected_loss_percent: loss_percent(&arrivals),
        ..EncoderSettings::default()
    };
    let voice = encode(sound, settings)?;
    let utterance = Utterance { begins: 0, samples: sound.len(), packets: voice.packets, arrivals };
    Ok(Call {
        frame,
        delays: DelayPattern::Steady,
        codec_delay_samples: voice.codec_delay_samples,
        utterances: vec![utterance],
    })
}

fn loss_percent(arrivals: &Journeys) -> u8 {
    let lost = arrivals.iter().filter(|arrival| arrival.is_none()).count();
    (lost * 100 / arrivals.len().max(1)) as u8
}

fn frame_size(word: &str) -> Result<FrameSize, String> {
    let ms = word.parse::<u32>().ok().and_then(|ms| FrameSize::from_samples(ms.checked_mul(48)?));
    ms.ok_or_else(|| "use 10, 20, 40 or 60".to_owned())
}

fn percent(word: &str) -> Result<f64, String> {
    number(word, 0.0..=100.0)
}

fn burst(word: &str) -> Result<f64, String> {
    number(word, 1.0..=1_000.0)
}

fn jitter(word: &str) -> Result<f64, String> {
    number(word, 0.0..=10_000.0)
}

fn number(word: &str, range: std::ops::RangeInclusive<f64>) -> Result<f64, String> {
    let number = word.parse::<f64>().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("use a number from {} to {}", range.start(), range.end()))
}
