//! Counters of users, and the state of one of them.

use std::time::Instant;

use consonance_link::{Peer, ThirdPartyClient};
use consonance_session::{self as session, EndReason};

use super::MumbleGateway;
use crate::control::messages::RejectType;
use crate::players::player::MumblePlayer;
use crate::{Control, MumbleRefusals, MumbleStatistics};

/// Counters of users that have left.
#[derive(Debug, Default)]
pub(super) struct GoneUsers {
    limited_controls: u64,
    limited_voices: u64,
    refused: MumbleRefusals,
}

impl GoneUsers {
    pub(super) fn count(&mut self, player: &MumblePlayer) {
        self.limited_controls += player.limited_controls();
        self.limited_voices += player.limited_voices();
        if let Some(reason) = player.refusal() {
            *refusals(&mut self.refused, reason) += 1;
        }
    }
}

impl MumbleGateway {
    /// Control messages and packets of voice above the rates of all users so far, in number.
    pub(super) fn limited(&self) -> (u64, u64) {
        let present =
            |of: fn(&MumblePlayer) -> u64| self.users.values().map(|it| of(&it.player)).sum::<u64>();
        (
            self.gone.limited_controls + present(MumblePlayer::limited_controls),
            self.gone.limited_voices + present(MumblePlayer::limited_voices),
        )
    }

    pub(super) fn count(&self, now: Instant) -> MumbleStatistics {
        let mut counted = self.server.mumble_statistics(now);
        counted.refused = self.gone.refused;
        let (controls, voices) = self.limited();
        counted.dropped.control_too_many += controls;
        counted.dropped.voice_too_many += voices;
        counted
    }

    /// The state of the user behind a link.
    pub(super) fn state_of(&self, now: Instant, peer: Peer) -> Option<ThirdPartyClient> {
        let user = *self.by_link.get(&peer)?;
        let started = self.started?;
        let at = session::Instant::START + now.saturating_duration_since(started);
        let state = self.users.get(&user)?.player.state(at);
        Some(ThirdPartyClient { is_tunnelled: self.server.is_tunnelled(now, user), ..state })
    }
}

/// The counter of logins that were rejected for this reason, by the type of the rejection that the client gets.
fn refusals<'c>(refused: &'c mut MumbleRefusals, reason: &EndReason) -> &'c mut u64 {
    let Control::Reject(told) = crate::reject(reason) else { return &mut refused.other };
    match told.kind() {
        RejectType::WrongServerPassword | RejectType::WrongUserPassword => &mut refused.password,
        RejectType::AuthenticatorFail => &mut refused.token,
        RejectType::InvalidUsername => &mut refused.name,
        RejectType::UsernameInUse => &mut refused.name_in_use,
        RejectType::ServerFull => &mut refused.full,
        RejectType::NoNewConnections => &mut refused.closing,
        RejectType::None | RejectType::WrongVersion | RejectType::NoCertificate => &mut refused.other,
    }
}

#[cfg(test)]
mod tests {
    use consonance_session::EndCode;

    use super::*;

    #[test]
    fn a_refused_login_is_counted_by_what_its_client_is_told() {
        let mut refused = MumbleRefusals::default();
        for code in [
            EndCode::PasswordWrong,
            EndCode::TokenExpired,
            EndCode::NameTooLong,
            EndCode::NameInUse,
            EndCode::SessionFull,
            EndCode::ShuttingDown,
            EndCode::Banned,
        ] {
            *refusals(&mut refused, &EndReason::from(code)) += 1;
        }
        let expected =
            MumbleRefusals { password: 1, token: 1, name: 1, name_in_use: 1, full: 1, closing: 1, other: 1 };
        assert_eq!(refused, expected);
    }
}
