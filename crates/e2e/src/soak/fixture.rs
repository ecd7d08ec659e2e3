//! The fixture: everything that takes part, and its time.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use consonance_quic::QuicRuntime;
use consonance_testing::sim::Dice;

use crate::soak::admin_client::AdminClient;
use crate::soak::clock::Clock;
use crate::soak::crowd::Crowd;
use crate::soak::findings::Findings;
use crate::soak::honest_players::HonestPlayers;
use crate::soak::installation::Installation;
use crate::soak::moderator::Moderator;
use crate::soak::mumble_bots::{BOTS, MumbleBots};
use crate::soak::process::{Figures, Preload, Server};
use crate::soak::recordings::Recordings;
use crate::soak::scraper::Scraper;
use crate::soak::soak_loop::{Outcome, SoakLoop};

/// The server, the honest players, the crowd, and the findings.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    pub(crate) program: PathBuf,
    pub(crate) installation: Installation,
    pub(crate) server: Server,
    pub(crate) honest_players: HonestPlayers,
    pub(crate) mumble_bots: MumbleBots,
    pub(crate) crowd: Crowd,
    pub(crate) recordings: Recordings,
    pub(crate) findings: Findings,
    pub(crate) preload: Option<Preload>,
    /// The number of times that a server was started.
    pub(crate) starts: u32,
    /// Names that are banned forever.
    pub(crate) banned: Vec<String>,
    /// Whether a server must be running; one that was ended on purpose is not a finding.
    pub(crate) is_server_due: bool,
    /// The scraper of the current server process.
    scraper: Option<Scraper>,
    ran_at: Instant,
    looked_at: Instant,
}

/// How often the server's memory and log are checked.
const LOOK: Duration = Duration::from_millis(250);
/// How long a server may take to start on a busy machine.
const START_PATIENCE: Duration = Duration::from_mins(1);
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);
/// How long it may take to decode the new recordings.
const LOOK_PATIENCE: Duration = Duration::from_mins(2);
/// How long all players may take to be in at first.
const GATHERING_PATIENCE: Duration = Duration::from_mins(1);

impl Fixture {
    /// Starts a server and its honest players; returns when all have joined.
    ///
    /// # Errors
    /// If they cannot all join.
    pub(crate) fn set(program: PathBuf, installation: Installation, mut dice: Dice) -> Outcome<Self> {
        let clock = Clock::start();
        let preload = Preload::make(installation.folder())?;
        if preload.is_none() {
            clock.tell("no C compiler: the server's clock stays as it is, and its heap is not counted");
        }
        let runtime = QuicRuntime::new(1)?;
        let server = Server::start(&program, &installation, preload.as_ref())?;
        let honest_players = HonestPlayers::new(&runtime, &installation, clock.now())?;
        let mumble_bots = MumbleBots::start(&installation)?;
        let crowd = Crowd::new(&installation, dice.split(), clock.now())?;
        let recordings = Recordings::new(installation.recordings_folder(), installation.database_folder());
        let mut fixture = Self {
            clock,
            dice,
            program,
            installation,
            server,
            honest_players,
            mumble_bots,
            crowd,
            recordings,
            findings: Findings::new(clock),
            preload,
            starts: 1,
            banned: Vec::new(),
            is_server_due: true,
            scraper: None,
            ran_at: Instant::now(),
            looked_at: Instant::now(),
        };
        fixture.wait_for_server()?;
        if fixture.carry_until(GATHERING_PATIENCE, |fixture| fixture.honest_players.is_in())?.is_none() {
            return Err("the honest players do not get in".into());
        }
        if fixture.carry_until(GATHERING_PATIENCE, |fixture| fixture.mumble_bots.present() == BOTS)?.is_none()
        {
            return Err(
                format!("only {} of {BOTS} bots of Mumble get in", fixture.mumble_bots.present()).into()
            );
        }
        fixture.honest_players.forgive(fixture.clock.now());
        fixture.mumble_bots.forgive();
        Ok(fixture)
    }

