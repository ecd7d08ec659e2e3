//! The threads that a chat uses, and their ends.

use std::net::UdpSocket;
use std::time::Duration;

use consonance::{StartError, VoiceChat};
use tokio::runtime::{Builder, Handle};
use tokio::time::{sleep, timeout};

use crate::fixture::Fixture;
use crate::player::PATIENCE;

/// The number of threads of this process whose names start like this; the kernel keeps 15 bytes of a name.
#[cfg(target_os = "linux")]
fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|found| found.starts_with(name)).count()
}

#[test]
fn outside_of_a_runtime_it_does_not_start() {
    let mut starting = Box::pin(VoiceChat::offline().start_async());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = starting.as_mut().poll(&mut context) else {
        panic!("it waits, or has started");
    };
    assert!(matches!(error, StartError::NoRuntime), "{error}");
    assert_eq!(error.code(), "no-runtime");
}

#[test]
fn a_runtime_without_timers_is_refused() {
    let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    let chat = VoiceChat::to("quic://127.0.0.1:7777/main").unwrap().runtime(runtime.handle().clone());
    assert_eq!(chat.start().unwrap_err().code(), "runtime-time-disabled");
}

#[test]
fn the_chat_ends_its_link_with_the_runtime_that_it_was_given() {
    let fixture = Fixture::open();
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let voice = fixture.chat().fallback(None).runtime(runtime.handle().clone()).start().unwrap();
    runtime.block_on(async { timeout(PATIENCE, voice.joined()).await.unwrap().unwrap() });
    let events = voice.subscribe();
    runtime.shutdown_background();
    let lost = std::iter::from_fn(|| events.wait(PATIENCE))
        .any(|event| matches!(event.kind, consonance::EventKind::ConnectionLost { .. }));
    assert!(lost, "without its runtime the chat has no network");
}

/// No other test here has a chat with a callback, whose thread ends after the voice thread.
#[cfg(target_os = "linux")]
#[test]
fn a_start_that_is_cancelled_leaves_no_thread_of_the_chat_behind() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // A port that never responds.
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let fingerprint = "00".repeat(32);
        let address = format!("quic://{}/main#sha256={fingerprint}", silent.local_addr().unwrap());
        let joining = async {
            let chat = VoiceChat::to(&address).unwrap().runtime(Handle::current());
            let voice = chat.on_event(|_| {}).name("Carol").start_async().await.unwrap();
            voice.joined().await
        };
        assert!(timeout(Duration::from_millis(200), joining).await.is_err(), "no server answers");
        let gone = async {
            while threads("voice events") > 0 {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, gone).await.unwrap();
    });
}
