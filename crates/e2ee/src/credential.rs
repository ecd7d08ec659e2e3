//! A member's credential, signed with its key: name, account and purpose.

use consonance_wire::names::NameKey;
use consonance_wire::{ParseError, Reader};
use mls_rs::error::IntoAnyError;
use mls_rs::identity::basic::BasicCredential;
use mls_rs::identity::{CredentialType, SigningIdentity};
use mls_rs::time::MlsTime;
use mls_rs::{ExtensionList, IdentityProvider};
use mls_rs_core::identity::MemberValidationContext;

use crate::{E2eeError, PublicKey};

/// A member's name, account and purpose in the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    name: String,
    account: Option<String>,
    purpose: Option<String>,
    attestation: Vec<u8>,
}

impl Credential {
    /// Bytes of the longest name: as many as a session allows.
    pub const NAME_BYTES_MAX: usize = 512;
    /// Bytes of the longest account or purpose.
    pub const TEXT_BYTES_MAX: usize = 256;
    /// Bytes of the longest attestation.
    pub const ATTESTATION_BYTES_MAX: usize = 1024;

    /// A player's name in the session.
    ///
    /// # Errors
    /// [`E2eeError::TooLong`] for more than [`NAME_BYTES_MAX`](Self::NAME_BYTES_MAX).
    pub fn new(name: &str) -> Result<Self, E2eeError> {
        let name = bounded("name", name, Self::NAME_BYTES_MAX)?;
        Ok(Self { name, account: None, purpose: None, attestation: Vec::new() })
    }

    /// With the player's account, as the game names it; an empty one is none.
    ///
    /// # Errors
    /// [`E2eeError::TooLong`] for more than [`TEXT_BYTES_MAX`](Self::TEXT_BYTES_MAX).
    pub fn with_account(mut self, account: &str) -> Result<Self, E2eeError> {
        self.account = bounded("account", account, Self::TEXT_BYTES_MAX).map(not_empty)?;
        Ok(self)
    }

    /// With the member's purpose, if it is not a player: "recording", "moderation", "subtitles"; an empty purpose is
    /// none.
    ///
    /// # Errors
    /// [`E2eeError::TooLong`] for more than [`TEXT_BYTES_MAX`](Self::TEXT_BYTES_MAX).
    pub fn with_purpose(mut self, purpose: &str) -> Result<Self, E2eeError> {
        self.purpose = bounded("purpose", purpose, Self::TEXT_BYTES_MAX).map(not_empty)?;
        Ok(self)
    }

    /// With the attestation of a service that the game trusts about the account and the key. It is visible to all
    /// members, so it must be useless without the key: not a join token.
    ///
    /// # Errors
    /// [`E2eeError::TooLong`] for more than [`ATTESTATION_BYTES_MAX`](Self::ATTESTATION_BYTES_MAX).
    pub fn with_attestation(mut self, attestation: &[u8]) -> Result<Self, E2eeError> {
        let (bytes, most) = (attestation.len(), Self::ATTESTATION_BYTES_MAX);
        if bytes > most {
            return Err(E2eeError::TooLong { field: "attestation", bytes, most });
        }
        self.attestation = attestation.to_vec();
        Ok(self)
    }

    /// The name in the session.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The account, as the member claims.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The member's purpose; none for a player.
    pub fn purpose(&self) -> Option<&str> {
        self.purpose.as_deref()
    }

    /// The attestation for the account; empty if there is none.
    pub fn attestation(&self) -> &[u8] {
        &self.attestation
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        for field in [&*self.name, self.account().unwrap_or(""), self.purpose().unwrap_or("")] {
            put(&mut out, field.as_bytes());
        }
        put(&mut out, &self.attestation);
        out
    }

    /// `None` if the bytes have another format.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let read = |reader: &mut Reader<'_>| read(reader).ok();
        if reader.u8("credential").ok()? != VERSION {
            return None;
        }
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let name = text(&read(&mut reader)?)?;
        let (account, purpose) = (text(&read(&mut reader)?)?, text(&read(&mut reader)?)?);
        let attestation = read(&mut reader)?;
        let credential = Self::new(&name).ok()?.with_attestation(&attestation).ok()?;
        let credential = credential.with_account(&account).ok()?.with_purpose(&purpose).ok()?;
        reader.rest().is_empty().then_some(credential)
    }

    pub(crate) fn signing_identity(&self, key: &PublicKey) -> SigningIdentity {
        let credential = BasicCredential::new(self.to_bytes()).into_credential();
        SigningIdentity::new(credential, key.as_signature_key().clone())
    }

    pub(crate) fn of(identity: &SigningIdentity) -> Option<Self> {
        Self::parse(identity.credential.as_basic()?.identifier())
    }
}

/// The group's requirements for credentials: each must be readable, and no two members may have names that look alike.
#[derive(Clone, Debug)]
pub(crate) struct Credentials;

#[derive(Debug)]
pub(crate) struct UnreadableCredential;

impl IntoAnyError for UnreadableCredential {}

impl IdentityProvider for Credentials {
    type Error = UnreadableCredential;

    fn validate_member(
        &self,
        identity: &SigningIdentity,
        _: Option<MlsTime>,
        _: MemberValidationContext<'_>,
    ) -> Result<(), Self::Error> {
        Credential::of(identity).map(drop).ok_or(UnreadableCredential)
    }

    /// A group has no external senders.
    fn validate_external_sender(
        &self,
        _: &SigningIdentity,
        _: Option<MlsTime>,
        _: Option<&ExtensionList>,
    ) -> Result<(), Self::Error> {
        Err(UnreadableCredential)
    }

    fn identity(&self, identity: &SigningIdentity, _: &ExtensionList) -> Result<Vec<u8>, Self::Error> {
        let credential = Credential::of(identity).ok_or(UnreadableCredential)?;
        Ok(NameKey::of(credential.name()).as_str().as_bytes().to_vec())
    }

    /// A member that renews its keys stays the same: its name, and the key that the others know it by.
    fn valid_successor(
        &self,
        predecessor: &SigningIdentity,
        successor: &SigningIdentity,
        _: &ExtensionList,
    ) -> Result<bool, Self::Error> {
        Ok(predecessor == successor)
    }

    fn supported_types(&self) -> Vec<CredentialType> {
        vec![CredentialType::BASIC]
    }
}

const VERSION: u8 = 1;

fn not_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn bounded(field: &'static str, text: &str, most: usize) -> Result<String, E2eeError> {
    match text.len() {
        bytes if bytes > most => Err(E2eeError::TooLong { field, bytes, most }),
        _ => Ok(text.into()),
    }
}

/// A length in 16 bits and the bytes; none of the fields is longer.
fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u16).to_be_bytes());
    out.extend(bytes);
}

fn read(reader: &mut Reader<'_>) -> Result<Vec<u8>, ParseError> {
    let length = reader.u16("credential")?;
    reader.take(usize::from(length), "credential").map(<[u8]>::to_vec)
}
