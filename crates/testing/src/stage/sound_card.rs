//! A virtual sound card: a sound server of our own with a null sink, whose monitor is the microphone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::stage::failure::{Failure, ensure};
use crate::stage::patience::{SOON, until};

/// `PulseAudio` with one loudspeaker, which consumes samples in real time without playing them, and one microphone,
/// which gets the loudspeaker's sound. Dropping it ends it.
#[derive(Debug)]
pub struct SoundCard {
    _server: Helper,
    socket: PathBuf,
}

impl SoundCard {
    /// Plugs it in; what it needs is in this folder.
    ///
    /// # Errors
    /// If there is no `PulseAudio` on this machine, or it does not listen.
    pub fn plug_in(folder: &Path) -> Result<Self, Failure> {
        let low_priority = ["--realtime=no", "--high-priority=no"];
        Self::plug_in_with(folder, low_priority.into_iter().chain(["-L", "module-null-sink rate=48000"]))
    }

    /// Plugs in a sound card that consists of the modules that these arguments of `PulseAudio` load.
    ///
    /// # Errors
    /// As [`plug_in`](Self::plug_in).
    pub fn plug_in_with<'a>(
        folder: &Path,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Failure> {
        let socket = folder.join("sound");
        let mut command = Command::new("pulseaudio");
        command.args(ALWAYS).env("HOME", folder).env("XDG_RUNTIME_DIR", folder);
        command.args(arguments);
        command.args(["-L", &format!("module-native-protocol-unix socket={}", socket.display())]);
        let card = Self { _server: Helper::start(command, Stdio::null())?, socket };
        until("the sound server listens", SOON, || Ok(card.socket.exists().then_some(())))?;
        Ok(card)
    }

    /// Its address for programs, in the form of `PulseAudio`'s variable `PULSE_SERVER`.
    pub fn address(&self) -> String {
        format!("unix:{}", self.socket.display())
    }

    /// Plays a WAV file on its loudspeaker, to the end.
    ///
    /// # Errors
    /// If it cannot be played.
    pub fn play(&self, file: &Path) -> Result<(), Failure> {
        let mut play = self.client("paplay");
        let status = play.arg(file).status().map_err(Failure::io(DEBIAN))?;
        ensure(status.success(), || format!("paplay {} ended with {status}", file.display()))
    }

    /// Records its loudspeaker's sound into this file.
    ///
    /// # Errors
    /// If it cannot be recorded.
    pub fn record(&self, file: PathBuf) -> Result<CardRecording, Failure> {
        self.record_channels(1, &[], file)
    }

    /// Records this many channels into this file, from the device that these arguments of `parec` name.
    ///
    /// # Errors
    /// If it cannot be recorded.
    pub fn record_channels(
        &self,
        channels: u8,
        device: &[&str],
        file: PathBuf,
    ) -> Result<CardRecording, Failure> {
        let mut record = self.client("parec");
        record.args(["--rate=48000", "--format=s16le", "--latency-msec=50"]);
        record.arg(format!("--channels={channels}")).args(device);
        let sound = File::create(&file).map_err(Failure::io(file.display().to_string()))?;
        let recording = CardRecording { helper: Helper::start(record, sound.into())?, file };
        until("the sound card is recorded", SOON, || Ok((recording.length() > 0).then_some(())))?;
        Ok(recording)
    }

    /// Plays the microphone's sound on the loudspeaker, by a program that buffers `latency_ms` on either side.
    ///
    /// # Errors
    /// If the program cannot be started.
    pub fn wire(&self, microphone: &str, loudspeaker: &str, latency_ms: u32) -> Result<CardWire, Failure> {
        let end = |program: &str, device: &str| {
            let mut command = self.client(program);
            command.args(["--raw", "--rate=48000", "--channels=1", "--format=s16le"]);
            command.arg(format!("--device={device}")).arg(format!("--latency-msec={latency_ms}"));
            command
        };
        let mut hear = Helper::start(end("parec", microphone), Stdio::piped())?;
        let heard = hear.0.stdout.take().map_or_else(Stdio::null, Stdio::from);
        let play = Helper::start_with(end("pacat", loudspeaker), heard, Stdio::null())?;
        Ok(CardWire { _hear: hear, _play: play })
    }

    /// A command for one of `PulseAudio`'s own programs, using this card.
    pub fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("PULSE_SERVER", self.address());
        command
    }
}

/// A connection from a microphone to a loudspeaker. Dropping it ends it.
#[derive(Debug)]
pub struct CardWire {
    _hear: Helper,
    _play: Helper,
}

/// A recording of a device's sound. Dropping it ends it.
#[derive(Debug)]
pub struct CardRecording {
    helper: Helper,
    file: PathBuf,
}

impl CardRecording {
    /// Ends it; returns its samples at 48 kHz, interleaved if there are several channels.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn end(self) -> Result<Vec<f32>, Failure> {
        drop(self.helper);
        let bytes = fs::read(&self.file).map_err(Failure::io(self.file.display().to_string()))?;
        let samples = bytes.as_chunks().0.iter();
        Ok(samples.map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32_768.0).collect())
    }

    fn length(&self) -> u64 {
        fs::metadata(&self.file).map_or(0, |file| file.len())
    }
}

/// A program that runs until it is dropped.
#[derive(Debug)]
struct Helper(Child);

impl Helper {
    fn start(command: Command, output: Stdio) -> Result<Self, Failure> {
        Self::start_with(command, Stdio::null(), output)
    }

    fn start_with(mut command: Command, input: Stdio, output: Stdio) -> Result<Self, Failure> {
        command.stdin(input).stdout(output).stderr(Stdio::null());
        command.spawn().map(Self).map_err(Failure::io(DEBIAN))
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const DEBIAN: &str = "PulseAudio (Debian: apt install pulseaudio)";

/// Options that ignore the user's settings and keep nothing.
const ALWAYS: [&str; 5] =
    ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"];
