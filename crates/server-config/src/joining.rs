//! `[joining]`: which players may join.

use std::path::PathBuf;

use consonance_server::GuessLimits;
use consonance_server::token::TokenRules;
use consonance_session::NameTaken;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contradictions::Contradiction;
use crate::table::{Seconds, Secret, table};

table! {
    /// `[joining]`: which players may join, with the files that have the secrets; see
    /// [`JoiningSettings`](consonance_server::JoiningSettings).
    #[schemars(extend("x-reload" = true))]
    pub struct JoiningConfig {
        /// Files with JSON Web Keys, or sets of them (see `consonance token`). With at least one, only players who
        /// present a join token signed by one of the keys may join, or, where there is a password and `require_both`
        /// is not set, players with the password. Without any, tokens are ignored, and no player has access tokens. A
        /// reload reads the files again; players who are online stay.
        #[schemars(extend("format" = "path"))]
        pub token_key_files: Vec<PathBuf> = Vec::new();
        /// The name of this server, which a join token must have in its audience (aud). Default: a token needs no
        /// audience, but one that it has must contain consonance.
        #[schemars(example = &"voice.example.org")]
        pub token_audience: Option<String> = None;
        /// The service that must have issued a join token, by its name in the token (iss).
        #[schemars(example = &"https://accounts.example.org")]
        pub token_issuer: Option<String> = None;
        /// The type that a join token must have in its header (typ), so that tokens for something else by the same key
        /// do not admit anyone. Case and a leading `application/` do not matter. `consonance token new` writes JWT.
        #[schemars(example = &"JWT")]
        pub token_type: Option<String> = None;
        /// By how many whole seconds clocks may differ: a token is valid for so much longer, and so much earlier, than
        /// it says.
        pub clock_leeway_s: Seconds = Seconds::new(30), 0..=300;
        /// Disconnect players when their tokens expire. By default, the expiry is checked only when a player joins.
        pub disconnect_on_expiry: bool = false;
        /// The password of every session without one of its own in passwords. Prefer a file or the environment.
        #[schemars(example = &"correct horse")]
        pub password: Option<Secret> = None;
        /// A file with that password in its first line, which other users of the machine should not be able to read.
        #[schemars(example = &"password.txt", extend("format" = "path"))]
        pub password_file: Option<PathBuf> = None;
        /// Passwords of single sessions, by name or, with a `*` at the end, by prefix; the first that matches applies.
        /// Each has a password, or a file with one.
        #[schemars(extend("examples" = [[
            { "session": "staff", "file": "staff.txt" },
            { "session": "match-*", "password": "xyzzy" }
        ]]))]
        pub passwords: Vec<SessionPassword> = Vec::new();
        /// Where there are both keys and a password, require both the token and the password. By default, either is
        /// enough.
        pub require_both: bool = false;
        /// Names of players or, with a `*` at the end, prefixes of names that are reserved for players whose token is
        /// for that name. Every spelling that looks the same counts: in other case, with invisible characters, or with
        /// letters of other scripts.
        pub reserved_names: Vec<String> = Vec::new();
        /// What happens to a new player who asks for a name in use: keep lets it wait until the holder has left or no
        /// longer answers, refuse closes its connection with the reason, newest gives it the name and disconnects the
        /// holder. The holder's resume ticket and account take the name at once in any case. docs/guide/joining.md
        /// says more.
        pub name_taken: NameTakenRule = NameTakenRule::Keep;
        /// Wrong passwords from one address, or one IPv6 network of 64 bits, that cost nothing. After these, nothing
        /// from there is considered for a second, and after each further one for twice as long.
        pub free_password_attempts: u32 = 5, 0..=1000;
        /// The longest such delay, in seconds. After as long again without a wrong password all is forgiven.
        pub password_delay_max_s: Seconds = Seconds::new(300), 1..=86_400;
        /// Addresses that are remembered for this.
        pub password_addresses_max: usize = 10_000, 1..=1_000_000;
        /// A service that the server asks over HTTP about every player whom the other rules would admit;
        /// docs/guide/joining.md describes the questions and the answers.
        pub hook: HookConfig = HookConfig::default();
    }
}

