//! Nodes with a simulated bus and store.

use std::time::Duration;

use consonance_link::Delivery;

use super::*;
use crate::bus::{BusEvent, Member};
use crate::node::query_message::QueryMessage;
use crate::nodes::{NODES_MAX, join_nodes};
use crate::simulated::{NodeMessage, SimulatedNats};

const ARENA: &str = "arena";

/// A node with one worker.
struct Node {
    cluster: ClusterNode,
    /// The worker's way to owners, and its way to edges.
    worker: [BusWay; 2],
    told: Vec<NodeEvent>,
    is_alive: bool,
}

struct World {
    now: Instant,
    nodes: Vec<Node>,
    nats: SimulatedNats<NodeMessage>,
}

impl World {
    fn new(nodes: u64) -> Self {
        let (now, mut nats) = (Instant::now(), SimulatedNats::new(1));
        let nodes = (1..=nodes).map(|id| {
            let [(first, to_owners), (second, to_edges), (_, about_sessions)] = std::array::from_fn(|_| {
                let mut joined = join_nodes(1);
                (joined.workers.remove(0), joined.gateway)
            });
            let info = NodeInfo { name: format!("node {id}").into(), ..NodeInfo::default() };
            let node = ClusterNode::new(now, NodeId(id), info, 1, [to_owners, to_edges, about_sessions]);
            nats.add_node(now, NodeId(id));
            Node { cluster: node, worker: [first, second], told: Vec::new(), is_alive: true }
        });
        Self { now, nodes: nodes.collect(), nats }
    }

    /// Lets time pass.
    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.now += Duration::from_millis(5);
            for (number, node) in self.nodes.iter_mut().enumerate().filter(|(_, node)| node.is_alive) {
                let ran = self.nats.run_node(self.now, number, &mut node.cluster);
                assert_eq!(ran.malformed, 0);
                node.told.extend(ran.events);
            }
        }
    }

    /// The owner of the arena, as a node was told.
    fn owner_at(&self, node: usize) -> Option<Member> {
        self.nodes[node].told.iter().rev().find_map(|event| match event {
            NodeEvent::OwnedBy { owner, .. } => Some(*owner),
            _ => None,
        })
    }
}

const SOON: Duration = Duration::from_millis(100);

#[test]
fn the_first_node_with_a_client_owns_its_session_and_the_next_one_reaches_it() {
    let mut world = World::new(2);
    world.run(SOON);
    assert!(world.nodes[0].cluster.requests().place(ARENA, 77, 0));
    world.run(SOON);
    let begun =
        NodeEvent::Owned { name: ARENA.into(), session: 77, worker: 0, is_takeover: false, generation: 1 };
    assert!(world.nodes[0].told.contains(&begun), "{:?}", world.nodes[0].told);
    assert!(world.nodes[0].cluster.lease().holds(world.now, 1));
    assert!(world.nodes[1].cluster.requests().place(ARENA, 88, 0));
    world.run(SOON);
    let owner = world.owner_at(1).expect("its owner is told");

    let [(to_owners, _), _] = &mut world.nodes[1].worker;
    assert!(to_owners.send(owner, Delivery::Reliable, b"hello"));
    to_owners.flush();
    world.run(SOON);
    let [(_, from_edges), _] = &mut world.nodes[0].worker;
    let Some(BusEvent::Message(edge)) = from_edges.poll() else { panic!("it did not arrive") };
    assert_eq!(from_edges.message(), b"hello");
    let [_, (to_edges, _)] = &mut world.nodes[0].worker;
    assert!(to_edges.send(edge, Delivery::Unreliable, b"welcome"));
    to_edges.flush();
    world.run(SOON);
    let [_, (_, from_owners)] = &mut world.nodes[1].worker;
    assert_eq!(from_owners.poll(), Some(BusEvent::Message(owner)));
    assert_eq!(from_owners.message(), b"welcome");
}

