//! `consonance-bench mouth-to-ear`: how much later a listener hears what a speaker says, over QUIC on this machine.
//!
//! Two pairs of voice chats run at the same time in one session of a real server: one sends its input unprocessed, the
//! other removes echo and noise first, as for a real microphone. The speakers chirp repeatedly, and the chirps are
//! located in the sound given to the listeners' loudspeakers. Devices are left out: their buffering is not measured.

mod ear;
mod mouth;
mod pair;
mod sound_card;

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use consonance::audio::{CaptureSettings, Encoder as _, EncoderSettings, OpusEncoder};

use super::local_server::LocalServer;
use super::table::Table;
use super::within;
use pair::{Journey, Pair};
use sound_card::Through;

/// For how long, and how to print.
#[derive(Debug, Args)]
pub(crate) struct MouthToEar {
    /// How long is listened; five chirps are said per second.
    #[arg(long, default_value_t = 20.0, value_parser = seconds)]
    seconds: f64,
    /// Compare sound that a game's engine takes and brings with devices', at 10 ms in each callback.
    #[arg(long)]
    engine: bool,
    /// With --engine: how long it runs before, since an engine's rings begin with some caution.
    #[arg(long, default_value_t = 30.0, value_parser = seconds)]
    settle: f64,
    /// Print one JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
}

/// A wait until the buffers have found their delay.
const WARM_UP: Duration = Duration::from_secs(3);
/// The interval at which the voice chats' frame traces are read; the number of traces that a chat keeps is bounded.
const LOOK: Duration = Duration::from_millis(50);
const BLOCK_MS: f64 = 10.0;

pub(crate) fn run(bench: &MouthToEar) -> Result<(), Box<dyn Error>> {
    if bench.engine {
        return compare_engine(bench);
    }
    let encoder = EncoderSettings::default();
    let frame_ms = encoder.frame.blocks() as f64 * BLOCK_MS;
    let codec_ms = OpusEncoder::new(encoder)?.lookahead_samples() as f64 / 48.0;
    let server = LocalServer::start()?;
    let mut pairs = [
        Pair::start(server.address(), "plain", None, Through::Nothing)?,
        Pair::start(server.address(), "cleaned", Some(CaptureSettings::default()), Through::Nothing)?,
    ];
    listen(&mut pairs, WARM_UP);
    pairs.iter_mut().for_each(Pair::begin);
    listen(&mut pairs, Duration::from_secs_f64(bench.seconds));
    let table = Table::start(FIELDS, bench.json)?;
    for (is_cleaned, pair) in [0.0, 1.0].into_iter().zip(pairs) {
        let Journey { said, heard, to_listener_ms, at_listener_ms, cleaning_ms } = pair.end()?;
        if heard.is_empty() {
            return Err("none of the chirps was heard; please report this".into());
        }
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| quantile(&heard, share));
        table.row([
            is_cleaned,
            said as f64,
            said.saturating_sub(heard.len()) as f64,
            p50,
            p95,
            p99,
            cleaning_ms,
            frame_ms,
            to_listener_ms - frame_ms - cleaning_ms,
            at_listener_ms - codec_ms,
            codec_ms,
            frame_ms + codec_ms + cleaning_ms,
        ])?;
    }
    server.stop();
    Ok(())
}

/// Runs pairs at the same time, whose mouths and ears are called by the chat, by a device's rings, and by an engine.
fn compare_engine(bench: &MouthToEar) -> Result<(), Box<dyn Error>> {
    let server = LocalServer::start()?;
    let kinds = [("none", Through::Nothing), ("devices", Through::DeviceRings), ("engine", Through::Engine)];
    let mut pairs = Vec::new();
    for (name, through) in kinds {
        pairs.push(Pair::start(server.address(), name, None, through)?);
    }
    listen(&mut pairs, Duration::from_secs_f64(bench.settle));
    pairs.iter_mut().for_each(Pair::begin);
    listen(&mut pairs, Duration::from_secs_f64(bench.seconds));
    let table = Table::start(ENGINE_FIELDS, bench.json)?;
    for (number, pair) in pairs.into_iter().enumerate() {
        let Journey { said, heard, .. } = pair.end()?;
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| quantile(&heard, share));
        let not_heard = said.saturating_sub(heard.len()) as f64;
        table.row([number as f64, said as f64, not_heard, p50, p95, p99])?;
    }
    server.stop();
    Ok(())
}

/// `through` is 0 for sound on the chat's own beat, 1 for devices' rings, 2 for an engine.
const ENGINE_FIELDS: [&str; 6] = ["through", "chirps", "not_heard", "p50_ms", "p95_ms", "p99_ms"];

const FIELDS: [&str; 12] = [
    "is_cleaned",
    "chirps",
    "not_heard",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "cleaning_ms",
    "frame_ms",
    "way_ms",
    "buffer_ms",
    "codec_ms",
    "unavoidable_ms",
];

fn listen(pairs: &mut [Pair], time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        pairs.iter_mut().for_each(Pair::follow);
        thread::sleep(LOOK);
    }
}

/// A quantile of sorted values, by the nearest-rank method.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

fn seconds(text: &str) -> Result<f64, String> {
    within(text, 1.0, 300.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_by_the_nearest_rank() {
        let sorted: Vec<f64> = (1..=100).map(f64::from).collect();
        let quantiles = [0.5, 0.95, 0.99, 1.0].map(|share| quantile(&sorted, share).to_string());
        assert_eq!(quantiles, ["50", "95", "99", "100"]);
        assert_eq!(quantile(&[7.0], 0.5).to_string(), "7");
    }
}
