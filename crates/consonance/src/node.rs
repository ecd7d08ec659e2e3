//! The mode of a process in the voice session: none, a client, a dedicated server, or a host, which is both at once.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_link::memory::MemoryNetwork;
use consonance_server::{DedicatedServer, ServerHandle, SessionLoop};

use crate::builder::VoiceChatBuilder;
use crate::lock::lock;
use crate::start_error::StartError;
use crate::status::Status;
use crate::voice_chat::VoiceChat;

/// The mode of a process in the voice session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Not part of any voice session.
    #[default]
    None,
    /// A player on a remote server.
    Client,
    /// A player and the server of the others, in one process.
    Host,
    /// A server without a player.
    DedicatedServer,
}

/// Runs a process as client, host or dedicated server, and switches between these at any moment.
///
/// Every method returns at once: a goal is queued, the last one wins, and the node's own thread carries it out after an
/// orderly end of the former mode. Dropping the node stops it and waits.
pub struct VoiceNode {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Sets up the player of a host or a client.
type Configure = Box<dyn FnOnce(VoiceChatBuilder) -> VoiceChatBuilder + Send>;

/// The game's next goal.
enum Goal {
    Stop,
    Client(Box<VoiceChatBuilder>),
    Host { server: Box<SessionLoop>, session: String, player: Configure },
    DedicatedServer(Box<SessionLoop>),
    End,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    goal: Option<Goal>,
    /// Whether a goal is being carried out.
    switching: bool,
    mode: Mode,
    voice: Option<VoiceChat>,
    server: Option<Arc<DedicatedServer>>,
    failure: Option<String>,
}

impl VoiceNode {
    /// A node without a mode.
    ///
    /// # Errors
    /// If no thread could be started.
    pub fn new() -> Result<Self, StartError> {
        let shared = Arc::new(Shared::default());
        let for_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("voice-node".into()).spawn(move || run(&for_thread))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Becomes a player on a remote server.
    pub fn run_as_client(&self, player: VoiceChatBuilder) {
        self.goal(Goal::Client(Box::new(player)));
    }

    /// Becomes the server of these sessions and a player in `session`, which is one of them.
    ///
    /// The player's packets pass through queues in memory in both directions; the server takes them at its next turn,
    /// never from inside the sender's call. `player` gives the player its name, rooms and sounds.
    pub fn run_as_host(
        &self,
        server: SessionLoop,
        session: impl Into<String>,
        player: impl FnOnce(VoiceChatBuilder) -> VoiceChatBuilder + Send + 'static,
    ) {
        let (server, session) = (Box::new(server), session.into());
        self.goal(Goal::Host { server, session, player: Box::new(player) });
    }

    /// Becomes the server of these sessions.
    pub fn run_as_dedicated_server(&self, server: SessionLoop) {
        self.goal(Goal::DedicatedServer(Box::new(server)));
    }

    /// Stops everything: the player leaves, the server ends its sessions.
    pub fn stop(&self) {
        self.goal(Goal::Stop);
    }

    /// The current mode; a goal that is still pending does not show.
    pub fn mode(&self) -> Mode {
        self.shared.lock().mode
    }

    /// Disconnected while the node does nothing, or nothing of it runs any more, for example after a client was kicked;
    /// connected when all of its parts are; degraded otherwise.
    pub fn status(&self) -> Status {
        let state = self.shared.lock();
        let voice = state.voice.as_ref().map(|voice| match voice.status() {
            // The chat has only just started.
            Status::Disconnected if voice.is_running() => Status::Degraded,
            status => status,
        });
        let of_running = |runs| if runs { Status::Connected } else { Status::Disconnected };
        let server = state.server.as_ref().map(|server| of_running(server.is_running()));
        match (voice, server) {
            (None, None) if !state.switching && state.goal.is_none() => Status::Disconnected,
            (Some(side), None) | (None, Some(side)) => side,
            (Some(voice), Some(server)) if voice == server => voice,
            _ => Status::Degraded,
        }
    }

    /// The player, if there is one: rooms, channels, texts and events.
    pub fn voice(&self) -> Option<VoiceChat> {
        self.shared.lock().voice.clone()
    }

    /// The handle of the server's sessions, if there is one: players, events, and an operator's actions.
    pub fn server(&self) -> Option<ServerHandle> {
        self.shared.lock().server.as_ref().map(|server| server.handle())
    }

    /// Why the last goal could not be reached, returned once; a panic on the way is one of the reasons.
    pub fn take_failure(&self) -> Option<String> {
        self.shared.lock().failure.take()
    }

    fn goal(&self, goal: Goal) {
        let mut state = self.shared.lock();
        (state.goal, state.failure) = (Some(goal), None);
        drop(state);
        self.shared.changed.notify_all();
    }
}

impl Drop for VoiceNode {
    fn drop(&mut self) {
        self.goal(Goal::End);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already reported it.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for VoiceNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceNode").field("mode", &self.mode()).finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn next_goal(&self) -> Goal {
        let mut state = self.lock();
        loop {
            if let Some(goal) = state.goal.take() {
                state.switching = true;
                return goal;
            }
            state.switching = false;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The goal could not be reached; if it was replaced meanwhile, the failure is not reported.
    fn fail(&self, why: String) {
        let mut state = self.lock();
        if state.goal.is_none() {
            state.failure = Some(why);
        }
    }

    fn show(&self, mode: Mode, running: &Running) {
        let mut state = self.lock();
        state.mode = mode;
        (state.voice, state.server) = (running.voice.clone(), running.server.clone());
    }
}

/// The running chat and server.
#[derive(Default)]
struct Running {
    voice: Option<VoiceChat>,
    server: Option<Arc<DedicatedServer>>,
}

fn run(shared: &Shared) {
    let mut running = Running::default();
    loop {
        let goal = shared.next_goal();
        shared.show(Mode::None, &Running::default());
        running.stop();
        // The game's closure and networks run in here, and the node must survive their panics: whatever was started
        // before a panic is stopped below, and nothing else is kept.
        let mode = match catch_unwind(AssertUnwindSafe(|| running.bring_about(goal))) {
            Ok(Ok(Some(mode))) => Ok(mode),
            Ok(Ok(None)) => return,
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => {
                Err("the player's closure, or something it was started with, panicked; see standard error"
                    .to_owned())
            }
        };
        match mode {
            Ok(mode) => shared.show(mode, &running),
            Err(why) => {
                running.stop();
                shared.fail(why);
            }
        }
    }
}

impl Running {
    /// Carries out a goal, and returns the resulting mode; `None` at the end.
    fn bring_about(&mut self, goal: Goal) -> Result<Option<Mode>, StartError> {
        Ok(Some(match goal {
            Goal::End => return Ok(None),
            Goal::Stop => Mode::None,
            Goal::Client(player) => {
                self.start_player(*player)?;
                Mode::Client
            }
            Goal::Host { server, session, player } => {
                self.start_host(*server, session, player)?;
                Mode::Host
            }
            Goal::DedicatedServer(server) => {
                self.start_server(*server)?;
                Mode::DedicatedServer
            }
        }))
    }

    fn start_server(&mut self, server: SessionLoop) -> Result<(), StartError> {
        let server = DedicatedServer::try_start(server).map_err(io::Error::other)?;
        self.server = Some(Arc::new(server));
        Ok(())
    }

    fn start_player(&mut self, player: VoiceChatBuilder) -> Result<(), StartError> {
        self.voice = Some(player.start()?);
        Ok(())
    }

    fn start_host(
        &mut self,
        mut server: SessionLoop,
        session: String,
        player: Configure,
    ) -> Result<(), StartError> {
        let loopback = MemoryNetwork::new();
        server.add_network(Box::new(loopback.listen()));
        // Voice that does not fit into packets of the other network would not be heard.
        let limits = server.packet_limits();
        self.start_server(server)?;
        let loopback = loopback.client(session).with_limits(limits);
        self.start_player(player(VoiceChat::over(Box::new(loopback)).in_host()))
    }

    /// The player leaves first, so that the others hear of it from the server.
    fn stop(&mut self) {
        if let Some(voice) = self.voice.take() {
            voice.stop();
            let deadline = Instant::now() + LONGEST_GOODBYE;
            while voice.is_running() && Instant::now() < deadline {
                thread::sleep(GOODBYE_CHECK);
            }
        }
        // It was hidden before, so this is the only handle.
        if let Some(server) = self.server.take().and_then(Arc::into_inner) {
            server.stop();
        }
    }
}

/// The longest goodbye of a player, whatever its network does.
const LONGEST_GOODBYE: Duration = Duration::from_secs(3);
const GOODBYE_CHECK: Duration = Duration::from_millis(2);
