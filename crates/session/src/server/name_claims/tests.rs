//! Claims to names in use and their times, without a server.

use consonance_wire::{CodecId, CodecParameters};

use super::*;
use crate::join_token::JoinToken;
use crate::link::CloseReason;
use crate::server::Access;
use crate::server::settings::NameTaken;

const NOW: Instant = Instant::from_millis(10_000);
const HOLDER: ClientId = ClientId(1);
const HOME: Option<PeerOrigin> = Some(PeerOrigin::AddressPrefix(5));

fn newcomer(link: u64) -> Newcomer {
    let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
    let (link, join_token) = (LinkId(link), JoinToken::default());
    Newcomer { link, name: "Ann".into(), codec, join_token, ticket: None }
}

fn contest(access: &Access) -> Contest<'_> {
    Contest {
        rule: NameTaken::Keep,
        access,
        present: None,
        is_stock: false,
        origin: None,
        is_same_origin: false,
        holder_has_link: true,
        kept_until: None,
    }
}

/// Newcomers of ours on these links wait for the holder's name.
fn waiting(links: &[u64], is_same_origin: bool) -> NameClaims {
    let mut claims = NameClaims::default();
    let access = Access::default();
    for link in links {
        let contest = Contest { is_same_origin, origin: HOME, ..contest(&access) };
        let Verdict::Waits(claim) = contest.verdict(NOW, &newcomer(*link)) else { panic!("it waits") };
        claims.insert(NOW, claim);
    }
    claims
}

#[test]
fn a_name_goes_at_once_where_the_rule_or_the_holders_lost_link_says_so() {
    let access = Access::default();
    let of = |contest: Contest<'_>| contest.verdict(NOW, &newcomer(1));
    assert!(matches!(of(contest(&access)), Verdict::Waits(_)));
    assert!(matches!(of(Contest { rule: NameTaken::Newest, ..contest(&access) }), Verdict::Granted));
    let lost = Contest { holder_has_link: false, ..contest(&access) };
    assert!(matches!(of(lost), Verdict::Waits(_)));
    let lost_by_itself = Contest { holder_has_link: false, is_same_origin: true, ..contest(&access) };
    assert!(matches!(of(lost_by_itself), Verdict::Granted));
}

#[test]
fn a_protected_name_is_waited_for_by_originals_alone_and_never_taken_over() {
    let (access, mut present) = (Access::default(), Access::default());
    present.vouched = crate::server::Vouched::Name;
    let of = |is_stock| {
        let contest = Contest { present: Some(&present), is_stock, ..contest(&access) };
        contest.verdict(NOW, &newcomer(1))
    };
    assert!(matches!(of(false), Verdict::Refused(CloseReason::NameProtected)));
    let Verdict::Waits(claim) = of(true) else { panic!("it waits") };
    assert_eq!((claim.may_take_over, claim.refused_at), (false, None));
}

#[test]
fn newcomers_are_served_in_the_order_in_which_they_came() {
    let claims = waiting(&[7, 3, 5], false);
    assert_eq!(claims.in_order(), [7, 3, 5].map(LinkId));
    assert_eq!(claims.waiting_for(|name| name.as_str() == "Bob"), []);
}

#[test]
fn no_more_wait_than_may_for_a_name_from_an_origin_or_at_all() {
    let claims = waiting(&[1, 2, 3], false);
    assert!(claims.has_space(None, 4, |_| true) && !claims.has_space(None, 3, |_| true));
    let full = waiting(&[1, 2, 3, 4], false);
    assert!(!full.has_space(None, 99, |_| true) && full.has_space(HOME, 99, |_| false));
    let many: Vec<u64> = (0..16).collect();
    let crowded = waiting(&many, false);
    assert!(!crowded.has_space(HOME, 99, |_| false) && crowded.has_space(None, 99, |_| false));
}

#[test]
fn a_newcomer_is_judged_by_whether_the_holder_is_here_and_has_a_link() {
    let (claims, own) = (waiting(&[1], false), waiting(&[1], true));
    let link = LinkId(1);
    assert_eq!(claims.judge(NOW, link, None), Judgement::Free);
    assert_eq!(claims.judge(NOW, link, Some(true)), Judgement::Probes);
    assert_eq!(claims.judge(NOW, link, Some(false)), Judgement::Waits);
    assert_eq!(own.judge(NOW, link, Some(false)), Judgement::TakesOver);
    assert_eq!(claims.judge(NOW + REFUSAL_AFTER, link, Some(true)), Judgement::Refused);
    assert_eq!(claims.judge(NOW, LinkId(2), None), Judgement::Waits, "it waits for nothing");
}

#[test]
fn a_holder_that_was_heard_keeps_its_name_and_newcomers_of_ours_are_refused() {
    let mut claims = waiting(&[1, 2], false);
    let links = [1, 2].map(LinkId);
    assert_eq!(claims.hear(NOW, HOLDER, &links, None), Hearing::Refused(links.to_vec()));
    let heard = NOW + Duration::from_millis(1);
    assert_eq!(claims.hear(heard, HOLDER, &links, Some(heard)), Hearing::Refused(links.to_vec()));
    assert_eq!(claims.hear(NOW, HOLDER, &links, Some(Instant::START)), Hearing::Refused(Vec::new()));
}

#[test]
fn a_quiet_holder_has_a_second_to_answer_before_the_first_newcomer_takes_over() {
    let mut claims = waiting(&[4, 2], true);
    let links = claims.in_order();
    let heard = Some(Instant::START);
    assert_eq!(claims.hear(NOW, HOLDER, &links, heard), Hearing::Refused(Vec::new()));
    assert!(claims.is_probed(HOLDER));
    assert_eq!(claims.hear(NOW + PROBE, HOLDER, &links, heard), Hearing::TakenOver(LinkId(4)));
}

#[test]
fn after_a_stall_holders_have_their_time_to_answer_again() {
    let mut claims = waiting(&[1], false);
    claims.hear(NOW, HOLDER, &[LinkId(1)], Some(Instant::START));
    let late = NOW + CHECK_EVERY + LATE + Duration::from_millis(1);
    claims.restart_after_stall(late);
    let early = late + PROBE.saturating_sub(Duration::from_millis(1));
    let hear = |claims: &mut NameClaims, at| claims.hear(at, HOLDER, &[LinkId(1)], Some(Instant::START));
    assert_eq!(hear(&mut claims, early), Hearing::Refused(Vec::new()));
    assert_eq!(hear(&mut claims, late + PROBE), Hearing::TakenOver(LinkId(1)));
    assert_eq!(claims.judge(NOW + REFUSAL_AFTER, LinkId(1), Some(true)), Judgement::Probes);
}

#[test]
fn names_are_looked_at_once_a_second_at_once_after_a_holder_left_and_never_without_newcomers() {
    let mut claims = waiting(&[1], false);
    assert_eq!(claims.next_check(), Some(NOW + CHECK_EVERY));
    claims.holder_left(NOW, HOLDER);
    assert_eq!(claims.next_check(), Some(NOW));
    claims.end_check(NOW, &BTreeSet::new());
    assert_eq!(claims.next_check(), Some(NOW + CHECK_EVERY));
    claims.probe(LinkId(9));
    assert!(claims.take(LinkId(1)).is_some());
    assert_eq!((claims.next_check(), claims.pop_probe()), (None, None));
    claims.holder_left(NOW, HOLDER);
    assert_eq!(claims.next_check(), None);
}
