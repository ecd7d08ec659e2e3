//! Why players leave, and at whose hand, for the log.

use std::borrow::Cow;
use std::collections::VecDeque;

use consonance_link::DisconnectReason;
use consonance_session::{CloseReason, LinkCommand, LinkId, Server};

/// What explains the departures among a session's events.
#[derive(Debug, Default)]
pub(crate) struct Leaving {
    /// Links that the session has closed, which the networks are not told yet, and who decided that.
    closed: VecDeque<(LinkCommand, Option<Box<str>>)>,
    /// The link that has just ended.
    ended: Option<(LinkId, LinkEnd)>,
}

/// How a link ended, as its network tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkEnd {
    reason: Cow<'static, str>,
    by: Option<&'static str>,
}

/// Why a player left, and who decided that, where somebody did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Departure<'d> {
    pub(crate) reason: Cow<'d, str>,
    pub(crate) by: Option<&'d str>,
}

impl Leaving {
    /// Notes whose decision the session has just carried out: the links that it closed for that are theirs.
    pub(crate) fn note_actor(&mut self, server: &mut Server, actor: Option<&str>) {
        while let Some(command) = server.poll_command() {
            self.closed.push_back((command, actor.map(Into::into)));
        }
    }

    /// The link whose end is handled from now on, if any.
    pub(crate) fn set_ended(&mut self, ended: Option<(LinkId, LinkEnd)>) {
        self.ended = ended;
    }

    /// The next link to close, in the session's order.
    pub(crate) fn next_command(&mut self, server: &mut Server) -> Option<LinkCommand> {
        self.closed.pop_front().map(|(command, _)| command).or_else(|| server.poll_command())
    }

    /// Why the client of a link has just left; the link may still be up.
    pub(crate) fn departure(&mut self, server: &mut Server, link: LinkId, is_up: bool) -> Departure<'_> {
        self.note_actor(server, None);
        let closed = self.closed.iter().find_map(|(command, actor)| match command {
            LinkCommand::Close { link: closed, reason, .. } if *closed == link => Some((reason, actor)),
            _ => None,
        });
        if let Some((reason, actor)) = closed {
            let by = match reason {
                CloseReason::Left | CloseReason::ReplacedByNewerLogin | CloseReason::Resumed => "player",
                CloseReason::Kicked { .. } | CloseReason::Banned { .. } => {
                    actor.as_deref().unwrap_or("operator")
                }
                CloseReason::NameProtected
                | CloseReason::NameInUse
                | CloseReason::NameTooLong { .. }
                | CloseReason::NoHandshake
                | CloseReason::NoAnswer
                | CloseReason::SessionFull
                | CloseReason::WrongSession
                | CloseReason::NotAdmitted
                | CloseReason::VisitEnded
                | CloseReason::Stopped
                | CloseReason::Draining { .. }
                | CloseReason::AtItsLimit { .. }
                | CloseReason::Redirected
                | CloseReason::TooManyPeers
                | CloseReason::CodecRefused
                | CloseReason::EncryptionRequired
                | CloseReason::Overloaded
                | CloseReason::Abuse { .. } => "server",
            };
            return Departure { reason: reason.to_string().into(), by: Some(by) };
        }
        match &self.ended {
            Some((ended, LinkEnd { reason, by })) if *ended == link => {
                Departure { reason: Cow::Borrowed(reason), by: *by }
            }
            _ if is_up => Departure { reason: "left".into(), by: Some("player") },
            _ => Departure { reason: "did not return in time".into(), by: None },
        }
    }
}

impl From<&DisconnectReason> for LinkEnd {
    fn from(reason: &DisconnectReason) -> Self {
        match reason {
            DisconnectReason::ClosedByPeer { reason } => {
                let words = reason.to_string();
                let reason = if words.is_empty() { "left".into() } else { words.into() };
                Self { reason, by: Some("player") }
            }
            DisconnectReason::ClosedByUs
            | DisconnectReason::Refused { .. }
            | DisconnectReason::ServerFull { .. }
            | DisconnectReason::TimedOut
            | DisconnectReason::CertificateNotTrusted { .. }
            | DisconnectReason::CouldNotResolve { .. }
            | DisconnectReason::Unreachable { .. }
            | DisconnectReason::Overloaded { .. }
            | DisconnectReason::ProtocolViolated { .. } => {
                Self { reason: reason.to_string().into(), by: None }
            }
        }
    }
}

impl From<&'static str> for LinkEnd {
    fn from(reason: &'static str) -> Self {
        Self { reason: reason.into(), by: None }
    }
}

impl std::fmt::Display for LinkEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

#[cfg(test)]
mod tests {
    use consonance_link::EndReason;
    use consonance_session::ServerSettings;

    use super::*;

    const LINK: LinkId = LinkId(7);

    fn departure(leaving: &mut Leaving, is_up: bool) -> (String, Option<String>) {
        let mut server = Server::new(ServerSettings::from_seed(1));
        let Departure { reason, by } = leaving.departure(&mut server, LINK, is_up);
        (reason.into_owned(), by.map(str::to_owned))
    }

    #[test]
    fn a_departure_names_the_reason_and_who_decided_it() {
        let mut leaving = Leaving::default();
        assert_eq!(departure(&mut leaving, true), ("left".into(), Some("player".into())), "a goodbye");
        let lost = "did not return in time".to_owned();
        assert_eq!(departure(&mut leaving, false), (lost, None));

        leaving.set_ended(Some((LINK, LinkEnd::from(&DisconnectReason::TimedOut))));
        let (reason, by) = departure(&mut leaving, false);
        assert!(reason.contains("timed out") && by.is_none(), "{reason}");
        let closed = DisconnectReason::ClosedByPeer { reason: EndReason::default() };
        leaving.set_ended(Some((LINK, LinkEnd::from(&closed))));
        assert_eq!(departure(&mut leaving, false).1.as_deref(), Some("player"));

        let close = |reason| LinkCommand::Close { link: LINK, reason, reads_notice: false };
        for (reason, actor, by) in [
            (CloseReason::Kicked { reason: "loud".into() }, Some("Ann"), "Ann"),
            (CloseReason::Kicked { reason: "loud".into() }, None, "operator"),
            (CloseReason::Stopped, None, "server"),
        ] {
            leaving.closed = VecDeque::from([(close(reason), actor.map(Into::into))]);
            assert_eq!(departure(&mut leaving, false).1.as_deref(), Some(by));
        }
    }
}
