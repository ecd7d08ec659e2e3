//! The audit log of all nodes: which entries of this one are to be appended to it, and those of the others.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use consonance_cluster::placement::StoreAnswer;
use consonance_cluster::{ReplicaChange, ReplicaRequest};
use serde::Serialize;
use serde_json::Value;

use super::numbers::Numbers;
use crate::audit::{AuditEntry, AuditLog};

/// Entries of this node are appended one by one, in order; the number of the last one, and the entries read from the
/// log, show which are appended already.
#[derive(Debug)]
pub(super) struct AuditFeed {
    /// This node's name in its entries.
    node: Box<str>,
    /// Entries of the other nodes.
    pub(super) others: AuditLog,
    /// Of this node's entries, the shared log has all up to this number.
    published: u64,
    /// Higher ones of them that were read.
    seen: BTreeSet<u64>,
    is_caught_up: bool,
    /// The request that waits for an answer, and the entry that it is about.
    asked: Option<(u64, u64)>,
    retry_at: Option<Instant>,
    /// Entries that cannot be read.
    pub(super) malformed: u64,
}

/// A longer entry is not shared.
const ENTRY_BYTES_MAX: usize = 64 << 10;
const NODE_BYTES_MAX: usize = 256;
/// Before the store is asked again where it could not answer.
const RETRY: Duration = Duration::from_secs(1);

impl AuditFeed {
    /// Of the node with this name, whose entries up to this number were appended before.
    pub(super) fn new(node: &str, published: u64) -> Self {
        Self {
            node: node.into(),
            others: AuditLog::default(),
            published,
            seen: BTreeSet::new(),
            is_caught_up: false,
            asked: None,
            retry_at: None,
            malformed: 0,
        }
    }

    pub(super) fn node(&self) -> &str {
        &self.node
    }

    pub(super) fn published(&self) -> u64 {
        self.published
    }

    pub(super) fn handle_begun(&mut self) {
        (self.is_caught_up, self.asked, self.retry_at) = (false, None, None);
    }

    pub(super) fn handle_caught_up(&mut self) {
        self.is_caught_up = true;
    }

    pub(super) fn handle_lost(&mut self) {
        self.is_caught_up = false;
    }

    /// Whether all entries of the shared log were told.
    pub(super) fn is_caught_up(&self) -> bool {
        self.is_caught_up
    }

    /// The shared log has this entry, which may have been told before; returns the ban that it says was taken back.
    pub(super) fn handle_entry(&mut self, own: &AuditLog, value: &[u8]) -> Option<u64> {
        let Some(entry) = read(value) else {
            self.malformed += 1;
            return None;
        };
        let lifted = entry.lifted_ban();
        if own.get(entry.id) == Some(&entry) {
            if entry.id > self.published {
                self.seen.insert(entry.id);
            }
        } else {
            self.others.insert(entry);
        }
        lifted
    }

    pub(super) fn handle_answer(&mut self, now: Instant, number: u64, answer: StoreAnswer) {
        let Some((_, id)) = self.asked.take_if(|(asked, _)| *asked == number) else { return };
        match answer {
            StoreAnswer::Done(_) => self.note_published(id),
            StoreAnswer::Conflict | StoreAnswer::Unavailable => self.retry_at = Some(now + RETRY),
        }
    }

    /// The next request, which gets this number.
    pub(super) fn poll_request(
        &mut self,
        now: Instant,
        own: &AuditLog,
        number: u64,
    ) -> Option<ReplicaRequest> {
        self.retry_at = self.retry_at.filter(|at| *at > now);
        if !self.is_caught_up || self.retry_at.is_some() || self.asked.is_some() {
            return None;
        }
        while let Some(entry) = own.first_after(self.published) {
            let value = written(entry);
            if self.seen.contains(&entry.id) || !Numbers::is_shared(entry.id) || value.len() > ENTRY_BYTES_MAX
            {
                self.note_published(entry.id);
                continue;
            }
            self.asked = Some((number, entry.id));
            let id = format!("{}-{}", entry.id, self.node).into();
            return Some(ReplicaRequest { number, change: ReplicaChange::AppendAuditEntry { id, value } });
        }
        None
    }

    /// The time of the next retry, if the store could not answer.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.retry_at.filter(|_| self.is_caught_up && self.asked.is_none())
    }

    fn note_published(&mut self, id: u64) {
        (self.published, self.retry_at) = (self.published.max(id), None);
        self.seen = self.seen.split_off(&(self.published + 1));
    }
}

/// An entry as nodes share it. Nodes of 0.2 know its author as `actor`.
fn written(entry: &AuditEntry) -> Vec<u8> {
    #[derive(Serialize)]
    struct Shared<'e> {
        #[serde(flatten)]
        entry: &'e AuditEntry,
        actor: &'e str,
    }
    serde_json::to_vec(&Shared { entry, actor: &entry.by }).unwrap_or_default()
}

/// An entry of another node, or of this one; none if it is malformed or too large.
fn read(value: &[u8]) -> Option<AuditEntry> {
    if value.len() > ENTRY_BYTES_MAX {
        return None;
    }
    let mut value: Value = serde_json::from_slice(value).ok()?;
    if value.get("by").is_some() {
        value.as_object_mut()?.remove("actor");
    }
    let entry: AuditEntry = serde_json::from_value(value).ok()?;
    let has_node = entry.node.as_ref().is_some_and(|node| (1..=NODE_BYTES_MAX).contains(&node.len()));
    (has_node && Numbers::is_shared(entry.id)).then_some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(by: &str) -> AuditEntry {
        let text = format!(
            r#"{{"id":9007199254740991,"at":2,"by":"{by}","action":"kick","target":"Bob","result":"notified","node":"a"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_shared_entry_names_its_author_for_nodes_of_0_2_too() {
        let shared = written(&entry("Ann"));
        let value: Value = serde_json::from_slice(&shared).unwrap();
        assert_eq!((&value["by"], &value["actor"]), (&"Ann".into(), &"Ann".into()));
        assert_eq!(read(&shared), Some(entry("Ann")));
    }

    #[test]
    fn an_entry_of_a_node_of_0_2_is_read() {
        let mut value: Value = serde_json::to_value(entry("Ann")).unwrap();
        let author = value.as_object_mut().unwrap().remove("by").unwrap();
        value["actor"] = author;
        assert_eq!(read(value.to_string().as_bytes()), Some(entry("Ann")));
    }
}
