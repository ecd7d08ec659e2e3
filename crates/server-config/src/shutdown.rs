//! `[shutdown]`: how the server shuts down, and where its players go.

use std::path::PathBuf;

use consonance_server::{DrainPlan, RestartPlan};

use crate::declared::Declared;
use crate::table::table;

table! {
    /// `[shutdown]`: how the server shuts down, and where its players go.
    #[schemars(extend("x-reload" = true))]
    pub struct ShutdownConfig {
        /// How the sessions drain.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<DrainPlan>", extend("x-flat" = true))]
        pub draining: DrainPlan = DrainPlan::default();
        /// A file through which a restart keeps sessions; see docs/operations.md. It contains secrets.
        #[schemars(example = &"/run/consonance/hand-over", extend("format" = "path"))]
        pub handover_file: Option<PathBuf> = None;
        /// How the next process continues.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<RestartPlan>", extend("x-flat" = true))]
        pub restart: RestartPlan = RestartPlan::default();
    }
}
