//! One request over HTTP.

use std::fmt::{self, Write as _};
use std::io;

use consonance_settings::secrets::{SecretText, ServiceAddress};
use ring::hmac;
use ureq::Agent;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE};
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Response, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::{InvalidHeader, RequestRules, ServiceError, ServiceFailure, ServiceSettings};
use crate::spans::OpenSpan;
use crate::utc::seconds_since_1970;

/// Knows how to ask one service.
pub struct ServiceClient {
    agent: Agent,
    url: ServiceAddress,
    hmac_key: Option<hmac::Key>,
    headers: HeaderMap,
}

/// The response of a service, with a body that is still to be read.
#[derive(Debug)]
pub struct ServiceAnswer(Response<ureq::Body>);

/// Claims have a few kilobytes at most.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

impl ServiceClient {
    /// A service with these settings, asked by these rules; it does nothing yet.
    ///
    /// # Errors
    /// If they are invalid.
    pub fn new(settings: &ServiceSettings, rules: RequestRules) -> Result<Self, ServiceError> {
        check_url(&settings.url, rules)?;
        let roots = match &settings.authorities_pem {
            None => RootCerts::WebPki,
            Some(pem) => authorities(pem)?,
        };
        let agent = Agent::config_builder()
            .timeout_global(Some(rules.timeout))
            // Do not follow redirects: the operator did not configure their targets, which must not get secrets.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // Ignore proxies from the environment: the operator did not choose them for players' data.
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build()
            .new_agent();
        let key = |secret: &SecretText| hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let authorization = settings.bearer_token.as_ref().map(|token| format!("Bearer {}", token.reveal()));
        // A token that is not a valid header value is not sent; the service will report that it is missing.
        headers.extend(authorization.and_then(|value| Some((AUTHORIZATION, value.parse().ok()?))));
        let hmac_key = settings.hmac_secret.as_ref().map(key);
        Ok(Self { agent, url: settings.url.clone(), hmac_key, headers })
    }

    /// Sends these headers with each request, too.
    ///
    /// # Errors
    /// If HTTP does not allow one of them.
    pub fn with_headers(mut self, headers: &[(String, SecretText)]) -> Result<Self, InvalidHeader> {
        for (name, value) in headers {
            let name: HeaderName = name.parse().map_err(|_| InvalidHeader)?;
            let value: HeaderValue = value.reveal().parse().map_err(|_| InvalidHeader)?;
            self.headers.insert(name, value);
        }
        Ok(self)
    }

    /// Posts this JSON, signed for the present time.
    ///
    /// # Errors
    /// If there is no answer in time; one of any status is an answer.
    pub fn post(&self, body: &[u8]) -> Result<ServiceAnswer, ServiceFailure> {
        self.post_within(&mut OpenSpan::default(), body)
    }

    /// The same as a span, which the service can go on with.
    ///
    /// # Errors
    /// As [`post`](Self::post).
    pub fn post_within(&self, span: &mut OpenSpan, body: &[u8]) -> Result<ServiceAnswer, ServiceFailure> {
        let mut request = self.agent.post(self.url.reveal());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(key) = &self.hmac_key {
            request = request.header("Consonance-Signature", signature(key, seconds_since_1970(), body));
        }
        if let Some(parent) = span.traceparent() {
            request = request.header("traceparent", parent);
        }
        let answer = request.send(body).map(ServiceAnswer).map_err(|error| failure(&error))?;
        span.set("http.response.status_code", u64::from(answer.status()));
        Ok(answer)
    }
}

impl fmt::Debug for ServiceClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceClient")
    }
}

impl ServiceAnswer {
    /// Its status.
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// The value of a header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    /// The body, if it is no longer than 64 KiB.
    ///
    /// # Errors
    /// If it is longer, takes too long, or was cut off.
    pub fn read(&mut self) -> Result<Vec<u8>, ServiceFailure> {
        let read = self.0.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        read.map_err(|error| match failure(&error) {
            ServiceFailure::Unreachable => ServiceFailure::Body,
            failure => failure,
        })
    }
}

/// `t=SECONDS,v1=HEX`; the time is signed, too, so that the service can refuse old requests.
fn signature(key: &hmac::Key, seconds: u64, body: &[u8]) -> String {
    let code = hmac::sign(key, &[format!("{seconds}.").as_bytes(), body].concat());
    let mut header = format!("t={seconds},v1=");
    for byte in code.as_ref() {
        let _ = write!(header, "{byte:02x}");
    }
    header
}

fn check_url(url: &ServiceAddress, rules: RequestRules) -> Result<(), ServiceError> {
    url.reveal().parse::<Uri>().map_err(|_| ServiceError::Url)?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if url.is_loopback() || rules.allow_plain_http => Ok(()),
        "http" => Err(ServiceError::PlainHttp),
        _ => Err(ServiceError::Url),
    }
}

fn authorities(pem: &[u8]) -> Result<RootCerts, ServiceError> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| ServiceError::Authorities)? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(ServiceError::Authorities);
    }
    Ok(certificates.into())
}

/// Without the words of the error, which may name the address with everything that is in it.
fn failure(error: &ureq::Error) -> ServiceFailure {
    match error {
        ureq::Error::Timeout(_) => ServiceFailure::Timeout,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => ServiceFailure::Timeout,
        ureq::Error::BodyExceedsLimit(_) => ServiceFailure::Body,
        _ => ServiceFailure::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const RULES: RequestRules = RequestRules { timeout: Duration::from_secs(2), allow_plain_http: false };

    fn settings(url: &str) -> ServiceSettings {
        ServiceSettings::new(url.parse().unwrap())
    }

    #[test]
    fn a_connection_that_times_out_is_told_from_one_that_fails() {
        for (kind, expected) in [
            (io::ErrorKind::TimedOut, ServiceFailure::Timeout),
            (io::ErrorKind::ConnectionRefused, ServiceFailure::Unreachable),
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
            ("http://example.org/", Err(ServiceError::PlainHttp)),
            ("http://localhost.example.org/", Err(ServiceError::PlainHttp)),
            ("http://192.0.2.1/", Err(ServiceError::PlainHttp)),
            ("ftp://localhost/", Err(ServiceError::Url)),
        ] {
            assert_eq!(ServiceClient::new(&settings(url), RULES).map(drop), expected, "{url}");
        }
        let open = RequestRules { allow_plain_http: true, ..RULES };
        assert!(ServiceClient::new(&settings("http://example.org/"), open).is_ok());
        let authorities_pem = Some(b"no certificate".to_vec());
        let private = ServiceSettings { authorities_pem, ..settings("https://example.org/") };
        assert_eq!(ServiceClient::new(&private, RULES).map(drop), Err(ServiceError::Authorities));
    }

    #[test]
    fn a_header_that_is_none_is_refused_before_anything_is_sent() {
        let with = |name: &str, value: &str| {
            let client = ServiceClient::new(&settings("https://example.org/"), RULES).unwrap();
            client.with_headers(&[(name.into(), SecretText::new(value))]).map(drop)
        };
        assert_eq!(with("Authorization", "Basic c2VzYW1l"), Ok(()));
        for (name, value) in [("", "x"), ("a b", "x"), ("a", "x\r\nb: y"), ("a:", "x")] {
            assert_eq!(with(name, value), Err(InvalidHeader), "{name:?} {value:?}");
        }
    }

    #[test]
    fn a_signature_is_the_code_of_the_time_and_the_body() {
        // `printf '1700000000.{}' | openssl dgst -sha256 -hmac secret`
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
        let expected = "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163";
        assert_eq!(signature(&key, 1_700_000_000, b"{}"), expected);
    }
}
