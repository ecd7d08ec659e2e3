//! What the listener for players with browsers has counted.

use super::exposition::Exposition;
use super::families::{PAGE_ANSWERS, PAGE_CONNECTIONS, PAGE_CONNECTIONS_MADE};
use super::observation::Observation;

pub(super) fn write(out: &mut Exposition, observation: &Observation) {
    let page = observation.page.unwrap_or_default();
    out.single(&PAGE_CONNECTIONS, page.connections);
    let mut connections = out.family(&PAGE_CONNECTIONS_MADE);
    for (result, number) in
        [("accepted", page.accepted), ("turned_away", page.turned_away), ("tls_failed", page.tls_failed)]
    {
        connections.sample(&[result], number);
    }
    let mut answers = out.family(&PAGE_ANSWERS);
    for (status, number) in ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(page.answers) {
        answers.sample(&[status], number);
    }
}
