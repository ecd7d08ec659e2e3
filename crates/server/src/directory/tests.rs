//! The choice of workers and sessions, and refusals.

use super::*;

fn directory(names: &[&str], on_demand: &[&str], workers: usize) -> Directory {
    Directory::new(&settings(names, on_demand), workers)
}

fn settings(names: &[&str], on_demand: &[&str]) -> SessionsSettings {
    let mut settings = match names {
        [] => SessionsSettings::on_demand(),
        names => SessionsSettings::new(names.iter().copied()).unwrap(),
    };
    settings.on_demand = on_demand.iter().map(|pattern| RoomPattern::from(*pattern)).collect();
    (settings.hosting.sessions_max, settings.seed) = (4, 1);
    settings
}

fn begins(arrival: &Result<(Box<str>, Arrival), SessionRefusal>) -> bool {
    matches!(arrival, Ok((_, Arrival::Begins(_))))
}

#[test]
fn sessions_that_come_while_all_is_quiet_are_spread_evenly() {
    let directory = directory(&["a", "b"], &["*"], 3);
    assert_eq!(["a", "b", "c", "d", "c"].map(|session| directory.place(session)), [0, 1, 2, 0, 2]);
}

#[test]
fn a_new_session_goes_to_the_worker_with_the_least_load_however_many_sessions_it_has() {
    let mut settings = settings(&["a", "b", "c"], &["*"]);
    settings.hosting.sessions_max = 9;
    let directory = Directory::new(&settings, 2);
    directory.gauges[1].set_busy(0.5);
    assert_eq!(directory.place("d"), 0);
    directory.gauges[0].set_busy(0.44);
    assert_eq!(directory.place("e"), 0, "a little less load counts more than sessions");
    directory.gauges[0].set_busy(0.5);
    assert_eq!(directory.place("f"), 1, "at equal load, the number of sessions counts");
}

#[test]
fn a_client_that_names_no_session_means_the_only_one_that_there_can_be() {
    let only = directory(&["main"], &[], 2);
    assert!(matches!(only.arrive(0, ""), Ok((name, Arrival::Running)) if &*name == "main"));
    let several = directory(&["main"], &["match-*"], 2);
    assert!(matches!(several.arrive(0, ""), Err(SessionRefusal::Unknown { .. })));
}

#[test]
fn a_session_that_went_to_another_node_is_known_until_its_last_client_has_left_this_one() {
    let directory = directory(&[], &["*"], 2);
    let worker = directory.place("arena");
    assert!(begins(&directory.arrive(worker, "arena")));
    assert!(matches!(directory.arrive(1 - worker, "arena"), Ok((_, Arrival::AtWorker(_)))));
    assert!(directory.disown("arena", Some(Member(5))));
    directory.leave_edge("arena", 1);
    assert_eq!(directory.sessions(), ["arena"], "its worker has not moved its client yet");
    directory.move_to_edge("arena");
    assert_eq!(directory.sessions(), ["arena"]);
    directory.leave_edge("arena", 1);
    assert!(directory.sessions().is_empty());
}

#[test]
fn a_session_on_demand_begins_with_the_first_client_and_only_if_its_name_is_allowed() {
    let directory = directory(&["main"], &["match-*"], 2);
    let worker = directory.place("match-7");
    assert_eq!(directory.place("match-7"), worker, "also before the first player has arrived");
    assert!(begins(&directory.arrive(worker, "match-7")));
    assert!(matches!(directory.arrive(worker, "match-7"), Ok((_, Arrival::Running))));
    let refusal = directory.arrive(0, "mtach-7").unwrap_err().to_string();
    assert_eq!(refusal, "unknown session, available: main, match-*");
    let counts =
        SessionCounts { running: 2, begun_on_demand: 1, refused_unknown: 1, ..SessionCounts::default() };
    assert_eq!(directory.counts(), counts);
}

#[test]
fn there_are_no_more_sessions_than_there_may_be_until_one_ends() {
    let directory = directory(&["main"], &["*"], 1);
    for name in ["a", "b", "c"] {
        assert!(begins(&directory.arrive(0, name)));
    }
    assert_eq!(directory.arrive(0, "d").unwrap_err(), SessionRefusal::Full { max: 4 });
    directory.place("d");
    assert_eq!(directory.counts().running, 4, "a refused client takes no place");
    assert!(directory.end("b"));
    assert!(begins(&directory.arrive(0, "d")));
    assert_eq!(directory.counts().refused_full, 1);
}

#[test]
fn a_name_that_is_too_long_begins_no_session() {
    let directory = directory(&[], &["*"], 1);
    assert!(directory.arrive(0, &"x".repeat(65)).is_err());
    assert!(begins(&directory.arrive(0, &"ü".repeat(64))));
}

