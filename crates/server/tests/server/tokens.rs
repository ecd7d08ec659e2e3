//! Join tokens: which are accepted.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use consonance_server::token::{self, Claims, Key, TokenError, TokenRules, WallClock};
use consonance_server::utc::utc;
use consonance_session::{Access, Priority, Vouched};
use ring::hmac;

/// Some time in 2033.
const NOW: u64 = 2_000_000_000;

fn claims() -> Claims {
    Claims {
        name: Some("Alice".into()),
        session: Some("main".into()),
        expires_at: NOW + 60,
        tokens: vec!["gold".into(), "team red".into()],
        ..Claims::default()
    }
}

/// The access of a player with this name and token.
fn check(
    keys: &[Key],
    session: &str,
    name: &str,
    token: &[u8],
    clock: impl Into<WallClock>,
) -> Result<Access, TokenError> {
    token::check(keys, token, clock)?.access(session, name)
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
    let pair = Key::generate_ed25519().unwrap().public().unwrap();
    // A forger can use the public bytes as the secret of an HS256 token.
    let public = bytes_of(&pair, "x");
    let secret = Key::generate_hs256().unwrap().sign(&claims()).unwrap();
    let (message, _) = secret.rsplit_once('.').unwrap();
    assert_eq!(pair.verify(&signed_by_hand(&public, message), NOW), Err(TokenError::Signature));
}

