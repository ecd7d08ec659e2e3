//! Retries of scenarios that failed while other machines of the same host took this one's processors: such a failure
//! says nothing about the page.
//!
//! Voice comes every 20 ms. A machine that is kept waiting for longer than a jitter buffer lasts records gaps, whether
//! or not the page is right. If the processors were available, the first failure stands.

use std::sync::atomic::{AtomicUsize, Ordering};

use consonance_testing::stage::Failure;

use crate::browser_test::processors::Shares;

/// The retries that a run has left.
#[derive(Debug)]
pub(crate) struct Again {
    left: AtomicUsize,
}

/// The verdict on a scenario's outcome.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The outcome is final.
    Stands(Result<(), Failure>),
    /// The scenario must be played again, for this reason.
    Again(String),
}

impl Again {
    /// All retries of a run.
    pub(crate) fn new() -> Self {
        Self { left: AtomicUsize::new(ALTOGETHER) }
    }

    /// Judges the outcome of a scenario that was played for the `time`th time, with the processors' shares meanwhile.
    /// A failure each time because of the machine counts as [`Failure::Lacking`].
    pub(crate) fn judge(&self, outcome: Result<(), Failure>, time: usize, shares: Option<Shares>) -> Verdict {
        let stolen = shares.map_or(0.0, |shares| shares.stolen);
        let failure = match outcome {
            Err(failure) if stolen > STOLEN && is_of_the_page(&failure) => failure,
            outcome => return Verdict::Stands(outcome),
        };
        let waited =
            format!("others of its host kept this machine waiting for {:.0} % of the time", stolen * 100.0);
        if time < TIMES && self.take() {
            Verdict::Again(format!("once more, as {waited}: {failure}"))
        } else {
            Verdict::Stands(Err(Failure::Lacking(format!("{waited}, and so nothing is known: {failure}"))))
        }
    }

    fn take(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

/// Whether a retry on a machine with free processors could succeed.
fn is_of_the_page(failure: &Failure) -> bool {
    !matches!(failure, Failure::Lacking(_) | Failure::Interrupted)
}

/// A host that has time for its machines takes less than a hundredth.
const STOLEN: f64 = 0.03;
/// The maximum number of attempts at one scenario.
const TIMES: usize = 2;
/// The maximum number of retries in one run. They add some ten minutes, as everything is slow on such a machine.
const ALTOGETHER: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> Result<(), Failure> {
        Err(Failure::NotSo("Bob does not understand Alice".to_owned()))
    }

    fn stolen(stolen: f64) -> Shares {
        Shares { busy: 0.8, stolen }
    }

    #[test]
    fn a_failure_stands_on_a_machine_that_has_its_processors() {
        for shares in [None, Some(stolen(0.0)), Some(stolen(STOLEN))] {
            let verdict = Again::new().judge(failed(), 1, shares);
            assert!(matches!(verdict, Verdict::Stands(Err(Failure::NotSo(_)))), "{shares:?}: {verdict:?}");
        }
    }

    #[test]
    fn a_success_stands_on_any_machine() {
        assert!(matches!(Again::new().judge(Ok(()), 1, Some(stolen(0.9))), Verdict::Stands(Ok(()))));
    }

    #[test]
    fn what_no_time_would_mend_stands_on_any_machine() {
        for (failure, is_lacking) in
            [(Failure::Interrupted, false), (Failure::Lacking("a browser".to_owned()), true)]
        {
            let Verdict::Stands(Err(failure)) = Again::new().judge(Err(failure), 1, Some(stolen(0.5))) else {
                panic!("it is not played again")
            };
            assert_eq!(matches!(failure, Failure::Lacking(what) if what == "a browser"), is_lacking);
        }
    }

    #[test]
    fn what_a_machine_was_kept_from_is_played_again_and_not_judged_in_the_end() {
        let again = Again::new();
        for time in 1..TIMES {
            assert!(matches!(again.judge(failed(), time, Some(stolen(0.2))), Verdict::Again(_)));
        }
        let Verdict::Stands(Err(Failure::Lacking(what))) = again.judge(failed(), TIMES, Some(stolen(0.2)))
        else {
            panic!("it is not judged")
        };
        assert_eq!(
            what,
            "others of its host kept this machine waiting for 20 % of the time, and so nothing is known: \
             Bob does not understand Alice"
        );
    }

    #[test]
    fn a_run_plays_only_so_much_again() {
        let again = Again::new();
        for _ in 0..ALTOGETHER {
            assert!(matches!(again.judge(failed(), 1, Some(stolen(0.2))), Verdict::Again(_)));
        }
        assert!(matches!(
            again.judge(failed(), 1, Some(stolen(0.2))),
            Verdict::Stands(Err(Failure::Lacking(_)))
        ));
    }
}
