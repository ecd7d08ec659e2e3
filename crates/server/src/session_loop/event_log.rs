//! The events of sessions, as lines of the log.

use consonance_session::{LinkId, ServerEvent};
use tracing::{Span, debug, info};

use super::link_span;

/// Writes a line that belongs to the session of this span, and to the link that the event is about.
pub(super) fn log(session: &Span, event: &ServerEvent) {
    let _session = session.enter();
    let _link = link_of(event).map(|link| link_span(link).entered());
    match event {
        ServerEvent::ClientJoined { id, name, .. } => {
            info!(player = &**name, id = id.0, "joined");
        }
        ServerEvent::AccessDenied { name, room, to, .. } => {
            info!(player = &**name, room = &**room, ?to, "no access");
        }
        ServerEvent::RoomIdTaken { name, room, in_use, .. } => {
            info!(player = &**name, room = &**room, ?in_use, "another room has the id of this one");
        }
        ServerEvent::PriorityDenied { name, .. } => {
            info!(player = &**name, "speaks with more priority than it may");
        }
        ServerEvent::Spoofed { name, claimed_name, .. } => {
            info!(player = &**name, claimed = ?claimed_name, "spoke in another player's name");
        }
        ServerEvent::Restarted { session: number } => info!(%number, "started again"),
        ServerEvent::NameInUse { name, holder, .. } => {
            info!(player = &**name, holder = holder.0, "name in use: the newcomer waits");
        }
        ServerEvent::NameClaimWithdrawn { name, .. } => {
            debug!(player = &**name, "the newcomer no longer waits for the name");
        }
        ServerEvent::ClientResumed { id, name, .. } => {
            info!(player = &**name, id = id.0, "came back");
        }
        ServerEvent::ClientLeft { id, name, .. } => info!(player = &**name, id = id.0, "left"),
        ServerEvent::EnteredRoom { name, room, .. } => {
            debug!(player = &**name, room = &**room, "entered a room");
        }
        ServerEvent::ExitedRoom { name, room, .. } => {
            debug!(player = &**name, room = &**room, "left a room");
        }
        _ => debug!(?event, "event"),
    }
}

fn link_of(event: &ServerEvent) -> Option<LinkId> {
    match event {
        ServerEvent::ClientJoined { link, .. }
        | ServerEvent::ClientResumed { link, .. }
        | ServerEvent::NameInUse { link, .. }
        | ServerEvent::NameClaimWithdrawn { link, .. }
        | ServerEvent::ClientLeft { link, .. } => Some(*link),
        _ => None,
    }
}
