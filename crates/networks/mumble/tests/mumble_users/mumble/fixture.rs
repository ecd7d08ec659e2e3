//! A server and its clients, polled in turn.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_link::Peer;
use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent};
use consonance_mumble::{Login, MumbleServer, MumbleServerEvent, MumbleSettings, server_tls};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// A server that admits everyone.
pub(crate) struct Fixture {
    pub(crate) server: MumbleServer,
    pub(crate) events: Vec<MumbleServerEvent>,
    pub(crate) logins: Vec<(Peer, Login)>,
}

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

impl Fixture {
    pub(crate) fn new(settings: MumbleSettings) -> Self {
        let tls = server_tls(Arc::new(rustls::sign::SingleCertAndKey::from(certified())));
        let server = MumbleServer::bind((Ipv4Addr::LOCALHOST, 0).into(), &tls, settings).unwrap();
        Self { server, events: Vec::new(), logins: Vec::new() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.local_addr()
    }

    /// Polls the server until it has no more events.
    pub(crate) fn turn(&mut self) {
        let now = Instant::now();
        while let Some(event) = self.server.poll(now) {
            if let MumbleServerEvent::Connected { user, remote, login } = &event {
                self.server.accept(now, *user, *remote, login);
                self.logins.push((*user, login.clone()));
            }
            self.events.push(event);
        }
        self.server.flush(now);
    }

    /// A client that has logged in.
    pub(crate) fn client(&mut self, settings: ClientSettings) -> (Peer, MumbleClient) {
        let before = self.logins.len();
        let mut client = MumbleClient::connect(self.address(), settings).unwrap();
        self.until(&mut client, |event| {
            matches!(event, MumbleClientEvent::Control(consonance_mumble::Control::CodecVersion(_)))
        });
        assert_eq!(self.logins.len(), before + 1);
        (self.logins[before].0, client)
    }

    /// Runs until a client receives a matching event; returns it.
    pub(crate) fn until(
        &mut self,
        client: &mut MumbleClient,
        is_it: impl Fn(&MumbleClientEvent) -> bool,
    ) -> MumbleClientEvent {
        let began = Instant::now();
        loop {
            self.turn();
            while let Some(event) = client.poll().unwrap() {
                if is_it(&event) {
                    return event;
                }
            }
            assert!(began.elapsed() < PATIENCE, "it does not come: {:?}", self.events);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Runs until the server reports a matching event; removes it from the list.
    pub(crate) fn until_event(&mut self, is_it: impl Fn(&MumbleServerEvent) -> bool) -> MumbleServerEvent {
        let began = Instant::now();
        loop {
            self.turn();
            if let Some(place) = self.events.iter().position(&is_it) {
                return self.events.remove(place);
            }
            assert!(began.elapsed() < PATIENCE, "it does not come: {:?}", self.events);
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A new certificate and its key.
pub(crate) fn certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    (made.cert.into(), key)
}

pub(crate) fn certified() -> CertifiedKey {
    let (certificate, key) = certificate();
    let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
    CertifiedKey::new(vec![certificate], key)
}
