//! Sessions whose nodes are lost, partitioned, asleep or shut down.

use std::time::Duration;

use consonance_cluster::NodeEvent;
use consonance_server::{DrainPlan, SessionsSettings};
use consonance_session::Server;

use crate::workers::fixture::{PATIENCE, Player, wait_until};
use crate::workers::several_nodes::{Nodes, all_talk, know_each_other};

#[test]
fn players_notice_nothing_of_the_death_of_the_owner_but_that_its_players_come_back_elsewhere() {
    let mut nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    let ids: Vec<_> = players.iter().map(|player| player.client.id()).collect();
    nodes.bus.silence(0);
    let mut alice = players.remove(0);
    for round in 0.. {
        all_talk(&mut players);
        if nodes.bus.owner("main") != Some(0) {
            break;
        }
        assert!(round < 10_000, "no other node owns it");
    }
    all_talk(&mut players);
    let numbers = |node| -> Vec<u32> {
        let number = |event| match event {
            NodeEvent::Owned { session, .. } => Some(session),
            _ => None,
        };
        nodes.bus.told(node).into_iter().filter_map(number).collect()
    };
    wait_until("another node goes on with it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        [numbers(1), numbers(2)].concat() == numbers(0)
    });

    alice.lose_link(nodes.fixtures[2].network(0).client("main"));
    drop(nodes.fixtures.remove(0));
    alice.come_back();
    players.insert(0, alice);
    wait_until("she is back", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all[0].told.contains(&"resumed".to_owned())
    });
    all_talk(&mut players);
    for (player, id) in players.iter().zip(ids) {
        assert_eq!((player.client.id(), player.joins, &player.gone[..]), (id, 1, &[][..]));
        assert!(know_each_other(player, 3));
    }
}

#[test]
fn players_at_several_workers_of_each_node_go_on_too_when_the_owner_dies() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.hosting.spread_from = 0;
    let mut nodes = Nodes::with_settings(&settings, 3, 2);
    let mut players = nodes.players();
    for (node, name) in [(1, "Dora"), (2, "Emma")] {
        players.push(nodes.fixtures[node].player(name, "main"));
    }
    let _alice = players.remove(0);
    all_talk(&mut players);
    nodes.bus.silence(0);
    wait_until("another node owns it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_some_and(|owner| owner != 0)
    });
    all_talk(&mut players);
    for (node, name) in [(1, "Fritz"), (2, "Gus")] {
        players.push(nodes.fixtures[node].player(name, "main"));
    }
    all_talk(&mut players);
    assert!(players.iter().all(|player| player.joins == 1 && player.gone.is_empty()));
    drop(nodes.fixtures.remove(0));
}

#[test]
fn a_node_that_drains_tells_its_own_players_takes_no_others_and_leaves_the_sessions_to_the_rest() {
    let mut nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    let told = |players: &mut [Player], told: [&[&str]; 3]| {
        wait_until("those are told", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
            all.iter().zip(told).all(|(player, told)| player.told == told)
        });
        all_talk(players);
        assert!(players.iter().zip(told).all(|(player, told)| player.told == told), "and no others");
    };
    let plan = DrainPlan { ends_in: PATIENCE, redirect: None, window: Duration::ZERO };
    // First a node that does not own the session, then its owner.
    let handle = |node: usize| nodes.fixtures[node].server.handle();
    assert_eq!(handle(1).drain(&plan), Ok(1));
    told(&mut players, [&[], &["draining"], &[]]);
    handle(1).stop_draining().unwrap();
    told(&mut players, [&[], &["draining", "stays"], &[]]);
    assert_eq!(handle(0).drain(&plan), Ok(1));
    told(&mut players, [&["draining"], &["draining", "stays"], &[]]);

    let mut refused = nodes.fixtures[0].player("Dora", "main");
    wait_until("she is refused", &mut [&mut refused], |all| all[0].end.is_some());
    let mut dora = nodes.fixtures[1].player("Dora", "main");
    let mut all = players.iter_mut().chain([&mut dora]).collect::<Vec<_>>();
    wait_until("she is in, as another node takes her", &mut all, |all| all[3].has_joined);
    assert_eq!(handle(0).is_idle(), Ok(false));
    players[0].leave();
    wait_until("no player needs it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        handle(0).is_idle() == Ok(true)
    });
    players.remove(0);
    players.push(dora);
    drop(nodes.fixtures.remove(0));
    nodes.bus.silence(0);
    wait_until("another node owns it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_some_and(|owner| owner != 0)
    });
    all_talk(&mut players);
    assert!(players.iter().all(|player| player.joins == 1 && player.end.is_none()));
}

