//! Users of Mumble: two hundred bots in a session of their own, over TLS and encrypted datagrams or TLS alone. In each
//! of their channels one bot speaks without a pause and writes texts, and all others in the channel have to receive
//! both.

mod bot;
mod room;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::soak::installation::{BOTS_ROOMS, Installation};
use bot::{Bot, Seen};
use room::Room;

/// A thread that runs the bots until this is dropped: two hundred connections would be too many for the players'
/// thread.
#[derive(Debug)]
pub(crate) struct MumbleBots {
    bots: Arc<Mutex<Population>>,
    is_over: Arc<AtomicBool>,
}

/// Figures since the last window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BotWindow {
    pub(crate) counts: BotCounts,
    /// The longest silence of any listener.
    pub(crate) silence: Duration,
    /// The longest stall of this program itself; that silence may include as much.
    pub(crate) own_stall: Duration,
    /// Frames of a channel that the listener is not in.
    pub(crate) astray: u64,
    /// The reasons for other lost connections, in words: at most [`FAULTS_MAX`].
    pub(crate) faults: Vec<String>,
}

/// What the bots did, in a window or in the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BotCounts {
    /// Frames that were said, once for each listener.
    pub(crate) frames_due: u64,
    pub(crate) frames_heard: u64,
    /// The number of these that came in messages of the control channel.
    pub(crate) frames_tunnelled: u64,
    /// Texts, once for each reader.
    pub(crate) texts_due: u64,
    pub(crate) texts_read: u64,
    /// Bots that left on purpose and came back.
    pub(crate) returns: u64,
}

/// The number of bots.
pub(crate) const BOTS: usize = 200;
const PAUSE: Duration = Duration::from_millis(10);
/// The length of an Opus frame.
const FRAME: Duration = Duration::from_millis(20);
/// The maximum number of overdue frames that are sent at once; older ones are dropped.
const CATCH_UP: u32 = 5;
/// How long one bot speaks.
const TURN: Duration = Duration::from_secs(3);
/// The interval at which bots leave and come back.
const CHURN_INTERVAL: Duration = Duration::from_millis(400);
const FAULTS_MAX: usize = 5;

impl MumbleBots {
    /// Starts the thread; all bots begin to join.
    ///
    /// # Errors
    /// If no thread can be started, or no token can be made.
    pub(crate) fn start(installation: &Installation) -> Result<Self, Box<dyn std::error::Error>> {
        let bots = Arc::new(Mutex::new(Population::new(installation)?));
        let is_over = Arc::new(AtomicBool::new(false));
        let (shared, obeyed) = (Arc::clone(&bots), Arc::clone(&is_over));
        let run = move || {
            while !obeyed.load(Ordering::Relaxed) {
                lock(&shared).run_once(Instant::now());
                thread::sleep(PAUSE);
            }
        };
        thread::Builder::new().name("mumble-bots".to_owned()).spawn(run)?;
        Ok(Self { bots, is_over })
    }

    /// The number of bots in their channels.
    pub(crate) fn present(&self) -> usize {
        let bots = lock(&self.bots);
        (0..BOTS).filter(|index| bots.is_in(*index)).count()
    }

    /// Whether all are in their channels, and each listener has heard something that was said after this.
    pub(crate) fn all_heard_after(&self, instant: Instant) -> bool {
        let bots = lock(&self.bots);
        (0..BOTS)
            .all(|index| bots.is_in(index) && (bots.speaks(index) || bots.bots[index].heard_at > instant))
    }

    /// Moves all bots to one channel, or spreads them over all channels.
    pub(crate) fn gather(&self, is_together: bool) {
        lock(&self.bots).gather(Instant::now(), is_together);
    }

    /// Makes bots leave and come back from now on, or stops that.
    pub(crate) fn churn(&self, is_on: bool) {
        let now = Instant::now();
        lock(&self.bots).next_churn_at = is_on.then_some(now);
    }

    /// Takes the window since the last call.
    pub(crate) fn take_window(&self) -> BotWindow {
        lock(&self.bots).take_window(Instant::now())
    }

