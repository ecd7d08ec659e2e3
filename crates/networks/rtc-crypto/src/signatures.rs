//! Signatures that authenticate the peer of a handshake: ECDSA keys of certificates.

use std::fmt;

use dimpl::crypto::{Buf, KeyProvider, SecureRandom, SignatureVerifier, SigningKey};
use dimpl::{CryptoError, CryptoOperation, HashAlgorithm, NamedGroup, SignatureAlgorithm};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::EndEntityCert;

#[derive(Debug)]
pub(super) struct Signatures;

impl KeyProvider for Signatures {
    /// The key of our own certificate, which is P-256 in PKCS #8.
    fn load_private_key(&self, key_der: &[u8]) -> Result<Box<dyn SigningKey>, CryptoError> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key_der, &SystemRandom::new())
            .map(|key| Box::new(OwnKey(key)) as Box<dyn SigningKey>)
            .map_err(|_| CryptoError::InvalidPrivateKey)
    }
}

impl SecureRandom for Signatures {
    fn fill(&self, buf: &mut [u8]) -> Result<(), CryptoError> {
        SystemRandom::new().fill(buf).map_err(|_| CryptoError::OperationFailed(CryptoOperation::FillRandom))
    }
}

impl SignatureVerifier for Signatures {
    fn verify_signature(
        &self,
        cert_der: &[u8],
        data: &[u8],
        signature: &[u8],
        hash_alg: HashAlgorithm,
        sig_alg: SignatureAlgorithm,
    ) -> Result<(), CryptoError> {
        if sig_alg != SignatureAlgorithm::ECDSA {
            return Err(CryptoError::UnsupportedSignatureAlgorithm(sig_alg));
        }
        let [p256, p384] = match hash_alg {
            HashAlgorithm::SHA256 => [webpki::ring::ECDSA_P256_SHA256, webpki::ring::ECDSA_P384_SHA256],
            HashAlgorithm::SHA384 => [webpki::ring::ECDSA_P256_SHA384, webpki::ring::ECDSA_P384_SHA384],
            _ => return Err(CryptoError::UnsupportedHmacHash(hash_alg)),
        };
        let certificate = CertificateDer::from(cert_der);
        let certificate =
            EndEntityCert::try_from(&certificate).map_err(|_| CryptoError::CertificateParseFailed)?;
        let is_signed = |algorithm: &dyn SignatureVerificationAlgorithm| {
            certificate.verify_signature(algorithm, data, signature).is_ok()
        };
        // Each algorithm requires a key of its own curve, so at most one of them can succeed.
        if is_signed(p256) || is_signed(p384) {
            return Ok(());
        }
        Err(CryptoError::SignatureVerificationFailed {
            signature: sig_alg,
            hash: hash_alg,
            group: NamedGroup::Secp256r1,
        })
    }
}

struct OwnKey(EcdsaKeyPair);

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnKey").finish_non_exhaustive()
    }
}

impl SigningKey for OwnKey {
    fn sign(&mut self, data: &[u8], hash: HashAlgorithm, out: &mut Buf) -> Result<(), CryptoError> {
        if hash != HashAlgorithm::SHA256 {
            return Err(CryptoError::SigningKeyHashMismatch {
                key_hash: HashAlgorithm::SHA256,
                requested: hash,
            });
        }
        let signature = self
            .0
            .sign(&SystemRandom::new(), data)
            .map_err(|_| CryptoError::OperationFailed(CryptoOperation::Sign))?;
        out.clear();
        out.extend_from_slice(signature.as_ref());
        Ok(())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }

    fn hash_algorithm(&self) -> HashAlgorithm {
        HashAlgorithm::SHA256
    }

    fn supported_hash_algorithms(&self) -> &[HashAlgorithm] {
        &[HashAlgorithm::SHA256]
    }
}
