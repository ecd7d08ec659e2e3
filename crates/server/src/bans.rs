//! Bans of names, of accounts and of addresses, with a reason and an end.
//!
//! Names are compared by their [keys](consonance_wire::names::NameKey), since a banned "Alice" would else come back as
//! "alice", or with an invisible character or a letter of another script. Keys are computed when a ban is added or read
//! from the disk, and never stored. Subjects are the operator's own and compared exactly. An IPv4 address is the same
//! whether it is written as itself or inside IPv6.

mod index;
#[cfg(feature = "openapi")]
mod schema;

use std::net::IpAddr;

pub use consonance_link::{AddressPrefix, InvalidAddressPrefix};
use consonance_link::{EndCode, EndReason};
use index::Index;

/// A ban.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ban {
    /// The number of the ban.
    pub id: u64,
    /// The target of the ban.
    pub target: BanTarget,
    /// The session that it applies to, if a moderator in that session made it; otherwise it applies to all sessions.
    #[serde(default)]
    pub session: Option<String>,
    /// The reason; shown to the banned player. May be empty.
    #[serde(default)]
    pub reason: String,
    /// The operator or moderator that made it.
    pub by: String,
    /// The time, in seconds since 1970.
    pub since: u64,
    /// The end, in seconds since 1970; none if it holds until it is lifted.
    #[serde(default)]
    pub until: Option<u64>,
}

/// The target of a ban.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BanTarget {
    /// A player's name, in upper or lower case.
    Name(String),
    /// The subject of a join token, or an account that a network vouches for.
    Subject(String),
    /// An address or a network: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
    Address(AddressPrefix),
}

impl BanTarget {
    /// Whether it is a prefix of this address.
    pub(crate) fn has_address(&self, address: IpAddr) -> bool {
        matches!(self, Self::Address(prefix) if prefix.contains(address))
    }
}

impl Ban {
    /// Whether it holds at this time, in seconds since 1970.
    pub fn holds(&self, now: u64) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Whether it is for a session.
    pub(crate) fn is_for(&self, session: &str) -> bool {
        self.session.as_deref().is_none_or(|own| own == session)
    }

    /// The end reason that a banned player gets.
    pub fn end_reason(&self) -> EndReason {
        EndReason { until: self.until, ..EndReason::with_words(EndCode::Banned, &self.reason) }
    }
}

/// The bans that hold, and those that have ended and not been cleared away yet.
#[derive(Debug, Default)]
pub(crate) struct Bans {
    index: Index,
    /// The highest number that was given, also to those that were removed.
    newest: u64,
}

impl Bans {
    /// Takes a ban as it was stored.
    pub(crate) fn restore(&mut self, ban: Ban) {
        self.go_on_after(ban.id);
        self.index.insert(ban);
    }

    /// The number of a ban that is to be added.
    pub(crate) fn next_id(&self) -> u64 {
        self.newest + 1
    }

    pub(crate) fn newest(&self) -> u64 {
        self.newest
    }

