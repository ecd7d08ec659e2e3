//! The rooms as channels: a tree by the slashes in their names, with numbers.

mod held;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use consonance_session::Instant;
use held::Held;

use crate::Control;
use crate::control::messages::{ChannelRemove, ChannelUpdate};

/// The number of the root channel, which is not a room.
pub(crate) const ROOT: u32 = 0;

/// All channels that a client knows.
#[derive(Debug)]
pub(crate) struct Channels {
    nodes: BTreeMap<u32, Node>,
    /// Channel numbers by full name.
    by_name: BTreeMap<Box<str>, u32>,
    last: u32,
    most: usize,
    /// Whether rooms other than the permanent ones are channels, too.
    shows_others: bool,
    /// Channels that somebody has left since the empty ones were last forgotten, with the time until which they stay
    /// if they are empty.
    left: BTreeMap<u32, Option<Instant>>,
    /// Empty ones that stay for a while. They give way where there is no place for another channel.
    held: Held,
    /// Pending updates for a client that has been told of the channels.
    changes: VecDeque<Control>,
}

#[derive(Debug)]
struct Node {
    parent: u32,
    /// The room's whole name.
    room: Box<str>,
    /// Its last part.
    name: Box<str>,
    /// Whether it is kept without players in it.
    stays: bool,
    children: BTreeSet<u32>,
}

/// Channels that are rooms, each once, and those among which others were looked for.
#[derive(Debug, Default)]
pub(crate) struct Trees {
    pub(crate) rooms: BTreeSet<u32>,
    walked: BTreeSet<u32>,
}

impl Channels {
    /// The root channel, and these permanent rooms.
    pub(crate) fn new(root: &str, rooms: &[String], shows_others: bool, most: usize) -> Self {
        let root =
            Node { parent: ROOT, room: "".into(), name: root.into(), stays: true, children: BTreeSet::new() };
        let mut channels = Self {
            nodes: BTreeMap::from([(ROOT, root)]),
            by_name: BTreeMap::new(),
            last: ROOT,
            most,
            shows_others,
            left: BTreeMap::new(),
            held: Held::default(),
            changes: VecDeque::new(),
        };
        for room in rooms {
            channels.insert(room, true);
        }
        channels
    }

    /// The channel of a room.
    pub(crate) fn of_room(&self, room: &str) -> Option<u32> {
        self.by_name.get(room).copied()
    }

    /// The room of a channel; none if it is the root, or there is no such channel.
    pub(crate) fn room(&self, channel: u32) -> Option<&str> {
        self.nodes.get(&channel).filter(|_| channel != ROOT).map(|node| &*node.room)
    }

    pub(crate) fn contains(&self, channel: u32) -> bool {
        self.nodes.contains_key(&channel)
    }

    /// Adds a channel and all channels in it, as far as they are rooms, to others, until there are this many.
    pub(crate) fn add_tree(&self, channel: u32, trees: &mut Trees, most: usize) {
        if trees.rooms.len() >= most || !trees.walked.insert(channel) {
            return;
        }
        let Some(node) = self.nodes.get(&channel) else { return };
        if channel != ROOT {
            trees.rooms.insert(channel);
        }
        // Channels nest to a small depth only.
        for child in &node.children {
            if trees.rooms.len() >= most {
                return;
            }
            self.add_tree(*child, trees, most);
        }
    }

    /// The whole name of a room in a channel.
    pub(crate) fn name_in(&self, parent: u32, name: &str) -> Option<String> {
        let node = self.nodes.get(&parent)?;
        Some(if parent == ROOT { name.to_owned() } else { format!("{}/{name}", node.room) })
    }

    /// A player is in a room: its channel, if the room is one.
    pub(crate) fn note_entered(&mut self, room: &str) -> Option<u32> {
        match self.of_room(room) {
            Some(channel) => {
                self.held.release(channel);
                Some(channel)
            }
            None if self.shows_others => self.insert(room, false),
            None => None,
        }
    }

    /// Notes that somebody has left a room, whose channel may be empty now.
    pub(crate) fn note_left(&mut self, room: &str) {
        if let Some(channel) = self.of_room(room)
            && self.nodes.get(&channel).is_some_and(|node| !node.stays)
        {
            self.left.entry(channel).or_default();
        }
    }

    /// A player has left the session, and this channel with it: if that is empty now, it stays until this time.
    pub(crate) fn hold(&mut self, channel: u32, until: Instant) {
        if let Some(stays_until) = self.left.get_mut(&channel) {
            *stays_until = Some(until);
        }
    }

    /// The same for all channels that were left since the empty ones were last forgotten.
    pub(crate) fn hold_left(&mut self, until: Instant) {
        for stays_until in self.left.values_mut() {
            *stays_until = Some(until);
        }
    }

    /// A room is wanted, whose channel is not to give way meanwhile.
    pub(crate) fn note_wanted(&mut self, room: &str) {
        if let Some(channel) = self.of_room(room)
            && self.held.release(channel)
        {
            self.left.entry(channel).or_default();
        }
    }

