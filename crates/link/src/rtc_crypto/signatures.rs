//! Signatures that authenticate the peer of a handshake: ECDSA keys of certificates.

use std::fmt;

use dimpl::crypto::{Buf, KeyProvider, SecureRandom, SignatureVerifier, SigningKey};
use dimpl::{CryptoError, CryptoOperation, HashAlgorithm, NamedGroup, SignatureAlgorithm};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use rustls::pki_types::SignatureVerificationAlgorithm;
use webpki::RawPublicKeyEntity;

use super::public_key::public_key;

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
        let key = public_key(cert_der).ok_or(CryptoError::CertificateParseFailed)?;
        let key = RawPublicKeyEntity::try_from(&key).map_err(|_| CryptoError::CertificateParseFailed)?;
        let is_signed = |algorithm: &dyn SignatureVerificationAlgorithm| {
            key.verify_signature(algorithm, data, signature).is_ok()
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

#[cfg(test)]
mod tests {
    use rcgen::PublicKeyData as _;

    use super::super::public_key::tests::version_1;
    use super::*;

    #[test]
    fn a_signature_by_the_key_of_a_certificate_of_version_1_holds() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = version_1(&key.subject_public_key_info());
        let signature = signed_by(&key, b"the handshake");
        let verify = |certificate: &[u8], data: &[u8], signature: &[u8]| {
            let (hash, algorithm) = (HashAlgorithm::SHA256, SignatureAlgorithm::ECDSA);
            Signatures.verify_signature(certificate, data, signature, hash, algorithm)
        };
        verify(&certificate, b"the handshake", &signature).unwrap();
        verify(&certificate, b"another handshake", &signature).unwrap_err();
        verify(&certificate, b"the handshake", &signature[1..]).unwrap_err();
        let another = rcgen::KeyPair::generate().unwrap();
        let foreign = version_1(&another.subject_public_key_info());
        verify(&foreign, b"the handshake", &signature).unwrap_err();
    }

    #[test]
    fn what_has_no_key_that_handshakes_use_is_refused_with_the_reason() {
        let verify = |certificate: &[u8], algorithm| {
            Signatures.verify_signature(certificate, b"", b"", HashAlgorithm::SHA256, algorithm).unwrap_err()
        };
        let rsa = include_bytes!("public_key/rsa_version_1.der");
        assert!(matches!(
            verify(rsa, SignatureAlgorithm::RSA),
            CryptoError::UnsupportedSignatureAlgorithm(SignatureAlgorithm::RSA)
        ));
        assert!(matches!(
            verify(rsa, SignatureAlgorithm::ECDSA),
            CryptoError::SignatureVerificationFailed { .. }
        ));
        for nonsense in [&b""[..], b"certificate", &version_1(b""), &version_1(&[0x30, 0])] {
            assert!(matches!(
                verify(nonsense, SignatureAlgorithm::ECDSA),
                CryptoError::CertificateParseFailed
            ));
        }
    }

    fn signed_by(key: &rcgen::KeyPair, data: &[u8]) -> Vec<u8> {
        let mut own = Signatures.load_private_key(&key.serialize_der()).unwrap();
        let mut signature = Buf::new();
        own.sign(data, HashAlgorithm::SHA256, &mut signature).unwrap();
        signature.to_vec()
    }
}
