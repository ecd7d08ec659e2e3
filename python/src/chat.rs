//! A voice chat: each method passes on what is asked, and returns at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use consonance::audio::{Orientation, Pose};
use consonance::{Channel, ChannelProperties, ModeratorAction, Status, VoiceChat};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::audio_stream::{AudioStream, Format, Stream};
use crate::clock::monotonic;
use crate::encryption;
use crate::errors;
use crate::events::told;
use crate::player::Player;
use crate::pump::Pumped;
use crate::speech::{Line, Speech, check_format};

/// A chat that was started. Dropped, it leaves its session in the background.
#[pyclass(frozen, module = "consonance._native")]
pub(crate) struct Chat {
    voice: VoiceChat,
    /// The open channels, by their numbers.
    channels: Mutex<BTreeMap<u32, Channel>>,
    pumped: Arc<Pumped>,
    line: Arc<Line>,
}

impl Chat {
    pub(crate) fn new(voice: VoiceChat, pumped: Arc<Pumped>, line: Arc<Line>) -> Self {
        Self { voice, channels: Mutex::default(), pumped, line }
    }

    fn channels(&self) -> MutexGuard<'_, BTreeMap<u32, Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        // The registry holds another handle until the chat has ended, so nothing blocks here.
        self.voice.stop();
    }
}

#[pymethods]
impl Chat {
    /// To be called when the loop was woken, before it looks at anything.
    fn look(&self) {
        self.pumped.look();
    }

    /// Leaves the session without waiting; the event `Ended` tells when it is over.
    fn stop(&self) {
        self.voice.stop();
    }

    fn is_running(&self) -> bool {
        self.voice.is_running()
    }

