//! Operators' requests are recorded as spans; other requests are not.

use consonance_server::spans::{AttributeValue, FinishedSpan, Tracer, TracerSettings};

use crate::ask::{TOKEN, ask, bearer, settings};
use crate::fixture::Fixture;

fn attributes(span: &FinishedSpan) -> Vec<(&str, String)> {
    let text = |value: &AttributeValue| match value {
        AttributeValue::Text(text) => text.to_string(),
        value => format!("{value:?}"),
    };
    span.attributes.iter().map(|(key, value)| (*key, text(value))).collect()
}

#[test]
fn a_request_with_the_token_is_recorded_by_its_route() {
    let (tracer, finished) = Tracer::new(&TracerSettings::default());
    let fixture = Fixture::with_tracer(settings(), &tracer);
    assert_eq!(ask(&fixture.listener, "GET /api/v1/sessions", &[]).status, 401);
    for (request, status) in [
        ("GET /healthz", 200),
        ("GET /metrics", 200),
        ("GET /api/v1/sessions/main", 200),
        ("GET /api/v1/sessions/secret", 404),
    ] {
        assert_eq!(ask(&fixture.listener, request, &[&bearer(TOKEN)]).status, status, "{request}");
    }
    let spans: Vec<_> = std::iter::from_fn(|| finished.try_next()).collect();
    assert_eq!(spans.len(), 2, "{spans:?}");
    for (span, status) in spans.iter().zip([200, 404]) {
        assert_eq!((span.name, span.error.as_deref()), ("admin", None));
        let expected = [
            ("http.request.method", "GET".to_owned()),
            ("http.route", "/api/v1/sessions/{session}".to_owned()),
            ("http.response.status_code", format!("Integer({status})")),
        ];
        assert_eq!(attributes(span), expected);
    }
}
