//! The keys of players that were met before: a player with another key than last time is not trusted unseen.
//!
//! A key is trusted on first use, and verified once both players have compared their
//! [safety number](crate::SafetyNumber).

use std::collections::BTreeMap;

use consonance_wire::names::NameKey;

use crate::key_log::hex;
use crate::{AccountProof, E2eeError, GroupMember, PublicKey};

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
///
/// A player is known by its name, and by its account if it has one: a new key under either is a changed key, unless it
/// comes with proof of an account that has had it before. Nothing is ever forgotten to make room: once there is none,
/// new players are not remembered, which [`is_full`](Self::is_full) says. Verified players have space of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownKeys {
    players: BTreeMap<String, Known>,
    /// Bytes of the text of all of them.
    bytes: usize,
    /// Whether a player could not be remembered.
    is_full: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    key: PublicKey,
    is_verified: bool,
}

/// There is no room for the key of another verified player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list of known players has {bytes} bytes, expected at most {}", KnownKeys::BYTES_MAX)]
pub struct KnownKeysFull {
    /// The length of the list as text, with the key that was not added.
    pub bytes: usize,
}

impl KnownKeysFull {
    /// A code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        "known-keys-full"
    }
}

impl KnownKeys {
    /// The maximum length of the list as text, in bytes, above which no player is added.
    pub const BYTES_MAX: usize = 1_000_000;
    /// The length above which only verified players are added: some 9000 names have that.
    pub const SEEN_BYTES_MAX: usize = 800_000;

    /// Compares a member with the remembered players; a new one is remembered if there is room. Its account is taken
    /// for a claim: see [`recognize_as`](Self::recognize_as).
    pub fn recognize(&mut self, member: &GroupMember) -> Recognition {
        self.recognize_as(member, AccountProof::Claimed)
    }

    /// The same for a member whose account has this proof.
    pub fn recognize_as(&mut self, member: &GroupMember, proof: AccountProof) -> Recognition {
        let (account, name) = (member.credential.account(), member.credential.name());
        let identities = identities(account, name);
        let of_account = account.and_then(|_| self.players.get(&identities[0]));
        if proof == AccountProof::Attested
            && let Some(known) = of_account.filter(|known| known.key == member.key)
        {
            // Whatever name it has now, the account and its key are proved.
            return if known.is_verified { Recognition::Verified } else { Recognition::Known };
        }
        let known = || identities.iter().filter_map(|identity| self.players.get(identity));
        let mut others = known().filter(|known| known.key != member.key).peekable();
        if others.peek().is_some() {
            return Recognition::Changed { was_verified: others.any(|known| known.is_verified) };
        }
        let recognition = match known().map(|known| known.is_verified).max() {
            Some(true) => Recognition::Verified,
            Some(false) => Recognition::Known,
            None => Recognition::New,
        };
        let is_verified = recognition == Recognition::Verified;
        for identity in identities {
            if !self.players.contains_key(&identity) {
                self.is_full |= self.insert(identity, &member.key, is_verified).is_err();
            }
        }
        recognition
    }

    /// Marks this key as the player's own: the safety number was compared.
    ///
    /// # Errors
    /// [`KnownKeysFull`]: the key is not remembered.
    pub fn verify(
        &mut self,
        account: Option<&str>,
        name: &str,
        key: &PublicKey,
    ) -> Result<(), KnownKeysFull> {
        self.insert_all(account, name, key, true)
    }

    /// Trusts the player's present key as on first use, regardless of earlier keys.
    ///
    /// # Errors
    /// [`KnownKeysFull`]: the key is not remembered.
    pub fn accept(
        &mut self,
        account: Option<&str>,
        name: &str,
        key: &PublicKey,
    ) -> Result<(), KnownKeysFull> {
        self.insert_all(account, name, key, false)
    }

    /// Whether a player was not remembered, since there was no room: it stays new, and a change of its key is not
    /// noticed.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// The number of remembered names and accounts.
    pub fn len(&self) -> usize {
        self.players.len()
    }

    /// Whether no player is remembered.
    pub fn is_empty(&self) -> bool {
        self.players.is_empty()
    }

    fn insert_all(
        &mut self,
        account: Option<&str>,
        name: &str,
        key: &PublicKey,
        is_verified: bool,
    ) -> Result<(), KnownKeysFull> {
        let inserted = identities(account, name).into_iter().map(|it| self.insert(it, key, is_verified));
        // Both are tried: one of them is better than none.
        let inserted: Vec<_> = inserted.collect();
        let result: Result<(), KnownKeysFull> = inserted.into_iter().collect();
        self.is_full |= result.is_err();
        result
    }

