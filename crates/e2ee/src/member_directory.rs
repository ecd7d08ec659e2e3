//! The members of a group as players see them: with recognition, safety numbers, and proofs of their accounts.

use std::collections::BTreeSet;

use crate::{
    AccountProof, AttestationKeys, GroupMember, KnownKeys, MlsMember, PublicKey, Recognition, SafetyNumber,
};

/// A member of the session's group. Only members can hear and read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncryptedMember {
    /// Its name.
    pub name: String,
    /// Its account, as it claims; see [`account_proof`](Self::account_proof).
    pub account: Option<String>,
    /// The proof of the account.
    pub account_proof: AccountProof,
    /// Its purpose, if it is not a player: "recording", "moderation".
    pub purpose: Option<String>,
    /// The key that it signs with.
    pub key: PublicKey,
    /// The number that both players see if no server is between them; none for the local player.
    pub safety_number: Option<SafetyNumber>,
    /// Whether it has signed that it is in the same epoch of the same group.
    pub is_confirmed: bool,
    /// The result of comparing it with the players that were met before; none for the local player.
    pub recognition: Option<Recognition>,
    /// Whether it is the local player.
    pub is_local: bool,
}

/// Lists members, and remembers earlier findings about them.
#[derive(Debug, Default)]
pub struct MemberDirectory {
    attestation_keys: AttestationKeys,
    /// The members of the last list, with the proofs of their accounts.
    proofs: Vec<(GroupMember, AccountProof)>,
    /// Keys that this directory saw for the first time: they stay new for its lifetime.
    new: BTreeSet<PublicKey>,
    /// Keys that were reported as changed.
    reported: BTreeSet<PublicKey>,
}

/// The maximum number of keys that are remembered of each kind.
const REMEMBERED_MAX: usize = 10_000;

impl MemberDirectory {
    /// A directory that checks attestations with these keys.
    pub fn new(attestation_keys: AttestationKeys) -> Self {
        Self { attestation_keys, ..Self::default() }
    }

    /// The members, by their places in the tree. New ones are added to `known`.
    pub fn list(&mut self, member: &MlsMember, known: &mut KnownKeys) -> Vec<EncryptedMember> {
        self.check_attestations(member.members());
        let epoch = member.epoch().map(|(_, epoch)| epoch);
        let own_leaf = member.own_leaf();
        let new = &mut self.new;
        let list = self.proofs.iter().map(|(other, account_proof)| {
            let name = other.credential.name();
            let is_local = Some(other.leaf) == own_leaf;
            EncryptedMember {
                name: name.to_owned(),
                account: other.credential.account().map(str::to_owned),
                account_proof: *account_proof,
                purpose: other.credential.purpose().map(str::to_owned),
                key: other.key.clone(),
                safety_number: (!is_local).then(|| member.safety_number_of(other)),
                is_confirmed: is_local || epoch.is_some() && member.confirmed_epoch(other.leaf) == epoch,
                recognition: (!is_local).then(|| match known.recognize_as(other, *account_proof) {
                    Recognition::New => {
                        if new.len() < REMEMBERED_MAX {
                            new.insert(other.key.clone());
                        }
                        Recognition::New
                    }
                    Recognition::Known if new.contains(&other.key) => Recognition::New,
                    recognition @ (Recognition::Known
                    | Recognition::Verified
                    | Recognition::Changed { .. }) => recognition,
                }),
                is_local,
            }
        });
        list.collect()
    }

    /// The members of a list whose keys have changed since they were last met, each reported once: name, and whether
    /// the former key was verified.
    pub fn newly_changed(&mut self, list: &[EncryptedMember]) -> Vec<(String, bool)> {
        let changed = list.iter().filter_map(|member| match member.recognition {
            Some(Recognition::Changed { was_verified }) => Some((member, was_verified)),
            Some(Recognition::New | Recognition::Known | Recognition::Verified) | None => None,
        });
        if self.reported.len() > REMEMBERED_MAX {
            self.reported.clear();
        }
        let new = changed.filter(|(member, _)| self.reported.insert(member.key.clone()));
        new.map(|(member, was_verified)| (member.name.clone(), was_verified)).collect()
    }

    /// Checks each member's signature once, not at each change of the group.
    fn check_attestations(&mut self, members: &[GroupMember]) {
        let mut former = std::mem::take(&mut self.proofs).into_iter().peekable();
        self.proofs.extend(members.iter().map(|member| {
            while former.next_if(|(other, _)| other.leaf < member.leaf).is_some() {}
            former.next_if(|(other, _)| other == member).unwrap_or_else(|| {
                (member.clone(), self.attestation_keys.check(&member.credential, &member.key))
            })
        }));
    }
}
