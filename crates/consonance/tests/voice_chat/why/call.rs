//! A server, Alice the speaker, Bob the listener, and the diagnosis of why he does not hear her.

use std::thread;
use std::time::{Duration, Instant};

use consonance::inspector::{Diagnosis, Inspected, SilenceCause, Snapshot, why};
use consonance::transport::memory::{MemoryClient, MemoryNetwork};
use consonance::{VoiceChat, VoiceChatBuilder};
use consonance_server::{DedicatedServer, Inspection, SessionLoop, SessionsSettings};

use crate::speech::{Speech, recording};

/// How long anything may take. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// A diagnosis must still hold after this time.
const STEADY: Duration = Duration::from_millis(400);

/// Serves the sessions `main` and `other` in memory.
pub(crate) struct Call {
    network: MemoryNetwork,
    server: DedicatedServer,
}

impl Call {
    pub(crate) fn open() -> Self {
        Self::with_rules(|_| {})
    }

    /// Serves the sessions with other rules.
    pub(crate) fn with_rules(change: impl FnOnce(&mut SessionsSettings)) -> Self {
        let network = MemoryNetwork::new();
        let mut settings = SessionsSettings::new(["main", "other"]).unwrap();
        change(&mut settings);
        let mut session_loop = SessionLoop::new(&settings);
        session_loop.add_network(Box::new(network.listen()));
        Self { network, server: DedicatedServer::start(session_loop) }
    }

    pub(crate) fn link(&self, session: &str) -> MemoryClient {
        self.network.client(session)
    }

    /// A chat in the session `main`, to be set up and started.
    pub(crate) fn chat(&self, name: &str) -> VoiceChatBuilder {
        VoiceChat::over(Box::new(self.link("main"))).name(name)
    }

    /// One that speaks to the lobby without end.
    pub(crate) fn speaker(&self, name: &str) -> VoiceChatBuilder {
        self.chat(name).speak_in_room("lobby").input(endless())
    }

    /// One that listens to the lobby.
    pub(crate) fn listener(&self, name: &str) -> VoiceChatBuilder {
        self.chat(name).listen_to_room("lobby")
    }

    /// Alice speaks to the lobby and Bob hears that.
    pub(crate) fn pair(&self) -> (VoiceChat, VoiceChat) {
        let (alice, bob) = (self.speaker("Alice").start().unwrap(), self.listener("Bob").start().unwrap());
        self.until_in_order(&alice, &bob);
        (alice, bob)
    }

    pub(crate) fn until_in_order(&self, alice: &VoiceChat, bob: &VoiceChat) {
        let server = self.server();
        until("everything is in order", || {
            let diagnosis = diagnose(&[&server, alice, bob]);
            if diagnosis.verdict().contains("no link is broken") { Ok(()) } else { Err(diagnosis) }
        });
    }

    pub(crate) fn server(&self) -> Inspection {
        self.server.inspection()
    }

    pub(crate) fn stop(self) {
        self.server.stop();
    }
}

/// A source of snapshots.
pub(crate) trait Asked {
    fn ask(&self) -> Snapshot;
}

impl Asked for VoiceChat {
    fn ask(&self) -> Snapshot {
        self.snapshot()
    }
}

impl Asked for Inspection {
    fn ask(&self) -> Snapshot {
        self.snapshot()
    }
}

/// Speech that never ends.
pub(crate) fn endless() -> Box<dyn consonance::audio::Input> {
    Speech::endless(&recording(1, 0.5, 2.5))
}

/// The diagnosis of why Bob does not hear Alice, from these snapshots.
pub(crate) fn diagnose(asked: &[&dyn Asked]) -> Diagnosis {
    let snapshots: Vec<Snapshot> = asked.iter().map(|one| one.ask()).collect();
    why(&snapshots, "Alice", "Bob")
}

/// Waits until that is the cause, and remains it.
pub(crate) fn until_cause(asked: &[&dyn Asked], cause: &SilenceCause) -> Diagnosis {
    let find = || {
        let diagnosis = diagnose(asked);
        if diagnosis.cause() == Some(cause) { Ok(diagnosis) } else { Err(diagnosis) }
    };
    until(&format!("{cause:?}"), || {
        find()?;
        thread::sleep(STEADY);
        let diagnosis = find()?;
        let step = diagnosis.first_broken().unwrap();
        assert!(!step.words.is_empty() && step.remedy.is_some(), "{diagnosis}");
        Ok(diagnosis)
    })
}

/// Waits until a snapshot satisfies the condition.
pub(crate) fn until_shown(asked: &dyn Asked, is_so: impl Fn(&Snapshot) -> bool) {
    until("what should be shown", || if is_so(&asked.ask()) { Ok(()) } else { Err(diagnose(&[asked])) });
}

fn until<T>(what: &str, mut look: impl FnMut() -> Result<T, Diagnosis>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look() {
            Ok(found) => return found,
            Err(diagnosis) => assert!(Instant::now() < deadline, "never: {what}\n{diagnosis}"),
        }
        thread::sleep(POLL_INTERVAL);
    }
}
