//! The settings of admission.

use std::time::Duration;

use consonance_secrets::SecretText;
use consonance_session::RoomPattern;

use super::Hook;
use crate::token::{Key, TokenRules};

/// Settings for admission; the default admits every player.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JoiningSettings {
    /// Players that present a join token signed with one of these are admitted, with its claims. Without a key, tokens
    /// are ignored.
    pub token_keys: Vec<Key>,
    /// Further rules for the contents of a token (default: none).
    pub token_rules: TokenRules,
    /// The tolerance for wrong clocks, in whole seconds (default 30 s): a token is valid this much earlier and longer
    /// than it states.
    pub clock_leeway: Duration,
    /// A player is disconnected when its token expires (default no: the end is checked when it joins).
    pub disconnect_on_expiry: bool,
    /// The passwords of sessions, by their names or the beginnings of these; the first pattern that matches counts.
    pub passwords: Vec<(RoomPattern, SecretText)>,
    /// If there are keys and a password, a player must present both (default no: either is enough).
    pub require_both: bool,
    /// Names, or beginnings of names with a `*` behind, that are reserved for players whose token states the name;
    /// the case of letters does not matter.
    pub reserved_names: Vec<String>,
    /// Names that are kept for the accounts that networks vouch for, such as the certificates of Mumble's users, when
    /// their players leave (default 10 000): one for each account and session, and 64 from one address or from one
    /// network of IPv6 (48 bits). The one that was joined with longest ago goes for another one. None with 0.
    pub account_names_max: usize,
    /// How long such a name is kept after its player has left (default 10 minutes): whoever has none makes another
    /// certificate in a second.
    pub account_names_last: Duration,
    /// How often a wrong password may be tried.
    pub password_attempts: PasswordAttemptLimits,
    /// A service that has the last word (default none).
    pub hook: Option<Hook>,
}

impl Default for JoiningSettings {
    fn default() -> Self {
        Self {
            token_keys: Vec::new(),
            token_rules: TokenRules::default(),
            clock_leeway: Duration::from_secs(30),
            disconnect_on_expiry: false,
            passwords: Vec::new(),
            require_both: false,
            reserved_names: Vec::new(),
            account_names_max: 10_000,
            account_names_last: Duration::from_mins(10),
            password_attempts: PasswordAttemptLimits::default(),
            hook: None,
        }
    }
}

/// How often a wrong password may be tried from one address, or from one network of IPv6 (64 bits); from all networks
/// together that begin with the same 48 bits, eight times as often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordAttemptLimits {
    /// Wrong ones that cost nothing (default 5): people mistype.
    pub free: u32,
    /// After these, nothing is looked at for a second, and after each further one for twice as long, up to this
    /// (default 300 s). After as long without a wrong one, all is forgiven.
    pub delay_max: Duration,
    /// Addresses that are remembered (default 10 000); the one that would be forgiven first goes for another one.
    pub addresses: usize,
}

impl Default for PasswordAttemptLimits {
    fn default() -> Self {
        Self { free: 5, delay_max: Duration::from_mins(5), addresses: 10_000 }
    }
}
