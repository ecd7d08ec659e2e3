//! Bans and audit entries of several nodes, whatever the store between them loses, repeats and delays.

mod world;

use std::collections::BTreeSet;
use std::net::IpAddr;

use consonance_cluster::placement::NodeId;

use super::ban_record::{BanRecord, ENDED_KEPT_MS, PARDON_KEPT_MS, Version, key_of};
use super::ban_replica::PARDONS_MAX;
use super::ban_replica::asked::ASKED_MAX;
use super::numbers::Numbers;
use crate::audit::AuditLog;
use crate::bans::{Ban, BanTarget};
use world::{BANS_MAX, Node, START_MS, World};

fn address(number: u64) -> (BanTarget, IpAddr) {
    let address = IpAddr::from([10, 0, (number >> 8) as u8, number as u8]);
    (BanTarget::Address(format!("{address}/32").parse().unwrap()), address)
}

fn name(name: &str) -> BanTarget {
    BanTarget::Name(name.into())
}

/// Bans and pardons at random nodes, which are cut off and restarted at random times.
fn play(seed: u64) {
    let mut world = World::new(2 + seed % 2, seed);
    let nodes = world.nodes.len() as u64;
    world.nodes[1].clock_behind_ms = (seed % 3) * 40_000;
    let (mut banned, mut pardoned) = (Vec::new(), BTreeSet::new());
    for _ in 0..200 {
        let node = world.random(nodes) as usize;
        match world.random(12) {
            0 | 1 => {
                let (target, address) = address(banned.len() as u64);
                banned.push((world.ban(node, target, None), address));
            }
            2 if !banned.is_empty() => {
                let (id, _) = banned[world.random(banned.len() as u64) as usize];
                if world.pardon(node, id) {
                    pardoned.insert(id);
                }
            }
            3 => world.cut(node),
            4 => world.link(node),
            5 if world.random(4) == 0 => {
                world.cut(node);
                world.restart(node);
            }
            6 => world.now_ms += world.random(5_000),
            7 | 8 if world.nodes[node].is_linked => {
                world.ask(node, |world| world.random(4));
            }
            _ => {
                let is_twice = world.random(3) == 0;
                world.deliver(node, is_twice);
            }
        }
    }
    world.settle();
    let first = world.held(0);
    for node in 0..world.nodes.len() {
        assert_eq!(world.held(node), first, "seed {seed}: node {node} has other bans than the first");
        for (id, address) in &banned {
            let is_banned = world.nodes[node].bans.of_address(0, *address).is_some();
            assert_eq!(is_banned, !pardoned.contains(id), "seed {seed}: {address} at node {node}");
        }
    }
    assert_eq!(world.bucket.len(), banned.len(), "seed {seed}: pardons are remembered");
}

#[test]
fn all_nodes_end_with_the_same_bans_and_no_ban_is_lost_or_comes_back() {
    (0..300).for_each(play);
}

#[test]
fn a_ban_made_while_the_store_is_away_holds_at_once_here_and_later_everywhere() {
    let mut world = World::new(2, 1);
    world.settle();
    world.cut(0);
    let (target, from) = address(7);
    world.ban(0, target, None);
    let is_banned = |world: &World, node: usize| world.nodes[node].bans.of_address(0, from).is_some();
    world.run(3);
    assert_eq!([is_banned(&world, 0), is_banned(&world, 1)], [true, false]);
    world.restart(0);
    world.link(0);
    world.run(3);
    assert_eq!([is_banned(&world, 0), is_banned(&world, 1)], [true, true]);
}

#[test]
fn of_two_changes_of_a_ban_the_later_one_holds_at_all_nodes_in_any_order() {
    let id = Numbers::new(NodeId(9)).next(START_MS);
    let ban = |reason: &str| Ban {
        id,
        target: name("Alice"),
        session: None,
        reason: reason.into(),
        by: "test".into(),
        since: 0,
        until: None,
    };
    let version = |at_ms, is_pardon, by| Version { at_ms: START_MS + at_ms, is_pardon, by: NodeId(by) };
    let record = |version: Version, reason: &str| {
        let ban = (!version.is_pardon).then(|| ban(reason));
        BanRecord { version, id, until: None, ban }.write()
    };
    let earlier = record(version(1, false, 9), "earlier");
    let later = record(version(2, false, 1), "later");
    let same_time = record(version(2, false, 3), "same time, higher node");
    let pardon = record(version(2, true, 1), "");
    for (records, expected) in [
        ([&earlier, &later], Some("later")),
        ([&later, &earlier], Some("later")),
        ([&later, &same_time], Some("same time, higher node")),
        ([&same_time, &later], Some("same time, higher node")),
        ([&pardon, &same_time], None),
        ([&same_time, &pardon], None),
    ] {
        let mut world = World::new(2, 1);
        world.settle();
        if expected.is_none() {
            world.note_unban(id);
        }
        for record in records {
            world.put(&key_of(id), Some(record));
            world.run(3);
        }
        for node in 0..2 {
            let held = world.held(node);
            assert_eq!(held.first().map(|ban| &*ban.reason), expected);
        }
        let kept = if expected.is_none() {
            &pardon
        } else {
            records.iter().max_by_key(|record| reason(record)).unwrap()
        };
        assert_eq!(world.bucket[&key_of(id)].1.as_ref(), Some(kept), "an older record is replaced");
    }
}

