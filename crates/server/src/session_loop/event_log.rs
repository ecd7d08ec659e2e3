//! The events of sessions, as lines of the log.

use std::time::Instant;

use consonance_link::Remote;
use consonance_session::{CloseReason, LinkId, ServerEvent};
use tracing::field::display;
use tracing::{Span, debug, info};

use super::link_span::link_span;
use super::refusal_log::RefusalLog;
use crate::sessions::{Departure, Session};

/// Writes the line about a player that left.
pub(super) fn log_departure(session: &Span, event: &ServerEvent, departure: &Departure<'_>) {
    let ServerEvent::ClientLeft { id, name, link, .. } = event else { return };
    let Departure { reason, by } = departure;
    let line = || info!(player = &**name, id = id.0, reason = &**reason, by, "left");
    session.in_scope(|| link_span(*link).in_scope(line));
}

/// Writes the line about a link that the session closes: at the usual level if a newcomer is refused by the session's
/// own rules; of all others there are lines already.
pub(super) fn log_closing(
    log: &mut RefusalLog,
    now: Instant,
    session: &Session,
    link: LinkId,
    reason: &CloseReason,
    remote: Option<&Remote>,
) {
    let in_spans = |line: &dyn Fn()| session.span.in_scope(|| link_span(link).in_scope(line));
    match reason {
        CloseReason::NameProtected
        | CloseReason::NameInUse
        | CloseReason::NameTooLong { .. }
        | CloseReason::SessionFull
        | CloseReason::Draining { .. }
        | CloseReason::AtItsLimit { .. }
        | CloseReason::CodecRefused
        | CloseReason::EncryptionRequired => {
            let address = remote.map(display);
            log.write(now, || in_spans(&|| info!(address, %reason, "not admitted")));
        }
        CloseReason::Left
        | CloseReason::ReplacedByNewerLogin
        | CloseReason::NoHandshake
        | CloseReason::NoAnswer
        | CloseReason::Resumed
        | CloseReason::WrongSession
        | CloseReason::NotAdmitted
        | CloseReason::Kicked { .. }
        | CloseReason::Banned { .. }
        | CloseReason::VisitEnded
        | CloseReason::Stopped
        | CloseReason::Redirected
        | CloseReason::TooManyPeers
        | CloseReason::Overloaded
        | CloseReason::Abuse { .. } => in_spans(&|| debug!(%reason, "closing")),
    }
}

/// Writes a line that belongs to the session of this span, and to the link that the event is about. Of departures,
/// [`log_departure`] does.
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
            info!(player = &**name, "tried to speak with too high a priority");
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
            info!(player = &**name, id = id.0, "resumed");
        }
        ServerEvent::ClientLeft { .. } => {}
        ServerEvent::EnteredRoom { name, room, .. } => {
            debug!(player = &**name, room = &**room, "entered a room");
        }
        ServerEvent::ExitedRoom { name, room, .. } => {
            debug!(player = &**name, room = &**room, "left a room");
        }
        ServerEvent::JoinRequested { .. }
        | ServerEvent::StartedSpeaking { .. }
        | ServerEvent::StoppedSpeaking { .. }
        | ServerEvent::Moderated { .. }
        | ServerEvent::ModerationRequested { .. }
        | ServerEvent::MemberReported { .. }
        | ServerEvent::RoomFull { .. } => debug!(?event, "event"),
    }
}

fn link_of(event: &ServerEvent) -> Option<LinkId> {
    match event {
        ServerEvent::ClientJoined { link, .. }
        | ServerEvent::ClientResumed { link, .. }
        | ServerEvent::NameInUse { link, .. }
        | ServerEvent::NameClaimWithdrawn { link, .. } => Some(*link),
        _ => None,
    }
}
