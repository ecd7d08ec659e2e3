//! Safety numbers: two players read them to each other to be sure that no server is between them.

use core::fmt;

use consonance_wire::names::NameKey;
use mls_rs::CipherSuiteProvider;

use crate::identity::cipher_suite;
use crate::{Credential, PublicKey};

/// A number that is the same for all clients that see the same players with the same keys, as words or as digits.
///
/// Finding another key with the same words takes 2⁹⁶ attempts, with the same digits somewhat more.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SafetyNumber([u8; 16]);

impl SafetyNumber {
    /// The number of words.
    pub const WORDS: usize = 6;

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

    /// Six words that can be read out in many languages, 16 bits each: proquints (Wilkerson, arXiv:0901.4016).
    pub fn words(&self) -> [String; Self::WORDS] {
        core::array::from_fn(|index| proquint([self.0[2 * index], self.0[2 * index + 1]]))
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

/// Consonant, vowel, consonant, vowel, consonant: 4, 2, 4, 2 and 4 bits.
fn proquint(bytes: [u8; 2]) -> String {
    let bits = usize::from(u16::from_be_bytes(bytes));
    let (consonants, vowels) = (b"bdfghjklmnprstvz", b"aiou");
    let letters = [
        consonants[bits >> 12],
        vowels[bits >> 10 & 3],
        consonants[bits >> 6 & 15],
        vowels[bits >> 4 & 3],
        consonants[bits & 15],
    ];
    letters.iter().map(|letter| char::from(*letter)).collect()
}

/// The identity of a player: its account if it has one, whatever its name.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_paper() {
        // The addresses 127.0.0.1 and 63.84.220.193, the paper's examples.
        let words = |bytes: [u8; 4]| [proquint([bytes[0], bytes[1]]), proquint([bytes[2], bytes[3]])];
        assert_eq!(words([127, 0, 0, 1]), ["lusab", "babad"]);
        assert_eq!(words([63, 84, 220, 193]), ["gutih", "tugad"]);
    }

    #[test]
    fn the_order_of_players_does_not_count_and_each_key_does() {
        let (ann, bob) = (Credential::new("Ann").unwrap(), Credential::new("Bob").unwrap());
        let key = |byte: u8| PublicKey::from_bytes(&[byte; 32]);
        let number = SafetyNumber::of([(&ann, &key(1)), (&bob, &key(2))]);
        assert_eq!(SafetyNumber::of([(&bob, &key(2)), (&ann, &key(1))]), number);
        for other in [[(&ann, &key(1)), (&bob, &key(3))], [(&ann, &key(2)), (&bob, &key(1))]] {
            assert_ne!(SafetyNumber::of(other), number);
        }
    }

    #[test]
    fn there_are_thirty_digits() {
        for byte in [0, 0xff] {
            let digits = SafetyNumber([byte; 16]).digits();
            assert!(digits.iter().all(|group| group.len() == 5), "{digits:?}");
        }
    }
}