/// The rank of a record of the test above, by its time.
fn reason(record: &[u8]) -> usize {
    let text = str::from_utf8(record).unwrap();
    ["earlier", "\"later", "same time"].iter().rposition(|reason| text.contains(reason)).unwrap()
}

#[test]
fn a_store_that_has_lost_everything_has_it_again_from_the_nodes() {
    let mut world = World::new(2, 1);
    world.settle();
    let gone = world.ban(0, name("Bob"), None);
    world.ban(0, name("Alice"), None);
    world.run(3);
    assert!(world.pardon(1, gone));
    world.run(3);
    world.bucket.clear();
    world.now_ms += 2 * PARDON_KEPT_MS;
    world.settle();
    assert_eq!([world.held(0).len(), world.held(1).len(), world.bucket.len()], [1, 1, 1]);
}

#[test]
fn a_node_that_was_away_for_longer_than_pardons_are_remembered_does_not_bring_a_ban_back() {
    let mut world = World::new(2, 1);
    world.settle();
    let gone = world.ban(0, name("Bob"), None);
    world.ban(0, name("Alice"), None);
    world.run(3);
    world.cut(1);
    let late = world.ban(1, name("Carol"), None);
    assert!(world.pardon(0, gone));
    world.run(3);
    world.now_ms += PARDON_KEPT_MS;
    world.run(3);
    assert_eq!(world.bucket.len(), 1, "the pardon is forgotten");
    world.restart(1);
    world.settle();
    let names = |node| {
        let held = world.held(node);
        held.into_iter().map(|ban| ban.id).filter(|id| [gone, late].contains(id)).collect::<Vec<_>>()
    };
    assert_eq!([names(0), names(1)], [vec![late], vec![late]], "but its own new ban counts");
}

#[test]
fn bans_that_have_ended_leave_the_store() {
    let mut world = World::new(2, 1);
    world.settle();
    world.ban(0, name("Alice"), Some(START_MS / 1000 + 60));
    world.run(3);
    assert_eq!((world.bucket.len(), world.held(1).len()), (1, 1));
    world.now_ms += ENDED_KEPT_MS + 61_000;
    world.run(3);
    assert_eq!((world.bucket.len(), world.held(0).len(), world.held(1).len()), (0, 0, 0));
    world.settle();
    assert_eq!(world.bucket.len(), 0, "and do not come back");
}

#[test]
fn removals_are_requested_a_few_at_a_time_and_again_if_the_store_is_unavailable() {
    let mut world = World::new(1, 1);
    world.settle();
    let until = START_MS / 1000 + 60;
    for number in 0..2 * ASKED_MAX as u64 {
        world.ban(0, address(number).0, Some(until));
    }
    world.run(5);
    assert_eq!(world.bucket.len(), 2 * ASKED_MAX);
    world.now_ms += ENDED_KEPT_MS + 61_000;
    let now_ms = world.now_ms;
    world.nodes[0].clear_away(now_ms);
    assert_eq!([world.ask(0, |_| 1), world.ask(0, |_| 1)], [ASKED_MAX, 0]);
    world.run(5);
    assert_eq!(world.bucket.len(), 0);
}

#[test]
fn bans_are_put_before_others_are_removed() {
    let mut world = World::new(1, 1);
    world.settle();
    for number in 0..2 * ASKED_MAX as u64 {
        world.ban(0, address(number).0, Some(START_MS / 1000 + 60));
    }
    world.run(5);
    world.now_ms += ENDED_KEPT_MS + 61_000;
    let now_ms = world.now_ms;
    world.nodes[0].clear_away(now_ms);
    let id = world.ban(0, name("Alice"), None);
    world.ask(0, |_| 0);
    assert!(world.bucket.contains_key(&key_of(id)), "the first requests are for bans");
}