#[test]
fn a_session_does_not_end_while_a_client_is_on_the_way_to_it() {
    let directory = directory(&[], &["*"], 2);
    let worker = directory.place("a");
    assert!(begins(&directory.arrive(worker, "a")));
    directory.place("a");
    assert!(!directory.end("a"));
    assert!(matches!(directory.arrive(worker, "a"), Ok((_, Arrival::Running))));
    assert!(directory.end("a"));
    assert_eq!(directory.worker_of("a"), None);
}

#[test]
fn a_place_that_was_given_back_keeps_no_session_up() {
    let directory = directory(&["main"], &["*"], 2);
    let worker = directory.reserve("a").unwrap();
    assert_eq!((directory.reserve("a").unwrap(), directory.counts().running), (worker, 2));
    directory.cancel("a");
    assert_eq!(directory.worker_of("a"), Some(worker), "one is still on the way");
    directory.cancel("a");
    assert_eq!((directory.worker_of("a"), directory.counts().running), (None, 1));

    directory.reserve("b").unwrap();
    assert!(begins(&directory.arrive(directory.worker_of("b").unwrap(), "b")));
    directory.reserve("b").unwrap();
    assert!(!directory.end("b"));
    directory.cancel("b");
    assert!(directory.end("b"));
    directory.cancel("main");
    assert_eq!(directory.sessions(), ["main"]);
}

#[test]
fn no_place_is_kept_in_a_session_that_there_may_not_be() {
    let directory = directory(&["main"], &["match-*"], 1);
    let refusal = directory.reserve("mtach-7").unwrap_err();
    assert!(matches!(refusal, SessionRefusal::Unknown { .. }), "{refusal}");
    assert_eq!((directory.counts().running, directory.counts().refused_unknown), (1, 1));
}

#[test]
fn a_settled_session_never_ends() {
    let directory = directory(&["main"], &["*"], 1);
    assert!(!directory.end("main"));
    assert_eq!(directory.sessions(), ["main"]);
}

#[test]
fn no_two_sessions_have_the_same_number_and_a_new_start_has_another_one() {
    let directory = directory(&["main", "other"], &["*"], 1);
    assert!(begins(&directory.arrive(0, "a")));
    let ids = || ["main", "other", "a"].map(|session| directory.id_of(session).unwrap());
    let before = ids();
    assert_eq!(BTreeSet::from(before).len(), 3);
    let renewed = directory.renew_id("main");
    assert!(!before.contains(&renewed));
    assert_eq!(directory.id_of("main"), Some(renewed));
}

#[test]
fn no_two_sessions_draw_their_secrets_from_the_same_number() {
    let directory = directory(&["main", "other"], &["*"], 1);
    let serials: Vec<u64> = ["a", "b"]
        .into_iter()
        .map(|session| match directory.arrive(0, session) {
            Ok((_, Arrival::Begins(begin))) => begin.serial,
            other => panic!("{session} begins: {other:?}"),
        })
        .collect();
    assert_eq!(serials, [2, 3], "after those of the sessions that are always there");
}

#[test]
fn a_client_at_another_worker_begins_the_session_at_its_own_and_is_counted_where_it_is() {
    let directory = directory(&["red"], &["*"], 2);
    assert_eq!(directory.place("blue"), 1);
    assert!(matches!(directory.arrive(0, "blue"), Ok((_, Arrival::AtWorker(Member(1))))));
    assert!(directory.arrive_over_edge(0, "blue", true).is_none(), "it is not this worker's");
    assert!(matches!(directory.arrive_over_edge(1, "blue", true), Some(Arrival::Begins(_))));
    assert!(!directory.end("blue"), "it is at the other worker");
    directory.leave_edge("blue", 1);
    assert!(directory.end("blue"));
}

#[test]
fn a_session_is_at_the_worker_that_the_store_names_wherever_its_clients_were_placed_since() {
    let directory = directory(&["red"], &["*"], 2);
    assert_eq!(directory.place("blue"), 1);
    assert_eq!(directory.move_to("blue", 0), Some(0));
    assert_eq!((directory.worker_of("blue"), directory.place("blue")), (Some(0), 0));
    assert_eq!(directory.place("green"), 1, "worker 0 has two sessions now");
    assert_eq!(directory.move_to("blue", 2), Some(0), "there is no such worker");
    assert_eq!(directory.move_to("grey", 0), None);
}

#[test]
fn a_session_with_too_many_clients_for_one_worker_takes_more_at_all_of_them_in_turn() {
    let mut settings = settings(&["main"], &[]);
    settings.hosting.spread_from = 3;
    let directory = Directory::new(&settings, 3);
    let place = || {
        let worker = directory.place("main");
        directory.arrive(0, "main").unwrap();
        worker
    };
    assert_eq!([(); 9].map(|()| place()), [0, 0, 0, 1, 2, 0, 1, 2, 0]);
    assert_eq!(directory.place_at_owner("main"), 0, "a link that has many clients");
    directory.cancel("main");
    (0..7).for_each(|_| directory.leave("main"));
    assert_eq!([(); 2].map(|()| place()), [0, 1], "it has two, and then as many as one worker takes");
}
