//! Joining, events, queries and leaving, on both kinds of runtime.

use std::time::Duration;

use consonance::audio::Discard;
use consonance::{End, EventKind, EventStream, VoiceChat, VoiceChatBuilder};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::timeout;

use crate::fixture::Fixture;
use crate::player::PATIENCE;

fn runtimes() -> [Runtime; 2] {
    let (mut current_thread, mut multi_thread) = (Builder::new_current_thread(), Builder::new_multi_thread());
    [current_thread.enable_all(), multi_thread.worker_threads(2).enable_all()]
        .map(|builder| builder.build().unwrap())
}

/// A chat in the room `lobby`, on the current runtime.
fn chat(fixture: &Fixture, name: &str) -> VoiceChatBuilder {
    let chat = fixture.chat().runtime(Handle::current()).output(Box::new(Discard));
    chat.name(name).listen_to_room("lobby")
}

async fn join(fixture: &Fixture, name: &str) -> VoiceChat {
    let voice = chat(fixture, name).start_async().await.unwrap();
    timeout(PATIENCE, voice.joined()).await.unwrap().unwrap();
    voice
}

async fn until(stream: &mut EventStream, expected: impl Fn(&EventKind) -> bool) {
    let search = async {
        while let Some(event) = stream.next().await {
            if expected(&event.kind) {
                return;
            }
        }
        panic!("the stream has ended without it");
    };
    timeout(PATIENCE, search).await.unwrap();
}

#[test]
fn an_async_program_joins_reads_events_and_leaves() {
    for runtime in runtimes() {
        runtime.block_on(async {
            let fixture = Fixture::open();
            let alice = join(&fixture, "Alice").await;
            let mut events = alice.event_stream();
            let bob = join(&fixture, "Bob").await;
            until(&mut events, |kind| *kind == EventKind::Joined).await;
            until(&mut events, |kind| matches!(kind, EventKind::PlayerJoined { name } if name == "Bob")).await;
            assert!(alice.player_state("Bob").is_some());
            let mut texts = bob.event_stream();
            let here = |kind: &EventKind| {
                matches!(kind, EventKind::EnteredRoom { name, room } if name == "Alice" && room == "lobby")
            };
            until(&mut texts, here).await;
            bob.room("lobby").send_text("hello").unwrap();
            until(&mut events, |kind| matches!(kind, EventKind::Text { from, .. } if from == "Bob")).await;
            timeout(PATIENCE, bob.leave_async()).await.unwrap().unwrap();
            until(&mut events, |kind| matches!(kind, EventKind::PlayerLeft { name } if name == "Bob")).await;
            timeout(PATIENCE, alice.leave_async()).await.unwrap().unwrap();
        });
    }
}

#[test]
fn a_stream_ends_with_the_chat() {
    for runtime in runtimes() {
        runtime.block_on(async {
            let fixture = Fixture::open();
            let voice = join(&fixture, "Alice").await;
            let mut own = voice.subscribe().into_stream();
            let reading = tokio::spawn(async move {
                let mut last = None;
                while let Some(event) = own.next().await {
                    last = Some(event.kind);
                }
                last
            });
            voice.stop();
            let last = timeout(PATIENCE, reading).await.unwrap().unwrap();
            assert!(matches!(last, Some(EventKind::Ended(_))), "{last:?}");
            assert!(voice.joined().await.is_err());
        });
    }
}

#[test]
fn a_second_stream_gets_what_a_dropped_one_did_not_take() {
    let [runtime, _] = runtimes();
    runtime.block_on(async {
        let voice = VoiceChat::offline().name("Alice").start_async().await.unwrap();
        let mut first = voice.event_stream();
        // Waits in vain, and is dropped.
        let never = |kind: &EventKind| matches!(kind, EventKind::Ended(End::Panicked));
        let _ = timeout(Duration::from_millis(50), until(&mut first, never)).await;
        drop(first);
        let (mut second, mut independent) = (voice.event_stream(), voice.subscribe().into_stream());
        voice.room("arena").listen();
        let entered =
            |kind: &EventKind| matches!(kind, EventKind::EnteredRoom { room, .. } if room == "arena");
        until(&mut second, entered).await;
        until(&mut independent, entered).await;
        voice.leave_async().await.unwrap();
        until(&mut independent, |kind| *kind == EventKind::Ended(End::Left)).await;
    });
}

#[test]
fn leaving_returns_the_events_that_wait() {
    let [runtime, _] = runtimes();
    runtime.block_on(async {
        let voice = VoiceChat::offline().start_async().await.unwrap();
        voice.joined().await.unwrap();
        let events = voice.leave_async().await.unwrap();
        assert_eq!(events.last().map(|event| &event.kind), Some(&EventKind::Ended(End::Left)));
        assert!(events.iter().any(|event| event.kind == EventKind::Joined));
    });
}
