//! Why a cluster needs a NATS account of its own: NATS checks the subject that a client publishes to, but neither the
//! one that a request wants its answer at, nor the one that a consumer delivers to. Whoever has a node's credentials
//! can name any subject of the account there, and nodes need both.

use std::time::Duration;

use async_nats::jetstream::{self, Context, stream};
use async_nats::{Client, Subscriber};
use consonance_cluster::nats::NatsPermissions;
use consonance_testing::nats::NatsServer;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::nats::replica::permissions::client;
use crate::nats::replica::{Copy, PATIENCE};
use crate::nats::secured::{self, PASSWORD};

/// What another program of an account does as it is told by this subject, and the audit log of another cluster.
const COMMAND: &str = "other.program.command";
const OTHER_AUDIT: &str = "consonance.v1.other.audit";
const BANS: &str = "KV_consonance-v1-test-bans";
const BAN: &str = "$KV.consonance-v1-test-bans.7";
const SESSIONS: &str = "KV_consonance-v1-test-sessions";
const SESSION: &str = "$KV.consonance-v1-test-sessions.x";
/// What has not come within this does not come.
const SHORT: Duration = Duration::from_millis(500);

/// A server with an account for the cluster, which wrongly has other users, and another account.
fn server() -> NatsServer {
    let permissions = NatsPermissions::of_cluster("test").unwrap();
    NatsServer::start_configured(&format!(
        "accounts {{\nCLUSTER {{ jetstream: enabled, users: [\n\
         {{ user: voice, password: {PASSWORD:?}, {permissions} }}\n\
         {{ user: neighbour, password: {PASSWORD:?} }}\n] }}\n\
         OTHERS {{ jetstream: enabled, users: [ {{ user: stranger, password: {PASSWORD:?} }} ] }}\n}}"
    ))
}

/// Another program, which waits for commands, and an audit log next to it.
struct Program {
    store: Context,
    commands: Subscriber,
}

impl Program {
    async fn start(server: &NatsServer, user: &str) -> Self {
        let client = client(server, user).await;
        let commands = client.subscribe(COMMAND).await.unwrap();
        client.flush().await.unwrap();
        let store = jetstream::new(client);
        let subjects = vec![OTHER_AUDIT.to_owned()];
        let config = stream::Config { name: "other".to_owned(), subjects, ..stream::Config::default() };
        store.create_stream(config).await.unwrap();
        Self { store, commands }
    }

    async fn hears(&mut self, within: Duration) -> Option<String> {
        let message = timeout(within, self.commands.next()).await.ok()??;
        Some(String::from_utf8(message.payload.to_vec()).unwrap())
    }

    async fn entries(&self) -> u64 {
        self.store.get_stream("other").await.unwrap().cached_info().state.messages
    }
}

/// Lets the stream of bans deliver what it has to a subject.
async fn deliver(thief: &Client, subject: &str) {
    let config = format!(
        "{{\"stream_name\":{BANS:?},\"config\":{{\"deliver_subject\":{subject:?},\
         \"deliver_policy\":\"all\",\"ack_policy\":\"none\",\"idle_heartbeat\":100000000}}}}"
    );
    let made = thief.request(format!("$JS.API.CONSUMER.CREATE.{BANS}"), config.into()).await.unwrap();
    assert!(!made.payload.windows(7).any(|found| found == b"\"error\""), "{made:?}");
}

/// Writes a session's record into the bucket, which is made as a node makes it.
async fn write_session(thief: &Client, value: &'static str) {
    let config = stream::Config {
        name: SESSIONS.to_owned(),
        subjects: vec![SESSION.to_owned()],
        allow_direct: true,
        deny_delete: true,
        deny_purge: true,
        ..stream::Config::default()
    };
    let store = jetstream::new(thief.clone());
    store.create_stream(config).await.unwrap();
    store.publish(SESSION, value.into()).await.unwrap().await.unwrap();
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_nodes_credentials_reach_every_subject_of_their_account_by_way_of_nats_and_none_of_another_account() {
    let server = server();
    let _replica = Copy::default().start_with(1, secured::settings(&server));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut neighbour = Program::start(&server, "neighbour").await;
        let mut stranger = Program::start(&server, "stranger").await;
        let thief = client(&server, "voice").await;
        thief.publish(COMMAND, "by itself".into()).await.unwrap();
        assert_eq!(neighbour.hears(SHORT).await, None, "the permissions do not have this subject");

        jetstream::new(thief.clone()).publish(BAN, "by a consumer".into()).await.unwrap().await.unwrap();
        deliver(&thief, COMMAND).await;
        assert_eq!(neighbour.hears(PATIENCE).await.as_deref(), Some("by a consumer"));
        deliver(&thief, OTHER_AUDIT).await;

        let asked = format!("$JS.API.STREAM.MSG.GET.{BANS}");
        thief.publish_with_reply(asked, COMMAND, "{\"seq\":1}".into()).await.unwrap();
        let heard = neighbour.hears(PATIENCE).await.unwrap();
        assert!(heard.contains("stream_msg_get_response"), "an answer: {heard}");

        while neighbour.entries().await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(stranger.hears(SHORT).await, None);
        assert_eq!(stranger.entries().await, 0);
    });
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn what_nats_publishes_for_a_nodes_credentials_is_no_request_to_its_store() {
    let server = server();
    let _replica = Copy::default().start_with(1, secured::settings(&server));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let thief = client(&server, "voice").await;
        // An empty request is one to delete a stream, or to empty it; so is a heartbeat of a consumer.
        let own = jetstream::new(thief.clone());
        own.publish(BAN, "".into()).await.unwrap().await.unwrap();
        write_session(&thief, "").await;
        for request in ["STREAM.PURGE", "STREAM.DELETE", "STREAM.MSG.DELETE", "STREAM.UPDATE"] {
            for stream in [BANS, SESSIONS] {
                let target = format!("$JS.API.{request}.{stream}");
                deliver(&thief, &target).await;
                for (asked, body) in [
                    (format!("$JS.API.DIRECT.GET.{SESSIONS}.{SESSION}"), ""),
                    (format!("$JS.API.STREAM.MSG.GET.{BANS}"), "{\"seq\":1}"),
                    (format!("$JS.API.STREAM.INFO.{BANS}"), ""),
                    (format!("$JS.API.CONSUMER.DELETE.{BANS}.x"), ""),
                    (BAN.to_owned(), ""),
                ] {
                    thief.publish_with_reply(asked, target.clone(), body.into()).await.unwrap();
                }
            }
        }
        thief.flush().await.unwrap();
        tokio::time::sleep(SHORT).await;
        let neighbour = jetstream::new(client(&server, "neighbour").await);
        for stream in [BANS, SESSIONS] {
            let found = neighbour.get_stream(stream).await.unwrap();
            assert_eq!(found.cached_info().state.messages, 1, "{stream}");
        }
    });
}
