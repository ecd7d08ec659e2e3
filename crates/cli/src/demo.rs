//! `consonance demo`: a session that proves itself, and the report about it.

#![cfg_attr(
    not(test),
    expect(dead_code, reason = "the session that fills the report comes with the next merge")
)]
#![expect(clippy::struct_field_names, reason = "a text message has a text, in `report.json` too")]

mod page;
pub(crate) mod report;
