//! A player with a client of Mumble: it moves, listens, whispers and speaks by Mumble's protocol, and decodes the
//! packets that it receives.

mod timeline;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use consonance_mumble::Voice;
use consonance_mumble::client::{ClientSettings, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::UserState;
use consonance_testing::sound::{FRAME_SAMPLES, encode};
use consonance_testing::stage::{Failure, SOON, ensure, until};
use opus_pure::OpusDecoder;

use crate::mumble_user::MumbleUser;
use crate::scenario::cast::{CastMember, Role};
use crate::scenario::player::not_so;
use crate::scenario::programme::To;
use timeline::Timeline;

/// Dropping it leaves the session.
pub(crate) struct MumbleMember {
    pub(crate) member: CastMember,
    client: Arc<Mutex<Client>>,
    is_over: Arc<AtomicBool>,
}

/// The client, which runs on its own thread.
struct Client {
    server: SocketAddr,
    name: String,
    /// Its channel, and those that it listens to besides.
    rooms: &'static [&'static str],
    user: Option<MumbleUser>,
    /// How often it has logged in.
    logins: u32,
    was_in: bool,
    connects_at: Instant,
    asked_at: Instant,
    whisper: u8,
    frames: VecDeque<Vec<u8>>,
    next_frame_at: Instant,
    number: u64,
    decoders: BTreeMap<u32, OpusDecoder>,
    heard: Timeline,
}

const PAUSE: Duration = Duration::from_millis(5);
const FRAME: Duration = Duration::from_millis(20);
/// Packet numbers count steps of 10 ms.
const NUMBERS_PER_FRAME: u64 = 2;
/// Like Mumble's own client with automatic reconnection.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// The number of the one whisper that it defines.
const WHISPER: u8 = 1;
/// 120 ms.
const PACKET_SAMPLES_MAX: usize = 5760;

impl MumbleMember {
    /// Begins to join, without waiting for it, and reconnects whenever it is disconnected.
    pub(crate) fn enter(role: &Role, server: SocketAddr) -> Self {
        let now = Instant::now();
        let client = Arc::new(Mutex::new(Client {
            server,
            name: role.member.name(),
            rooms: role.rooms,
            user: None,
            logins: 0,
            was_in: false,
            connects_at: now,
            asked_at: now,
            whisper: 0,
            frames: VecDeque::new(),
            next_frame_at: now,
            number: 0,
            decoders: BTreeMap::new(),
            heard: Timeline::default(),
        }));
        let is_over = Arc::new(AtomicBool::new(false));
        let (shared, obeyed) = (Arc::clone(&client), Arc::clone(&is_over));
        thread::spawn(move || {
            while !obeyed.load(Ordering::Relaxed) {
                lock(&shared).run_once(Instant::now());
                thread::sleep(PAUSE);
            }
        });
        Self { member: role.member, client, is_over }
    }

    /// Waits until it is in all its rooms, having logged in so often.
    ///
    /// # Errors
    /// If it is not.
    pub(crate) fn is_in(&self, logins: u32) -> Result<(), Failure> {
        let is_in = || Ok((lock(&self.client).logins >= logins && lock(&self.client).is_in()).then_some(()));
        until(&format!("{:?} is in its channels", self.member), SOON, is_in)
    }

    /// How often it has logged in.
    pub(crate) fn logins(&self) -> u32 {
        lock(&self.client).logins
    }