#[test]
fn a_node_that_waits_for_answers_is_not_woken_to_ask_again() {
    let mut world = World::new(1, 1);
    world.settle();
    for number in 0..2 * ASKED_MAX as u64 {
        world.ban(0, address(number).0, None);
    }
    assert_eq!(world.ask(0, |_| 1), ASKED_MAX);
    world.deliver(0, false);
    world.now_ms += 5_000;
    assert_eq!([world.ask(0, |_| 0), world.ask(0, |_| 0)], [1, 0]);
    world.now_ms += 5_000;
    assert_eq!(world.ask(0, |_| 0), 0, "and the world checks when it is to be called again");
}

#[test]
fn a_record_that_cannot_be_read_is_counted_and_that_of_a_ban_put_right() {
    let mut world = World::new(2, 1);
    world.settle();
    let id = world.ban(0, name("Alice"), None);
    world.run(3);
    let record = world.bucket[&key_of(id)].1.clone();
    for (key, value) in [(&*key_of(id), "no record"), ("7", "{}"), ("not a number", "x")] {
        world.put(key, Some(value.as_bytes()));
    }
    world.run(5);
    assert_eq!(world.nodes[1].replica.counts.malformed, 2);
    assert_eq!(world.bucket[&key_of(id)].1, record);
    assert_eq!(world.bucket["7"].1.as_deref(), Some(&b"{}"[..]), "nothing of ours is there");
    world.put(&key_of(id), Some(b"no record"));
    assert!(world.pardon(0, id));
    world.run(8);
    assert!(world.held(1).is_empty(), "a pardon is told, too");
}

/// A record of Bob's ban as somebody with a node's credentials can write it.
fn forged(id: u64, at_ms: u64, ban: Option<Ban>, until: Option<u64>) -> Vec<u8> {
    let version = Version { at_ms, is_pardon: ban.is_none(), by: NodeId(66) };
    BanRecord { version, id, until, ban }.write()
}

