//! Who gets a name, without a server.

use consonance_wire::{CodecId, CodecParameters};

use super::*;
use crate::join_token::JoinToken;
use crate::server::settings::ServerSettings;

const NOW: Instant = Instant::START;
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
const NEWCOMER: LinkId = LinkId(20);

/// The parts behind [`Names`].
struct Fixture {
    rules: Rules,
    presence: Presence,
    claims: NameClaims,
    observations: Observations,
}

impl Fixture {
    /// A session with Ann, who has a link, and the link of a newcomer of ours.
    fn new() -> (Self, ClientId) {
        let settings = ServerSettings::from_seed(7);
        let mut presence = Presence::new(&settings.limits, &settings.secret_key);
        let id = presence.members_mut().take_id().unwrap();
        for link in [LinkId(10), NEWCOMER] {
            presence.links_mut().insert(NOW, link, NOW, None);
            presence.links_mut().set_capabilities(link, Capabilities::RESUME);
        }
        presence.join(id, "Ann".into(), CODEC, LinkId(10));
        presence.connections_mut().reach_over(id, LinkId(10));
        let fixture = Self {
            rules: Rules::new(settings),
            presence,
            claims: NameClaims::default(),
            observations: Observations::new(9),
        };
        (fixture, id)
    }

    fn names(&mut self) -> Names<'_> {
        Names {
            rules: &self.rules,
            presence: &mut self.presence,
            claims: &mut self.claims,
            observations: &mut self.observations,
        }
    }
}

fn newcomer(name: &str, ticket: Option<ResumeTicket>) -> Newcomer {
    Newcomer { link: NEWCOMER, name: name.into(), codec: CODEC, join_token: JoinToken::default(), ticket }
}

#[test]
fn a_name_that_no_client_has_in_any_spelling_is_free() {
    let (mut fixture, _) = Fixture::new();
    let access = Access::default();
    let free = fixture.names().decide(&newcomer("Bob", None), &access);
    assert!(matches!(free, NameDecision::Free));
    let waits = fixture.names().decide(&newcomer("ANN", None), &access);
    assert!(matches!(waits, NameDecision::Waits), "{waits:?}");
}

#[test]
fn the_holders_ticket_evicts_it_at_once() {
    let (mut fixture, ann) = Fixture::new();
    let secret = fixture.presence.reservations_mut().draw_secret(ann);
    let ticket = ResumeTicket { session: fixture.rules.session(), id: ann, secret };
    let decision = fixture.names().decide(&newcomer("Ann", Some(ticket)), &Access::default());
    assert!(matches!(decision, NameDecision::Evicts(id) if id == ann), "{decision:?}");
}

#[test]
fn a_newcomer_that_waits_is_reported_and_its_holder_asked() {
    let (mut fixture, ann) = Fixture::new();
    fixture.names().decide(&newcomer("Ann", None), &Access::default());
    let event = ServerEvent::NameInUse { link: NEWCOMER, name: "Ann".into(), holder: ann };
    assert_eq!(
        (fixture.observations.pop_event(), fixture.claims.pop_probe()),
        (Some(event), Some(LinkId(10)))
    );
    assert_eq!(
        (fixture.observations.statistics().names_awaited, fixture.observations.statistics().names_in_use),
        (1, 0)
    );
}

#[test]
fn where_nobody_may_wait_the_newcomer_is_refused() {
    let (mut fixture, _) = Fixture::new();
    fixture.rules.settings_mut().limits.waiting_names = 0;
    let refused = fixture.names().decide(&newcomer("Ann", None), &Access::default());
    assert!(matches!(refused, NameDecision::Refused(CloseReason::NameInUse)), "{refused:?}");
    assert_eq!(fixture.observations.statistics().names_in_use, 1);
}

#[test]
fn a_name_whose_holder_has_left_goes_to_the_newcomer_that_waits_for_it() {
    let (mut fixture, ann) = Fixture::new();
    fixture.names().decide(&newcomer("Ann", None), &Access::default());
    assert!(matches!(fixture.names().check(NEWCOMER), NameStep::Waits { probed: Some(id) } if id == ann));
    fixture.presence.remove(ann);
    assert!(matches!(fixture.names().check(NEWCOMER), NameStep::Gets(NEWCOMER)));
    assert!(fixture.names().stop_waiting(NEWCOMER).is_some());
    assert!(matches!(fixture.names().check(NEWCOMER), NameStep::Waits { probed: None }));
}
