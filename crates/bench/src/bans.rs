//! `consonance-bench bans`: what looking up a newcomer costs among few bans and among many.

use std::error::Error;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use consonance_server::bans::{Ban, BanTarget};
use consonance_server::records::{Records, RecordsSettings};

use super::median::median;
use super::table::Table;

const BANS: [u32; 3] = [0, 1000, 100_000];
const LOOK_UPS: u32 = 20_000;
/// All stages take turns, so that other load on the machine affects all of them alike.
const ROUNDS: usize = 9;
/// Any session will do, as bans apply to all of them.
const SESSION: &str = "main";
/// The time in seconds since 1970; any will do, as these bans never expire.
const NOW: u64 = 1_700_000_000;

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let fields = ["bans", "name_ns", "subject_ns", "ipv4_ns", "ipv6_ns", "lookup_ns", "of_none"];
    let table = Table::start(fields, json)?;
    let stages: Vec<_> = BANS.into_iter().map(|bans| (bans, records(bans))).collect();
    let mut rows = vec![vec![Vec::new(); 4]; stages.len()];
    for _ in 0..ROUNDS {
        for ((_, records), row) in stages.iter().zip(&mut rows) {
            for (found, took) in row.iter_mut().zip(look_up(records)) {
                found.push(took);
            }
        }
    }
    let mut none = None;
    for ((bans, _), row) in stages.iter().zip(rows) {
        let medians: Vec<_> = row.into_iter().map(median).collect();
        // A player is checked by address when it connects, and by name and subject when it joins.
        let all = medians[0] + medians[1] + medians[2];
        let of_none = all / *none.get_or_insert(all);
        table.row([f64::from(*bans), medians[0], medians[1], medians[2], medians[3], all, of_none])?;
    }
    Ok(())
}

/// Bans, a fifth each of names, subjects, single addresses, and prefixes of both kinds.
fn records(bans: u32) -> Records {
    let records = Records::in_memory(RecordsSettings::default());
    for number in 0..bans {
        let target = match number % 5 {
            0 => BanTarget::Name(format!("player {number}")),
            1 => BanTarget::Subject(format!("account {number}")),
            2 => address(&IpAddr::V4(ipv4(number)).to_string()),
            3 => address(&format!("{}/{}", ipv4(number), 12 + number % 20)),
            _ => address(&format!("{}/{}", ipv6(number), 48 + number % 80)),
        };
        let ban = Ban {
            id: 0,
            session: None,
            target,
            reason: String::new(),
            by: "bench".into(),
            since: NOW,
            until: None,
        };
        records.import_ban(ban).expect("so many bans may be");
    }
    records
}

/// The times to look up a name, a subject, and an address of either kind, in nanoseconds; hardly any of them is
/// banned.
fn look_up(records: &Records) -> [f64; 4] {
    let names: Vec<_> = (0..LOOK_UPS).map(|number| format!("stranger {number}")).collect();
    let per_look_up = |look: &dyn Fn(usize)| {
        let start = Instant::now();
        (0..names.len()).for_each(look);
        start.elapsed().as_nanos() as f64 / f64::from(LOOK_UPS)
    };
    [
        per_look_up(&|number| drop(black_box(records.ban_of_player(NOW, SESSION, &names[number], None)))),
        per_look_up(&|number| drop(black_box(records.ban_of_player(NOW, SESSION, "", Some(&names[number]))))),
        per_look_up(&|number| {
            let address = IpAddr::V4(Ipv4Addr::from_bits(0xC633_0000 | number as u32));
            drop(black_box(records.ban_of_address(NOW, address)));
        }),
        per_look_up(&|number| {
            let address = IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8_ffff << 80 | number as u128));
            drop(black_box(records.ban_of_address(NOW, address)));
        }),
    ]
}

fn address(text: &str) -> BanTarget {
    BanTarget::Address(text.parse().expect("addresses are written as they are read"))
}

/// An address in `10.0.0.0/8`, spread over the whole range.
fn ipv4(number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(10 << 24 | number.wrapping_mul(0x9E37_79B1) >> 8)
}

/// An address in `2001:db8::/32`, spread over the whole range.
fn ipv6(number: u32) -> Ipv6Addr {
    let spread = u128::from(number.wrapping_mul(0x9E37_79B1));
    Ipv6Addr::from_bits(0x2001_0db8 << 96 | spread << 64)
}
