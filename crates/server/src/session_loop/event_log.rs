//! What happens in sessions, as lines of the log.

use consonance_session::ServerEvent;
use tracing::{debug, info};

pub(super) fn log(session: &str, event: &ServerEvent) {
    match event {
        ServerEvent::ClientJoined { id, name, link, .. } => {
            info!(session, player = &**name, id = id.0, link = link.0, "joined");
        }
        ServerEvent::AccessDenied { name, room, to, .. } => {
            info!(session, player = &**name, room = &**room, ?to, "no access");
        }
        ServerEvent::PriorityDenied { name, .. } => {
            info!(session, player = &**name, "speaks with more priority than it may");
        }
        ServerEvent::Spoofed { name, claimed_name, .. } => {
            info!(session, player = &**name, claimed = ?claimed_name, "spoke in the name of somebody else");
        }
        ServerEvent::Restarted { session: number } => info!(session, %number, "started anew"),
        ServerEvent::ClientResumed { id, name, link } => {
            info!(session, player = &**name, id = id.0, link = link.0, "came back");
        }
        ServerEvent::ClientLeft { id, name, .. } => info!(session, player = &**name, id = id.0, "left"),
        ServerEvent::EnteredRoom { name, room, .. } => {
            debug!(session, player = &**name, room = &**room, "entered a room");
        }
        ServerEvent::ExitedRoom { name, room, .. } => {
            debug!(session, player = &**name, room = &**room, "left a room");
        }
        _ => debug!(session, ?event, "event"),
    }
}
