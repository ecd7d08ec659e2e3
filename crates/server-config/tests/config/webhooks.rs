//! `[[webhooks]]`: accepted tables, and the errors in others.

use std::path::Path;
use std::time::Duration;

use consonance_server::{WebhookDelivery, WebhookEvent};
use consonance_server_config::{Config, TakesEffect};

use crate::{complaints, load};

const ONE: &str = "[[webhooks]]\nurl = 'https://example.org/voice'\nhmac_secret_file = 'secret.txt'\n";

#[test]
fn a_webhook_is_told_everything_unless_its_events_say_otherwise() {
    let config = load(ONE);
    let events = |config: &Config| config.webhooks[0].events.clone();
    assert_eq!(events(&config), WebhookEvent::ALL);
    assert_eq!(config.webhooks[0].hmac_secret_file, Path::new("/etc/consonance/secret.txt"));
    for event in WebhookEvent::ALL {
        let name = serde_json::to_string(&event).unwrap();
        assert_eq!(events(&load(&format!("{ONE}events = [{name}]"))), [event]);
    }
    assert_eq!(config.changes(&Config::default()), [("webhooks", TakesEffect::AtOnce)]);
}

#[test]
fn the_delivery_of_a_webhook_is_read_from_its_table() {
    let own = "allow_plain_http = true\ntimeout_s = 0.5\nqueue_max = 7\nretry_for_s = 8";
    let delivery = load(&format!("{ONE}{own}")).webhooks[0].delivery.clone();
    let mut expected = WebhookDelivery::default();
    (expected.allow_plain_http, expected.queue) = (true, 7);
    (expected.timeout, expected.retry_for) = (Duration::from_millis(500), Duration::from_secs(8));
    assert_eq!(delivery, expected);
}

#[test]
fn a_wrong_webhook_is_found_before_the_start() {
    let twice = format!("{ONE}{ONE}");
    let more: String = (0..17).map(|number| ONE.replace("voice", &number.to_string())).collect();
    for (file, complaint) in [
        (
            &*format!("{ONE}events = ['player-join']"),
            "voice.toml:4: webhooks: events: expected session-begun, session-ended, player-joined, player-left, \
             banned or recording-ready, not \"player-join\"",
        ),
        (
            &format!("{ONE}events = []"),
            "voice.toml:4: webhooks: events: the list is empty: expected at least one item",
        ),
        (
            &format!("{ONE}retry_for = 5"),
            "voice.toml:4: webhooks: unknown key retry_for here; did you mean retry_for_s?",
        ),
        (
            "[[webhooks]]\nurl = 'https://example.org/'",
            "voice.toml:1: webhooks: the key hmac_secret_file is missing",
        ),
        (&twice, "voice.toml:4: webhooks: two webhooks have this url: merge them"),
        (&more, "voice.toml:1: webhooks: 17 webhooks are too many, expected at most 16"),
    ] {
        assert_eq!(complaints(file), [complaint], "{file}");
    }
}
