//! Join tokens: which ones are believed.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use consonance_server::token::{Claims, Key, TokenError, check};

/// Some time in 2033.
const NOW: u64 = 2_000_000_000;

fn claims() -> Claims {
    Claims {
        name: Some("Alice".into()),
        session: Some("main".into()),
        expires_at: NOW + 60,
        tokens: vec!["gold".into(), "team red".into()],
    }
}

fn keys() -> [Key; 2] {
    [Key::generate_hs256().unwrap(), Key::generate_ed25519().unwrap()]
}

fn is_malformed<T>(result: &Result<T, TokenError>) -> bool {
    matches!(result, Err(TokenError::Malformed(_)))
}

#[test]
fn a_token_gives_the_access_that_it_names() {
    for key in keys() {
        let token = key.sign(&claims()).unwrap();
        let access = check(&[key], "main", "Alice", token.as_bytes(), NOW).unwrap();
        assert_eq!(access.tokens().collect::<Vec<_>>(), ["gold", "team red"]);
    }
}

#[test]
fn any_of_several_keys_may_have_signed() {
    let keys = keys();
    for key in &keys {
        let token = key.sign(&claims()).unwrap();
        assert!(check(&keys, "main", "Alice", token.as_bytes(), NOW).is_ok());
    }
}

#[test]
fn a_token_by_another_key_is_refused() {
    let others = keys();
    for (key, other) in keys().iter().zip(&others) {
        let token = key.sign(&claims()).unwrap();
        assert_eq!(other.verify(&token, NOW), Err(TokenError::Signature));
    }
    let [secret, pair] = keys();
    let token = secret.sign(&claims()).unwrap();
    assert_eq!(pair.verify(&token, NOW), Err(TokenError::Signature), "of another kind");
}

#[test]
fn a_public_key_is_no_secret_for_the_other_algorithm() {
    use ring::hmac;
    let pair = Key::generate_ed25519().unwrap().public().unwrap();
    let jwk: serde_json::Value = serde_json::from_str(&pair.to_jwk()).unwrap();
    let public =
        base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, jwk["x"].as_str().unwrap());
    // What a forger has: the public bytes, used as the secret of an HS256 token.
    let secret = Key::generate_hs256().unwrap().sign(&claims()).unwrap();
    let (message, _) = secret.rsplit_once('.').unwrap();
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public.unwrap()), message.as_bytes());
    let signature =
        base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, signature.as_ref());
    assert_eq!(pair.verify(&format!("{message}.{signature}"), NOW), Err(TokenError::Signature));
}

#[test]
fn a_token_that_was_changed_is_refused_whatever_byte_it_was() {
    for key in keys() {
        let token = key.sign(&claims()).unwrap();
        for index in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let refused = check(std::slice::from_ref(&key), "main", "Alice", &changed, NOW);
            assert!(refused.is_err(), "byte {index}");
        }
        for length in 0..token.len() {
            let cut = &token.as_bytes()[..length];
            assert!(check(std::slice::from_ref(&key), "main", "Alice", cut, NOW).is_err(), "{length} bytes");
        }
    }
}

#[test]
fn a_token_without_a_signature_or_an_algorithm_is_refused() {
    let key = Key::generate_hs256().unwrap();
    let token = key.sign(&claims()).unwrap();
    let (message, _) = token.rsplit_once('.').unwrap();
    assert_eq!(key.verify(&format!("{message}."), NOW), Err(TokenError::Signature));
    let (_, claims) = message.split_once('.').unwrap();
    // {"alg":"none"}
    assert_eq!(key.verify(&format!("eyJhbGciOiJub25lIn0.{claims}."), NOW), Err(TokenError::Signature));
    // {"alg":"HS256","crit":["b64"]}
    let critical = format!("eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiYjY0Il19.{claims}.AAAA");
    assert!(is_malformed(&key.verify(&critical, NOW)));
}

