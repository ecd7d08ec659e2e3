//! The keys of a declaration, their documentation, and their values.

use std::path::PathBuf;
use std::time::Duration;

use consonance_settings::{
    DeclaredSettings, PlainValue, SettingChoice, SettingKind, SettingRange, SettingType, settings,
};

#[derive(Clone, Debug, PartialEq)]
struct Rate {
    per_second: u32,
    burst: u32,
}

settings! {
    /// Of a part.
    #[derive(Debug, PartialEq)]
    struct PartSettings {
        /// Of the part.
        pub depth: f64 = 0.5, 0..=1;
    }
}

settings! {
    /// All forms of declarations.
    #[derive(Debug, PartialEq)]
    struct AllSettings {
        /// A line
        /// and another one.
        ///
        /// A paragraph for programmers.
        #[example("lobby")]
        pub room: Option<String> = None;
        pub seconds: Duration as seconds_s = Duration::from_secs(2), 0.5..=600;
        /// Two keys.
        pub rate: Rate as {
            /// The first.
            per_second as rate_per_second, 1..=9;
            burst as rate_burst;
        } = Rate { per_second: 5, burst: 10 };
        /// A part.
        pub part: PartSettings as .. = PartSettings::default();
        /// No key.
        pub inner: u8 as _ = 3;
        /// Names.
        pub names: Vec<String> = vec!["a".into()];
        /// A byte.
        pub byte: u8 = 1;
        /// A flag.
        pub flag: bool = true;
    }
}

/// The attributes of a key.
struct Shown {
    name: &'static str,
    about: String,
    kind: SettingKind,
    value: PlainValue,
    range: Option<SettingRange>,
    example: Option<PlainValue>,
}

fn keys() -> Vec<Shown> {
    let mut keys = Vec::new();
    AllSettings::default().visit(&mut |key| {
        let (about, value) = (key.about(), key.value());
        keys.push(Shown {
            name: key.name,
            about,
            kind: key.kind,
            value,
            range: key.range,
            example: key.example,
        });
    });
    keys
}

/// Sets the key of this name.
fn set(settings: &mut AllSettings, name: &str, value: &PlainValue) -> bool {
    let mut is_set = false;
    settings.visit(&mut |mut key| is_set |= key.name == name && key.set(value));
    is_set
}

#[test]
fn keys_come_in_the_order_of_the_struct_with_those_of_parts_in_their_place() {
    let expected = [
        ("room", SettingKind::Text),
        ("seconds_s", SettingKind::Decimal),
        ("rate_per_second", SettingKind::Whole(u32::MAX.into())),
        ("rate_burst", SettingKind::Whole(u32::MAX.into())),
        ("depth", SettingKind::Decimal),
        ("names", SettingKind::List(Box::new(SettingKind::Text))),
        ("byte", SettingKind::Whole(255)),
        ("flag", SettingKind::Flag),
    ];
    assert_eq!(keys().into_iter().map(|key| (key.name, key.kind)).collect::<Vec<_>>(), expected);
}

#[test]
fn a_key_has_the_default_of_its_field_and_its_range_and_example() {
    let values: Vec<_> = keys().into_iter().map(|key| key.value).collect();
    let text = |text: &str| PlainValue::Text(text.into());
    let expected = [
        PlainValue::None,
        PlainValue::Decimal(2.0),
        PlainValue::Whole(5),
        PlainValue::Whole(10),
        PlainValue::Decimal(0.5),
        PlainValue::List(vec![text("a")]),
        PlainValue::Whole(1),
        PlainValue::Flag(true),
    ];
    assert_eq!(values, expected);
    let ranges: Vec<_> = keys().into_iter().filter_map(|key| key.range).collect();
    let (seconds, depth) = (SettingRange::Decimal(0.5, 600.0), SettingRange::Decimal(0.0, 1.0));
    assert_eq!(ranges, [seconds, SettingRange::Whole(1, 9), depth]);
    let examples: Vec<_> = keys().into_iter().filter_map(|key| key.example).collect();
    assert_eq!(examples, [text("lobby")]);
}

#[test]
fn an_operator_reads_the_first_paragraph_in_one_line() {
    let about: Vec<_> = keys().into_iter().take(3).map(|key| key.about).collect();
    assert_eq!(about, ["A line and another one.", "", "The first."]);
}

