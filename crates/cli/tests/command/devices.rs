//! Sound devices, on machines that may have none: null devices behave the same everywhere.

use serde_json::{Value, json};

use consonance_testing::command::Program;

#[test]
fn devices_are_listed_in_words_and_as_json() {
    let ended = Program::start(&["devices", "--null-devices"]).end();
    ended.assert_well();
    assert!(ended.out[0].starts_with("microphones   * "), "{:?}", ended.out);
    assert!(ended.out[1].starts_with("loudspeakers  * "), "{:?}", ended.out);
    let ended = Program::start(&["devices", "--null-devices", "--json"]).end();
    ended.assert_well();
    let list: Value = serde_json::from_str(&ended.out[0]).unwrap();
    assert_eq!((&list["inputs"][0]["default"], &list["outputs"][0]["default"]), (&true.into(), &true.into()));
}

#[test]
fn whatever_this_machine_has_listing_it_is_no_failure() {
    let ended = Program::start(&["devices", "--json"]).end();
    assert!(ended.status.success(), "{:?}", ended.err);
    let list: Value = serde_json::from_str(&ended.out[0]).unwrap();
    assert!(list["inputs"].is_array() && list["outputs"].is_array(), "{list}");
}

#[test]
fn a_microphone_is_recorded_and_played_back() {
    let ended = Program::start(&["mic-test", "--null-devices", "--duration", "0.3", "--json"]).end();
    ended.assert_well();
    let found: Value = serde_json::from_str(&ended.out[0]).unwrap();
    assert_eq!((&found["peak_dbfs"], &found["seconds"]), (&Value::Null, &json!(0.3)));
    assert!(found["input"]["name"].is_string() && found["output"]["name"].is_string(), "{found}");

    let ended =
        Program::start(&["mic-test", "--null-devices", "--duration", "0.1", "--microphone", "null"]).end();
    ended.assert_well();
    assert!(ended.out[0].starts_with("say something: "), "{:?}", ended.out);
    assert!(ended.out.last().unwrap().starts_with("nothing was heard"), "{:?}", ended.out);
}

#[test]
fn a_test_of_a_microphone_is_refused_with_what_is_wrong() {
    for (arguments, words) in [
        (["--microphone", "webcam"], "unknown device \"webcam\"; choose one of: "),
        (["--loudspeaker", "webcam"], "unknown device \"webcam\"; choose one of: "),
        (["--duration", "0"], "--duration 0: expected 0.1 to 60 seconds"),
        (["--duration", "nan"], "--duration NaN: expected"),
        (["--duration", "-1"], "--duration -1: expected"),
    ] {
        let ended = Program::start(&[&["mic-test", "--null-devices"], &arguments[..]].concat()).end();
        assert!(ended.complaint().starts_with(words), "{}", ended.complaint());
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_test_of_a_microphone_ends_at_once() {
    let test = Program::start(&["mic-test", "--null-devices", "--duration", "60"]);
    test.until_line("that it records", |line| line.starts_with("say something"));
    test.signal("INT");
    let ended = test.end();
    ended.assert_well();
    assert_eq!(ended.out.len(), 1, "{:?}", ended.out);
}
