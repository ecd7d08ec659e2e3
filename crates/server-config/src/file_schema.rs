//! The JSON Schema of the file, made once from the structs of its tables.

use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::config::Config;
use crate::listening::{NetworkTables, add_tables};
use crate::schema::{Section, Setting, schema_of, sections_of, settings_in, without_marks};

/// The JSON Schema (draft 2020-12) of a configuration file, for editors.
pub fn json_schema(networks: NetworkTables) -> String {
    let mut schema = without_marks(SCHEMA.clone());
    add_tables(&mut schema, networks);
    format!("{schema:#}\n")
}

/// The schema of the whole file, without references and without the tables of networks.
static SCHEMA: LazyLock<Json> = LazyLock::new(schema_of::<Config>);

/// All tables, in the order of the file.
pub(super) static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| sections_of(&SCHEMA));

/// All keys, in the order of the file.
pub(super) fn settings() -> impl Iterator<Item = &'static Setting> + Clone {
    settings_in(&SECTIONS)
}
