//! The time in the session: prints what happens, sends what is typed, until it is time to go.

use std::error::Error;
use std::io;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use consonance::transport::DatagramPath;
use consonance::{
    EncryptionEvent, EncryptionState, End, Event, EventKind, ProblemKind, SubmitReportError, Target,
    VoiceChat,
};
use consonance_wire::names::visible;

use super::lines::EventLines;
use super::session_recording::SessionRecording;
use super::typed_command::{HELP, TypedCommand};
use super::{Join, WhenHeard, members, typed_lines};
use crate::interrupt::Interrupt;
use crate::logging::complain;

const INTERRUPT_CHECK: Duration = Duration::from_millis(50);
/// Said to who listens to no room.
const NO_ROOMS: &str = "you listen to no room, so you hear nothing but players who speak to you directly: \
                        name one with --listen ROOM";

/// One player's time in a session.
pub(crate) struct Conversation<'a> {
    voice: &'a VoiceChat,
    text_target: Option<&'a Target>,
    typed: Receiver<String>,
    lines: EventLines<'a>,
    recording: Option<SessionRecording>,
    /// Whether the player is speaking, if Enter starts and stops that (push-to-talk).
    push_to_talk: Option<bool>,
    /// The path of voice at the last look.
    voice_path: DatagramPath,
    /// Before the roster has arrived no reader is known.
    may_write: bool,
    joined: bool,
    /// Whether it listens to a room, without which it hears hardly anything.
    has_rooms: bool,
    /// The rooms of the session that are not encrypted.
    plain_rooms: Vec<String>,
    /// A client outside of a session has no use for a line about devices.
    about_devices: Vec<Event>,
    leave_at: Option<Instant>,
    /// The reason why there is no session at the moment.
    lost: Option<String>,
}

/// Whether the conversation continues.
enum Course {
    GoesOn,
    Ended,
}

impl<'a> Conversation<'a> {
    /// # Errors
    /// If it was to be recorded and cannot be.
    pub(crate) fn new(
        voice: &'a VoiceChat,
        own_name: &'a str,
        text_target: Option<&'a Target>,
        arguments: &'a Join,
    ) -> Result<Self, Box<dyn Error>> {
        let recording = arguments.record.as_ref().map(|folder| {
            SessionRecording::start(folder, arguments.record_format, arguments.has_input(), voice)
        });
        Ok(Self {
            voice,
            text_target,
            typed: typed_lines::read(),
            lines: EventLines::new(own_name, arguments.json),
            recording: recording.transpose()?,
            push_to_talk: (arguments.activation == Some(WhenHeard::PushToTalk)).then_some(false),
            voice_path: DatagramPath::Connection,
            may_write: false,
            joined: false,
            has_rooms: !arguments.listen.is_empty(),
            plain_rooms: Vec::new(),
            about_devices: Vec::new(),
            leave_at: None,
            lost: None,
        })
    }

    /// Goes on until it is time to leave; the reason if the session was lost by then.
    pub(crate) fn follow(
        &mut self,
        interrupt: &Interrupt,
        stay: Option<Duration>,
    ) -> Result<Option<String>, Box<dyn Error>> {
        loop {
            if interrupt.happened() || self.leave_at.is_some_and(|at| Instant::now() >= at) {
                return Ok(self.lost.take());
            }
            if let Some(event) = self.voice.wait_event(INTERRUPT_CHECK)
                && let Course::Ended = self.take(event, stay)?
            {
                return Ok(self.lost.take());
            }
            self.look_at_voice_path()?;
            while self.may_write
                && let Ok(text) = self.typed.try_recv()
            {
                self.send(text)?;
            }
        }
    }

    /// Returns the recording, to be finished once the session is left.
    pub(crate) fn end(self) -> Option<SessionRecording> {
        self.recording
    }

