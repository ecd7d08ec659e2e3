//! Addresses at which a peer has proved that it receives.
//!
//! An ICE check with the right password redirects all traffic to its apparent source, and a peer knows the password
//! that it was given. An end that gathers candidates itself sends only where its own checks were answered (RFC 8445,
//! section 7.2.5); an end that only answers has to ask, and sends no more bytes than came from a host until then.
//! Other traffic waits for the answer.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use consonance_link::gateway::udp::ProvedHosts;
use consonance_link::rtc_crypto::ReturnCheck;

use super::Ice;

/// The hosts of one peer.
#[derive(Debug)]
pub(super) struct Hosts {
    ice: Ice,
    credentials: Option<Credentials>,
    known: ProvedHosts<ReturnCheck, (SocketAddr, Vec<u8>)>,
    /// The last check that asked for a sign of life and has no answer yet.
    probe: Option<ReturnCheck>,
    /// Datagrams that did not leave, since more of them waited than may.
    pub(super) held_back: u64,
}

/// How checks of ours are named and sealed.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) own_user_fragment: String,
    pub(super) user_fragment: String,
    pub(super) password: String,
}

impl Hosts {
    pub(super) fn new(ice: Ice) -> Self {
        Self { ice, credentials: None, known: ProvedHosts::default(), probe: None, held_back: 0 }
    }

    /// How the peer is called.
    pub(super) fn set_credentials(&mut self, credentials: Credentials) {
        self.credentials = Some(credentials);
    }

    /// A datagram came. True if it is the answer to a check of ours, and of no other interest.
    pub(super) fn handle_datagram(&mut self, from: IpAddr, datagram: &[u8]) -> bool {
        if self.ice == Ice::Full {
            return false;
        }
        let proves = self.known.handle_datagram(from, datagram.len(), |check| check.is_answered_by(datagram));
        proves || self.probe.take_if(|check| check.is_answered_by(datagram)).is_some()
    }

    /// A check whose answer is a sign of life, at a host that is proved already.
    pub(super) fn probe(&mut self) -> Option<Vec<u8>> {
        let check = self.credentials.as_ref()?.check()?;
        let datagram = check.datagram().to_vec();
        self.probe = Some(check);
        Some(datagram)
    }

    /// A datagram that is to leave: given back if it may, and held back otherwise.
    pub(super) fn let_through(&mut self, to: SocketAddr, datagram: Vec<u8>) -> Option<(SocketAddr, Vec<u8>)> {
        if self.ice == Ice::Full || self.known.may_leave(to.ip(), datagram.len()) {
            return Some((to, datagram));
        }
        self.held_back += u64::from(!self.known.hold(to.ip(), (to, datagram)));
        None
    }

    /// The next datagram that was held back and may leave now.
    pub(super) fn poll_released(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        self.known.poll_released()
    }

    /// The check of a host to which something is to leave, if one is due.
    pub(super) fn poll_check(&mut self, now: Instant, to: IpAddr) -> Option<Vec<u8>> {
        let credentials = self.credentials.as_ref().filter(|_| self.ice == Ice::Lite)?;
        self.known.poll_question(now, to, || credentials.check(), ReturnCheck::datagram)
    }

    pub(super) fn is_proved(&self, address: IpAddr) -> bool {
        self.ice == Ice::Full || self.known.is_proved(address)
    }
}

impl Credentials {
    fn check(&self) -> Option<ReturnCheck> {
        ReturnCheck::new(&self.own_user_fragment, &self.user_fragment, &self.password)
    }
}
