//! A dedicated server over QUIC on a free port of this machine, which can go away and come back.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance::{VoiceChat, VoiceChatBuilder};
use consonance_quic::{
    Identity, QuicAddress, QuicClientSettings, QuicRuntime, QuicServer, QuicServerSettings,
};
use consonance_server::moderation::Moderation;
use consonance_server::recording::SessionRecorder;
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::{Admission, DedicatedServer, SessionLoop, SessionsSettings};

use crate::player::PATIENCE;

const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Serves the session `main`.
pub(crate) struct Fixture {
    identity: Identity,
    address: SocketAddr,
    server: Option<DedicatedServer>,
    settings: SessionsSettings,
}

impl Fixture {
    pub(crate) fn open() -> Self {
        Self::admitting(Admission::default())
    }

    /// The same, with restricted joining.
    pub(crate) fn admitting(admission: Admission) -> Self {
        Self::open_with(|settings| settings.admission = admission)
    }

    /// The same with other settings.
    pub(crate) fn open_with(change: impl FnOnce(&mut SessionsSettings)) -> Self {
        let identity = new_identity();
        let mut settings = SessionsSettings::new(["main"]).unwrap();
        settings.records = Records::in_memory(RecordsSettings::default());
        change(&mut settings);
        let (server, address) = serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &identity, &settings);
        Self { identity, address, server: Some(server), settings }
    }

    /// The moderation of this server.
    pub(crate) fn moderation(&self) -> Moderation {
        Moderation::new(self.server.as_ref().unwrap().handle(), self.settings.records.clone())
    }

    /// Records sessions with this from now on.
    pub(crate) fn record_with(&self, recorder: &SessionRecorder) {
        self.server.as_ref().unwrap().handle().record_with(Some(recorder)).unwrap();
    }

    /// The address of a session here, whether it is served or not.
    pub(crate) fn address(&self, session: &str) -> QuicAddress {
        let (host, port) = (self.address.ip().to_string(), self.address.port());
        QuicAddress::new(host, port, session, Some(self.identity.fingerprint())).unwrap()
    }

    /// A chat in the session `main`, to be set up and started.
    pub(crate) fn chat(&self) -> VoiceChatBuilder {
        let settings = QuicClientSettings { connect_timeout: PATIENCE, ..QuicClientSettings::default() };
        VoiceChat::builder().server_with(&self.address("main").to_string(), settings).unwrap()
    }

    /// The server ends, with a close to all players.
    pub(crate) fn stop(&mut self) {
        self.server.take().unwrap().stop();
    }

    /// Another server with the same certificate takes the same port.
    pub(crate) fn start_again(&mut self) {
        // A restarted server has another seed, so that clients notice.
        self.settings.seed = self.settings.seed.wrapping_add(1);
        self.server = Some(serve(self.address, &self.identity, &self.settings).0);
    }

    /// The same, but with a certificate of its own.
    pub(crate) fn start_another(&mut self) {
        self.identity = new_identity();
        self.start_again();
    }
}

fn new_identity() -> Identity {
    Identity::self_signed(["127.0.0.1"]).unwrap()
}

fn serve(
    address: SocketAddr,
    identity: &Identity,
    settings: &SessionsSettings,
) -> (DedicatedServer, SocketAddr) {
    let runtime = QuicRuntime::new(1).unwrap();
    let deadline = Instant::now() + PATIENCE;
    // The port of the previous server becomes free when its threads have ended.
    let listener = loop {
        match QuicServer::bind(&runtime, address, identity, QuicServerSettings::default()) {
            Ok(listener) => break listener,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        thread::sleep(POLL_INTERVAL);
    };
    let address = listener.local_addr();
    let mut session_loop = SessionLoop::new(settings);
    session_loop.add_network(Box::new(listener));
    (DedicatedServer::start(session_loop), address)
}