    fn insert(&mut self, identity: String, key: &PublicKey, is_verified: bool) -> Result<(), KnownKeysFull> {
        let known = Known { key: key.clone(), is_verified };
        let replaced = self.players.get(&identity).map_or(0, |replaced| text_of(&identity, replaced).len());
        let bytes = self.bytes - replaced + text_of(&identity, &known).len();
        let most = if is_verified { Self::BYTES_MAX } else { Self::SEEN_BYTES_MAX };
        // What takes the place of another key may be a little longer.
        if bytes > most && replaced == 0 {
            return Err(KnownKeysFull { bytes });
        }
        self.bytes = bytes;
        self.players.insert(identity, known);
        Ok(())
    }

    /// Encodes the keys as text: a line for each player, with its key, whether it is verified, and its account or
    /// name.
    pub fn to_text(&self) -> String {
        self.players.iter().map(|(identity, known)| text_of(identity, known)).collect()
    }

    /// Parses the output of [`to_text`](Self::to_text). A longer list than may be made is taken as a whole, and not
    /// added to.
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] for the first line that is not as expected, with its number, or for a text of more than
    /// [`TEXT_BYTES_MAX`](Self::TEXT_BYTES_MAX).
    pub fn from_text(text: &str) -> Result<Self, E2eeError> {
        let malformed = |why: String| E2eeError::Malformed { what: "list of known players", why };
        let (length, most) = (text.len(), Self::TEXT_BYTES_MAX);
        if length > most {
            return Err(malformed(format!("it has {length} bytes, at most {most} are expected")));
        }
        let mut read = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let (identity, known) = parse(line).ok_or_else(|| {
                malformed(format!("line {number}: expected a key, \"seen\" or \"verified\", and a player"))
            })?;
            read.bytes += text_of(&identity, &known).len();
            if let Some(replaced) = read.players.insert(identity.clone(), known) {
                read.bytes -= text_of(&identity, &replaced).len();
            }
        }
        Ok(read)
    }

    /// Bytes of the longest text that is read.
    pub const TEXT_BYTES_MAX: usize = 8 << 20;
}