    /// The numbers up to this one were given before.
    pub(crate) fn go_on_after(&mut self, newest: u64) {
        self.newest = self.newest.max(newest);
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Ban> {
        self.index.get(id)
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<Ban> {
        self.index.remove(id)
    }

    /// The ban of an address that holds the longest.
    pub(crate) fn of_address(&self, now: u64, address: IpAddr) -> Option<&Ban> {
        longest(now, self.index.of_address(address))
    }

    /// The ban of a name or a subject that holds the longest.
    pub(crate) fn of_player(
        &self,
        now: u64,
        session: &str,
        name: &str,
        subject: Option<&str>,
    ) -> Option<&Ban> {
        let found = self.index.of_name(name).chain(self.index.of_subject(subject));
        longest(now, found.filter(|ban| ban.is_for(session)))
    }

    /// Bans that hold, by number, from the one after this.
    pub(crate) fn list(&self, now: u64, after: u64, limit: usize) -> Vec<Ban> {
        let held = self.index.after(after).filter(|ban| ban.holds(now));
        held.take(limit).cloned().collect()
    }

    /// The numbers of those that have ended.
    pub(crate) fn ended(&self, now: u64) -> Vec<u64> {
        self.index.ended(now)
    }
}

fn longest<'a>(now: u64, bans: impl Iterator<Item = &'a Ban>) -> Option<&'a Ban> {
    bans.filter(|ban| ban.holds(now)).max_by_key(|ban| ban.until.unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ban(id: u64, target: BanTarget, until: Option<u64>) -> Ban {
        Ban { id, target, session: None, reason: String::new(), by: "test".into(), since: 0, until }
    }

    fn bans(targets: impl IntoIterator<Item = (BanTarget, Option<u64>)>) -> Bans {
        let mut bans = Bans::default();
        for (target, until) in targets {
            bans.restore(ban(bans.next_id(), target, until));
        }
        bans
    }

    fn prefix(text: &str) -> BanTarget {
        BanTarget::Address(text.parse().unwrap())
    }

    #[test]
    fn a_ban_that_version_0_2_has_stored_is_read() {
        let stored =
            r#"{"id":7,"target":{"address":"192.0.2.0/24"},"reason":"","by":"Ann","since":2000000000}"#;
        let expected = Ban { by: "Ann".into(), since: 2_000_000_000, ..ban(7, prefix("192.0.2.0/24"), None) };
        assert_eq!(serde_json::from_str::<Ban>(stored).unwrap(), expected);
    }

    #[test]
    fn a_ban_of_a_name_holds_against_every_spelling_of_it() {
        let bans = bans([(BanTarget::Name("Alice".into()), None)]);
        for spelling in ["Alice", "alice", "Alice ", "Alice\u{200b}", "\u{ff21}lice", "\u{0410}lice", "AIice"]
        {
            assert_eq!(bans.of_player(0, "main", spelling, None).map(|ban| ban.id), Some(1), "{spelling:?}");
        }
        assert_eq!(bans.of_player(0, "main", "Alicia", None), None);
    }

    #[test]
    fn a_ban_of_an_address_holds_when_another_of_the_same_length_is_lifted() {
        let mut bans = bans([(prefix("192.0.2.7/32"), None), (prefix("198.51.100.9/32"), None)]);
        assert!(bans.remove(1).is_some());
        let of = |bans: &Bans, ip: &str| bans.of_address(0, ip.parse().unwrap()).map(|ban| ban.id);
        assert_eq!((of(&bans, "192.0.2.7"), of(&bans, "198.51.100.9")), (None, Some(2)));
    }

    #[test]
    fn a_name_is_banned_in_upper_and_lower_case_and_a_subject_as_it_is() {
        let bans = bans([(BanTarget::Name("Ärger".into()), None), (BanTarget::Subject("A7".into()), None)]);
        let banned = |name, subject| bans.of_player(0, "main", name, subject).map(|ban| ban.id);
        assert_eq!(
            [banned("ÄRGER", None), banned("ärger", None), banned("Arger", None)],
            [Some(1), Some(1), None]
        );
        assert_eq!(
            [banned("Bob", Some("A7")), banned("Bob", Some("a7")), banned("A7", None)],
            [Some(2), None, None]
        );
    }

    #[test]
    fn addresses_are_banned_one_by_one_and_by_prefix_in_either_way_to_write_them() {
        let bans = bans([
            (prefix("192.0.2.7"), None),
            (prefix("198.51.100.0/24"), None),
            (prefix("2001:db8::/32"), None),
            (prefix("::ffff:203.0.113.9"), None),
        ]);
        for (address, expected) in [
            ("192.0.2.7", Some(1)),
            ("::ffff:192.0.2.7", Some(1)),
            ("192.0.2.8", None),
            ("198.51.100.255", Some(2)),
            ("198.51.101.0", None),
            ("2001:db8:1::1", Some(3)),
            ("2001:db9::1", None),
            ("203.0.113.9", Some(4)),
        ] {
            let found = bans.of_address(0, address.parse().unwrap()).map(|ban| ban.id);
            assert_eq!(found, expected, "{address}");
        }
    }

    #[test]
    fn a_ban_ends_and_of_several_the_longest_counts() {
        let name = || BanTarget::Name("Alice".into());
        let mut bans = bans([(name(), Some(10)), (name(), Some(30)), (name(), Some(20))]);
        let longest = |bans: &Bans, now| bans.of_player(now, "main", "Alice", None).map(|ban| ban.id);
        assert_eq!([longest(&bans, 0), longest(&bans, 29), longest(&bans, 30)], [Some(2), Some(2), None]);
        assert_eq!(bans.list(15, 0, 10).iter().map(|ban| ban.id).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(bans.ended(20), [1, 3]);
        for id in bans.ended(20) {
            bans.remove(id);
        }
        assert_eq!((bans.len(), bans.ended(20).len(), bans.next_id()), (1, 0, 4));
    }

    #[test]
    fn bans_are_listed_in_pages() {
        let bans = bans((0..5).map(|number| (BanTarget::Name(format!("player {number}")), None)));
        let page = |after| bans.list(0, after, 2).iter().map(|ban| ban.id).collect::<Vec<_>>();
        assert_eq!([page(0), page(2), page(4)], [vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn a_banned_player_is_told_why_and_until_when() {
        let mut ban = ban(1, BanTarget::Name("Alice".into()), Some(2_000_000_000));
        ban.reason = "shouting".into();
        assert_eq!(
            ban.end_reason().to_string(),
            "banned from this server until 2033-05-18T03:33:20Z: shouting"
        );
        (ban.until, ban.reason) = (None, String::new());
        assert_eq!(ban.end_reason().to_string(), "banned from this server permanently");
    }

    #[test]
    fn a_ban_is_stored_as_its_page_of_documentation_says() {
        let ban = ban(3, prefix("198.51.100.0/24"), Some(9));
        let json = r#"{"id":3,"target":{"address":"198.51.100.0/24"},"session":null,"reason":"","by":"test","since":0,"until":9}"#;
        assert_eq!(serde_json::to_string(&ban).unwrap(), json);
        assert_eq!(serde_json::from_str::<Ban>(json).unwrap(), ban);
        // As version 0.2 has stored it.
        assert_eq!(serde_json::from_str::<Ban>(&json.replace(r#""session":null,"#, "")).unwrap(), ban);
    }
}
