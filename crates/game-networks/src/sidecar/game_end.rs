//! The adapter's end of one link, without sockets and clocks.

use std::time::{Duration, Instant};

use consonance_link::{Delivery, DisconnectReason};

use crate::sidecar::frame::{FRAME_BYTES_MAX, Frame, Hello, NONCE_BYTES, PlayerNumber, Receivers, VERSION};
use crate::sidecar::frame_channel::FrameChannel;
use crate::sidecar::handshake::{Prover, Transcript};
use crate::sidecar::liveness::Liveness;
use crate::sidecar::outbox::{Full, Outbox};
use crate::sidecar::settings::SidecarLinkSettings;

/// Takes bytes and returns events; outgoing frames wait in the outbox of the [`channel`](Self::channel).
#[derive(Debug)]
pub(crate) struct GameEnd {
    pub(crate) channel: FrameChannel,
    state: State,
}

#[derive(Debug)]
enum State {
    Greeting {
        nonce: [u8; NONCE_BYTES],
    },
    Proving(Transcript),
    Up,
    /// The link is over, or the goodbye is in the outbox.
    Ended,
}

/// An event of a link.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum GameEndEvent<'a> {
    /// The link is up.
    Up,
    /// A voice packet for players.
    Deliver { to: Receivers<'a>, delivery: Delivery, packet: &'a [u8] },
    /// A player is admitted.
    Admitted { player: PlayerNumber },
    /// A player is to be disconnected.
    Kick { player: PlayerNumber, reason: &'a [u8] },
    /// The link is over.
    End(DisconnectReason),
    /// Nothing to report.
    Nothing,
}

impl GameEnd {
    /// Says hello. The nonce must be unguessable.
    pub(crate) fn new(now: Instant, settings: &SidecarLinkSettings, nonce: [u8; NONCE_BYTES]) -> Self {
        let mut channel = FrameChannel::new(
            Outbox::new(settings.control_bytes_max, settings.voice_bytes_max),
            Liveness::new(now, settings.connect_timeout),
        );
        // Cannot fail: the queue is empty.
        let _ = channel.say(&Frame::Hello(hello(settings, nonce)));
        Self { channel, state: State::Greeting { nonce } }
    }

    pub(crate) fn handle_bytes(&mut self, now: Instant, bytes: &[u8]) {
        let _ = self.channel.liveness.note_heard(now);
        self.channel.reader.push(bytes);
    }