#[test]
fn a_lost_owner_is_replaced_and_what_it_may_not_have_taken_comes_back_before_that_is_told() {
    let mut world = World::new(2);
    world.run(SOON);
    assert!(world.nodes[0].cluster.requests().place(ARENA, 77, 0));
    world.run(SOON);
    assert!(world.nodes[1].cluster.requests().place(ARENA, 88, 0));
    assert!(world.nodes[1].cluster.requests().set_links(ARENA, Some(0)));
    world.run(SOON);
    let owner = world.owner_at(1).unwrap();
    world.nodes[0].is_alive = false;
    let [(to_owners, _), _] = &mut world.nodes[1].worker;
    assert!(to_owners.send(owner, Delivery::Reliable, b"enter a room"));
    to_owners.flush();
    world.run(Duration::from_secs(3));

    let lost = NodeEvent::NodeLost {
        node: NodeId(1),
        info: NodeInfo { name: "node 1".into(), ..NodeInfo::default() },
        has_ended: false,
    };
    let generation = world.nodes[1].cluster.lease().generation();
    let begun =
        NodeEvent::Owned { name: ARENA.into(), session: 77, worker: 0, is_takeover: true, generation };
    let position = |event| world.nodes[1].told.iter().position(|told| *told == event);
    let (lost, begun) = (position(lost), position(begun));
    assert!(lost.is_some() && lost < begun, "{:?}", world.nodes[1].told);
    let [(_, from_edges), (_, from_owners)] = &mut world.nodes[1].worker;
    assert_eq!(from_owners.poll(), Some(BusEvent::Returned(owner)));
    assert_eq!(from_owners.message(), b"enter a room");
    assert_eq!(from_owners.poll(), Some(BusEvent::Lost(owner)));
    assert_eq!(from_edges.poll(), Some(BusEvent::Lost(owner)));
}

#[test]
fn a_node_that_was_lost_without_knowing_it_is_told_so_once_it_is_heard_again() {
    let mut world = World::new(2);
    world.run(SOON);
    let members = [1, 0].map(|of: usize| world.nodes[of].cluster.workers().number(NodeId(2 - of as u64), 0));
    let send = |world: &mut World, from: usize| {
        let [(to_owners, _), _] = &mut world.nodes[from].worker;
        assert!(to_owners.send(members[1 - from].unwrap(), Delivery::Unreliable, b"voice"));
        to_owners.flush();
        world.run(SOON);
        let [(_, from_edges), _] = &mut world.nodes[1 - from].worker;
        std::iter::from_fn(|| from_edges.poll()).any(|event| matches!(event, BusEvent::Message(_)))
    };
    assert!(send(&mut world, 0) && send(&mut world, 1));
    world.nats.set_cut(0, 1, true);
    world.run(Duration::from_secs(3));
    world.nats.set_cut(0, 1, false);
    world.run(Duration::from_secs(1));
    assert!(world.nodes[1].told.iter().any(|event| matches!(event, NodeEvent::NodeLost { .. })));
    assert!(!world.nodes[0].told.iter().any(|event| matches!(event, NodeEvent::NodeLost { .. })));
    let [(_, from_edges), _] = &mut world.nodes[0].worker;
    let told: Vec<BusEvent> = std::iter::from_fn(|| from_edges.poll()).collect();
    assert_eq!(told, [BusEvent::Lost(members[1].unwrap())], "it is told although nothing else is said");
    assert!(send(&mut world, 0));
}

#[test]
fn a_node_counts_its_sessions_the_other_nodes_and_what_it_sends_them() {
    let mut world = World::new(2);
    world.run(SOON);
    assert!(world.nodes[0].cluster.requests().place(ARENA, 77, 0));
    world.run(SOON);
    assert!(world.nodes[1].cluster.requests().place(ARENA, 88, 0));
    world.run(SOON);
    assert!(world.nodes[1].cluster.requests().set_links(ARENA, Some(0)));
    let owner = world.owner_at(1).unwrap();
    for _ in 0..3 {
        let [(to_owners, _), _] = &mut world.nodes[1].worker;
        assert!(to_owners.send(owner, Delivery::Unreliable, b"voice"));
        to_owners.flush();
        world.run(SOON);
    }
    let counted = |world: &World, node: usize| world.nodes[node].cluster.statistics();
    let (first, second) = (counted(&world, 0), counted(&world, 1));
    assert_eq!((first.nodes, first.owned, first.followed, first.takeovers), (1, 1, 0, 0));
    assert_eq!((second.nodes, second.owned, second.followed, second.takeovers), (1, 0, 1, 0));
    assert_eq!((first.streams.unreliable, second.streams.unreliable), (0, 3));

    world.nodes[0].is_alive = false;
    world.run(Duration::from_secs(3));
    let second = counted(&world, 1);
    assert_eq!((second.nodes, second.owned, second.followed, second.takeovers), (0, 1, 0, 1));
}

