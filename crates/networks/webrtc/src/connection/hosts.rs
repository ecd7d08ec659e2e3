//! Which hosts have shown that they get what is sent there.
//!
//! A check of ICE with the right password moves everything that is sent to where it seems to come from, and a page
//! knows the password that it was told. So a host gets three times what came from it at most, until it has answered a
//! check of ours. Over TCP a host has answered before anything comes from it.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_gateway::udp::ProvedHosts;
use consonance_rtc_crypto::ReturnCheck;
use str0m::net::{Protocol, Transmit};

/// The hosts of one page.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    credentials: Option<Credentials>,
    known: ProvedHosts<ReturnCheck>,
}

/// How checks of ours are named and sealed.
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
        }
    }

    /// A datagram came. True if it is the answer to a check of ours, and nobody else's matter.
    pub(super) fn handle_datagram(&mut self, protocol: Protocol, from: SocketAddr, datagram: &[u8]) -> bool {
        protocol == Protocol::Udp
            && self.known.handle_datagram(from.ip(), datagram.len(), |check| check.is_answered_by(datagram))
    }

    /// Whether this may leave; if so, it counts as sent.
    pub(super) fn may_leave(&mut self, transmit: &Transmit) -> bool {
        transmit.proto != Protocol::Udp
            || self.known.may_leave(transmit.destination.ip(), transmit.contents.len())
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
