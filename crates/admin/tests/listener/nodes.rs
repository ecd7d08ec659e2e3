//! Several nodes of a cluster, each with its admin listener.

use consonance_admin::NodeInspection;
use consonance_cluster::NodeQueries;
use consonance_inspector::{Inspected as _, SilenceCause, why};
use consonance_testing::node_bus::NodeBus;
use serde_json::{Value, json};

use crate::api::call;
use crate::fixture::{Fixture, wait_until};

/// Two nodes that hear each other.
struct Two {
    one: Fixture,
    other: Fixture,
    /// The first node's queries.
    queries: NodeQueries,
    bus: NodeBus,
}

impl Two {
    fn new() -> Self {
        let bus = NodeBus::new();
        let ((one, queries), (other, _)) = (Fixture::node(&bus, "one"), Fixture::node(&bus, "other"));
        let two = Self { one, other, queries, bus };
        wait_until(|| [&two.one, &two.other].iter().all(|fixture| node(fixture, "one")["state"] == "alive"));
        wait_until(|| node(&two.one, "other")["now"].is_object());
        two
    }

    /// The other node's reply to a query of any bytes.
    fn ask(&self, question: &str) -> String {
        let view = self.queries.view().unwrap();
        let other = view.find("other").unwrap().id;
        String::from_utf8(self.queries.ask(other, question.into()).wait().unwrap()).unwrap()
    }
}

fn nodes(fixture: &Fixture) -> Value {
    let (status, nodes) = call(fixture, "GET /api/v1/nodes", None);
    assert_eq!(status, 200, "{nodes}");
    nodes["nodes"].clone()
}

fn node(fixture: &Fixture, name: &str) -> Value {
    let nodes = nodes(fixture);
    nodes.as_array().unwrap().iter().find(|node| node["name"] == name).cloned().unwrap_or_default()
}

fn sessions(fixture: &Fixture) -> Value {
    let (status, sessions) = call(fixture, "GET /api/v1/sessions", None);
    assert_eq!(status, 200, "{sessions}");
    sessions
}

fn player(fixture: &Fixture, name: &str) -> Value {
    let (_, session) = call(fixture, "GET /api/v1/sessions/main", None);
    let players = session["players"].as_array().cloned().unwrap_or_default();
    players.into_iter().find(|player| player["name"] == name).unwrap_or_default()
}

#[test]
fn a_moderator_at_one_node_mutes_a_player_in_a_session_of_another() {
    let two = Two::new();
    let _alice = two.one.player("Alice", "main");
    let _bob = two.other.talker_of(&two.one, "Bob", "main");
    let mute = json!({"action": {"mute": {"player": "Bob"}}, "reason": "too loud", "by": "Ann"});
    let (status, done) = call(&two.other, "POST /api/v1/sessions/main/actions", Some(&mute));
    assert_eq!((status, &done["outcome"]), (200, &json!("notified")), "{done}");
    for fixture in [&two.one, &two.other] {
        let bob = player(fixture, "Bob");
        assert_eq!((&bob["muted"]["by"], &bob["node"]), (&json!("Ann"), &json!("other")), "{bob}");
        assert_eq!(player(fixture, "Alice")["node"], "one");
    }
    let log = |fixture: &Fixture| call(fixture, "GET /api/v1/audit?by=Ann", None).1["entries"].clone();
    assert_eq!(log(&two.other), json!([]), "it is in the log of the node that has done it");
    let entry = &log(&two.one)[0];
    assert_eq!((&entry["action"], &entry["details"]), (&json!("mute"), &json!("permanently, by node other")));

    let kick = json!({"action": {"kick": {"player": "Carol"}}});
    let (status, problem) = call(&two.other, "POST /api/v1/sessions/main/actions", Some(&kick));
    assert_eq!(status, 404, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("Carol"), "{problem}");
}