#[test]
fn a_node_of_another_protocol_is_told_and_not_listened_to() {
    let mut world = World::new(1);
    let mut bytes = Vec::new();
    let info = NodeInfo { name: "newer".into(), ..NodeInfo::default() };
    let newer = Beat { protocol: PROTOCOL + 1, oldest: PROTOCOL + 1, ..Beat::new(NodeId(9), 0, &info) };
    newer.write(&mut bytes);
    let node = &mut world.nodes[0].cluster;
    node.handle_beat(world.now, &bytes).unwrap();
    let event =
        NodeEvent::Incompatible { name: "newer".into(), protocol: PROTOCOL + 1, oldest: PROTOCOL + 1 };
    assert_eq!(node.poll_event(), Some(event));
    node.handle_beat(world.now, &bytes).unwrap();
    assert_eq!(node.poll_event(), None, "once");
    assert_eq!(node.others().count(), 0);

    node.handle_timeout(world.now + FORGOTTEN);
    node.handle_beat(world.now + FORGOTTEN, &bytes).unwrap();
    assert!(matches!(node.poll_event(), Some(NodeEvent::Incompatible { .. })), "again, after a long silence");

    // A newer node that still works with this version is accepted, whatever it appends, except the mark of a last beat.
    Beat { oldest: PROTOCOL, ..newer }.write(&mut bytes);
    bytes.extend_from_slice(b"more");
    node.handle_beat(world.now, &bytes).unwrap();
    assert_eq!(node.others().count(), 1);
}

#[test]
fn a_node_that_ends_tells_the_others_and_decides_nothing_any_more() {
    let mut world = World::new(2);
    world.run(Duration::from_secs(2));
    let other = &world.nodes[1].cluster;
    assert_eq!(other.others().count(), 1);

    let lease = world.nodes[0].cluster.lease();
    assert!(lease.holds(world.now, lease.generation()));
    let last = world.nodes[0].cluster.leave();
    assert!(!lease.holds(world.now, lease.generation()));
    let mut stranger = World::new(1);
    let stranger = &mut stranger.nodes[0].cluster;
    stranger.handle_beat(world.now, &last).unwrap();
    assert_eq!((stranger.poll_event(), stranger.others().count()), (None, 0), "nothing is found that ends");
    let other = &mut world.nodes[1].cluster;
    other.handle_beat(world.now, &last).unwrap();
    other.handle_timeout(world.now + Duration::from_millis(50));
    let events: Vec<_> = std::iter::from_fn(|| other.poll_event()).collect();
    assert!(matches!(events[..], [NodeEvent::NodeLost { has_ended: true, .. }]), "{events:?}");
    assert_eq!(other.others().count(), 0);
}

impl World {
    fn queries(&self, node: usize) -> NodeQueries {
        self.nodes[node].cluster.queries()
    }

    /// The second node receives a question from the first one, and answers it.
    fn answer(&self, expected: &[u8], answer: Vec<u8>) {
        let question = self.queries(1).next_question(Duration::ZERO).expect("it has come");
        assert_eq!((question.from, &*question.message), (NodeId(1), expected));
        self.queries(1).answer(&question, answer);
    }
}

#[test]
fn a_question_to_another_node_is_answered_however_long_the_answer_is() {
    let mut world = World::new(2);
    world.run(SOON);
    for bytes in [0, 1, 600_000] {
        let pending = world.queries(0).ask(NodeId(2), b"how are you?".to_vec());
        world.run(SOON);
        world.answer(b"how are you?", vec![7; bytes]);
        world.run(SOON);
        assert_eq!(pending.wait(), Ok(vec![7; bytes]));
    }
    let view = world.nodes[0].cluster.view(world.now);
    assert_eq!((view.name_of(NodeId(1)), view.name_of(NodeId(2))), ("node 1".into(), "node 2".into()));
    assert_eq!(view.find("node 2").map(|node| (node.id, node.state)), Some((NodeId(2), NodeState::Alive)));
    assert_eq!(view.find("0000000000000002").map(|node| node.id), Some(NodeId(2)));
}

#[test]
fn voice_goes_before_a_long_answer_whose_parts_leave_one_at_a_time_though_the_voice_does_not_end() {
    let mut world = World::new(2);
    world.run(SOON);
    let _pending = world.queries(0).ask(NodeId(2), b"?".to_vec());
    world.run(SOON);
    world.answer(b"?", vec![7; 600_000]);
    let Node { cluster, worker: [(to_owners, _), _], .. } = &mut world.nodes[1];
    let to = cluster.workers().number(NodeId(1), 0).unwrap();
    let mut turns = Vec::new();
    for _ in 0..50 {
        world.now += Duration::from_millis(1);
        assert!(to_owners.send(to, Delivery::Unreliable, b"voice"));
        to_owners.flush();
        cluster.handle_timeout(world.now);
        let mut turn = String::new();
        while let Some(publication) = cluster.poll_publish(world.now) {
            match publication {
                Publication::Bundle(..) => turn.push('b'),
                Publication::Query(..) => turn.push('l'),
                Publication::Beat(_) | Publication::Announcement(_) => {}
            }
        }
        turns.push(turn);
    }
    assert!(turns.iter().all(|turn| turn.find('l').is_none_or(|at| at + 1 == turn.len())), "{turns:?}");
    let messages = turns.iter().filter(|turn| turn.ends_with('l')).count();
    assert!(messages == 3 && turns.iter().any(|turn| turn == "bl"), "{turns:?}");
}

