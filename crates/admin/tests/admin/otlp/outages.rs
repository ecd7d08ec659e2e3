//! A collector that is away, slow, or back again.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use consonance_admin::metrics::ExportCounters;
use consonance_testing::http_server::{HttpServer, ok};

use crate::otlp::fixture::{PATIENCE, answer, endpoint, record, spans_of, spans_to, wait_until};

#[test]
fn what_a_collector_does_not_take_is_sent_again_once() {
    let (counters, count) = (ExportCounters::default(), AtomicUsize::new(0));
    let collector = HttpServer::start(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 => answer("503 Later", ""),
        1 => answer("429 Too Many Requests", ""),
        _ => ok(""),
    });
    let (tracer, export) = spans_to(&endpoint(&collector), 100, &counters);
    record(&tracer, 3);
    wait_until(|| counters.read().spans == [3, 0]);
    export.stop(PATIENCE);
    let requests = collector.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(spans_of(&requests[2..]), spans_of(&requests[..1]), "the same spans");
    assert_eq!(counters.read().requests[1], [1, 2, 0]);
}

#[test]
fn while_a_collector_is_slow_spans_are_recorded_at_once_and_dropped_where_too_many_wait() {
    let (collector, counters) = (HttpServer::held(), ExportCounters::default());
    let (tracer, export) = spans_to(&endpoint(&collector), 10, &counters);
    record(&tracer, 5);
    collector.until_asked();
    let began = Instant::now();
    record(&tracer, 1000);
    assert!(began.elapsed() < PATIENCE / 4, "no span waits for an answer");
    assert_eq!((tracer.statistics().queued, tracer.statistics().overflowed), (15, 990));
    collector.release(ok(""));
    wait_until(|| counters.read().spans == [15, 0]);
    export.stop(PATIENCE);
}

#[test]
fn the_end_waits_for_a_silent_collector_as_long_as_it_may() {
    let (collector, counters) = (HttpServer::silent(), ExportCounters::default());
    let (tracer, export) = spans_to(&endpoint(&collector), 10, &counters);
    record(&tracer, 1);
    let began = Instant::now();
    export.stop(Duration::from_millis(50));
    assert!(began.elapsed() < PATIENCE / 2);
    assert_eq!(counters.read().spans, [0, 0]);
}

#[test]
fn the_end_does_not_wait_for_a_collector_that_is_away() {
    // The port is free again, so nothing listens there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let counters = ExportCounters::default();
    let (tracer, export) = spans_to(&format!("http://{free}"), 10, &counters);
    record(&tracer, 20);
    let began = Instant::now();
    export.stop(PATIENCE);
    assert!(began.elapsed() < PATIENCE / 2, "one attempt is enough");
    assert_eq!(counters.read().requests[1][1], 1);
}
