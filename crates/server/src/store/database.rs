//! The database file: opened, read whole, and changed one transaction at a time.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::{ReadableDatabase, ReadableTable, TableDefinition};

use super::{Change, Contents, StoreError, Table};

/// An open database; no other process has it.
pub(super) struct Database {
    file: redb::Database,
    path: PathBuf,
}

impl Database {
    /// Opens the file, or makes it if nothing has its name: neither a file that cannot be looked at, nor a link to a
    /// disk that is not there just now.
    pub(super) fn open_or_make(path: &Path) -> Result<Self, StoreError> {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(path)?,
            _ => {}
        }
        Self::open(path)
    }

    /// Opens the file, which has to be there.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let found = fs::metadata(path).map_err(|error| StoreError::disk(path, &error))?;
        if found.len() == 0 {
            return Err(StoreError::damaged(path, "the file is empty"));
        }
        // A truncated or overwritten file may violate assumptions of the library, which then panics.
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let file = builder().open(path).map_err(|error| StoreError::of(path, error.into()))?;
            let database = Self { file, path: path.to_owned() };
            database.check_schema()?;
            Ok(database)
        }));
        opened.unwrap_or_else(|_| Err(StoreError::damaged(path, "its header is invalid")))
    }

    /// Everything in it.
    pub(super) fn contents(&self) -> Result<Contents, StoreError> {
        let read = catch_unwind(AssertUnwindSafe(|| self.read_all().map_err(|error| self.error(error))));
        read.unwrap_or_else(|_| Err(StoreError::damaged(&self.path, "its records cannot be reached")))
    }

    /// Stores all of these changes, or with an error none. After an error the database has to be opened again.
    pub(super) fn commit<'a>(&self, changes: impl Iterator<Item = &'a Change>) -> Result<(), StoreError> {
        self.write(changes).map_err(|error| self.error(error))
    }

    fn check_schema(&self) -> Result<(), StoreError> {
        let found = self.schema().map_err(|error| self.error(error))?;
        match found.as_deref() {
            Some(SCHEMA | SCHEMA_OF_EXACT_NAMES) => Ok(()),
            Some(found) => Err(StoreError::TooNew { file: self.path.clone(), found: found.to_owned() }),
            None => Err(StoreError::damaged(&self.path, "it has no format version")),
        }
    }

    /// Whether the file was written by a version that compared names exactly.
    pub(super) fn is_of_exact_names(&self) -> Result<bool, StoreError> {
        let found = self.schema().map_err(|error| self.error(error))?;
        Ok(found.as_deref() == Some(SCHEMA_OF_EXACT_NAMES))
    }

    /// Gives the file the present version.
    pub(super) fn set_schema(&self) -> Result<(), StoreError> {
        let set = || -> Result<(), redb::Error> {
            let transaction = self.file.begin_write()?;
            transaction.open_table(META)?.insert(SCHEMA_KEY, SCHEMA)?;
            transaction.commit()?;
            Ok(())
        };
        set().map_err(|error| self.error(error))
    }

    fn schema(&self) -> Result<Option<String>, redb::Error> {
        let transaction = self.file.begin_read()?;
        let meta = transaction.open_table(META)?;
        Ok(meta.get(SCHEMA_KEY)?.map(|value| value.value().to_owned()))
    }

    fn read_all(&self) -> Result<Contents, redb::Error> {
        let transaction = self.file.begin_read()?;
        let mut contents = Contents::new();
        for table in Table::ALL {
            let records = transaction.open_table(definition(table))?;
            let into = contents.entry(table).or_default();
            for record in records.iter()? {
                let (key, value) = record?;
                into.insert(key.value().to_owned(), value.value().to_owned());
            }
        }
        Ok(contents)
    }

    fn write<'a>(&self, changes: impl Iterator<Item = &'a Change>) -> Result<(), redb::Error> {
        let transaction = self.file.begin_write()?;
        for change in changes {
            let mut table = transaction.open_table(definition(change.table))?;
            match &change.value {
                Some(value) => drop(table.insert(&*change.key, &**value)?),
                None => drop(table.remove(&*change.key)?),
            }
        }
        transaction.commit()?;
        Ok(())
    }

    fn error(&self, error: redb::Error) -> StoreError {
        StoreError::of(&self.path, error)
    }
}

/// Makes the file under another name first: a server that is killed meanwhile leaves no half of one behind.
fn make(path: &Path) -> Result<(), StoreError> {
    let unfinished = path.with_extension("redb.new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(StoreError::disk(path, &error)),
        _ => {}
    }
    let fill = || -> Result<(), redb::Error> {
        let file = builder().create(&unfinished)?;
        let transaction = file.begin_write()?;
        transaction.open_table(META)?.insert(SCHEMA_KEY, SCHEMA)?;
        for table in Table::ALL {
            transaction.open_table(definition(table))?;
        }
        transaction.commit()?;
        Ok(())
    };
    fill().map_err(|error| StoreError::of(path, error))?;
    fs::rename(&unfinished, path).map_err(|error| StoreError::disk(path, &error))
}

fn builder() -> redb::Builder {
    let mut builder = redb::Builder::new();
    // The file is read only at the start.
    builder.set_cache_size(CACHE_BYTES);
    builder
}

const fn definition(table: Table) -> TableDefinition<'static, &'static str, &'static str> {
    TableDefinition::new(table.name())
}

const META: TableDefinition<'static, &'static str, &'static str> = definition(Table::Meta);
const SCHEMA_KEY: &str = "schema";
/// The version of the records' format. Since 2, a player has one record for all spellings of its name, which earlier
/// versions would overlook.
const SCHEMA: &str = "2";
/// The same records, several of them for one name where its spellings differ.
const SCHEMA_OF_EXACT_NAMES: &str = "1";
const CACHE_BYTES: usize = 2 << 20;
