//! Counters of the listeners for players with browsers.

use super::families::{PAGE_ANSWERS, PAGE_CONNECTIONS, PAGE_CONNECTIONS_MADE};
use super::observation::Observation;
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let listeners = &observation.page_listeners;
    let mut open = out.family(&PAGE_CONNECTIONS);
    for (name, counted) in listeners {
        open.sample(&[name], counted.connections);
    }
    let mut made = out.family(&PAGE_CONNECTIONS_MADE);
    for (name, counted) in listeners {
        made.sample(&[name, "accepted"], counted.accepted);
        made.sample(&[name, "rejected"], counted.rejected);
        made.sample(&[name, "tls_failed"], counted.tls_failed);
        made.sample(&[name, "unreadable"], counted.unreadable);
        made.sample(&[name, "timed_out"], counted.timed_out);
        made.sample(&[name, "broken_off"], counted.broken_off);
    }
    let mut answers = out.family(&PAGE_ANSWERS);
    for (name, counted) in listeners {
        for (status, number) in ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(counted.answers) {
            answers.sample(&[name, status], number);
        }
    }
}
