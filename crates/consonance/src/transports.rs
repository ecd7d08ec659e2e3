//! The network to the server, and to another one to which the server redirects us.

use std::task::Waker;
use std::time::Instant;

use consonance_link::{ClientNetwork, Statistics};

use crate::route::Route;

/// Makes the path to an address named by a server.
pub(crate) type Dial = Box<dyn Fn(&str) -> Result<Route, String> + Send>;

/// The current network, and those before and after it.
pub(crate) struct Transports {
    present: Route,
    /// Without it, redirects are not supported.
    dial: Option<Dial>,
    /// Replaces the current one when the next link is made.
    next: Option<Route>,
    /// Used again if the current one leads nowhere.
    former: Option<Route>,
    /// Statistics of networks that are gone.
    past: Statistics,
    waker: Option<Waker>,
}

impl Transports {
    pub(crate) fn new(present: Route, dial: Option<Dial>) -> Self {
        Self { present, dial, next: None, former: None, past: Statistics::default(), waker: None }
    }

    /// The current route.
    pub(crate) fn present(&self) -> &Route {
        &self.present
    }

    pub(crate) fn present_mut(&mut self) -> &mut Route {
        &mut self.present
    }

    pub(crate) fn set_waker(&mut self, waker: Waker) {
        self.present.set_waker(waker.clone());
        self.waker = Some(waker);
    }

    pub(crate) fn wants_poll_at(&self) -> Option<Instant> {
        self.present.wants_poll_at()
    }

    /// Makes the next link lead to this address; returns an error if it is invalid, or if redirects are not supported
    /// here.
    pub(crate) fn lead_to(&mut self, address: &str) -> Result<(), String> {
        let dial = self.dial.as_ref().ok_or("this network cannot reach another server")?;
        self.next = Some(dial(address)?);
        Ok(())
    }

    /// Makes the next link lead to the current server.
    pub(crate) fn stay(&mut self) {
        self.next = None;
    }

    pub(crate) fn connect(&mut self, now: Instant) {
        if let Some(mut next) = self.next.take() {
            if let Some(waker) = &self.waker {
                next.set_waker(waker.clone());
            }
            let former = std::mem::replace(&mut self.present, next);
            self.former = Some(former);
        }
        self.present.connect(now);
    }

    /// The current network has made a link: the former one is no longer needed.
    pub(crate) fn note_up(&mut self) {
        if let Some(former) = self.former.take() {
            self.past = self.past.with(&former.statistics());
        }
    }

    /// No link was made: the next attempt alternates to the former network, and so on.
    pub(crate) fn note_failed(&mut self) {
        self.next = self.former.take();
    }

    /// Whether another network is left after a failure here.
    pub(crate) fn has_another(&self) -> bool {
        self.next.is_some() || self.former.is_some()
    }

    /// Whether a link over the primary network is up and ready to replace the fallback's, to the same server.
    pub(crate) fn can_return(&self) -> bool {
        self.next.is_none() && self.present.can_return()
    }

    /// The combined statistics of all networks.
    pub(crate) fn statistics(&self) -> Statistics {
        let others = [&self.former, &self.next].into_iter().flatten();
        let all = self.present.statistics().with(&self.past);
        others.fold(all, |all, other| all.with(&other.statistics()))
    }
}

#[cfg(test)]
mod tests {
    use consonance_link::memory::MemoryNetwork;
    use consonance_link::{ClientLinkEvent, Delivery, ServerNetwork as _};

    use super::*;

    /// Transports from one server to others, of which those called "dead" never answer.
    fn transports() -> (Transports, [MemoryNetwork; 2]) {
        let networks = [MemoryNetwork::new(), MemoryNetwork::new()];
        let other = networks[1].clone();
        let dial: Dial = Box::new(move |address| match address {
            "other" => Ok(Route::over(Box::new(other.client("")))),
            "dead" => Ok(Route::over(Box::new(MemoryNetwork::new().client("")))),
            _ => Err("no address".to_owned()),
        });
        (Transports::new(Route::over(Box::new(networks[0].client(""))), Some(dial)), networks)
    }

    fn outcome(transports: &mut Transports, servers: &mut [consonance_link::memory::MemoryServer]) -> bool {
        let now = Instant::now();
        transports.connect(now);
        loop {
            for server in &mut *servers {
                while server.poll_event(now, &mut Vec::new()).is_some() {}
            }
            match transports.present_mut().poll_event(now, &mut Vec::new()) {
                Some(ClientLinkEvent::Connected) => {
                    transports.note_up();
                    return true;
                }
                Some(ClientLinkEvent::Disconnected { .. }) => {
                    transports.note_failed();
                    return false;
                }
                _ => {}
            }
        }
    }

    fn end(transports: &mut Transports) {
        let now = Instant::now();
        transports.present_mut().disconnect(now);
        while !matches!(
            transports.present_mut().poll_event(now, &mut Vec::new()),
            Some(ClientLinkEvent::Disconnected { .. })
        ) {}
    }

    #[test]
    fn the_next_link_leads_where_we_were_sent() {
        let (mut transports, networks) = transports();
        let mut servers = networks.map(|network| network.listen());
        assert!(outcome(&mut transports, &mut servers[..1]));
        transports.present_mut().send(Instant::now(), Delivery::Reliable, b"a packet");
        transports.lead_to("other").expect("an address");
        assert!(transports.has_another());
        end(&mut transports);
        assert!(outcome(&mut transports, &mut servers[1..]), "the other server alone lets us in");
        assert!(!transports.has_another());
        assert_eq!(transports.statistics().sent.reliable.packets, 1, "what was counted before counts on");
    }

    #[test]
    fn without_an_answer_we_go_back_and_try_both_in_turns() {
        let (mut transports, networks) = transports();
        let mut servers = networks.map(|network| network.listen());
        transports.lead_to("dead").expect("an address");
        assert!(!outcome(&mut transports, &mut servers));
        assert!(transports.has_another());
        assert!(outcome(&mut transports, &mut servers[..1]));
        assert!(!transports.has_another());
    }

    #[test]
    fn an_address_that_is_none_changes_nothing() {
        let (mut transports, networks) = transports();
        let mut servers = networks.map(|network| network.listen());
        assert_eq!(transports.lead_to("nonsense"), Err("no address".to_owned()));
        assert!(outcome(&mut transports, &mut servers[..1]));
        transports.lead_to("other").expect("an address");
        transports.stay();
        end(&mut transports);
        assert!(outcome(&mut transports, &mut servers[..1]));
    }
}
