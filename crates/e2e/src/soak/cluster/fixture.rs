//! The fixture: everything that takes part, and its time.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use consonance_quic::QuicRuntime;
use consonance_testing::sim::Dice;

use super::findings::Findings;
use super::installation::{Installation, SESSIONS};
use super::machines::Machines;
use super::players::{Players, Whereabouts};
use crate::soak::admin_client::AdminClient;
use crate::soak::clock::Clock;
use crate::soak::level::Level;
use crate::soak::process::{Preload, Server};
use crate::soak::scraper::Scraper;
use crate::soak::soak_loop::{Outcome, SoakLoop};

/// Nodes, NATS servers and players.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    pub(crate) machines: Machines,
    pub(crate) installation: Installation,
    programs: Programs,
    pub(crate) players: Players,
    pub(crate) nodes: Vec<Node>,
    /// The NATS servers by machine; `None` while one is down.
    nats: Vec<Option<Server>>,
    pub(crate) findings: Findings,
    preload: Option<Preload>,
    ran_at: Instant,
    looked_at: Instant,
}

/// The programs to run.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) server: PathBuf,
    pub(crate) nats: PathBuf,
}

/// A node, which may be down.
#[derive(Debug, Default)]
pub(crate) struct Node {
    server: Option<Server>,
    scraper: Option<Scraper>,
    /// The level of this process, measured once players had settled on it.
    level: Option<Level>,
    /// Whether it is allowed to end or to freeze.
    pub(crate) is_troubled: bool,
}

const LOOK: Duration = Duration::from_millis(250);
/// The same filter as `[log] level = "info"`: the server logs NATS errors itself.
const LOGGED: &str = "info,async_nats=off";
/// How long a server may take to start on a busy machine, and all players to be in.
const START_PATIENCE: Duration = Duration::from_mins(1);

impl Fixture {
    /// Starts everything, and waits until all players have joined.
    ///
    /// # Errors
    /// If something cannot be started, or the players do not join.
    pub(crate) fn set(
        programs: Programs,
        machines: Machines,
        installation: Installation,
        dice: Dice,
    ) -> Outcome<Self> {
        let (clock, count) = (Clock::start(), machines.count());
        let preload = Preload::make(installation.folder())?;
        if preload.is_none() {
            clock.tell("no C compiler: the heap of servers is not counted");
        }
        let runtime = QuicRuntime::new(1)?;
        let players = Players::new(&runtime, &installation, count, clock.now())?;
        let mut fixture = Self {
            clock,
            dice,
            machines,
            installation,
            programs,
            players,
            nodes: (0..count).map(|_| Node::default()).collect(),
            nats: (0..count).map(|_| None).collect(),
            findings: Findings::new(clock),
            preload,
            ran_at: Instant::now(),
            looked_at: Instant::now(),
        };
        (0..count).try_for_each(|machine| fixture.start_nats(machine))?;
        fixture.wait_for_nats()?;
        for machine in 0..count {
            fixture.start_node(machine)?;
        }
        if fixture.carry_until(START_PATIENCE, |fixture| fixture.players.are_in())?.is_none() {
            return Err("the players do not get in".into());
        }
        Ok(fixture)
    }

    /// Starts the NATS server of a machine.
    ///
    /// # Errors
    /// If there is no such program.
    pub(crate) fn start_nats(&mut self, machine: usize) -> Outcome {
        let mut command = self.machines.command(machine, &self.programs.nats);
        command.arg("-c").arg(self.installation.nats_file(machine));
        self.nats[machine] = Some(self.spawn(command, &format!("nats-{machine}"), None)?);
        Ok(())
    }

    /// Waits until all NATS servers serve.
    ///
    /// # Errors
    /// If one does not.
    pub(crate) fn wait_for_nats(&mut self) -> Outcome {
        let serve = |fixture: &mut Self| fixture.nats.iter().flatten().all(Server::is_ready);
        match self.carry_until(START_PATIENCE, serve)? {
            Some(_) => Ok(()),
            None => Err("a NATS server does not start".into()),
        }
    }

