//! `consonance join`: one player in a terminal, with devices or files for a microphone and a loudspeaker.

mod conversation;
mod encryption_arguments;
mod heard_file;
mod identity;
mod lines;
mod members;
mod proposed_name;
mod session_recording;
mod speech_target;
mod typed_command;
mod typed_lines;
mod way_in;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use consonance::audio::{ActivationMode, ActivationSettings, Quality, Tone, WavInput};
use consonance::device::{Backend, DeviceSelection, Devices, Direction};
use consonance::quic::{FastPath, QuicClientSettings};
use consonance::{ChannelProperties, FallbackSettings, Target, VoiceChatBuilder};

use crate::capture_arguments::CaptureArguments;
use crate::device_arguments::DeviceArguments;
use crate::inspect;
use crate::interrupt::Interrupt;
use crate::logging::{complain, note};
use crate::secret_text;
use conversation::Conversation;
use encryption_arguments::EncryptionArguments;
use heard_file::HeardFile;
use proposed_name::proposed_name;
use session_recording::RecordFormat;

/// Loud enough to be found, and no pain.
const TONE_AMPLITUDE: f32 = 0.2;
/// How long to go on trying when the server is gone.
const PATIENCE: Duration = Duration::from_secs(30);
/// Clocks need not reach further.
const LONGEST_STAY: Duration = Duration::from_hours(365 * 24);

/// The session to join, the player's name, and what to say.
#[derive(Debug, Args)]
#[command(mut_arg("microphone", |argument| argument.help(MICROPHONE_OR_NONE)))]
#[command(mut_arg("loudspeaker", |argument| argument.help(LOUDSPEAKER_OR_NONE)))]
#[expect(clippy::struct_excessive_bools, reason = "each is an argument of its own on the command line")]
pub(crate) struct Join {
    /// The session's address, as the server printed it: quic://HOST:PORT/SESSION#sha256=HEX&wss=PORT, where wss=PORT
    /// is the port of its WebSocket, used if UDP is blocked; or wss://HOST:PORT/SESSION#sha256=HEX or
    /// ws://HOST:PORT/SESSION for the WebSocket alone.
    url: String,
    /// Your name in the session [default: the name of your account on this machine, or a guest's].
    #[arg(long)]
    name: Option<String>,
    /// A room to listen to; can be given several times. Without one, you hear only players who speak to you directly.
    #[arg(long, value_name = "ROOM")]
    listen: Vec<String>,
    /// A room to speak in, or a player to speak to; can be given several times. What you type goes to the first.
    #[arg(long, value_name = "ROOM|@PLAYER")]
    speak: Vec<String>,
    /// A WAV file to send, as if spoken into an open microphone.
    #[arg(long, value_name = "FILE.wav", conflicts_with = "microphone")]
    input: Option<PathBuf>,
    /// Send a test tone of this frequency instead.
    #[arg(long, value_name = "HZ", conflicts_with_all = ["input", "microphone"], value_parser = clap::value_parser!(u16).range(20..=20_000))]
    tone: Option<u16>,
    /// Write what you hear to this file instead of playing it: mono, 48 kHz.
    #[arg(long, value_name = "FILE.wav", conflicts_with = "loudspeaker")]
    output: Option<PathBuf>,
    #[command(flatten)]
    devices: DeviceArguments,
    /// When to transmit [default: voice; with --input: open].
    #[arg(long, value_enum, value_name = "WHEN")]
    activation: Option<WhenHeard>,
    /// The quality of your voice; music is sent up to 20 kHz, without suppression, and from a file
    /// in stereo.
    #[arg(long, value_enum, value_name = "QUALITY", default_value_t = SentQuality::High)]
    quality: SentQuality,
    /// Process --input like a microphone's signal [default: send it unprocessed].
    #[arg(long, requires = "input")]
    process_input: bool,
    /// Record to this folder: your voice, each other player's voice and the mix you hear, in separate files on one time
    /// line. Tell the others.
    #[arg(long, value_name = "FOLDER")]
    record: Option<PathBuf>,
    /// The format of the recorded files.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = RecordFormat::Wav, requires = "record")]
    record_format: RecordFormat,
    /// Write diagnostics to this folder: audio before and after every stage, packets, events and counters, of ten
    /// minutes at most. Tell the others.
    #[arg(long, value_name = "FOLDER")]
    diagnostics: Option<PathBuf>,
    /// The join token. Other users of this machine can see the command line: prefer --token-file, or the variable
    /// `CONSONANCE_JOIN_TOKEN`.
    #[arg(long, value_name = "TOKEN", conflicts_with = "token_file")]
    token: Option<String>,
    /// A file with the join token, or - for the first line of the standard input.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The session's password. Other users of this machine can see the command line: prefer --password-file, or the
    /// variable `CONSONANCE_JOIN_PASSWORD`.
    #[arg(long, value_name = "PASSWORD", conflicts_with = "password_file")]
    password: Option<String>,
    /// A file with the password, or - for the first line of the standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    encryption: EncryptionArguments,
    /// Send voice over QUIC only, without the fast path.
    #[arg(long)]
    no_fast_path: bool,
    /// Do not use the server's WebSocket when UDP is blocked.
    #[arg(long)]
    no_fallback: bool,
    /// Leave the session after this time.
    #[arg(long = "duration", value_name = "SECONDS", allow_negative_numbers = true)]
    seconds: Option<f64>,
    /// Serve the inspector page on this port of this machine, and print its address; port 0 picks a free port.
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0", require_equals = true)]
    inspector: Option<u16>,
    /// Print events as JSON lines.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    processing: CaptureArguments,
}

