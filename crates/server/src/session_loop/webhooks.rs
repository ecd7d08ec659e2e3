//! The webhook events of sessions and their players.

use consonance_session::ServerEvent;

use super::SessionLoop;
use crate::sessions::Session;
use crate::webhooks::{Occurrence, Webhooks};

impl SessionLoop {
    /// In the first iteration, since a server that cannot start tells nothing.
    pub(super) fn tell_first_sessions(&mut self) {
        for session in self.untold_sessions.drain(..) {
            self.webhooks.tell(&Occurrence::SessionBegun { session: &session });
        }
    }

    /// A session began for a client.
    pub(super) fn tell_begun(&self, index: usize) {
        if let Some(session) = self.sessions.get(index) {
            self.webhooks.tell(&Occurrence::SessionBegun { session: &session.name });
        }
    }

    /// A session ended with the server.
    pub(super) fn tell_ended(&self, index: usize) {
        if let Some(session) = self.sessions.get(index) {
            self.webhooks.tell(&Occurrence::SessionEnded { session: &session.name });
        }
    }
}

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
