//! One question over HTTP.

use std::fmt::Write as _;
use std::io;
use std::net::IpAddr;

use ring::hmac;
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::{Answer, HookError, HookFailure, HookSettings};
use crate::utc::seconds_since_1970;

/// Knows how to ask one service.
pub(super) struct Caller {
    agent: Agent,
    url: String,
    hmac_key: Option<hmac::Key>,
    authorization: Option<String>,
}

/// Claims have a few kilobytes at most.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

impl Caller {
    pub(super) fn new(settings: &HookSettings) -> Result<Self, HookError> {
        check_url(settings)?;
        let roots = match &settings.authorities_pem {
            None => RootCerts::WebPki,
            Some(pem) => authorities(pem)?,
        };
        let agent = Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            // An answer has one meaning: what is behind a redirection was not asked for, and is not told secrets.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // Proxies of the environment are not the operator's choice for data of joining players.
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build()
            .new_agent();
        let key = |secret: &crate::SecretText| hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
        Ok(Self {
            agent,
            url: settings.url.clone(),
            hmac_key: settings.hmac_secret.as_ref().map(key),
            authorization: settings.bearer_token.as_ref().map(|token| format!("Bearer {}", token.reveal())),
        })
    }

    pub(super) fn call(&self, body: &[u8]) -> Result<Answer, HookFailure> {
        let mut request = self.agent.post(&self.url).header("Content-Type", "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        if let Some(key) = &self.hmac_key {
            request = request.header("Consonance-Signature", signature(key, seconds_since_1970(), body));
        }
        let mut response = request.send(body).map_err(|error| failure(&error))?;
        if response.status().as_u16() != 200 {
            return Err(HookFailure::Status(response.status().as_u16()));
        }
        let read = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let answer = read.map_err(|error| match failure(&error) {
            HookFailure::Unreachable => HookFailure::Body,
            failure => failure,
        })?;
        Answer::read(&answer)
    }
}

/// `t=SECONDS,v1=HEX`; the time is signed, too, so that the service can refuse what is old.
fn signature(key: &hmac::Key, seconds: u64, body: &[u8]) -> String {
    let code = hmac::sign(key, &[format!("{seconds}.").as_bytes(), body].concat());
    let mut header = format!("t={seconds},v1=");
    for byte in code.as_ref() {
        let _ = write!(header, "{byte:02x}");
    }
    header
}

fn check_url(settings: &HookSettings) -> Result<(), HookError> {
    let url: Uri = settings.url.parse().map_err(|_| HookError::Url)?;
    let host = url.host().filter(|host| !host.is_empty()).ok_or(HookError::Url)?;
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|ip| ip.is_loopback());
    match url.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_here || settings.allow_plain_http => Ok(()),
        Some("http") => Err(HookError::PlainHttp),
        _ => Err(HookError::Url),
    }
}

fn authorities(pem: &[u8]) -> Result<RootCerts, HookError> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| HookError::Authorities)? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(HookError::Authorities);
    }
    Ok(certificates.into())
}

/// Without the words of the error, which may name the address with everything that is in it.
fn failure(error: &ureq::Error) -> HookFailure {
    match error {
        ureq::Error::Timeout(_) => HookFailure::Timeout,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => HookFailure::Timeout,
        ureq::Error::BodyExceedsLimit(_) => HookFailure::Body,
        _ => HookFailure::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_times_out_is_told_from_one_that_fails() {
        for (kind, expected) in [
            (io::ErrorKind::TimedOut, HookFailure::Timeout),
            (io::ErrorKind::ConnectionRefused, HookFailure::Unreachable),
        ] {
            assert_eq!(failure(&ureq::Error::Io(kind.into())), expected);
        }
    }

    #[test]
    fn only_this_machine_is_asked_in_the_open() {
        for (url, expected) in [
            ("https://example.org/join", Ok(())),
            ("http://127.0.0.1:8080/", Ok(())),
            ("http://[::1]:8080/", Ok(())),
            ("http://localhost/join", Ok(())),
            ("http://example.org/", Err(HookError::PlainHttp)),
            ("http://localhost.example.org/", Err(HookError::PlainHttp)),
            ("http://192.0.2.1/", Err(HookError::PlainHttp)),
            ("ftp://localhost/", Err(HookError::Url)),
            ("/join", Err(HookError::Url)),
            ("", Err(HookError::Url)),
        ] {
            assert_eq!(Caller::new(&HookSettings::new(url)).map(drop), expected, "{url}");
        }
        let open = HookSettings { allow_plain_http: true, ..HookSettings::new("http://example.org/") };
        assert!(Caller::new(&open).is_ok());
        let authorities_pem = Some(b"no certificate".to_vec());
        let private = HookSettings { authorities_pem, ..HookSettings::new("https://example.org/") };
        assert_eq!(Caller::new(&private).map(drop), Err(HookError::Authorities));
    }

    #[test]
    fn a_signature_is_the_code_of_the_time_and_the_body() {
        // `printf '1700000000.{}' | openssl dgst -sha256 -hmac secret`
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
        let expected = "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163";
        assert_eq!(signature(&key, 1_700_000_000, b"{}"), expected);
    }
}
