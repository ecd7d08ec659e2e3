//! The script and the pages say the same.

use std::collections::BTreeSet;

use cargo_metadata::{MetadataCommand, TargetKind};

use super::{Scene, scenes};
use crate::check_docs::shown;
use crate::command;
use crate::workspace_root;

#[test]
fn every_command_that_a_page_shows_is_tried_in_its_order_and_no_other() {
    let shown = shown::commands(&workspace_root::find().unwrap()).unwrap();
    let mut wrong = Vec::new();
    let pages: BTreeSet<&str> =
        shown.iter().map(|shown| shown.page.as_str()).chain(scenes().map(|scene| scene.page)).collect();
    for page in pages {
        let on_page = shown.iter().filter(|shown| shown.page == page);
        let mut on_page: Vec<String> = on_page.map(ToString::to_string).collect();
        let tried: Vec<&str> = scenes().filter(|scene| scene.page == page).flat_map(commands).collect();
        // Only the command of a line is compared.
        let same = |(shown, tried): (&String, &&str)| shown.ends_with(&format!(": {tried}"));
        if on_page.len() != tried.len() || !on_page.iter().zip(&tried).all(same) {
            on_page.extend(tried.iter().map(|tried| format!("    in the script: {tried}")));
            wrong.push(on_page.join("\n"));
        }
    }
    let why = "xtask/src/check_docs/script/ tries these pages' commands otherwise than they show them";
    assert!(wrong.is_empty(), "{why}:\n{}", wrong.join("\n\n"));
}

#[test]
fn every_example_is_run() {
    let mut cargo =
        command::cargo(&workspace_root::find().unwrap(), ["metadata", "--format-version", "1", "--no-deps"]);
    let metadata = MetadataCommand::parse(command::capture(&mut cargo).unwrap()).unwrap();
    let mut examples = Vec::new();
    for package in metadata.workspace_packages() {
        let is_game = package.manifest_path.as_str().contains("/examples/");
        let runs = |kind| package.targets.iter().filter(move |target| target.kind.contains(&kind));
        examples.extend(runs(TargetKind::Example).map(|target| format!("--example {}", target.name)));
        examples
            .extend(runs(TargetKind::Bin).filter(|_| is_game).map(|target| format!("-p {}", target.name)));
    }
    let commands: Vec<&str> = scenes().flat_map(commands).collect();
    let is_run = |example: &&String| {
        commands.iter().any(|command| format!("{command} ").contains(&format!("{example} ")))
    };
    let missing: Vec<&String> = examples.iter().filter(|example| !is_run(example)).collect();
    assert!(examples.len() > 10, "{examples:?}");
    assert!(
        missing.is_empty(),
        "{missing:?} is never run: show it in its document, and try it in the script"
    );
}

fn commands(scene: &'static Scene) -> impl Iterator<Item = &'static str> {
    scene.steps.iter().filter(|step| step.is_shown).map(|step| step.command)
}
