//! A player that has asked to be added, until its Welcome comes.

use mls_rs::group::ExportedTree;
use mls_rs::{ExtensionList, MlsMessage};

use super::group::{Group, group_id};
use super::mls::{self, MlsClient};
use crate::identity::cipher_suite;
use crate::{Credential, E2eeError, IdentityKey};

/// The secrets of one key package.
pub(super) struct Newcomer {
    client: MlsClient,
    /// By which a Welcome names the key package.
    reference: Vec<u8>,
}

impl Newcomer {
    /// With the key package, for the delivery service.
    pub(super) fn new(key: &IdentityKey, credential: &Credential) -> Result<(Self, Vec<u8>), E2eeError> {
        let refused = |error| E2eeError::refused("the making of a key package")(error);
        let client = mls::client(key, credential);
        let message = client
            .generate_key_package_message(ExtensionList::new(), ExtensionList::new(), None)
            .map_err(refused)?;
        let reference = message.key_package_reference(&cipher_suite()).map_err(refused)?;
        let reference = reference.map(|reference| reference.to_vec()).unwrap_or_default();
        Ok((Self { client, reference }, message.to_bytes().map_err(refused)?))
    }

    /// Whether a Welcome is for this key package.
    pub(super) fn is_meant_by(&self, welcome: &MlsMessage) -> bool {
        welcome.welcome_key_package_references().iter().any(|meant| ***meant == *self.reference)
    }

    /// The group that a Welcome leads to.
    pub(super) fn join(&self, number: u32, welcome: &MlsMessage, tree: &[u8]) -> Result<Group, E2eeError> {
        let tree = ExportedTree::from_bytes(tree).map_err(E2eeError::malformed("ratchet tree"))?;
        let joined = self.client.join_group(Some(tree), welcome, None);
        let (mls, _) = joined.map_err(E2eeError::refused("Welcome"))?;
        if mls.group_id() != group_id(number) {
            let why = format!("it is for another group than {number}, which the server names");
            return Err(E2eeError::Refused { what: "Welcome", why });
        }
        Group::new(number, mls)
    }
}
