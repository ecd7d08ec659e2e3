//! The check of what members of an encrypted session's group send: what can be checked without keys.

use core::fmt::Debug;

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{Named, PlainRooms};

/// Follows the group of an encrypted session without its keys, and checks the members' messages. This crate has no
/// algorithms of its own for that; `consonance-e2ee` implements it.
pub trait GroupCheck: Debug + Send {
    /// Checks a key package: members can add it, and it is in this name. Returns its keys.
    fn key_package(&self, name: &str, key_package: &[u8]) -> Option<PackageKeys>;

    /// Begins to follow a new group, in epoch 0, instead of any former one. False if it is not as requested.
    fn begin(&mut self, group: &NewGroup<'_>) -> bool;

    /// Follows a commit to the next epoch. False, and no change, if it does not hold, or is not what was asked for;
    /// newcomers may be left out.
    fn commit(&mut self, asked: &AskedCommit<'_>, made: &MadeCommit<'_>) -> bool;

    /// Whether the owner of a key has signed the complaint about the commit that leads to this epoch.
    fn has_complained(&self, signer: &[u8], group: u32, epoch: u32, signature: &[u8]) -> bool;
}

/// The keys of a key package. No two members of a group have one in common (RFC 9420, section 7.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageKeys {
    /// The key that its owner signs with.
    pub signer: Box<[u8]>,
    /// The key that others encrypt to.
    pub leaf: Box<[u8]>,
}

/// A new group with its creator as the only member.
#[derive(Clone, Copy, Debug)]
pub struct NewGroup<'a> {
    /// Its number.
    pub group: u32,
    /// The creator's name.
    pub creator: &'a str,
    /// The key that the creator signs with.
    pub signer: &'a [u8],
    /// The rooms that are not encrypted.
    pub plain: &'a PlainRooms,
    /// The MLS message that describes it.
    pub info: &'a [u8],
}

/// The request that a commit has to fulfil.
#[derive(Clone, Debug)]
pub struct AskedCommit<'a> {
    /// The name of the member that was asked.
    pub committer: &'a str,
    /// The players to add, with their key packages.
    pub adds: Vec<Named<'a>>,
    /// The names of members to remove; those that the group does not have are gone already.
    pub removes: &'a [Box<str>],
    /// The rooms that are not encrypted from then on.
    pub plain: &'a PlainRooms,
}

/// A commit as a member sends it.
#[derive(Clone, Copy, Debug)]
pub struct MadeCommit<'a> {
    /// The MLS message; empty for a new group that nobody is added to.
    pub commit: &'a [u8],
    /// The ratchet tree after it, if players are added.
    pub tree: &'a [u8],
    /// A Welcome for each of the added players.
    pub welcomes: &'a [Named<'a>],
}
