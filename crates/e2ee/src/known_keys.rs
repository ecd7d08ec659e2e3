//! The keys of players that were met before: a player with another key than last time is not trusted unseen.
//!
//! A key is trusted on first use, and verified once both players have compared their
//! [safety number](crate::SafetyNumber).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use consonance_name_key::NameKey;

use crate::key_log::hex;
use crate::{E2eeError, GroupMember, PublicKey};

/// The result of comparing a member with the remembered players.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum Recognition {
    /// It was not met before.
    New,
    /// It has the same key as before.
    Known,
    /// The same, and its safety number was verified.
    Verified,
    /// It has a different key than before: another device, a new installation, or another player.
    Changed {
        /// Whether the former key was verified.
        was_verified: bool,
    },
}

/// The keys of players that were met before, to be stored between sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownKeys {
    players: BTreeMap<String, Known>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    key: PublicKey,
    is_verified: bool,
}

impl KnownKeys {
    /// The maximum number of remembered players; beyond it, new ones are not remembered.
    pub const MAX: usize = 10_000;

    /// Compares a member with the remembered players; a new one is remembered.
    pub fn recognize(&mut self, member: &GroupMember) -> Recognition {
        let identity = identity(member.credential.account(), member.credential.name());
        match self.players.get(&identity) {
            Some(known) if known.key == member.key && known.is_verified => Recognition::Verified,
            Some(known) if known.key == member.key => Recognition::Known,
            Some(known) => Recognition::Changed { was_verified: known.is_verified },
            None => {
                if self.players.len() < Self::MAX {
                    self.insert(identity, &member.key, false);
                }
                Recognition::New
            }
        }
    }

    /// Marks this key as the player's own: the safety number was compared.
    pub fn verify(&mut self, account: Option<&str>, name: &str, key: &PublicKey) {
        self.insert(identity(account, name), key, true);
    }

    /// Trusts the player's present key as on first use, regardless of earlier keys.
    pub fn accept(&mut self, account: Option<&str>, name: &str, key: &PublicKey) {
        self.insert(identity(account, name), key, false);
    }

    fn insert(&mut self, identity: String, key: &PublicKey, is_verified: bool) {
        self.players.insert(identity, Known { key: key.clone(), is_verified });
    }

    /// Encodes the keys as text: a line for each player, with its key, whether it is verified, and its account or
    /// name.
    pub fn to_text(&self) -> String {
        self.players.iter().fold(String::new(), |mut text, (identity, known)| {
            let verified = if known.is_verified { "verified" } else { "seen" };
            let _ = writeln!(text, "{} {verified} {identity}", known.key);
            text
        })
    }

    /// Parses the output of [`to_text`](Self::to_text).
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] for the first line that is not as expected, with its number.
    pub fn from_text(text: &str) -> Result<Self, E2eeError> {
        let mut players = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()).take(Self::MAX) {
            let (identity, known) = parse(line).ok_or_else(|| E2eeError::Malformed {
                what: "list of known players",
                why: format!("line {number}: expected a key, \"seen\" or \"verified\", and a player"),
            })?;
            players.insert(identity, known);
        }
        Ok(Self { players })
    }
}

fn parse(line: &str) -> Option<(String, Known)> {
    let (key, rest) = line.split_once(' ')?;
    let (verified, identity) = rest.split_once(' ')?;
    let is_verified = match verified {
        "verified" => true,
        "seen" => false,
        _ => return None,
    };
    let bytes = hex(key).filter(|bytes| bytes.len() == PublicKey::BYTES)?;
    let known = Known { key: PublicKey::from_bytes(&bytes), is_verified };
    (!identity.is_empty()).then(|| (identity.to_owned(), known))
}

/// The identity of a player: its account if it has one, whatever its name. Line breaks are kept out of the text.
fn identity(account: Option<&str>, name: &str) -> String {
    match account {
        Some(account) => format!("account:{}", account.escape_debug()),
        None => format!("name:{}", NameKey::of(name).as_str().escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credential;

    fn member(name: &str, account: Option<&str>, key: u8) -> GroupMember {
        let credential = Credential::new(name).unwrap();
        let credential = match account {
            Some(account) => credential.with_account(account).unwrap(),
            None => credential,
        };
        let name_key = NameKey::of(credential.name());
        GroupMember { leaf: 0, credential, key: self::key(key), name_key }
    }

    fn key(byte: u8) -> PublicKey {
        PublicKey::from_bytes(&[byte; 32])
    }

    #[test]
    fn a_key_is_trusted_on_first_use_and_another_one_is_not() {
        let mut known = KnownKeys::default();
        assert_eq!(known.recognize(&member("Ann", None, 1)), Recognition::New);
        assert_eq!(known.recognize(&member(" ann", None, 1)), Recognition::Known);
        let changed = Recognition::Changed { was_verified: false };
        for _ in 0..2 {
            assert_eq!(known.recognize(&member("Ann", None, 2)), changed);
        }
        known.accept(None, "Ann", &key(2));
        assert_eq!(known.recognize(&member("Ann", None, 2)), Recognition::Known);
    }

    #[test]
    fn a_verified_player_stays_so_until_its_key_changes() {
        let mut known = KnownKeys::default();
        known.verify(None, "Ann", &key(1));
        assert_eq!(known.recognize(&member("Ann", None, 1)), Recognition::Verified);
        assert_eq!(known.recognize(&member("Ann", None, 2)), Recognition::Changed { was_verified: true });
    }

    #[test]
    fn an_account_is_the_same_under_another_name_and_a_name_is_not_an_account() {
        let mut known = KnownKeys::default();
        known.verify(Some("42"), "Ann", &key(1));
        assert_eq!(known.recognize(&member("Anna", Some("42"), 1)), Recognition::Verified);
        assert_eq!(known.recognize(&member("42", None, 1)), Recognition::New);
    }

    #[test]
    fn what_is_kept_as_text_comes_back_whatever_names_hold() {
        let mut known = KnownKeys::default();
        known.verify(Some("a b\nc"), "Ann\nseen", &key(1));
        known.recognize(&member("Bob", None, 2));
        assert_eq!(KnownKeys::from_text(&known.to_text()), Ok(known));
    }

    #[test]
    fn a_line_that_is_not_as_expected_is_named() {
        for line in ["", "00 seen a", "zz seen a", &format!("{} maybe a", "0".repeat(64))] {
            let error = KnownKeys::from_text(&format!("{} seen name:a\n{line}\n", "1".repeat(64)));
            assert!(error.unwrap_err().to_string().contains("line 2"), "{line:?}");
        }
    }
}
