//! What it costs a server to follow a group of a thousand members: commits that were asked for, and messages that are
//! as large as they may be and hold nothing that was.

mod sframe;

use std::time::Duration;

use consonance_e2ee::{Credential, FollowedGroup, IdentityKey, MlsMember};
use consonance_session::{AskedCommit, GroupCheck as _, MadeCommit, NewGroup};
use consonance_testing::cost::{Cost, CountingAllocator, alone, measured};
use consonance_wire::limits::{GROUP_MESSAGE_BYTES_MAX, GROUP_MESSAGE_UNASKED_BYTES_MAX};
use consonance_wire::{DeliveryMessage, MemberMessage, Named, PlainRooms};

#[global_allocator]
static ALLOCATOR: CountingAllocator = consonance_testing::cost::ALLOCATOR;

const GROUP: u32 = 1;
const MEMBERS: usize = 1000;
const ADDS_MAX: usize = 250;
/// What a commit may cost for each member of its group, whose tree it changes.
const STEPS_OF_MEMBER: usize = 60;
const BYTES_OF_MEMBER: usize = 6500;
const NEVER: PlainRooms = PlainRooms::Never;

/// A group, the server that follows it, and the member that makes its commits.
struct Scene {
    check: FollowedGroup,
    maker: MlsMember,
    epoch: Option<u32>,
    number: u32,
}

/// A commit as its maker has sent it.
struct Made(Vec<u8>);

impl Made {
    fn commit(&self) -> (MadeCommit<'_>, &[u8]) {
        let Ok(Some(MemberMessage::Commit { commit, tree, ref welcomes, info, .. })) =
            MemberMessage::parse(&self.0)
        else {
            panic!("it is a commit")
        };
        // The parsed list lives as long as the message.
        let welcomes: &[Named<'_>] = Box::leak(welcomes.clone().into_boxed_slice());
        (MadeCommit { commit, tree, welcomes }, info)
    }
}

fn member(name: &str) -> MlsMember {
    let key = IdentityKey::generate().expect("the system has random numbers");
    MlsMember::new(key, Credential::new(name).expect("a short name"))
}

fn key_package(name: &str) -> Vec<u8> {
    key_package_of(&mut member(name))
}

fn key_package_of(member: &mut MlsMember) -> Vec<u8> {
    member.handle(Duration::ZERO, &DeliveryMessage::State { group: GROUP, must_rejoin: true }.to_bytes());
    let message = member.poll_message().expect("it asks to be added");
    let Ok(Some(MemberMessage::KeyPackage { key_package, .. })) = MemberMessage::parse(&message) else {
        panic!("it is a key package")
    };
    key_package.to_vec()
}

/// Newcomers with these numbers, by name.
fn newcomers(numbers: std::ops::Range<usize>) -> Vec<(String, Vec<u8>)> {
    numbers.map(|number| format!("player {number}")).map(|name| (name.clone(), key_package(&name))).collect()
}

fn named(newcomers: &[(String, Vec<u8>)]) -> Vec<Named<'_>> {
    newcomers.iter().map(|(name, message)| Named { name: (&**name).into(), message }).collect()
}

impl Scene {
    /// A group that has only its creator yet, and what it has cost to begin to follow it.
    fn begin() -> (Self, Cost) {
        let mut scene = Self { check: FollowedGroup::new(), maker: member("Maker"), epoch: None, number: 0 };
        let own = key_package_of(&mut scene.maker);
        let signer = scene.check.key_package("Maker", &own).expect("its key package is usable").signer;
        let made = scene.made(&[], &[]);
        let (_, info) = made.commit();
        let new = NewGroup { group: GROUP, creator: "Maker", signer: &signer, plain: &NEVER, info };
        let check = &mut scene.check;
        let cost = measured(|| usize::from(!check.begin(&new)));
        scene.epoch = Some(0);
        (scene, cost)
    }

    fn of(members: usize) -> Self {
        let (mut scene, _) = Self::begin();
        for from in (1..members).step_by(ADDS_MAX) {
            scene.add(&newcomers(from..members.min(from + ADDS_MAX)));
        }
        scene
    }

    /// The maker's commit of these changes; it takes part in the epoch after it.
    fn made(&mut self, adds: &[(String, Vec<u8>)], removes: &[&str]) -> Made {
        self.number += 1;
        let removes = removes.iter().map(|name| (*name).into()).collect();
        let (number, epoch, adds) = (self.number, self.epoch, named(adds));
        let request = DeliveryMessage::Request { number, group: GROUP, epoch, adds, removes, plain: NEVER };
        self.maker.handle(Duration::ZERO, &request.to_bytes());
        let made = self.maker.poll_message().expect("a commit");
        self.maker.handle(Duration::ZERO, &DeliveryMessage::Accepted { number }.to_bytes());
        while self.maker.poll_event().is_some() {}
        Made(made)
    }