/// A player as text.
fn text_of(identity: &str, Known { key, is_verified }: &Known) -> String {
    format!("{key} {} {identity}\n", if *is_verified { "verified" } else { "seen" })
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

/// What a player is known by: its account first, if it has one, and its name. Line breaks are kept out of the text.
fn identities(account: Option<&str>, name: &str) -> Vec<String> {
    let account = account.map(|account| format!("account:{}", account.escape_debug()));
    let name = format!("name:{}", NameKey::of(name).as_str().escape_debug());
    account.into_iter().chain([name]).collect()
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

    const SEEN_CHANGED: Recognition = Recognition::Changed { was_verified: false };
    const VERIFIED_CHANGED: Recognition = Recognition::Changed { was_verified: true };

    #[test]
    fn a_key_is_trusted_on_first_use_and_another_one_is_not() {
        let mut known = KnownKeys::default();
        assert_eq!(known.recognize(&member("Ann", None, 1)), Recognition::New);
        assert_eq!(known.recognize(&member(" ann", None, 1)), Recognition::Known);
        for _ in 0..2 {
            assert_eq!(known.recognize(&member("Ann", None, 2)), SEEN_CHANGED);
        }
        known.accept(None, "Ann", &key(2)).unwrap();
        assert_eq!(known.recognize(&member("Ann", None, 2)), Recognition::Known);
    }

    #[test]
    fn a_verified_player_stays_so_until_its_key_changes() {
        let mut known = KnownKeys::default();
        known.verify(None, "Ann", &key(1)).unwrap();
        assert_eq!(known.recognize(&member("Ann", None, 1)), Recognition::Verified);
        assert_eq!(known.recognize(&member("Ann", None, 2)), VERIFIED_CHANGED);
    }

    #[test]
    fn another_key_that_comes_with_an_account_is_a_changed_key() {
        let mut known = KnownKeys::default();
        known.verify(None, "Ann", &key(1)).unwrap();
        let newcomer = member("Ann", Some("42"), 2);
        for proof in [AccountProof::Claimed, AccountProof::Rejected, AccountProof::Attested] {
            for _ in 0..2 {
                assert_eq!(known.recognize_as(&newcomer, proof), VERIFIED_CHANGED, "{proof:?}");
            }
        }
        assert_eq!(known.recognize(&member("Ann", None, 1)), Recognition::Verified, "nothing was forgotten");
    }

    #[test]
    fn another_key_that_comes_without_the_account_is_a_changed_key() {
        let mut known = KnownKeys::default();
        known.verify(Some("42"), "Ann", &key(1)).unwrap();
        assert_eq!(known.recognize(&member("Ann", None, 2)), VERIFIED_CHANGED);
        assert_eq!(known.recognize(&member("Ann", Some("43"), 2)), VERIFIED_CHANGED);
        assert_eq!(known.recognize(&member("Bob", Some("42"), 2)), VERIFIED_CHANGED);
        let mut seen = KnownKeys::default();
        assert_eq!(seen.recognize(&member("Ann", Some("42"), 1)), Recognition::New);
        assert_eq!(seen.recognize(&member("Ann", None, 2)), SEEN_CHANGED);
    }

    #[test]
    fn a_known_player_that_takes_the_name_of_another_is_told_unless_its_account_is_proved() {
        let mut known = KnownKeys::default();
        known.verify(None, "Ann", &key(1)).unwrap();
        assert_eq!(known.recognize(&member("Mallory", Some("7"), 2)), Recognition::New);
        let renamed = member("Ann", Some("7"), 2);
        assert_eq!(known.recognize(&renamed), VERIFIED_CHANGED);
        assert_eq!(known.recognize_as(&renamed, AccountProof::Attested), Recognition::Known);
    }

    #[test]
    fn an_account_is_the_same_under_another_name_and_a_name_is_not_an_account() {
        let mut known = KnownKeys::default();
        known.verify(Some("42"), "Ann", &key(1)).unwrap();
        assert_eq!(known.recognize(&member("Anna", Some("42"), 1)), Recognition::Verified);
        assert_eq!(known.recognize(&member("42", None, 1)), Recognition::New);
    }

    #[test]
    fn a_full_list_says_so_and_forgets_no_player() {
        let mut known = KnownKeys::default();
        known.verify(None, "Ann", &key(1)).unwrap();
        let mut met = 0;
        while !known.is_full() {
            known.recognize(&member(&format!("player {met}"), None, 2));
            met += 1;
        }
        assert!(met > 8000, "{met}");
        let newcomer = member("Bob", None, 3);
        for _ in 0..2 {
            assert_eq!(known.recognize(&newcomer), Recognition::New);
        }
        assert_eq!(known.recognize(&member("Ann", None, 2)), VERIFIED_CHANGED);
        assert_eq!(known.recognize(&member("player 0", None, 3)), SEEN_CHANGED);
        assert_eq!(known.accept(None, "Bob", &key(3)).map_err(|full| full.code()), Err("known-keys-full"));
        known.verify(None, "Bob", &key(3)).expect("verified players have space of their own");
        let again = KnownKeys::from_text(&known.to_text()).unwrap();
        assert_eq!(again.to_text(), known.to_text());
    }

    #[test]
    fn verified_players_are_bounded_too_and_one_more_is_an_error() {
        let mut known = KnownKeys::default();
        let refused = (0..100_000).find(|nth| known.verify(None, &format!("player {nth}"), &key(1)).is_err());
        let refused = refused.expect("it is full at some time");
        assert!(known.to_text().len() <= KnownKeys::BYTES_MAX);
        assert_eq!(known.recognize(&member("player 0", None, 2)), VERIFIED_CHANGED);
        known.verify(None, "player 0", &key(2)).expect("it takes the place of the former key");
        assert_eq!(known.len(), refused);
    }

    #[test]
    fn a_list_of_an_earlier_version_is_read_as_a_whole() {
        let lines = (0..30_000).map(|nth| format!("{} verified name:player {nth}\n", "1".repeat(64)));
        let text: String = lines.collect();
        assert_eq!(KnownKeys::from_text(&text).unwrap().len(), 30_000);
        let too_long = "x".repeat(KnownKeys::TEXT_BYTES_MAX + 1);
        assert_eq!(KnownKeys::from_text(&too_long).map_err(|error| error.code()), Err("malformed"));
    }

    #[test]
    fn what_is_kept_as_text_comes_back_whatever_names_hold() {
        let mut known = KnownKeys::default();
        known.verify(Some("a b\nc"), "Ann\nseen", &key(1)).unwrap();
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
