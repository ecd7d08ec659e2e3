//! Errors in settings that are found before anything is exported.

use consonance_admin::otlp::{Exporter, OtlpError, OtlpSettings};
use consonance_server::SecretText;

#[test]
fn an_address_that_cannot_be_told_or_that_others_could_read_is_refused() {
    for (endpoint, expected) in [
        ("http://127.0.0.1:4318", Ok(())),
        ("http://localhost:4318/", Ok(())),
        ("https://otlp.example.org/tenant", Ok(())),
        ("https://otlp.example.org/?tenant=7", Err(OtlpError::Url)),
        ("ftp://127.0.0.1:4318", Err(OtlpError::Url)),
        ("http://otlp.example.org", Err(OtlpError::PlainHttp)),
    ] {
        assert_eq!(
            Exporter::new(OtlpSettings::new(endpoint.parse().unwrap())).map(drop),
            expected,
            "{endpoint}"
        );
    }
    let mut settings = OtlpSettings::new("http://otlp.example.org".parse().unwrap());
    settings.export.allow_plain_http = true;
    assert!(Exporter::new(settings.clone()).is_ok());
    settings.headers = vec![("a b".into(), SecretText::new("x"))];
    assert_eq!(Exporter::new(settings.clone()).map(drop).map_err(|error| error.code()), Err("header"));
    settings.authorities_pem = Some(b"none".to_vec());
    assert_eq!(Exporter::new(settings).map(drop), Err(OtlpError::Authorities));
}