impl JoiningConfig {
    /// What a join token must say.
    pub fn token_rules(&self) -> TokenRules {
        let mut rules = TokenRules::default();
        rules.audience.clone_from(&self.token_audience);
        rules.issuer.clone_from(&self.token_issuer);
        rules.token_type.clone_from(&self.token_type);
        rules
    }

    pub(super) fn contradictions(&self) -> impl Iterator<Item = Contradiction> {
        let is_wrong = |(_, own): &(usize, &SessionPassword)| own.password.is_some() == own.file.is_some();
        let wrong = self.passwords.iter().enumerate().filter(is_wrong);
        wrong.map(|(item, _)| {
            Contradiction::in_item("joining.passwords", item, "give it a password, or a file with one")
        })
    }

    /// How many wrong passwords are tolerated.
    pub fn guesses(&self) -> GuessLimits {
        let (delay_max, addresses) = (self.password_delay_max_s.into(), self.password_addresses_max);
        GuessLimits { free: self.free_password_attempts, delay_max, addresses }
    }
}

table! {
    /// The password of some sessions: as text or in a file.
    #[schemars(extend("required" = ["session"]))]
    pub struct SessionPassword {
        /// Which sessions, by name or prefix.
        pub session: String = String::new();
        /// Their password.
        pub password: Option<Secret> = None;
        /// The file with it.
        #[schemars(extend("format" = "path"))]
        pub file: Option<PathBuf> = None;
    }
}

/// What happens to a new player who asks for a name in use; see [`NameTaken`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameTakenRule {
    /// It gets the name, and the holder is disconnected.
    Newest,
    /// It waits.
    Keep,
    /// It is refused.
    Refuse,
}

impl From<NameTakenRule> for NameTaken {
    fn from(rule: NameTakenRule) -> Self {
        match rule {
            NameTakenRule::Newest => Self::Newest,
            NameTakenRule::Keep => Self::Keep,
            NameTakenRule::Refuse => Self::Refuse,
        }
    }
}

table! {
    /// `[joining.hook]`: the service that decides last, with the files that have its secrets; see
    /// [`HookSettings`](consonance_server::HookSettings).
    #[schemars(extend("x-reload" = true))]
    pub struct HookConfig {
        /// Its URL: https, or http on this machine. Default: no hook.
        #[schemars(example = &"https://example.org/join")]
        pub url: Option<String> = None;
        /// How long it may take to answer, in seconds.
        pub timeout_s: Seconds = Seconds::new(2), 0.1..=4;
        /// When the hook cannot be asked, admit players whom the other rules admit. By default, no player joins then.
        pub fail_open: bool = false;
        /// A file whose first line signs each question, so that the service knows which server asks.
        #[schemars(example = &"hook-secret.txt", extend("format" = "path"))]
        pub hmac_secret_file: Option<PathBuf> = None;
        /// A file whose first line goes with each question, as Authorization: Bearer.
        #[schemars(example = &"hook-token.txt", extend("format" = "path"))]
        pub bearer_token_file: Option<PathBuf> = None;
        /// A PEM file with certificate authorities that are trusted instead of the usual ones.
        #[schemars(example = &"own-authority.pem", extend("format" = "path"))]
        pub authorities_file: Option<PathBuf> = None;
        /// Also accept http for other machines. Anyone on the way can read the questions and answer them.
        pub allow_plain_http: bool = false;
        /// Send tokens and passwords to the hook as players present them; what a valid token says is sent anyway.
        pub send_secrets: bool = false;
        /// Questions at once.
        pub threads: usize = 4, 1..=64;
        /// Questions that wait; a further one counts as unanswered.
        pub queue_max: usize = 64, 1..=1024;
    }
}
