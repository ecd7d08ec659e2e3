//! NATS's streams are deleted, or do not answer, while servers run.

use consonance_testing::command::{Folder, Program};
use consonance_testing::nats::NatsServer;

use super::{admin, all_hear_alice, listener, serve_with, serve_with_admin, speaker, until};

const AGAIN: &str = "NATS's store answers again";

/// Waits until a server's readiness is this.
fn until_ready([url, _]: &[String; 2], is_ready: bool) {
    let probe = || {
        let ended = Program::start(&["admin", "--server", url, "probe", "--ready"]).end();
        ended.status.success().to_string()
    };
    until(&is_ready.to_string(), probe);
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn sessions_begin_and_bans_hold_at_all_servers_after_their_streams_were_deleted() {
    let (nats, folder) = ([NatsServer::start()], Folder::new());
    let (one, at_first, at_one) = serve_with_admin("one", &nats, &folder);
    let (two, at_second, at_two) = serve_with_admin("two", &nats, &folder);
    until_ready(&at_one, true);
    until_ready(&at_two, true);
    admin(&at_one, &["ban", "Bob", "--reason", "spam"]);
    until("name Bob", || admin(&at_two, &["bans"]));
    for stream in ["KV_consonance-v1-main-sessions", "KV_consonance-v1-main-bans", "consonance-v1-main-audit"]
    {
        nats[0].delete_stream(stream);
    }
    for server in [&one, &two] {
        server.until_logged("NATS's stream of sessions was deleted or lost");
    }
    until_ready(&at_one, true);
    until_ready(&at_two, true);
    let carol = listener(&at_second, "Carol");
    let _alice = speaker(&at_first, "Alice");
    all_hear_alice(&[carol]);

    admin(&at_two, &["ban", "Dave"]);
    until("name Dave", || admin(&at_one, &["bans"]));
    let of_bob = admin(&at_one, &["bans"]);
    let of_bob = of_bob.lines().find(|line| line.contains("name Bob")).expect("it still holds");
    admin(&at_one, &["unban", of_bob.split(' ').next().unwrap()]);
    until("true", || (!admin(&at_two, &["bans"]).contains("name Bob")).to_string());
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn the_log_says_that_the_store_answers_again_only_where_it_said_that_it_does_not() {
    let (mut nats, folder) = ([NatsServer::start()], Folder::new());
    let (one, _, at_one) = serve_with_admin("one", &nats, &folder);
    until_ready(&at_one, true);
    nats[0].kill();
    until_ready(&at_one, false);
    nats[0].restart();
    until_ready(&at_one, true);
    assert_eq!(one.count_logged(AGAIN), 0);

    // A single NATS server cannot keep three copies.
    let nats = [NatsServer::start()];
    let (two, _) = serve_with("two", &nats, &[], &[("CONSONANCE_CLUSTER_STORE_REPLICAS", "3")]);
    two.until_logged("NATS's store does not answer");
    assert_eq!(two.count_logged(AGAIN), 0);
    let _three = serve_with("three", &nats, &[], &[]);
    two.until_logged(AGAIN);
}
