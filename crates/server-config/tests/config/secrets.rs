//! A misplaced secret is not repeated in messages.

use std::path::Path;

use consonance_server_config::ConfigSources;

use crate::{complaints, load, tables};

#[test]
fn no_error_shows_a_secret() {
    for file in [
        "[joining]\npassword = [\"hunter2\"]",
        "[joining]\npassword = { is = \"hunter2\" }",
        "[joining]\npassword = \"hunter2",
        "[joining]\npassword = hunter2",
        "[joining]\npasswords = \"hunter2\"",
        "[joining]\npasswords = [\"hunter2\"]",
        "[joining]\npasswords = { session = \"main\", password = \"hunter2\" }",
        "[joining]\npasswords = [{ session = 5, password = \"hunter2\" }]",
        "[joining]\npasswords = [{ password = \"hunter2\" }]",
        "[joining]\npasswords = [{ session = \"main\", password = [\"hunter2\"] }]",
        "[web]\nturn_secret = [\"hunter2\"]",
        "webhooks = \"https://example.org/hunter2\"",
        "webhooks = [\"https://example.org/hunter2\"]",
        "[[webhooks]]\nurl = [\"https://example.org/hunter2\"]\nhmac_secret_file = \"x\"",
        "[joining]\nhook = \"https://example.org/hunter2\"",
        "[joining.hook]\nurl = [\"https://example.org/hunter2\"]",
        "[cluster]\nnats = { url = \"tls://a:hunter2@example.org\" }",
    ] {
        let mut sources = ConfigSources::new(tables());
        sources.add_file(Path::new("/etc/consonance/voice.toml"), file);
        let problems = sources.load().unwrap_err();
        let told: Vec<_> = problems.problems().iter().map(ToString::to_string).collect();
        assert!(!told.is_empty() && !told.concat().contains("hunter2"), "{file}: {told:?}");
    }
}

const ADDRESSES: [(&str, &str, &str); 4] = [
    ("[cluster]\nnats = [\"", "\"]", "cluster.password_file"),
    ("[joining.hook]\nurl = \"", "\"", "bearer_token_file"),
    ("[[webhooks]]\nhmac_secret_file = \"x\"\nurl = \"", "\"", "bearer_token_file"),
    ("[telemetry]\notlp_endpoint = \"", "\"", "telemetry.headers_file"),
];

#[test]
fn an_address_with_a_password_is_refused_and_the_error_says_where_it_belongs() {
    for (before, after, place) in ADDRESSES {
        for address in ["https://voice:hunter2@example.org/", "tls://hunter2@127.0.0.1:4222", "a:hunter2@b"] {
            let told = complaints(&format!("{before}{address}{after}")).concat();
            assert!(!told.is_empty() && !told.contains("hunter2"), "{before}{address}: {told}");
            assert!(told.contains(place) || !address.contains("://"), "{before}{address}: {told}");
        }
    }
}

#[test]
fn what_follows_the_host_of_an_address_is_not_shown() {
    for (before, after, _) in ADDRESSES {
        let config = load(&format!("{before}https://example.org:8443/hunter2?key=hunter2{after}"));
        let shown = format!("{:?} {config:?}", config.settings_made());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("https://example.org:8443/…"), "{shown}");
    }
}
