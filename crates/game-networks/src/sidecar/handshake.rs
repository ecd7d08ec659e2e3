//! Both ends prove that they know the secret, and that they saw the same handshake.

use ring::hmac;

use crate::sidecar::frame::{Frame, Hello, NONCE_BYTES, PROOF_BYTES, VERSION};
use crate::sidecar::settings::LinkSecret;

/// The bytes that both ends sent before the proofs, unchanged.
#[derive(Debug, Default)]
pub(crate) struct Transcript(Vec<u8>);

/// The end that gives a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prover {
    Adapter,
    Server,
}

impl Transcript {
    pub(crate) fn of(hello: &Hello<'_>, challenge_nonce: [u8; NONCE_BYTES]) -> Self {
        let mut said = Vec::new();
        Frame::Hello(*hello).write_body(&mut said);
        Frame::Challenge { version: VERSION, nonce: challenge_nonce }.write_body(&mut said);
        Self(said)
    }

    pub(crate) fn proof(&self, prover: Prover, secret: &LinkSecret) -> [u8; PROOF_BYTES] {
        let tag = hmac::sign(&key(secret), &self.proved_by(prover));
        tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    /// Compares in constant time.
    pub(crate) fn is_proved(&self, prover: Prover, secret: &LinkSecret, proof: &[u8; PROOF_BYTES]) -> bool {
        hmac::verify(&key(secret), &self.proved_by(prover), proof).is_ok()
    }

    /// Each end's proof has its own label, so that neither can send the other's back.
    fn proved_by(&self, prover: Prover) -> Vec<u8> {
        let label: &[u8] = match prover {
            Prover::Adapter => b"consonance sidecar adapter",
            Prover::Server => b"consonance sidecar server",
        };
        [label, &self.0].concat()
    }
}

fn key(secret: &LinkSecret) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.bytes())
}
