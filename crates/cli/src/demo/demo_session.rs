//! The performance of the script: a server and its players, each over its own QUIC connection.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::WavOutput;
use consonance::{Channel, Event, EventKind, FrameTrace, VoiceChat};
use consonance_link::impair::{ImpairedClient, Impairment};
use consonance_quic::{
    Identity, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime, QuicServer, QuicServerSettings,
};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

use super::cue::Cue;
use super::script::{LENGTH, LINES, NOTES, ROLES, To, role};
use crate::interrupt::Interrupt;

const SESSION: &str = "demo";
/// The interval at which the session polls its players.
const LOOK: Duration = Duration::from_millis(5);
/// A channel stays open for this long after the last sample of a recording.
const TAIL: Duration = Duration::from_millis(60);

/// The observations of one player.
pub(crate) struct Evidence {
    pub(crate) wav: PathBuf,
    /// The time at which it joined, at which its file begins, and the time at which it left.
    pub(crate) joined: Option<Instant>,
    pub(crate) left: Instant,
    pub(crate) events: Vec<Event>,
    pub(crate) traces: Vec<FrameTrace>,
}

/// The times of a spoken line.
#[derive(Clone, Copy)]
pub(crate) struct Spoken {
    pub(crate) start: Instant,
    pub(crate) stop: Instant,
    /// The time at which its channel was closed.
    pub(crate) closed: Instant,
}

/// The observations of a whole demonstration.
pub(crate) struct Performance {
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    /// The players, indexed by role.
    pub(crate) players: Vec<Evidence>,
    /// The spoken lines, indexed by line.
    pub(crate) lines: Vec<Option<Spoken>>,
}

/// Plays the script; `progress` is called with the elapsed seconds.
///
/// # Errors
/// If the server or a player cannot start, a file cannot be written, or the user interrupts.
pub(crate) fn play(
    folder: &Path,
    recordings: &[Vec<f32>],
    impairment: &Impairment,
    interrupt: &Interrupt,
    progress: impl Fn(f64),
) -> Result<Performance, Box<dyn Error>> {
    let mut session = DemoSession::open(folder, recordings, impairment)?;
    while session.began.elapsed().as_secs_f64() < LENGTH {
        if interrupt.happened() {
            return Err("interrupted: the demonstration is not complete".into());
        }
        session.look()?;
        progress(session.began.elapsed().as_secs_f64());
        thread::sleep(LOOK);
    }
    session.close()
}

struct DemoSession<'a> {
    folder: &'a Path,
    recordings: &'a [Vec<f32>],
    impairment: &'a Impairment,
    runtime: QuicRuntime,
    address: QuicAddress,
    server: DedicatedServer,
    began: Instant,
    actors: Vec<Actor>,
    lines: Vec<Performing>,
    notes_written: usize,
}

/// The state of a role.
enum Actor {
    Waiting,
    Playing { voice: VoiceChat, cue: Cue, evidence: Evidence },
    Gone(Evidence),
}

/// The progress of a line.
enum Performing {
    Waiting,
    /// The channel is open until the line is over.
    Speaking {
        _channel: Channel,
        silent_since: Option<Instant>,
    },
    Done(Option<Spoken>),
}

impl<'a> DemoSession<'a> {
    fn open(
        folder: &'a Path,
        recordings: &'a [Vec<f32>],
        impairment: &'a Impairment,
    ) -> Result<Self, Box<dyn Error>> {
        let runtime = QuicRuntime::new(1)?;
        let identity = Identity::self_signed(["127.0.0.1"])?;
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = QuicServer::bind(&runtime, any_port, &identity, QuicServerSettings::default())?;
        let port = listener.local_addr().port();
        let address = QuicAddress::new("127.0.0.1", port, SESSION, Some(listener.fingerprint()))?;
        let mut session_loop = SessionLoop::new(&SessionsSettings::new([SESSION])?);
        session_loop.add_network(Box::new(listener));
        Ok(Self {
            folder,
            recordings,
            impairment,
            runtime,
            address,
            server: DedicatedServer::start(session_loop),
            began: Instant::now(),
            actors: ROLES.iter().map(|_| Actor::Waiting).collect(),
            lines: LINES.iter().map(|_| Performing::Waiting).collect(),
            notes_written: 0,
        })
    }

