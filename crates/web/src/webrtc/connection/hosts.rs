//! Hosts that have proved that they receive.
//!
//! An ICE check with the right password redirects all traffic to its apparent source, and a page knows the password
//! that it was given. So a host gets no more bytes than came from it until it has answered a check of ours; other
//! traffic waits for that. Over TCP a host has answered before anything comes from it.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::udp::ProvedHosts;
use consonance_link::rtc_crypto::ReturnCheck;
use str0m::net::{Protocol, Transmit};

/// The hosts of one page.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    credentials: Option<Credentials>,
    known: ProvedHosts<ReturnCheck, Transmit>,
    /// The last check that asked for a sign of life and has no answer yet.
    probe: Option<ReturnCheck>,
}

/// The oldest datagram that was held back made room for another one.
pub(super) struct Lost;

/// The names and the password for checks of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) own_user_fragment: String,
    pub(super) user_fragment: String,
    pub(super) password: String,
}

impl Hosts {
    /// The page is called like this from now on.
    pub(super) fn set_credentials(&mut self, credentials: Credentials) {
        if self.credentials.as_ref() != Some(&credentials) {
            self.credentials = Some(credentials);
            self.known.forget_questions();
            self.probe = None;
        }
    }

    /// A check whose answer is a sign of life, whether a host is proved or not.
    pub(super) fn probe(&mut self) -> Option<Vec<u8>> {
        let check = self.credentials.as_ref()?.check()?;
        let datagram = check.datagram().to_vec();
        self.probe = Some(check);
        Some(datagram)
    }

    /// A datagram came. True if it is the answer to a check of ours, and needs no other handling.
    pub(super) fn handle_datagram(&mut self, protocol: Protocol, from: SocketAddr, datagram: &[u8]) -> bool {
        let proves = protocol == Protocol::Udp
            && self.known.handle_datagram(from.ip(), datagram.len(), |check| check.is_answered_by(datagram));
        proves || self.probe.take_if(|check| check.is_answered_by(datagram)).is_some()
    }

    /// Returns a datagram that may leave, and holds it back otherwise. `Err` if an older one is lost for that.
    pub(super) fn let_through(&mut self, transmit: Transmit) -> Result<Option<Transmit>, Lost> {
        let host = transmit.destination.ip();
        if transmit.proto != Protocol::Udp || self.known.may_leave(host, transmit.contents.len()) {
            return Ok(Some(transmit));
        }
        if self.known.hold(host, transmit) { Ok(None) } else { Err(Lost) }
    }

    /// The next datagram that was held back and may leave now.
    pub(super) fn poll_released(&mut self) -> Option<Transmit> {
        self.known.poll_released()
    }

    /// The check of a host to which something was to leave, if one is due.
    pub(super) fn poll_check(&mut self, now: Instant, transmit: &Transmit) -> Option<Transmit> {
        let credentials = self.credentials.as_ref().filter(|_| transmit.proto == Protocol::Udp)?;
        let Transmit { proto, source, destination, .. } = *transmit;
        let check =
            self.known.poll_question(now, destination.ip(), || credentials.check(), ReturnCheck::datagram)?;
        Some(Transmit { proto, source, destination, contents: check.into() })
    }
}

impl Credentials {
    fn check(&self) -> Option<ReturnCheck> {
        ReturnCheck::new(&self.own_user_fragment, &self.user_fragment, &self.password)
    }
}
