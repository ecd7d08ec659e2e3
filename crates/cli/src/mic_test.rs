//! `consonance mic-test`: a level meter, a recording, and its playback.

mod level;
mod meter;
mod processed;
mod summary;

use std::error::Error;
use std::io::{Write, stdout};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use consonance::audio::{BLOCK_SAMPLES, Input as _, Output as _, StereoBlock};
use consonance_device::devices::{
    DeviceList, DeviceSelection, DeviceState, Devices, Direction, Loudspeaker, Microphone, Settings,
};

use crate::capture_arguments::CaptureArguments;
use crate::device_arguments::DeviceArguments;
use crate::devices::shown;
use crate::interrupt::Interrupt;
use crate::logging::complain;
use level::Level;
use meter::Meter;
use processed::Processed;
use summary::Summary;

const BEAT: Duration = Duration::from_millis(10);
/// Devices that need longer to be opened are as good as none.
const PATIENCE: Duration = Duration::from_secs(4);
const SECONDS: std::ops::RangeInclusive<f64> = 0.1..=60.0;

/// What to record with, and where to play it.
#[derive(Debug, Args)]
pub(crate) struct MicTest {
    #[command(flatten)]
    devices: DeviceArguments,
    /// How long to record.
    #[arg(long = "duration", value_name = "SECONDS", default_value_t = 5.0, allow_negative_numbers = true)]
    seconds: f64,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    processing: CaptureArguments,
}

/// Records and plays it back, as it is and as others hear it.
pub(crate) fn run(arguments: &MicTest) -> Result<(), Box<dyn Error>> {
    if !SECONDS.contains(&arguments.seconds) {
        let (least, most) = (SECONDS.start(), SECONDS.end());
        return Err(format!("--duration {}: expected {least} to {most} seconds", arguments.seconds).into());
    }
    let settings = choose(&arguments.devices)?;
    let interrupt = Interrupt::listen()?;
    let mut test = Test::open(settings, &interrupt)?;
    match test.perform(arguments)? {
        Some(summary) => summary.print(arguments.json),
        // Interrupted by the user, which is not an error.
        None => Ok(()),
    }
}

fn choose(devices: &DeviceArguments) -> Result<Settings, Box<dyn Error>> {
    let backend = devices.backend();
    let list = Devices::list(backend)?;
    let choose = |direction, words: &Option<String>| match words {
        Some(words) => list.find(direction, words).map(|device| DeviceSelection::Named(device.name.clone())),
        None => Ok(DeviceSelection::Default),
    };
    let settings = Settings {
        input: choose(Direction::Input, &devices.microphone)?,
        output: choose(Direction::Output, &devices.loudspeaker)?,
        backend,
    };
    check_microphone(&list)?;
    Ok(settings)
}

fn check_microphone(list: &DeviceList) -> Result<(), String> {
    if list.inputs.is_empty() {
        return Err("no microphone was found; plug one in, and see it with: consonance devices".into());
    }
    Ok(())
}

/// The devices under test.
struct Test<'a> {
    devices: Devices,
    microphone: Microphone,
    loudspeaker: Loudspeaker,
    interrupt: &'a Interrupt,
}

impl<'a> Test<'a> {
    /// Opens the devices and waits for them.
    ///
    /// # Errors
    /// If there is none that can be used.
    fn open(settings: Settings, interrupt: &'a Interrupt) -> Result<Self, Box<dyn Error>> {
        let (devices, microphone, loudspeaker) = Devices::open(settings);
        let opened = Instant::now();
        while !interrupt.happened() {
            let state = devices.state(Direction::Input);
            let is_late = opened.elapsed() > PATIENCE;
            // Wait for the loudspeaker, too, so that its opening is not reported as an event later on.
            let is_loudspeaker_tried = is_late || devices.state(Direction::Output) != DeviceState::Off;
            let has_sound = state.is_running() && devices.diagnostics(Direction::Input).callbacks > 0;
            if has_sound && is_loudspeaker_tried {
                break;
            }
            if is_late {
                return Err(problem(&state).into());
            }
            thread::sleep(BEAT);
        }
        while devices.poll_event().is_some() {}
        Ok(Self { devices, microphone, loudspeaker, interrupt })
    }

    /// The whole test; `None` if it was interrupted.
    fn perform(&mut self, arguments: &MicTest) -> Result<Option<Summary>, Box<dyn Error>> {
        let blocks = (arguments.seconds * 100.0).round() as usize;
        let say = |words: String| if arguments.json { Ok(()) } else { writeln!(stdout(), "{words}") };
        let input = self.name(Direction::Input).unwrap_or_default();
        say(format!("say something: {} is recorded for {} s", shown(&input), arguments.seconds))?;
        let Some(recording) = self.record(blocks) else { return Ok(None) };
        let mut level = Level::default();
        for block in &recording {
            level.add(block);
        }
        let processed = Processed::of(&recording, arguments.processing.settings());
        let output = self.name(Direction::Output);
        if let Some(output) = &output {
            say(format!("this is what {} recorded, on {}", shown(&input), shown(output)))?;
            if self.play(&recording).is_none() {
                return Ok(None);
            }
            say("and this is what others hear".into())?;
            if self.play(&processed.sound).is_none() {
                return Ok(None);
            }
        } else {
            complain(&problem(&DeviceState::Missing).replace("microphone", "loudspeaker"));
        }
        let diagnostics = [Direction::Input, Direction::Output].map(|way| self.devices.diagnostics(way));
        let Processed { speech_share, gain_db, .. } = processed;
        Ok(Some(Summary {
            input,
            output,
            seconds: arguments.seconds,
            level,
            speech_share,
            gain_db,
            diagnostics,
        }))
    }

