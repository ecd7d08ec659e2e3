//! How a server runs empty: what its players are told, and how they are spread over time.

use std::time::Duration;

use consonance_transport::session_name;

/// A server that is to run empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainPlan {
    /// How long the sessions still run at most; who drives the server ends it then.
    pub ends_in: Duration,
    /// Where players go on: an address in which [`SESSION_MARK`](Self::SESSION_MARK) stands for the session's name, as
    /// addresses spell it. Without one they are told when the sessions end.
    pub onward: Option<String>,
    /// Players of a session are sent there evenly over this time, lest all of them knock at once.
    pub window: Duration,
}

impl DrainPlan {
    /// What stands for the session's name in [`onward`](Self::onward).
    pub const SESSION_MARK: &'static str = "{session}";

    /// Where the players of a session go on.
    pub(crate) fn address_of(&self, session: &str) -> Option<String> {
        Some(self.onward.as_ref()?.replace(Self::SESSION_MARK, &session_name::encode(session)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_session_as_addresses_do() {
        let onward = Some("quic://b.example:7777/{session}#sha256=00".to_owned());
        let plan = DrainPlan { ends_in: Duration::ZERO, onward, window: Duration::ZERO };
        assert_eq!(plan.address_of("main").as_deref(), Some("quic://b.example:7777/main#sha256=00"));
        assert_eq!(
            plan.address_of("rot #1/ä").as_deref(),
            Some("quic://b.example:7777/rot%20%231%2F%C3%A4#sha256=00")
        );
        assert_eq!(DrainPlan { onward: None, ..plan }.address_of("main"), None);
    }
}
