//! The MLS library as this crate uses it.

use consonance_wire::PlainRooms;
use consonance_wire::names::NameKey;
use mls_rs::client_builder::{BaseConfig, WithCryptoProvider, WithIdentityProvider, WithMlsRules};
use mls_rs::group::proposal::Proposal;
use mls_rs::group::{CommitEffect, CommitMessageDescription, ReceivedMessage};
use mls_rs::{Client, Group, MlsMessage};

use crate::credential::Credentials;
use crate::crypto::{self, Crypto};
use crate::identity::IdentityKey;
use crate::policy::{self, Rules};
use crate::{CIPHER_SUITE, Credential, E2eeError, GroupMember};

pub(super) type Config =
    WithMlsRules<Rules, WithIdentityProvider<Credentials, WithCryptoProvider<Crypto, BaseConfig>>>;
pub(super) type MlsClient = Client<Config>;
pub(super) type MlsGroup = Group<Config>;

/// A client with its own store for the secrets of one key package.
pub(crate) fn client(key: &IdentityKey, credential: &Credential) -> MlsClient {
    Client::builder()
        .crypto_provider(crypto::provider())
        .identity_provider(Credentials)
        .mls_rules(Rules)
        .extension_type(policy::POLICY)
        .signing_identity(credential.signing_identity(key.public()), key.secret().clone(), CIPHER_SUITE)
        .build()
}

/// The members, by their places in the tree.
pub(super) fn members(group: &MlsGroup) -> Vec<GroupMember> {
    group.roster().members_iter().filter_map(|leaf| GroupMember::of(&leaf)).collect()
}

/// The rooms that are not encrypted, by the group's context.
pub(super) fn plain_rooms(group: &MlsGroup) -> Result<PlainRooms, E2eeError> {
    policy::plain_rooms(&group.context().extensions).ok_or_else(|| E2eeError::Malformed {
        what: "group context",
        why: "it does not say what is encrypted".into(),
    })
}

/// Parses an MLS message.
pub(super) fn message(what: &'static str, bytes: &[u8]) -> Result<MlsMessage, E2eeError> {
    MlsMessage::from_bytes(bytes).map_err(E2eeError::malformed(what))
}

/// The effect of a commit.
pub(super) struct Effect {
    /// The leaf of its maker.
    pub committer: u32,
    /// The receiver was removed.
    pub am_removed: bool,
}

/// Advances to the next epoch. A commit that does not hold, or changes more than it was asked to, leaves the group as
/// it is.
pub(super) fn process_commit(
    group: &mut MlsGroup,
    bytes: &[u8],
    asked: Option<&Changes>,
) -> Result<Effect, E2eeError> {
    let commit = message("commit", bytes)?;
    // The library replaces private keys before it has checked everything.
    let mut next = group.clone();
    let received = next.process_incoming_message(commit).map_err(E2eeError::refused("commit"))?;
    let ReceivedMessage::Commit(description) = received else {
        return Err(E2eeError::Malformed { what: "commit", why: "it is another message of MLS".into() });
    };
    if let Some(asked) = asked
        && let Some(name) = asked.first_other(&Changes::of(&description, &members(group)))
    {
        let why = format!("it changes {}, which it was not asked to", name.as_str());
        return Err(E2eeError::Refused { what: "commit", why });
    }
    *group = next;
    Ok(effect(&description))
}

/// The players that a commit adds and removes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub adds: Vec<NameKey>,
    pub removes: Vec<NameKey>,
}

impl Changes {
    fn of(commit: &CommitMessageDescription, members: &[GroupMember]) -> Self {
        let mut changes = Self::default();
        let epoch = match &commit.effect {
            CommitEffect::NewEpoch(epoch) | CommitEffect::Removed { new_epoch: epoch, .. } => epoch,
            CommitEffect::ReInit(_) => return changes,
        };
        for proposed in &epoch.applied_proposals {
            match &proposed.proposal {
                Proposal::Add(add) => {
                    let credential = Credential::of(add.signing_identity());
                    changes.adds.extend(credential.map(|credential| NameKey::of(credential.name())));
                }
                Proposal::Remove(remove) => {
                    let member = members.iter().find(|member| member.leaf == remove.to_remove());
                    changes.removes.extend(member.map(|member| member.name_key.clone()));
                }
                _ => {}
            }
        }
        changes
    }

    /// The first name in `made` that is not among these.
    fn first_other<'a>(&self, made: &'a Self) -> Option<&'a NameKey> {
        let added = made.adds.iter().find(|name| !self.adds.contains(name));
        added.or_else(|| made.removes.iter().find(|name| !self.removes.contains(name)))
    }
}

/// Applies this member's own commit.
pub(super) fn apply(group: &mut MlsGroup) -> Result<Effect, E2eeError> {
    let description = group.apply_pending_commit().map_err(E2eeError::refused("commit of this member"))?;
    Ok(effect(&description))
}

fn effect(description: &CommitMessageDescription) -> Effect {
    let am_removed = !matches!(description.effect, CommitEffect::NewEpoch(_));
    Effect { committer: description.committer, am_removed }
}
