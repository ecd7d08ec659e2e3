//! `consonance join`: one player in a terminal, with devices or files for a microphone and a loudspeaker.

mod heard_file;
mod lines;
mod speech_target;
mod typed_lines;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use consonance::audio::{ActivationMode, ActivationSettings, WavInput};
use consonance::device::{Devices, Direction, Selection};
use consonance::{ChannelProperties, End, EventKind, Target, VoiceChat, VoiceChatBuilder};

use crate::capture_arguments::CaptureArguments;
use crate::complain;
use crate::devices::backend;
use crate::interrupt::Interrupt;
use heard_file::HeardFile;
use lines::EventLines;

const INTERRUPT_CHECK: Duration = Duration::from_millis(50);
/// How long to go on trying when the server is gone.
const PATIENCE: Duration = Duration::from_secs(30);
/// Clocks need not reach further.
const LONGEST_STAY: Duration = Duration::from_hours(365 * 24);

/// Where to join, as whom, and with what to say.
#[derive(Debug, Args)]
pub(crate) struct Join {
    /// The session's address, as the server printed it: quic://HOST:PORT/SESSION#sha256=HEX.
    url: String,
    /// Your name in the session.
    #[arg(long)]
    name: String,
    /// A room to listen to; may be given several times.
    #[arg(long, value_name = "ROOM")]
    listen: Vec<String>,
    /// A room or a player to speak to; may be given several times. What you type goes to the first.
    #[arg(long, value_name = "ROOM|@PLAYER")]
    talk: Vec<String>,
    /// A WAV file to speak, as if into an open microphone.
    #[arg(long, value_name = "FILE.wav")]
    input: Option<PathBuf>,
    /// Where to write what you hear, from joining to leaving, instead of playing it: mono, 48 kHz.
    #[arg(long, value_name = "FILE.wav")]
    output: Option<PathBuf>,
    /// The microphone, by its name or a part of it, or `none`; see `consonance devices`.
    #[arg(long, value_name = "NAME", conflicts_with = "input")]
    microphone: Option<String>,
    /// The loudspeaker, by its name or a part of it, or `none`.
    #[arg(long, value_name = "NAME", conflicts_with = "output")]
    loudspeaker: Option<String>,
    /// When you are heard: always, while you speak, or from one press of Enter to the next. What comes from --input is always
    /// heard unless you choose otherwise.
    #[arg(long, value_enum, value_name = "WHEN")]
    activation: Option<WhenHeard>,
    /// Process --input as if a microphone had heard it; without this it is sent as it is.
    #[arg(long, requires = "input")]
    process: bool,
    /// Leave after this long in the session.
    #[arg(long = "for", value_name = "SECONDS", allow_negative_numbers = true)]
    seconds: Option<f64>,
    /// Print events as JSON lines.
    #[arg(long)]
    json: bool,
    /// Use devices that are none, as tests do.
    #[arg(long, hide = true)]
    null_devices: bool,
    #[command(flatten)]
    processing: CaptureArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WhenHeard {
    /// Always.
    Open,
    /// While you speak.
    Voice,
    /// From one press of Enter to the next.
    PushToTalk,
}

/// Joins, prints what happens, leaves.
pub(crate) fn run(arguments: &Join) -> Result<(), Box<dyn Error>> {
    let stay = arguments.seconds.map(parse_seconds).transpose()?;
    let talk: Vec<Target> =
        arguments.talk.iter().map(|text| speech_target::parse(text)).collect::<Result<_, _>>()?;
    for room in &arguments.listen {
        speech_target::check_room(room)?;
    }
    let voice = VoiceChat::to(&arguments.url)?.name(&*arguments.name).give_up_after(PATIENCE);
    let mut voice = with_sound(voice, arguments)?;
    for room in &arguments.listen {
        voice = voice.listen(room);
    }
    for target in &talk {
        voice = voice.talk_to(target.clone(), ChannelProperties::default());
    }
    let interrupt = Interrupt::listen()?;
    let voice = voice.start()?;
    let end = follow(&voice, &interrupt, stay, talk.first(), arguments)?;
    voice.leave()?;
    match end {
        Some(reason) => Err(reason.into()),
        None => Ok(()),
    }
}

/// Files where they are asked for, else devices: a microphone where there is somebody to talk to, and a loudspeaker.
fn with_sound(voice: VoiceChatBuilder, arguments: &Join) -> Result<VoiceChatBuilder, Box<dyn Error>> {
    if let (Some(input), Some(output)) = (&arguments.input, &arguments.output) {
        check_apart(input, output)?;
    }
    let named = [(Direction::Input, &arguments.microphone), (Direction::Output, &arguments.loudspeaker)];
    let [microphone, loudspeaker] =
        named.map(|(direction, words)| select(direction, words.as_deref(), arguments));
    let voice = voice.device_backend(backend(arguments.null_devices));
    let voice = match &arguments.input {
        Some(path) => voice.input(Box::new(WavInput::open(path)?)),
        None if arguments.talk.is_empty() && arguments.microphone.is_none() => voice,
        None => voice.microphone(microphone),
    };
    let voice = with_processing(voice, arguments);
    Ok(match &arguments.output {
        Some(path) => voice.output(Box::new(HeardFile::prepare(path)?)),
        None => voice.loudspeaker(loudspeaker),
    })
}

/// A file is sent as it is unless something else is asked for; a microphone is processed.
fn with_processing(voice: VoiceChatBuilder, arguments: &Join) -> VoiceChatBuilder {
    let voice = if arguments.input.is_none() || arguments.process {
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

/// The device that somebody names, or the system's. One that is not there may come; until then the system's is used.
fn select(direction: Direction, words: Option<&str>, arguments: &Join) -> Selection {
    let words = match words {
        None => return Selection::Default,
        Some("none") => return Selection::None,
        Some(words) => words,
    };
    let found = Devices::list(backend(arguments.null_devices))
        .map_err(|trouble| trouble.to_string())
        .and_then(|list| match list.find(direction, words) {
            Ok(device) => Ok(device.name.clone()),
            Err(error) => Err(error.to_string()),
        });
    Selection::Named(found.unwrap_or_else(|problem| {
        complain(&problem);
        words.to_owned()
    }))
}

/// Prints events until it is time to go; the reason if the session was lost by then.
fn follow(
    voice: &VoiceChat,
    interrupt: &Interrupt,
    stay: Option<Duration>,
    text_target: Option<&Target>,
    arguments: &Join,
) -> Result<Option<String>, Box<dyn Error>> {
    let typed = typed_lines::read();
    let lines = EventLines::new(&arguments.name, arguments.json);
    let mut leave_at = None;
    // Before the roster has arrived nobody is known to read.
    let mut may_write = false;
    let mut lost = None;
    // Who is in no session yet has no use for a word about devices.
    let mut joined = false;
    let mut about_devices = Vec::new();
    let mut talks = false;
    loop {
        if interrupt.happened() || leave_at.is_some_and(|at| Instant::now() >= at) {
            return Ok(lost);
        }
        if let Some(event) = voice.wait_event(INTERRUPT_CHECK) {
            if !joined && matches!(event.kind, EventKind::Device(_)) {
                about_devices.push(event);
                continue;
            }
            lines.print(&event)?;
            match event.kind {
                EventKind::Joined | EventKind::Resumed => {
                    joined = true;
                    about_devices.drain(..).try_for_each(|event| lines.print(&event))?;
                    lost = None;
                    leave_at = leave_at.or(stay.map(|stay| event.at + stay));
                }
                EventKind::RosterReceived => may_write = true,
                EventKind::ConnectionLost { reason, .. } => {
                    lost = Some(format!("the session was lost: {reason}"));
                }
                // `leave` reports why.
                EventKind::Ended(End::Left) => return Ok(lost),
                EventKind::Ended(_) => return Ok(None),
                _ => {}
            }
        }
        while may_write && let Ok(text) = typed.try_recv() {
            match text_target {
                _ if text.is_empty() => {
                    if arguments.activation == Some(WhenHeard::PushToTalk) {
                        talks = !talks;
                        voice.set_talk_key(talks);
                        lines.print_talk_key(talks)?;
                    }
                }
                Some(target) => voice.send_text(target.clone(), text),
                None => complain(&"say with --talk where your text shall go"),
            }
        }
    }
}

/// What is heard must not overwrite what is spoken.
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
            Err(format!("--for {seconds}: give a number of seconds above 0 and up to {most}, a year"))
        }
    }
}
