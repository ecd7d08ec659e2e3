//! A group as a delivery service follows it, without keys.

mod shape;

use consonance_session::{AskedCommit, GroupCheck, MadeCommit, NewGroup, PackageKeys};
use consonance_wire::names::NameKey;
use consonance_wire::{Named, PlainRooms};
use mls_rs::external_client::builder::{
    ExternalBaseConfig, WithCryptoProvider, WithIdentityProvider, WithMlsRules,
};
use mls_rs::external_client::{ExternalClient, ExternalGroup, ExternalReceivedMessage};
use mls_rs::group::proposal::Proposal;
use mls_rs::group::{CommitEffect, NewEpoch};
use mls_rs::{KeyPackage, MlsMessage};

use crate::credential::Credentials;
use crate::crypto::{self, Crypto};
use crate::identity::cipher_suite;
use crate::member::group::{COMPLAINT, complaint, group_id};
use crate::policy::{self, Rules};
use crate::{CIPHER_SUITE, Credential, GroupMember, PublicKey};

/// What a server sees of an encrypted session's group: its tree and its commits, but no secrets. Members send commits
/// as public messages (RFC 9420, section 6.2).
///
/// It checks all that members check, but for what is encrypted to them or made with the group's secrets: the secrets of
/// a commit's path, and its confirmation and membership tags.
///
/// ```
/// use consonance_e2ee::FollowedGroup;
/// use consonance_session::{Encryption, Server, ServerSettings};
///
/// let mut settings = ServerSettings::from_seed(7);
/// settings.encryption = Encryption::Required;
/// let mut server = Server::new(settings);
/// server.group().set_check(Box::new(FollowedGroup::new()));
/// ```
#[derive(Default)]
pub struct FollowedGroup {
    group: Option<ExternalGroup<Config>>,
}

type Config =
    WithMlsRules<Rules, WithIdentityProvider<Credentials, WithCryptoProvider<Crypto, ExternalBaseConfig>>>;

impl FollowedGroup {
    /// No group yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl GroupCheck for FollowedGroup {
    fn key_package(&self, name: &str, key_package: &[u8]) -> Option<PackageKeys> {
        let message = MlsMessage::from_bytes(key_package).ok()?;
        let key_package = client().validate_key_package(message, None).ok()?;
        let identity = key_package.signing_identity();
        let credential = Credential::of(identity)?;
        let is_usable =
            key_package.cipher_suite == CIPHER_SUITE && NameKey::of(credential.name()) == NameKey::of(name);
        let (signer, leaf) = (identity.signature_key.as_bytes().into(), shape::leaf_key(&key_package)?);
        is_usable.then(|| PackageKeys { signer, leaf: leaf.as_ref().into() })
    }

    fn begin(&mut self, new: &NewGroup<'_>) -> bool {
        self.group = begun(new);
        self.group.is_some()
    }

    fn commit(&mut self, asked: &AskedCommit<'_>, made: &MadeCommit<'_>) -> bool {
        let next = self.group.as_ref().and_then(|group| committed(group, asked, made));
        let holds = next.is_some();
        self.group = next.or(self.group.take());
        holds
    }

    fn has_complained(&self, signer: &[u8], group: u32, epoch: u32, signature: &[u8]) -> bool {
        PublicKey::from_bytes(signer).has_signed(COMPLAINT, &complaint(group, epoch), signature)
    }
}

impl core::fmt::Debug for FollowedGroup {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let epoch = self.group.as_ref().map(|group| group.group_context().epoch());
        f.debug_struct("FollowedGroup").field("epoch", &epoch).finish()
    }
}

fn client() -> ExternalClient<Config> {
    ExternalClient::builder()
        .crypto_provider(crypto::provider())
        .identity_provider(Credentials)
        .mls_rules(Rules)
        .extension_type(policy::POLICY)
        .build()
}

/// A group in epoch 0 with its creator as the only member.
fn begun(new: &NewGroup<'_>) -> Option<ExternalGroup<Config>> {
    if !shape::is_of_one_member(new.info, new.plain) {
        return None;
    }
    let info = MlsMessage::from_bytes(new.info).ok()?;
    let group = client().observe_group(info, None, None).ok()?;
    let context = group.group_context();
    let is_new = context.group_id() == group_id(new.group)
        && context.epoch() == 0
        && context.cipher_suite() == CIPHER_SUITE
        && is_as_asked(&group, new.plain);
    let members = members(&group);
    let is_its_own = members.len() == 1
        && members
            .iter()
            .all(|member| member.name_key == NameKey::of(new.creator) && member.key.as_bytes() == new.signer);
    (is_new && is_its_own).then_some(group)
}