#[test]
fn a_voice_is_seen_from_every_node_though_it_does_not_pass_the_owner_of_the_session() {
    let two = Two::new();
    let _alice = two.one.player("Alice", "main");
    let _bob = two.other.talker_of(&two.one, "Bob", "main");
    let _carol = two.other.talker_of(&two.one, "Carol", "main");
    let leave = json!({"action": {"remove_from_room": {"player": "Alice", "room": "lobby"}}});
    assert_eq!(call(&two.one, "POST /api/v1/sessions/main/actions", Some(&leave)).0, 200);
    wait_until(|| player(&two.one, "Alice")["rooms"] == json!([]));
    let owner_has = || {
        let at_owner = two.one.server.handle().ask_session("main", |session_loop, now| {
            let session = session_loop.inspect(now, "main").unwrap();
            let bob = session.players.into_iter().find(|player| player.name == "Bob").unwrap();
            (bob.received.packets, bob.voice_ms_ago)
        });
        at_owner.unwrap()
    };
    // Wait until the owner has received no voice for over a second.
    wait_until(|| owner_has().1.is_none_or(|ms_ago| ms_ago > 1_000));
    for fixture in [&two.one, &two.other] {
        wait_until(|| player(fixture, "Bob")["is_speaking"] == true);
        assert_eq!(player(fixture, "Bob")["voice_to"], json!(["lobby"]));
        assert!(player(fixture, "Bob")["received_bytes"].as_u64().unwrap() > 0);
    }
}

#[test]
fn lists_have_the_sessions_of_all_nodes_and_name_a_node_that_does_not_answer() {
    let mut two = Two::new();
    let (_alice, _bob) = (two.one.player("Alice", "main"), two.other.player("Bob", "arena"));
    let expected = json!([
        {"name": "arena", "players": 1, "node": "other"},
        {"name": "main", "players": 1, "node": "one"},
    ]);
    for fixture in [&two.one, &two.other] {
        wait_until(|| sessions(fixture) == expected);
        let (one, other) = (node(fixture, "one"), node(fixture, "other"));
        assert_eq!((&one["sessions"], &one["now"]["players"]), (&json!(1), &json!(1)), "{one}");
        assert_eq!((&other["state"], &other["trouble"]), (&json!("alive"), &Value::Null), "{other}");
        assert_eq!(one["now"]["links_to"][0]["to"], "other");
    }
    // The other node stays alive, but no longer answers operators' queries.
    two.other.answers = None;
    let silent = || {
        let other = node(&two.one, "other");
        other["trouble"].is_string() && other["state"] == "alive" && other["now"].is_null()
    };
    wait_until(silent);
    let expected = json!([
        {"name": "arena", "players": null, "node": "other"},
        {"name": "main", "players": 1, "node": "one"},
    ]);
    assert_eq!(sessions(&two.one), expected);
    let (status, problem) = call(&two.one, "GET /api/v1/sessions/arena", None);
    assert_eq!(status, 504, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("\"other\""), "{problem}");

    two.bus.silence(1);
    wait_until(|| node(&two.one, "other")["state"] == "lost");
    let (status, problem) = call(&two.one, "GET /api/v1/sessions/arena", None);
    assert_eq!(status, 503, "{problem}");
    assert_eq!(sessions(&two.one)[1]["players"], 1, "its own are shown all the same");
    two.bus.set_joined(0, false);
    wait_until(|| node(&two.one, "other")["state"] == "no_bus");
    assert_eq!(node(&two.one, "one")["now"]["has_bus"], false);
}