#[test]
fn a_question_without_an_answer_fails_and_is_asked_once() {
    let mut world = World::new(2);
    world.run(SOON);
    let late = world.queries(0).ask(NodeId(2), b"first".to_vec());
    world.run(SOON);
    assert!(world.queries(1).next_question(Duration::ZERO).is_some());
    assert!(world.queries(1).next_question(Duration::ZERO).is_none(), "once");
    world.run(QUERY_TIMEOUT);
    assert_eq!(late.wait(), Err(QueryError::Late));
    let untaken = world.queries(0).ask(NodeId(2), b"before".to_vec());
    world.run(QUERY_TIMEOUT + SOON);
    assert_eq!(untaken.wait(), Err(QueryError::Late));
    assert!(world.queries(1).next_question(Duration::ZERO).is_none(), "nothing is done that late");

    let too_long = world.queries(0).ask(NodeId(2), vec![0; QUESTION_BYTES_MAX + 1]);
    assert_eq!(too_long.wait(), Err(QueryError::TooLong));
    let unknown = world.queries(0).ask(NodeId(9), b"question".to_vec());
    world.run(SOON);
    assert_eq!(unknown.wait(), Err(QueryError::NotHeard));
    let pending = world.queries(0).ask(NodeId(2), b"second".to_vec());
    world.nodes[1].is_alive = false;
    world.run(Duration::from_secs(3));
    assert!(matches!(pending.wait(), Err(QueryError::NotHeard | QueryError::Late)));
    let view = world.nodes[0].cluster.view(world.now);
    assert_eq!(view.find("node 2").map(|node| node.state), Some(NodeState::Lost));
    world.nodes[0].cluster.handle_bus(world.now, false);
    let detached = world.queries(0).ask(NodeId(2), b"third".to_vec());
    world.run(SOON);
    assert_eq!(detached.wait(), Err(QueryError::NoBus));
}

#[test]
fn an_answer_counts_from_the_node_that_was_asked_and_with_all_its_parts() {
    let mut world = World::new(2);
    world.run(SOON);
    let from = NodeId(2);
    let mut answer = |messages: &[QueryMessage<'_>]| {
        let pending = world.queries(0).ask(from, b"?".to_vec());
        world.run(SOON);
        for message in messages {
            world.nodes[0].cluster.handle_query_message(world.now, &message.write()).unwrap();
        }
        // A question that is still pending then times out.
        world.run(QUERY_TIMEOUT + SOON);
        pending.wait()
    };
    let part =
        |from, number, part, is_last| QueryMessage::Answer { from, number, part, is_last, message: b"ab" };
    assert_eq!(answer(&[part(from, 0, 0, false), part(from, 0, 1, true)]), Ok(b"abab".to_vec()));
    assert_eq!(answer(&[part(NodeId(3), 1, 0, true)]), Err(QueryError::Late), "another node");
    assert_eq!(answer(&[part(from, 7, 0, true)]), Err(QueryError::Late), "another question");
    let incomplete = [part(from, 3, 0, false), part(from, 3, 2, true)];
    assert_eq!(answer(&incomplete), Err(QueryError::Late), "a part is missing");
}

#[test]
fn a_flood_of_questions_and_messages_of_any_bytes_take_bounded_room() {
    let mut world = World::new(1);
    for number in 0..1_000 {
        let question = QueryMessage::Question { from: NodeId(9), number, message: &[0; 100] }.write();
        world.nodes[0].cluster.handle_query_message(world.now, &question).unwrap();
        for length in 0..question.len().min(8) {
            let _ = world.nodes[0].cluster.handle_query_message(world.now, &question[..length]);
        }
    }
    let queries = world.queries(0);
    let waiting = std::iter::from_fn(|| queries.next_question(Duration::ZERO)).count();
    assert_eq!(waiting, 64);
    assert!(!world.nodes[0].cluster.view(world.now).others.iter().any(|node| node.id == NodeId(9)));
}

#[test]
fn as_many_nodes_are_known_as_may_be_and_none_with_an_endless_name() {
    let mut world = World::new(1);
    let mut bytes = Vec::new();
    let node = &mut world.nodes[0].cluster;
    for number in 0..2 * NODES_MAX as u64 {
        let info = NodeInfo { name: number.to_string().into(), ..NodeInfo::default() };
        Beat::new(NodeId(1000 + number), 0, &info).write(&mut bytes);
        node.handle_beat(world.now, &bytes).unwrap();
    }
    assert_eq!(node.others().count(), NODES_MAX);
    let info = NodeInfo { name: "x".repeat(10_000).into(), ..NodeInfo::default() };
    Beat::new(NodeId(1000), 1, &info).write(&mut bytes);
    assert!(node.handle_beat(world.now, &bytes).is_err());
}
