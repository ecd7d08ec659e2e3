//! The body of a fuzz target, which tests run, too: arbitrary input to either end of a link.

use std::time::{Duration, Instant};

use consonance_link::Delivery;

use crate::sidecar::frame::{Frame, NONCE_BYTES, PlayerNumber};
use crate::sidecar::game_end::GameEnd;
use crate::sidecar::handshake::{Prover, Transcript};
use crate::sidecar::settings::{SidecarLinkSettings, SidecarSettings};
use crate::sidecar::voice_end::{Heard, VoiceEnd};

/// Uses the bytes as one frame; then, cut into pieces, as the input of an unproved end, and as the input of either
/// end of a link that is up.
///
/// # Panics
/// If a frame changes when it is written again, if an unproved end is accepted, or if the cuts of a stream make a
/// difference.
pub fn sidecar_frames(bytes: &[u8]) {
    if let Ok(frame) = Frame::parse(bytes)
        && frame != Frame::Unknown
    {
        let mut again = Vec::new();
        frame.write(&mut again);
        assert_eq!(Frame::parse(&again[size_of::<u16>()..]), Ok(frame), "written once more");
    }
    let Some((cut, said)) = bytes.split_first() else { return };
    let now = Instant::now();
    assert!(!drain(&mut unproved(now), now, said, said.len()).contains(&"up"), "no end has proved anything");
    let (whole, pieces) =
        (drain(&mut guest(now), now, said, said.len()), drain(&mut guest(now), now, said, 1));
    assert_eq!(whole, pieces, "it does not matter how the stream was cut");
    let piece = usize::from(*cut).max(1);
    let (whole, pieces) = (drain_game(now, said, said.len()), drain_game(now, said, piece));
    assert_eq!(whole, pieces, "nor at the other end");
}

fn settings() -> SidecarSettings {
    let secret = crate::sidecar::LinkSecret::new("a secret of the fuzzer's own");
    SidecarSettings { secret, ..SidecarSettings::default() }
}

fn unproved(now: Instant) -> VoiceEnd {
    VoiceEnd::new(now, &settings(), [7; NONCE_BYTES])
}

/// A link whose adapter has proved that it knows the secret.
fn guest(now: Instant) -> VoiceEnd {
    let (settings, mut end) = (settings(), unproved(now));
    let hello = crate::sidecar::frame::Hello { version: 1, nonce: [9; NONCE_BYTES], session: "s", name: "n" };
    let proof = Transcript::of(&hello, [7; NONCE_BYTES]).proof(Prover::Adapter, &settings.secret);
    let mut greeting = Vec::new();
    Frame::Hello(hello).write(&mut greeting);
    Frame::Proof(proof).write(&mut greeting);
    let said = drain(&mut end, now, &greeting, greeting.len());
    assert!(said.contains(&"up"), "a good proof is believed");
    end
}

/// The events of an end whose stream arrives in pieces.
fn drain(end: &mut VoiceEnd, now: Instant, said: &[u8], piece: usize) -> Vec<&'static str> {
    let settings = settings();
    let mut heard = Vec::new();
    for piece in said.chunks(piece.max(1)) {
        end.handle_bytes(now, piece);
        while let Some(what) = end.poll(&settings) {
            let (word, is_over) = match what {
                Heard::Up { .. } => ("up", false),
                Heard::Packet { .. } => ("packet", false),
                Heard::Joined { .. } => ("joined", false),
                Heard::Left { .. } => ("left", false),
                Heard::Bye { .. } => ("bye", true),
                Heard::Refused => ("refused", true),
                Heard::Broken(what) => (what, true),
                Heard::Nothing => ("nothing", false),
            };
            heard.push(word);
            if is_over {
                end.end("it is over");
                return heard;
            }
        }
    }
    heard
}

/// The same for an adapter's end.
fn drain_game(now: Instant, said: &[u8], piece: usize) -> Vec<String> {
    let settings = SidecarLinkSettings::default();
    let mut end = GameEnd::new(now, &settings, [9; NONCE_BYTES]);
    let hello = crate::sidecar::frame::Hello { version: 1, nonce: [9; NONCE_BYTES], session: "", name: "" };
    let challenge = Frame::Challenge { version: 1, nonce: [7; NONCE_BYTES] };
    let proof = Transcript::of(&hello, [7; NONCE_BYTES]).proof(Prover::Server, &settings.secret);
    let mut greeting = Vec::new();
    challenge.write(&mut greeting);
    Frame::Welcome { proof, idle_s: 10, players_max: 9, pace_ms: None }.write(&mut greeting);
    end.handle_bytes(now, &greeting);
    while end.poll(&settings).is_some() {}
    assert!(end.is_up(), "a good proof is believed");
    let mut told = Vec::new();
    for piece in said.chunks(piece.max(1)) {
        end.handle_bytes(now, piece);
        while let Some(what) = end.poll(&settings) {
            let is_over = matches!(what, crate::sidecar::game_end::GameEndEvent::End(_));
            told.push(format!("{what:?}"));
            if is_over {
                return told;
            }
        }
        // Voice for present players is sent no matter what arrives.
        let _ = end.packet(PlayerNumber(1), Delivery::Unreliable, b"voice");
        assert!(end.channel.outbox.piece().len() <= 64 * 1024 && !end.is_lost(now + Duration::from_secs(1)));
    }
    told
}

/// The kinds of frames, for a test that has the worst case of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// The first frame of a link.
    Hello,
    /// Its answer.
    Challenge,
    /// An adapter's proof.
    Proof,
    /// A server's proof.
    Welcome,
    /// The end of a link.
    Bye,
    /// A heartbeat.
    Alive,
    /// A voice packet of a player.
    Packet,
    /// A voice packet for players.
    Deliver,
    /// A player is present.
    Joined,
    /// A player is admitted.
    Admitted,
    /// A player has left.
    Left,
    /// A player is to be disconnected.
    Kick,
    /// A kind of a later version.
    Unknown,
}

impl FrameKind {
    /// The kind of a frame without its length; `None` if it is malformed.
    pub fn of(frame: &[u8]) -> Option<Self> {
        Some(match Frame::parse(frame).ok()? {
            Frame::Hello(_) => Self::Hello,
            Frame::Challenge { .. } => Self::Challenge,
            Frame::Proof(_) => Self::Proof,
            Frame::Welcome { .. } => Self::Welcome,
            Frame::Bye { .. } => Self::Bye,
            Frame::Alive { .. } => Self::Alive,
            Frame::Packet { .. } => Self::Packet,
            Frame::Deliver { .. } => Self::Deliver,
            Frame::Joined { .. } => Self::Joined,
            Frame::Admitted { .. } => Self::Admitted,
            Frame::Left { .. } => Self::Left,
            Frame::Kick { .. } => Self::Kick,
            Frame::Unknown => Self::Unknown,
        })
    }
}