    /// Does what is due, and takes down what the players tell.
    fn look(&mut self) -> Result<(), Box<dyn Error>> {
        let now = self.began.elapsed().as_secs_f64();
        for (index, role) in ROLES.iter().enumerate() {
            match &self.actors[index] {
                Actor::Waiting if now >= role.joins => self.actors[index] = self.enter(index)?,
                Actor::Playing { .. } if now >= role.leaves => self.leave(index)?,
                _ => {}
            }
            if let Actor::Playing { voice, evidence, .. } = &mut self.actors[index] {
                take_down(voice, evidence);
            }
        }
        for index in 0..LINES.len() {
            self.perform(index, now);
        }
        if let Some(note) = NOTES.get(self.notes_written).filter(|note| now >= note.at) {
            self.notes_written += 1;
            if let Actor::Playing { voice, .. } = &self.actors[role(note.from)] {
                match note.to {
                    To::Room(room) => voice.room(room).send_text(note.text)?,
                    To::Player(name) => voice.player(name).send_text(note.text)?,
                };
            }
        }
        Ok(())
    }

    fn enter(&self, index: usize) -> Result<Actor, Box<dyn Error>> {
        let role = &ROLES[index];
        let wav = self.folder.join(format!("{}.wav", role.name.to_lowercase()));
        let client = QuicClient::new(&self.runtime, self.address.clone(), QuicClientSettings::default());
        // Only the path to each listener is impaired: the demo measures what each listener hears of each speaker.
        let seed = self.impairment.seed.wrapping_add(index as u64);
        let down = Impairment { seed, ..self.impairment.clone() };
        let transport = ImpairedClient::new(client, &Impairment::default(), &down);
        let cue = Cue::default();
        let mut voice = VoiceChat::over(Box::new(transport)).name(role.name).trace_frames();
        for room in role.rooms {
            voice = voice.listen_to_room(*room);
        }
        let voice = voice.input(cue.microphone()).output(Box::new(WavOutput::create(&wav)?)).start()?;
        let left = Instant::now();
        let evidence = Evidence { wav, joined: None, left, events: Vec::new(), traces: Vec::new() };
        Ok(Actor::Playing { voice, cue, evidence })
    }

    fn leave(&mut self, index: usize) -> Result<(), Box<dyn Error>> {
        self.actors[index] = match std::mem::replace(&mut self.actors[index], Actor::Waiting) {
            Actor::Playing { voice, mut evidence, .. } => {
                take_down(&voice, &mut evidence);
                evidence.left = Instant::now();
                evidence.events.extend(voice.leave()?);
                Actor::Gone(evidence)
            }
            other => other,
        };
        Ok(())
    }

    /// Opens the channel and plays the recording, or closes the channel when it is over.
    fn perform(&mut self, index: usize, now: f64) {
        let line = &LINES[index];
        let Actor::Playing { voice, cue, .. } = &self.actors[role(line.speaker)] else { return };
        match &mut self.lines[index] {
            Performing::Waiting if now >= line.at => {
                let channel = match line.to {
                    To::Room(room) => voice.room(room).speak(),
                    To::Player(name) => voice.player(name).speak(),
                };
                cue.play(&self.recordings[line.recording]);
                self.lines[index] = Performing::Speaking { _channel: channel, silent_since: None };
            }
            Performing::Speaking { silent_since, .. } if cue.is_silent() => {
                let silent_since = *silent_since.get_or_insert_with(Instant::now);
                if silent_since.elapsed() >= TAIL {
                    let length = self.recordings[line.recording].len() as f64 / 48_000.0;
                    let spoken = cue.started().map(|start| Spoken {
                        start,
                        stop: start + Duration::from_secs_f64(length),
                        closed: Instant::now(),
                    });
                    self.lines[index] = Performing::Done(spoken);
                }
            }
            _ => {}
        }
    }

    fn close(mut self) -> Result<Performance, Box<dyn Error>> {
        for index in 0..ROLES.len() {
            self.leave(index)?;
        }
        let ended = Instant::now();
        self.server.stop();
        let players = self.actors.into_iter().filter_map(|actor| match actor {
            Actor::Gone(evidence) => Some(evidence),
            Actor::Waiting | Actor::Playing { .. } => None,
        });
        let lines = self.lines.into_iter().map(|line| match line {
            Performing::Done(spoken) => spoken,
            Performing::Waiting | Performing::Speaking { .. } => None,
        });
        Ok(Performance { began: self.began, ended, players: players.collect(), lines: lines.collect() })
    }
}

fn take_down(voice: &VoiceChat, evidence: &mut Evidence) {
    while let Some(event) = voice.poll_event() {
        if event.kind == EventKind::Joined {
            evidence.joined.get_or_insert(event.at);
        }
        evidence.events.push(event);
    }
    while let Some(trace) = voice.poll_trace() {
        evidence.traces.push(trace);
    }
}
