//! `consonance-bench proxy`: the fields that scripts read, and that everything is delivered.

use consonance_testing::command::Program;
use serde_json::Value;

use crate::machine::whole_machine;

#[test]
fn both_crowds_play_on_every_network_and_some_speak() {
    let _machine = whole_machine();
    let networks =
        ["mirror", "mirror-telepathy", "mirror-websocket", "mirror-ignorance", "darkrift", "fishnet", "ngo"];
    let arguments =
        ["proxy", "--clients", "4", "--speakers", "2", "--rounds", "1", "--seconds", "1", "--json"];
    for network in networks {
        let ended = Program::bench(&[&arguments[..], &["--network", network]].concat()).end();
        ended.assert_well();
        assert_is_measured(network, &serde_json::from_str(ended.out.last().unwrap()).unwrap());
    }
}

fn assert_is_measured(network: &str, figures: &Value) {
    assert_eq!((&figures["clients"], &figures["speakers"]), (&4.into(), &2.into()));
    for (kind, way) in
        [("unreliable", "direct"), ("unreliable", "proxied"), ("reliable", "direct"), ("reliable", "proxied")]
    {
        for share in ["p50", "p95", "p99"] {
            let delay = figures[format!("{kind}_{way}_{share}_us")].as_f64().unwrap();
            assert!(delay > 0.0, "{network}, {kind} {way} {share}: {figures}");
        }
    }
    let has_bare = ["mirror", "mirror-ignorance", "fishnet", "ngo"].contains(&network);
    assert_eq!(figures["bare_lost"].is_number(), has_bare, "{network}: {figures}");
    if has_bare {
        assert!(figures["unreliable_bare_p50_us"].as_f64().unwrap() > 0.0, "{network}: {figures}");
        assert!(figures["bare_cpu_per_message_us"].as_f64().unwrap() > 0.0, "{network}: {figures}");
    }
    for field in ["game_messages_per_s", "voice_heard_per_s", "proxy_cpu_percent"] {
        assert!(figures[field].as_f64().unwrap() > 0.0, "{network}, {field}: {figures}");
    }
}
