//! Algorithms that spoil what a hostile member encrypts to others.

use std::cell::Cell;

use mls_rs::crypto::{
    HpkeCiphertext, HpkePsk, HpkePublicKey, HpkeSecretKey, SignaturePublicKey, SignatureSecretKey,
};
use mls_rs::{CipherSuite, CipherSuiteProvider, CryptoProvider};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use zeroize::Zeroizing;

thread_local! {
    /// The ciphertexts to spoil, the next one in the lowest bit.
    static SPOILED: Cell<u64> = const { Cell::new(0) };
}

/// Has `make` encrypt to others with these of its first 64 ciphertexts spoiled, the first one in the lowest bit: the
/// signatures and tags around them hold.
pub fn spoiling<T>(ciphertexts: u64, make: impl FnOnce() -> T) -> T {
    SPOILED.set(ciphertexts);
    let result = make();
    SPOILED.set(0);
    result
}

/// The usual algorithms, but within [`spoiling`].
#[derive(Clone)]
pub struct SpoilingCrypto(RustCryptoProvider);

/// One suite of them.
#[derive(Clone)]
pub struct SpoilingSuite(Suite);

type Suite = <RustCryptoProvider as CryptoProvider>::CipherSuiteProvider;
type Error = <Suite as CipherSuiteProvider>::Error;
type Secret = Result<Zeroizing<Vec<u8>>, Error>;

impl SpoilingCrypto {
    pub(crate) fn new(provider: RustCryptoProvider) -> Self {
        Self(provider)
    }
}

impl CryptoProvider for SpoilingCrypto {
    type CipherSuiteProvider = SpoilingSuite;

    fn supported_cipher_suites(&self) -> Vec<CipherSuite> {
        self.0.supported_cipher_suites()
    }

    fn cipher_suite_provider(&self, cipher_suite: CipherSuite) -> Option<SpoilingSuite> {
        self.0.cipher_suite_provider(cipher_suite).map(SpoilingSuite)
    }
}

impl CipherSuiteProvider for SpoilingSuite {
    type Error = Error;
    type HpkeContextS = <Suite as CipherSuiteProvider>::HpkeContextS;
    type HpkeContextR = <Suite as CipherSuiteProvider>::HpkeContextR;

    fn hpke_seal(
        &self,
        remote_key: &HpkePublicKey,
        info: &[u8],
        aad: Option<&[u8]>,
        pt: &[u8],
    ) -> Result<HpkeCiphertext, Error> {
        let mut sealed = self.0.hpke_seal(remote_key, info, aad, pt)?;
        let spoiled = SPOILED.get();
        SPOILED.set(spoiled >> 1);
        if spoiled & 1 != 0
            && let Some(byte) = sealed.ciphertext.first_mut()
        {
            *byte ^= 1;
        }
        Ok(sealed)
    }

    fn cipher_suite(&self) -> CipherSuite {
        self.0.cipher_suite()
    }

    fn hash(&self, data: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.hash(data)
    }

    fn mac(&self, key: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.mac(key, data)
    }

    fn aead_seal(&self, key: &[u8], data: &[u8], aad: Option<&[u8]>, nonce: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.aead_seal(key, data, aad, nonce)
    }

    fn aead_open(&self, key: &[u8], ciphertext: &[u8], aad: Option<&[u8]>, nonce: &[u8]) -> Secret {
        self.0.aead_open(key, ciphertext, aad, nonce)
    }

    fn aead_key_size(&self) -> usize {
        self.0.aead_key_size()
    }

    fn aead_nonce_size(&self) -> usize {
        self.0.aead_nonce_size()
    }

    fn kdf_extract(&self, salt: &[u8], ikm: &[u8]) -> Secret {
        self.0.kdf_extract(salt, ikm)
    }

    fn kdf_expand(&self, prk: &[u8], info: &[u8], len: usize) -> Secret {
        self.0.kdf_expand(prk, info, len)
    }

    fn kdf_extract_size(&self) -> usize {
        self.0.kdf_extract_size()
    }

    fn hpke_seal_psk(
        &self,
        remote_key: &HpkePublicKey,
        info: &[u8],
        aad: Option<&[u8]>,
        pt: &[u8],
        psk: HpkePsk<'_>,
    ) -> Result<HpkeCiphertext, Error> {
        self.0.hpke_seal_psk(remote_key, info, aad, pt, psk)
    }

    fn hpke_open(
        &self,
        ciphertext: &HpkeCiphertext,
        local_secret: &HpkeSecretKey,
        local_public: &HpkePublicKey,
        info: &[u8],
        aad: Option<&[u8]>,
    ) -> Secret {
        self.0.hpke_open(ciphertext, local_secret, local_public, info, aad)
    }

    fn hpke_open_psk(
        &self,
        ciphertext: &HpkeCiphertext,
        local_secret: &HpkeSecretKey,
        local_public: &HpkePublicKey,
        info: &[u8],
        aad: Option<&[u8]>,
        psk: HpkePsk<'_>,
    ) -> Secret {
        self.0.hpke_open_psk(ciphertext, local_secret, local_public, info, aad, psk)
    }

    fn hpke_setup_s(
        &self,
        remote_key: &HpkePublicKey,
        info: &[u8],
    ) -> Result<(Vec<u8>, Self::HpkeContextS), Error> {
        self.0.hpke_setup_s(remote_key, info)
    }

    fn hpke_setup_r(
        &self,
        kem_output: &[u8],
        local_secret: &HpkeSecretKey,
        local_public: &HpkePublicKey,
        info: &[u8],
    ) -> Result<Self::HpkeContextR, Error> {
        self.0.hpke_setup_r(kem_output, local_secret, local_public, info)
    }

    fn kem_derive(&self, ikm: &[u8]) -> Result<(HpkeSecretKey, HpkePublicKey), Error> {
        self.0.kem_derive(ikm)
    }

    fn kem_generate(&self) -> Result<(HpkeSecretKey, HpkePublicKey), Error> {
        self.0.kem_generate()
    }

    fn kem_public_key_validate(&self, key: &HpkePublicKey) -> Result<(), Error> {
        self.0.kem_public_key_validate(key)
    }

    fn random_bytes(&self, out: &mut [u8]) -> Result<(), Error> {
        self.0.random_bytes(out)
    }

    fn signature_key_generate(&self) -> Result<(SignatureSecretKey, SignaturePublicKey), Error> {
        self.0.signature_key_generate()
    }

    fn signature_key_derive_public(
        &self,
        secret_key: &SignatureSecretKey,
    ) -> Result<SignaturePublicKey, Error> {
        self.0.signature_key_derive_public(secret_key)
    }

    fn sign(&self, secret_key: &SignatureSecretKey, data: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.sign(secret_key, data)
    }

    fn verify(&self, public_key: &SignaturePublicKey, signature: &[u8], data: &[u8]) -> Result<(), Error> {
        self.0.verify(public_key, signature, data)
    }
}
