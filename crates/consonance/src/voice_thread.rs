//! A client's main loop: captured sound → encoder → session → transport, and back to the output.

mod catch_up;
mod commands;
mod connection_watch;
mod link_transport;
mod meters;
mod pace;
mod publishing;
mod redirecting;
mod session_events;
mod voice_quality;

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use consonance_audio::{BLOCK_SAMPLES, Input, MixerSettings, Output, SamplePosition};
use consonance_native::fine_timers::FineTimers;
use consonance_session::{ChannelProperties, Client, Disconnection, Target};

use catch_up::{Beats, CatchUp};
use connection_watch::ConnectionWatch;
use pace::Pace;
use voice_quality::VoiceQuality;

use crate::capture::{Beat, Capture, CaptureControls, CapturedAs};
use crate::channel::{ChannelNumber, NewChannel};
use crate::clock::{BLOCK, Clock};
use crate::command::{Command, Hearing};
use crate::direct_players::DirectPlayers;
use crate::encryption::{Encryption, PreparedEncryption};
use crate::event::{End, Event, EventKind};
use crate::links::{GOODBYE, Links};
use crate::offline::LoopbackRooms;
use crate::output_failure::OutputFailure;
use crate::playback::Playback;
use crate::position_sharing::PositionSharing;
use crate::problem::ProblemKind;
use crate::rooms::JoinedRooms;
use crate::shared_state::SharedState;
use crate::snapshot::Watch;
#[cfg(feature = "devices")]
use crate::sound_devices::SoundDevices;
use crate::status::Status;
use crate::switches::Switched;
use crate::talking::{Sent, Talking};
use crate::transports::Transports;

/// Transports without their own threads cannot wake us, so we check at least this often.
const LONGEST_SLEEP: Duration = Duration::from_millis(5);
/// After a longer stall, for example when a computer slept, missed speech is not sent all at once; the output still
/// gets its silence, to keep one time line.
const LONGEST_STALL: Duration = Duration::from_secs(1);
/// After an even longer one there is a gap in the output: a night of silence would take minutes to make, and gigabytes.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);
/// How often the statistics are published.
const STATISTICS_INTERVAL: Duration = Duration::from_millis(100);

/// The parts of the voice thread.
pub(crate) struct VoiceParts {
    pub(crate) client: Client,
    pub(crate) transports: Transports,
    /// Opened from the beginning, numbered from 0.
    pub(crate) channels: Vec<(Target, ChannelProperties)>,
    pub(crate) input: Option<Box<dyn Input>>,
    pub(crate) capture: CaptureControls,
    /// The initial settings for hearing other players.
    pub(crate) hearing: Vec<Hearing>,
    pub(crate) commands: Receiver<Command>,
    pub(crate) shared: SharedState,
    pub(crate) talking: Talking,
    pub(crate) output: Box<dyn Output>,
    pub(crate) mixer: MixerSettings,
    #[cfg(feature = "devices")]
    pub(crate) devices: SoundDevices,
    pub(crate) reconnect_timeout: Option<Duration>,
    /// Whether the first connection is retried.
    pub(crate) retry_first_connect: bool,
    pub(crate) trace_frames: bool,
    /// The rooms in which an echo listens, in a session without a network.
    pub(crate) loopback: Option<LoopbackRooms>,
    pub(crate) share_position: bool,
    pub(crate) encryption: PreparedEncryption,
    /// The chat's mode, for snapshots.
    pub(crate) mode: &'static str,
}

pub(crate) struct VoiceThread {
    clock: Clock,
    catch_up: CatchUp,
    pace: Pace,
    own_name: Box<str>,
    client: Client,
    rooms: JoinedRooms,
    shared: SharedState,
    links: Links,
    direct_players: DirectPlayers,
    capture: Capture,
    /// No listener is known before the first roster.
    may_speak: bool,
    talking: Talking,
    playback: Playback,
    position_sharing: PositionSharing,
    quality: VoiceQuality,
    #[cfg(feature = "devices")]
    devices: SoundDevices,
    commands: Receiver<Command>,
    /// The switches in force.
    switched: Switched,
    trace_frames: bool,
    loopback: Option<LoopbackRooms>,
    connection: ConnectionWatch,
    /// Recent history for inspectors.
    watch: Watch,
    next_statistics_at: Instant,
    end: Option<End>,
}

