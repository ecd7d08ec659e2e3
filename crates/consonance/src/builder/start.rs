//! Starts the chat that a builder describes.

use std::io;
use std::sync::atomic::AtomicU32;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use consonance_audio::{Discard, EncoderSettings, OpusLibrary, RateMode};
#[cfg(feature = "devices")]
use consonance_device::devices::Direction;
use consonance_link::thread_waker;
use consonance_session::{Client, ClientSettings, JoinToken, RedundancySupport};

use super::random_bits::random_u64;
use super::{EventCallback, VoiceChatBuilder, diagnostics, page};
use crate::capture::CaptureControls;
use crate::command::{COMMANDS_MAX, Hearing};
use crate::encryption::Encryption;
use crate::event::{End, Event, EventKind};
use crate::event_queue::EventReader;
use crate::finish::Finish;
use crate::log;
use crate::settings::{SettingsInForce, VoiceSettings};
use crate::shared_state::SharedState;
#[cfg(feature = "devices")]
use crate::sound_devices::OpenedDevices;
use crate::start_error::StartError;
use crate::talking::{Talking, session_codec};
use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;
use crate::voice_chat::{Page, Running, VoiceChat};
use crate::voice_thread::{VoiceParts, VoiceThread};

/// Until the first loss has been measured, packets carry a copy of the frame before.
const FIRST_EXPECTED_LOSS_PERCENT: u8 = 5;

impl VoiceChatBuilder {
    /// Starts the voice thread, which connects and joins.
    ///
    /// # Errors
    /// If the name, a room or the codec's settings are invalid, or a thread cannot be started. The network's responses
    /// come as events.
    pub fn start(mut self) -> Result<VoiceChat, StartError> {
        let transports = self.open_transports()?;
        let name = self.name.take().unwrap_or_else(random_name);
        let mut encoder = self.encoder_settings();
        if self.encryption.constant_rate {
            encoder.rate = RateMode::Constant;
        }
        let (client, talking) = (self.client(&name)?, Talking::new(encoder)?);
        let encryption = self.encryption.clone().prepare(&name)?;
        let (sender, commands) = sync_channel(COMMANDS_MAX);
        let (shared, finish) = (SharedState::new(&client, self.text_history), Arc::<Finish>::default());
        let next_channel = AtomicU32::new(1 + self.channels.len() as u32);
        #[cfg(feature = "devices")]
        let OpenedDevices { devices, microphone, loudspeaker } = self.devices.open();
        #[cfg(feature = "devices")]
        let (has_microphone, has_loudspeaker) =
            (devices.uses(Direction::Input), devices.uses(Direction::Output));
        #[cfg(not(feature = "devices"))]
        let (microphone, loudspeaker) = (None, None);
        let capture = CaptureControls {
            is_music: encoder.music,
            ..CaptureControls::new(self.capture, self.activation, microphone.is_some())
        };
        // Settings that were not given are filled in to suit a microphone or a file.
        let settings =
            VoiceSettings { capture: capture.settings, activation: capture.activation, ..self.settings };
        let input = microphone.or(self.input);
        note_if_silent(&name, input.is_some(), self.channels.len());
        let parts = VoiceParts {
            client,
            transports,
            channels: self.channels,
            capture,
            hearing: hearing(&settings),
            input,
            commands,
            shared: shared.clone(),
            talking,
            output: loudspeaker.or(self.output).unwrap_or_else(|| Box::new(Discard)),
            mixer: self.mixer,
            #[cfg(feature = "devices")]
            devices,
            reconnect_timeout: self.reconnect_timeout,
            retry_first_connect: self.retry_first_connect,
            trace_frames: self.trace_frames,
            mode: self.mode,
            loopback: self.loopback,
            share_position: self.share_position,
            encryption,
        };
        let diagnostics = diagnostics::start(self.diagnostics, &sender, &shared)?;
        self.on_event.map(|callback| call_back(shared.events.subscribe(None), callback)).transpose()?;
        let last_words = LastWords { shared: shared.clone(), finish: Arc::clone(&finish) };
        let thread = spawn(parts, last_words)?;
        let thread = VoiceThreadHandle {
            commands: sender,
            shared,
            settings: Mutex::new(SettingsInForce::new(settings, self.encoder)),
            #[cfg(feature = "devices")]
            has_microphone,
            #[cfg(feature = "devices")]
            has_loudspeaker,
            next_channel,
            finish,
            thread,
        };
        let running = Running { thread: Arc::new(thread), diagnostics, page: Page::default() };
        page::open(running, self.page)
    }

