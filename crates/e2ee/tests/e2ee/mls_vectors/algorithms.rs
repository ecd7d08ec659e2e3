//! The algorithms and the key schedule of RFC 9420, sections 5 and 8.

use mls_rs::CipherSuiteProvider;
use mls_rs::crypto::HpkeCiphertext;
use mls_rs::mls_rs_codec::MlsEncode;
use serde::Deserialize;

use crate::mls_vectors::hex::{Hex, load};
use crate::mls_vectors::suite;

const CRYPTO: &str = include_str!("../../vectors/crypto-basics.json");
const KEY_SCHEDULE: &str = include_str!("../../vectors/key-schedule.json");

/// `label<V> || content<V>` with the prefix that RFC 9420 gives to labels.
fn labeled(label: &str, content: &[u8]) -> Vec<u8> {
    let label = format!("MLS 1.0 {label}").into_bytes();
    [vector(&label), vector(content)].concat()
}

/// A variable-size vector of bytes as TLS syntax encodes it.
fn vector(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec().mls_encode_to_vec().expect("encode bytes")
}

/// `ExpandWithLabel` of RFC 9420, section 8.
fn expand(cs: &impl CipherSuiteProvider, secret: &[u8], label: &str, context: &[u8], len: u16) -> Vec<u8> {
    let info = [len.to_be_bytes().to_vec(), labeled(label, context)].concat();
    let out = cs.kdf_expand(secret, &info, len.into());
    out.expect("KDF expand").to_vec()
}

/// The parts of one `crypto-basics` entry; each entry has some of them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Basic {
    label: String,
    generation: u32,
    length: u16,
    out: Option<Hex>,
    secret: Option<Hex>,
    value: Option<Hex>,
    context: Option<Hex>,
    content: Option<Hex>,
    plaintext: Option<Hex>,
    ciphertext: Option<Hex>,
    kem_output: Option<Hex>,
    #[serde(rename = "priv")]
    private: Option<Hex>,
    #[serde(rename = "pub")]
    public: Option<Hex>,
    signature: Option<Hex>,
}

#[derive(Deserialize)]
struct CryptoCase {
    cipher_suite: u16,
    derive_secret: Basic,
    derive_tree_secret: Basic,
    encrypt_with_label: Basic,
    expand_with_label: Basic,
    ref_hash: Basic,
    sign_with_label: Basic,
}

fn bytes(hex: Option<&Hex>) -> Vec<u8> {
    hex.cloned().expect("field of the vector").0
}

/// A key of `crypto-basics`: there it carries its length as a prefix.
fn key(hex: Option<&Hex>) -> Vec<u8> {
    bytes(hex).split_off(1)
}

#[test]
fn the_algorithms_give_what_the_vectors_say() {
    let cases: Vec<CryptoCase> = load(CRYPTO);
    assert_eq!(cases.len(), 1);
    let case = &cases[0];
    let cs = suite(case.cipher_suite);

    let v = &case.derive_secret;
    assert_eq!(expand(&cs, &bytes(v.secret.as_ref()), &v.label, &[], 32), bytes(v.out.as_ref()));

    let v = &case.derive_tree_secret;
    let generation = v.generation.to_be_bytes();
    let out = expand(&cs, &bytes(v.secret.as_ref()), &v.label, &generation, v.length);
    assert_eq!(out, bytes(v.out.as_ref()));

    let v = &case.expand_with_label;
    let out = expand(&cs, &bytes(v.secret.as_ref()), &v.label, &bytes(v.context.as_ref()), v.length);
    assert_eq!(out, bytes(v.out.as_ref()));

    let v = &case.ref_hash;
    let input = [vector(v.label.as_bytes()), vector(&bytes(v.value.as_ref()))].concat();
    assert_eq!(cs.hash(&input).ok(), Some(bytes(v.out.as_ref())));

    let v = &case.sign_with_label;
    let content = labeled(&v.label, &bytes(v.content.as_ref()));
    let signer = [key(v.private.as_ref()), key(v.public.as_ref())].concat().into();
    let signature = bytes(v.signature.as_ref());
    assert_eq!(cs.sign(&signer, &content).ok(), Some(signature.clone()));
    assert!(cs.verify(&key(v.public.as_ref()).into(), &signature, &content).is_ok());

    let v = &case.encrypt_with_label;
    let ciphertext =
        HpkeCiphertext { kem_output: bytes(v.kem_output.as_ref()), ciphertext: bytes(v.ciphertext.as_ref()) };
    let info = labeled(&v.label, &bytes(v.context.as_ref()));
    let (private, public) = (key(v.private.as_ref()).into(), key(v.public.as_ref()).into());
    let opened = cs.hpke_open(&ciphertext, &private, &public, &info, None);
    assert_eq!(opened.expect("HPKE open").to_vec(), bytes(v.plaintext.as_ref()));
}

#[derive(Deserialize)]
struct KeyScheduleEpoch {
    commit_secret: Hex,
    psk_secret: Hex,
    group_context: Hex,
    joiner_secret: Hex,
    welcome_secret: Hex,
    init_secret: Hex,
    sender_data_secret: Hex,
    encryption_secret: Hex,
    exporter_secret: Hex,
    epoch_authenticator: Hex,
    external_secret: Hex,
    confirmation_key: Hex,
    membership_key: Hex,
    resumption_psk: Hex,
    external_pub: Hex,
}

#[derive(Deserialize)]
struct KeyScheduleCase {
    cipher_suite: u16,
    initial_init_secret: Hex,
    epochs: Vec<KeyScheduleEpoch>,
}

fn check_epoch_secrets(cs: &impl CipherSuiteProvider, init: &[u8], epoch: &KeyScheduleEpoch) {
    let context = &epoch.group_context.0;
    let extract = |salt: &[u8], ikm: &[u8]| cs.kdf_extract(salt, ikm).expect("KDF extract");

    let joiner = extract(init, &epoch.commit_secret.0);
    let joiner = expand(cs, &joiner, "joiner", context, 32);
    assert_eq!(joiner, epoch.joiner_secret.0);

    let member = extract(&joiner, &epoch.psk_secret.0);
    let welcome = expand(cs, &member, "welcome", &[], 32);
    assert_eq!(welcome, epoch.welcome_secret.0);

    let secret = expand(cs, &member, "epoch", context, 32);
    for (label, expected) in [
        ("init", &epoch.init_secret),
        ("sender data", &epoch.sender_data_secret),
        ("encryption", &epoch.encryption_secret),
        ("exporter", &epoch.exporter_secret),
        ("authentication", &epoch.epoch_authenticator),
        ("external", &epoch.external_secret),
        ("confirm", &epoch.confirmation_key),
        ("membership", &epoch.membership_key),
        ("resumption", &epoch.resumption_psk),
    ] {
        assert_eq!(expand(cs, &secret, label, &[], 32), expected.0, "{label}");
    }

    let (_, public) = cs.kem_derive(&epoch.external_secret.0).expect("KEM derive");
    assert_eq!(public.as_ref(), epoch.external_pub.0);
}

#[test]
fn the_secrets_of_epochs_follow_from_each_other() {
    let cases: Vec<KeyScheduleCase> = load(KEY_SCHEDULE);
    assert_eq!(cases.len(), 1);
    let case = &cases[0];
    let cs = suite(case.cipher_suite);
    let mut init = &case.initial_init_secret.0;
    for epoch in &case.epochs {
        check_epoch_secrets(&cs, init, epoch);
        init = &epoch.init_secret.0;
    }
}
