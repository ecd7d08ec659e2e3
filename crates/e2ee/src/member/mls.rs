//! The MLS library as this crate uses it.

use consonance_wire::PlainRooms;
use mls_rs::client_builder::{BaseConfig, WithCryptoProvider, WithIdentityProvider, WithMlsRules};
use mls_rs::group::{CommitEffect, CommitMessageDescription, ReceivedMessage};
use mls_rs::{Client, Group, MlsMessage};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;

use crate::credential::Credentials;
use crate::identity::IdentityKey;
use crate::policy::{self, Rules};
use crate::{CIPHER_SUITE, Credential, E2eeError, GroupMember};

pub(super) type Config = WithMlsRules<
    Rules,
    WithIdentityProvider<Credentials, WithCryptoProvider<RustCryptoProvider, BaseConfig>>,
>;
pub(super) type MlsClient = Client<Config>;
pub(super) type MlsGroup = Group<Config>;

/// A client with its own store for the secrets of one key package.
pub(super) fn client(key: &IdentityKey, credential: &Credential) -> MlsClient {
    Client::builder()
        .crypto_provider(RustCryptoProvider::with_enabled_cipher_suites(vec![CIPHER_SUITE]))
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

/// Advances to the next epoch.
pub(super) fn process_commit(group: &mut MlsGroup, bytes: &[u8]) -> Result<Effect, E2eeError> {
    let commit = message("commit", bytes)?;
    match group.process_incoming_message(commit).map_err(E2eeError::refused("commit"))? {
        ReceivedMessage::Commit(description) => Ok(effect(&description)),
        _ => Err(E2eeError::Malformed { what: "commit", why: "it is another message of MLS".into() }),
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
