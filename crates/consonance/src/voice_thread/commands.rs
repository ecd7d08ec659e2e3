//! Commands from the game, carried out between two turns.

use std::sync::mpsc::TryRecvError;
use std::time::Instant;

use consonance_audio::{CodecError, EncoderSettings, Quality};
use consonance_session::Target;

use super::VoiceThread;
use crate::capture::TapPoint;
use crate::channel::ChannelOrder;
use crate::command::{COMMANDS_MAX, Command, Hearing};
use crate::event::{End, EventKind};
use crate::problem::ProblemKind;
use crate::switches::Switched;
use crate::talking::session_codec;
use crate::tap::{TapSender, TapSource};
use crate::text::{TextId, TextMessage, text_target};

impl VoiceThread {
    /// True if there may be more.
    pub(super) fn take_commands(&mut self) -> bool {
        // The switches are read before and after the queue is emptied: each command that the game gives in between is
        // then obeyed on the same side of a switch as it was given, or the local voice is withheld for one turn.
        let before = self.shared.switches.get();
        // Commands given before leaving are carried out.
        let is_leaving = self.shared.switches.is_leaving();
        // Read before the queue is emptied, since the queue may still contain the commands that join them.
        let given_up = self.shared.own_voice.take_given_up();
        // The limit covers all commands given so far; later ones may wait for the next turn.
        let mut more = true;
        for _ in 0..COMMANDS_MAX {
            match self.commands.try_recv() {
                Ok(command) => {
                    self.show_loopback(&command);
                    self.obey(command);
                }
                Err(TryRecvError::Empty) => {
                    more = false;
                    break;
                }
                Err(TryRecvError::Disconnected) => {
                    self.end = Some(End::Left);
                    return false;
                }
            }
        }
        for room in given_up {
            self.obey(Command::LeaveRoom(room));
        }
        self.settle_rooms();
        self.follow(before.and_then(self.shared.switches.get()));
        if is_leaving {
            self.end = Some(End::Left);
        }
        more
    }

    fn follow(&mut self, wanted: Switched) {
        let before = std::mem::replace(&mut self.switched, wanted);
        if before.muted != wanted.muted {
            self.capture.change(|controls| controls.muted = wanted.muted);
        }
        if before.key_held != wanted.key_held {
            self.talking.set_chat(Instant::now(), |chat| chat.key_held = wanted.key_held);
        }
        if before.deafened != wanted.deafened {
            self.playback.set_deafened(wanted.deafened);
        }
        if before.priority != wanted.priority {
            self.client.voice_mut().set_priority(wanted.priority);
        }
    }

    /// In a session without a network, lets the echo listen where the player is going to speak.
    fn show_loopback(&self, command: &Command) {
        if let (Some(rooms), Command::Channel(_, ChannelOrder::Open(new))) = (&self.loopback, command)
            && let Target::Room(room) = &new.target
        {
            rooms.listen(room);
        }
    }

    /// Applies a setting for hearing others; returns the problem, if there is one.
    fn hear(&mut self, hearing: Hearing) -> Option<String> {
        let shared = match &hearing {
            Hearing::Listener(pose) => {
                let metres = pose.map(|pose| pose.position_m);
                self.position_sharing.move_to(metres, &mut self.client)
            }
            _ => Ok(()),
        };
        // Even if the server cannot be told: locally it is heard from there.
        let obeyed = self.playback.obey(hearing);
        shared.map_err(|absurd| absurd.to_string()).and(obeyed).err()
    }

