//! The secrets that pages ask for, derived from the settings of admission.

use consonance_server::JoiningSettings;
use consonance_server_config::Config;
use consonance_session::RoomPattern;
use consonance_web::{JoinRule, SecretRequirement, Secrets};

/// The secret that pages ask for first.
pub(super) fn join_rule(joining: &JoiningSettings) -> JoinRule {
    match (joining.token_keys.is_empty(), joining.passwords.is_empty()) {
        (false, _) => JoinRule::Token,
        (true, false) => JoinRule::Password,
        (true, true) => JoinRule::Open,
    }
}

/// The secrets that at least one session requires, and those that every session requires.
pub(super) fn secrets(config: &Config, joining: &JoiningSettings) -> Secrets {
    let (has_keys, has_passwords) = (!joining.token_keys.is_empty(), !joining.passwords.is_empty());
    if has_keys && has_passwords && !joining.require_both {
        return Secrets { token: SecretRequirement::Either, password: SecretRequirement::Either };
    }
    let is_passed_on = joining.hook.as_ref().is_some_and(|hook| hook.settings().requests.send_secrets);
    let asked = |by_all: bool, by_some: bool| match (by_all, by_some || is_passed_on) {
        (true, _) => SecretRequirement::Required,
        (false, true) => SecretRequirement::Optional,
        (false, false) => SecretRequirement::No,
    };
    let password = asked(every_session_has_a_password(config, joining), has_passwords);
    Secrets { token: asked(has_keys, has_keys), password }
}

fn every_session_has_a_password(config: &Config, joining: &JoiningSettings) -> bool {
    let at_all_times = config.sessions.iter().map(|name| RoomPattern::Name(name.as_str().into()));
    let on_demand = config.sessions_on_demand.iter().map(|name| RoomPattern::from(name.as_str()));
    at_all_times.chain(on_demand).all(|sessions| {
        joining.passwords.iter().any(|(with_password, _)| match &sessions {
            RoomPattern::Name(name) => with_password.matches(name),
            RoomPattern::Prefix(beginning) => {
                matches!(with_password, RoomPattern::Prefix(_)) && with_password.matches(beginning)
            }
        })
    })
}
