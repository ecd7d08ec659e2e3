//! Storage that survives restarts: an embedded database in a folder, or, without one, none.
//!
//! Everything that is stored is also in memory, where it is asked; the database only has to take changes, on a thread
//! of its own, in order, several to a transaction. A change counts as stored when its transaction is on the disk;
//! whatever happens then, it is there after the next start. While writes fail, changes wait and are tried again, and
//! voice is not affected.
//!
//! The file `consonance.redb` has a table for each kind of record, keys and values both text, the values JSON
//! (`docs/storage.md` describes them); the table `meta` has the version under `schema`. A file of an older version is
//! brought up to date at start, and a copy of it stays beside it.

mod change;
mod database;
mod error;
mod status;
mod upgrade;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use change::{Change, Table};
pub(crate) use change::{Contents, number_key};
use database::Database;
pub use error::StoreError;
pub use status::{StoreStatus, Stored};
pub use writer::Ticket;
use writer::Writer;

use crate::folder_check::check_writable;

/// The way to the database; a clone leads to the same one.
#[derive(Clone, Debug)]
pub struct Store {
    /// None if everything is in memory only.
    writer: Option<Arc<Writer>>,
}

impl Store {
    /// Stores nothing.
    pub fn in_memory() -> Self {
        Self { writer: None }
    }

    /// Opens the database in this folder, or creates it; returns it with its contents.
    ///
    /// # Errors
    /// [`StoreError`], if the folder or the file cannot be used.
    pub(crate) fn open(folder: &Path) -> Result<(Self, Contents), StoreError> {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::folder(folder, &error))?;
        let path = folder.join(FILE_NAME);
        let database = upgrade::open(&path)?;
        let contents = database.contents()?;
        Ok((Self::over(database, path)?, contents))
    }

    /// Whether the database in this folder can be opened, or created; changes nothing.
    ///
    /// # Errors
    /// [`StoreError`], as when it is opened; also if another process has it open.
    pub(crate) fn check(folder: &Path) -> Result<(), StoreError> {
        check_writable(folder).map_err(|error| StoreError::folder(folder, &error))?;
        let path = folder.join(FILE_NAME);
        if std::fs::symlink_metadata(&path).is_ok() { Database::open(&path).map(drop) } else { Ok(()) }
    }

    /// A database that is missing is not created again: its contents are lost, and must not be taken for empty.
    fn over(database: Database, path: PathBuf) -> Result<Self, StoreError> {
        let writer = Writer::start(database, move || Database::open(&path))?;
        Ok(Self { writer: Some(Arc::new(writer)) })
    }

    /// Takes changes that belong together: either all are stored or none. Never blocks.
    pub fn write(&self, changes: Vec<Change>) -> Ticket {
        match &self.writer {
            Some(writer) => writer.write(changes),
            None => Ticket::done(Stored::InMemory),
        }
    }

    /// Waits until the disk has everything that was written before, but no longer than this.
    pub fn flush(&self, patience: Duration) -> Stored {
        self.write(Vec::new()).wait(Instant::now() + patience)
    }

    /// How it is doing.
    pub fn status(&self) -> StoreStatus {
        self.writer.as_ref().map_or_else(StoreStatus::default, |writer| writer.status())
    }
}

const FILE_NAME: &str = "consonance.redb";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::tests::with_threads;

    #[test]
    fn a_database_whose_thread_cannot_be_started_is_an_error_and_free_for_the_next() {
        let folder = std::env::temp_dir().join(format!("consonance-store-{}", std::process::id()));
        let started = with_threads(0, || Store::open(&folder));
        assert!(matches!(started, Err(StoreError::ThreadSpawnError(_))), "{started:?}");
        Store::open(&folder).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// A database whose first transaction fails because a table has another type, so that its file is reopened.
    #[cfg(unix)]
    fn failing_database(path: &Path) -> Database {
        drop(Database::open_or_make(path).unwrap());
        let file = redb::Database::open(path).unwrap();
        let transaction = file.begin_write().unwrap();
        let bans = redb::TableDefinition::<&str, &str>::new(Table::Bans.name());
        transaction.delete_table(bans).unwrap();
        transaction.open_table(redb::TableDefinition::<u64, u64>::new(Table::Bans.name())).unwrap();
        transaction.commit().unwrap();
        drop(file);
        Database::open(path).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn trouble_is_shown_until_the_disk_takes_changes_again_and_every_attempt_is_counted() {
        let folder = std::env::temp_dir().join(format!("consonance-store-again-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(FILE_NAME);
        let database = failing_database(&path);
        std::fs::remove_file(&path).unwrap();
        drop(Database::open_or_make(&path).unwrap());
        let store = Store::over(database, path).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        for transactions in 1..=2 {
            let ticket = store.write(vec![Change::delete(Table::Bans, number_key(1))]);
            assert_eq!(ticket.wait(deadline), Stored::OnDisk);
            let status = store.status();
            assert_eq!((status.transactions, status.errors), (transactions, 1));
            assert_eq!((status.trouble, status.waiting), (None, 0));
        }
        drop(store);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_database_that_is_gone_while_the_server_runs_is_waited_for_and_not_made_again() {
        let folder = std::env::temp_dir().join(format!("consonance-store-gone-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(FILE_NAME);
        let database = failing_database(&path);
        std::fs::remove_file(&path).unwrap();
        let store = Store::over(database, path.clone()).unwrap();
        let ticket = store.write(vec![Change::delete(Table::Bans, number_key(1))]);
        let deadline = Instant::now() + Duration::from_mins(1);
        let status = loop {
            let status = store.status();
            assert!(status.transactions == 0 && Instant::now() < deadline, "{status:?}");
            if status.errors >= 2 {
                break status;
            }
            std::thread::yield_now();
        };
        let trouble = status.trouble.unwrap_or_default();
        assert!(trouble.contains("cannot read or write"), "{trouble}");
        assert_eq!((status.waiting, path.exists()), (1, false));
        drop(store);
        assert_eq!(ticket.wait(deadline), Stored::InMemory, "the server goes, and nothing was stored");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
