//! The rules in force: the settings, the time at which they apply, and what rooms and the operator allow.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, SessionId};

use super::access::AccessRule;
use super::room_limits::RoomLimits;
use super::room_pattern::RoomPattern;
use super::room_policy::RoomPolicy;
use super::settings::ServerSettings;
use crate::limits::Limits;
use crate::time::Instant;

/// What every decision about a client follows.
#[derive(Debug)]
pub(super) struct Rules {
    settings: ServerSettings,
    /// The latest time from the driver.
    now: Instant,
    policy: RoomPolicy,
}

impl Rules {
    pub(super) fn new(settings: ServerSettings) -> Self {
        let settings = settings.offering_what_is_set_up();
        Self { policy: RoomPolicy::new(&settings), settings, now: Instant::START }
    }

    /// Continues with the operator's decisions of a session that is over.
    pub(super) fn continue_from(&mut self, before: Self) {
        self.policy.inherit(before.policy);
    }

    #[inline]
    pub(super) fn settings(&self) -> &ServerSettings {
        &self.settings
    }

    /// For settings that the [policy](Self::policy) does not depend on.
    pub(super) fn settings_mut(&mut self) -> &mut ServerSettings {
        &mut self.settings
    }

    #[inline]
    pub(super) fn session(&self) -> SessionId {
        self.settings.session
    }

    #[inline]
    pub(super) fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    /// Whether the session believes every packet, as the original does.
    #[inline]
    pub(super) fn is_permissive(&self) -> bool {
        self.settings.permissive
    }

    #[inline]
    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// Brings the time from the driver, which never goes back.
    #[inline]
    pub(super) fn advance(&mut self, now: Instant) {
        self.now.advance(now);
    }

    /// The time by which a link that is asked now must have joined.
    pub(super) fn handshake_deadline(&self) -> Instant {
        self.now + self.settings.limits.handshake
    }

    /// The time until which a place that is lost now is kept.
    pub(super) fn place_deadline(&self) -> Instant {
        self.now + self.settings.limits.resume
    }

    /// The rules of rooms, and the decisions about players.
    #[inline]
    pub(super) fn policy(&self) -> &RoomPolicy {
        &self.policy
    }

    #[inline]
    pub(super) fn policy_mut(&mut self) -> &mut RoomPolicy {
        &mut self.policy
    }

    /// Changes the tokens that rooms require. Returns the rooms in use that are closed thereby, or `None` where nothing
    /// has changed: a permissive session has no rules.
    pub(super) fn set_access_rules(
        &mut self,
        rules: Vec<(RoomPattern, AccessRule)>,
        clients: &[ClientId],
    ) -> Option<Vec<Box<str>>> {
        let Self { settings, policy, .. } = self;
        if settings.permissive || settings.access == rules {
            return None;
        }
        settings.access = rules;
        Some(policy.set_access_rules(&settings.access, settings.reserved_names(), clients))
    }

    /// Changes the room limits; a permissive session has none.
    pub(super) fn set_room_limits(&mut self, rules: Vec<(RoomPattern, RoomLimits)>) {
        let Self { settings, policy, .. } = self;
        if !settings.permissive && settings.room_limits != rules {
            settings.room_limits = rules;
            policy.set_room_limits(&settings.room_limits, settings.reserved_names());
        }
    }
}

#[cfg(test)]
mod tests;
