//! Bans and the audit log of several nodes, with players in a session that one of them owns.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use consonance_cluster::placement::{Revision, StoreAnswer};
use consonance_cluster::{Replica as _, ReplicaChange, ReplicaRequest, Replicated};
use consonance_link::{DisconnectReason, EndCode};
use consonance_server::SessionsSettings;
use consonance_server::audit::AuditQuery;
use consonance_server::bans::BanTarget;
use consonance_server::moderation::{By, Moderation};
use consonance_server::records::{Records, RecordsSettings, SharedRecords};

use crate::workers::fixture::{Player, wait_until};
use crate::workers::several_nodes;

/// Nodes with a bus and a store between them. Each has a player in the session that the first one owns.
struct Nodes {
    cluster: several_nodes::Nodes,
    moderations: Vec<Moderation>,
    store: Store,
}

/// The store that the nodes share.
#[derive(Default)]
struct Store {
    copies: Vec<SharedRecords>,
    bucket: BTreeMap<Box<str>, (Revision, Vec<u8>)>,
    revision: u64,
}

impl Nodes {
    fn new() -> (Self, Vec<Player>) {
        let settings = [(); 3].map(|()| {
            let mut settings = SessionsSettings::new(["main"]).unwrap();
            settings.records = Records::in_memory(RecordsSettings::default());
            settings
        });
        let cluster = several_nodes::Nodes::of(&settings, 1);
        let (mut store, mut moderations) = (Store::default(), Vec::new());
        for (number, settings) in (1..).zip(settings) {
            let (records, handle) = (settings.records, cluster.fixtures[number - 1].server.handle());
            records.share(cluster.ids[number - 1], &format!("node {number}"));
            moderations.push(Moderation::new(handle.clone(), records.clone()));
            store.join(SharedRecords::new(records, handle));
        }
        let players = cluster.players();
        (Self { cluster, moderations, store }, players)
    }

    fn wait_until(&mut self, what: &str, players: &mut [Player], is_so: impl Fn(&[&mut Player]) -> bool) {
        wait_until(what, &mut players.iter_mut().collect::<Vec<_>>(), |players| {
            self.store.run_once();
            is_so(players)
        });
    }
}

impl Store {
    fn join(&mut self, mut copy: SharedRecords) {
        for kind in [Replicated::Bans, Replicated::Audit] {
            copy.handle_begun(kind);
            copy.handle_caught_up(kind);
        }
        self.copies.push(copy);
    }

    fn run_once(&mut self) {
        let now = Instant::now();
        for index in 0..self.copies.len() {
            while let Some(ReplicaRequest { number, change }) = self.copies[index].poll_request(now) {
                let answer = match change {
                    ReplicaChange::PutBan { key, over, value } => self.put(&key, over, &value),
                    ReplicaChange::RemoveBan { .. } => StoreAnswer::Unavailable,
                    ReplicaChange::AppendAuditEntry { value, .. } => {
                        self.copies.iter_mut().for_each(|copy| copy.handle_audit_entry(&value));
                        StoreAnswer::Done(Revision(0))
                    }
                };
                self.copies[index].handle_answer(now, number, answer);
            }
        }
    }

    fn put(&mut self, key: &str, over: Option<Revision>, value: &[u8]) -> StoreAnswer {
        assert_eq!(self.bucket.get(key).map(|(revision, _)| *revision), over);
        self.revision += 1;
        let revision = Revision(self.revision);
        self.bucket.insert(key.into(), (revision, value.to_vec()));
        self.copies.iter_mut().for_each(|copy| copy.handle_ban(key, Some(revision), Some(value)));
        StoreAnswer::Done(revision)
    }
}

fn by() -> By {
    By::new("Ann", "too loud")
}

fn end_code(player: &Player) -> Option<EndCode> {
    player.end.as_ref().and_then(DisconnectReason::end_reason).map(|reason| reason.code)
}

#[test]
fn a_player_that_is_banned_at_one_node_is_removed_at_another_and_refused_at_all_until_it_is_pardoned() {
    let (mut nodes, mut players) = Nodes::new();
    let banned = nodes.moderations[2].ban(&by(), BanTarget::Name("bob".into()), None).unwrap();
    nodes.wait_until("he is gone", &mut players, |all| all[1].end.is_some());
    assert_eq!(end_code(&players[1]), Some(EndCode::Banned));
    nodes.wait_until("all know", &mut players, |all| all[0].gone == ["Bob"] && all[2].gone == ["Bob"]);
    for node in 0..3 {
        let mut again = [nodes.cluster.fixtures[node].player("Bob", "main")];
        nodes.wait_until("he is refused", &mut again, |all| all[0].end.is_some());
        assert_eq!(end_code(&again[0]), Some(EndCode::Banned));
    }
    nodes.moderations[0].unban(&by(), banned.ban.id).unwrap();
    nodes.store.run_once();
    assert!(nodes.moderations.iter().all(|moderation| moderation.bans(0, 10).is_empty()));
    players[1] = nodes.cluster.fixtures[1].player("Bob", "main");
    nodes.wait_until("he is in", &mut players, |all| all[1].has_joined);
}

#[test]
fn a_ban_holds_at_once_for_players_of_the_node_where_it_is_made_though_the_owner_is_not_reached() {
    let (mut nodes, mut players) = Nodes::new();
    nodes.cluster.bus.set_joined(1, false);
    nodes.moderations[1].ban(&by(), BanTarget::Name("Bob".into()), None).unwrap();
    wait_until("he is gone", &mut players.iter_mut().collect::<Vec<_>>(), |all| all[1].end.is_some());
    assert_eq!(end_code(&players[1]), Some(EndCode::Banned));
    nodes.cluster.bus.set_joined(1, true);
    nodes.wait_until("the owner knows", &mut players, |all| all[0].gone == ["Bob"]);
}

#[test]
fn the_audit_log_of_any_node_has_the_entries_of_all_and_names_their_nodes() {
    let (mut nodes, _players) = Nodes::new();
    for (node, name) in [(1, "Dora"), (0, "Emma"), (2, "Fritz")] {
        nodes.moderations[node].ban(&by(), BanTarget::Name(name.into()), None).unwrap();
    }
    nodes.store.run_once();
    for moderation in &nodes.moderations {
        let first = moderation.audit(&AuditQuery { limit: 2, ..AuditQuery::default() });
        let second = moderation.audit(&AuditQuery { before: first.next, ..AuditQuery::default() });
        let entries: Vec<_> = first.entries.into_iter().chain(second.entries).collect();
        assert!(entries.is_sorted_by(|newer, older| newer.id > older.id), "{entries:?}");
        let entries: BTreeSet<_> =
            entries.into_iter().map(|entry| (entry.node.unwrap(), entry.target)).collect();
        let expected = [("node 1", "name Emma"), ("node 2", "name Dora"), ("node 3", "name Fritz")];
        assert_eq!(entries, expected.map(|(node, target)| (node.to_owned(), target.to_owned())).into());
    }
}
