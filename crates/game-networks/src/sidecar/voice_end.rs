//! The voice server's end of one link, without sockets and clocks.

use std::time::Instant;

use consonance_link::Delivery;

use crate::sidecar::frame::{FRAME_BYTES_MAX, RECEIVERS_MAX, cut};
use crate::sidecar::frame::{
    Frame, GREETING_BYTES_MAX, Hello, NONCE_BYTES, PROOF_BYTES, PlayerNumber, VERSION, write_deliver,
};
use crate::sidecar::frame_channel::FrameChannel;
use crate::sidecar::handshake::{Prover, Transcript};
use crate::sidecar::liveness::Liveness;
use crate::sidecar::outbox::{Full, Outbox};
use crate::sidecar::settings::SidecarSettings;

/// Takes bytes and returns events; outgoing frames wait in the outbox of the [`channel`](Self::channel).
#[derive(Debug)]
pub(crate) struct VoiceEnd {
    pub(crate) channel: FrameChannel,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Before the adapter's first frame; the nonce is for the challenge.
    Unproved {
        nonce: [u8; NONCE_BYTES],
        until: Instant,
    },
    Challenged {
        transcript: Transcript,
        session: String,
        name: String,
        until: Instant,
    },
    Up,
    /// The goodbye is in the outbox.
    Ended,
}

/// An event of a link.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard<'a> {
    /// The link is up: its session, and the name of the game server.
    Up { session: String, name: String },
    /// A voice packet of a player.
    Packet { player: PlayerNumber, delivery: Delivery, packet: &'a [u8] },
    /// A player is present.
    Joined { player: PlayerNumber, was_there: bool, address: &'a [u8] },
    /// A player is gone.
    Left { player: PlayerNumber },
    /// The adapter closes the link.
    Bye { reason: &'a [u8] },
    /// The other end does not know the secret, or is not admitted; it receives the reason.
    Refused,
    /// The other end violated the protocol, with a description; it receives the reason.
    Broken(&'static str),
    /// Nothing to report.
    Nothing,
}

impl VoiceEnd {
    /// The nonce must be unguessable.
    pub(crate) fn new(now: Instant, settings: &SidecarSettings, nonce: [u8; NONCE_BYTES]) -> Self {
        let channel = FrameChannel::new(
            Outbox::new(settings.control_bytes_max, settings.voice_bytes_max),
            Liveness::new(now, settings.idle_timeout),
        );
        Self { channel, state: State::Unproved { nonce, until: now + settings.handshake_timeout } }
    }

    /// True if the adapter was quiet before.
    pub(crate) fn handle_bytes(&mut self, now: Instant, bytes: &[u8]) -> bool {
        self.channel.reader.push(bytes);
        self.channel.liveness.note_heard(now)
    }

    /// The next event, or `None` if no complete frame has arrived.
    pub(crate) fn poll(&mut self, settings: &SidecarSettings) -> Option<Heard<'_>> {
        match self.state {
            State::Unproved { .. } | State::Challenged { .. } => self.greet(settings),
            State::Ended => None,
            State::Up => {
                let frame = match self.channel.reader.next(FRAME_BYTES_MAX) {
                    Ok(frame) => frame?,
                    Err(_) => return Some(Heard::Broken("a frame that is too long")),
                };
                Some(match Frame::parse(frame) {
                    Ok(Frame::Packet { player, delivery, packet }) => {
                        Heard::Packet { player, delivery, packet }
                    }
                    Ok(Frame::Joined { player, was_there, address }) => {
                        Heard::Joined { player, was_there, address }
                    }
                    Ok(Frame::Left { player }) => Heard::Left { player },
                    Ok(Frame::Bye { reason }) => Heard::Bye { reason },
                    Ok(Frame::Alive { pace_ms: Some(pace_ms) }) => {
                        self.channel.liveness.expect_within(settings.quiet_after_pace(pace_ms));
                        Heard::Nothing
                    }
                    Ok(Frame::Alive { pace_ms: None } | Frame::Unknown) => Heard::Nothing,
                    Ok(_) => Heard::Broken("a frame that only the other end sends, or only once"),
                    Err(what) => Heard::Broken(what),
                })
            }
        }
    }

    /// A player is admitted.
    pub(crate) fn admit(&mut self, player: PlayerNumber) -> Result<(), Full> {
        self.channel.say(&Frame::Admitted { player })
    }

    /// Kicks a player. The reason must be short.
    pub(crate) fn kick(&mut self, player: PlayerNumber, reason: &str) -> Result<(), Full> {
        self.channel.say(&Frame::Kick { player, reason: reason.as_bytes() })
    }

    /// A voice packet for players.
    pub(crate) fn deliver(
        &mut self,
        to: &[PlayerNumber],
        delivery: Delivery,
        packet: &[u8],
    ) -> Result<(), Full> {
        for to in to.chunks(RECEIVERS_MAX) {
            let write = |bytes: &mut Vec<u8>| write_deliver(bytes, delivery, to.iter().copied(), packet);
            self.channel.push(delivery, write)?;
        }
        Ok(())
    }

    /// Queues the goodbye; all later input is ignored.
    pub(crate) fn end(&mut self, reason: &str) {
        if !matches!(self.state, State::Ended) {
            // If the queue is full, the other end is not reading anyway.
            let _ = self.channel.say(&Frame::Bye { reason: cut(reason, REASON_BYTES_MAX).as_bytes() });
            self.state = State::Ended;
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, State::Up)
    }

    /// Whether the handshake has timed out, or the adapter has been silent for too long.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        match self.state {
            State::Unproved { until, .. } | State::Challenged { until, .. } => now >= until,
            State::Up => self.channel.liveness.is_lost(now),
            State::Ended => true,
        }
    }

    /// True once, when the adapter has been silent for longer than it ever is.
    pub(crate) fn falls_quiet(&mut self, now: Instant) -> bool {
        self.is_up() && self.channel.liveness.falls_quiet(now)
    }

    /// Whether the adapter has fallen quiet and has not been heard since.
    pub(crate) fn is_quiet(&self) -> bool {
        self.channel.liveness.is_quiet()
    }

    /// Sends a heartbeat if one is due.
    pub(crate) fn keep_alive(&mut self, now: Instant) {
        if self.is_up() {
            self.channel.keep_alive(now, None);
        }
    }

    /// Frames were sent.
    pub(crate) fn note_said(&mut self, now: Instant) {
        self.channel.liveness.note_said(now);
    }

    /// The latest time of the next call of [`is_over`](Self::is_over) and [`keep_alive`](Self::keep_alive) without
    /// input.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Unproved { until, .. } | State::Challenged { until, .. } => Some(until),
            State::Up => Some(self.channel.liveness.next()),
            State::Ended => None,
        }
    }

    fn greet(&mut self, settings: &SidecarSettings) -> Option<Heard<'_>> {
        let Self { channel, state } = self;
        let frame = match channel.reader.next(GREETING_BYTES_MAX) {
            Ok(frame) => Frame::parse(frame?),
            Err(_) => Err("a greeting that is too long"),
        };
        let step = match (frame, &*state) {
            (Ok(Frame::Hello(hello)), State::Unproved { nonce, until }) => {
                challenge(&hello, *nonce, *until, settings)
            }
            (Ok(Frame::Proof(proof)), State::Challenged { transcript, .. }) => {
                welcome(transcript, &proof, settings)
            }
            (Ok(Frame::Unknown | Frame::Alive { .. }), _) => return Some(Heard::Nothing),
            (Ok(Frame::Bye { .. }), _) => Step::Gone,
            (Ok(_), _) => Step::Broken("no greeting, but something else"),
            (Err(what), _) => Step::Broken(what),
        };
        Some(self.take_step(step))
    }

    fn take_step(&mut self, step: Step) -> Heard<'static> {
        match step {
            Step::Challenge { state, nonce } => {
                self.state = state;
                let _ = self.channel.say(&Frame::Challenge { version: VERSION, nonce });
                Heard::Nothing
            }
            Step::Welcome { proof, idle_s, players_max, pace_ms } => {
                let _ =
                    self.channel.say(&Frame::Welcome { proof, idle_s, players_max, pace_ms: Some(pace_ms) });
                match std::mem::replace(&mut self.state, State::Up) {
                    State::Challenged { session, name, .. } => Heard::Up { session, name },
                    _ => Heard::Nothing,
                }
            }
            Step::Refuse(reason) => {
                self.end(&reason);
                Heard::Refused
            }
            Step::Gone => {
                self.state = State::Ended;
                Heard::Refused
            }
            Step::Broken(what) => Heard::Broken(what),
        }
    }
}