const MICROPHONE_OR_NONE: &str =
    "The microphone, by its name or a part of it, or `none`; see `consonance devices`";
const LOUDSPEAKER_OR_NONE: &str = "The loudspeaker, by its name or a part of it, or `none`";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SentQuality {
    /// 10 kbit/s.
    Low,
    /// 17 kbit/s.
    Medium,
    /// 24 kbit/s.
    High,
    /// 64 kbit/s.
    Music,
}

impl SentQuality {
    fn of_the_engine(self) -> Quality {
        match self {
            Self::Low => Quality::Low,
            Self::Medium => Quality::Medium,
            Self::High => Quality::High,
            Self::Music => Quality::Music,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WhenHeard {
    /// Always.
    Open,
    /// While speech is detected.
    Voice,
    /// From one press of Enter to the next.
    PushToTalk,
}

/// Joins, prints what happens, leaves.
pub(crate) fn run(arguments: &Join) -> Result<(), Box<dyn Error>> {
    let stay = arguments.seconds.map(parse_seconds).transpose()?;
    let talk: Vec<Target> =
        arguments.speak.iter().map(|text| speech_target::parse(text)).collect::<Result<_, _>>()?;
    for room in &arguments.listen {
        speech_target::check_room(room)?;
    }
    let fast_path = if arguments.no_fast_path { FastPath::Off } else { FastPath::On };
    let network = QuicClientSettings { fast_path, ..QuicClientSettings::default() };
    let voice = way_in::to(&arguments.url, network)?;
    let fallback = (!arguments.no_fallback).then(FallbackSettings::default);
    let name = arguments.name.clone().unwrap_or_else(proposed_name);
    if arguments.name.is_none() {
        note(&format!("your name is {name}; choose another one with --name"));
    }
    let voice = voice.name(&*name).reconnect_timeout(PATIENCE).fallback(fallback);
    let mut voice = with_sound(voice, arguments)?;
    if let Some(token) = arguments.token()? {
        voice = voice.join_token(token);
    }
    if let Some(password) = arguments.password()? {
        voice = voice.password(password);
    }
    let identity = arguments.encryption.folder(&name);
    let encryption = arguments.encryption.settings(&identity)?;
    let key = encryption.identity.clone();
    voice = voice.encryption(encryption);
    for room in &arguments.listen {
        voice = voice.listen_to_room(room);
    }
    for target in &talk {
        voice = voice.speak_to(target.clone(), ChannelProperties::default());
    }
    if let Some(folder) = &arguments.diagnostics {
        voice = voice.diagnostics(folder);
    }
    let interrupt = Interrupt::listen()?;
    if let Some(port) = arguments.inspector {
        voice = voice.inspector(inspect::settings(port));
    }
    let voice = voice.start()?;
    if let Some(url) = voice.inspector_url() {
        inspect::print_url(&url);
    }
    let mut conversation = Conversation::new(&voice, &name, talk.first(), arguments)?;
    let end = conversation.follow(&interrupt, stay)?;
    let recording = conversation.end();
    let kept = key.map_or(Ok(()), |key| identity.keep(&key, &voice.encryption().known_keys()));
    let left = voice.leave();
    if let Some(recording) = recording {
        recording.finish(arguments.json)?;
    }
    left?;
    kept?;
    match end {
        Some(reason) => Err(reason.into()),
        None => Ok(()),
    }
}

impl Join {
    /// The token from an argument, a file or a variable.
    fn token(&self) -> Result<Option<String>, String> {
        secret_text::given(self.token.as_deref(), self.token_file.as_deref(), "CONSONANCE_JOIN_TOKEN")
    }

    fn password(&self) -> Result<Option<String>, String> {
        let (password, file) = (self.password.as_deref(), self.password_file.as_deref());
        secret_text::given(password, file, "CONSONANCE_JOIN_PASSWORD")
    }

    /// There is a file, or a target to speak to.
    fn has_input(&self) -> bool {
        self.input.is_some()
            || self.tone.is_some()
            || self.devices.microphone.is_some()
            || !self.speak.is_empty()
    }
}

/// Files if given, else devices: a microphone if there is a target to speak to, and a loudspeaker.
fn with_sound(voice: VoiceChatBuilder, arguments: &Join) -> Result<VoiceChatBuilder, Box<dyn Error>> {
    if let (Some(input), Some(output)) = (&arguments.input, &arguments.output) {
        check_apart(input, output)?;
    }
    let devices = &arguments.devices;
    let named = [(Direction::Input, &devices.microphone), (Direction::Output, &devices.loudspeaker)];
    let [microphone, loudspeaker] =
        named.map(|(direction, words)| select(devices.backend(), direction, words.as_deref()));
    let voice = voice.device_backend(devices.backend());
    let voice = match (&arguments.input, arguments.tone) {
        (Some(path), _) => voice.input(Box::new(WavInput::open(path)?)),
        (None, Some(hz)) => voice.input(Box::new(Tone::new(f32::from(hz), TONE_AMPLITUDE))),
        (None, None) if arguments.has_input() => voice.microphone(microphone),
        (None, None) => voice,
    };
    let voice = with_processing(voice, arguments).quality(arguments.quality.of_the_engine());
    Ok(match &arguments.output {
        Some(path) => voice.output(Box::new(HeardFile::prepare(path)?)),
        None => voice.loudspeaker(loudspeaker),
    })
}

/// A file is sent unprocessed unless the arguments say otherwise; a microphone is processed.
fn with_processing(voice: VoiceChatBuilder, arguments: &Join) -> VoiceChatBuilder {
    let voice = if (arguments.input.is_none() && arguments.tone.is_none()) || arguments.process_input {
        voice.capture(arguments.processing.settings())
    } else {
        voice
    };
    let Some(when) = arguments.activation else { return voice };
    let mode = match when {
        WhenHeard::Open => ActivationMode::Open,
        WhenHeard::Voice => ActivationMode::Voice,
        WhenHeard::PushToTalk => ActivationMode::PushToTalk,
    };
    voice.activation(ActivationSettings { mode, ..ActivationSettings::default() })
}

/// The named device, or the system's. While a named device is missing, the system's is used.
fn select(backend: Backend, direction: Direction, words: Option<&str>) -> DeviceSelection {
    let words = match words {
        None => return DeviceSelection::Default,
        Some("none") => return DeviceSelection::None,
        Some(words) => words,
    };
    let found = Devices::list(backend).map_err(|trouble| trouble.to_string()).and_then(|list| {
        match list.find(direction, words) {
            Ok(device) => Ok(device.name.clone()),
            Err(error) => Err(error.to_string()),
        }
    });
    DeviceSelection::Named(found.unwrap_or_else(|problem| {
        complain(&problem);
        words.to_owned()
    }))
}

/// The output must not overwrite the input.
fn check_apart(input: &Path, output: &Path) -> Result<(), String> {
    match (input.canonicalize(), output.canonicalize()) {
        (Ok(input), Ok(output)) if input == output => {
            Err(format!("--input and --output are the same file, {}: choose another output", input.display()))
        }
        _ => Ok(()),
    }
}

fn parse_seconds(seconds: f64) -> Result<Duration, String> {
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() && duration <= LONGEST_STAY => Ok(duration),
        _ => {
            let most = LONGEST_STAY.as_secs();
            Err(format!("--duration {seconds}: give a number of seconds above 0 and up to {most}, a year"))
        }
    }
}
