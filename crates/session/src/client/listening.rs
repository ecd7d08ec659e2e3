//! Other players' voices: from packets through the speakers' state machines to events.

use consonance_wire::{ChannelKind, ClientId, VoiceChannel, VoiceData};

use super::event::{ClientEvent, HeardChannel, HeardTarget, VoiceFrame};
use super::fault::Fault;
use super::output::Output;
use super::own_state::OwnState;
use super::players::Players;
use crate::restrictions::Restriction;
use crate::time::Instant;

/// What others say and write in the session.
pub(super) struct Listening<'a> {
    pub(super) players: &'a mut Players,
    pub(super) own: &'a OwnState,
    /// My id.
    pub(super) me: ClientId,
    pub(super) out: &'a mut Output,
}

impl Listening<'_> {
    pub(super) fn handle_voice(&mut self, now: Instant, voice: &VoiceData<'_>) -> Result<(), Fault> {
        let own = self.me;
        let id = voice.sender;
        // Over direct links, voice arrives regardless.
        if self.own.restrictions().has(Restriction::Deafened) {
            self.out.statistics.frames_refused += 1;
            return Ok(());
        }
        // The original hears itself if a packet says so; that is never wanted.
        let member = self.players.roster.get_mut(id).filter(|_| id != own).ok_or(Fault::UnknownPlayer)?;
        let rooms = self.own.rooms().list();
        let to_me = |channel: &VoiceChannel| match channel.bits.kind() {
            ChannelKind::Player => channel.recipient == own.0,
            ChannelKind::Room => rooms.contains_id(consonance_wire::RoomId(channel.recipient)),
        };
        let heard = member.data.speaker.handle_voice(now, voice, to_me);
        self.out.statistics.resynchronised += u64::from(heard.resynchronised);
        if heard.stopped_before {
            self.out.event(ClientEvent::StoppedSpeaking { id, name: member.name.clone() });
        }
        if heard.started {
            self.out.event(ClientEvent::StartedSpeaking { id, name: member.name.clone() });
        }
        if let Some(frame) = heard.frame {
            self.out.statistics.frames_received += 1;
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
            self.out.events.push_voice(voice_frame, voice.frame, channels);
        } else {
            self.out.statistics.frames_refused += 1;
        }
        if heard.stopped_after {
            self.out.event(ClientEvent::StoppedSpeaking { id, name: member.name.clone() });
        }
        self.players.watch_speaker(id, self.out);
        Ok(())
    }
}