    fn name(&self, direction: Direction) -> Option<String> {
        match self.devices.state(direction) {
            DeviceState::Running { name, .. } => Some(name),
            DeviceState::Lost
            | DeviceState::Missing
            | DeviceState::Denied
            | DeviceState::Busy
            | DeviceState::Off => None,
        }
    }

    fn record(&mut self, blocks: usize) -> Option<Vec<[f32; BLOCK_SAMPLES]>> {
        let mut recording = Vec::with_capacity(blocks);
        let silence = [0.0; BLOCK_SAMPLES];
        self.beat("recording", blocks, |test, _| {
            let mut block = silence;
            test.microphone.read(&mut block);
            // Written on every beat, so that the loudspeaker is ready for playback; writing never fails.
            let _ = test.loudspeaker.write(&StereoBlock::SILENCE);
            recording.push(block);
            block
        })?;
        Some(recording)
    }

    fn play(&mut self, recording: &[[f32; BLOCK_SAMPLES]]) -> Option<()> {
        self.beat("playing", recording.len(), |test, number| {
            let block = recording[number];
            // As above; the microphone's input during playback is discarded.
            let _ = test.loudspeaker.write(&StereoBlock::from_mono(&block));
            test.microphone.read(&mut [0.0; BLOCK_SAMPLES]);
            block
        })
    }

    /// Does something every 10 ms and shows how loud it is; `None` if it was interrupted.
    fn beat(
        &mut self,
        what: &'static str,
        blocks: usize,
        mut step: impl FnMut(&mut Self, usize) -> [f32; BLOCK_SAMPLES],
    ) -> Option<()> {
        let mut meter = Meter::new(what, blocks);
        let begun = Instant::now();
        for number in 0..blocks {
            thread::sleep((begun + BEAT * number as u32).saturating_duration_since(Instant::now()));
            if self.interrupt.happened() {
                return None;
            }
            let block = step(self, number);
            meter.show(&block);
            while let Some(event) = self.devices.poll_event() {
                meter.say(&in_words(event.direction, &event.state));
            }
        }
        Some(())
    }
}

fn in_words(direction: Direction, state: &DeviceState) -> String {
    let what = match direction {
        Direction::Input => "microphone",
        Direction::Output => "loudspeaker",
    };
    match state {
        DeviceState::Running { name, .. } => format!("the {what} is {} now", shown(name)),
        DeviceState::Lost
        | DeviceState::Missing
        | DeviceState::Denied
        | DeviceState::Busy
        | DeviceState::Off => format!("the {what} was lost; looking for another one"),
    }
}

/// The reason why there is no microphone, and a hint for the user.
fn problem(state: &DeviceState) -> String {
    match state {
        DeviceState::Denied => {
            "this program may not use the microphone; allow it in the system's privacy settings".into()
        }
        DeviceState::Busy => {
            "the microphone cannot be opened; close the program that has it, or choose another one with --microphone"
                .into()
        }
        DeviceState::Running { name, .. } => {
            format!("{} delivers no sound; unplug it and plug it in again", shown(name))
        }
        DeviceState::Lost | DeviceState::Missing | DeviceState::Off => {
            "no microphone was found; plug one in, and see it with: consonance devices".into()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;

    fn arguments(seconds: &str) -> MicTest {
        let words = ["mic-test", "--json", "--null-devices", "--duration", seconds];
        MicTest::augment_args(clap::Command::new("mic-test"))
            .try_get_matches_from(words)
            .and_then(|matches| MicTest::from_arg_matches(&matches))
            .unwrap()
    }

    #[test]
    fn silence_is_recorded_and_is_no_speech() {
        let arguments = arguments("0.2");
        let interrupt = Interrupt::default();
        let mut test = Test::open(choose(&arguments.devices).unwrap(), &interrupt).unwrap();
        let summary = test.perform(&arguments).unwrap().unwrap();
        assert!(summary.output.is_some());
        assert!(summary.level.peak_dbfs().is_none());
        assert!(summary.speech_share.abs() < f64::EPSILON);
    }

    #[test]
    fn an_interrupt_ends_it_at_once() {
        let arguments = arguments("60");
        let interrupt = Interrupt::default();
        let mut test = Test::open(choose(&arguments.devices).unwrap(), &interrupt).unwrap();
        interrupt.happen();
        assert!(test.perform(&arguments).unwrap().is_none());
    }

    #[test]
    fn every_problem_says_what_to_do() {
        let running =
            DeviceState::Running { name: "Headset".into(), rate_hz: 48_000, latency: Duration::ZERO };
        for (state, words) in [
            (DeviceState::Missing, "plug one in"),
            (DeviceState::Denied, "privacy settings"),
            (DeviceState::Busy, "close the program"),
            (running, "Headset delivers no sound"),
        ] {
            assert!(problem(&state).contains(words), "{state:?}");
        }
        assert!(check_microphone(&DeviceList::default()).is_err());
    }
}
