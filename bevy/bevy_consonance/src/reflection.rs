//! Reflection of types that do not depend on Bevy, for inspectors and scenes.

#![expect(clippy::transmute_ptr_to_ptr, reason = "`reflect_remote` writes it")]

use bevy_reflect::prelude::*;
use bevy_reflect::reflect_remote;
use consonance::Priority;
use consonance::trigger::TriggerActivation;

/// Reflection for [`TriggerActivation`], which does not depend on Bevy.
#[reflect_remote(TriggerActivation)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[reflect(Clone, Debug, Default, PartialEq)]
pub(crate) enum ReflectedActivation {
    /// Never.
    None,
    /// While speech is detected.
    Voice,
    /// While a button is held.
    PushToTalk,
    /// Always.
    Open,
}

/// The priority of a room or a whisper; `None` is the chat's own.
#[reflect_remote(Option<Priority>)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[reflect(Clone, Debug, Default, PartialEq)]
pub(crate) enum ReflectedPriority {
    /// The chat's own.
    None,
    /// This one.
    Some(#[reflect(remote = ReflectedLevel)] Priority),
}

/// Reflection for [`Priority`], which does not depend on Bevy.
#[reflect_remote(Priority)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[reflect(Clone, Debug, Default, PartialEq)]
pub(crate) enum ReflectedLevel {
    /// Below the default.
    Low,
    /// The default.
    Default,
    /// Above the default.
    Medium,
    /// Above all.
    High,
}
