//! The log of a session's keys, which decrypts frames that a server has stored.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::sframe::{ArchiveOpener, BASE_KEY_BYTES, EpochSecret, LEAVES_MAX};
use crate::{E2eeError, GroupMember, PublicKey};

/// An epoch in a key log. Its holder can decrypt everything that was said in the epoch.
#[derive(Clone, Debug)]
pub struct LoggedEpoch {
    /// The number of the group.
    pub group: u32,
    /// The secret that all members share.
    pub secret: EpochSecret,
    /// The members, by their leaves.
    pub members: Vec<LoggedMember>,
}

/// A member of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedMember {
    /// Its place in the group's tree.
    pub leaf: u32,
    /// Its name in the session.
    pub name: String,
    /// Its account, as it claims.
    pub account: Option<String>,
    /// The key that it signs with.
    pub key: PublicKey,
}

impl LoggedEpoch {
    /// The longest line, in bytes: a group of a thousand members takes 100 KB.
    pub const LINE_BYTES_MAX: usize = 8 << 20;
    /// The number of epochs that are read from a log; later ones are ignored.
    pub const EPOCHS_MAX: usize = ArchiveOpener::EPOCHS_MAX;

    /// The log entry for these keys, with the members that have them.
    pub(crate) fn new(group: u32, secret: EpochSecret, members: &[GroupMember]) -> Self {
        Self { group, secret, members: members.iter().map(LoggedMember::of).collect() }
    }

    /// The member at a leaf.
    pub fn member(&self, leaf: u32) -> Option<&LoggedMember> {
        self.members.iter().find(|member| member.leaf == leaf)
    }

    /// Encodes the epoch as a line with its line end: `epoch`, the group, the epoch, the secret in hexadecimal digits,
    /// and for each member its leaf, its key in hexadecimal digits, its name and its account in base 64, between
    /// colons.
    pub fn to_line(&self) -> String {
        let mut line = format!("epoch {} {} ", self.group, self.secret.epoch());
        put_hex(&mut line, self.secret.base_key());
        for LoggedMember { leaf, name, account, key } in &self.members {
            let (name, account) =
                (BASE64.encode(name), BASE64.encode(account.as_deref().unwrap_or_default()));
            let _ = write!(line, " {leaf}:{key}:{name}:{account}");
        }
        line.push('\n');
        line
    }

    /// Reads a log of such lines. Empty lines and those that begin with `#` are skipped; a last line without a line
    /// end is incomplete and ignored.
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] for the first line that is not as expected, with its number.
    pub fn read_log(text: &str) -> Result<Vec<Self>, E2eeError> {
        let mut epochs = Vec::new();
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let Some(line) = line.strip_suffix('\n') else { break };
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if epochs.len() == Self::EPOCHS_MAX {
                break;
            }
            epochs.push(Self::parse(line).ok_or_else(|| E2eeError::Malformed {
                what: "key log",
                why: format!("line {number}: expected \"epoch\", a group, an epoch, a secret and members"),
            })?);
        }
        Ok(epochs)
    }

    fn parse(line: &str) -> Option<Self> {
        if line.len() > Self::LINE_BYTES_MAX {
            return None;
        }
        let mut fields = line.split(' ');
        if fields.next() != Some("epoch") {
            return None;
        }
        let (group, epoch) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let secret: [u8; BASE_KEY_BYTES] = hex(fields.next()?)?.try_into().ok()?;
        let members = fields.map(member).collect::<Option<Vec<_>>>()?;
        Some(Self { group, secret: EpochSecret::new(epoch, secret), members })
    }
}

impl LoggedMember {
    pub(crate) fn of(member: &GroupMember) -> Self {
        Self {
            leaf: member.leaf,
            name: member.credential.name().to_owned(),
            account: member.credential.account().map(str::to_owned),
            key: member.key.clone(),
        }
    }

    /// A player that is no longer a member: its key has no bytes.
    pub(crate) fn unknown(name: &str) -> Self {
        Self { leaf: 0, name: name.to_owned(), account: None, key: PublicKey::from_bytes(&[]) }
    }
}

fn member(field: &str) -> Option<LoggedMember> {
    let mut parts = field.split(':');
    let leaf = parts.next()?.parse().ok().filter(|leaf| *leaf < LEAVES_MAX)?;
    let key = hex(parts.next()?).filter(|key| key.len() == PublicKey::BYTES)?;
    let text = |part: &str| String::from_utf8(BASE64.decode(part).ok()?).ok();
    let (name, account) = (text(parts.next()?)?, text(parts.next()?)?);
    let account = (!account.is_empty()).then_some(account);
    parts.next().is_none().then(|| LoggedMember { leaf, name, account, key: PublicKey::from_bytes(&key) })
}

/// Two digits for each byte.
pub(crate) fn put_hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

/// Bytes of hexadecimal digits, two for each.
pub(crate) fn hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] if pair.is_ascii() => {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            Some((digit(high)? << 4 | digit(low)?) as u8)
        }
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch() -> LoggedEpoch {
        let member = |leaf, name: &str, account: Option<&str>| LoggedMember {
            leaf,
            name: name.into(),
            account: account.map(Into::into),
            key: PublicKey::from_bytes(&[leaf as u8; 32]),
        };
        LoggedEpoch {
            group: 7,
            secret: EpochSecret::new(u64::MAX, [0xAB; BASE_KEY_BYTES]),
            members: vec![member(0, "Zoë: a\nb", Some("account 1")), member(65_535, "", None)],
        }
    }

    #[test]
    fn what_is_logged_is_read_whatever_names_hold() {
        let log = format!("# comment\n\n{}{}epoch 1", epoch().to_line(), epoch().to_line());
        let read = LoggedEpoch::read_log(&log).unwrap();
        assert_eq!(read.len(), 2, "the last line is not whole");
        assert_eq!((read[1].group, read[1].secret.epoch()), (7, u64::MAX));
        assert_eq!(read[1].secret.base_key(), &[0xAB; BASE_KEY_BYTES]);
        assert_eq!(read[1].members, epoch().members);
    }

    #[test]
    fn a_line_that_is_not_as_expected_is_named() {
        let good = epoch().to_line();
        for bad in
            ["epoch", "epochs 1 2", &good[..40], &good.replace(':', " "), &good.replace("ab", "ax"), "é"]
        {
            let error = LoggedEpoch::read_log(&format!("{good}{bad}\n")).unwrap_err();
            assert!(error.to_string().contains("line 2"), "{bad}: {error}");
        }
    }
}
