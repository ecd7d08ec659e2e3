//! The reception of one remote speaker: the start of speech, the frames that count, and its end.
//!
//! A packet of voice goes through eight steps, as in the original, and each of them may be the last:
//!
//! 1. The speaker is known and is not this client; otherwise the packet is dropped ([`listening`](super::listening)).
//! 2. The channel session of a speaker that was not heard for [`FORGET_TIMEOUT`], or never, is taken from the packet.
//! 3. A packet of an earlier channel session than the present one is dropped.
//! 4. Of its channels those count that are addressed to me. The frame is positional if all of them are, as
//!    loud as the loudest, as urgent as the most urgent; it is the utterance's last if all of them are
//!    closing, also if there are none.
//! 5. The speaker has stopped if all of those channels were reopened, each seen before with another session of its own,
//!    or if the packet's channel session is a later one.
//! 6. A silent speaker has started, unless the frame is a last one.
//! 7. The frame's place in the utterance follows from its sequence. A place before the utterance's beginning is none:
//!    the frame is not heard, and nothing is learned from it, but the last step is still taken.
//! 8. If the frame is the last one, the speaker has stopped after it.
//!
//! A speaker that is not heard for [`SPEAKING_TIMEOUT`] has stopped, too. What ours refuses and believes besides, in
//! steps 3 and 7, is in [`refusals`](super::refusals).

use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{ChannelKind, Priority, VoiceChannel, VoiceData, wrapped_delta};

use super::refusals::{Refusals, Verdict};
use crate::time::Instant;

/// A speaker that is silent for longer than this has stopped.
pub const SPEAKING_TIMEOUT: Duration = Duration::from_millis(1500);
/// A speaker that is silent for longer than this is forgotten: the next channel session is accepted, whatever it is.
pub const FORGET_TIMEOUT: Duration = Duration::from_secs(15);

/// The state machine for receiving one speaker.
#[derive(Debug, Default)]
pub(crate) struct Speaker {
    /// The last accepted channel session; `None` while any would be accepted.
    channel_session: Option<u8>,
    utterance: Option<Utterance>,
    last_heard: Option<Instant>,
    own_sessions: Vec<OwnSession>,
    refusals: Refusals,
    /// Another player of the same name may have taken over this id: the next frame is accepted unconditionally.
    doubted: bool,
    /// Whether refused frames stay refused forever.
    as_original: bool,
}

#[derive(Debug)]
struct Utterance {
    remote_sequence: u16,
    local_sequence: u32,
}

/// A channel's own session when it was last seen in a packet.
#[derive(Debug)]
struct OwnSession {
    kind: ChannelKind,
    recipient: u16,
    session: u8,
    in_this_packet: bool,
}

/// The effects of one packet, in the order in which they are reported.
#[derive(Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "four answers that do not depend on each other")]
pub(crate) struct Heard {
    pub(crate) stopped_before: bool,
    pub(crate) started: bool,
    pub(crate) frame: Option<Frame>,
    pub(crate) stopped_after: bool,
    /// The frame was accepted against the rules, because so many before it were refused or the speaker is in doubt.
    pub(crate) resynchronised: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Frame {
    /// Counts from 0 in each utterance, with a gap for each missing frame.
    pub(crate) sequence: u32,
    pub(crate) positional: bool,
    pub(crate) amplitude: f32,
    pub(crate) priority: Priority,
}

/// The combined properties of a packet's kept channels.
struct Kept {
    positional: bool,
    amplitude: f32,
    priority: Priority,
    all_closing: bool,
    all_reopened: bool,
}

impl Speaker {
    /// A speaker that has not been heard yet.
    pub(crate) fn new(as_original: bool) -> Self {
        Self { as_original, ..Self::default() }
    }

    /// Marks the state as stale: my link was lost, and changes may have been missed.
    pub(crate) fn mark_stale(&mut self) {
        self.doubted = true;
    }

    pub(crate) fn is_speaking(&self) -> bool {
        self.utterance.is_some()
    }