    fn obey(&mut self, command: Command) {
        let (now, about) = (Instant::now(), command.problem_kind());
        let client = &mut self.client;
        let problem = match command {
            Command::JoinRoom(room) => {
                let refused = self.rooms.join(room, client).err().map(|error| error.to_string());
                self.note_own_rooms();
                refused
            }
            Command::HoldRoom(room) => {
                self.rooms.hold(room);
                None
            }
            Command::LeaveRoom(room) => {
                self.rooms.leave(&room, client);
                self.note_own_rooms();
                None
            }
            Command::Channel(channel, order) => self.talking.obey(channel, order, now, client).err(),
            Command::SendText(id, target, text) => {
                self.send_text(id, &target, &text);
                None
            }
            Command::Report(players, reason) => {
                let encryption = self.links.encryption_mut();
                let refused = encryption.and_then(|it| it.report(now, players, reason));
                if let Some(kind) = refused {
                    self.tell(now, kind);
                }
                None
            }
            Command::Hear(hearing) => self.hear(hearing),
            Command::SharePosition(is_shared) => {
                self.position_sharing.share(is_shared, client).err().map(|absurd| absurd.to_string())
            }
            Command::SetInput(input) => self.capture.set_input(input).err(),
            Command::SetEngineInput(microphone) => self.capture.set_engine_input(microphone).err(),
            Command::SetEngineOutput(speaker) => {
                self.playback.set_engine_output(speaker).err().map(|error| error.to_string())
            }
            Command::PlayerStream(name, writer) => self.playback.add_stream(&name, *writer).err(),
            Command::SetCapture(settings) => {
                self.capture.change(|controls| controls.settings = settings);
                None
            }
            Command::SetActivation(activation) => {
                self.capture.change(|controls| controls.activation = activation);
                self.talking.set_chat(now, |chat| chat.mode = activation.mode);
                None
            }
            Command::SetQuality { quality, error_correction } => {
                self.capture.change(|controls| controls.is_music = quality == Quality::Music);
                self.talking.set_quality(quality, error_correction).err().map(|error| error.to_string())
            }
            Command::SetEncoder(settings) => self.set_encoder(settings).err().map(|error| error.to_string()),
            Command::Tap(source, sender) => self.tap(source, sender).err(),
            Command::LogPackets(sink) => return self.links.log_packets(sink, client),
            Command::SetEchoReference(reader) => self.capture.set_echo_reference(reader).err(),
            #[cfg(feature = "devices")]
            Command::SelectDevice(direction, selection) => self.devices.select(direction, selection),
            Command::SetRouting(routing) => {
                client.set_routing(routing);
                None
            }
            Command::Moderate { player, action, reason } => {
                client.moderate(&player, &action, &reason).err().map(|error| error.to_string())
            }
        };
        self.problem(now, about, problem);
    }

    fn set_encoder(&mut self, settings: EncoderSettings) -> Result<(), CodecError> {
        let now = Instant::now();
        let sent = self.talking.set_encoder(settings, now, &mut self.client)?;
        self.capture.change(|controls| controls.is_music = settings.music);
        self.links.send(now, &mut self.client);
        self.problem(now, ProblemKind::Voice, sent.problem);
        let codec = session_codec(settings.frame);
        self.client.set_codec(self.clock.session(now), codec);
        Ok(())
    }

    fn tap(&mut self, source: TapSource, sender: TapSender) -> Result<(), String> {
        match source {
            TapSource::RawMicrophone => self.capture.tap(TapPoint::Raw, sender),
            TapSource::ProcessedMicrophone => self.capture.tap(TapPoint::Processed, sender),
            TapSource::Player(name) => self.playback.tap_speaker(name, sender),
            TapSource::Mix => {
                self.playback.tap_mix(sender);
                Ok(())
            }
        }
    }

    fn send_text(&mut self, id: TextId, target: &Target, text: &str) {
        let now = Instant::now();
        let encryption = self.links.encryption_mut();
        if let Some(reason) = encryption.and_then(|it| it.refuses_text(&self.client, target, text)) {
            return self.tell(now, EventKind::TextNotSent { id, reason });
        }
        let kind = match self.client.send_text(target, text) {
            Ok(players) => {
                self.shared.texts.add(TextMessage::new(now, &self.own_name, &text_target(target), text));
                EventKind::TextSent { id, players }
            }
            Err(error) => EventKind::TextNotSent { id, reason: error.to_string() },
        };
        self.tell(now, kind);
    }

    /// Joins the waiting rooms, after leaving those that triggers have given up.
    fn settle_rooms(&mut self) {
        if !self.rooms.is_to_settle() {
            return;
        }
        for missing in self.rooms.settle(&mut self.client) {
            self.problem(Instant::now(), ProblemKind::Room, Some(missing.to_string()));
        }
        self.note_own_rooms();
    }

    /// Publishes the rooms that we listen to.
    fn note_own_rooms(&self) {
        self.shared.players.local().set_rooms(self.client.rooms().map(str::to_owned).collect());
        self.shared.own_voice.set_taken_out_of(self.rooms.refused());
        self.shared.own_voice.set_without_place(self.rooms.waiting());
    }
}
