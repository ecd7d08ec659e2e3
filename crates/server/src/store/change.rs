//! Records by table and key, and changes of them.

use std::collections::BTreeMap;

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Bans by number.
    Bans,
    /// Actions of operators, by number.
    Audit,
    /// Restrictions of players, by session and player.
    Restrictions,
    /// Decisions about rooms, by session.
    Rooms,
    /// Data about all other tables: the version of their format, and the last numbers that were given.
    Meta,
}

/// One change of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub table: Table,
    /// Its key.
    pub key: String,
    /// The new value; none if the record is removed.
    pub value: Option<String>,
}

/// Every record of a database by kind and key.
pub(crate) type Contents = BTreeMap<Table, BTreeMap<String, String>>;

impl Table {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Bans, Self::Audit, Self::Restrictions, Self::Rooms, Self::Meta];

    /// The table's name in the file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bans => "bans",
            Self::Audit => "audit",
            Self::Restrictions => "standings",
            Self::Rooms => "rooms",
            Self::Meta => "meta",
        }
    }
}

impl Change {
    pub(crate) fn put(table: Table, key: String, value: &impl serde::Serialize) -> Self {
        let value = serde_json::to_string(value).expect("records are plain data with text as keys");
        Self { table, key, value: Some(value) }
    }

    pub(crate) fn delete(table: Table, key: String) -> Self {
        Self { table, key, value: None }
    }
}

/// A number as a key: sorted as text it is sorted as a number.
pub(crate) fn number_key(number: u64) -> String {
    format!("{number:020}")
}
