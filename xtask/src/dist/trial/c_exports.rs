//! The functions that a shared library offers, by the tools that read it.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::cross_target::CrossTarget;
use crate::failure::Failure;

/// Their names, sorted.
///
/// # Errors
/// [`Failure`] if the tool cannot read it.
pub(super) fn exports(target: &CrossTarget, library: &Path) -> Result<Vec<String>, Failure> {
    let (tool, words, name_of): (_, _, fn(&str) -> Option<&str>) = if target.is_windows() {
        ("x86_64-w64-mingw32-objdump", "--private-headers", in_export_table)
    } else {
        ("readelf", "--dyn-syms --wide", in_symbol_table)
    };
    let table = command::capture(Command::new(tool).args(words.split(' ')).arg(library))?;
    let mut names: Vec<String> = table.lines().filter_map(name_of).map(str::to_owned).collect();
    names.sort();
    Ok(names)
}

/// The name in a line such as `4: 0000000000012340  55 FUNC  GLOBAL DEFAULT  12 name`.
fn in_symbol_table(line: &str) -> Option<&str> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    let [_, _, _, _, "GLOBAL", _, section, name] = columns[..] else { return None };
    (section != "UND").then_some(name)
}

/// The name in a line such as `[   3] name`, or, in later versions of the tool, `[   3] +base[   4]  0003 name`.
fn in_export_table(line: &str) -> Option<&str> {
    let (number, after) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    number.trim().parse::<u32>().ok()?;
    // A line with this end belongs to another table, of addresses.
    after.split_whitespace().next_back().filter(|name| *name != "RVA")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_needs_itself_is_not_what_it_offers() {
        let row = "   214: 00000000003d6f20   120 FUNC    GLOBAL DEFAULT   12 consonance_stop";
        assert_eq!(in_symbol_table(row), Some("consonance_stop"));
        let needed = "     3: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND malloc@GLIBC_2.2.5 (2)";
        assert_eq!(in_symbol_table(needed), None);
        assert_eq!(in_symbol_table("   Num:    Value          Size Type    Bind   Vis      Ndx Name"), None);
    }

    #[test]
    fn of_the_tables_of_windows_the_one_with_names_counts() {
        for row in ["\t[   3] consonance_stop", "\t[   3] +base[   4]  0003 consonance_stop"] {
            assert_eq!(in_export_table(row), Some("consonance_stop"));
        }
        assert_eq!(in_export_table("[Ordinal/Name Pointer] Table"), None);
        assert_eq!(in_export_table("\t[   3] +base[   4] 5d6f20 Export RVA"), None);
    }
}
