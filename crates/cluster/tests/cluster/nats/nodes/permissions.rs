//! A node works with its permissions.

use crate::nats::nodes::Node;
use crate::nats::secured;

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn nodes_need_no_other_permissions() {
    let server = secured::server();
    let in_region = |number, region: Option<&str>| {
        let mut settings = secured::settings(&server);
        settings.region = region.map(str::to_owned);
        Node::start_with(number, settings)
    };
    for region in [None, Some("eu.north")] {
        let (first, mut second) = (in_region(1, region), in_region(2, region));
        first.meet();
        first.place(77);
        first.owns();
        second.place(88);
        let owner = second.owner();
        second.send_to_owner(owner, b"hello");
        assert!(second.requests.set_links(crate::nats::nodes::ARENA, Some(0)));
        drop(first);
        assert_eq!(second.owns(), (77, true));
        assert!(second.nats.status().does_store_answer);
    }
    let log = server.log();
    assert!(!log.contains("Violation"), "{log}");
}
