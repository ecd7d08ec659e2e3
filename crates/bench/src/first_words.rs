//! `consonance-bench first-words`: how soon a new player hears a speaker.

use std::error::Error;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use consonance::audio::{BLOCK_SAMPLES, Input, Output, OutputError, Read, StereoBlock};
use consonance::{EventKind, VoiceChat};

use super::local_server::LocalServer;
use super::median::median;
use super::table::Table;

const RUNS: usize = 20;
const PATIENCE: Duration = Duration::from_secs(10);
/// The amplitude above which sound is not silence.
const AUDIBLE: f32 = 1e-3;

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let server = LocalServer::start()?;
    let speaker = VoiceChat::builder().server(server.address())?.name("speaker").speak_in_room("lobby");
    let speaker = speaker.input(Box::new(Hum(0))).start()?;
    let fields = ["runs", "joined_median_ms", "heard_median_ms", "heard_worst_ms"];
    let table = Table::start(fields, json)?;
    let mut measured = Vec::new();
    for _ in 0..RUNS {
        measured.push(measure(server.address())?);
    }
    let (joined, heard): (Vec<f64>, Vec<f64>) = measured.into_iter().unzip();
    let worst = heard.iter().copied().fold(0.0, f64::max);
    table.row([RUNS as f64, median(joined), median(heard), worst])?;
    drop(speaker);
    server.stop();
    Ok(())
}

/// The times from the start until the player has joined, and until the first sound, in milliseconds.
fn measure(address: &str) -> Result<(f64, f64), Box<dyn Error>> {
    let (sender, heard) = sync_channel(1);
    let began = Instant::now();
    let voice = VoiceChat::builder()
        .server(address)?
        .name("listener")
        .listen_to_room("lobby")
        .output(Box::new(FirstSound(Some(sender))))
        .start()?;
    let heard = heard.recv_timeout(PATIENCE).map_err(|_| "nothing was heard")?;
    let joined = voice.events().find(|event| event.kind == EventKind::Joined);
    let joined = joined.ok_or("heard before joining")?.at;
    let ms = |at: Instant| at.saturating_duration_since(began).as_secs_f64() * 1e3;
    voice.leave()?;
    Ok((ms(joined), ms(heard)))
}

/// A speaker that never pauses.
struct Hum(u32);

impl Input for Hum {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        for sample in block {
            *sample = 0.3 * (self.0 as f32 * std::f32::consts::TAU / 160.0).sin();
            self.0 = (self.0 + 1) % 160;
        }
        Read::Samples
    }
}

/// Tells when the first sound is handed to the loudspeaker.
struct FirstSound(Option<SyncSender<Instant>>);

impl Output for FirstSound {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let is_audible = block.to_mono().iter().any(|sample| sample.abs() > AUDIBLE);
        if let Some(sender) = self.0.take_if(|_| is_audible) {
            // The caller may have given up.
            let _ = sender.try_send(Instant::now());
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
