//! JSON Schemas of tables, made from their structs, and what each key derives from them.

mod flat;

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json};

/// The schema of a table, without references.
pub(super) fn schema_of<T: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    simplify(&mut schema);
    flat::flatten(&mut schema);
    schema
}

/// The same without what only this crate reads.
pub(super) fn without_marks(mut schema: Json) -> Json {
    flat::remove_marks(&mut schema);
    schema
}

/// One key of a table that is not a table itself.
#[derive(Debug)]
pub(super) struct Setting {
    /// With its section, for example `limits.links`.
    pub(super) path: String,
    pub(super) schema: &'static Json,
    /// Whether a running server applies a changed value.
    pub(super) is_reloadable: bool,
    /// Where its value is in a configuration, which has the structs of other crates inside its tables.
    place: String,
}

/// A table of the file; the first is the top of the file.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) path: String,
    pub(super) about: &'static str,
    pub(super) keys: Vec<Setting>,
}

/// The tables of the file with this schema.
pub(super) fn sections_of(schema: &'static Json) -> Vec<Section> {
    let mut sections = Vec::new();
    collect(schema, "", false, &mut sections);
    sections
}

/// All keys of these tables.
pub(super) fn settings_in(sections: &'static [Section]) -> impl Iterator<Item = &'static Setting> + Clone {
    sections.iter().flat_map(|section| &section.keys)
}

fn collect(schema: &'static Json, path: &str, is_reloadable: bool, sections: &mut Vec<Section>) {
    let joined = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let reloads = |schema: &Json| schema["x-reload"].as_bool().unwrap_or(is_reloadable);
    let (tables, leaves): (Vec<_>, Vec<_>) =
        properties(schema).partition(|(_, schema)| kind(schema) == Kind::Table);
    let setting = |(key, schema): (&str, &'static Json)| {
        let place = flat::place_of(schema).map_or_else(|| joined(key), str::to_owned);
        Setting { path: joined(key), schema, is_reloadable: reloads(schema), place }
    };
    let keys = leaves.into_iter().map(setting).collect();
    let about = if path.is_empty() { "" } else { about(schema) };
    sections.push(Section { path: path.to_owned(), about, keys });
    for (key, schema) in tables {
        collect(schema, &joined(key), reloads(schema), sections);
    }
}

impl Setting {
    /// The name without its section.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit_once('.').map_or(&*self.path, |(_, name)| name)
    }

    /// The environment variable that overrides it.
    pub(super) fn variable(&self) -> String {
        variable(&self.path)
    }

    /// Its value in a configuration.
    pub(super) fn value_in<'c>(&self, config: &'c Json) -> &'c Json {
        flat::value_at(&self.place, config)
    }

    /// Puts a value into a configuration.
    pub(super) fn set_in(&self, config: &mut Json, value: Json) {
        flat::set_at(&self.place, config, value);
    }
}

/// The prefix of environment variables.
pub(super) const PREFIX: &str = "CONSONANCE_";

/// The environment variable for a key of this path.
pub(super) fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "_").to_uppercase())
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'s> {
    Flag,
    Whole(RangeInclusive<u64>),
    Decimal(RangeInclusive<f64>),
    String,
    Secret,
    Path,
    Address,
    /// The address of a service, which is shown in part only.
    ServiceUrl,
    /// One of these strings.
    Choice(Vec<&'s str>),
    /// A list; a single string stands for a list of one.
    List(&'s Json),
    Listeners,
    Table,
}

pub(super) fn kind(schema: &Json) -> Kind<'_> {
    let string = match (schema["format"].as_str(), schema["writeOnly"].as_bool()) {
        (_, Some(true)) => Kind::Secret,
        (Some("path"), _) => Kind::Path,
        (Some("address"), _) => Kind::Address,
        (Some("uri"), _) => Kind::ServiceUrl,
        _ => Kind::String,
    };
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["enum"].as_array()) {
        return Kind::Choice(choices.iter().filter_map(|it| it["const"].as_str().or(it.as_str())).collect());
    }
    if schema["format"] == "listeners" {
        return Kind::Listeners;
    }
    match schema["type"].as_str() {
        Some("boolean") => Kind::Flag,
        Some("integer") => {
            let (least, most) = (schema["minimum"].as_u64(), schema["maximum"].as_u64());
            Kind::Whole(least.unwrap_or(0)..=most.unwrap_or(u64::MAX))
        }
        Some("number") => {
            let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
            Kind::Decimal(least.unwrap_or(0.0)..=most.unwrap_or(f64::MAX))
        }
        Some("string") => string,
        Some("object") => Kind::Table,
        _ => Kind::List(&schema["items"]),
    }
}

/// The keys of a table, in the order of its struct.
pub(super) fn properties(schema: &Json) -> impl Iterator<Item = (&str, &Json)> + Clone {
    let order = schema["x-order"].as_array().into_iter().flatten().filter_map(Json::as_str);
    order.map(|key| (key, &schema["properties"][key])).filter(|(_, schema)| !schema.is_null())
}

/// An item of a list of tables, from its keys in a file.
pub(super) fn item_of(schema: &Json, keys: Map<String, Json>) -> Json {
    let mut item = Json::Object(Map::new());
    for (key, value) in keys {
        flat::set_at(flat::place_of(&schema["properties"][&key]).unwrap_or(&key), &mut item, value);
    }
    item
}

/// The value of a key of such an item, or of one as in a file.
pub(super) fn value_of_key<'v>(key: &str, schema: &Json, item: &'v Json) -> &'v Json {
    let value = flat::value_at(flat::place_of(schema).unwrap_or(key), item);
    if value.is_null() { &item[key] } else { value }
}

/// The description of a key or table.
pub(super) fn about(schema: &Json) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// Removes null, which TOML lacks, the sizes of Rust's integers and the defaults of whole tables, and allows a single
/// string for a list of one.
pub(super) fn simplify(schema: &mut Json) {
    match schema {
        Json::Array(items) => items.iter_mut().for_each(simplify),
        Json::Object(keys) => {
            keys.values_mut().for_each(simplify);
            simplify_keys(keys);
        }
        _ => {}
    }
}

fn simplify_keys(keys: &mut Map<String, Json>) {
    if let Some(Json::Array(types)) = keys.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = &types[..] {
            keys["type"] = only.clone();
        }
    }
    if keys.get("format").is_some_and(|format| format == "uint32") && !keys.contains_key("maximum") {
        keys.insert("maximum".into(), Json::from(u32::MAX));
    }
    let is_integer = keys.get("type").is_some_and(|kind| kind == "integer");
    if let Some(Json::String(words)) = keys.get_mut("description") {
        *words = words.replace('\n', " ");
    }
    if let Some(quic) = keys.get("default").and_then(|default| default.get("quic")).cloned() {
        keys.insert("default".into(), quic);
    }
    keys.retain(|key, value| match &**key {
        "default" => !value.is_null() && !value.is_object(),
        "format" => !is_integer && value != "double",
        _ => true,
    });
    let is_of_strings = keys.get("items").is_some_and(|items| items["type"] == "string");
    if is_of_strings {
        keys["type"] = ["array", "string"].into_iter().collect();
        if let Some(format) = keys.remove("format") {
            keys["items"]["format"] = format;
        }
    }
}
