//! Safety numbers: what two players read to each other to be sure that no server is between them.

use core::fmt;

use consonance_name_key::NameKey;
use mls_rs::CipherSuiteProvider;

use crate::identity::cipher_suite;
use crate::{Credential, PublicKey};

/// A number that is the same for all who see the same players with the same keys: 98 bits, as words or digits.
///
/// Another key with the same number takes 2⁹⁸ attempts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SafetyNumber([u8; 16]);

impl SafetyNumber {
    /// How many words there are.
    pub const WORDS: usize = 9;

    /// The number of a set of players, in any order: two, or all of a group.
    pub fn of<'a>(players: impl IntoIterator<Item = (&'a Credential, &'a PublicKey)>) -> Self {
        let mut records: Vec<Vec<u8>> = players.into_iter().map(record).collect();
        records.sort();
        let mut content = b"Consonance 1.0 safety number\0".to_vec();
        for record in records {
            content.extend((record.len() as u32).to_be_bytes());
            content.extend(record);
        }
        let hash = cipher_suite().hash(&content).unwrap_or_default();
        let mut number = [0; 16];
        number.iter_mut().zip(&hash).for_each(|(to, from)| *to = *from);
        Self(number)
    }

    /// Nine English words of the list of BIP 39, 11 bits each.
    pub fn words(&self) -> [&'static str; Self::WORDS] {
        let list = bip39::Language::English.word_list();
        let bits = u128::from_be_bytes(self.0);
        core::array::from_fn(|index| {
            let word = (bits >> (128 - 11 * (index + 1))) & 0x7ff;
            list.get(word as usize).copied().unwrap_or_default()
        })
    }

    /// The same as 30 digits, in groups of five.
    pub fn digits(&self) -> [String; 6] {
        let number = (u128::from_be_bytes(self.0) >> 29) % 10u128.pow(30);
        core::array::from_fn(|index| format!("{:05}", number / 10u128.pow(25 - 5 * index as u32) % 100_000))
    }
}

/// The words.
impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}

impl fmt::Debug for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafetyNumber({self})")
    }
}

/// A player with an account is that account, whatever its name.
fn record((credential, key): (&Credential, &PublicKey)) -> Vec<u8> {
    let (kind, identity) = match credential.account() {
        Some(account) => (b'a', account.to_owned()),
        None => (b'n', NameKey::of(credential.name()).as_str().to_owned()),
    };
    let mut record = vec![kind];
    record.extend((identity.len() as u32).to_be_bytes());
    record.extend(identity.as_bytes());
    record.extend(key.as_bytes());
    record
}
