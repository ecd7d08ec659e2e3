//! How long a sound takes from the beat through the loudspeaker, over a cable or a monitor, through the microphone and
//! back to the beat.
//!
//! ```sh
//! cargo run -p consonance-device --example round_trip
//! ```
//!
//! It plays a short tone once per second and prints when it came back, along with all device events. After ` -- ` it
//! takes the number of seconds, and the names of a microphone and of a loudspeaker. On a machine without sound
//! hardware, a null sink and its monitor will do:
//!
//! ```sh
//! pactl load-module module-null-sink sink_name=room norewinds=1
//! ```

use std::error::Error;
use std::f32::consts::TAU;
use std::io::{Write as _, stdout};
use std::thread;
use std::time::{Duration, Instant};

use consonance_audio::{BLOCK_SAMPLES, Input as _, Output as _, StereoBlock};
use consonance_device::devices::{Backend, DeviceList, DeviceSelection, Devices, Direction, Settings};

const BEAT: Duration = Duration::from_millis(10);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u32 = arguments.next().map_or(Ok(10), |seconds| seconds.parse())?;
    let list = Devices::list(Backend::Automatic)?;
    let settings = Settings {
        input: selection(&list, Direction::Input, arguments.next().as_deref())?,
        output: selection(&list, Direction::Output, arguments.next().as_deref())?,
        ..Settings::default()
    };
    let (devices, mut microphone, mut loudspeaker) = Devices::open(settings);
    let started = Instant::now();
    let (mut tone_began, mut largest_step) = (None, 0.0_f32);
    let mut before = 0.0_f32;
    for beat in 0..seconds * 100 {
        thread::sleep((started + BEAT * beat).saturating_duration_since(Instant::now()));
        let in_second = beat % 100;
        if in_second == 0 {
            report(&devices, beat / 100, largest_step)?;
            (tone_began, largest_step) = (Some(beat), 0.0);
        }
        loudspeaker.write(&StereoBlock::from_mono(&block(in_second)))?;
        let mut heard = [0.0; BLOCK_SAMPLES];
        microphone.read(&mut heard);
        for &sample in &heard {
            largest_step = largest_step.max((sample - before).abs());
            before = sample;
        }
        let onset = heard.iter().position(|sample| sample.abs() > 0.1);
        if let (Some(began), Some(onset)) = (tone_began, onset) {
            let samples = (beat - began) as usize * BLOCK_SAMPLES + onset;
            writeln!(stdout(), "       heard after {:.1} ms", samples as f32 / 48.0)?;
            tone_began = None;
        }
    }
    Ok(())
}

fn selection(
    list: &DeviceList,
    direction: Direction,
    words: Option<&str>,
) -> Result<DeviceSelection, Box<dyn Error>> {
    match words {
        None | Some("default") => Ok(DeviceSelection::Default),
        Some("none") => Ok(DeviceSelection::None),
        Some(words) => Ok(DeviceSelection::Named(list.find(direction, words)?.name.clone())),
    }
}

/// A 1 kHz tone of 200 ms at the beginning of every second, faded in and out.
fn block(in_second: u32) -> [f32; BLOCK_SAMPLES] {
    std::array::from_fn(|i| {
        let at = (in_second as usize * BLOCK_SAMPLES + i) as f32;
        let envelope = (at / 96.0).min((9_600.0 - at) / 96.0).clamp(0.0, 1.0);
        0.5 * envelope * (at / 48.0 * TAU).sin()
    })
}

fn report(devices: &Devices, second: u32, largest_step: f32) -> Result<(), Box<dyn Error>> {
    let mut out = stdout();
    while let Some(event) = devices.poll_event() {
        writeln!(out, "{second:>4} s {event:?}")?;
    }
    for direction in [Direction::Input, Direction::Output] {
        let d = devices.diagnostics(direction);
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        writeln!(
            out,
            "{second:>4} s {direction:?}: xruns {} skipped {} bad {} reopened {} callbacks {} of {} frames, \
             fill {:.1} target {:.1} latency {:.1} ms, ratio {:+.0} ppm; largest step {largest_step:.3}",
            d.ring.xruns,
            d.ring.skipped_frames,
            d.ring.bad_samples,
            d.reopened,
            d.callbacks,
            d.period_frames,
            ms(d.ring.fill),
            ms(d.ring.target),
            ms(d.ring.latency),
            d.ring.drift * 1e6,
        )?;
    }
    Ok(())
}
