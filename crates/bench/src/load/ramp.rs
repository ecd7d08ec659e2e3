//! The search for the rate at which loss passes 1 %.

/// Raises the rate until it is too high, then bisects. A rate is too high if it fails twice, as the machine may be at
/// fault once.
#[derive(Clone, Debug)]
pub(super) struct Ramp {
    first: f64,
    /// The highest rate that passed.
    passed: Option<f64>,
    /// The lowest rate that failed twice.
    failed: Option<f64>,
    has_failed_once: bool,
    /// Whether that rate failed because the clients did not keep up.
    is_limited_by_clients: bool,
}

/// The factor of each step up, until a rate fails.
const GROWTH: f64 = 1.7;
/// The precision at which the search ends: the ratio of the two bounds.
const PRECISION: f64 = 1.04;
/// A search whose first rate fails goes down by this factor at most.
const LOWEST: f64 = 64.0;

impl Ramp {
    /// A search that starts at `first`, in frames per second, as everything here.
    pub(super) fn new(first: f64) -> Self {
        Self { first, passed: None, failed: None, has_failed_once: false, is_limited_by_clients: false }
    }

    /// The next rate to try; `None` if the point is found, or there is none.
    pub(super) fn next(&self) -> Option<f64> {
        match (self.passed, self.failed) {
            (None, None) => Some(self.first),
            (Some(passed), None) => Some(passed * GROWTH),
            (None, Some(failed)) => Some(failed / 2.0).filter(|rate| *rate >= self.first / LOWEST),
            (Some(passed), Some(failed)) => {
                Some((passed * failed).sqrt()).filter(|_| failed / passed > PRECISION)
            }
        }
    }

    /// Records the result of the rate that [`next`](Self::next) named, and whether the clients were its limit.
    pub(super) fn note(&mut self, is_fine: bool, is_limited_by_clients: bool) {
        let Some(rate) = self.next() else { return };
        if is_fine {
            self.passed = Some(rate);
            self.has_failed_once = false;
        } else if self.has_failed_once {
            (self.failed, self.is_limited_by_clients) = (Some(rate), is_limited_by_clients);
            self.has_failed_once = false;
        } else {
            self.has_failed_once = true;
        }
    }

    /// Whether the search ended at the limit of the clients, so that it says nothing about the server.
    pub(super) fn is_limited_by_clients(&self) -> bool {
        self.is_limited_by_clients
    }

    /// The highest rate that passed, if any did.
    pub(super) fn point(&self) -> Option<f64> {
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The end of the search and the number of tries, for a server that manages `limit`; the tries with these numbers
    /// fail by accident.
    fn search(limit: f64, accidents: &[usize]) -> (Option<f64>, usize) {
        let mut ramp = Ramp::new(50.0);
        let mut tries = 0;
        while let Some(rate) = ramp.next() {
            assert!(tries < 100, "the search goes on forever at {rate}");
            ramp.note(rate <= limit && !accidents.contains(&tries), false);
            tries += 1;
        }
        (ramp.point(), tries)
    }

    #[test]
    fn the_search_ends_just_below_the_limit() {
        for limit in [1.0, 49.0, 50.0, 51.0, 400.0, 1617.0, 25_000.0] {
            let (point, tries) = search(limit, &[]);
            let point = point.unwrap();
            assert!(point <= limit && point * PRECISION >= limit, "{limit}: {point}");
            assert!(tries < 40, "{limit}: {tries}");
        }
    }

    #[test]
    fn a_rate_that_fails_once_by_accident_is_tried_again() {
        let (undisturbed, _) = search(1617.0, &[]);
        for accident in 0..10 {
            assert_eq!(search(1617.0, &[accident]).0, undisturbed, "{accident}");
        }
    }

    #[test]
    fn the_search_ends_at_the_lowest_rate_that_was_too_much() {
        for (server_does, clients_do, is_limited_by_clients) in
            [(1617.0, 900.0, true), (900.0, 1617.0, false)]
        {
            let mut ramp = Ramp::new(50.0);
            assert!(!ramp.is_limited_by_clients());
            while let Some(rate) = ramp.next() {
                let is_beyond_clients = rate > clients_do;
                ramp.note(rate <= server_does && !is_beyond_clients, is_beyond_clients);
            }
            assert_eq!(ramp.is_limited_by_clients(), is_limited_by_clients, "{server_does} {clients_do}");
            assert!(ramp.point().unwrap() * PRECISION >= clients_do.min(server_does));
        }
    }

    #[test]
    fn where_nothing_passes_there_is_no_point() {
        let (point, tries) = search(0.0, &[]);
        assert_eq!(point, None);
        assert!(tries < 20);
    }
}