    fn status(&self) -> &'static str {
        match self.voice.status() {
            Status::Connected => "connected",
            Status::Degraded => "connecting",
            Status::Disconnected => "disconnected",
        }
    }

    /// The next event, if one waits: the name of its class, when it was, in seconds of `time.monotonic()`, and its
    /// fields. 65 536 of them wait at most.
    fn poll_event<'py>(&self, py: Python<'py>) -> PyResult<Option<(&'static str, f64, Bound<'py, PyDict>)>> {
        let Some(event) = self.pumped.events.pop() else { return Ok(None) };
        let fields = PyDict::new(py);
        let class = told(&event.kind, &fields)?;
        Ok(Some((class, monotonic(event.at), fields)))
    }

    /// How many events were lost because the loop did not look in time.
    fn events_dropped(&self) -> u64 {
        self.pumped.events.dropped() + self.voice.events_dropped()
    }

    fn local_player(&self) -> Player {
        Player::new(&self.voice, self.voice.local_player())
    }

    fn player(&self, name: &str) -> Option<Player> {
        self.voice.player_state(name).map(|state| Player::new(&self.voice, state))
    }

    /// All players, oneself among them.
    fn players(&self) -> Vec<Player> {
        self.voice.players().into_iter().map(|state| Player::new(&self.voice, state)).collect()
    }

    fn listen_to_room(&self, room: String) {
        self.voice.room(room).listen();
    }

    fn stop_listening_to_room(&self, room: String) {
        self.voice.room(room).stop_listening();
    }

    /// Opens a channel to a room or a player, and returns its number.
    fn speak_to(&self, is_room: bool, name: String, positional: bool, volume: f32) -> u32 {
        let properties = ChannelProperties { positional, amplitude: volume, ..ChannelProperties::default() };
        let channel = if is_room {
            self.voice.room(name).speak_with(properties)
        } else {
            self.voice.player(name).speak_with(properties)
        };
        let number = channel.id();
        self.channels().insert(number, channel);
        number
    }

    fn close_channel(&self, number: u32) {
        self.channels().remove(&number);
    }

    /// Sends a text, and returns its number.
    fn send_text(&self, is_room: bool, name: String, text: String) -> PyResult<u64> {
        let sent = if is_room {
            self.voice.room(name).send_text(text)
        } else {
            self.voice.player(name).send_text(text)
        };
        Ok(sent.map_err(|cause| errors::raise("TextError", cause.code(), &cause.to_string()))?.number())
    }

    /// Has the server kick, ban, mute, unmute or move a player.
    #[pyo3(signature = (player, action, reason, lasts_s, from_room, to_room))]
    fn moderate(
        &self,
        player: String,
        action: &str,
        reason: String,
        lasts_s: Option<u32>,
        from_room: String,
        to_room: String,
    ) -> PyResult<()> {
        let lasts = lasts_s.map(|s| Duration::from_secs(s.into()));
        let action = match action {
            "kick" => ModeratorAction::Kick,
            "ban" => ModeratorAction::Ban { lasts },
            "mute" => ModeratorAction::Mute { lasts },
            "unmute" => ModeratorAction::Unmute,
            "move" => ModeratorAction::Move { from: from_room.into(), to: to_room.into() },
            _ => return Err(errors::word("action", action, &["kick", "ban", "mute", "unmute", "move"])),
        };
        self.voice.player(player).moderate(action, reason);
        Ok(())
    }

    /// Holds an access token or not; false if nothing has changed.
    fn set_token(&self, token: &str, held: bool) -> PyResult<bool> {
        if !held {
            return Ok(self.voice.tokens().remove(token));
        }
        let added = self.voice.tokens().add(token);
        added.map_err(|cause| errors::raise("SettingsError", "token-limit", &cause.to_string()))
    }

    /// Begins a speech; the one before is over.
    fn begin_speech(&self, rate_hz: u32, channels: usize) -> PyResult<Speech> {
        check_format(rate_hz, channels)?;
        Ok(self.line.begin(rate_hz, channels))
    }

    /// Listens to a player, or without a name to the mix.
    #[pyo3(signature = (player, rate_hz, block_ms, queue_ms))]
    fn audio(
        &self,
        player: Option<String>,
        rate_hz: u32,
        block_ms: u32,
        queue_ms: u32,
    ) -> PyResult<AudioStream> {
        let format = Format::new(rate_hz, block_ms, queue_ms)?;
        let tap = player.map_or_else(|| self.voice.playback().tap(), |name| self.voice.player(name).tap());
        let stream = Arc::new(Stream::new(tap, format));
        self.pumped.add_stream(&stream);
        Ok(AudioStream(stream))
    }

    fn set_push_to_talk(&self, pressed: bool) {
        self.voice.microphone().set_push_to_talk(pressed);
    }

    fn is_muted(&self) -> bool {
        self.voice.microphone().is_muted()
    }

    fn set_muted(&self, muted: bool) {
        self.voice.microphone().set_muted(muted);
    }

    fn is_deafened(&self) -> bool {
        self.voice.playback().is_deafened()
    }

    fn set_deafened(&self, deafened: bool) {
        self.voice.playback().set_deafened(deafened);
    }

    fn is_transmitting(&self) -> bool {
        self.voice.microphone().is_transmitting()
    }

    /// Where the ears are, in metres, and where they look; none if that is not known any more.
    #[pyo3(signature = (position_m, forward, up))]
    fn set_listener(&self, position_m: Option<[f32; 3]>, forward: [f32; 3], up: [f32; 3]) {
        let orientation = Orientation::looking(forward, up);
        self.voice.playback().set_listener(position_m.map(|position_m| Pose { position_m, orientation }));
    }

    fn set_share_position(&self, shared: bool) {
        self.voice.playback().set_share_position(shared);
    }

    /// The share of frames that never arrived, 0 to 1.
    fn packet_loss(&self) -> Option<f32> {
        self.voice.playback().packet_loss()
    }

    #[expect(clippy::type_complexity, reason = "it is taken apart at once, in Python")]
    fn encryption<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(&'static str, Option<u64>, Option<String>, Vec<Bound<'py, PyDict>>)> {
        encryption::told(py, &self.voice.encryption().status())
    }

    fn is_room_encrypted(&self, room: &str) -> bool {
        self.voice.encryption().status().is_room_encrypted(room)
    }
}
