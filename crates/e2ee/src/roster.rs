//! The members of the group, by its signed tree: only they can hear.

use consonance_wire::names::NameKey;
use mls_rs::group::Member as Leaf;

use crate::{Credential, PublicKey};

/// A member of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// Its place in the group's tree; a later member can get the place of one that has left.
    pub leaf: u32,
    /// Its name, account and purpose.
    pub credential: Credential,
    /// The key that it signs with.
    pub key: PublicKey,
    /// The key by which its name is compared.
    pub name_key: NameKey,
}

impl GroupMember {
    /// `None` for a leaf with an unreadable credential, which the group's rules do not admit.
    pub(crate) fn of(leaf: &Leaf) -> Option<Self> {
        let credential = Credential::of(&leaf.signing_identity)?;
        Some(Self {
            leaf: leaf.index,
            name_key: NameKey::of(credential.name()),
            credential,
            key: PublicKey::new(leaf.signing_identity.signature_key.clone()),
        })
    }

    /// The member of this name, however it is spelled.
    pub(crate) fn named<'m>(members: &'m [Self], name: &str) -> Option<&'m Self> {
        let key = NameKey::of(name);
        members.iter().find(|member| member.name_key == key)
    }
}
