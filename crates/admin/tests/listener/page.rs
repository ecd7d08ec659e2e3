//! The page is served, and loads nothing from other origins.

use crate::ask::{ask, settings};
use crate::fixture::Fixture;

#[test]
fn pages_come_without_the_token_and_may_load_nothing_from_elsewhere() {
    let fixture = Fixture::new(settings());
    for path in [
        "/",
        "/api/docs",
        "/frame.css",
        "/frame.js",
        "/page.css",
        "/page.js",
        "/records.js",
        "/nodes.js",
        "/docs.js",
    ] {
        let answer = ask(&fixture.listener, &format!("GET {path}"), &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.head.contains("content-security-policy: default-src 'none'"), "{answer:?}");
        assert!(answer.head.contains("x-content-type-options: nosniff"), "{answer:?}");
        assert!(!answer.body.contains("http://") && !answer.body.contains("https://"), "{path}");
        assert!(!answer.body.contains("innerHTML"), "{path}: names are never markup");
    }
}

#[test]
fn what_is_done_to_a_visit_names_the_visit_though_its_account_is_here_under_other_names_too() {
    let fixture = Fixture::new(settings());
    let script = ask(&fixture.listener, "GET /page.js", &[]).body;
    let line = |action: &str| {
        let start = format!("    {action}: [");
        script.lines().find(|line| line.starts_with(&start)).map(ToOwned::to_owned).unwrap_or_default()
    };
    for action in ["kick", "move", "remove_from_room", "reset"] {
        assert!(line(action).contains("({ player: player.name"), "{}", line(action));
    }
    assert!(line("set_room_rights").contains("({ player: target,"), "rights hold for the account");
}

#[test]
fn the_page_offers_a_short_mute_first_and_does_not_say_that_a_kick_is_kept() {
    let fixture = Fixture::new(settings());
    let script = ask(&fixture.listener, "GET /page.js", &[]).body;
    let line = |start: &str| script.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
    assert!(line("const TIMES").starts_with(r#"const TIMES = [["600", "10 minutes"]"#));
    assert!(line("const TIME =").contains("options([...TIMES, PERMANENT])"), "the longest one is the last");
    assert!(line("mute: ").contains("[TIME, REASON]"));
    assert!(line("const FLEETING").contains("\"kick\""));
    assert!(line("const outcome").contains("isFleeting ? \"\""));
}

#[test]
fn the_sign_in_names_the_file_with_the_token() {
    let mut named = settings();
    named.token_file = Some("/var/lib/voice & more/admin-token".into());
    let fixture = Fixture::new(named);
    let page = ask(&fixture.listener, "GET /", &[]).body;
    assert!(page.contains("<code>/var/lib/voice &amp; more/admin-token</code>"), "{page}");
    let fixture = Fixture::new(settings());
    let page = ask(&fixture.listener, "GET /", &[]).body;
    assert!(page.contains("<code>admin.token_file</code>"), "{page}");
}