/// The group after a commit; `None` if the commit does not hold, or is not what was asked for.
fn committed(
    group: &ExternalGroup<Config>,
    asked: &AskedCommit<'_>,
    made: &MadeCommit<'_>,
) -> Option<ExternalGroup<Config>> {
    let members = members(group);
    if !shape::has_size_of(asked, members.len(), made.commit) {
        return None;
    }
    let message = MlsMessage::from_bytes(made.commit).ok()?;
    if !shape::has_changes_of(asked, &message) {
        return None;
    }
    let mut next = group.clone();
    let received = next.process_incoming_message(message).ok()?;
    let ExternalReceivedMessage::Commit(description) = received else { return None };
    let CommitEffect::NewEpoch(epoch) = &description.effect else { return None };
    let committer = members.iter().find(|member| member.leaf == description.committer)?;
    let holds = !description.is_external
        && committer.name_key == NameKey::of(asked.committer)
        && is_as_asked(&next, asked.plain)
        && removes_what_was_asked(epoch, &members, committer, asked)
        && adds_what_was_asked(epoch, &next, asked, made)?;
    holds.then_some(next)
}

/// Whether the group's context has the policy that was asked for, and nothing else.
fn is_as_asked(group: &ExternalGroup<Config>, plain: &PlainRooms) -> bool {
    *group.group_context().extensions() == policy::extensions(plain)
}

fn members(group: &ExternalGroup<Config>) -> Vec<GroupMember> {
    group.roster().members_iter().filter_map(|leaf| GroupMember::of(&leaf)).collect()
}

/// Whether it removes all that were to be removed and are there, and no other member.
fn removes_what_was_asked(
    epoch: &NewEpoch,
    members: &[GroupMember],
    committer: &GroupMember,
    asked: &AskedCommit<'_>,
) -> bool {
    let names: Vec<NameKey> = asked.removes.iter().map(|name| NameKey::of(name)).collect();
    let wanted = members.iter().filter(|member| member.leaf != committer.leaf);
    let wanted = wanted.filter(|member| names.contains(&member.name_key)).map(|member| member.leaf);
    let removed = epoch.applied_proposals.iter().filter_map(|proposed| match &proposed.proposal {
        Proposal::Remove(remove) => Some(remove.to_remove()),
        _ => None,
    });
    let mut removed: Vec<u32> = removed.collect();
    removed.sort_unstable();
    wanted.eq(removed)
}

/// Whether it adds only players that were to be added, each with a Welcome that names its key package; `None` if what
/// it adds cannot be read.
fn adds_what_was_asked(
    epoch: &NewEpoch,
    next: &ExternalGroup<Config>,
    asked: &AskedCommit<'_>,
    made: &MadeCommit<'_>,
) -> Option<bool> {
    let added: Vec<&KeyPackage> = epoch
        .applied_proposals
        .iter()
        .filter_map(|proposed| match &proposed.proposal {
            Proposal::Add(add) => Some(add.key_package()),
            _ => None,
        })
        .collect();
    if added.len() != made.welcomes.len() {
        return Some(false);
    }
    for welcome in made.welcomes {
        let Some(wanted) = asked.adds.iter().find(|add| add.name == welcome.name) else { return Some(false) };
        if !is_welcome_of_one(welcome, wanted, &added)? {
            return Some(false);
        }
    }
    // Each key package is added once, so different names mean different ones.
    let mut names: Vec<_> = made.welcomes.iter().map(|welcome| welcome.name.as_bytes()).collect();
    names.sort_unstable();
    names.dedup();
    let is_each_once = names.len() == made.welcomes.len();
    Some(is_each_once && (added.is_empty() || next.export_tree().ok()? == made.tree))
}

fn is_welcome_of_one(welcome: &Named<'_>, wanted: &Named<'_>, added: &[&KeyPackage]) -> Option<bool> {
    let message = MlsMessage::from_bytes(wanted.message).ok()?;
    let reference = message.key_package_reference(&cipher_suite()).ok()??;
    let key_package = message.into_key_package()?;
    let welcome = MlsMessage::from_bytes(welcome.message).ok()?;
    let is_for_it = welcome.welcome_key_package_references().contains(&&reference);
    Some(is_for_it && added.contains(&&key_package))
}