#[test]
fn a_token_ends() {
    let key = Key::generate_hs256().unwrap();
    let token = key.sign(&claims()).unwrap();
    assert!(key.verify(&token, NOW + 59).is_ok());
    assert_eq!(key.verify(&token, NOW + 60), Err(TokenError::Expired { expires_at: NOW + 60 }));
}

#[test]
fn a_token_is_for_its_name_and_its_session_or_for_any() {
    let key = [Key::generate_ed25519().unwrap()];
    let token = key[0].sign(&claims()).unwrap();
    let check = |session, name, token: &str| check(&key, session, name, token.as_bytes(), NOW);
    assert_eq!(check("main", "Bob", &token), Err(TokenError::OtherName { name: "Alice".into() }));
    assert_eq!(check("other", "Alice", &token), Err(TokenError::OtherSession { session: "main".into() }));
    let anybody = key[0].sign(&Claims { expires_at: NOW + 1, ..Claims::default() }).unwrap();
    assert_eq!(check("other", "Bob", &anybody).unwrap().tokens().len(), 0);
}

#[test]
fn garbage_is_refused() {
    let key = [Key::generate_hs256().unwrap()];
    assert_eq!(check(&key, "main", "Alice", b"", NOW), Err(TokenError::Missing));
    let huge = vec![b'a'; 100_000];
    for garbage in [&b"."[..], b"..", b"...", b"a.b.c", b"\xff\xfe", b"e30.e30.e30", &huge] {
        assert!(is_malformed(&check(&key, "main", "Alice", garbage, NOW)), "{:?}", garbage.first());
    }
}

#[test]
fn a_token_without_an_end_is_refused() {
    let key = Key::generate_hs256().unwrap();
    let jwk: serde_json::Value = serde_json::from_str(&key.to_jwk()).unwrap();
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let secret = base64::Engine::decode(&engine, jwk["k"].as_str().unwrap()).unwrap();
    // {"alg":"HS256"} and {"name":"Alice"}
    let message = "eyJhbGciOiJIUzI1NiJ9.eyJuYW1lIjoiQWxpY2UifQ";
    let signature =
        ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret), message.as_bytes());
    let token = format!("{message}.{}", base64::Engine::encode(&engine, signature.as_ref()));
    assert!(is_malformed(&key.verify(&token, NOW)));
}

#[test]
fn the_examples_of_the_standards_are_read() {
    // RFC 7515, appendix A.1: the claims are of another kind and time, but the signature is good.
    let key = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let key = Key::from_jwk(key).unwrap();
    assert_eq!(key.verify(token, NOW), Err(TokenError::Expired { expires_at: 1_300_819_380 }));
    assert!(key.verify(token, 1_300_819_379).is_ok());
    // RFC 8037, appendix A.4: the payload is no JSON, and only its signature can be good.
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(is_malformed(&Key::from_jwk(key).unwrap().verify(token, NOW)));
}

#[test]
fn keys_are_written_and_read_again_and_do_not_show_in_logs() {
    for key in keys() {
        let jwk = key.to_jwk();
        let token = Key::from_jwk(&jwk).unwrap().sign(&claims()).unwrap();
        assert_eq!(key.verify(&token, NOW), Ok(claims()));
        let shown = format!("{key:?}");
        assert!(shown.len() < 25 && shown.starts_with("Key("), "{shown}");
    }
    let [secret, pair] = keys();
    assert!(matches!(secret.public(), Err(TokenError::Key(_))));
    let public = pair.public().unwrap();
    assert!(!public.to_jwk().contains("\"d\""));
    assert!(matches!(public.sign(&claims()), Err(TokenError::Key(_))));
}

#[test]
fn keys_that_are_none_are_refused() {
    for text in [
        "",
        "{}",
        r#"{"kty":"RSA","n":"AQAB"}"#,
        r#"{"kty":"oct","k":"c2hvcnQ"}"#,
        r#"{"kty":"oct","k":"not base64!"}"#,
        r#"{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"AAAA"}"#,
    ] {
        assert!(matches!(Key::from_jwk(text), Err(TokenError::Key(_))), "{text}");
    }
}
