//! What pages and tests promise, held against the code.

mod promised_limits;
mod promised_tests;
mod renamed_names;