    /// Whether the server takes a commit that answers this request, and what that costs it.
    fn cost_of(&mut self, asked: &AskedCommit<'_>, made: &MadeCommit<'_>) -> (bool, Cost) {
        let mut holds = false;
        let check = &mut self.check;
        let cost = measured(|| {
            holds = check.commit(asked, made);
            0
        });
        (holds, cost)
    }

    fn add(&mut self, newcomers: &[(String, Vec<u8>)]) -> Cost {
        let made = self.made(newcomers, &[]);
        let (holds, cost) = self.cost_of(&asked(newcomers, &[]), &made.commit().0);
        assert!(holds, "the server takes the commit that adds {}", newcomers.len());
        self.epoch = self.epoch.map(|epoch| epoch + 1);
        cost
    }
}

fn asked<'a>(adds: &'a [(String, Vec<u8>)], removes: &'a [Box<str>]) -> AskedCommit<'a> {
    AskedCommit { committer: "Maker", adds: named(adds), removes, plain: &NEVER }
}

#[test]
fn a_new_group_is_bounded_and_garbage_in_its_place_costs_nothing() {
    alone(|| {
        let (mut scene, honest) = Scene::begin();
        honest.assert_is_bounded("a new group");
        let signer = [7; 32];
        for info in [vec![0; GROUP_MESSAGE_BYTES_MAX], scene.made(&newcomers(1..ADDS_MAX), &[]).0] {
            let new =
                NewGroup { group: GROUP, creator: "Maker", signer: &signer, plain: &NEVER, info: &info };
            let cost = measured(|| usize::from(scene.check.begin(&new)));
            assert!(cost.steps <= 10, "{cost:?}");
        }
    });
}

#[test]
fn a_key_package_of_the_maximum_size_costs_no_more_than_a_megabyte() {
    alone(|| {
        let check = FollowedGroup::new();
        let honest = key_package("Ann");
        measured(|| usize::from(check.key_package("Ann", &honest).is_none())).assert_is_bounded("honest");
        let mut longest = honest;
        longest.resize(GROUP_MESSAGE_UNASKED_BYTES_MAX, 0xff);
        measured(|| usize::from(check.key_package("Ann", &longest).is_none())).assert_is_bounded("longest");
    });
}

#[test]
fn a_commit_costs_in_proportion_to_the_members_of_its_group() {
    alone(|| {
        let [half, whole] = [MEMBERS / 2, MEMBERS].map(|members| {
            let mut scene = Scene::of(members);
            let added = scene.add(&newcomers(members..members + 1));
            let removes: [Box<str>; 1] = ["player 7".into()];
            let made = scene.made(&[], &["player 7"]);
            let (holds, removal) = scene.cost_of(&asked(&[], &removes), &made.commit().0);
            assert!(holds, "the server takes the commit that removes one");
            [added, removal]
        });
        for (whole, half) in whole.into_iter().zip(half) {
            whole.assert_is_linear(half, "a commit");
            let is_known =
                whole.steps <= STEPS_OF_MEMBER * MEMBERS && whole.bytes <= BYTES_OF_MEMBER * MEMBERS;
            assert!(is_known, "{whole:?}");
        }
    });
}

#[test]
fn a_commit_that_is_larger_than_what_was_asked_for_is_refused_before_it_is_read() {
    alone(|| {
        let mut scene = Scene::of(2);
        let many = newcomers(2..ADDS_MAX);
        let made = scene.made(&many, &[]);
        let (holds, cost) = scene.cost_of(&asked(&many[..1], &[]), &made.commit().0);
        assert!(!holds && cost.steps <= 100, "{cost:?}");
        let (holds, cost) = scene.cost_of(
            &asked(&many[..1], &[]),
            &MadeCommit { commit: &vec![1; GROUP_MESSAGE_BYTES_MAX], tree: &[], welcomes: &[] },
        );
        assert!(!holds && cost.steps <= 100, "{cost:?}");
    });
}

#[test]
fn a_commit_with_more_changes_than_were_asked_for_is_refused_before_its_signatures_are_checked() {
    alone(|| {
        let mut scene = Scene::of(2);
        let few = newcomers(2..8);
        let made = scene.made(&few, &[]);
        let (whole, full) = scene.cost_of(&asked(&few, &[]), &made.commit().0);
        let mut scene = Scene::of(2);
        let made = scene.made(&few, &[]);
        let (holds, cost) = scene.cost_of(&asked(&few[..1], &[]), &made.commit().0);
        assert!(
            whole && !holds && cost.steps * 4 < full.steps,
            "{cost:?}, and if all were asked for {full:?}"
        );
    });
}
