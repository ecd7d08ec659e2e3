//! The commit that the delivery service requests, or a new group.

use consonance_wire::names::NameKey;
use consonance_wire::{MemberMessage, Named, PlainRooms, WireStr};
use mls_rs::group::{CommitOutput, ExportedTree};
use mls_rs::{ExtensionList, MlsMessage};

use super::mls::{self, MlsGroup};
use crate::identity::cipher_suite;
use crate::{Credential, E2eeError, IdentityKey, policy};

/// The requested changes of a commit.
pub(super) struct Wanted<'a> {
    pub adds: Vec<Named<'a>>,
    pub removes: Vec<WireStr<'a>>,
    pub plain: PlainRooms,
}

/// A newcomer whose key package is in its name.
#[derive(Clone)]
struct Newcomer<'a> {
    name: WireStr<'a>,
    key_package: MlsMessage,
}

/// A group with its creator as the only member.
pub(super) fn new_group(
    key: &IdentityKey,
    credential: &Credential,
    id: &[u8],
    plain: &PlainRooms,
) -> Result<MlsGroup, E2eeError> {
    mls::client(key, credential)
        .create_group_with_id(id.to_vec(), policy::extensions(plain), ExtensionList::new(), None)
        .map_err(E2eeError::refused("the making of a group"))
}

/// The description of a group that lets the delivery service follow it, but not into it.
pub(super) fn group_info(group: &MlsGroup) -> Result<Vec<u8>, E2eeError> {
    let info = group.group_info_message(true).and_then(|info| info.to_bytes());
    info.map_err(E2eeError::refused("the description of a group"))
}

/// Makes a pending commit; `None` if there is nothing to commit.
///
/// A newcomer whose key package is in another name is left out: one bad newcomer does not keep out the others.
pub(super) fn commit(group: &mut MlsGroup, wanted: &Wanted<'_>) -> Result<Option<Made>, E2eeError> {
    let newcomers: Vec<_> = wanted.adds.iter().filter_map(newcomer).collect();
    match commit_with(group, wanted, &newcomers) {
        Err(_) if !newcomers.is_empty() => {
            // One bad key package does not keep the others out, nor one that has a key of another.
            let (mut usable, mut attempts) = (Vec::new(), ATTEMPTS_MAX);
            add_usable(group, wanted, &mut usable, &newcomers, &mut attempts);
            commit_with(group, wanted, &usable)
        }
        made => made,
    }
}

/// The maximum number of commits that are tried to find newcomers that can be added: each takes milliseconds, and the
/// delivery service asks another member soon.
const ATTEMPTS_MAX: u32 = 10;

/// Adds those newcomers that can be added together with `usable`: halves in which one cannot be are halved again, as
/// long as there are attempts left.
fn add_usable<'a>(
    group: &mut MlsGroup,
    wanted: &Wanted<'_>,
    usable: &mut Vec<Newcomer<'a>>,
    newcomers: &[Newcomer<'a>],
    attempts: &mut u32,
) {
    let Some(left) = attempts.checked_sub(1) else { return };
    *attempts = left;
    let before = usable.len();
    usable.extend_from_slice(newcomers);
    let are_usable = commit_with(group, wanted, usable).is_ok();
    group.clear_pending_commit();
    if are_usable {
        return;
    }
    usable.truncate(before);
    if newcomers.len() > 1 {
        let (first, second) = newcomers.split_at(newcomers.len() / 2);
        add_usable(group, wanted, usable, first, attempts);
        add_usable(group, wanted, usable, second, attempts);
    }
}