/// Makes a ban of a number, with its target, its session and its end.
type MakeBan<'a> = &'a dyn Fn(u64, BanTarget, Option<&str>, Option<u64>) -> Option<Ban>;
/// Makes a record for a number and a time; nothing is a deletion.
type Forge = fn(u64, u64, MakeBan<'_>) -> Option<Vec<u8>>;

#[test]
fn whatever_is_written_into_the_store_lifts_no_ban_without_an_entry_of_the_audit_log() {
    let later = START_MS + 100_000;
    let ban = |id: u64, target: BanTarget, session: Option<&str>, until: Option<u64>| {
        let session = session.map(str::to_owned);
        let (reason, by) = (String::new(), "test".into());
        Some(Ban { id, target, session, reason, by, since: 0, until })
    };
    let forgeries: [(&str, Forge); 8] = [
        ("a pardon", |id, later, _| Some(forged(id, later, None, None))),
        ("a pardon that is long over", |id, later, _| Some(forged(id, later, None, Some(1)))),
        ("a deletion", |_, _, _| None),
        ("no record", |_, _, _| Some(b"no record".to_vec())),
        ("another target", |id, later, ban| {
            Some(forged(id, later, ban(id, name("Nobody"), None, None), None))
        }),
        ("another session", |id, later, ban| {
            Some(forged(id, later, ban(id, name("Bob"), Some("x"), None), None))
        }),
        ("an earlier end", |id, later, ban| {
            let until = Some(START_MS / 1000 + 90_000);
            Some(forged(id, later, ban(id, name("Bob"), None, until), until))
        }),
        ("an end in the past", |id, later, ban| {
            Some(forged(id, later, ban(id, name("Bob"), None, Some(1)), Some(1)))
        }),
    ];
    for (what, forge) in forgeries {
        let mut world = World::new(3, 1);
        // The third node starts later, without any ban.
        world.cut(2);
        world.link(0);
        world.link(1);
        world.run(3);
        let id = world.ban(0, name("Bob"), None);
        world.run(3);
        let is_banned = |world: &World, node: usize| {
            let Node { bans, .. } = &world.nodes[node];
            bans.of_player(START_MS / 1000 + 1_000, "main", "Bob", None)
                .is_some_and(|ban| ban.until.is_none())
        };
        for round in 0..3 {
            let record = forge(id, later + round, &ban);
            world.put(&key_of(id), record.as_deref());
            for _ in 0..6 {
                world.run(1);
                assert!(is_banned(&world, 0) && is_banned(&world, 1), "{what}, round {round}");
            }
        }
        world.link(2);
        world.run(6);
        assert!(is_banned(&world, 2), "{what}: a node that starts later knows the ban");
        let puts = world.puts;
        world.run(20);
        assert!(world.puts - puts <= 2, "{what}: nodes do not fight about the record: {puts}");
    }
}

#[test]
fn a_pardon_counts_once_the_audit_log_has_its_entry_whichever_comes_first() {
    for is_entry_first in [true, false] {
        let mut world = World::new(2, 1);
        world.settle();
        let id = world.ban(0, name("Bob"), None);
        world.run(3);
        if is_entry_first {
            world.note_unban(id);
            world.run(1);
            assert_eq!(world.held(1).len(), 1, "an entry alone lifts nothing");
        }
        world.put(&key_of(id), Some(&forged(id, START_MS + 100_000, None, None)));
        if !is_entry_first {
            world.run(1);
            world.note_unban(id);
        }
        world.run(3);
        assert!(world.held(0).is_empty() && world.held(1).is_empty());
    }
}

#[test]
fn a_pardon_without_an_entry_gets_one() {
    let mut world = World::new(2, 1);
    world.settle();
    let id = world.ban(0, name("Bob"), None);
    world.run(3);
    world.nodes[0].audit = AuditLog::default();
    // As a server that was alone took it back, or before the log was lost.
    world.pardon_silently(0, id);
    world.run(10);
    assert!(world.held(1).is_empty());
    assert_eq!(world.log.len(), 1, "one entry");
}

#[test]
fn as_many_bans_and_pardons_are_kept_as_may_be() {
    let mut world = World::new(2, 1);
    world.settle();
    let pardons = (0..PARDONS_MAX as u64 + 5).map(|ms| {
        let version = Version { at_ms: START_MS + ms, is_pardon: true, by: NodeId(9) };
        let id = Numbers::new(NodeId(9)).next(START_MS + ms);
        (key_of(id), BanRecord { version, id, until: None, ban: None }.write())
    });
    let pardons: Vec<_> = pardons.collect();
    for (key, value) in pardons {
        world.note_unban(key.parse().unwrap());
        world.put(&key, Some(&value));
    }
    world.run(3);
    assert_eq!(world.bucket.len(), PARDONS_MAX, "the oldest go");
    for number in 0..BANS_MAX as u64 + 3 {
        world.ban(0, address(number).0, None);
    }
    world.run(30);
    assert_eq!((world.held(1).len(), world.nodes[1].replica.counts.too_many), (BANS_MAX, 3));
}

#[test]
fn bans_from_before_get_numbers_that_are_unique_in_the_cluster() {
    let mut world = World::new(2, 1);
    for node in 0..2 {
        let Node { bans, replica, .. } = &mut world.nodes[node];
        for id in 1..=3 {
            let target = name(&format!("{node} {id}"));
            bans.restore(Ban {
                id,
                target,
                session: None,
                reason: String::new(),
                by: "x".into(),
                since: 5,
                until: None,
            });
        }
        replica.restore(START_MS, bans, &[]);
    }
    world.settle();
    assert_eq!(world.held(0), world.held(1));
    assert_eq!(world.held(0).len(), 6);
    assert!(world.held(0).iter().all(|ban| Numbers::is_shared(ban.id)));
}

#[test]
fn the_audit_log_has_the_entries_of_all_nodes_in_order_of_time_once_each() {
    for seed in 0..100 {
        let mut world = World::new(3, seed);
        // The log recognises duplicates only among its last entries.
        world.window = 3;
        let mut expected = Vec::new();
        for number in 0..60 {
            let node = world.random(3) as usize;
            world.now_ms += 1 + world.random(500);
            match world.random(8) {
                0 | 1 => {
                    world.note(node, &format!("target {number}"));
                    expected.push(format!("node {}: target {number}", node + 1));
                }
                2 => world.cut(node),
                3 => world.link(node),
                4 if world.nodes[node].is_linked => {
                    world.ask(node, |world| world.random(3));
                }
                5 => {
                    world.cut(node);
                    world.restart(node);
                }
                _ => {
                    let is_twice = world.random(3) == 0;
                    world.deliver(node, is_twice);
                }
            }
        }
        world.settle();
        world.run(60);
        expected.reverse();
        for node in &world.nodes {
            assert_eq!(node.audit_targets(), expected, "seed {seed}");
        }
        assert_eq!(world.log.len(), expected.len(), "seed {seed}: each was published once");
    }
}
