//! The honest players: in each room one speaks without pauses, and all others have to hear it.

use std::time::{Duration, Instant};

use consonance_quic::{FastPath, QuicRuntime};

use crate::soak::clock::Now;
use crate::soak::installation::{Installation, SESSIONS};
use crate::soak::link::Link;

/// The honest players of all rooms.
#[derive(Debug)]
pub(crate) struct HonestPlayers {
    rooms: Vec<Room>,
    next_frame_at: Instant,
    number: u64,
    window: Window,
}

/// Figures since the last window.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    /// Frames that were said, once for each listener.
    pub(crate) due: u64,
    pub(crate) heard: u64,
    /// The longest silence of any listener.
    pub(crate) silence: Duration,
    /// The longest stall of this program itself; that silence may include as much.
    pub(crate) own_stall: Duration,
    /// Players that were out of the session for a moment.
    pub(crate) rejoins: u32,
}

#[derive(Debug)]
struct Room {
    players: Vec<Player>,
    speaker: usize,
}

#[derive(Debug)]
struct Player {
    link: Link,
    heard_at: Instant,
    /// The number of the newest frame that it has heard.
    heard: u64,
    joins_before: u32,
}

/// The rooms of each session.
const ROOMS: [&str; 2] = ["red", "blue"];
const PLAYERS_PER_ROOM: usize = 4;
/// The length of an Opus frame.
const FRAME: Duration = Duration::from_millis(20);
/// The maximum number of overdue frames that are sent at once; older ones are dropped.
const CATCH_UP: u32 = 5;
const FRAME_BYTES: usize = 80;
/// The first byte of an Opus packet with one frame, full band, mono (RFC 6716, section 3.1): any bytes after it decode
/// to some sound.
pub(crate) const OPUS_20_MS: u8 = 31 << 3;

impl HonestPlayers {
    /// Lets all players begin to join.
    ///
    /// # Errors
    /// If a player cannot even begin.
    pub(crate) fn new(runtime: &QuicRuntime, installation: &Installation, now: Now) -> Result<Self, String> {
        let mut rooms = Vec::new();
        for session in SESSIONS {
            for room in ROOMS {
                let player = |index: usize| {
                    let name = format!("{session}-{room}-{index}");
                    let settings = installation.honest(&name)?;
                    // Some players are on networks that block the fast path.
                    let path = if index.is_multiple_of(2) { FastPath::On } else { FastPath::Off };
                    let addresses = vec![installation.address(session)?];
                    let link = Link::new(runtime, addresses, 0, path, settings, room)?;
                    Ok(Player { link, heard_at: now.instant, heard: 0, joins_before: 1 })
                };
                let players = (0..PLAYERS_PER_ROOM).map(player).collect::<Result<_, String>>()?;
                rooms.push(Room { players, speaker: 0 });
            }
        }
        Ok(Self { rooms, next_frame_at: now.instant, number: 0, window: Window::default() })
    }

    pub(crate) fn players(&self) -> usize {
        self.rooms.iter().map(|room| room.players.len()).sum()
    }

    /// The number of times that players got their former places back.
    pub(crate) fn resumes(&self) -> u32 {
        self.rooms.iter().flat_map(|room| &room.players).map(|player| player.link.resumes()).sum()
    }

    /// Whether all players are in.
    pub(crate) fn is_in(&self) -> bool {
        self.rooms.iter().flat_map(|room| &room.players).all(|player| player.link.is_in())
    }

    /// The number of the newest frame that was said.
    pub(crate) fn said(&self) -> u64 {
        self.number
    }

    /// Whether each listener has heard a frame that was sent after this one, as earlier frames may have been queued.
    pub(crate) fn has_heard_beyond(&self, number: u64) -> bool {
        self.is_in() && self.rooms.iter().flat_map(Room::listeners).all(|player| player.heard > number)
    }

    /// Changes the speakers.
    pub(crate) fn rotate(&mut self, now: Now) {
        for room in &mut self.rooms {
            room.speaker = (room.speaker + 1) % room.players.len();
            room.players.iter_mut().for_each(|player| player.heard_at = now.instant);
        }
    }

    /// Takes the window since the last call.
    pub(crate) fn take_window(&mut self, now: Now) -> Window {
        self.note_silence(now);
        for player in self.rooms.iter_mut().flat_map(|room| &mut room.players) {
            let joins = player.link.joins();
            self.window.rejoins += joins.saturating_sub(player.joins_before);
            player.joins_before = joins.max(1);
        }
        std::mem::take(&mut self.window)
    }

    /// Discards the figures so far, so that they do not count for the next window.
    pub(crate) fn forgive(&mut self, now: Now) {
        self.rooms.iter_mut().flat_map(|room| &mut room.players).for_each(|it| it.heard_at = now.instant);
        self.take_window(now);
    }

    /// All players handle incoming packets, and speakers speak. `pause` is the time since the last turn.
    pub(crate) fn run_once(&mut self, now: Now, pause: Duration) {
        self.window.own_stall = self.window.own_stall.max(pause);
        for room in &mut self.rooms {
            for player in &mut room.players {
                let (heard_at, heard, window) = (&mut player.heard_at, &mut player.heard, &mut self.window);
                player.link.run_once(now, |frame| {
                    *heard = number_of(frame).max(*heard);
                    window.heard += 1;
                    window.silence = window.silence.max(now.instant.saturating_duration_since(*heard_at));
                    *heard_at = now.instant;
                });
            }
        }
        let oldest = now.instant.checked_sub(FRAME * CATCH_UP).unwrap_or(now.instant);
        self.next_frame_at = self.next_frame_at.max(oldest);
        while self.next_frame_at <= now.instant {
            self.next_frame_at += FRAME;
            self.speak(now);
        }
    }

    fn speak(&mut self, now: Now) {
        self.number += 1;
        let frame = frame(self.number);
        for room in &mut self.rooms {
            let listeners = room.listeners().filter(|player| player.link.is_in()).count();
            if room.players[room.speaker].link.speak(now, &frame) {
                self.window.due += listeners as u64;
            }
        }
    }

    /// Counts silences that have not ended yet.
    fn note_silence(&mut self, now: Now) {
        let longest = self
            .rooms
            .iter()
            .flat_map(Room::listeners)
            .map(|player| now.instant.saturating_duration_since(player.heard_at))
            .max();
        self.window.silence = self.window.silence.max(longest.unwrap_or_default());
    }
}

fn frame(number: u64) -> [u8; FRAME_BYTES] {
    let mut frame = [0x5a; FRAME_BYTES];
    frame[0] = OPUS_20_MS;
    frame[1..9].copy_from_slice(&number.to_be_bytes());
    frame
}

fn number_of(frame: &[u8]) -> u64 {
    frame.get(1..).and_then(|rest| rest.first_chunk()).copied().map_or(0, u64::from_be_bytes)
}

impl Room {
    fn listeners(&self) -> impl Iterator<Item = &Player> {
        self.players.iter().enumerate().filter(|(index, _)| *index != self.speaker).map(|(_, player)| player)
    }
}

impl Window {
    /// The share of frames that were not heard, in percent.
    pub(crate) fn loss_percent(&self) -> f64 {
        100.0 * (1.0 - self.heard.min(self.due) as f64 / self.due.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_its_number_and_what_is_none_says_nothing() {
        assert_eq!(number_of(&frame(7_000_000_000)), 7_000_000_000);
        assert_eq!((number_of(b""), number_of(b"short")), (0, 0));
    }
}
