//! The thread of diagnostics: waits for events, and adds a tap for each new player.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use consonance_inspector::pcap::{CaptureReport, PacketCapture};

use super::error::DiagnosticsError;
use super::events_file::EventsFile;
use super::players_file::{PlayersFile, track_name};
use super::settings::DiagnosticsSettings;
use crate::command::Command;
use crate::event::{Event, EventKind};
use crate::event_queue::EventReader;
use crate::recorder::{Observed, Recorded, Recorder, RecorderError};
use crate::tap::{Tap, TapSource};

/// How long it takes to notice the end.
const INTERVAL: Duration = Duration::from_millis(50);

/// The result of diagnostics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiagnosticsReport {
    /// The sound files, and the sound that was omitted from them.
    pub sound: Vec<Recorded>,
    /// The packets.
    pub packets: CaptureReport,
    /// The number of players that joined after the limit on player files was reached.
    pub players_without_a_file: usize,
}

pub(super) struct Writing {
    settings: DiagnosticsSettings,
    observed: Observed,
    reader: EventReader,
    events: EventsFile,
    players: PlayersFile,
    packets: PacketCapture,
    recorder: Recorder,
    began: Instant,
    players_without_a_file: usize,
}

impl Writing {
    /// Starts to record the packets and the local sounds.
    pub(super) fn begin(
        settings: DiagnosticsSettings,
        observed: Observed,
        events: EventsFile,
        players: PlayersFile,
        packets: PacketCapture,
        recorder: Recorder,
    ) -> Self {
        // Before the voice thread's next turn, so that no later event is missed.
        let reader = observed.events.subscribe(None);
        observed.ask(Command::LogPackets(packets.sink()));
        let began = Instant::now();
        let mut writing = Self {
            settings,
            observed,
            reader,
            events,
            players,
            packets,
            recorder,
            began,
            players_without_a_file: 0,
        };
        for source in [TapSource::Mix, TapSource::RawMicrophone, TapSource::ProcessedMicrophone] {
            let name = source.name().to_owned();
            // A chat that has stopped already reports why when the diagnostics are stopped.
            let _ = writing.tap(source, name);
        }
        writing
    }

    /// Runs until the chat ends, the time is up, or it is stopped.
    pub(super) fn run(mut self, stopped: &AtomicBool) -> Result<DiagnosticsReport, DiagnosticsError> {
        let outcome = self.follow(stopped);
        self.finish(outcome)
    }

    fn follow(&mut self, stopped: &AtomicBool) -> Result<&'static str, DiagnosticsError> {
        for player in self.observed.players.all() {
            if !player.is_local() {
                self.add_player(&player.name)?;
            }
        }
        while !stopped.load(Ordering::Relaxed) {
            if self.began.elapsed() > self.settings.max_duration {
                return Ok("the time was up");
            }
            match self.reader.wait(INTERVAL) {
                Some(event) => {
                    self.take(&event)?;
                    if matches!(event.kind, EventKind::Ended(_)) {
                        return Ok("the chat has ended");
                    }
                }
                None if self.observed.events.end().is_some() => return Ok("the chat has ended"),
                None => {}
            }
        }
        Ok("stopped")
    }

    fn take(&mut self, event: &Event) -> Result<(), DiagnosticsError> {
        self.events.event(event)?;
        if let EventKind::PlayerJoined { name } = &event.kind { self.add_player(name) } else { Ok(()) }
    }

    fn add_player(&mut self, name: &str) -> Result<(), DiagnosticsError> {
        let Some(number) = self.players.add(name)? else { return Ok(()) };
        if number > self.settings.max_players {
            self.players_without_a_file += 1;
            return self.events.note(&format!("{} gets no sound file: there are enough", track_name(number)));
        }
        match self.tap(TapSource::Player(name.to_owned()), track_name(number)) {
            Ok(()) => Ok(()),
            Err(error) => self.events.note(&format!("{} gets no sound file: {error}", track_name(number))),
        }
    }

    fn tap(&mut self, source: TapSource, name: String) -> Result<(), RecorderError> {
        let (sender, tap) = Tap::new(source.clone());
        self.observed.ask(Command::Tap(source, sender));
        self.recorder.add_as(tap, name)
    }

    /// Completes everything, even if some of it failed.
    fn finish(
        self,
        outcome: Result<&'static str, DiagnosticsError>,
    ) -> Result<DiagnosticsReport, DiagnosticsError> {
        let Self { observed, mut events, packets, recorder, players_without_a_file, .. } = self;
        let (packets, sound) = (packets.stop(), recorder.stop());
        let why = match &outcome {
            Ok(why) => (*why).to_owned(),
            Err(error) => error.to_string(),
        };
        let statistics = observed.statistics.get();
        let mut words = vec![format!("\nThese diagnostics are complete: {why}.")];
        words.push(match &packets {
            Ok(report) => format!("packets: {report:?}"),
            Err(error) => format!("packets: {error}"),
        });
        match &sound {
            Ok(tracks) => words.extend(tracks.iter().map(|track| format!("sound: {track:?}"))),
            Err(error) => words.push(format!("sound: {error}")),
        }
        words.push(format!("{players_without_a_file} players without a file\n\n{statistics:#?}\n"));
        let told = events.end(&words.join("\n"));
        outcome?;
        told?;
        Ok(DiagnosticsReport { sound: sound?, packets: packets?, players_without_a_file })
    }
}
