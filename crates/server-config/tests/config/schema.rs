//! The JSON Schema for editors: values that it accepts, and values that it refuses.

use consonance_server_config::{default_file, json_schema};
use serde_json::{Value, json};

use crate::tables;

/// The first part of `value` that the schema refuses; knows only the keywords that settings' schemas use.
fn refused(schema: &Value, value: &Value, at: &str) -> Option<String> {
    let found = |why: &str| Some(format!("{at}: {why}"));
    let is_of = |kind: &Value| match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        other => panic!("{at}: type {other:?}"),
    };
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    if !schema["type"].is_null() && !kinds.iter().any(is_of) {
        return found("type");
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        return found("const");
    }
    let bound = |key: &str| schema[key].as_f64();
    if let Some(number) = value.as_f64()
        && (bound("minimum").is_some_and(|it| number < it) || bound("maximum").is_some_and(|it| number > it))
    {
        return found("range");
    }
    for choices in ["anyOf", "oneOf"] {
        if let Some(any) = schema[choices].as_array()
            && any.iter().all(|it| refused(it, value, at).is_some())
        {
            return found(choices);
        }
    }
    for item in value.as_array().into_iter().flatten() {
        if let Some(why) = refused(&schema["items"], item, at) {
            return Some(why);
        }
    }
    let keys = value.as_object()?;
    let required = schema["required"].as_array().into_iter().flatten();
    if required.filter_map(Value::as_str).any(|key| !keys.contains_key(key)) {
        return found("required");
    }
    keys.iter().find_map(|(key, value)| match &schema["properties"][key] {
        Value::Null if schema["additionalProperties"] == false => Some(format!("{at}.{key}: unknown")),
        known => refused(known, value, &format!("{at}.{key}")),
    })
}

fn refused_file(text: &str) -> Option<String> {
    let schema = serde_json::from_str(&json_schema(tables())).unwrap();
    let value = toml_as_json(toml::de::DeTable::parse(text).unwrap().get_ref());
    refused(&schema, &value, "")
}

fn toml_as_json(table: &toml::de::DeTable<'_>) -> Value {
    fn item(value: &toml::de::DeValue<'_>) -> Value {
        use toml::de::DeValue;
        match value {
            DeValue::String(text) => json!(text),
            DeValue::Integer(number) => json!(number.as_str().replace('_', "").parse::<i64>().unwrap()),
            DeValue::Float(number) => json!(number.as_str().parse::<f64>().unwrap()),
            DeValue::Boolean(flag) => json!(flag),
            DeValue::Array(items) => items.iter().map(|it| item(it.get_ref())).collect(),
            DeValue::Table(table) => toml_as_json(table),
            DeValue::Datetime(_) => Value::Null,
        }
    }
    table.iter().map(|(key, value)| (key.get_ref().to_string(), item(value.get_ref()))).collect()
}

#[test]
fn the_schema_admits_the_printed_file_with_and_without_its_examples() {
    let file = default_file();
    assert!(file.starts_with("#:schema ./consonance.schema.json\n"), "editors find the schema");
    assert_eq!(refused_file(&file), None);
    let example = |line: &str| line.strip_prefix("# ").filter(|line| line.contains(" = ")).map(str::to_owned);
    let with_examples: String =
        file.lines().map(|line| example(line).unwrap_or(line.into()) + "\n").collect();
    assert_eq!(refused_file(&with_examples), None);
}

#[test]
fn the_schema_refuses_what_the_server_refuses() {
    for (text, expected) in [
        ("lisetn = []", ".lisetn: unknown"),
        ("[limits]\nlink = 5", ".limits.link: unknown"),
        ("[limits]\nlinks = 'many'", ".limits.links: type"),
        ("[limits]\nlinks = 0", ".limits.links: range"),
        ("[limits]\nresume_s = 3601", ".limits.resume_s: range"),
        ("[log]\nlevel = 'loud'", ".log.level: oneOf"),
        ("listen = [5]", ".listen: anyOf"),
        ("[[listen]]\nnetwork = 'forge'\naddress = '[::]:5'\nvoice_type = 'A'", ".listen: anyOf"),
        ("[[access]]\ntokens = ['gold']", ".access: required"),
    ] {
        assert_eq!(refused_file(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn the_schema_admits_what_the_server_admits() {
    for text in [
        "listen = '[::]:5'\nsessions = 'one'",
        "[limits]\nresume_s = 5\n[admin]\nrequest_timeout_s = 0.5",
        "[[listen]]\nnetwork = 'quic'\naddress = '[::]:5'",
        "[[listen]]\nnetwork = 'fishnet'\naddress = '[::]:5'\nupstream = 'game:7'\nvoice_type = 'A'",
        "[[access]]\nroom = 'vip'\ntokens = 'gold'",
    ] {
        assert_eq!(refused_file(text), None, "{text}");
    }
}

#[test]
fn the_schema_describes_every_key_and_is_of_the_draft_that_editors_know() {
    let schema: Value = serde_json::from_str(&json_schema(tables())).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let links = &schema["properties"]["limits"]["properties"]["links"];
    assert_eq!(
        (&links["default"], &links["minimum"], &links["maximum"]),
        (&json!(5000), &json!(1), &json!(65_535))
    );
    assert!(links["description"].as_str().is_some_and(|words| words.starts_with("Links at once")));
}
