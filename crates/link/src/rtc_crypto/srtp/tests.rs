//! The test vectors of the standards.

use str0m::crypto::SrtpProvider;

use super::Srtp;

#[test]
fn counter_mode_makes_the_key_stream_of_rfc_3711() {
    // Appendix B.2: the first three blocks and, of the stream's 65 281, the last three.
    let key = bytes("2B7E151628AED2A6ABF7158809CF4F3C").try_into().unwrap();
    let mut cipher = Srtp.aes_128_cm_sha1_80().create_cipher(key, true);
    let iv = bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000").try_into().unwrap();
    let mut stream = vec![0xaa; 0xff02 * 16];
    cipher.encrypt(&iv, &vec![0; 0xff02 * 16], &mut stream).unwrap();
    let first =
        "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0";
    let last =
        "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44";
    assert_eq!(stream[..48], bytes(first));
    assert_eq!(stream[0xfeff * 16..], bytes(last));
}

#[test]
fn counter_mode_decrypts_what_it_has_encrypted_at_any_length() {
    let mut cipher = Srtp.aes_128_cm_sha1_80().create_cipher([7; 16], true);
    for length in [0, 1, 15, 16, 17, 127, 128, 129, 1200] {
        let text: Vec<u8> = (0..length).map(|at| at as u8).collect();
        let (mut sealed, mut opened) = (vec![0; length], vec![0; length]);
        cipher.encrypt(&[0xff; 16], &text, &mut sealed).unwrap();
        cipher.decrypt(&[0xff; 16], &sealed, &mut opened).unwrap();
        assert_eq!(opened, text, "{length} bytes");
        assert!(length < 16 || sealed != text, "{length} bytes");
    }
    assert!(cipher.encrypt(&[0; 16], &[1, 2, 3], &mut [0; 2]).is_err());
}

#[test]
fn blocks_are_encrypted_as_the_derivation_of_keys_wants_it() {
    // RFC 3711, appendix B.3: the cipher key and the cipher salt.
    let master = bytes("E1F97A0D3E018BE0D64FA32C06DE4139");
    let mut output = [0; 32];
    Srtp.srtp_aes_128_ecb_round(&master, &bytes("0EC675AD498AFEEBB6960B3AABE60000"), &mut output);
    assert_eq!(output[..16], bytes("C61E7A93744F39EE10734AFE3FF7A087"));
    Srtp.srtp_aes_128_ecb_round(&master, &bytes("0EC675AD498AFEE9B6960B3AABE60000"), &mut output);
    assert_eq!(output[..14], bytes("30CBBC08863D8C85D49DB34A9AE1"));
    // FIPS 197, appendix C.3.
    let key: Vec<u8> = (0..32).collect();
    Srtp.srtp_aes_256_ecb_round(&key, &bytes("00112233445566778899AABBCCDDEEFF"), &mut output);
    assert_eq!(output[..16], bytes("8EA2B7CA516745BFEAFC49904B496089"));
}

#[test]
fn gcm_seals_a_packet_as_rfc_7714_does() {
    // Section 16.1.1.
    let header = bytes("8040F17B8041F8D35501A0B2");
    let text = bytes("47616C6C696120657374206F6D6E69732064697669736120696E207061727465732074726573");
    let sealed = bytes(
        "F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833\
         899D7F27BEB16A9152CF765EE4390CCE",
    );
    let iv = bytes("51753C6580C2726F20718414").try_into().unwrap();
    let key = bytes("000102030405060708090A0B0C0D0E0F").try_into().unwrap();
    let mut cipher = Srtp.aead_aes_128_gcm().create_cipher(key, true);
    let mut output = vec![0; sealed.len()];
    cipher.encrypt(&iv, &header, &text, &mut output).unwrap();
    assert_eq!(output, sealed);
    let mut opened = vec![0; text.len()];
    assert_eq!(cipher.decrypt(&iv, &[&header], &sealed, &mut opened).unwrap(), text.len());
    assert_eq!(opened, text);
}

#[test]
fn gcm_seals_with_the_long_key_as_rfc_7714_does() {
    // Section 16.2.1.
    let header = bytes("8040F17B8041F8D35501A0B2");
    let text = bytes("47616C6C696120657374206F6D6E69732064697669736120696E207061727465732074726573");
    let sealed = bytes(
        "32B1DE78A822FE12EF9F78FA332E33AAB18012389A58E2F3B50B2A0276FFAE0F1BA63799B87B\
         7AA3DB36DFFFD6B0F9BB7878D7A76C13",
    );
    let iv = bytes("51753C6580C2726F20718414").try_into().unwrap();
    let key = (0..32).collect::<Vec<u8>>().try_into().unwrap();
    let mut cipher = Srtp.aead_aes_256_gcm().create_cipher(key, true);
    let mut output = vec![0; sealed.len()];
    cipher.encrypt(&iv, &header, &text, &mut output).unwrap();
    assert_eq!(output, sealed);
}

#[test]
fn gcm_opens_nothing_that_was_changed() {
    let mut cipher = Srtp.aead_aes_128_gcm().create_cipher([1; 16], true);
    let mut sealed = vec![0; 36];
    cipher.encrypt(&[2; 12], b"header", &[3; 20], &mut sealed).unwrap();
    let mut opened = vec![0; 20];
    assert_eq!(cipher.decrypt(&[2; 12], &[b"hea", b"der"], &sealed, &mut opened).unwrap(), 20);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(cipher.decrypt(&[2; 12], &[b"header"], &changed, &mut opened).is_err(), "byte {at}");
    }
    for length in 0..sealed.len() {
        assert!(cipher.decrypt(&[2; 12], &[b"header"], &sealed[..length], &mut opened).is_err());
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
