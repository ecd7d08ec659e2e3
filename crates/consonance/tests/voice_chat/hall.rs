//! A server in memory with readable counters, and players that a test connects with each other.

use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance::transport::memory::{MemoryAddress, MemoryClient, MemoryNetwork};
use consonance::{VoiceChat, VoiceChatBuilder};
use consonance_server::{SessionLoop, SessionsSettings};

const TURN: Duration = Duration::from_millis(2);

/// Serves the session `main`.
pub(crate) struct Hall {
    network: MemoryNetwork,
    served: Arc<Mutex<Option<SessionLoop>>>,
    thread: Option<JoinHandle<()>>,
}

impl Hall {
    pub(crate) fn open() -> Self {
        Self::open_with(&SessionsSettings::new(["main"]).unwrap())
    }

    pub(crate) fn open_with(settings: &SessionsSettings) -> Self {
        let network = MemoryNetwork::new();
        let mut session_loop = SessionLoop::new(settings);
        session_loop.add_network(Box::new(network.listen()));
        let served = Arc::new(Mutex::new(Some(session_loop)));
        let turned = Arc::clone(&served);
        let thread = thread::spawn(move || {
            while let Some(session_loop) = &mut *turned.lock().unwrap() {
                session_loop.run_once(Instant::now());
                // The observer has time to look.
                thread::sleep(TURN);
            }
        });
        Self { network, served, thread: Some(thread) }
    }

    /// A chat builder, and the address at which its player can be reached directly.
    pub(crate) fn chat(&self) -> (VoiceChatBuilder, MemoryAddress) {
        let client = self.network.client("main");
        let address = client.address();
        (VoiceChat::over(Box::new(client)), address)
    }

    /// A stranger to the session.
    pub(crate) fn intruder(&self) -> MemoryClient {
        self.network.client("main")
    }

    /// Frames that came to the server to be forwarded, in any form.
    pub(crate) fn frames_relayed(&self) -> u64 {
        let served = self.served.lock().unwrap();
        let statistics = served.as_ref().unwrap().statistics().next().unwrap().2;
        statistics.frames_relayed + statistics.frames_routed
    }

    /// Restarts the session, empty.
    pub(crate) fn restart_session(&self) {
        self.served.lock().unwrap().as_mut().unwrap().restart_sessions(Instant::now());
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        if let Ok(mut served) = self.served.lock() {
            *served = None;
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
