//! The test vectors of RFC 9605, appendix C, of headers and of this suite, as the crate `sframe` 2.1 has them in
//! `src/test_vectors/test-vectors.json`.

use serde_json::Value;

const VECTORS: &str = include_str!("../../tests/vectors/aes-128-ctr-hmac-sha256-80.json");

/// Key id, counter, and the encoded header.
pub(crate) fn headers() -> Vec<(u64, u64, Vec<u8>)> {
    let all = vectors("header");
    all.iter()
        .map(|vector| (number(vector, "kid"), number(vector, "ctr"), bytes(vector, "encoded")))
        .collect()
}

/// The only vector of the suite, of a kind: `aes_ctr_hmac` or `sframe`.
pub(crate) fn of_suite(kind: &str) -> Value {
    let [vector] = <[Value; 1]>::try_from(vectors(kind)).expect("there is one");
    assert_eq!(number(&vector, "cipher_suite"), 1);
    vector
}

pub(crate) fn number(vector: &Value, field: &str) -> u64 {
    vector[field].as_u64().expect(field)
}

pub(crate) fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    let digits = vector[field].as_str().expect(field).as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(byte).collect::<Option<_>>().expect(field)
}

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).expect("it is JSON");
    all[kind].as_array().expect(kind).clone()
}
