//! The session in which an example's players meet: that of the given address, or one of the example's own.

use std::env;
use std::error::Error;

use consonance::transport::memory::MemoryNetwork;
use consonance::{VoiceChat, VoiceChatBuilder};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

/// A session, and the way into it.
pub(crate) struct Meeting {
    network: MemoryNetwork,
    _server: DedicatedServer,
}

impl Meeting {
    /// Starts a server in this process.
    pub(crate) fn open() -> Result<Self, Box<dyn Error>> {
        let network = MemoryNetwork::new();
        let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"])?);
        sessions.add_network(Box::new(network.listen()));
        Ok(Self { network, _server: DedicatedServer::start(sessions) })
    }

    /// A chat to be set up and started: at the address on the command line, if there is one.
    pub(crate) fn chat(&self) -> Result<VoiceChatBuilder, Box<dyn Error>> {
        Ok(match env::args().nth(1) {
            Some(address) => VoiceChat::to(&address)?,
            None => VoiceChat::over(Box::new(self.network.client("main"))),
        })
    }
}