    fn encoder_settings(&self) -> EncoderSettings {
        let suited =
            EncoderSettings { expected_loss_percent: FIRST_EXPECTED_LOSS_PERCENT, ..self.settings.encoder() };
        self.encoder.unwrap_or(suited)
    }

    fn client(&self, name: &str) -> Result<Client, StartError> {
        self.settings.validate()?;
        let mut settings = ClientSettings::new(name);
        settings.redundancy = if OpusLibrary::BEST.has_deep_redundancy() {
            RedundancySupport::REPEAT.or(RedundancySupport::DRED)
        } else {
            RedundancySupport::REPEAT
        };
        settings.routing = self.routing;
        settings.capabilities = Encryption::announced(self.encryption.policy);
        settings.join_token = match (&self.join_token, &self.password) {
            (token, Some(password)) => Some(JoinToken::with_password(token.as_deref(), password)?),
            (Some(token), None) => Some(JoinToken::new(token.as_bytes())?),
            (None, None) => None,
        };
        settings.codec = session_codec(self.encoder_settings().frame);
        let limit = settings.limits.name_bytes;
        let problem = match name.len() {
            0 => "it is empty; choose one, or omit it to get one".to_owned(),
            bytes if bytes > limit => {
                format!("it has {bytes} bytes, at most {limit} are allowed; shorten it")
            }
            _ => String::new(),
        };
        if !problem.is_empty() {
            return Err(StartError::Name { name: name.to_owned(), problem });
        }
        let mut client = Client::new(settings);
        for room in &self.rooms {
            client.join_room(room).map_err(|cause| StartError::Room { room: room.clone(), cause })?;
        }
        Ok(client)
    }
}

/// Warns of a chat that is to speak and has nothing to speak with.
fn note_if_silent(name: &str, has_input: bool, channels: usize) {
    if !has_input && channels > 0 {
        log::note_no_input(name);
    }
}

/// A unique name.
fn random_name() -> String {
    format!("player-{:016x}", random_u64())
}

/// The initial settings for hearing other players.
fn hearing(settings: &VoiceSettings) -> Vec<Hearing> {
    vec![
        Hearing::MasterVolume(settings.master_volume),
        Hearing::Ducking(settings.ducking),
        Hearing::AutoVolume(settings.auto_volume),
    ]
}

fn spawn(parts: VoiceParts, last_words: LastWords) -> io::Result<Thread> {
    let run = move || {
        let _last_words = last_words;
        VoiceThread::new(parts, thread_waker()).run();
    };
    Ok(thread::Builder::new().name("voice".into()).spawn(run)?.thread().clone())
}

/// Passes every event to the game's callback, until the last one.
fn call_back(reader: EventReader, mut callback: EventCallback) -> io::Result<()> {
    let run = move || {
        while let Some(event) = reader.wait(Duration::MAX) {
            callback(event);
        }
    };
    thread::Builder::new().name("voice events".into()).spawn(run).map(drop)
}

/// Reports the end and that everything is gone, in case the voice thread panics.
struct LastWords {
    shared: SharedState,
    finish: Arc<Finish>,
}

impl Drop for LastWords {
    fn drop(&mut self) {
        if thread::panicking() {
            self.shared.own_voice.end();
            self.shared.players.remove_all();
            self.shared.events.push(Event { at: Instant::now(), kind: EventKind::Ended(End::Panicked) });
        }
        self.finish.set();
    }
}

#[cfg(test)]
mod tests {
    use consonance_audio::{FrameSize, Quality};

    use super::*;

    #[test]
    fn a_quality_that_is_named_after_a_detailed_encoder_counts_and_the_rest_stays() {
        let suited = EncoderSettings::default();
        let detailed =
            EncoderSettings { complexity: suited.complexity - 1, frame: FrameSize::Ms60, ..suited };
        let chosen = VoiceChat::builder().encoder(detailed).quality(Quality::Low).encoder_settings();
        let low = Quality::Low.encoder_settings();
        assert_eq!((chosen.bitrate_bps, chosen.music), (low.bitrate_bps, low.music));
        assert_eq!((chosen.complexity, chosen.frame), (detailed.complexity, detailed.frame));
    }
}