impl VoiceThread {
    pub(crate) fn new(parts: VoiceParts, waker: Waker) -> Self {
        let now = Instant::now();
        let mut capture = Capture::new(parts.capture, waker.clone());
        let encryption =
            Encryption::new(now, parts.encryption, waker.clone(), Arc::clone(&parts.shared.encryption));
        let mut links = Links::new(parts.transports, Some(encryption));
        links.set_waker(waker);
        let mut talking = parts.talking;
        let mut begun = Ok(());
        for (number, (target, properties)) in (1..).zip(parts.channels) {
            if let (Some(rooms), Target::Room(room)) = (&parts.loopback, &target) {
                rooms.listen(room);
            }
            begun = begun.and(talking.add(ChannelNumber(number), NewChannel::new(target, properties.into())));
        }
        talking.set_chat(now, |chat| chat.mode = parts.capture.activation.mode);
        let mut playback = Playback::new(parts.output, parts.mixer, talking.encoder_delay_samples());
        for hearing in parts.hearing {
            // None of these is about a single player, so none can be refused.
            let _ = playback.obey(hearing);
        }
        let begun = begun.and(parts.input.map_or(Ok(()), |input| capture.set_input(input)));
        let watch = Watch::new(now, parts.shared.events.subscribe(None), parts.mixer.max_decoded, parts.mode);
        let thread = Self {
            clock: Clock::new(now),
            catch_up: CatchUp::default(),
            pace: Pace::new(now),
            own_name: parts.client.name().into(),
            rooms: JoinedRooms::new(parts.client.rooms()),
            shared: parts.shared,
            client: parts.client,
            links,
            direct_players: DirectPlayers::default(),
            capture,
            may_speak: false,
            playback,
            position_sharing: PositionSharing::new(parts.share_position),
            quality: VoiceQuality::new(now, talking.settings()),
            talking,
            #[cfg(feature = "devices")]
            devices: parts.devices,
            commands: parts.commands,
            switched: Switched::default(),
            trace_frames: parts.trace_frames,
            loopback: parts.loopback,
            connection: ConnectionWatch::new(parts.reconnect_timeout, parts.retry_first_connect),
            watch,
            next_statistics_at: now,
            end: None,
        };
        thread.problem(now, ProblemKind::Input, begun.err());
        thread
    }

    /// Runs until the chat has ended; the reason is also the last event.
    pub(crate) fn run(mut self) -> End {
        let _timers = FineTimers::request();
        self.client.start();
        while self.end.is_none() {
            let began = Instant::now();
            let more = self.run_once(began);
            self.note_pace(began, Instant::now());
            if !more && self.end.is_none() {
                thread::park_timeout(self.sleep(Instant::now()));
            }
        }
        self.shared.own_voice.end();
        self.say_goodbye();
        self.shared.players.remove_all();
        while !self.write_statistics(Instant::now()) {
            thread::yield_now();
        }
        let mut end = self.end.take().unwrap_or(End::Left);
        if let Err(error) = self.playback.finish()
            && end == End::Left
        {
            end = End::Output(OutputFailure::new(error));
        }
        self.tell(Instant::now(), EventKind::Ended(end.clone()));
        end
    }

    /// Runs one round of everything; true if commands, packets or beats are left to take.
    fn run_once(&mut self, now: Instant) -> bool {
        let at = self.clock.session(now);
        let more_is_asked = self.take_commands();
        let more_comes_in = self.links.receive(now, at, &mut self.client);
        self.watch_transport(now);
        // Called even if nothing is due, so that frames count as sent now.
        self.client.handle_timeout(at);
        self.drain_session(now);
        self.clock.leave_out(LONGEST_SILENCE, now);
        let beats = self.catch_up.look(now, self.late_by(now));
        if beats == Beats::LeftOut {
            self.clock.leave_out(BLOCK, now);
        }
        for _ in 0..beats.at_once() {
            let Some(due) = self.clock.next_beat(now) else { break };
            self.beat(due, now, beats == Beats::Skipped);
            self.drain_session(now);
            if self.end.is_some() {
                break;
            }
        }
        self.send_captured(now);
        self.follow_redirect(now);
        self.watch_connection(now);
        if now >= self.next_statistics_at && self.write_statistics(now) {
            self.note_own_channels();
            self.next_statistics_at = now + STATISTICS_INTERVAL;
        }
        more_is_asked || more_comes_in || self.clock.next_beat_at().is_some_and(|at| at <= now)
    }

    /// How late the next beat is.
    fn late_by(&self, now: Instant) -> Duration {
        self.clock.next_beat_at().map_or(Duration::ZERO, |due| now.saturating_duration_since(due))
    }