    /// Handles a packet of this speaker; `to_me` tells which of its channels are addressed to me.
    pub(crate) fn handle_voice(
        &mut self,
        now: Instant,
        voice: &VoiceData<'_>,
        to_me: impl Fn(&VoiceChannel) -> bool,
    ) -> Heard {
        let mut heard = Heard::default();
        let session = voice.options.channel_session();
        let doubted = core::mem::take(&mut self.doubted);
        // Step 2.
        let mut current = *self.channel_session.get_or_insert(session);
        // Step 3.
        if wrapped_delta(current.into(), session.into(), voice.options.session_bits()) < 0 {
            if !doubted && self.count_refused(voice) == Verdict::Refused {
                return heard;
            }
            heard.resynchronised = true;
            heard.stopped_before = self.stop();
            current = session;
            self.channel_session = Some(session);
        }
        // Step 4.
        let kept = self.keep(voice.channels.iter().filter(to_me));
        // Step 5.
        if self.is_speaking() && (kept.all_reopened || current != session) {
            self.utterance = None;
            heard.stopped_before = true;
        }
        // Step 6.
        if !self.is_speaking() && !kept.all_closing {
            self.channel_session = Some(session);
            self.utterance = Some(Utterance { remote_sequence: voice.sequence, local_sequence: 0 });
            heard.started = true;
        }
        if self.utterance.is_none() {
            return heard;
        }
        // Step 7.
        let sequence = self.follow(now, voice.sequence).or_else(|| {
            // A speaker that persists is heard again, as a new utterance, but not for a closing frame.
            heard.resynchronised =
                !kept.all_closing && (doubted || self.count_refused(voice) == Verdict::Believed);
            heard.resynchronised.then(|| {
                (heard.stopped_before, heard.started) = (true, true);
                self.utterance = Some(Utterance { remote_sequence: voice.sequence, local_sequence: 0 });
                0
            })
        });
        if let Some(sequence) = sequence {
            self.last_heard = Some(now);
            let Kept { positional, amplitude, priority, .. } = kept;
            heard.frame = Some(Frame { sequence, positional, amplitude, priority });
        }
        // Step 8.
        if kept.all_closing {
            self.utterance = None;
            heard.stopped_after = true;
        }
        heard
    }

    /// True if the speaker has been silent for so long that it stopped.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> bool {
        let silence = self.last_heard.map(|last| now - last);
        if self.is_speaking() {
            let stopped = silence.is_some_and(|silence| silence > SPEAKING_TIMEOUT);
            if stopped {
                self.utterance = None;
            }
            return stopped;
        }
        if silence.is_none_or(|silence| silence > FORGET_TIMEOUT) {
            self.channel_session = None;
        }
        false
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) has something to do, if nothing arrives before.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let patience = if self.is_speaking() { SPEAKING_TIMEOUT } else { FORGET_TIMEOUT };
        self.channel_session?;
        // "Longer than" the time-out: one microsecond later. A speaker that was never heard has been silent forever.
        Some(self.last_heard.map_or(Instant::START, |last| last + patience + Duration::from_micros(1)))
    }

    /// Stops the speaker; true if it was speaking.
    pub(crate) fn stop(&mut self) -> bool {
        self.utterance.take().is_some()
    }

    /// The frame's position in the utterance, if it has one.
    fn follow(&mut self, now: Instant, packet_sequence: u16) -> Option<u32> {
        let is_overdue = self.last_heard.is_some_and(|last| now - last > SPEAKING_TIMEOUT);
        let utterance = self.utterance.as_mut()?;
        let delta = wrapped_delta(utterance.remote_sequence, packet_sequence, 16);
        if Refusals::is_jump(delta) && !is_overdue && !self.as_original {
            return None;
        }
        utterance.local_sequence = utterance.local_sequence.checked_add_signed(delta)?;
        utterance.remote_sequence = packet_sequence;
        self.refusals.end();
        Some(utterance.local_sequence)
    }

    /// Counts a frame that the rules refuse, and returns the decision about it.
    fn count_refused(&mut self, voice: &VoiceData<'_>) -> Verdict {
        if self.as_original {
            return Verdict::Refused;
        }
        self.refusals.count(voice.options.channel_session(), voice.sequence)
    }

    /// The combined properties of the channels addressed to me, and whether all of them were reopened.
    fn keep(&mut self, channels: impl Iterator<Item = VoiceChannel>) -> Kept {
        let mut kept = Kept {
            positional: true,
            amplitude: 0.0,
            priority: Priority::Low,
            all_closing: true,
            all_reopened: true,
        };
        for channel in channels {
            let bits = channel.bits;
            kept.positional &= bits.is_positional();
            kept.amplitude = kept.amplitude.max(bits.amplitude());
            kept.priority = kept.priority.max(bits.priority());
            kept.all_closing &= bits.is_closing();
            kept.all_reopened &= self.remember(channel);
        }
        self.own_sessions.retain_mut(|own| core::mem::take(&mut own.in_this_packet));
        kept
    }

    /// True if the channel was seen before with another session of its own.
    fn remember(&mut self, channel: VoiceChannel) -> bool {
        let session = channel.bits.own_session();
        let known =
            |own: &&mut OwnSession| own.kind == channel.bits.kind() && own.recipient == channel.recipient;
        if let Some(own) = self.own_sessions.iter_mut().find(known) {
            own.in_this_packet = true;
            return core::mem::replace(&mut own.session, session) != session;
        }
        let (kind, recipient) = (channel.bits.kind(), channel.recipient);
        self.own_sessions.push(OwnSession { kind, recipient, session, in_this_packet: true });
        false
    }
}
