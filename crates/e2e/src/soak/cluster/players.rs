//! The players of all sessions: each speaks all the time, so that every missing voice is noticed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_quic::{FastPath, QuicRuntime};
use consonance_session::ClientSettings;

use super::installation::{Installation, SESSIONS};
use crate::soak::clock::Now;
use crate::soak::honest_players::OPUS_20_MS;
use crate::soak::link::Link;

/// The players of all sessions.
#[derive(Debug)]
pub(crate) struct Players {
    sessions: Vec<Vec<Player>>,
    next_frame_at: Instant,
    number: u32,
    pub(crate) counts: Counts,
}

/// Counts of the whole run.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) said: u64,
    pub(crate) heard: u64,
    /// The times from the moment a player noticed that its link was lost until it heard others again.
    pub(crate) returns: Vec<Duration>,
    /// The same since this was last cleared.
    pub(crate) returns_now: Vec<Duration>,
}

#[derive(Debug)]
struct Player {
    name: String,
    link: Link,
    home: usize,
    was_in: bool,
    lost_at: Option<Instant>,
    /// The frames heard, by speaker of the same session.
    heard: Vec<Heard>,
}

/// The frames that a player has heard of another one.
#[derive(Clone, Copy, Debug)]
struct Heard {
    number: u32,
    at: Instant,
    /// The longest silence since the window began.
    silence: Duration,
}

/// The place of a player: the session, its number there, and the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    pub(crate) session: usize,
    pub(crate) player: usize,
    pub(crate) node: usize,
}

const ROOM: &str = "hall";
const PER_NODE: usize = 3;
/// The interval between a player's frames: it sends one frame of three.
const PAUSE: Duration = Duration::from_millis(60);
const FRAME_BYTES: usize = 80;
const RETURNS_MAX: usize = 100_000;

impl Players {
    /// Lets all players begin to join, the same number of each session at each node.
    ///
    /// # Errors
    /// If a player cannot even begin.
    pub(crate) fn new(
        runtime: &QuicRuntime,
        installation: &Installation,
        nodes: usize,
        now: Now,
    ) -> Result<Self, String> {
        let player = |session: &str, number: usize| {
            let (name, home) = (format!("{session}-{number}"), number % nodes);
            // Some players are on networks that block the fast path.
            let path = if (number / nodes).is_multiple_of(2) { FastPath::On } else { FastPath::Off };
            let (addresses, settings) = (installation.addresses(session)?, ClientSettings::new(&*name));
            let link = Link::new(runtime, addresses, home, path, settings, ROOM)?;
            let heard = Heard { number: 0, at: now.instant, silence: Duration::ZERO };
            let heard = vec![heard; nodes * PER_NODE];
            Ok(Player { name, link, home, was_in: false, lost_at: None, heard })
        };
        let session = |name: &&str| (0..nodes * PER_NODE).map(|number| player(name, number)).collect();
        let sessions = SESSIONS.iter().map(session).collect::<Result<_, String>>()?;
        Ok(Self { sessions, next_frame_at: now.instant, number: 0, counts: Counts::default() })
    }

    pub(crate) fn count(&self) -> usize {
        self.sessions.iter().map(Vec::len).sum()
    }

    /// Whether all players are in.
    pub(crate) fn are_in(&self) -> bool {
        self.all().all(|player| player.link.is_in())
    }

    /// Whether all are in at their own nodes.
    pub(crate) fn are_home(&self) -> bool {
        self.all().all(|player| player.link.is_in() && player.link.at() == player.home)
    }

    /// Moves players that are elsewhere back to their own nodes; they keep their places.
    pub(crate) fn go_home(&mut self, now: Now) {
        for player in self.sessions.iter_mut().flatten() {
            if player.link.is_in() && player.link.at() != player.home {
                // A player that moves does not count as lost.
                player.was_in &= !player.link.move_to(now, player.home);
            }
        }
    }

    /// The place of each player.
    pub(crate) fn whereabouts(&self) -> Vec<Whereabouts> {
        let of = |(session, players): (usize, &Vec<Player>)| {
            let at = |(player, it): (usize, &Player)| Whereabouts { session, player, node: it.link.at() };
            players.iter().enumerate().map(at).collect::<Vec<_>>()
        };
        self.sessions.iter().enumerate().flat_map(of).collect()
    }

    /// The number of the newest frame that was said.
    pub(crate) fn said(&self) -> u32 {
        self.number
    }

    /// Whether each player has heard later frames than this one of all others in its session.
    pub(crate) fn all_hear(&self, number: u32) -> bool {
        self.deaf_pairs(number).next().is_none()
    }

    /// The first pairs that have not, in a few words.
    pub(crate) fn deaf(&self, number: u32) -> String {
        let mut nodes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (listener, speaker) in self.deaf_pairs(number) {
            *nodes.entry((listener.link.at(), speaker.link.at())).or_default() += 1;
        }
        let words = |((listener, speaker), pairs)| {
            format!("{pairs} players of node {listener} do not hear one of node {speaker}")
        };
        nodes.into_iter().map(words).collect::<Vec<_>>().join(", ")
    }