    /// Plays 10 ms of sound, and requests the capture of 10 ms; with `skips`, plays silence and captures nothing.
    fn beat(&mut self, due: Instant, now: Instant, skips: bool) {
        let stalled = now.saturating_duration_since(due) > LONGEST_STALL;
        self.playback.set_ducked(self.talking.is_heard(&self.client));
        match self.playback.beat(skips) {
            Ok(render) if self.may_speak && !stalled && !skips => self.ask_for_block(due, &render),
            Ok(_) => {}
            Err(error) => self.end = Some(End::Output(OutputFailure::new(error))),
        }
        while let Some(played) = self.playback.poll_played(&self.clock) {
            if self.trace_frames {
                self.shared.events.push_trace(played);
            }
        }
        self.meter();
        if self.quality.is_due(due) {
            self.playback.forget_abandoned();
            self.adapt(due);
        }
    }

    /// Reports to the server how the others are received, and adapts the encoder to its own reception.
    fn adapt(&mut self, now: Instant) {
        self.playback.note_losses();
        for (reception, lost_in_a_row) in self.quality.receptions(self.playback.received()) {
            self.client.report_reception(reception, lost_in_a_row);
        }
        let (lost, network) = (self.playback.loss_percent(), self.links.statistics());
        let target = self.quality.encoder_target(now, &self.talking, lost, &network);
        self.talking.adapt(target);
    }

    /// Requests the capture of the 10 ms recorded until `due`.
    fn ask_for_block(&mut self, due: Instant, render: &[f32; BLOCK_SAMPLES]) {
        let now_heard = self.clock.position(due);
        let position = SamplePosition(now_heard.0.saturating_sub(BLOCK_SAMPLES as u64));
        self.capture.set_demand(self.talking.demand());
        if let Err(problem) = self.capture.beat(Beat { due, position, render: *render }) {
            self.problem(due, ProblemKind::Input, Some(problem));
            let Sent { problem, .. } =
                self.talking.handle_captured(&CapturedAs::Silence, due, &mut self.client);
            self.problem(due, ProblemKind::Voice, problem);
        }
    }

    /// Encodes and sends blocks returned by the capture thread.
    fn send_captured(&mut self, now: Instant) {
        while self.end.is_none()
            && let Some(captured) = self.capture.poll()
        {
            let Sent { frame, problem } = self.talking.handle_captured(&captured.what, now, &mut self.client);
            self.problem(now, ProblemKind::Voice, problem);
            if self.trace_frames
                && let Some(frame) = frame
            {
                self.shared.events.push_trace(frame);
            }
            self.drain_session(now);
        }
        self.shared.own_voice.show(&mut self.talking, &self.client, self.capture.row());
    }

    /// Passes on the session's events and packets.
    fn drain_session(&mut self, now: Instant) {
        let status = self.client.status();
        self.shared.status.set(status);
        self.shared.players.local().set_connected(status == Status::Connected);
        #[cfg(feature = "devices")]
        if let Some(named) = self.devices.tell(now, &self.shared.events) {
            self.playback.set_named_headphones(named);
        }
        self.take_session_events(now);
        self.follow_encryption(now);
        self.links.send(now, &mut self.client);
    }

    /// Applies the updates of the key thread.
    fn follow_encryption(&mut self, now: Instant) {
        let Some(encryption) = self.links.encryption_mut() else { return };
        for kind in encryption.poll(now, &mut self.client) {
            self.tell(now, kind);
        }
    }

    fn watch_connection(&mut self, now: Instant) {
        if self.connection.has_run_out(now) && self.end.is_none() {
            self.end = Some(End::NoConnection(self.links.reason(Disconnection::LinkLost)));
        }
    }

    /// Leaves the session, if we are still in it, and waits until the server has been told.
    fn say_goodbye(&mut self) {
        let begun = Instant::now();
        let at = self.clock.session(begun);
        self.client.stop(at);
        self.links.send(begun, &mut self.client);
        self.links.close(begun);
        while self.links.is_busy() && begun.elapsed() < GOODBYE {
            let now = Instant::now();
            let at = self.clock.session(now);
            let more = self.links.receive(now, at, &mut self.client);
            if !more && self.links.is_busy() {
                thread::park_timeout(LONGEST_SLEEP);
            }
        }
        while self.client.poll_event().is_some() {}
    }

    fn sleep(&self, now: Instant) -> Duration {
        let session = self.client.poll_timeout().map(|(at, _)| self.clock.to_instant(at));
        let wake_at =
            [self.clock.next_beat_at(), session, self.links.wants_poll_at()].into_iter().flatten().min();
        wake_at.map_or(LONGEST_SLEEP, |at| at.saturating_duration_since(now).min(LONGEST_SLEEP))
    }

    fn problem(&self, now: Instant, about: ProblemKind, problem: Option<String>) {
        if let Some(text) = problem {
            self.tell(now, EventKind::Problem { about, text });
        }
    }

    fn tell(&self, at: Instant, kind: EventKind) {
        self.shared.events.push(Event { at, kind });
    }
}

#[cfg(test)]
mod tests;
