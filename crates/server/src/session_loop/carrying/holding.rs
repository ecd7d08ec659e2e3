//! Packets that wait until it is clear that this node owns their session.

use consonance_link::EndCode;
use consonance_session::{Delivery, LinkId};

use super::Carrying;

impl Carrying<'_> {
    /// Another node may own the session: reliable packets wait until that is clear. One of another worker has a number.
    #[cold]
    pub(in super::super) fn hold_packet(
        &mut self,
        index: usize,
        link: LinkId,
        delivery: Delivery,
        number: Option<u64>,
        packet: &[u8],
    ) {
        let lease = &mut self.state.sessions.get_mut(index).lease;
        let is_held = lease.as_mut().is_none_or(|lease| lease.hold(link, number, packet));
        if delivery == Delivery::Reliable && !is_held {
            self.state.networks.reject(self.now, link, &EndCode::ServerBusy.into(), None);
        }
    }
}