    /// Starts a server after the previous one has ended; returns when it serves.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn start_server(&mut self) -> Outcome {
        self.scraper = None;
        self.server = Server::start(&self.program, &self.installation, self.preload.as_ref())?;
        self.starts += 1;
        self.is_server_due = true;
        self.wait_for_server()
    }

    fn wait_for_server(&mut self) -> Outcome {
        match self.carry_until(START_PATIENCE, |fixture| fixture.server.is_ready())? {
            Some(_) => {
                self.scraper = Some(Scraper::start(AdminClient::new(&self.installation)?)?);
                Ok(())
            }
            None => Err(format!("the server does not start: {:?}", self.server.last_words()).into()),
        }
    }

    /// Starts the moderator of visitors.
    ///
    /// # Errors
    /// If there is no token of the server.
    pub(crate) fn moderate(&mut self) -> Outcome<Moderator> {
        Ok(Moderator::start(&self.installation, self.dice.split())?)
    }

    /// Checks these finished recordings while time passes.
    ///
    /// # Errors
    /// If no thread can be started, or as of [`carry`](Self::carry).
    pub(crate) fn look_at_recordings(&mut self, folders: Vec<PathBuf>) -> Outcome {
        let look = Recordings::look_at(folders)?;
        self.carry_until(LOOK_PATIENCE, |_| look.is_finished())?;
        let look = look.join().map_err(|_| "the thread that decodes recordings is gone")?;
        for fault in self.recordings.note(look) {
            self.findings.add(format!("a recording: {fault}"));
        }
        Ok(())
    }

    /// The server's current figures.
    ///
    /// # Errors
    /// If it is not running.
    pub(crate) fn figures(&self) -> Outcome<Figures> {
        Ok(self.server.figures()?)
    }

    /// Whether the inspector's page and the operators' listener answer.
    pub(crate) fn pages_answer(&self) -> bool {
        let ask = |place: SocketAddr| -> std::io::Result<bool> {
            let mut page = TcpStream::connect_timeout(&place, ANSWER_PATIENCE)?;
            page.set_read_timeout(Some(ANSWER_PATIENCE))?;
            page.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            let mut answer = [0; 9];
            page.read_exact(&mut answer)?;
            Ok(answer.starts_with(b"HTTP/1.1 "))
        };
        [self.installation.page(), self.installation.admin()]
            .into_iter()
            .all(|place| ask(place).unwrap_or(false))
    }
}

impl SoakLoop for Fixture {
    /// Fails if a server has ended by itself, or no socket can be opened.
    fn run_once(&mut self) -> Outcome {
        let now = self.clock.now();
        let pause = now.instant.saturating_duration_since(self.ran_at);
        self.ran_at = now.instant;
        self.honest_players.run_once(now, pause);
        self.crowd.run_once(now, &self.installation)?;
        if now.instant.saturating_duration_since(self.looked_at) < LOOK {
            return Ok(());
        }
        self.looked_at = now.instant;
        for fault in self.server.take_faults() {
            self.findings.add(format!("the server says: {fault}"));
        }
        if !self.is_server_due {
            return Ok(());
        }
        if let Some(scraper) = &self.scraper {
            let (scrapes, faults) = scraper.take();
            self.findings.worst.scrapes += scrapes;
            for fault in faults {
                self.findings.add(format!("metrics: {fault}"));
            }
        }
        if let Some(status) = self.server.ended() {
            let words = self.server.last_words().join("\n  ");
            self.findings.add(format!("the server has ended by itself, {status}:\n  {words}"));
            return Err("there is no server any more".into());
        }
        let megabytes = self.figures()?.megabytes();
        let peak = &mut self.findings.worst.memory_peak_megabytes;
        *peak = peak.max(megabytes);
        Ok(())
    }
}
