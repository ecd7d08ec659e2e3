//! The streams of a page's slots, which str0m knows of only while there is something to send in them.
//!
//! For each stream that it knows of, str0m keeps six kilobytes and sends a report every second, whereas most pages
//! never need all of their slots. So it reads in an offer that the slots are inactive, and their streams are declared
//! when they are first used; the answer says what they are.

use std::time::Duration;

use str0m::Rtc;
use str0m::media::{Direction, Mid};

use super::{Connection, OfferError, Slot};

impl Connection {
    /// These are the slots from now on. Those that stay go on with their streams.
    pub(super) fn set_slots(&mut self, mids: &[Mid]) -> Result<(), OfferError> {
        let rtc = &mut self.rtc;
        let payload_type = |mid: Mid| {
            let media = rtc.media(mid).filter(|media| media.direction() == Direction::Inactive)?;
            Some((mid, media.remote_pts().first().copied()?))
        };
        let found: Option<Vec<_>> = mids.iter().map(|&mid| payload_type(mid)).collect();
        let found = found.ok_or(OfferError::Missing { what: "Opus" })?;
        let mut former = std::mem::take(&mut self.slots);
        for (mid, payload_type) in found {
            let kept = former.iter().position(|slot| slot.mid == mid).map(|at| former.swap_remove(at));
            let slot = kept.map(|slot| slot.renumbered(payload_type));
            let new = || Slot::new(mid, payload_type, rtc.direct_api().new_ssrc());
            self.slots.push(slot.unwrap_or_else(new));
        }
        Ok(())
    }
}

/// Declares the stream of a slot, unless the page has no such slot any more.
pub(super) fn declare(rtc: &mut Rtc, slot: &Slot) {
    if rtc.direct_api().stream_tx(&slot.source).is_some() || rtc.media(slot.mid).is_none() {
        return;
    }
    let mut direct = rtc.direct_api();
    let stream = direct.declare_stream_tx(slot.source, None, slot.mid, None);
    // No retransmissions: they would arrive too late to be heard.
    stream.set_rtx_cache(0, Duration::ZERO, None);
}
