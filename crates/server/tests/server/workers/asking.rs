//! Asking workers from other threads: answered between their iterations, bounded, and never forever.

use std::sync::{Arc, Barrier};
use std::thread;

use consonance_server::{ServerHandle, SessionLoop, WorkerError};

use crate::workers::fixture::{Fixture, wait_until};

#[test]
fn each_worker_answers_on_its_own_thread() {
    let fixture = Fixture::new(&["red", "blue"], 2);
    let handle = fixture.server.handle();
    let name = |_: &mut SessionLoop, _| thread::current().name().map(ToOwned::to_owned);
    let names: Vec<_> = handle.ask_all(name).into_iter().map(Result::unwrap).collect();
    assert_eq!(names, [Some("voice-0".to_owned()), Some("voice-1".to_owned())]);
    assert_eq!(handle.ask_session("blue", name), Ok(Some("voice-1".to_owned())));
}

#[test]
fn a_session_that_is_not_there_is_named() {
    let fixture = Fixture::new(&["red"], 1);
    let error = fixture.server.handle().ask_session("rde", |_, _| ()).unwrap_err();
    assert_eq!(error, WorkerError::NoSession { session: "rde".into() });
    assert_eq!(error.to_string(), "unknown session \"rde\"");
}

#[test]
fn a_worker_that_has_too_much_to_do_says_so_at_once_while_the_others_answer() {
    let fixture = Fixture::new(&["red", "blue"], 2);
    let handle = fixture.server.handle();
    let (entered, may_go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let stuck = hold(&handle, 0, &entered, &may_go);
    entered.wait();
    let waiting: Vec<_> = (0..64).map(|_| ask_in_a_thread(&handle)).collect();
    wait_until("its queue is full", &mut [], |_| {
        matches!(handle.ask(0, |_, _| ()), Err(WorkerError::Busy { worker: 0 }))
    });
    assert_eq!(handle.ask(1, |_, _| "there"), Ok("there"));
    may_go.wait();
    // A query in time is answered, unless the answer took longer than its timeout.
    for asked in waiting.into_iter().chain([stuck]) {
        assert!(matches!(
            asked.join().unwrap(),
            Ok(()) | Err(WorkerError::Late { worker: 0 } | WorkerError::Busy { worker: 0 })
        ));
    }
    wait_until("it answers again", &mut [], |_| handle.ask(0, |_, _| ()).is_ok());
}

#[test]
fn a_worker_that_does_not_answer_keeps_the_numbers_that_it_gave_last() {
    let fixture = Fixture::new(&["red", "blue"], 2);
    let handle = fixture.server.handle();
    let names = |handle: &ServerHandle| -> Vec<(String, bool)> {
        let of_all = handle.numbers().into_iter();
        of_all.map(|of_one| (of_one.numbers.sessions[0].name.clone(), of_one.is_current)).collect()
    };
    assert_eq!(names(&handle), [("red".to_owned(), true), ("blue".to_owned(), true)]);
    let (entered, may_go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let stuck = hold(&handle, 0, &entered, &may_go);
    entered.wait();
    assert_eq!(names(&handle), [("red".to_owned(), false), ("blue".to_owned(), true)]);
    may_go.wait();
    let _ = stuck.join().unwrap();
    wait_until("it answers again", &mut [], |_| names(&handle)[0] == ("red".to_owned(), true));
}

/// Makes a worker enter the first barrier, and then wait at the second.
fn hold(
    handle: &ServerHandle,
    worker: usize,
    entered: &Arc<Barrier>,
    may_go: &Arc<Barrier>,
) -> thread::JoinHandle<Result<(), WorkerError>> {
    let (handle, entered, may_go) = (handle.clone(), Arc::clone(entered), Arc::clone(may_go));
    thread::spawn(move || {
        handle.ask(worker, move |_, _| {
            entered.wait();
            may_go.wait();
        })
    })
}

fn ask_in_a_thread(handle: &ServerHandle) -> thread::JoinHandle<Result<(), WorkerError>> {
    let handle = handle.clone();
    thread::spawn(move || handle.ask(0, |_, _| ()))
}

#[test]
fn queries_to_a_stopped_server_fail_with_gone() {
    let fixture = Fixture::new(&["red"], 1);
    let handle = fixture.server.handle();
    fixture.server.stop();
    assert_eq!(handle.ask(0, |_, _| ()), Err(WorkerError::Gone { worker: 0 }));
}

#[test]
fn every_worker_goes_on_turning_with_nothing_to_do() {
    let fixture = Fixture::new(&["red"], 3);
    let before = fixture.server.iterations();
    assert_eq!(before.len(), 3);
    wait_until("all turn", &mut [], |_| {
        fixture.server.iterations().iter().zip(&before).all(|(now, before)| now > before)
    });
}