    fn take(&mut self, event: Event, stay: Option<Duration>) -> Result<Course, Box<dyn Error>> {
        if !self.joined && matches!(event.kind, EventKind::Device(_)) {
            self.about_devices.push(event);
            return Ok(Course::GoesOn);
        }
        if matches!(event.kind, EventKind::Encryption(EncryptionEvent::State(EncryptionState::On)))
            && !self.plain_rooms.is_empty()
        {
            self.lines.print_encrypted_except(event.at, &self.plain_rooms)?;
            return Ok(Course::GoesOn);
        }
        self.lines.print(&event)?;
        match event.kind {
            EventKind::Encryption(EncryptionEvent::RoomsChanged { rooms, .. }) => self.plain_rooms = rooms,
            EventKind::Joined | EventKind::Resumed => {
                let is_first = !std::mem::replace(&mut self.joined, true);
                self.about_devices.drain(..).try_for_each(|event| self.lines.print(&event))?;
                if is_first && !self.has_rooms {
                    self.lines.print_words(NO_ROOMS)?;
                }
                self.lost = None;
                self.leave_at = self.leave_at.or(stay.map(|stay| event.at + stay));
            }
            EventKind::PlayersSynced => self.may_write = true,
            EventKind::PlayerJoined { name } => {
                if let Some(recording) = &mut self.recording {
                    recording.add_player(name, self.voice);
                }
            }
            EventKind::ConnectionLost { reason, .. } => {
                self.lost = Some(format!("the session was lost: {reason}"));
            }
            EventKind::Ended(End::Left) => return Ok(Course::Ended),
            EventKind::Ended(_) => {
                // `leave` reports why.
                self.lost = None;
                return Ok(Course::Ended);
            }
            EventKind::PlayerLeft { .. }
            | EventKind::EnteredRoom { .. }
            | EventKind::ExitedRoom { .. }
            | EventKind::RemovedFromRoom { .. }
            | EventKind::Operator(..)
            | EventKind::Moderated { .. }
            | EventKind::StartedSpeaking { .. }
            | EventKind::StoppedSpeaking { .. }
            | EventKind::Text { .. }
            | EventKind::Caption { .. }
            | EventKind::TextSent { .. }
            | EventKind::TextNotSent { .. }
            | EventKind::DirectLinkMade { .. }
            | EventKind::DirectLinkLost { .. }
            | EventKind::TokenAdded { .. }
            | EventKind::TokenRemoved { .. }
            | EventKind::Device(..)
            | EventKind::Rejoining
            | EventKind::Draining { .. }
            | EventKind::DrainCancelled
            | EventKind::Redirecting
            | EventKind::TransportChanged { .. }
            | EventKind::ServerChanged { .. }
            | EventKind::Encryption(..)
            | EventKind::Problem { .. } => {}
        }
        Ok(Course::GoesOn)
    }

    fn look_at_voice_path(&mut self) -> io::Result<()> {
        if !self.joined {
            return Ok(());
        }
        let quality = self.voice.statistics().network.quality;
        let path = quality.map_or(DatagramPath::Connection, |quality| quality.datagram_path);
        if path != std::mem::replace(&mut self.voice_path, path) {
            self.lines.print_voice_path(path)?;
        }
        Ok(())
    }

    /// Does what a command says, and answers it.
    fn obey(&self, command: TypedCommand<'_>) -> io::Result<()> {
        match command {
            TypedCommand::Help => HELP.iter().try_for_each(|line| self.lines.print_words(line)),
            TypedCommand::Members => {
                let words = members::in_words(&self.voice.encryption().status());
                words.iter().try_for_each(|words| self.lines.print_words(words))
            }
            TypedCommand::Verify(name) => {
                let is_verified = self.voice.player(name).verify();
                let is_here =
                    self.voice.encryption().status().members.iter().any(|member| member.name == name);
                let name = visible(name);
                self.lines.print_words(&match (is_verified, is_here) {
                    (true, _) => format!("{name} is verified"),
                    (false, true) => {
                        format!("{name} cannot be noted as verified: the list of known players is full")
                    }
                    (false, false) => format!("no member is called {name}: see /members"),
                })
            }
            TypedCommand::Report(what) => self.report(what),
            TypedCommand::Incomplete(form) => {
                self.lines.print_words(&format!("usage: {form}; nothing was sent"))
            }
            TypedCommand::Unknown(word) => {
                let words = format!("unknown command {}: /help lists them; nothing was sent", visible(word));
                self.lines.print_words(&words)
            }
        }
    }

    /// Submits a report; its result comes as an event.
    fn report(&self, what: &str) -> io::Result<()> {
        let members = self.voice.encryption().status().members;
        let (name, reason) = members::split_name(&members, what);
        match self.voice.encryption().report(&[name], reason) {
            Ok(()) => Ok(()),
            Err(SubmitReportError::NoKey) => self
                .lines
                .print_words("join with --moderators-key to report players to the game's moderators"),
            Err(error) => self.lines.print_words(&error.to_string()),
        }
    }

    fn send(&mut self, text: String) -> Result<(), Box<dyn Error>> {
        if text.is_empty() {
            if let Some(pressed) = &mut self.push_to_talk {
                *pressed = !*pressed;
                self.voice.microphone().set_push_to_talk(*pressed);
                self.lines.print_push_to_talk(*pressed)?;
            }
            return Ok(());
        }
        if let Some(command) = TypedCommand::parse(&text) {
            return Ok(self.obey(command)?);
        }
        match self.text_target {
            Some(target) => {
                let sent = match target {
                    Target::Room(room) => self.voice.room(room).send_text(text),
                    Target::Player(name) => self.voice.player(name).send_text(text),
                };
                if let Err(refused) = sent {
                    let kind = EventKind::Problem { about: ProblemKind::Other, text: refused.to_string() };
                    self.lines.print(&Event { at: Instant::now(), kind })?;
                }
            }
            None => complain(&"to send texts, name a room or a player with --speak"),
        }
        Ok(())
    }
}
