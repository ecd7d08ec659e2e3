//! `consonance-bench groups`: what the group of an encrypted session costs its members, and how soon all of them have
//! the keys of the next epoch when one leaves.

mod leaving;

use std::error::Error;
use std::time::Duration;

use consonance_e2ee::{Credential, IdentityKey, MlsMember};
use consonance_wire::{DeliveryMessage, MemberMessage, Named, PlainRooms};

use super::table::Table;
use super::thread_clock;

/// The numbers of members.
const SIZES: [usize; 3] = [10, 100, 1000];
/// Each figure is the shortest of this many, as longer ones are due to other load on the machine.
const ROUNDS: usize = 5;
const GROUP: u32 = 7;
const NOW: Duration = Duration::ZERO;

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let table = Table::start(FIELDS, json)?;
    for size in SIZES {
        // A large group takes long enough for a single measurement.
        let rounds = if size > 100 { 1 } else { ROUNDS };
        let mut shortest = measure(size)?;
        for _ in 1..rounds {
            let round = measure(size)?;
            for (shortest, value) in shortest.iter_mut().zip(round) {
                *shortest = shortest.min(value);
            }
        }
        table.row(shortest)?;
    }
    leaving::run(json)
}

/// Times are CPU times in microseconds.
const FIELDS: [&str; 12] = [
    "members",
    "key_package_us",
    "add_all_us",
    "join_us",
    "leave_commit_us",
    "leave_apply_us",
    "leave_process_us",
    "export_us",
    "add_all_bytes",
    "leave_commit_bytes",
    "welcome_bytes",
    "tree_bytes",
];

fn measure(size: usize) -> Result<[f64; 12], Box<dyn Error>> {
    let mut members = (0..size).map(new_member).collect::<Result<Vec<_>, _>>()?;
    let mut packages = Vec::new();
    let mut package_us = f64::INFINITY;
    for member in &mut members[1..] {
        let ask = DeliveryMessage::State { group: GROUP, must_rejoin: true }.to_bytes();
        let (took, package) = timed(member, &ask);
        package_us = package_us.min(took);
        packages.push(package.ok_or("a member does not ask to be added")?);
    }
    let names: Vec<String> = (0..size).map(name).collect();
    let adds = names[1..].iter().zip(&packages).filter_map(|(name, package)| {
        let Ok(Some(MemberMessage::KeyPackage { key_package, .. })) = MemberMessage::parse(package) else {
            return None;
        };
        Some(Named { name: (&**name).into(), message: key_package })
    });
    let request = request(1, None, adds.collect(), &[]);
    let (add_us, made) = timed(&mut members[0], &request);
    let made = made.ok_or("the first member makes no group")?;
    members[0].handle(NOW, &DeliveryMessage::Accepted { number: 1 }.to_bytes());
    let Ok(Some(MemberMessage::Commit { tree, welcomes, .. })) = MemberMessage::parse(&made) else {
        return Err("the group's first commit cannot be read".into());
    };
    // The first member made the group, and the last one will be removed. A few of the others join, from the second one
    // on.
    let mut join_us = f64::INFINITY;
    for (member, welcome) in members[1..].iter_mut().zip(&welcomes).take(JOINING_MAX) {
        let welcome = DeliveryMessage::Welcome { group: GROUP, epoch: 1, welcome: welcome.message, tree };
        let (took, _) = timed(member, &welcome.to_bytes());
        join_us = join_us.min(took);
    }
    let (removal, export_us) = (remove(&mut members, &names[size - 1])?, export(&members[1])?);
    let [leave_us, apply_us, process_us, leave_bytes] = removal;
    let welcome = welcomes.first().map_or(0, |named| named.message.len());
    let bytes = [made.len() as f64, leave_bytes, welcome as f64, tree.len() as f64];
    let times = [package_us, add_us, join_us, leave_us, apply_us, process_us, export_us];
    let mut row = [size as f64; 12];
    row[1..8].copy_from_slice(&times);
    row[8..].copy_from_slice(&bytes);
    Ok(row)
}

/// The maximum number of members whose joining is measured.
const JOINING_MAX: usize = 8;

/// The first member removes the one with this name, and the second one follows: the times of both in microseconds, and
/// the bytes of the commit.
fn remove(members: &mut [MlsMember], name: &str) -> Result<[f64; 4], Box<dyn Error>> {
    let (commit_us, made) = timed(&mut members[0], &request(2, Some(1), Vec::new(), &[name]));
    let made = made.ok_or("the first member does not remove the last one")?;
    let (apply_us, _) = timed(&mut members[0], &DeliveryMessage::Accepted { number: 2 }.to_bytes());
    let Ok(Some(MemberMessage::Commit { commit, .. })) = MemberMessage::parse(&made) else {
        return Err("the commit cannot be read".into());
    };
    let commit = DeliveryMessage::Commit { group: GROUP, epoch: 2, commit }.to_bytes();
    let (process_us, _) = timed(&mut members[1], &commit);
    if members[1].epoch() != Some((GROUP, 2)) {
        return Err("the second member does not follow".into());
    }
    Ok([commit_us, apply_us, process_us, commit.len() as f64])
}

fn export(member: &MlsMember) -> Result<f64, Box<dyn Error>> {
    let start = thread_clock::now();
    member.epoch_keys()?;
    Ok(thread_clock::now().saturating_sub(start).as_nanos() as f64 / 1000.0)
}

fn request(number: u32, epoch: Option<u32>, adds: Vec<Named<'_>>, removes: &[&str]) -> Vec<u8> {
    let removes = removes.iter().map(|name| (*name).into()).collect();
    let plain = PlainRooms::Never;
    DeliveryMessage::Request { number, group: GROUP, epoch, adds, removes, plain }.to_bytes()
}

/// The CPU time in microseconds, and the first message that the member sends.
fn timed(member: &mut MlsMember, message: &[u8]) -> (f64, Option<Vec<u8>>) {
    let start = thread_clock::now();
    member.handle(NOW, message);
    let took = thread_clock::now().saturating_sub(start);
    (took.as_nanos() as f64 / 1000.0, member.poll_message())
}

fn new_member(number: usize) -> Result<MlsMember, Box<dyn Error>> {
    Ok(MlsMember::new(IdentityKey::generate()?, Credential::new(&name(number))?))
}

fn name(number: usize) -> String {
    format!("Player {number}")
}
