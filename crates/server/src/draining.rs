//! Draining a server: the notice to its players, and how their moves are spread over time.

use std::time::Duration;

use consonance_link::session_name;
use consonance_session::{DrainTarget, Draining};
use consonance_settings::settings;
use consonance_wire::limits::ONWARD_ADDRESS_BYTES_MAX;
use tracing::warn;

settings! {
    /// A server that is to run empty.
    #[derive(Debug, PartialEq, Eq)]
    pub struct DrainPlan {
        /// How long the server drains its sessions on TERM or Ctrl-C; 0 ends at once.
        ///
        /// The driver of the server ends it then.
        pub ends_in: Duration as drain_s = Duration::ZERO, 0..=86_400;
        /// The server to which players move meanwhile; `{session}` stands for the session's name.
        ///
        /// The name takes the place of [`SESSION_MARK`](Self::SESSION_MARK), encoded as in addresses; with it, the
        /// address has 1 to 512 bytes. Without an address, players are only notified when the sessions end.
        #[example("quic://voice2.example.org:7777/{session}")]
        pub redirect: Option<String> = None;
        /// The time over which redirects are spread.
        ///
        /// So that the players of a session do not all connect at once.
        pub window: Duration as redirect_window_s = Duration::from_secs(30), 0..=3600;
    }
}

impl DrainPlan {
    /// The placeholder for the session's name in [`redirect`](Self::redirect).
    pub const SESSION_MARK: &'static str = "{session}";

    /// Whether [`redirect`](Self::redirect) can be told to players, as far as its length shows before a session's name
    /// stands in it; true without one.
    pub fn can_be_told(&self) -> bool {
        self.redirect.as_deref().is_none_or(fits)
    }

    /// The address that the players of a session are redirected to. It may be too long to be told.
    fn address_of(&self, session: &str) -> Option<String> {
        Some(self.redirect.as_ref()?.replace(Self::SESSION_MARK, &session_name::encode(session)))
    }
}

/// The notice to the players of a session. It has no address if that would be too long.
pub(crate) fn target_of(plan: &DrainPlan, session: &str) -> Draining {
    let address = plan.address_of(session).filter(|address| {
        let fits = fits(address);
        if !fits {
            warn!(session, "redirect address too long with this session name");
        }
        fits
    });
    let target = |address: String| DrainTarget { address: address.into(), window: plan.window };
    Draining { ends_in: plan.ends_in, redirect: address.map(target) }
}

/// Whether players can be told that address.
fn fits(address: &str) -> bool {
    (1..=ONWARD_ADDRESS_BYTES_MAX).contains(&address.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_session_as_addresses_do() {
        let redirect = Some("quic://b.example:7777/{session}#sha256=00".to_owned());
        let plan = DrainPlan { ends_in: Duration::ZERO, redirect, window: Duration::ZERO };
        assert_eq!(plan.address_of("main").as_deref(), Some("quic://b.example:7777/main#sha256=00"));
        assert_eq!(
            plan.address_of("rot #1/ä").as_deref(),
            Some("quic://b.example:7777/rot%20%231%2F%C3%A4#sha256=00")
        );
        assert_eq!(DrainPlan { redirect: None, ..plan }.address_of("main"), None);
    }

    #[test]
    fn an_address_has_one_byte_at_least_and_as_many_as_a_packet_has_room_for() {
        let of_length = |bytes| DrainPlan {
            ends_in: Duration::ZERO,
            redirect: Some("x".repeat(bytes)),
            window: Duration::ZERO,
        };
        let told: Vec<bool> = [0, 1, ONWARD_ADDRESS_BYTES_MAX, ONWARD_ADDRESS_BYTES_MAX + 1]
            .map(|bytes| of_length(bytes).can_be_told())
            .into();
        assert_eq!(told, [false, true, true, false]);
        assert!(DrainPlan { redirect: None, ..of_length(0) }.can_be_told());
    }
}
