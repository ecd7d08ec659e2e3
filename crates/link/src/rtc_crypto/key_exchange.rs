//! The ephemeral half of a handshake: X25519 and P-256.

use std::fmt;

use dimpl::crypto::{ActiveKeyExchange, Buf, SupportedKxGroup};
use dimpl::{CryptoError, CryptoOperation, NamedGroup};
use ring::agreement::{
    Algorithm, ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral,
};
use ring::rand::SystemRandom;

/// The groups that we offer, the preferred one first.
pub(super) const GROUPS: &[&dyn SupportedKxGroup] = &[
    &Group { name: NamedGroup::X25519, algorithm: &X25519 },
    &Group { name: NamedGroup::Secp256r1, algorithm: &ECDH_P256 },
];

#[derive(Debug)]
struct Group {
    name: NamedGroup,
    algorithm: &'static Algorithm,
}

impl SupportedKxGroup for Group {
    fn name(&self) -> NamedGroup {
        self.name
    }

    fn start_exchange(&self, mut public_key: Buf) -> Result<Box<dyn ActiveKeyExchange>, CryptoError> {
        let failed = |operation| move |_| CryptoError::OperationFailed(operation);
        let private_key = EphemeralPrivateKey::generate(self.algorithm, &SystemRandom::new())
            .map_err(failed(CryptoOperation::GenerateEphemeralKey))?;
        let computed = private_key.compute_public_key().map_err(failed(CryptoOperation::ComputePublicKey))?;
        public_key.clear();
        public_key.extend_from_slice(computed.as_ref());
        Ok(Box::new(Exchange { name: self.name, algorithm: self.algorithm, private_key, public_key }))
    }
}

struct Exchange {
    name: NamedGroup,
    algorithm: &'static Algorithm,
    private_key: EphemeralPrivateKey,
    public_key: Buf,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("group", &self.name).finish_non_exhaustive()
    }
}

impl ActiveKeyExchange for Exchange {
    fn pub_key(&self) -> &[u8] {
        &self.public_key
    }

    fn complete(self: Box<Self>, peer_pub: &[u8], out: &mut Buf) -> Result<(), CryptoError> {
        agree_ephemeral(self.private_key, &UnparsedPublicKey::new(self.algorithm, peer_pub), |secret| {
            out.clear();
            out.extend_from_slice(secret);
        })
        .map_err(|_| CryptoError::InvalidPublicKey(self.name))
    }

    fn group(&self) -> NamedGroup {
        self.name
    }
}
