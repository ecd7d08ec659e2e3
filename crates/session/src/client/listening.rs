//! Other players' voices: from packets through the speakers' state machines to events.

use consonance_wire::{ChannelKind, ClientId, VoiceChannel, VoiceData};

use super::event::{ClientEvent, HeardChannel, HeardTarget, VoiceFrame};
use super::timers::Timer;
use super::{Client, Fault};
use crate::restrictions::Restriction;
use crate::time::Instant;

impl Client {
    pub(super) fn handle_voice(&mut self, now: Instant, voice: &VoiceData<'_>) -> Result<(), Fault> {
        let (_, own) = self.joined()?;
        let id = voice.sender;
        // Over direct links, voice arrives regardless.
        if self.own_restrictions.has(Restriction::Deafened) {
            self.statistics.frames_refused += 1;
            return Ok(());
        }
        // The original hears itself if a packet says so; that is never wanted.
        let member = self.players.roster.get_mut(id).filter(|_| id != own).ok_or(Fault::UnknownPlayer)?;
        let rooms = &self.rooms;
        let to_me = |channel: &VoiceChannel| match channel.bits.kind() {
            ChannelKind::Player => channel.recipient == own.0,
            ChannelKind::Room => rooms.contains_id(consonance_wire::RoomId(channel.recipient)),
        };
        let heard = member.data.speaker.handle_voice(now, voice, to_me);
        self.statistics.resynchronised += u64::from(heard.resynchronised);
        if heard.stopped_before {
            self.events.push(ClientEvent::StoppedSpeaking { id, name: member.name.clone() });
        }
        if heard.started {
            self.events.push(ClientEvent::StartedSpeaking { id, name: member.name.clone() });
        }
        if let Some(frame) = heard.frame {
            self.statistics.frames_received += 1;
            let channels = voice.channels.iter().filter(to_me).map(|channel| HeardChannel {
                target: HeardTarget::of(channel.bits.kind(), channel.recipient),
                positional: channel.bits.is_positional(),
                amplitude: channel.bits.amplitude(),
                priority: channel.bits.priority(),
            });
            let voice_frame = VoiceFrame {
                id,
                sequence: frame.sequence,
                packet_sequence: voice.sequence,
                positional: frame.positional,
                amplitude: frame.amplitude,
                priority: frame.priority,
                channels: &[],
                frame: &[],
            };
            self.events.push_voice(voice_frame, voice.frame, channels);
        } else {
            self.statistics.frames_refused += 1;
        }
        if heard.stopped_after {
            self.events.push(ClientEvent::StoppedSpeaking { id, name: member.name.clone() });
        }
        self.watch_speaker(id);
        Ok(())
    }

    /// The speaker's timer fired: it may have stopped, may be forgotten, or was heard in the meantime.
    pub(super) fn check_speaker(&mut self, now: Instant, id: ClientId) {
        let Some(member) = self.players.roster.get_mut(id) else { return };
        if member.data.speaker.handle_timeout(now) {
            self.events.push(ClientEvent::StoppedSpeaking { id, name: member.name.clone() });
        }
        self.watch_speaker(id);
    }

    fn watch_speaker(&mut self, id: ClientId) {
        let timer = Timer::Speaker(id);
        let deadline = self.players.roster.get(id).and_then(|member| member.data.speaker.poll_timeout());
        if let Some(deadline) = deadline {
            self.timers.set_no_later(timer, deadline);
        }
    }
}
