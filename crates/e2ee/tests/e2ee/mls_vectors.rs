//! Runs test vectors of the MLS working group (RFC 9420) against the MLS library with the algorithms that this crate
//! uses.
//!
//! Source: repository `mlswg/mls-implementations`, folder `test-vectors/`; cases of cipher suite 1
//! (`MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519`) without what a session's group does not have, which are proposals
//! by reference and external keys:
//!
//! * `passive-client-handling-commit.json`, commit `d18d7514422636f51b0c98e2d1f49921f7dda941`: cases 1 and 2, commits
//!   with an Add and a Remove
//! * `passive-client-welcome.json`, commit `00689bcea5a3fe0cbbe52d8ce480702b7c1b6fbe`: cases 1 and 5, with the ratchet
//!   tree in the Welcome and beside it
//! * `crypto-basics.json`, commit `78a6cfc908dc2260ccdef612383b0ec10a9f5d56`: case 1
//! * `key-schedule.json`, commit `60dd6f908576d6f9eff6b478ef21c72d6ead9785`: case 1. Its `exporter` is not checked:
//!   that version was made with the label "exporter" of a draft, where RFC 9420 has "exported".

mod algorithms;
mod hex;

use std::error::Error;

use mls_rs::client_builder::MlsConfig;
use mls_rs::crypto::SignatureSecretKey;
use mls_rs::group::ExportedTree;
use mls_rs::identity::basic::BasicIdentityProvider;
use mls_rs::mls_rs_codec::MlsEncode;
use mls_rs::storage_provider::KeyPackageData;
use mls_rs::storage_provider::in_memory::InMemoryKeyPackageStorage;
use mls_rs::time::MlsTime;
use mls_rs::{CipherSuite, CipherSuiteProvider, Client, CryptoProvider, Group, MlsMessage};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use serde::Deserialize;

use hex::{Hex, load};

type Outcome<T> = Result<T, Box<dyn Error>>;

const COMMITS: &str = include_str!("../vectors/passive-client-handling-commit.json");
const WELCOMES: &str = include_str!("../vectors/passive-client-welcome.json");

/// A moment (2023-06) within the lifetime of all key packages in the vectors.
const NOW: u64 = 1_686_000_000;

#[derive(Clone, Deserialize)]
struct Epoch {
    proposals: Vec<Hex>,
    commit: Hex,
    #[serde(rename = "epoch_authenticator")]
    authenticator: Hex,
}

#[derive(Clone, Deserialize)]
struct PassiveCase {
    cipher_suite: u16,
    key_package: Hex,
    signature_priv: Hex,
    encryption_priv: Hex,
    init_priv: Hex,
    welcome: Hex,
    ratchet_tree: Option<Hex>,
    initial_epoch_authenticator: Hex,
    epochs: Vec<Epoch>,
}

pub(crate) fn suite(number: u16) -> impl CipherSuiteProvider {
    RustCryptoProvider::new().cipher_suite_provider(CipherSuite::from(number)).expect("known cipher suite")
}

/// The client of a case: its identity and keys as the vector gives them, and
/// its key package with both HPKE private keys in its storage.
fn passive_client(case: &PassiveCase) -> Outcome<Client<impl MlsConfig>> {
    let crypto = suite(case.cipher_suite);
    let key_package =
        MlsMessage::from_bytes(&case.key_package.0)?.into_key_package().ok_or("not a key package")?;
    let identity = key_package.signing_identity().clone();

    // RustCrypto's Ed25519 private key is the seed followed by the public key.
    let public = identity.signature_key.as_bytes();
    let signer = SignatureSecretKey::from([&case.signature_priv.0, public].concat());
    if crypto.signature_key_derive_public(&signer).ok().as_ref() != Some(&identity.signature_key) {
        return Err("signature key does not match the key package".into());
    }

    let key_packages = InMemoryKeyPackageStorage::new();
    key_packages.insert(
        key_package.to_reference(&crypto)?.to_vec(),
        KeyPackageData::new(
            key_package.mls_encode_to_vec()?,
            case.init_priv.0.clone().into(),
            case.encryption_priv.0.clone().into(),
            key_package.expiration()?.seconds_since_epoch(),
        ),
    );

    Ok(Client::builder()
        .crypto_provider(RustCryptoProvider::new())
        .identity_provider(BasicIdentityProvider::new())
        .key_package_repo(key_packages)
        .signing_identity(identity, signer, CipherSuite::from(case.cipher_suite))
        .build())
}

fn check_authenticator(group: &Group<impl MlsConfig>, expected: &Hex) -> Outcome<()> {
    if group.epoch_authenticator()?.to_vec() != expected.0 {
        return Err(format!("epoch authenticator, epoch {}", group.current_epoch()).into());
    }
    Ok(())
}

/// Joins by the Welcome and follows each commit, comparing the epoch
/// authenticator each time.
fn run_passive(case: &PassiveCase) -> Outcome<()> {
    let now = MlsTime::from(NOW);
    let tree = match &case.ratchet_tree {
        Some(tree) => Some(ExportedTree::from_bytes(&tree.0)?),
        None => None,
    };
    let welcome = MlsMessage::from_bytes(&case.welcome.0)?;
    let (mut group, _) = passive_client(case)?.join_group(tree, &welcome, Some(now))?;
    check_authenticator(&group, &case.initial_epoch_authenticator)?;

    for epoch in &case.epochs {
        for message in epoch.proposals.iter().chain([&epoch.commit]) {
            let message = MlsMessage::from_bytes(&message.0)?;
            group.process_incoming_message_with_time(message, now)?;
        }
        check_authenticator(&group, &epoch.authenticator)?;
    }
    Ok(())
}

fn run_all(json: &str, expected_cases: usize) {
    let cases: Vec<PassiveCase> = load(json);
    assert_eq!(cases.len(), expected_cases);
    let errors: Vec<String> = cases
        .iter()
        .enumerate()
        .filter_map(|(index, case)| Some(format!("index {index}: {}", run_passive(case).err()?)))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn a_client_joins_by_the_welcomes() {
    run_all(WELCOMES, 2);
}

#[test]
fn a_client_follows_the_commits() {
    run_all(COMMITS, 2);
}

/// Asserts that the case fails when a byte of `field` is flipped, the
/// middle one.
fn assert_flips_fail(case: &PassiveCase, field: impl Fn(&mut PassiveCase) -> &mut Hex) {
    let len = field(&mut case.clone()).0.len();
    let mut flipped = case.clone();
    field(&mut flipped).0[len / 2] ^= 1;
    assert!(run_passive(&flipped).is_err());
}

#[test]
fn flipped_bytes_are_refused() {
    let welcomes: Vec<PassiveCase> = load(WELCOMES);
    for case in &welcomes {
        assert_flips_fail(case, |c| &mut c.welcome);
        assert_flips_fail(case, |c| &mut c.initial_epoch_authenticator);
    }
    assert_flips_fail(&welcomes[1], |c| c.ratchet_tree.as_mut().unwrap());

    let commits: Vec<PassiveCase> = load(COMMITS);
    for case in &commits {
        assert_flips_fail(case, |c| &mut c.epochs[1].commit);
        assert_flips_fail(case, |c| &mut c.epochs[1].authenticator);
    }
    assert_flips_fail(&commits[0], |c| &mut c.epochs[0].commit);
}