    /// Discards the figures so far, so that they do not count for the next window.
    pub(crate) fn forgive(&self) {
        let mut bots = lock(&self.bots);
        let now = Instant::now();
        bots.bots.iter_mut().for_each(|bot| bot.heard_at = now);
        bots.rooms.iter_mut().for_each(|room| room.text = None);
        bots.take_window(now);
    }
}

impl Drop for MumbleBots {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// All bots and their channels.
#[derive(Debug)]
struct Population {
    bots: Vec<Bot>,
    /// The channels; bots are assigned to them in turn.
    rooms: Vec<Room>,
    window: BotWindow,
    next_frame_at: Instant,
    next_churn_at: Option<Instant>,
    /// The bot that left last.
    churned: usize,
    ran_at: Instant,
}

impl Population {
    fn new(installation: &Installation) -> Result<Self, String> {
        let now = Instant::now();
        let bot = |index: usize| {
            let name = format!("bot-{index}");
            let token = installation.token(&name)?;
            Ok(Bot::new(index, name, token, installation.mumble(), now))
        };
        Ok(Self {
            bots: (0..BOTS).map(bot).collect::<Result<_, String>>()?,
            rooms: rooms(now, false),
            window: BotWindow::default(),
            next_frame_at: now,
            next_churn_at: None,
            churned: 0,
            ran_at: now,
        })
    }

    fn room_of(&self, index: usize) -> usize {
        index % self.rooms.len()
    }

    /// The bots of a room.
    fn members(&self, room: usize) -> impl Iterator<Item = usize> + use<> {
        (room..BOTS).step_by(self.rooms.len())
    }

    fn is_in(&self, index: usize) -> bool {
        self.bots[index].is_in(self.rooms[self.room_of(index)].name)
    }

    fn speaks(&self, index: usize) -> bool {
        self.rooms[self.room_of(index)].speaker == Some(index)
    }

    fn gather(&mut self, now: Instant, is_together: bool) {
        for room in 0..self.rooms.len() {
            self.fall_silent(now, room);
        }
        self.rooms = rooms(now, is_together);
    }

    fn run_once(&mut self, now: Instant) {
        let pause = now.saturating_duration_since(self.ran_at);
        self.window.own_stall = self.window.own_stall.max(pause);
        self.ran_at = now;
        self.leave_if_due(now);
        for index in 0..BOTS {
            let room = self.room_of(index);
            let seen = self.bots[index].run_once(now, self.rooms[room].name);
            self.count(now, index, room, seen);
        }
        for room in 0..self.rooms.len() {
            self.change_speaker_if_due(now, room);
        }
        let oldest = now.checked_sub(FRAME * CATCH_UP).unwrap_or(now);
        self.next_frame_at = self.next_frame_at.max(oldest);
        while self.next_frame_at <= now {
            self.next_frame_at += FRAME;
            for room in 0..self.rooms.len() {
                self.speak(now, room, false);
            }
        }
    }

    /// Counts a bot's frames and texts in the window.
    fn count(&mut self, now: Instant, index: usize, room: usize, seen: Seen) {
        let window = &mut self.window;
        for frame in seen.frames {
            let Some(said_in) = Room::of_frame(&frame.opus) else { continue };
            if said_in != room {
                // Frames that were sent before it changed channels may still arrive.
                window.astray += u64::from(self.bots[index].is_settled(now));
                continue;
            }
            let bot = &mut self.bots[index];
            window.counts.frames_heard += 1;
            window.counts.frames_tunnelled += u64::from(frame.is_tunnelled);
            // A frame that arrives as the bot enters must not count its absence as silence.
            if bot.was_in_before(now) {
                window.silence = window.silence.max(now.saturating_duration_since(bot.heard_at));
            }
            bot.heard_at = now;
        }
        for text in seen.texts {
            self.rooms[room].note_read(index, &text);
        }
        if let Some(fault) = seen.fault {
            self.rooms[room].forget(index);
            if window.faults.len() < FAULTS_MAX {
                window.faults.push(fault);
            }
        }
        window.counts.returns += u64::from(seen.has_returned);
    }