    /// # Errors
    /// If it cannot be killed.
    pub(crate) fn kill_nats(&mut self, machine: usize) -> Outcome {
        self.nats[machine].take().map_or(Ok(()), |mut server| server.kill())?;
        Ok(())
    }

    /// Starts a node, and returns when it serves.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn start_node(&mut self, machine: usize) -> Outcome {
        let mut command = self.machines.command(machine, &self.programs.server);
        command.args(["serve", "--end-with-input", "--config"]).arg(self.installation.node_file(machine));
        command.env("RUST_LOG", env::var("RUST_LOG").unwrap_or(LOGGED.into())).env("NO_COLOR", "1");
        let process = self.spawn(command, &format!("node-{machine}"), self.preload.as_ref())?;
        self.nodes[machine] = Node { server: Some(process), ..Node::default() };
        let serves = |fixture: &mut Self| fixture.node(machine).is_ok_and(Server::is_ready);
        if self.carry_until(START_PATIENCE, serves)?.is_none() {
            let words = self.node(machine)?.last_words().join("\n  ");
            return Err(format!("node {machine} does not start:\n  {words}").into());
        }
        let admin = self.installation.places(machine).admin;
        let client = AdminClient::at(admin, &self.installation.token_file(machine))?;
        self.nodes[machine].scraper = Some(Scraper::start(client)?);
        Ok(())
    }

    fn spawn(&self, command: Command, name: &str, preload: Option<&Preload>) -> io::Result<Server> {
        Server::spawn(command, &self.installation.log_file(name), preload)
    }

    /// The process of a node.
    ///
    /// # Errors
    /// If it is down.
    pub(crate) fn node(&self, machine: usize) -> Outcome<&Server> {
        self.nodes[machine].server.as_ref().ok_or_else(|| "the node is down".into())
    }

    /// # Errors
    /// If it cannot be killed.
    pub(crate) fn kill_node(&mut self, machine: usize) -> Outcome {
        let node = std::mem::take(&mut self.nodes[machine]);
        node.server.map_or(Ok(()), |mut server| server.kill())?;
        Ok(())
    }

    /// The exit status of a node, if it has ended.
    pub(crate) fn ended(&mut self, machine: usize) -> Option<std::process::ExitStatus> {
        self.nodes[machine].server.as_mut().and_then(Server::ended)
    }

    /// The number of sessions that each node owned according to its last metrics; `None` if they are older than
    /// `since`.
    pub(crate) fn owned(&self, since: Instant) -> Vec<Option<usize>> {
        let newest = |node: &Node| node.scraper.as_ref()?.newest(since, OWNED).map(|number| number as usize);
        self.nodes.iter().map(newest).collect()
    }

    /// Whether each session has one owner, according to the metrics of all nodes since this moment.
    pub(crate) fn are_all_owned_once(&self, since: Instant) -> bool {
        self.owned(since).into_iter().sum::<Option<usize>>() == Some(SESSIONS.len())
    }

    /// The times at which nodes have taken sessions over since the last call.
    pub(crate) fn take_takeovers(&self) -> Vec<Instant> {
        self.nodes.iter().filter_map(|node| node.server.as_ref()).flat_map(Server::take_takeovers).collect()
    }

    /// Starts a new window for silences, and for stalls of this program.
    pub(crate) fn begin_window(&mut self) {
        self.players.begin_window(self.clock.now());
        self.findings.begin_window();
    }

    /// Checks the longest silence between pairs at nodes that match against a limit.
    pub(crate) fn judge_silence(
        &mut self,
        what: &str,
        limit: Duration,
        places: &[Whereabouts],
        is_meant: impl Fn(usize, usize) -> bool,
    ) {
        let (silence, pair) = self.players.silence(self.clock.now(), places, is_meant);
        self.findings.judge_silence(what, silence, limit, &pair);
    }

    /// Waits until all players hear each other, and judges how long that took.
    ///
    /// # Errors
    /// As of [`carry`](Self::carry).
    pub(crate) fn judge_recovery(&mut self, what: &str, limit: Duration) -> Outcome {
        let said = self.players.said();
        let all_hear = |fixture: &mut Self| fixture.players.all_hear(said);
        let took = self.carry_until(RECOVERY_PATIENCE, all_hear)?;
        if took.is_none() {
            self.keep_metrics(what);
        }
        let deaf = self.players.deaf(said);
        self.findings.judge_recovery(what, took, limit, &deaf);
        Ok(())
    }

    /// Writes the metrics of all nodes to the folder, for later inspection.
    fn keep_metrics(&self, what: &str) {
        let number = self.findings.all().len();
        for machine in 0..self.nodes.len() {
            let place = self.installation.places(machine).admin;
            let client = AdminClient::at(place, &self.installation.token_file(machine));
            if let Ok(answer) = client.and_then(|client| client.get("/metrics")) {
                let file = self.installation.log_file(&format!("metrics-{number}-{what}-node-{machine}"));
                // The file is only for later inspection; the soak does not need it.
                let _ = fs::write(file, answer.body);
            }
        }
    }

    fn look_at(&mut self, machine: usize) -> Outcome {
        let Self { nodes, findings, .. } = self;
        let Node { server: Some(server), scraper, level, is_troubled } = &mut nodes[machine] else {
            return Ok(());
        };
        for fault in server.take_faults() {
            findings.add(format!("node {machine} says: {fault}"));
        }
        let (_, faults) = scraper.as_ref().map(Scraper::take).unwrap_or_default();
        for fault in faults {
            findings.add(format!("metrics of node {machine}: {fault}"));
        }
        if *is_troubled {
            return Ok(());
        }
        if let Some(status) = server.ended() {
            let words = server.last_words().join("\n  ");
            findings.add(format!("node {machine} has ended by itself, {status}:\n  {words}"));
            return Err("a node is gone".into());
        }
        findings.judge_peak(machine, &server.figures()?, *level);
        Ok(())
    }

    /// Notes the level of each node that has none, and checks that the others have returned to theirs. All players must
    /// be on their own nodes.
    ///
    /// # Errors
    /// If a node is gone.
    pub(crate) fn judge_levels(&mut self) -> Outcome {
        let are_back =
            self.carry_until(RETURN_PATIENCE, |fixture| fixture.nodes.iter().all(Node::is_back))?.is_some();
        let Self { nodes, findings, .. } = self;
        for (number, node) in nodes.iter_mut().enumerate() {
            let Some(server) = &node.server else { continue };
            let figures = server.figures()?;
            match &node.level {
                Some(level) => findings.judge_return(number, &figures, level, are_back),
                None => node.level = Some(Level::new(figures)),
            }
        }
        Ok(())
    }
}