    /// The names of the other users, as far as it knows.
    pub(crate) fn knows(&self) -> Vec<String> {
        let client = lock(&self.client);
        client.user.iter().flat_map(|user| user.others().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Says these words, and waits until all of them are sent.
    ///
    /// # Errors
    /// If there is no such listener or no connection.
    pub(crate) fn say(&self, to: To, words: &[f32]) -> Result<(), Failure> {
        lock(&self.client).begin(to, words)?;
        let what = format!("{:?} has said it", self.member);
        until(&what, SOON, || Ok(lock(&self.client).frames.is_empty().then_some(())))
    }

    pub(crate) fn forget(&self) {
        lock(&self.client).heard = Timeline::default();
    }

    /// The sound since it was last told to forget, without leading and trailing silence.
    pub(crate) fn heard(&self) -> Vec<f32> {
        lock(&self.client).heard.sound().to_vec()
    }
}

impl Drop for MumbleMember {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

impl Client {
    fn run_once(&mut self, now: Instant) {
        if self.user.is_none() && now >= self.connects_at {
            let settings = ClientSettings::new(&self.name);
            self.user = MumbleUser::connect(self.server, settings, VoiceWay::Datagram).ok();
            self.connects_at = now + RECONNECT_AFTER;
        }
        if self.poll(now).and_then(|()| self.speak(now)).is_err() {
            (self.user, self.was_in) = (None, false);
            self.connects_at = now + RECONNECT_AFTER;
            self.decoders.clear();
        }
    }

    fn is_in(&self) -> bool {
        self.user.as_ref().is_some_and(|user| {
            user.channel() == self.rooms.first().copied() && user.listens_to().count() + 1 == self.rooms.len()
        })
    }

    fn poll(&mut self, now: Instant) -> io::Result<()> {
        let Some(user) = &mut self.user else { return Ok(()) };
        while let Some(event) = user.poll(now)? {
            match event {
                MumbleClientEvent::Voice(voice, _) => {
                    let decoder = match self.decoders.entry(voice.session) {
                        std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                        std::collections::btree_map::Entry::Vacant(new) => {
                            new.insert(OpusDecoder::new(48_000, 1).map_err(io::Error::other)?)
                        }
                    };
                    let mut sound = vec![0.0; PACKET_SAMPLES_MAX];
                    let samples = decoder.decode(&voice.opus, PACKET_SAMPLES_MAX, &mut sound);
                    self.heard.add(voice.number, &sound[..samples.map_err(io::Error::other)?]);
                }
                MumbleClientEvent::Closed => return Err(io::ErrorKind::ConnectionReset.into()),
                MumbleClientEvent::Control(_) | MumbleClientEvent::Pong(_) => {}
            }
        }
        self.go_on(now)
    }

    /// Enters its channel, then starts to listen to its other channels one by one.
    fn go_on(&mut self, now: Instant) -> io::Result<()> {
        let is_in = self.is_in();
        let Some(user) = self.user.as_mut().filter(|user| user.is_in()) else { return Ok(()) };
        if is_in && !self.was_in {
            (self.was_in, self.logins) = (true, self.logins + 1);
        }
        if is_in || now < self.asked_at + ASK_AGAIN {
            return Ok(());
        }
        self.asked_at = now;
        let Some((own, others)) = self.rooms.split_first() else { return Ok(()) };
        if user.channel() != Some(own) {
            return user.enter(own).map(drop);
        }
        let missing = others.iter().find(|room| user.listens_to().all(|heard| heard != **room));
        let Some(channel) = missing.and_then(|room| user.channel_number(room)) else { return Ok(()) };
        user.change(UserState { listening_channel_add: vec![channel], ..UserState::default() })
    }

    fn begin(&mut self, to: To, words: &[f32]) -> Result<(), Failure> {
        let name = match to {
            To::Room(room) => room.to_owned(),
            To::Player(member) => member.name(),
        };
        let Some(user) = &mut self.user else { return Err(Failure::NotSo(format!("{} is out", self.name))) };
        self.whisper = if user.channel() == Some(&name) { 0 } else { WHISPER };
        if self.whisper == WHISPER {
            let is_there = user.aim(WHISPER, &name).map_err(not_so)?;
            ensure(is_there, || format!("{} knows no user and no channel {name:?}", self.name))?;
        }
        self.frames = encode(words, FRAME_SAMPLES).into();
        self.next_frame_at = Instant::now();
        Ok(())
    }

    fn speak(&mut self, now: Instant) -> io::Result<()> {
        let Some(user) = &mut self.user else { return Ok(()) };
        while now >= self.next_frame_at
            && let Some(opus) = self.frames.pop_front()
        {
            self.next_frame_at += FRAME;
            self.number += NUMBERS_PER_FRAME;
            user.speak(&Voice {
                target: self.whisper,
                number: self.number,
                opus: opus.into(),
                is_last: self.frames.is_empty(),
                ..Voice::default()
            })?;
        }
        Ok(())
    }
}

fn lock(client: &Mutex<Client>) -> MutexGuard<'_, Client> {
    client.lock().unwrap_or_else(PoisonError::into_inner)
}