    /// The time at which [`end_holds`](Self::end_holds) has something to do.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.held.next_due()
    }

    /// Time has passed: empty channels that have stayed long enough are to be forgotten.
    pub(crate) fn end_holds(&mut self, now: Instant) {
        while let Some(channel) = self.held.take_due(now) {
            self.left.entry(channel).or_default();
        }
    }

    /// Forgets the channels that were left, and those around them, unless they stay or have others in them or are
    /// used or held.
    pub(crate) fn forget_empty(&mut self, is_used: impl Fn(&str) -> bool) {
        let is_empty = |node: &Node| !node.stays && node.children.is_empty() && !is_used(&node.room);
        // Those inside have the higher numbers, so they go before the ones that they are in.
        while let Some((channel, stays_until)) = self.left.pop_last() {
            let Some(node) = self.nodes.get(&channel).filter(|node| is_empty(node)) else { continue };
            if let Some(until) = stays_until {
                self.held.hold(channel, until);
            } else if !self.held.contains(channel) {
                self.left.entry(node.parent).or_default();
                self.remove(channel);
            }
        }
    }

    /// The next change.
    pub(crate) fn poll_change(&mut self) -> Option<Control> {
        self.changes.pop_front()
    }

    /// All of them, those with others in them first; what has changed before is part of it.
    pub(crate) fn all(&mut self) -> Vec<Control> {
        self.changes.clear();
        // Parents are numbered before their children, so they come first.
        self.nodes.iter().map(|(channel, node)| node.state(*channel).into()).collect()
    }

    fn insert(&mut self, room: &str, stays: bool) -> Option<u32> {
        let is_nested = room.split('/').all(|part| !part.trim().is_empty());
        let parts: Vec<&str> = if is_nested { room.split('/').collect() } else { vec![room] };
        if room.is_empty() || parts.len() > DEPTH_MAX {
            return None;
        }
        let (mut parent, mut end) = (ROOT, 0);
        for name in parts {
            end += name.len();
            let whole = &room[..end];
            end += 1;
            parent = match self.of_room(whole) {
                Some(channel) => {
                    self.note_wanted(whole);
                    channel
                }
                None if !self.make_place() => return None,
                None => self.add(parent, whole, name),
            };
            if let Some(node) = self.nodes.get_mut(&parent) {
                node.stays |= stays;
            }
        }
        Some(parent)
    }

    /// Whether there is a place for another channel, if need be that of one that is held.
    fn make_place(&mut self) -> bool {
        while self.nodes.len() > self.most {
            let Some(channel) = self.held.take_first() else { return false };
            if let Some(node) = self.nodes.get(&channel) {
                self.left.entry(node.parent).or_default();
                self.remove(channel);
            }
        }
        true
    }

    fn add(&mut self, parent: u32, room: &str, name: &str) -> u32 {
        self.last += 1;
        let channel = self.last;
        let node =
            Node { parent, room: room.into(), name: name.into(), stays: false, children: BTreeSet::new() };
        self.changes.push_back(node.state(channel).into());
        self.nodes.insert(channel, node);
        self.by_name.insert(room.into(), channel);
        if let Some(parent) = self.nodes.get_mut(&parent) {
            parent.children.insert(channel);
        }
        channel
    }

    fn remove(&mut self, channel: u32) {
        let Some(node) = self.nodes.remove(&channel) else { return };
        self.by_name.remove(&node.room);
        if let Some(parent) = self.nodes.get_mut(&node.parent) {
            parent.children.remove(&channel);
        }
        self.changes.push_back(ChannelRemove { channel_id: channel }.into());
    }
}

impl Node {
    fn state(&self, channel: u32) -> ChannelUpdate {
        ChannelUpdate {
            channel_id: Some(channel),
            parent: (channel != ROOT).then_some(self.parent),
            name: Some(self.name.clone().into()),
            position: Some(0),
            ..ChannelUpdate::default()
        }
    }
}