impl Node {
    /// Whether it has returned to its level, if it has one.
    fn is_back(&self) -> bool {
        let Some((server, level)) = self.server.as_ref().zip(self.level.as_ref()) else { return true };
        server.figures().is_ok_and(|figures| level.holds(&figures))
    }
}

impl SoakLoop for Fixture {
    /// Fails if a server has ended by itself, or no socket can be opened.
    fn run_once(&mut self) -> Outcome {
        let now = self.clock.now();
        self.findings.note_stall(now.instant.saturating_duration_since(self.ran_at));
        self.ran_at = now.instant;
        self.players.run_once(now);
        if now.instant.saturating_duration_since(self.looked_at) < LOOK {
            return Ok(());
        }
        self.looked_at = now.instant;
        (0..self.nodes.len()).try_for_each(|machine| self.look_at(machine))?;
        for server in self.nats.iter().flatten() {
            let figures = server.figures().map_or(0.0, |figures| figures.megabytes());
            self.findings.note_nats_memory(figures);
        }
        Ok(())
    }
}

const OWNED: &str = "consonance_cluster_sessions{role=\"owner\"}";
/// Longer than any of the limits.
const RECOVERY_PATIENCE: Duration = Duration::from_secs(40);
/// How long a node may take to return to its level: reservations last 20 s.
const RETURN_PATIENCE: Duration = Duration::from_secs(25);