fn commit_with(
    group: &mut MlsGroup,
    wanted: &Wanted<'_>,
    newcomers: &[Newcomer<'_>],
) -> Result<Option<Made>, E2eeError> {
    let removed = leaves(group, &wanted.removes);
    let changes_plain = mls::plain_rooms(group)? != wanted.plain;
    if newcomers.is_empty() && removed.is_empty() && !changes_plain {
        return Ok(None);
    }
    let refused = E2eeError::refused;
    let mut builder = group.commit_builder();
    for leaf in removed {
        builder = builder.remove_member(leaf).map_err(refused("removal"))?;
    }
    for newcomer in newcomers {
        builder = builder.add_member(newcomer.key_package.clone()).map_err(refused("key package"))?;
    }
    if changes_plain {
        builder =
            builder.set_group_context_ext(policy::extensions(&wanted.plain)).map_err(refused("policy"))?;
    }
    let output = builder.build().map_err(refused("the making of a commit"))?;
    Ok(Some(Made::from_output(&output, newcomers)?))
}

/// A pending commit that renews its maker's keys, and changes nothing else.
pub(super) fn renewal(group: &mut MlsGroup) -> Result<Made, E2eeError> {
    let output = group.commit_builder().build().map_err(E2eeError::refused("the making of a commit"))?;
    Made::from_output(&output, &[])
}

/// A commit in the form that the delivery service receives.
pub(super) struct Made {
    commit: Vec<u8>,
    tree: Vec<u8>,
    welcomes: Vec<(Vec<u8>, Vec<u8>)>,
    /// Of a new group.
    info: Vec<u8>,
}

impl Made {
    fn from_output(output: &CommitOutput, newcomers: &[Newcomer<'_>]) -> Result<Self, E2eeError> {
        let failed = E2eeError::malformed;
        let suite = cipher_suite();
        let mut welcomes = Vec::new();
        for newcomer in newcomers {
            let reference =
                newcomer.key_package.key_package_reference(&suite).map_err(failed("key package"))?;
            let welcome = output.welcome_messages.iter().find(|welcome| {
                reference.as_ref().is_some_and(|own| welcome.welcome_key_package_references().contains(&own))
            });
            if let Some(welcome) = welcome {
                let bytes = welcome.to_bytes().map_err(failed("Welcome"))?;
                welcomes.push((newcomer.name.as_bytes().to_vec(), bytes));
            }
        }
        let tree = output.ratchet_tree.as_ref().filter(|_| !welcomes.is_empty());
        Ok(Self {
            commit: output.commit_message.to_bytes().map_err(failed("commit"))?,
            tree: tree.map_or(Ok(Vec::new()), ExportedTree::to_bytes).map_err(failed("tree"))?,
            welcomes,
            info: Vec::new(),
        })
    }

    /// A new group that nobody is added to.
    pub(super) fn nothing() -> Self {
        Self { commit: Vec::new(), tree: Vec::new(), welcomes: Vec::new(), info: Vec::new() }
    }

    /// With what the delivery service needs to follow a new group.
    pub(super) fn with_info(self, info: Vec<u8>) -> Self {
        Self { info, ..self }
    }

    pub(super) fn to_message(&self, number: u32) -> Vec<u8> {
        let welcomes = self.welcomes.iter();
        let welcomes = welcomes.map(|(name, message)| Named { name: WireStr::from_bytes(name), message });
        let welcomes = welcomes.collect();
        let Self { commit, tree, info, .. } = self;
        MemberMessage::Commit { number, commit, tree, welcomes, info }.to_bytes()
    }
}

fn newcomer<'a>(named: &Named<'a>) -> Option<Newcomer<'a>> {
    let key_package = MlsMessage::from_bytes(named.message).ok()?;
    let credential = Credential::of(key_package.as_key_package()?.signing_identity())?;
    let is_its_own = NameKey::of(credential.name()) == NameKey::of(&named.name.to_str());
    is_its_own.then_some(Newcomer { name: named.name, key_package })
}

/// The leaves of members with these names, but for the committer's own.
fn leaves(group: &MlsGroup, names: &[WireStr<'_>]) -> Vec<u32> {
    let own = group.current_member_index();
    let removed: Vec<_> = names.iter().map(|name| NameKey::of(&name.to_str())).collect();
    let members = mls::members(group).into_iter();
    let members = members.filter(|member| removed.contains(&member.name_key));
    members.map(|member| member.leaf).filter(|leaf| *leaf != own).collect()
}
