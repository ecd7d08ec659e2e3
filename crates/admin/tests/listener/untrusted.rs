//! Access to each route.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread;

use consonance_admin::{AdminError, AdminListener, AdminSettings, AdminToken, Operator};
use consonance_server::SessionLoop;

use crate::ask::{TOKEN, ask, ask_plainly, bearer, settings};
use crate::fixture::{Fixture, wait_until};

#[test]
fn health_is_public_and_metrics_need_the_token() {
    let fixture = Fixture::new(settings());
    assert_eq!(
        (
            ask(&fixture.listener, "GET /healthz", &[]).status,
            ask(&fixture.listener, "GET /readyz", &[]).status
        ),
        (200, 200)
    );
    let good = ask(&fixture.listener, "GET /metrics", &[&bearer(TOKEN)]);
    assert_eq!(good.status, 200);
    assert!(good.body.contains("\nconsonance_clients 0\n"), "{good:?}");
    for lines in [&[][..], &[&*bearer("0123456789abcdef")], &["Authorization: Basic Og=="]] {
        let refused = ask(&fixture.listener, "GET /metrics", lines);
        assert_eq!(refused.status, 401, "{lines:?}");
        assert!(refused.head.contains("www-authenticate: bearer"), "{refused:?}");
        assert!(refused.body.contains("admin.token_file") && !refused.body.contains(TOKEN), "{refused:?}");
    }
}

#[test]
fn metrics_can_be_opened() {
    let mut settings = settings();
    settings.access.open_metrics = true;
    assert_eq!(ask(&Fixture::new(settings).listener, "GET /metrics", &[]).status, 200);
}

#[test]
fn a_server_whose_worker_hangs_is_alive_and_not_ready() {
    let fixture = Fixture::new(settings());
    let (release, is_released) = mpsc::sync_channel::<()>(1);
    let handle = fixture.server.handle();
    // The worker hangs until the sender is dropped.
    let hang = move |_: &mut SessionLoop, _| {
        let _ = is_released.recv();
    };
    let hanging = thread::spawn(move || handle.ask(0, hang));
    let status = || ask(&fixture.listener, "GET /readyz", &[]);
    wait_until(|| status().status == 503);
    assert!(status().head.contains("application/problem+json"));
    assert_eq!(ask(&fixture.listener, "GET /healthz", &[]).status, 200);
    drop(release);
    wait_until(|| status().status == 200);
    let _ = hanging.join();
}

#[test]
fn names_and_pages_of_others_get_nothing_even_with_the_token() {
    let fixture = Fixture::new(settings());
    let token = bearer(TOKEN);
    let status =
        |lines: &[&str]| ask_plainly(&fixture.listener, "GET /metrics", &[&[&*token], lines].concat()).status;
    assert_eq!(status(&["Host: evil.example"]), 421);
    assert_eq!(status(&["Host: 127.0.0.1:1", "Host: evil.example"]), 400);
    assert_eq!(status(&["Host: 127.0.0.1:1", "Origin: http://evil.example"]), 403);
    assert_eq!(status(&["Host: 127.0.0.1:1", "Origin: http://127.0.0.1:1"]), 200);
}

#[test]
fn paths_and_methods_that_do_not_exist_are_told_so() {
    let fixture = Fixture::new(settings());
    assert_eq!(ask(&fixture.listener, "GET /nothing", &[]).status, 404);
    let wrong = ask(&fixture.listener, "POST /healthz", &["Content-Length: 0"]);
    assert_eq!(wrong.status, 405);
    assert!(wrong.body.contains("\"detail\""), "{wrong:?}");
}

#[test]
fn plain_text_leaves_this_machine_only_if_that_is_asked_for() {
    let elsewhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let settings = AdminSettings::new(elsewhere, AdminToken::new(TOKEN).unwrap());
    let fixture = Fixture::new(crate::ask::settings());
    let operator = Operator::new(fixture.server.handle(), fixture.moderation.clone());
    let refused = AdminListener::start(settings, operator).unwrap_err();
    assert!(matches!(refused, AdminError::Plain { .. }), "{refused}");
}