#[test]
fn a_token_that_its_key_signed_under_the_name_of_another_algorithm_is_refused() {
    let key = Key::generate_hs256().unwrap();
    let verified = |algorithm: &str| {
        let header = format!(r#"{{"alg":"{algorithm}"}}"#);
        key.verify(&foreign_with(&key, &header, r#"{"exp":3000000000}"#), NOW).map(drop)
    };
    assert_eq!(verified("HS256"), Ok(()));
    for other in ["EdDSA", "none", "HS512", "hs256", ""] {
        assert_eq!(verified(other), Err(TokenError::Signature), "{other}");
    }
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
    let any_name = key[0].sign(&Claims { expires_at: NOW + 1, ..Claims::default() }).unwrap();
    assert_eq!(check("other", "Bob", &any_name).unwrap().tokens().len(), 0);
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
    assert!(is_malformed(&key.verify(&foreign(&key, r#"{"name":"Alice"}"#), NOW)));
}

#[test]
fn the_examples_of_the_standards_are_read() {
    // RFC 7515, appendix A.1: the claims are of another kind and have expired, but the signature is valid.
    let key = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let key = Key::from_jwk(key).unwrap();
    assert_eq!(key.verify(token, NOW), Err(TokenError::Expired { expires_at: 1_300_819_380 }));
    assert!(key.verify(token, 1_300_819_379).is_ok());
    // RFC 8037, appendix A.4: the payload is not JSON; only its signature is valid.
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

#[test]
fn clocks_may_differ_by_the_leeway_at_both_ends() {
    let key = Key::generate_hs256().unwrap();
    let token = key.sign(&Claims { not_before: Some(NOW), ..claims() }).unwrap();
    let at = |now, leeway_s| key.verify(&token, WallClock { now, leeway_s }).map(drop);
    assert_eq!(at(NOW - 1, 0), Err(TokenError::NotYet { not_before: NOW }));
    assert_eq!(at(NOW, 0), Ok(()));
    assert_eq!((at(NOW - 30, 30), at(NOW + 89, 30)), (Ok(()), Ok(())));
    assert_eq!(at(NOW - 31, 30), Err(TokenError::NotYet { not_before: NOW }));
    assert_eq!(at(NOW + 90, 30), Err(TokenError::Expired { expires_at: NOW + 60 }));
    assert!(at(NOW + 90, 30).unwrap_err().to_string().contains(&utc(NOW + 60)), "{}", utc(NOW + 60));
}

/// A token with these claims, written by another program.
fn foreign(key: &Key, claims: &str) -> String {
    foreign_with(key, r#"{"alg":"HS256"}"#, claims)
}

/// The same with another header.
fn foreign_with(key: &Key, header: &str, claims: &str) -> String {
    let [header, claims] = [header, claims].map(|json| URL_SAFE_NO_PAD.encode(json));
    signed_by_hand(&bytes_of(key, "k"), &format!("{header}.{claims}"))
}

/// The decoded bytes of a member of a key's JSON.
fn bytes_of(key: &Key, member: &str) -> Vec<u8> {
    let jwk: serde_json::Value = serde_json::from_str(&key.to_jwk()).unwrap();
    URL_SAFE_NO_PAD.decode(jwk[member].as_str().unwrap()).unwrap()
}

/// A token with this header and these claims, signed with HMAC and SHA-256.
fn signed_by_hand(secret: &[u8], message: &str) -> String {
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

#[test]
fn every_claim_of_another_program_is_understood() {
    let key = Key::generate_hs256().unwrap();
    let token = foreign(
        &key,
        r#"{"sub":"4711","name":"Alice","session":"match-*","exp":2000000060.5,"nbf":1999999999,"iat":1999999999,
            "aud":["other","consonance"],"tokens":["gold"],"listen":["lobby","team*"],"speak":[],
            "priority_max":"medium","moderator":true,"iss":"https://example.org"}"#,
    );
    let access = check(&[key], "match-7", "Alice", token.as_bytes(), NOW).unwrap();
    assert_eq!(access.subject.as_deref(), Some("4711"));
    assert_eq!((access.vouched, access.is_moderator), (Vouched::Name, true));
    assert_eq!(access.priority_max, Some(Priority::Medium));
    assert!(
        access.may_listen_to("lobby") && access.may_listen_to("team red") && !access.may_listen_to("vip")
    );
    assert!(!access.may_speak_to("lobby"), "an empty list is no room");
    assert_eq!(access.tokens().collect::<Vec<_>>(), ["gold"]);
}

#[test]
fn claims_of_a_wrong_kind_are_refused() {
    let key = Key::generate_hs256().unwrap();
    for claims in [
        r#"{"exp":"tomorrow"}"#,
        r#"{"exp":-1}"#,
        r#"{"exp":1e300}"#,
        r#"{"exp":3000000000,"name":7}"#,
        r#"{"exp":3000000000,"listen":"lobby"}"#,
        r#"{"exp":3000000000,"priority_max":"highest"}"#,
        r#"{"exp":3000000000,"moderator":"no"}"#,
        "[]",
        "null",
    ] {
        assert!(is_malformed(&key.verify(&foreign(&key, claims), NOW)), "{claims}");
    }
    let long = format!(r#"{{"exp":3000000000,"sub":"{}"}}"#, "x".repeat(129));
    assert!(is_malformed(&key.verify(&foreign(&key, &long), NOW)));
}

#[test]
fn a_token_for_another_service_is_refused() {
    let key = Key::generate_hs256().unwrap();
    for audience in [r#""game""#, r#"["game","shop"]"#, "[]"] {
        let token = foreign(&key, &format!(r#"{{"exp":3000000000,"aud":{audience}}}"#));
        let refused = Err(TokenError::OtherAudience { expected: "consonance".into() });
        assert_eq!(key.verify(&token, NOW), refused, "{audience}");
    }
    assert!(key.verify(&foreign(&key, r#"{"exp":3000000000,"aud":"consonance"}"#), NOW).is_ok());
}

#[test]
fn a_token_has_to_name_the_audience_the_issuer_and_the_type_that_the_server_asks_for() {
    let key = [Key::generate_hs256().unwrap()];
    let mut rules = TokenRules::default();
    rules.audience = Some("voice.example".into());
    let refused = |name: &str| match name {
        "aud" => TokenError::OtherAudience { expected: "voice.example".into() },
        "iss" => TokenError::OtherIssuer { expected: "https://example.org".into() },
        _ => TokenError::OtherType { expected: "at+jwt".into() },
    };
    let good = r#"{"exp":3000000000,"aud":["shop","voice.example"],"iss":"https://example.org"}"#;
    let (header, plain) = (r#"{"alg":"HS256","typ":"at+JWT"}"#, r#"{"alg":"HS256"}"#);
    let check = |rules: &TokenRules, header: &str, claims: &str| {
        rules.check(&key, foreign_with(&key[0], header, claims).as_bytes(), NOW).map(drop)
    };
    for claims in [r#"{"exp":3000000000}"#, r#"{"exp":3000000000,"aud":"consonance"}"#] {
        assert_eq!(check(&rules, plain, claims), Err(refused("aud")), "{claims}");
    }
    assert_eq!(check(&rules, plain, good), Ok(()));
    rules.issuer = Some("https://example.org".into());
    assert_eq!(check(&rules, plain, good), Ok(()));
    for issuer in ["", r#","iss":"https://example.org/""#, r#","iss":"HTTPS://EXAMPLE.ORG""#] {
        let claims = format!(r#"{{"exp":3000000000,"aud":"voice.example"{issuer}}}"#);
        assert_eq!(check(&rules, plain, &claims), Err(refused("iss")), "{issuer}");
    }
    rules.token_type = Some("at+jwt".into());
    assert_eq!(check(&rules, header, good), Ok(()));
    assert_eq!(check(&rules, r#"{"alg":"HS256","typ":"application/at+jwt"}"#, good), Ok(()));
    for other in [plain, r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"alg":"HS256","typ":["at+jwt"]}"#] {
        assert_eq!(check(&rules, other, good), Err(refused("typ")), "{other}");
    }
}

#[test]
fn a_token_that_names_critical_extensions_is_refused_whatever_it_says_they_are() {
    let key = Key::generate_hs256().unwrap();
    for critical in ["null", "[]", r#"["b64"]"#, "false", r#""""#] {
        let header = format!(r#"{{"alg":"HS256","crit":{critical}}}"#);
        let token = foreign_with(&key, &header, r#"{"exp":3000000000}"#);
        assert!(is_malformed(&key.verify(&token, NOW)), "{critical}");
    }
}

#[test]
fn a_token_may_be_for_sessions_whose_names_begin_alike() {
    let key = [Key::generate_hs256().unwrap()];
    let token = key[0].sign(&Claims { session: Some("match-*".into()), ..claims() }).unwrap();
    let is_let_in = |session| check(&key, session, "Alice", token.as_bytes(), NOW).is_ok();
    assert!(is_let_in("match-1") && is_let_in("match-") && !is_let_in("lobby"));
}

#[test]
fn a_token_that_names_its_key_is_by_that_one_or_by_one_without_a_name() {
    let [named, other] = [Key::generate_hs256().unwrap(), Key::generate_hs256().unwrap()];
    let token = named.sign(&claims()).unwrap();
    assert!(token::check(&[other.clone(), named.clone()], token.as_bytes(), NOW).is_ok());
    let jwk = named.to_jwk();
    let renamed = |to: &str| jwk.replace(&format!("\"kid\":\"{}\"", named.id().unwrap()), to);
    let anonymous = Key::from_jwk(&renamed("\"use\":\"sig\"")).unwrap();
    assert_eq!(anonymous.id(), None);
    assert!(token::check(std::slice::from_ref(&anonymous), token.as_bytes(), NOW).is_ok());
    let misnamed = Key::from_jwk(&renamed("\"kid\":\"other\"")).unwrap();
    let refused = token::check(&[other, misnamed], token.as_bytes(), NOW);
    assert_eq!(refused, Err(TokenError::Signature), "the right secret under another name");
    let token = anonymous.sign(&claims()).unwrap();
    assert!(token::check(&[named], token.as_bytes(), NOW).is_ok(), "a token that names none");
}

#[test]
fn a_key_with_an_end_is_believed_until_then() {
    let key = Key::generate_hs256().unwrap();
    let token = key.sign(&claims()).unwrap();
    let old = key.to_jwk().replace("\"kty\"", &format!("\"exp\":{},\"kty\"", NOW + 10));
    let old = [Key::from_jwk(&old).unwrap()];
    assert_eq!(old[0].good_until(), Some(NOW + 10));
    assert!(token::check(&old, token.as_bytes(), NOW + 9).is_ok());
    assert_eq!(token::check(&old, token.as_bytes(), NOW + 10), Err(TokenError::KeyEnded));
    let forged = Key::generate_hs256().unwrap().sign(&claims()).unwrap();
    assert_eq!(token::check(&old, forged.as_bytes(), NOW + 10), Err(TokenError::Signature));
}

#[test]
fn a_file_may_have_a_set_of_keys() {
    let keys = keys();
    let [one, other] = keys.each_ref().map(Key::to_jwk);
    let set = Key::all_from_jwk(&format!("{{\"keys\":[{one},{other}]}}")).unwrap();
    for key in &keys {
        assert!(token::check(&set, key.sign(&claims()).unwrap().as_bytes(), NOW).is_ok());
    }
    assert_eq!(Key::all_from_jwk(&one).unwrap().len(), 1);
    let many = vec![one.as_str(); 65].join(",");
    for wrong in ["{\"keys\":[]}", "{\"keys\":[{}]}", "{\"keys\":7}", &format!("{{\"keys\":[{many}]}}")] {
        assert!(matches!(Key::all_from_jwk(wrong), Err(TokenError::Key(_))));
    }
}
