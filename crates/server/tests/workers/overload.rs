//! Workers that have had too much to do.

use std::thread;
use std::time::{Duration, Instant};

use consonance_server::{SessionLoop, SessionsSettings};

use crate::stage::{Stage, wait_until};

/// Tells a worker that it has been busy like this for two seconds.
fn overload(stage: &Stage, busy_share: f64, process_share: f64) -> u8 {
    let told = stage.server.handle().ask(0, move |session_loop, now: Instant| {
        for seconds in 0..=2 {
            let at = now + Duration::from_secs(seconds);
            session_loop.note_load(at, busy_share, process_share, Duration::ZERO);
        }
        session_loop.shedding().number()
    });
    told.unwrap()
}

#[test]
fn a_worker_that_nobody_wakes_takes_back_what_it_had_given_up() {
    let stage = Stage::new(&["main"], 1);
    assert!(overload(&stage, 1.0, 0.0) > 0);
    // Looking at what it shows of itself does not wake it.
    let shown = || stage.server.handle().workers()[0].shedding;
    wait_until("it is shown", &mut [], |_| shown() > 0);
    wait_until("it is taken back", &mut [], |_| shown() == 0);
}

#[test]
fn a_process_that_uses_all_its_processor_time_for_the_server_s_voices_has_too_much_to_do() {
    // Whether the process is there for the server alone, and how busy the worker is besides: joins are not its work.
    for (counts_process, busy_share, is_too_much) in
        [(false, 0.4, false), (true, 0.4, true), (true, 0.1, false)]
    {
        let mut settings = SessionsSettings::new(["main"]).unwrap();
        settings.shedding.counts_process = counts_process;
        let stage = Stage::with_settings(&settings, 1);
        assert_eq!(overload(&stage, busy_share, 1.0) > 0, is_too_much, "{counts_process} {busy_share}");
    }
}

#[test]
fn only_work_of_its_own_makes_a_worker_give_something_up_and_not_what_keeps_it_from_working() {
    let stage = Stage::new(&["main"], 1);
    let handle = stage.server.handle();
    let occupy = |job: fn(Duration)| {
        let job = move |session_loop: &mut SessionLoop, _: Instant| {
            job(Duration::from_millis(50));
            session_loop.shedding().number()
        };
        handle.ask(0, job).unwrap()
    };
    // As if the system had let others run for three seconds.
    assert!((0..60).all(|_| occupy(thread::sleep) == 0));
    let work = |time: Duration| {
        let began = Instant::now();
        while began.elapsed() < time {
            std::hint::spin_loop();
        }
    };
    wait_until("it gives something up", &mut [], |_| occupy(work) > 0);
}
