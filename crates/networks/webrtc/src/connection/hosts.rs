//! Which hosts have shown that they get what is sent there.
//!
//! A check of ICE with the right password moves everything that is sent to where it seems to come from, and a page
//! knows the password that it was told. So a host gets three times what came from it at most, until it has answered a
//! check of ours. Over TCP a host has answered before anything comes from it.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_gateway::udp::Credit;
use consonance_rtc_crypto::ReturnCheck;
use str0m::net::{Protocol, Transmit};

/// The hosts of one page.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    credentials: Option<Credentials>,
    /// By when they came.
    known: VecDeque<Host>,
}

/// How checks of ours are named and sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) own_user_fragment: String,
    pub(super) user_fragment: String,
    pub(super) password: String,
}

#[derive(Debug)]
struct Host {
    address: IpAddr,
    credit: Credit,
    check: Option<Check>,
}

#[derive(Debug)]
struct Check {
    check: ReturnCheck,
    sent_at: Instant,
}

impl Hosts {
    /// The page is called like this from now on.
    pub(super) fn set_credentials(&mut self, credentials: Credentials) {
        if self.credentials.as_ref() != Some(&credentials) {
            self.credentials = Some(credentials);
            self.known.iter_mut().for_each(|host| host.check = None);
        }
    }

    /// A datagram came. True if it is the answer to a check of ours, and nobody else's matter.
    pub(super) fn handle_datagram(&mut self, protocol: Protocol, from: SocketAddr, datagram: &[u8]) -> bool {
        if protocol != Protocol::Udp {
            return false;
        }
        let host = self.host(from.ip());
        host.credit.earn(datagram.len());
        let is_answer = host.check.as_ref().is_some_and(|check| check.check.is_answered_by(datagram));
        if is_answer {
            host.credit.prove();
            host.check = None;
        }
        is_answer
    }

    /// Whether this may leave; if so, it counts as sent.
    pub(super) fn may_leave(&mut self, transmit: &Transmit) -> bool {
        transmit.proto != Protocol::Udp
            || self.host(transmit.destination.ip()).credit.spend(transmit.contents.len())
    }

    /// The check of a host to which something was to leave, if one is due.
    pub(super) fn poll_check(&mut self, now: Instant, transmit: &Transmit) -> Option<Transmit> {
        let credentials = self.credentials.clone().filter(|_| transmit.proto == Protocol::Udp)?;
        let host = self.host(transmit.destination.ip());
        let is_waited_for = host.check.as_ref().is_some_and(|check| now < check.sent_at + AGAIN_AFTER);
        if host.credit.is_proved() || is_waited_for {
            return None;
        }
        let check = match &host.check {
            Some(check) => check.check.clone(),
            None => credentials.check()?,
        };
        if !host.credit.spend(check.datagram().len()) {
            return None;
        }
        let contents = check.datagram().to_vec().into();
        host.check = Some(Check { check, sent_at: now });
        let Transmit { proto, source, destination, .. } = *transmit;
        Some(Transmit { proto, source, destination, contents })
    }

    fn host(&mut self, address: IpAddr) -> &mut Host {
        let known = self.known.iter().position(|host| host.address == address);
        let at = known.unwrap_or_else(|| {
            if self.known.len() == HOSTS_MAX {
                let unproved = self.known.iter().position(|host| !host.credit.is_proved());
                self.known.remove(unproved.unwrap_or(0));
            }
            self.known.push_back(Host { address, credit: Credit::new(), check: None });
            self.known.len() - 1
        });
        &mut self.known[at]
    }
}

impl Credentials {
    fn check(&self) -> Option<ReturnCheck> {
        ReturnCheck::new(&self.own_user_fragment, &self.user_fragment, &self.password)
    }
}

/// After how long a check that was not answered is sent again: a page that changes its network
/// hears again within a second.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// How many hosts of a page are remembered: of a machine with many networks, each with both families of addresses.
const HOSTS_MAX: usize = 16;