#[test]
fn a_value_of_the_right_kind_is_set_and_no_other_changes_anything() {
    let mut settings = AllSettings::default();
    let text = PlainValue::Text("b".into());
    assert!(set(&mut settings, "room", &text));
    assert!(set(&mut settings, "seconds_s", &PlainValue::Whole(3)));
    assert!(set(&mut settings, "rate_burst", &PlainValue::Whole(11)));
    assert!(set(&mut settings, "depth", &PlainValue::Decimal(0.25)));
    assert!(set(&mut settings, "names", &PlainValue::List(vec![text.clone()])));
    let expected = AllSettings {
        room: Some("b".into()),
        seconds: Duration::from_secs(3),
        rate: Rate { per_second: 5, burst: 11 },
        part: PartSettings { depth: 0.25 },
        names: vec!["b".into()],
        ..AllSettings::default()
    };
    assert_eq!(settings, expected);
    for (name, wrong) in [
        ("flag", &text),
        ("room", &PlainValue::Flag(true)),
        ("byte", &PlainValue::Whole(256)),
        ("rate_per_second", &PlainValue::Decimal(1.0)),
        ("seconds_s", &PlainValue::Decimal(-1.0)),
        ("seconds_s", &PlainValue::Decimal(f64::NAN)),
        ("depth", &PlainValue::None),
        ("names", &PlainValue::List(vec![PlainValue::None])),
        ("inner", &PlainValue::Whole(4)),
    ] {
        assert!(!set(&mut settings, name, wrong), "{name}: {wrong:?}");
    }
    assert_eq!(settings, expected);
    assert!(set(&mut settings, "room", &PlainValue::None));
    assert_eq!(settings.room, None);
}

settings! {
    /// Keys in an inner table.
    struct OuterSettings {
        pub usual: bool = true;
        pub rare: bool as more.rarely = false;
        pub rate: Rate as {
            per_second as more.per_second, 1..=9;
        } = Rate { per_second: 5, burst: 10 };
        pub part: PartSettings as more.* = PartSettings::default();
    }
}

#[test]
fn a_key_may_be_in_an_inner_table() {
    let (mut keys, mut settings) = (Vec::new(), OuterSettings::default());
    settings.visit(&mut |mut key| {
        keys.push((key.table, key.name, key.range));
        if key.name == "rarely" {
            assert!(key.set(&PlainValue::Flag(true)));
        }
    });
    let (rate, depth) = (SettingRange::Whole(1, 9), SettingRange::Decimal(0.0, 1.0));
    let expected = [
        (None, "usual", None),
        (Some("more"), "rarely", None),
        (Some("more"), "per_second", Some(rate)),
        (Some("more"), "depth", Some(depth)),
    ];
    assert_eq!(keys, expected);
    assert!(settings.usual && settings.rare);
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Newest,
    Oldest,
    Random,
}

impl SettingChoice for Order {
    const CHOICES: &'static [(&'static str, Self)] = &[("newest", Self::Newest), ("oldest", Self::Oldest)];
}

#[test]
fn a_choice_is_one_of_its_words() {
    assert_eq!(Order::kind(), SettingKind::Choice(vec!["newest", "oldest"]));
    assert_eq!(Order::Oldest.to_plain(), "oldest".into());
    assert_eq!(Order::from_plain(&"newest".into()), Some(Order::Newest));
    assert_eq!(Option::<Order>::from_plain(&PlainValue::None), Some(None));
    for wrong in [PlainValue::from("Newest"), PlainValue::from("random"), PlainValue::Whole(0)] {
        assert_eq!(Order::from_plain(&wrong), None, "{wrong:?}");
    }
    assert_eq!(Order::Random.to_plain(), PlainValue::None, "a value without a word");
}

#[test]
fn a_signed_number_is_set_from_0_on() {
    assert_eq!(i32::kind(), SettingKind::Whole(2_147_483_647));
    assert_eq!(i32::from_plain(&PlainValue::Whole(2_147_483_647)), Some(i32::MAX));
    assert_eq!(i32::from_plain(&PlainValue::Whole(2_147_483_648)), None);
    assert_eq!((-1_i32).to_plain(), PlainValue::Whole(0));
}

#[test]
fn a_path_is_written_as_text() {
    assert_eq!(PathBuf::kind(), SettingKind::Path);
    assert_eq!(PathBuf::from("a/b").to_plain(), "a/b".into());
    assert_eq!(PathBuf::from_plain(&"a/b".into()), Some(PathBuf::from("a/b")));
    assert_eq!(PathBuf::from_plain(&PlainValue::Whole(1)), None);
}
