//! Hosts that have proved that they receive, for connections that follow a peer between hosts.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::Credit;

/// The hosts of one peer: each gets no more bytes than came from it until it has answered a `Question`, for which it
/// must have received it. Excess datagrams are held back until then, as far as there is room.
///
/// A peer may be heard from any host, since the address of a datagram can be spoofed.
#[derive(Debug)]
pub struct ProvedHosts<Question, Datagram> {
    /// In order of first contact.
    known: VecDeque<Host<Question>>,
    /// Datagrams that wait until their host is proved, the oldest first.
    held: VecDeque<(IpAddr, Datagram)>,
}

#[derive(Debug)]
struct Host<Question> {
    address: IpAddr,
    credit: Credit,
    /// The question to the host that awaits an answer, and when it was last sent.
    asked: Option<(Question, Instant)>,
    /// The size of the question: this much of the credit is reserved for asking again.
    question_bytes: usize,
}

impl<Question, Datagram> ProvedHosts<Question, Datagram> {
    /// A datagram of so many bytes came. True if it is an answer to what that host was asked.
    pub fn handle_datagram(
        &mut self,
        from: IpAddr,
        bytes: usize,
        is_answer: impl FnOnce(&Question) -> bool,
    ) -> bool {
        let host = self.host(from);
        host.credit.earn(bytes);
        let is_answer = host.asked.as_ref().is_some_and(|(question, _)| is_answer(question));
        if is_answer {
            host.credit.prove();
            host.asked = None;
        }
        is_answer
    }

    /// Whether so many bytes may leave, and the question once more; if so, they count as sent.
    pub fn may_leave(&mut self, to: IpAddr, bytes: usize) -> bool {
        let host = self.host(to);
        host.credit.covers(bytes.saturating_add(host.question_bytes)) && host.credit.spend(bytes)
    }

    /// Keeps a datagram that must not leave before its host is proved. False if the oldest is lost for it.
    pub fn hold(&mut self, to: IpAddr, datagram: Datagram) -> bool {
        let has_room = self.held.len() < HELD_MAX;
        if !has_room {
            self.held.pop_front();
        }
        self.held.push_back((to, datagram));
        has_room
    }

    /// The next datagram that was held back and may leave now.
    pub fn poll_released(&mut self) -> Option<Datagram> {
        let at = self.held.iter().position(|(to, _)| self.is_proved(*to))?;
        self.held.remove(at).map(|(_, datagram)| datagram)
    }

    /// The datagram that asks a host to which something is to leave, if that is due.
    pub fn poll_question(
        &mut self,
        now: Instant,
        to: IpAddr,
        new: impl FnOnce() -> Option<Question>,
        datagram_of: impl Fn(&Question) -> &[u8],
    ) -> Option<Vec<u8>> {
        let host = self.host(to);
        let is_waited_for = host.asked.as_ref().is_some_and(|(_, at)| now < *at + AGAIN_AFTER);
        if host.credit.is_proved() || is_waited_for {
            return None;
        }
        let (question, last) = match host.asked.take() {
            Some((question, at)) => (question, Some(at)),
            None => (new()?, None),
        };
        let datagram = datagram_of(&question).to_vec();
        host.question_bytes = datagram.len();
        let may_leave = host.credit.spend(datagram.len());
        let asked_at = if may_leave { Some(now) } else { last };
        host.asked = asked_at.map(|at| (question, at));
        may_leave.then_some(datagram)
    }

    /// Whether a host has answered.
    pub fn is_proved(&self, address: IpAddr) -> bool {
        self.known.iter().any(|host| host.address == address && host.credit.is_proved())
    }

    /// Forgets all questions that await an answer.
    pub fn forget_questions(&mut self) {
        self.known.iter_mut().for_each(|host| host.asked = None);
    }

    fn host(&mut self, address: IpAddr) -> &mut Host<Question> {
        let known = self.known.iter().position(|host| host.address == address);
        let at = known.unwrap_or_else(|| {
            if self.known.len() == HOSTS_MAX {
                let unproved = self.known.iter().position(|host| !host.credit.is_proved());
                self.known.remove(unproved.unwrap_or(0));
            }
            self.known.push_back(Host { address, credit: Credit::new(), asked: None, question_bytes: 0 });
            self.known.len() - 1
        });
        &mut self.known[at]
    }
}