    fn deaf_pairs(&self, number: u32) -> impl Iterator<Item = (&Player, &Player)> {
        self.pairs()
            .filter(move |(listener, index, _)| {
                listener.heard[*index].number <= number || !listener.link.is_in()
            })
            .map(|(listener, _, speaker)| (listener, speaker))
    }

    /// Starts a new window for silences.
    pub(crate) fn begin_window(&mut self, now: Now) {
        for heard in self.sessions.iter_mut().flatten().flat_map(|player| &mut player.heard) {
            (heard.at, heard.silence) = (now.instant, Duration::ZERO);
        }
    }

    /// The longest silence in the window of pairs at nodes that match, and that pair.
    pub(crate) fn silence(
        &self,
        now: Now,
        places: &[Whereabouts],
        is_meant: impl Fn(usize, usize) -> bool,
    ) -> (Duration, String) {
        let of_session = |session: usize| places.iter().filter(move |place| place.session == session);
        let mut longest = (Duration::ZERO, String::new());
        for (session, players) in self.sessions.iter().enumerate() {
            for listener in of_session(session) {
                for speaker in of_session(session) {
                    if listener.player == speaker.player || !is_meant(listener.node, speaker.node) {
                        continue;
                    }
                    let player = &players[listener.player];
                    let heard = &player.heard[speaker.player];
                    let since = now.instant.saturating_duration_since(heard.at);
                    let silence = heard.silence.max(since);
                    if silence > longest.0 {
                        longest = (silence, format!("{} of {}", player.name, players[speaker.player].name));
                    }
                }
            }
        }
        longest
    }

    /// A difference between the players' rosters, if any: all players of a session must have the same roster.
    pub(crate) fn disagreement(&self) -> Option<String> {
        self.sessions.iter().find_map(|players| {
            let first = players[0].link.roster();
            let missing = players.iter().find(|player| !first.contains_key(&*player.name));
            let other = players.iter().find(|player| player.link.roster() != first);
            let missing = missing.map(|it| format!("{} does not know {}", players[0].name, it.name));
            missing.or_else(|| other.map(|it| format!("{} and {} know others", players[0].name, it.name)))
        })
    }

    /// Players that others have seen leave since the last call; none must leave.
    pub(crate) fn take_left(&mut self) -> Vec<String> {
        let players = self.sessions.iter_mut().flatten();
        players
            .flat_map(|player| {
                let name = player.name.clone();
                player.link.take_left().into_iter().map(move |left| format!("{name} saw {left} leave"))
            })
            .collect()
    }

    /// All players handle incoming packets, and speak.
    pub(crate) fn run_once(&mut self, now: Now) {
        for player in self.sessions.iter_mut().flatten() {
            player.run_once(now, &mut self.counts);
        }
        if self.next_frame_at > now.instant {
            return;
        }
        // Frames that are overdue are skipped.
        self.next_frame_at = now.instant + PAUSE;
        self.number += 1;
        for players in &mut self.sessions {
            for (index, player) in players.iter_mut().enumerate() {
                let is_said = player.link.speak(now, &frame(self.number, index));
                self.counts.said += u64::from(is_said);
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Player> {
        self.sessions.iter().flatten()
    }

    /// All pairs of a listener and a speaker of its session, with the speaker's number.
    fn pairs(&self) -> impl Iterator<Item = (&Player, usize, &Player)> {
        self.sessions.iter().flat_map(|players| {
            players.iter().enumerate().flat_map(move |(listener, player)| {
                let speakers = players.iter().enumerate().filter(move |(index, _)| *index != listener);
                speakers.map(move |(index, speaker)| (player, index, speaker))
            })
        })
    }
}

impl Player {
    fn run_once(&mut self, now: Now, counts: &mut Counts) {
        let (heard, mut has_heard) = (&mut self.heard, false);
        self.link.run_once(now, |frame| {
            let Some((number, speaker)) = read(frame) else { return };
            let Some(heard) = heard.get_mut(speaker) else { return };
            counts.heard += 1;
            has_heard = true;
            let silence = now.instant.saturating_duration_since(heard.at);
            heard.silence = heard.silence.max(silence);
            (heard.number, heard.at) = (heard.number.max(number), now.instant);
        });
        if self.was_in && !self.link.is_in() {
            self.lost_at.get_or_insert(now.instant);
        }
        self.was_in = self.link.is_in();
        if has_heard
            && self.was_in
            && let Some(lost_at) = self.lost_at.take()
            && counts.returns.len() < RETURNS_MAX
        {
            let took = now.instant.saturating_duration_since(lost_at);
            counts.returns.push(took);
            counts.returns_now.push(took);
        }
    }
}

fn frame(number: u32, speaker: usize) -> [u8; FRAME_BYTES] {
    let mut frame = [0x5a; FRAME_BYTES];
    (frame[0], frame[5]) = (OPUS_20_MS, speaker as u8);
    frame[1..5].copy_from_slice(&number.to_be_bytes());
    frame
}

fn read(frame: &[u8]) -> Option<(u32, usize)> {
    let (number, rest) = frame.get(1..)?.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), usize::from(*rest.first()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_its_number_and_its_speaker() {
        assert_eq!(read(&frame(7_000_000, 8)), Some((7_000_000, 8)));
        assert_eq!(read(b"short"), None);
    }
}
