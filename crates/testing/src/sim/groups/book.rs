//! The reference: the members of each epoch, and the frames sealed in it.

use std::collections::{BTreeMap, BTreeSet};

use consonance_e2ee::{MlsMember, PublicKey};

use crate::sim::violation::{Checked, ensure};

/// A member in one life of its process: another life has another key.
pub(crate) type Identity = PublicKey;

/// All that members said about epochs, and all frames.
#[derive(Debug, Default)]
pub(crate) struct Book {
    epochs: BTreeMap<(u32, u64), Epoch>,
    /// The epoch that a player was the first to enter, the latest one.
    latest: Option<(u32, u64)>,
    words: Vec<Word>,
}

#[derive(Debug)]
struct Epoch {
    secret: Vec<u8>,
    members: BTreeSet<Identity>,
}

/// A frame that was spoken.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) speaker: String,
    /// The epoch in which it was sealed; `None` if it was not.
    pub(crate) sealed_in: Option<(u32, u64)>,
}

/// The first bytes of every word, which no sealed frame contains.
const MARK: &[u8; 6] = b"a word";

impl Book {
    /// A member enters a new epoch: it has the same members as all others in it, and the same secret.
    pub(crate) fn enter(&mut self, name: &str, key: &Identity, member: &MlsMember) -> Checked {
        let Some(of) = member.epoch() else { return Ok(()) };
        let secret = member.export_secret(b"book", 16).unwrap_or_default();
        let members: BTreeSet<Identity> = member.members().iter().map(|member| member.key.clone()).collect();
        ensure!(members.contains(key), "{name} is in epoch {of:?} without being a member of it");
        let epoch = self.epochs.entry(of).or_insert_with(|| {
            self.latest = Some(of);
            Epoch { secret: secret.clone(), members: members.clone() }
        });
        ensure!(epoch.secret == secret, "{name} has another secret of epoch {of:?} than others");
        ensure!(epoch.members == members, "{name} sees other members of epoch {of:?} than others");
        Ok(())
    }

    /// The number of groups that there were.
    pub(crate) fn groups(&self) -> u64 {
        self.epochs.keys().map(|(group, _)| group).collect::<BTreeSet<_>>().len() as u64
    }

    pub(crate) fn latest(&self) -> Option<(u32, u64)> {
        self.latest
    }

    pub(crate) fn has_member(&self, of: (u32, u64), key: &Identity) -> bool {
        self.epochs.get(&of).is_some_and(|epoch| epoch.members.contains(key))
    }

    /// The frame for the next word.
    pub(crate) fn speak(&mut self, speaker: &str) -> Vec<u8> {
        let number = self.words.len() as u64;
        self.words.push(Word { speaker: speaker.to_owned(), sealed_in: None });
        [&MARK[..], &number.to_be_bytes()].concat()
    }

    pub(crate) fn note_sealed(&mut self, number: usize, of: (u32, u64)) {
        if let Some(word) = self.words.get_mut(number) {
            word.sealed_in = Some(of);
        }
    }

    /// The word in these bytes, and its number.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<(usize, &Word)> {
        let at = bytes.windows(MARK.len()).position(|window| window == MARK)?;
        let number = bytes.get(at + MARK.len()..)?.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))?;
        let number = usize::try_from(number).ok()?;
        Some((number, self.words.get(number)?))
    }
}
