//! Who may see what.

use std::net::{Ipv4Addr, SocketAddr};

use consonance_admin::metrics::Observation;
use consonance_admin::{AdminError, AdminListener, AdminSettings, AdminToken};

use crate::ask::{TOKEN, ask, ask_plainly, bearer, listener, settings};

#[test]
fn health_is_for_everybody_and_metrics_for_who_has_the_token() {
    let listener = listener(settings(), Observation::default());
    assert_eq!(
        (ask(&listener, "GET /healthz", &[]).status, ask(&listener, "GET /readyz", &[]).status),
        (200, 200)
    );
    let good = ask(&listener, "GET /metrics", &[&bearer(TOKEN)]);
    assert_eq!(good.status, 200);
    assert!(good.body.contains("\nconsonance_clients 0\n"), "{good:?}");
    for lines in [&[][..], &[&*bearer("0123456789abcdef")], &["Authorization: Basic Og=="]] {
        let refused = ask(&listener, "GET /metrics", lines);
        assert_eq!(refused.status, 401, "{lines:?}");
        assert!(refused.head.contains("www-authenticate: bearer"), "{refused:?}");
        assert!(refused.body.contains("admin.token_file") && !refused.body.contains(TOKEN), "{refused:?}");
    }
}

#[test]
fn metrics_can_be_opened() {
    let mut settings = settings();
    settings.open_metrics = true;
    assert_eq!(ask(&listener(settings, Observation::default()), "GET /metrics", &[]).status, 200);
}

#[test]
fn a_server_that_takes_nobody_is_alive_and_not_ready() {
    let draining = Observation { is_draining: true, ..Observation::default() };
    let hanging = Observation { silent_workers: 1, ..Observation::default() };
    for observation in [draining, hanging] {
        let listener = listener(settings(), observation);
        assert_eq!(ask(&listener, "GET /healthz", &[]).status, 200);
        let unready = ask(&listener, "GET /readyz", &[]);
        assert_eq!(unready.status, 503);
        assert!(unready.head.contains("application/problem+json"), "{unready:?}");
    }
}

#[test]
fn names_and_pages_of_others_get_nothing_even_with_the_token() {
    let listener = listener(settings(), Observation::default());
    let token = bearer(TOKEN);
    let status =
        |lines: &[&str]| ask_plainly(&listener, "GET /metrics", &[&[&*token], lines].concat()).status;
    assert_eq!(status(&["Host: evil.example"]), 421);
    assert_eq!(status(&["Host: 127.0.0.1:1", "Origin: http://evil.example"]), 403);
    assert_eq!(status(&["Host: 127.0.0.1:1", "Origin: http://127.0.0.1:1"]), 200);
}

#[test]
fn paths_and_methods_that_do_not_exist_are_told_so() {
    let listener = listener(settings(), Observation::default());
    assert_eq!(ask(&listener, "GET /nothing", &[]).status, 404);
    let wrong = ask(&listener, "POST /healthz", &["Content-Length: 0"]);
    assert_eq!(wrong.status, 405);
    assert!(wrong.body.contains("\"detail\""), "{wrong:?}");
}

#[test]
fn plain_text_leaves_this_machine_only_if_that_is_asked_for() {
    let elsewhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let settings = AdminSettings::new(elsewhere, AdminToken::new(TOKEN).unwrap());
    let refused = AdminListener::start(settings, Observation::default).unwrap_err();
    assert!(matches!(refused, AdminError::Plain { .. }), "{refused}");
}