#[test]
fn a_node_refuses_what_another_one_may_not_ask_for() {
    let two = Two::new();
    let _bob = two.other.player("Bob", "main");
    for asked in [
        r#"{"recordings":{}}"#,
        r#"{"reports":{"limit":1000}}"#,
        r#"{"audit":{}}"#,
        r#"{"webhooks":{}}"#,
        r#"{"session":{"session":"main","track":"a.opus"}}"#,
        "GET /api/v1/recordings",
        r#"{"path":"/api/v1/sessions/%2e%2e/recordings"}"#,
        r#"{"act":{"session":"main","request":{"action":{"start_recording":{}}}}}"#,
        r#"{"act":{"session":"main","request":{"action":{"stop_recording":{}}}}}"#,
        "",
    ] {
        let answer = two.ask(asked);
        assert!(answer.starts_with("403 "), "{asked}: {answer}");
    }
    for name in ["../recordings", "main/../../recordings", "%2e%2e/recordings"] {
        let answer = two.ask(&json!({"session": {"session": name}}).to_string());
        assert!(answer.starts_with("404 ") && answer.contains("unknown session"), "{name}: {answer}");
    }
    assert!(two.ask(r#"{"session":{"session":"main"}}"#).starts_with("200 "));
    let record = json!({"action": {"start_recording": {}}});
    let (status, problem) = call(&two.one, "POST /api/v1/sessions/main/actions", Some(&record));
    assert_eq!(status, 403, "{problem}");
}

#[test]
fn a_node_is_drained_and_kept_from_any_other_one() {
    let two = Two::new();
    let _bob = two.other.player("Bob", "main");
    let drain = json!({"within_s": 600, "reason": "update", "by": "Ann"});
    let (status, drained) = call(&two.one, "POST /api/v1/nodes/other/drain", Some(&drain));
    assert_eq!((status, &drained["notified"]), (200, &json!(1)), "{drained}");
    wait_until(|| node(&two.one, "other")["now"]["is_draining"] == true);
    assert_eq!(node(&two.one, "one")["now"]["is_draining"], false);
    let log = call(&two.other, "GET /api/v1/audit?by=Ann", None).1["entries"][0].clone();
    assert!(log["details"].as_str().unwrap().ends_with("by node one"), "{log}");
    let id = node(&two.one, "other")["id"].as_str().unwrap().to_owned();
    assert_eq!(call(&two.one, &format!("DELETE /api/v1/nodes/{id}/drain?by=Ann"), None).0, 200, "by its id");
    wait_until(|| node(&two.one, "other")["now"]["is_draining"] == false);
    assert_eq!(call(&two.one, "DELETE /api/v1/nodes/other/drain", None).0, 409);
    assert_eq!(call(&two.one, "POST /api/v1/nodes/third/drain", Some(&drain)).0, 404);
    assert_eq!(call(&two.one, "POST /api/v1/nodes/one/drain", Some(&drain)).0, 200, "itself, too");
}

#[test]
fn why_names_the_node_that_is_lost_from_any_of_the_others() {
    let two = Two::new();
    let _alice = two.one.talker("Alice", "main");
    let _bob = two.other.talker_of(&two.one, "Bob", "main");
    let at = [&two.one, &two.other].map(|fixture| NodeInspection::new(fixture.operator.clone(), ""));
    let between = |node: usize| {
        let diagnosis = why(&[at[node].snapshot()], "Alice", "Bob");
        let steps = diagnosis.steps.iter();
        (diagnosis.cause().cloned(), steps.map(|step| step.words.clone()).collect::<Vec<_>>().join("\n"))
    };
    for node in 0..2 {
        wait_until(|| between(node).1.contains("node one sends to node other"));
        assert_eq!(between(node).0, None);
    }
    two.bus.silence(1);
    wait_until(|| between(0).0 == Some(SilenceCause::NodeLost));
    assert!(between(0).1.contains("node other, to which Bob"), "{}", between(0).1);
    two.bus.set_joined(0, false);
    wait_until(|| between(0).0 == Some(SilenceCause::NatsAway));
}

#[test]
fn a_server_that_is_alone_says_so() {
    let fixture = Fixture::new(crate::ask::settings());
    assert_eq!(call(&fixture, "GET /api/v1/nodes", None).1, json!({"has_bus": false, "nodes": []}));
    assert_eq!(call(&fixture, "POST /api/v1/nodes/x/drain", Some(&json!({"within_s": 1}))).0, 404);
}
