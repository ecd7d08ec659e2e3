//! The webhook events of players.

use consonance_session::ServerEvent;

use crate::sessions::Session;
use crate::webhooks::{Occurrence, Webhooks};

/// Players that come and go; of those that resume, webhooks know already.
pub(super) fn tell(webhooks: &Webhooks, session: &Session, event: &ServerEvent) {
    match event {
        ServerEvent::ClientJoined { id, name, .. } => {
            let subject =
                session.server.tables().client(*id).and_then(|client| client.access?.subject.as_deref());
            webhooks.tell(&Occurrence::PlayerJoined { session: &session.name, name, subject });
        }
        ServerEvent::ClientLeft { name, subject, .. } => {
            let subject = subject.as_deref();
            webhooks.tell(&Occurrence::PlayerLeft { session: &session.name, name, subject });
        }
        ServerEvent::JoinRequested { .. }
        | ServerEvent::NameInUse { .. }
        | ServerEvent::NameClaimWithdrawn { .. }
        | ServerEvent::AccessDenied { .. }
        | ServerEvent::RoomIdTaken { .. }
        | ServerEvent::PriorityDenied { .. }
        | ServerEvent::ClientResumed { .. }
        | ServerEvent::Restarted { .. }
        | ServerEvent::EnteredRoom { .. }
        | ServerEvent::StartedSpeaking { .. }
        | ServerEvent::StoppedSpeaking { .. }
        | ServerEvent::Spoofed { .. }
        | ServerEvent::Moderated { .. }
        | ServerEvent::ModerationRequested { .. }
        | ServerEvent::MemberReported { .. }
        | ServerEvent::RoomFull { .. }
        | ServerEvent::ExitedRoom { .. } => {}
    }
}
