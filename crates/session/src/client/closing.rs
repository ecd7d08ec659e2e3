//! A closing server: the events for the game, and the move to another server.

use core::time::Duration;

use consonance_wire::Closing;

use super::Client;
use super::connect::Connection;
use super::event::{ClientEvent, Disconnection, Redirect};
use crate::link::{CloseReason, LinkCommand};
use crate::time::Instant;

/// The longest delay before reconnecting that a server can request.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Client {
    /// Leaves the link and requests another one at once, which the driver makes to the
    /// [announced](ClientEvent::Draining) server. The new server is shown the ticket for my place at the present one,
    /// in case it has taken over the session; rooms and channels are kept in any case. False if I am in no session.
    pub fn follow_redirect(&mut self, now: Instant) -> bool {
        let Connection::Joined { link, .. } = self.connection else { return false };
        self.lose_link(now, Disconnection::Redirected);
        self.commands.push_back(LinkCommand::close(link, CloseReason::Redirected));
        true
    }

    pub(super) fn handle_closing(&mut self, closing: &Closing<'_>) {
        let millis = |millis: u32| Duration::from_millis(millis.into());
        match *closing {
            Closing::Ends { in_ms } => {
                self.events.push(ClientEvent::Draining { ends_in: millis(in_ms), redirect: None });
            }
            Closing::Moves { in_ms, leave_in_ms, address } => {
                let redirect = Redirect { leave_in: millis(leave_in_ms), address: address.into() };
                self.events.push(ClientEvent::Draining { ends_in: millis(in_ms), redirect: Some(redirect) });
            }
            Closing::Restarts { come_back_in_ms } => {
                self.back_off.pause_once(millis(come_back_in_ms).min(LONGEST_PAUSE));
            }
            Closing::Stays => self.events.push(ClientEvent::DrainCancelled),
            _ => self.statistics.ignored += 1,
        }
    }
}
