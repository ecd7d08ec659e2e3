//! Admission: open, by password, by signed tokens, by an operator's service, or by several of these.
//!
//! | keys | password | players may join with |
//! |---|---|---|
//! | no | no | no credentials |
//! | yes | no | a token by one of the keys |
//! | no | yes | the password |
//! | yes | yes | either, or with [`require_both`](JoiningSettings::require_both) both |
//!
//! Each one presented has to be right: a wrong password or token is refused even if the other one is good. A token
//! without keys to check it, and a password where none is set, are ignored. A [hook](JoiningSettings::hook) has the
//! last word on each player that the other rules would admit.

mod account_names;
mod gate;
mod guesses;
mod hook;
mod origin;
mod passwords;
mod refusal;
mod settings;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use consonance_session::{Access, JoinToken, Vouched};
use consonance_wire::names::{NameKey, NamePattern};

use account_names::{AccountNames, Keeping};
pub(crate) use gate::{AdmissionGate, Newcomer, Verdict};
use guesses::Guesses;
pub use hook::{Hook, HookError, HookRequests, HookSettings, HookStatistics};
use origin::Origin;
use passwords::Passwords;
pub use refusal::Refusal;
pub use settings::{JoiningSettings, PasswordAttemptLimits};

use crate::token::{Claims, TokenError, WallClock};

/// The rules by which all sessions of a process let players in. A clone is the same one: guesses are counted once.
#[derive(Clone, Debug)]
pub struct Admission(Arc<Rules>);

#[derive(Debug)]
struct Rules {
    settings: JoiningSettings,
    passwords: Passwords,
    reserved_names: Vec<NamePattern>,
    guesses: Arc<Mutex<Guesses>>,
    account_names: Arc<Mutex<AccountNames>>,
}

/// A client that asks to join.
#[derive(Clone, Copy)]
struct Request<'a> {
    session: &'a str,
    origin: &'a Origin,
    shown: &'a JoinToken,
}

impl Admission {
    /// Rules by these settings.
    pub fn new(settings: JoiningSettings) -> Self {
        let passwords = Passwords::new(&settings.passwords);
        let reserved_names =
            settings.reserved_names.iter().map(|pattern| NamePattern::new(pattern)).collect();
        let (guesses, account_names) = (Arc::default(), Arc::default());
        Self(Arc::new(Rules { settings, passwords, reserved_names, guesses, account_names }))
    }

    /// The same rules, going on with the guesses that others have counted, and with the names that they have kept.
    #[must_use]
    fn succeeding(self, former: &Self) -> Self {
        let Rules { settings, passwords, reserved_names, .. } = &*self.0;
        Self(Arc::new(Rules {
            settings: settings.clone(),
            passwords: passwords.clone(),
            reserved_names: reserved_names.clone(),
            guesses: Arc::clone(&former.0.guesses),
            account_names: Arc::clone(&former.0.account_names),
        }))
    }

    /// The settings of this admission.
    pub fn settings(&self) -> &JoiningSettings {
        &self.0.settings
    }

    /// Whether a player has to be asked about; if not, joining is open.
    pub fn asks(&self) -> bool {
        let JoiningSettings { token_keys, passwords, reserved_names, hook, .. } = self.settings();
        !(token_keys.is_empty() && passwords.is_empty() && reserved_names.is_empty() && hook.is_none())
    }

    /// The claims of a valid token, if it suffices.
    fn check_shown(
        &self,
        request: Request<'_>,
        clock: WallClock,
        now: Instant,
    ) -> Result<Option<Claims>, Refusal> {
        let settings = self.settings();
        let (token, password) = (request.shown.token(), request.shown.password());
        let asks_for_token = !settings.token_keys.is_empty();
        let asked_password = self.0.passwords.of(request.session);
        let claims = match token {
            [] => None,
            token if asks_for_token => {
                Some(settings.token_rules.check(&settings.token_keys, token, clock)?)
            }
            _ => None,
        };
        let knows_password = match (asked_password, password) {
            (Some(asked), Some(shown)) => {
                let mut guesses = self.0.guesses.lock().unwrap_or_else(PoisonError::into_inner);
                guesses.take(now, request.origin, settings.password_attempts, || asked.is(shown))?;
                true
            }
            _ => false,
        };
        let (has_token, asks_for_password) = (claims.is_some(), asked_password.is_some());
        match (asks_for_token, asks_for_password) {
            (true, true) if settings.require_both && !(has_token && knows_password) => {
                Err(Refusal::BothMissing)
            }
            (true, true) if !(has_token || knows_password) => Err(Refusal::EitherMissing),
            (true, false) if !has_token => Err(TokenError::Missing.into()),
            (false, true) if !knows_password => Err(Refusal::PasswordMissing),
            _ => Ok(claims),
        }
    }

    /// The access of a player of this name with these claims, if it may have the name. The network vouches for the
    /// account, if there is one.
    fn access(
        &self,
        session: &str,
        (name, account): (&str, Option<&str>),
        claims: Option<&Claims>,
        (now, clock): (Instant, WallClock),
    ) -> Result<Access, Refusal> {
        let mut access = Access::default();
        if let Some(claims) = claims {
            // A hook may have changed the claims, or they may have expired meanwhile.
            claims.check(clock)?;
            self.settings().token_rules.check_audience(claims)?;
            access = claims.access(session, name)?;
        }
        if let Some(account) = account {
            access.subject.get_or_insert_with(|| account.into());
            access.vouched = access.vouched.max(Vouched::Player);
        }
        if access.vouched < Vouched::Name && self.is_reserved(name) {
            return Err(Refusal::NameReserved);
        }
        if access.vouched < Vouched::Name && self.is_of_another_account(now, session, name, account) {
            return Err(Refusal::NameKept);
        }
        Ok(access)
    }

    /// Whether a name is kept for another account than this.
    fn is_of_another_account(&self, now: Instant, session: &str, name: &str, account: Option<&str>) -> bool {
        let holder = |names: &AccountNames| {
            names.account_of(now, session, name, self.keeping()).is_some_and(|holder| account != Some(holder))
        };
        holder(&self.account_names())
    }

    /// Keeps a name for the account that it is used with. Returns the number of the use, for when it ends.
    fn note_account(&self, session: &str, name: &str, account: &str, origin: &Origin) -> u64 {
        self.account_names().note(session, name, account, origin, self.keeping())
    }

    /// The link of this use has ended.
    fn note_account_left(&self, now: Instant, name_use: u64) {
        self.account_names().note_left(now, name_use);
    }

    fn keeping(&self) -> Keeping {
        let JoiningSettings { account_names_max: most, account_names_last: lasts, .. } = *self.settings();
        Keeping { most, lasts }
    }

    fn account_names(&self) -> MutexGuard<'_, AccountNames> {
        self.0.account_names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// However it is spelled: `ADMIN`, or `Admin` with a Cyrillic letter, is as good a disguise as `Admin`.
    fn is_reserved(&self, name: &str) -> bool {
        let patterns = &self.0.reserved_names;
        if patterns.is_empty() {
            return false;
        }
        let key = NameKey::of(name);
        patterns.iter().any(|pattern| pattern.matches(&key))
    }
}

/// Joining is open.
impl Default for Admission {
    fn default() -> Self {
        Self::new(JoiningSettings::default())
    }
}
