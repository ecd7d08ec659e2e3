//! Counters of the joining hook.

use consonance_server::HookStatistics;

use super::families::{HOOK_ANSWERED, HOOK_ASKED};
use super::observation::Observation;
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let HookStatistics { asked, allowed, denied, failed, overflowed, .. } =
        observation.totals.hook.unwrap_or_default();
    out.single(&HOOK_ASKED, asked);
    let mut answers = out.family(&HOOK_ANSWERED);
    for (answer, number) in
        [("allowed", allowed), ("denied", denied), ("failed", failed), ("overflowed", overflowed)]
    {
        answers.sample(&[answer], number);
    }
}