#[test]
fn players_of_other_nodes_go_on_when_the_owner_is_shut_down() {
    let mut nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    let mut alice = players.remove(0);
    drop(nodes.fixtures.remove(0));
    wait_until("she is told", &mut [&mut alice], |all| all[0].end.is_some());
    nodes.bus.silence(0);
    wait_until("another node owns it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_some_and(|owner| owner != 0)
    });
    all_talk(&mut players);
    assert!(players.iter().all(|player| player.joins == 1 && player.end.is_none()));
}

#[test]
fn an_owner_that_slept_finds_another_one_and_its_players_go_on_there() {
    let nodes = Nodes::new(3, 1);
    let mut players = nodes.players();
    let ids: Vec<_> = players.iter().map(|player| player.client.id()).collect();
    nodes.bus.silence(0);
    wait_until("another node owns it", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        nodes.bus.owner("main").is_some_and(|owner| owner != 0)
    });
    nodes.bus.awake(0);
    all_talk(&mut players);
    let owned = |node: usize| -> usize {
        let clients = nodes.fixtures[node].server.handle().ask_all(|worker, _| worker.clients());
        clients.into_iter().map(Result::unwrap).sum()
    };
    wait_until("one node has all of them", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
        let mut clients = [owned(0), owned(1), owned(2)];
        clients.sort_unstable();
        clients == [0, 0, 3]
    });
    all_talk(&mut players);
    for (player, id) in players.iter().zip(ids) {
        assert_eq!((player.client.id(), &player.gone[..]), (id, &[][..]));
    }
}

#[test]
fn without_a_bus_players_of_the_owner_go_on_and_the_others_are_heard_again_when_it_is_back() {
    let nodes = Nodes::new(2, 1);
    let mut players = nodes.players();
    let mut dora = nodes.fixtures[0].player("Dora", "main");
    wait_until("she is in", &mut [&mut dora], |all| all[0].has_joined);
    players.push(dora);
    all_talk(&mut players);
    for node in 0..2 {
        nodes.bus.set_joined(node, false);
    }
    let bob = players.remove(1);
    for player in &mut players {
        player.heard.clear();
    }
    players[0].say(b"alone");
    wait_until("the owner's players hear each other", &mut players.iter_mut().collect::<Vec<_>>(), |all| {
        all[1].heard == [b"alone".to_vec()]
    });
    for node in 0..2 {
        nodes.bus.set_joined(node, true);
    }
    players.push(bob);
    all_talk(&mut players);
}

#[test]
fn players_of_a_node_that_was_parted_from_the_owner_are_heard_again() {
    let nodes = Nodes::new(3, 2);
    let mut players = nodes.players();
    for name in ["Dora", "Emil", "Flora"] {
        players.push(nodes.fixtures[1].player(name, "main"));
    }
    all_talk(&mut players);
    let told = |node: usize, is_meant: fn(&NodeEvent) -> bool| {
        nodes.bus.told(node).iter().filter(|event| is_meant(event)).count()
    };
    let lost = |node| told(node, |event| matches!(event, NodeEvent::NodeLost { .. }));
    let found = |node| told(node, |event| matches!(event, NodeEvent::NodeFound { .. }));
    let linked = || {
        nodes.fixtures[0].server.handle().ask_session("main", |worker, _| {
            let linked = |server: &Server| {
                server.tables().ids().filter(|id| server.tables().link_of(*id).is_some()).count()
            };
            worker.servers().map(|(_, server)| linked(server)).sum::<usize>()
        })
    };
    for _ in 0..2 {
        let before = [lost(0), lost(1)];
        nodes.bus.part(1);
        wait_until("they lose each other", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
            lost(0) > before[0] && lost(1) > before[1]
        });
        let (before, count) = ([found(0), found(1)], players.len());
        nodes.bus.heal(1);
        all_talk(&mut players);
        // The owner must learn of the node's links again, even if voice was heard before that.
        wait_until("the owner has all links", &mut players.iter_mut().collect::<Vec<_>>(), |_| {
            found(0) > before[0] && found(1) > before[1] && linked() == Ok(count)
        });
        all_talk(&mut players);
    }
    for player in &players {
        assert_eq!((player.joins, &player.gone[..]), (1, &[][..]));
    }
}
