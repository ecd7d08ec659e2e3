//! What the game asks for, done between two turns.

use std::sync::mpsc::TryRecvError;
use std::time::Instant;

use super::VoiceThread;
use crate::capture::TapPoint;
use crate::command::Command;
use crate::event::End;
use crate::tap::TapSource;

impl VoiceThread {
    pub(super) fn take_commands(&mut self) {
        loop {
            match self.commands.try_recv() {
                Ok(command) => self.obey(command),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => return self.end = Some(End::Left),
            }
        }
    }

    fn obey(&mut self, command: Command) {
        let client = &mut self.client;
        let problem = match command {
            Command::JoinRoom(room) => client.join_room(&room).err().map(|error| error.to_string()),
            Command::LeaveRoom(room) => {
                client.leave_room(&room);
                None
            }
            Command::OpenChannel(channel, target, properties) => {
                self.talking.open(channel, target, properties, client)
            }
            Command::SetChannel(channel, properties) => {
                self.talking.set(channel, properties, client);
                None
            }
            Command::CloseChannel(channel) => {
                self.talking.close(channel, client);
                None
            }
            Command::SendText(target, text) => {
                client.send_text(&target, &text).err().map(|error| error.to_string())
            }
            Command::Hear(hearing) => self.playback.obey(hearing).err(),
            Command::SetInput(input) => self.capture.set_input(input).err(),
            Command::SetCapture(settings) => {
                self.capture.change(|wishes| wishes.settings = settings);
                None
            }
            Command::SetActivation(activation) => {
                self.capture.change(|wishes| wishes.activation = activation);
                None
            }
            Command::SetTalkKey { held } => {
                self.capture.change(|wishes| wishes.talk_key_held = held);
                None
            }
            Command::SetMuted(muted) => {
                self.capture.change(|wishes| wishes.muted = muted);
                None
            }
            Command::SetQuality(quality) => {
                self.talking.set_quality(quality).err().map(|error| error.to_string())
            }
            Command::Tap(source, sender) => match source {
                TapSource::RawMicrophone => self.capture.tap(TapPoint::Raw, sender).err(),
                TapSource::ProcessedMicrophone => self.capture.tap(TapPoint::Processed, sender).err(),
                TapSource::Speaker(name) => self.playback.tap_speaker(name, sender).err(),
                TapSource::Mix => {
                    self.playback.tap_mix(sender);
                    None
                }
            },
            Command::SetGameSound(reader) => self.capture.set_game_sound(reader).err(),
            #[cfg(feature = "devices")]
            Command::SelectDevice(direction, selection) => self.devices.select(direction, selection),
            Command::SetRouting(routing) => {
                client.set_routing(routing);
                None
            }
            Command::Leave => {
                self.end = Some(End::Left);
                None
            }
        };
        self.problem(Instant::now(), problem);
    }
}
