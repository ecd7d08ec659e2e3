//! Copies work with a node's permissions, and whoever has its credentials can remove nothing.

use std::time::Duration;

use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions, HeaderMap};
use consonance_cluster::ReplicaChange;
use consonance_cluster::placement::StoreAnswer;
use consonance_testing::nats::NatsServer;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::nats::replica::Copy;
use crate::nats::secured::{self, PASSWORD};

const BANS: &str = "$KV.consonance-v1-test-bans.7";
const AUDIT: &str = "consonance.v1.test.audit";
const STREAMS: [&str; 2] = ["KV_consonance-v1-test-bans", "consonance-v1-test-audit"];
/// What a server does not answer within this, it has refused.
const SHORT: Duration = Duration::from_millis(300);

pub(super) async fn client(server: &NatsServer, user: &str) -> Client {
    let options = ConnectOptions::with_user_and_password(user.to_owned(), PASSWORD.to_owned());
    options.custom_inbox_prefix("consonance.v1.test.inbox.x").connect(server.url()).await.unwrap()
}

/// The messages of each stream.
async fn messages(admin: &Context) -> [u64; 2] {
    let mut counts = [0; 2];
    for (count, stream) in counts.iter_mut().zip(STREAMS) {
        *count = admin.get_stream(stream).await.unwrap().cached_info().state.messages;
    }
    counts
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn copies_need_no_other_permissions() {
    let server = secured::server();
    let (one, other) = (Copy::default(), Copy::default());
    let start = |copy: &Copy, number| copy.start_with(number, secured::settings(&server));
    let _replica = start(&one, 1);
    let StoreAnswer::Done(first) = one.put(0, None, b"first") else { panic!("nothing was there") };
    assert_eq!(one.put(1, None, b"blind"), StoreAnswer::Conflict);
    assert!(matches!(one.append(2, "1", b"banned"), StoreAnswer::Done(_)));
    let _late = start(&other, 2);
    other.until("the ban", |known| known.bans.contains_key("7") && known.log.len() == 1);
    let remove = ReplicaChange::RemoveBan { key: "7".into(), revision: first };
    assert!(matches!(one.ask(3, remove), StoreAnswer::Done(_)));
    other.until("it is gone", |known| known.bans["7"].1.is_none());
    assert!(!server.log().contains("Violation"), "{}", server.log());
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn whoever_has_a_nodes_credentials_cannot_remove_what_servers_share() {
    let server = secured::server();
    let _replica = Copy::default().start_with(1, secured::settings(&server));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let admin = jetstream::new(client(&server, "admin").await);
        let thief = client(&server, "voice").await;
        let store = jetstream::new(thief.clone());
        for (subject, payload) in [(BANS, "a ban"), (AUDIT, "an entry")] {
            admin.publish(subject, payload.into()).await.unwrap().await.unwrap();
        }
        let before = messages(&admin).await;
        assert_eq!(before, [1, 1]);
        let mut refused = 0;
        for stream in STREAMS {
            for (request, body) in [
                ("STREAM.PURGE", "{}"),
                ("STREAM.DELETE", "{}"),
                ("STREAM.UPDATE", "{}"),
                ("STREAM.MSG.DELETE", "{\"seq\":1}"),
                ("STREAM.SNAPSHOT", "{\"deliver_subject\":\"consonance.v1.test.inbox.x.y\"}"),
            ] {
                let asked = thief.request(format!("$JS.API.{request}.{stream}"), body.into());
                assert!(timeout(SHORT, asked).await.is_err(), "{request} of {stream}");
                refused += 1;
            }
        }
        // A header of a message that it may write, which removes all earlier ones where a stream lets it.
        for subject in [BANS, AUDIT] {
            for rollup in ["all", "sub"] {
                let mut headers = HeaderMap::new();
                headers.insert("Nats-Rollup", rollup);
                let published = store.publish_with_headers(subject, headers, "x".into()).await.unwrap();
                assert!(published.await.is_err(), "{rollup} of {subject}");
            }
        }
        let others = ["_INBOX.x", "consonance.v1.other.beats", "consonance.v1.test.inbox.y.z", "$KV.other.x"];
        for subject in others {
            thief.publish(subject, "x".into()).await.unwrap();
            refused += 1;
        }
        let mut heard_subjects = 0;
        for subject in [">", "consonance.>", "consonance.v1.test.>", "consonance.v1.*.audit", AUDIT] {
            heard_subjects += 1;
            let mut heard = thief.subscribe(subject).await.unwrap();
            thief.flush().await.unwrap();
            admin.publish(AUDIT, "another".into()).await.unwrap().await.unwrap();
            let heard = timeout(SHORT / 10, heard.next()).await;
            assert!(!matches!(heard, Ok(Some(_))), "{subject}: {heard:?}");
            refused += 1;
        }
        assert_eq!(messages(&admin).await, [1, 1 + heard_subjects]);
        let log = server.log();
        let violations = log.lines().filter(|line| line.contains("Violation")).count();
        assert!(violations >= refused, "{violations} of {refused}: {log}");
    });
}