impl<Question, Datagram> Default for ProvedHosts<Question, Datagram> {
    fn default() -> Self {
        Self { known: VecDeque::new(), held: VecDeque::new() }
    }
}

/// The time after which an unanswered question is repeated: a page that changes its network hears again within a
/// second.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// How many hosts of a peer are remembered: enough for a machine with many networks, each with both address families.
const HOSTS_MAX: usize = 16;

/// How many datagrams are held back: the answers to what a peer asks over several ways within the time of a question,
/// and some voice.
const HELD_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: [u8; 40] = [7; 40];

    fn host(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    type Hosts = ProvedHosts<[u8; 40], u8>;

    fn ask(hosts: &mut Hosts, now: Instant, to: IpAddr) -> Option<Vec<u8>> {
        hosts.poll_question(now, to, || Some(QUESTION), |question| question)
    }

    #[test]
    fn a_host_gets_no_more_than_came_from_it_questions_included_until_it_answers() {
        let (now, mut hosts) = (Instant::now(), Hosts::default());
        assert!(!hosts.handle_datagram(host(1), 100, |_| true), "it was asked nothing");
        assert_eq!(ask(&mut hosts, now, host(1)).as_deref(), Some(&QUESTION[..]));
        assert!(!hosts.may_leave(host(1), 21), "the question has to fit once more");
        assert!(hosts.may_leave(host(1), 20) && !hosts.may_leave(host(1), 1));
        assert!(!hosts.handle_datagram(host(1), 0, |_| false) && !hosts.is_proved(host(1)));
        assert!(!hosts.handle_datagram(host(2), 0, |_| true), "another one was not asked");
        assert!(hosts.handle_datagram(host(1), 0, |question| *question == QUESTION));
        assert!(hosts.is_proved(host(1)) && hosts.may_leave(host(1), usize::MAX));
        assert_eq!(ask(&mut hosts, now, host(1)), None);
    }

    #[test]
    fn what_does_not_fit_is_held_back_until_its_host_answers_and_the_oldest_goes_beyond_the_bound() {
        let (now, mut hosts) = (Instant::now(), Hosts::default());
        for number in 1..=2 {
            hosts.handle_datagram(host(number), 40, |_| false);
            ask(&mut hosts, now, host(number));
        }
        assert!(hosts.hold(host(2), 100));
        let lost = (0..HELD_MAX as u8).filter(|datagram| !hosts.hold(host(1), *datagram)).count();
        assert_eq!((lost, hosts.poll_released()), (1, None));
        assert!(!hosts.hold(host(2), 200));
        hosts.handle_datagram(host(1), 0, |_| true);
        let released: Vec<u8> = std::iter::from_fn(|| hosts.poll_released()).collect();
        assert_eq!(released, (1..HELD_MAX as u8).collect::<Vec<u8>>());
        hosts.handle_datagram(host(2), 0, |_| true);
        assert_eq!((hosts.poll_released(), hosts.poll_released()), (Some(200), None));
    }

    #[test]
    fn what_is_not_answered_is_asked_again_after_a_moment_and_as_the_credit_lasts() {
        let (now, mut hosts) = (Instant::now(), Hosts::default());
        hosts.handle_datagram(host(1), 90, |_| false);
        let asked = |hosts: &mut _, ms| ask(hosts, now + Duration::from_millis(ms), host(1)).is_some();
        let times: Vec<bool> = [0, 199, 200, 400].map(|ms| asked(&mut hosts, ms)).into();
        assert_eq!(times, [true, false, true, false]);
        hosts.handle_datagram(host(1), 30, |_| false);
        assert!(asked(&mut hosts, 401));
    }

    #[test]
    fn hosts_are_few_and_the_unproved_go_first() {
        let mut hosts = Hosts::default();
        hosts.handle_datagram(host(0), 40, |_| false);
        ask(&mut hosts, Instant::now(), host(0));
        assert!(hosts.handle_datagram(host(0), 30, |_| true));
        for other in 1..=100 {
            hosts.handle_datagram(host(other), 30, |_| false);
        }
        assert_eq!(hosts.known.len(), HOSTS_MAX);
        assert!(hosts.is_proved(host(0)) && !hosts.may_leave(host(1), 1));
    }
}
