//! The bytes of each kind of datagram, as test vectors for other implementations.
//!
//! They were made by another implementation: HKDF, AES-GCM, ChaCha20-Poly1305 and HMAC of Python's `cryptography`.

use consonance_quic::fast_path::Cipher;

use crate::path::pair::Pair;

#[test]
fn datagrams_sealed_with_aes_have_these_bytes() {
    assert_eq!(conversation(Cipher::Aes128Gcm), owned(AES128GCM));
}

#[test]
fn datagrams_sealed_with_chacha_have_these_bytes() {
    assert_eq!(conversation(Cipher::ChaCha20Poly1305), owned(CHACHA20POLY1305));
}

/// Secrets 01 02 … 40, worker 3, link 0. Up: probe, response, probe in use, a packet.
/// Down: challenge, answer, answer, a packet, two packets in one datagram.
pub(crate) fn conversation(cipher: Cipher) -> (Vec<String>, Vec<String>) {
    let mut pair = Pair::new(cipher);
    pair.exchange();
    assert!(pair.client_sends(b"up") && pair.server_sends(1, b"down"));
    pair.exchange();
    pair.server.set_busy_share(1.0);
    assert!(pair.server_sends(2, b"one") && pair.server_sends(3, b"two"));
    pair.now += std::time::Duration::from_millis(10);
    pair.exchange();
    let up: Vec<_> = pair.sent_up.iter().map(|datagram| hex(datagram)).collect();
    (up, pair.sent_down.iter().map(|(_, datagram)| hex(datagram)).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

pub(crate) fn owned((up, down): (&[&str], &[&str])) -> (Vec<String>, Vec<String>) {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    (owned(up), owned(down))
}

const AES128GCM: (&[&str], &[&str]) = (
    &[
        "0303000000000000000000000000562e9d9f14888e907090df9ce3680af4b2d03e435b5d5e20",
        "0603000000000000000000000001fc44bc9aa1922ab3cac5463aa8b69a430cf626723cf8d162",
        "03030000000000000000000000026b5ba46ba231ae9f312e41e228107d37092fae142cbd113b",
        "0103000000000000000000000003f885ecc5f9e602909ffa5fb45ce12471e7b5",
    ],
    &[
        "050000000000000000c12d50e6a79679b4bd02bf5ff365899e27260e08d730266f",
        "040000000000000001fda44de3c188c528eb15c2b67a5bc5a9761e3ba3052292c6",
        "040000000000000002c4eda879f9164ba63906e4499b8d9adb35f5c8a9c99e7b5a",
        "01000000000000000398e8b451119254105492ee9aa29e53d08e5dd144",
        "0200000000000000044821340dc83f2f67a942f19a8d43f182e9d24dac14db268e5920",
    ],
);

const CHACHA20POLY1305: (&[&str], &[&str]) = (
    &[
        "030300000000000000000000000008ddd6a123818a516943f6ee3786bf2cb54faf2f01673808",
        "060300000000000000000000000122887adb94eaa3376746034fa78a4699653fdd68c494ef3b",
        "0303000000000000000000000002df49073d71f953e71338d3019858a66849b18980ad31d984",
        "01030000000000000000000000031e98d25333b1892f236f1c533be0a1ed1593",
    ],
    &[
        "05000000000000000065bff3266feaa20c47da26bc001ac38a32b705665b750dc4",
        "0400000000000000011db4266d5128569681d0879bc3ef6b637c3596061b490b43",
        "0400000000000000027ea95d6dfeb759b77ecdedd8b64d6df5bb77a739cb0fd2be",
        "010000000000000003f435616d4edbd0808dabb9cc1524cbb347ff4a07",
        "020000000000000004e3f870c1fcc11a4f09dbecb2b9c59e2add2141c9706e0669a1e9",
    ],
);
