//! `consonance-bench browser`: the fields that scripts read, and that all players are heard.

use consonance_testing::command::Program;
use serde_json::Value;

use crate::machine::whole_machine;

#[test]
fn browsers_and_native_players_are_heard_in_every_group() {
    let _machine = whole_machine();
    let arguments = "browser --browsers 3 --speakers 1 --rounds 1 --seconds 3 --json";
    let ended = Program::bench(&arguments.split(' ').collect::<Vec<_>>()).end();
    ended.assert_well();
    let figures: Value = serde_json::from_str(ended.out.last().unwrap()).unwrap();
    assert_eq!((&figures["speakers"], &figures["many_browsers"]), (&1.0.into(), &3.0.into()));
    for way in ["native_to_native", "browser_to_native", "native_to_browser"] {
        for share in ["p50", "p95", "p99"] {
            let delay = figures[format!("{way}_{share}_us")].as_f64().unwrap();
            assert!(delay > 0.0, "{way} {share}: {figures}");
        }
    }
    for field in ["many_frames_heard_per_s", "many_p99_us", "cpu_percent_all_silent"] {
        assert!(figures[field].as_f64().unwrap() > 0.0, "{field}: {figures}");
    }
}
