//! When frames must be checked against a client's rights.

use super::*;

#[test]
fn frames_are_checked_against_restrictions_only_while_a_restricted_client_is_here() {
    let mut prioritized = Access::default();
    prioritized.priority_max = Some(consonance_wire::Priority::Low);
    let confined = Access::default().speaking_to(["lobby"]);
    let mut gate = Gate::default();
    let checks = |gate: &Gate| (gate.restricts(), gate.keeps_to_names());
    gate.grant(ClientId(0), prioritized);
    assert_eq!(checks(&gate), (true, false));
    gate.grant(ClientId(1), confined);
    gate.forget(ClientId(0));
    assert_eq!(checks(&gate), (true, true));
    gate.grant(ClientId(1), Access::default());
    assert_eq!(checks(&gate), (false, false));
}