    /// The next event, or `None` if no complete frame has arrived.
    pub(crate) fn poll(&mut self, settings: &SidecarLinkSettings) -> Option<GameEndEvent<'_>> {
        match self.state {
            State::Greeting { .. } | State::Proving(_) => self.greet(settings),
            State::Ended => None,
            State::Up => {
                let Ok(frame) = self.channel.reader.next(FRAME_BYTES_MAX) else {
                    return Some(GameEndEvent::End(violated("a frame that is too long")));
                };
                Some(match Frame::parse(frame?) {
                    Ok(Frame::Deliver { to, delivery, packet }) => {
                        GameEndEvent::Deliver { to, delivery, packet }
                    }
                    Ok(Frame::Admitted { player }) => GameEndEvent::Admitted { player },
                    Ok(Frame::Kick { player, reason }) => GameEndEvent::Kick { player, reason },
                    Ok(Frame::Bye { reason }) => GameEndEvent::End(DisconnectReason::closed_by_peer(reason)),
                    Ok(Frame::Alive { .. } | Frame::Unknown) => GameEndEvent::Nothing,
                    Ok(_) => GameEndEvent::End(violated("a frame that only an adapter sends, or only once")),
                    Err(what) => GameEndEvent::End(violated(what)),
                })
            }
        }
    }

    pub(crate) fn packet(
        &mut self,
        player: PlayerNumber,
        delivery: Delivery,
        packet: &[u8],
    ) -> Result<(), Full> {
        self.channel.push(delivery, |bytes| Frame::Packet { player, delivery, packet }.write(bytes))
    }

    pub(crate) fn joined(
        &mut self,
        player: PlayerNumber,
        was_there: bool,
        address: &str,
    ) -> Result<(), Full> {
        self.channel.say(&Frame::Joined { player, was_there, address: address.as_bytes() })
    }

    /// Drops what is still queued of the player: the other end would take it for a new player.
    pub(crate) fn left(&mut self, player: PlayerNumber) -> Result<(), Full> {
        let is_its_voice = |frame: &[u8]| {
            let parsed = frame.get(size_of::<u16>()..).map(Frame::parse);
            matches!(parsed, Some(Ok(Frame::Packet { player: of, .. })) if of == player)
        };
        self.channel.outbox.forget_voice(is_its_voice);
        self.channel.say(&Frame::Left { player })
    }

    /// Queues the goodbye; all later input is ignored.
    pub(crate) fn end(&mut self) {
        if !matches!(self.state, State::Ended) {
            let _ = self.channel.say(&Frame::Bye { reason: b"" });
            self.state = State::Ended;
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, State::Up)
    }

    pub(crate) fn is_lost(&self, now: Instant) -> bool {
        self.channel.liveness.is_lost(now)
    }

    /// Sends a heartbeat if one is due.
    pub(crate) fn keep_alive(&mut self, now: Instant) {
        if self.is_up() {
            self.channel.keep_alive(now, self.pace_ms());
        }
    }

    /// Notes that bytes have left.
    pub(crate) fn note_said(&mut self, now: Instant) {
        self.channel.liveness.note_said(now);
    }

    pub(crate) fn next_timeout(&self) -> Instant {
        self.channel.liveness.next()
    }

    fn greet(&mut self, settings: &SidecarLinkSettings) -> Option<GameEndEvent<'_>> {
        let Ok(frame) = self.channel.reader.next(FRAME_BYTES_MAX) else {
            return Some(GameEndEvent::End(violated("a frame that is too long")));
        };
        Some(match (Frame::parse(frame?), &self.state) {
            (Ok(Frame::Challenge { version, .. }), _) if version != VERSION => {
                GameEndEvent::End(violated("it speaks another version of this link"))
            }
            (Ok(Frame::Challenge { nonce: challenge, .. }), State::Greeting { nonce }) => {
                let transcript = Transcript::of(&hello(settings, *nonce), challenge);
                let proof = transcript.proof(Prover::Adapter, &settings.secret);
                self.state = State::Proving(transcript);
                let _ = self.channel.say(&Frame::Proof(proof));
                GameEndEvent::Nothing
            }
            (Ok(Frame::Welcome { proof, idle_s, pace_ms, .. }), State::Proving(transcript)) => {
                if !transcript.is_proved(Prover::Server, &settings.secret, &proof) {
                    return Some(GameEndEvent::End(violated("it does not know the secret of this link")));
                }
                self.channel.liveness.set_idle(Duration::from_secs(idle_s.max(1).into()));
                self.state = State::Up;
                if let Some(pace_ms) = pace_ms {
                    self.channel.liveness.set_pace(Duration::from_millis(pace_ms.into()));
                    // The first sign of life announces the pace. It cannot fail: the queue has room.
                    let _ = self.channel.say(&Frame::Alive { pace_ms: self.pace_ms() });
                }
                GameEndEvent::Up
            }
            (Ok(Frame::Bye { reason }), _) => GameEndEvent::End(DisconnectReason::refused(reason)),
            (Ok(Frame::Alive { .. } | Frame::Unknown), _) => GameEndEvent::Nothing,
            (Ok(_), _) => GameEndEvent::End(violated("no greeting, but something else")),
            (Err(what), _) => GameEndEvent::End(violated(what)),
        })
    }

    /// The interval of our heartbeats, as they announce it.
    fn pace_ms(&self) -> Option<u16> {
        u16::try_from(self.channel.liveness.pace().as_millis()).ok()
    }
}

fn hello(settings: &SidecarLinkSettings, nonce: [u8; NONCE_BYTES]) -> Hello<'_> {
    let session = crate::sidecar::frame::cut(&settings.session, SESSION_BYTES_MAX);
    let name = crate::sidecar::frame::cut(&settings.name, NAME_BYTES_MAX);
    Hello { version: VERSION, nonce, session, name }
}

const SESSION_BYTES_MAX: usize = 255;
const NAME_BYTES_MAX: usize = 128;

fn violated(violation: &str) -> DisconnectReason {
    DisconnectReason::ProtocolViolated { violation: violation.to_owned() }
}
