//! Who waits at the entrance, without a server.

use consonance_wire::{CodecId, CodecParameters};

use super::*;
use crate::join_token::JoinToken;
use crate::server::join_gate::JoinState;
use crate::time::Instant;

const LINK: LinkId = LinkId(7);

/// An overloaded session, which has asked the driver about one newcomer.
fn with_one_waiting() -> Entrance {
    let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
    let (name, join_token) = ("Ann".into(), JoinToken::default());
    let mut entrance = Entrance::default();
    let newcomer = Newcomer { link: LINK, name, codec, join_token, ticket: None };
    entrance.joins_mut().ask(newcomer, Instant::START, 1);
    entrance.gate_mut().set_join_state(JoinState::Overloaded { retry_in_s: 9 });
    entrance
}

#[test]
fn a_link_that_is_gone_waits_no_longer() {
    let mut entrance = with_one_waiting();
    assert!(entrance.is_waiting(LINK) && !entrance.is_waiting(LinkId(8)));
    entrance.forget(LINK);
    assert!(!entrance.is_waiting(LINK));
    assert!(entrance.take_asked(LINK).is_none());
}

#[test]
fn the_next_session_admits_as_few_and_has_nobody_waiting() {
    let entrance = with_one_waiting().of_next_session();
    assert!(!entrance.is_waiting(LINK));
    assert!(entrance.gate().refusal().is_some());
    let mut entrance = with_one_waiting();
    entrance.clear();
    assert!(!entrance.is_waiting(LINK) && entrance.gate().refusal().is_some());
}