    /// Lets a bot that does not speak leave without saying goodbye; it comes back.
    fn leave_if_due(&mut self, now: Instant) {
        if self.next_churn_at.is_none_or(|at| now < at) {
            return;
        }
        self.next_churn_at = Some(now + CHURN_INTERVAL);
        // The step is coprime with the number of bots, so that all of them get their turn, in all channels.
        self.churned = (self.churned + 37) % BOTS;
        let (index, room) = (self.churned, self.room_of(self.churned));
        if self.is_in(index) && !self.speaks(index) {
            self.bots[index].leave(now);
            self.rooms[room].forget(index);
        }
    }

    /// Lets the next bot of a room speak; it writes a text first.
    fn change_speaker_if_due(&mut self, now: Instant, room: usize) {
        let is_lost = self.rooms[room].speaker.is_some_and(|speaker| !self.is_in(speaker));
        if !is_lost && now < self.rooms[room].turn_ends_at {
            return;
        }
        let former = self.rooms[room].speaker;
        self.fall_silent(now, room);
        let members: Vec<usize> = self.members(room).filter(|index| self.is_in(*index)).collect();
        let next = members.iter().find(|index| former.is_none_or(|former| **index > former));
        let Some(speaker) = next.or(members.first()).copied() else { return };
        if let Some(former) = former {
            self.bots[former].heard_at = now;
        }
        let readers: BTreeSet<usize> = members.into_iter().filter(|index| *index != speaker).collect();
        self.rooms[room].settle_text(now, &mut self.window.counts);
        self.rooms[room].begin(now + TURN, speaker);
        let text = self.rooms[room].write(now, readers);
        self.bots[speaker].write(text);
    }

    /// Ends the turn of a room's speaker.
    fn fall_silent(&mut self, now: Instant, room: usize) {
        self.speak(now, room, true);
        self.rooms[room].speaker = None;
    }

    fn speak(&mut self, now: Instant, room: usize, is_last: bool) {
        let Some(speaker) = self.rooms[room].speaker else { return };
        let voice = self.rooms[room].frame(room, is_last);
        if self.bots[speaker].speak(now, &voice) {
            let listeners = self.members(room).filter(|index| *index != speaker && self.is_in(*index));
            self.window.counts.frames_due += listeners.count() as u64;
        }
    }

    fn take_window(&mut self, now: Instant) -> BotWindow {
        let listeners = (0..BOTS).filter(|index| self.is_in(*index) && !self.speaks(*index));
        let silence = listeners.map(|index| now.saturating_duration_since(self.bots[index].heard_at)).max();
        self.window.silence = self.window.silence.max(silence.unwrap_or_default());
        std::mem::take(&mut self.window)
    }
}

fn rooms(now: Instant, is_together: bool) -> Vec<Room> {
    let count = if is_together { 1 } else { BOTS_ROOMS.len() };
    BOTS_ROOMS[..count].iter().map(|name| Room::new(name, now)).collect()
}

impl BotCounts {
    /// The share of frames that were not heard, in percent.
    pub(crate) fn loss_percent(&self) -> f64 {
        100.0 * (1.0 - self.frames_heard.min(self.frames_due) as f64 / self.frames_due.max(1) as f64)
    }

    /// Adds a window. Frames that it heard beyond those due in it belong to the one before, and do not make up for
    /// others.
    pub(crate) fn add(&mut self, window: &Self) {
        self.frames_due += window.frames_due;
        self.frames_heard += window.frames_heard.min(window.frames_due);
        self.frames_tunnelled += window.frames_tunnelled;
        self.texts_due += window.texts_due;
        self.texts_read += window.texts_read;
        self.returns += window.returns;
    }
}

fn lock(bots: &Mutex<Population>) -> MutexGuard<'_, Population> {
    bots.lock().unwrap_or_else(PoisonError::into_inner)
}
