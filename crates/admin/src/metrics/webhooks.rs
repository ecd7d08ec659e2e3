//! Results of delivering the events of webhooks.

use std::collections::BTreeMap;

use consonance_server::WebhookStatistics;

use super::families::{WEBHOOK_EVENTS, WEBHOOK_FAILED, WEBHOOK_WAITING};
use super::observation::Observation;
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let hosts = by_host(&observation.webhooks);
    let mut events = out.family(&WEBHOOK_EVENTS);
    for (host, counted) in &hosts {
        let WebhookStatistics { delivered, overflowed, given_up, .. } = *counted;
        for (result, number) in [("delivered", delivered), ("overflowed", overflowed), ("given_up", given_up)]
        {
            events.sample(&[host, result], number);
        }
    }
    let mut failed = out.family(&WEBHOOK_FAILED);
    for (host, counted) in &hosts {
        failed.sample(&[host], counted.failed_attempts);
    }
    let mut waiting = out.family(&WEBHOOK_WAITING);
    for (host, counted) in &hosts {
        waiting.sample(&[host], counted.waiting);
    }
}

/// Several webhooks of one host are counted together, since its name is all that may be shown of them.
fn by_host(webhooks: &[WebhookStatistics]) -> BTreeMap<&str, WebhookStatistics> {
    let mut hosts: BTreeMap<&str, WebhookStatistics> = BTreeMap::new();
    for webhook in webhooks {
        let sum = hosts.entry(&webhook.host).or_default();
        sum.delivered += webhook.delivered;
        sum.failed_attempts += webhook.failed_attempts;
        sum.overflowed += webhook.overflowed;
        sum.given_up += webhook.given_up;
        sum.waiting += webhook.waiting;
    }
    hosts
}
