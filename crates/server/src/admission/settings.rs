//! The settings of admission.

use std::time::Duration;

use consonance_session::{NameTaken, RoomPattern};
use consonance_settings::secrets::SecretText;
use consonance_settings::settings;

use super::Hook;
use crate::token::{Key, TokenRules};

settings! {
    /// Settings for admission; the default admits every player.
    #[derive(Debug, PartialEq)]
    #[non_exhaustive]
    pub struct JoiningSettings {
        /// Players that present a join token signed with one of these are admitted, with its claims. Without a key,
        /// tokens are ignored.
        pub token_keys: Vec<Key> as _ = Vec::new();
        /// Further rules for the contents of a token.
        pub token_rules: TokenRules as .. = TokenRules::default();
        /// Tolerated clock difference, in whole seconds.
        pub clock_leeway: Duration as clock_leeway_s = Duration::from_secs(30), 0..=300;
        /// Disconnect players when their tokens expire.
        pub disconnect_on_expiry: bool = false;
        /// The passwords of sessions, by their names or the beginnings of these; the first pattern that matches counts.
        pub passwords: Vec<(RoomPattern, SecretText)> as _ = Vec::new();
        /// Require both a token and a password instead of either.
        pub require_both: bool = false;
        /// Names that need a token, lookalikes included.
        ///
        /// A prefix ends with `*`.
        pub reserved_names: Vec<String> = Vec::new();
        /// Names reserved for accounts that networks vouch for, after their players have left.
        pub account_names_max: usize = 10_000, 0..=1_000_000;
        /// How long such a name is reserved.
        ///
        /// A new certificate takes a second to make.
        pub account_names_last: Duration as account_names_for_s = Duration::from_mins(10), 0..=31_536_000;
        /// Which player gets a name in use; see docs/guide/joining.md.
        pub name_taken: NameTaken = NameTaken::Keep;
        /// How often a wrong password may be tried.
        pub password_attempts: PasswordAttemptLimits as .. = PasswordAttemptLimits::default();
        /// A service that has the last word.
        pub hook: Option<Hook> as _ = None;
    }
}

settings! {
    /// How often a wrong password may be tried from one address, or from one network of IPv6 (64 bits); from all
    /// networks together that begin with the same 48 bits, eight times as often.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct PasswordAttemptLimits {
        /// Wrong passwords per address (IPv6: per /64) without a delay.
        ///
        /// People mistype.
        pub free: u32 as free_password_attempts = 5, 0..=1000;
        /// The longest delay, which doubles with each wrong password.
        pub delay_max: Duration as password_delay_max_s = Duration::from_mins(5), 1..=86_400;
        /// Addresses with counted attempts.
        ///
        /// When the list is full, the entry that expires first makes room.
        pub addresses: usize as password_addresses_max = 10_000, 1..=1_000_000;
    }
}
