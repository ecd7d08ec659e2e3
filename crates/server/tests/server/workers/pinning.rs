//! Workers that are pinned to cores, as the system reports it.

use std::fs;
use std::num::NonZeroUsize;

use consonance_server::{DedicatedServer, SessionsSettings, Workers};
use rustix::thread::sched_getaffinity;

/// The cores that each worker's thread may use, as the kernel lists them.
fn cores_of_workers(server: &DedicatedServer) -> Vec<String> {
    let cores = server.handle().ask_all(|_, _| {
        let status = fs::read_to_string("/proc/thread-self/status").unwrap();
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        list.unwrap().trim().to_owned()
    });
    cores.into_iter().map(Result::unwrap).collect()
}

fn start(workers: usize, is_pinned: bool) -> DedicatedServer {
    let settings = SessionsSettings::new(["main"]).unwrap();
    let workers = Workers::new(&settings, NonZeroUsize::new(workers).unwrap());
    DedicatedServer::start(workers.pinned(is_pinned))
}

#[test]
fn each_pinned_worker_stays_on_one_core_and_they_share_the_cores_evenly() {
    let allowed = sched_getaffinity(None).unwrap().count() as usize;
    let mut cores = cores_of_workers(&start(2 * allowed, true));
    assert!(cores.iter().all(|core| core.parse::<usize>().is_ok()), "one core each: {cores:?}");
    cores.sort_unstable();
    let (firsts, seconds): (Vec<_>, Vec<_>) = cores.chunks(2).map(|pair| (&pair[0], &pair[1])).unzip();
    assert_eq!(firsts, seconds, "each core has two workers");
    cores.dedup();
    assert_eq!(cores.len(), allowed);
}

#[test]
fn workers_that_are_not_pinned_may_use_what_the_process_may() {
    let of_this_thread = fs::read_to_string("/proc/thread-self/status").unwrap();
    for cores in cores_of_workers(&start(2, false)) {
        assert!(of_this_thread.contains(&format!("Cpus_allowed_list:\t{cores}\n")), "{cores}");
    }
}