/// The result of a handshake frame.
enum Step {
    Challenge { state: State, nonce: [u8; NONCE_BYTES] },
    Welcome { proof: [u8; PROOF_BYTES], idle_s: u16, players_max: u32, pace_ms: u16 },
    Refuse(String),
    Gone,
    Broken(&'static str),
}

fn challenge(
    hello: &Hello<'_>,
    nonce: [u8; NONCE_BYTES],
    until: Instant,
    settings: &SidecarSettings,
) -> Step {
    if hello.version < VERSION {
        return Step::Refuse(format!(
            "unsupported version {} of this link, expected {VERSION}",
            hello.version
        ));
    }
    let session = match &settings.session {
        Some(own) if hello.session.is_empty() || hello.session == own => own,
        Some(own) => {
            let reason = format!("links to this port are for the session {own:?}, not {:?}", hello.session);
            return Step::Refuse(reason);
        }
        None => hello.session,
    };
    let transcript = Transcript::of(hello, nonce);
    let (session, name) = (session.to_owned(), hello.name.to_owned());
    Step::Challenge { state: State::Challenged { transcript, session, name, until }, nonce }
}

fn welcome(transcript: &Transcript, proof: &[u8; PROOF_BYTES], settings: &SidecarSettings) -> Step {
    if !transcript.is_proved(Prover::Adapter, &settings.secret, proof) {
        return Step::Refuse("the secret is wrong".into());
    }
    Step::Welcome {
        proof: transcript.proof(Prover::Server, &settings.secret),
        idle_s: settings.idle_timeout.as_secs() as u16,
        players_max: settings.players_max,
        pace_ms: settings.pace_ms(),
    }
}

/// The longest reason in a goodbye.
const REASON_BYTES_MAX: usize = 256;