/// The maximum nesting depth of channels.
const DEPTH_MAX: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(controls: Vec<Control>) -> Vec<String> {
        let tell = |control| match control {
            Control::ChannelState(state) => {
                format!("{} {} in {:?}", state.channel_id(), state.name(), state.parent)
            }
            Control::ChannelRemove(ChannelRemove { channel_id }) => format!("- {channel_id}"),
            other => panic!("{other:?}"),
        };
        controls.into_iter().map(tell).collect()
    }

    fn changes(channels: &mut Channels) -> Vec<String> {
        let changes = std::iter::from_fn(|| channels.poll_change()).collect();
        told(changes)
    }

    #[test]
    fn slashes_in_names_nest_channels() {
        let rooms = ["lobby", "team/red", "team/blue", "/odd//name"].map(String::from);
        let mut channels = Channels::new("main", &rooms, true, 100);
        let expected = [
            "0 main in None",
            "1 lobby in Some(0)",
            "2 team in Some(0)",
            "3 red in Some(2)",
            "4 blue in Some(2)",
            "5 /odd//name in Some(0)",
        ];
        assert_eq!(told(channels.all()), expected);
        assert_eq!((channels.of_room("team/blue"), channels.room(4)), (Some(4), Some("team/blue")));
        assert_eq!(channels.name_in(2, "green").as_deref(), Some("team/green"));
        let below = |channel, most| {
            let mut trees = Trees::default();
            trees.rooms.insert(2);
            channels.add_tree(channel, &mut trees, most);
            channels.add_tree(channel, &mut trees, most);
            trees.rooms
        };
        assert_eq!((below(2, 9), below(ROOT, 9).len()), ([2, 3, 4].into(), 5));
        assert_eq!((below(ROOT, 3).len(), below(9, 9).len()), (3, 1));
        assert_eq!(channels.room(ROOT), None, "the root is no room");
    }

    #[test]
    fn other_rooms_are_channels_while_they_are_used() {
        let mut channels = Channels::new("main", &["lobby".to_owned()], true, 100);
        channels.all();
        assert_eq!(channels.note_entered("lobby"), Some(1));
        assert_eq!(channels.note_entered("a/b"), Some(3));
        assert_eq!(changes(&mut channels), ["2 a in Some(0)", "3 b in Some(2)"]);
        channels.note_left("a/b");
        channels.forget_empty(|room| room == "a/b");
        assert_eq!(changes(&mut channels), [""; 0]);
        channels.note_left("a/b");
        channels.forget_empty(|_| false);
        assert_eq!(changes(&mut channels), ["- 3", "- 2"]);
        let mut closed = Channels::new("main", &["lobby".to_owned()], false, 100);
        assert_eq!(closed.note_entered("other"), None);
    }

    #[test]
    fn only_channels_that_were_left_are_looked_at() {
        let mut channels = Channels::new("main", &["lobby".to_owned()], true, 2000);
        for number in 0..1000 {
            channels.note_entered(&format!("room {number}"));
        }
        channels.note_entered("a/b");
        let looks = std::cell::Cell::new(0);
        for room in ["lobby", "room 7", "a/b", "elsewhere"] {
            channels.note_left(room);
        }
        channels.forget_empty(|room| {
            looks.set(looks.get() + 1);
            room == "room 7"
        });
        assert_eq!((looks.get(), channels.of_room("a")), (3, None), "room 7, a/b and a");
        channels.forget_empty(|_| panic!("nobody has left since"));
    }

    #[test]
    fn a_channel_whose_last_player_leaves_the_session_keeps_its_number_for_a_while() {
        let at = |ms| Instant::START + std::time::Duration::from_millis(ms);
        let mut channels = Channels::new("main", &[], true, 100);
        let leave = |channels: &mut Channels, used: &str| {
            channels.note_left("a/b");
            channels.hold(2, at(10));
            channels.forget_empty(|room| room == used);
        };
        assert_eq!(channels.note_entered("a/b"), Some(2));
        leave(&mut channels, "a/b");
        assert_eq!(channels.next_due(), None, "somebody is in it");
        leave(&mut channels, "");
        channels.end_holds(at(9));
        channels.forget_empty(|_| false);
        assert_eq!((channels.note_entered("a/b"), channels.next_due()), (Some(2), None));
        leave(&mut channels, "");
        assert_eq!(changes(&mut channels), ["1 a in Some(0)", "2 b in Some(1)"]);
        channels.end_holds(at(10));
        channels.forget_empty(|_| false);
        assert_eq!((changes(&mut channels), channels.next_due()), (vec!["- 2".into(), "- 1".into()], None));
    }

    #[test]
    fn channels_that_are_held_give_way_to_others_unless_they_are_wanted() {
        let until = Instant::START + std::time::Duration::from_secs(1);
        let mut channels = Channels::new("main", &[], true, 3);
        for room in ["a", "b", "c"] {
            channels.note_entered(room);
            channels.note_left(room);
        }
        channels.hold_left(until);
        channels.forget_empty(|_| false);
        channels.note_wanted("a");
        assert_eq!(channels.note_entered("d"), Some(4), "instead of b");
        assert_eq!(channels.note_entered("c/d"), None, "c is around it, and a is wanted");
        channels.forget_empty(|room| room == "a" || room == "d");
        assert_eq!(channels.nodes.keys().copied().collect::<Vec<_>>(), [0, 1, 4]);
    }

    #[test]
    fn there_are_no_more_channels_than_allowed_and_none_too_deep() {
        let mut channels = Channels::new("main", &[], true, 3);
        let made = (0..10).filter_map(|number| channels.note_entered(&format!("room {number}"))).count();
        assert_eq!(made, 3);
        let mut channels = Channels::new("main", &[], true, 100);
        assert_eq!(channels.note_entered("a/a/a/a/a/a/a/a/a/a/a"), None);
    }
}
