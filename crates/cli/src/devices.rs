//! `consonance devices`: the microphones and loudspeakers of this machine.

use std::error::Error;
use std::io::{Write, stdout};

use clap::Args;
use consonance_device::devices::{
    Backend, DeviceError, DeviceInfo, DeviceList, Devices as SoundDevices, Direction,
};
use serde_json::{Value, json};

/// How to list them.
#[derive(Debug, Args)]
pub(crate) struct Devices {
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    /// List null devices, for tests.
    #[arg(long, hide = true)]
    null_devices: bool,
}

/// Lists the devices. An empty list is not an error.
pub(crate) fn run(arguments: &Devices) -> Result<(), Box<dyn Error>> {
    let list = match SoundDevices::list(backend(arguments.null_devices)) {
        Ok(list) => list,
        Err(DeviceError::Missing) => DeviceList::default(),
        Err(trouble) => return Err(trouble.into()),
    };
    let text = if arguments.json { as_json(&list).to_string() } else { in_words(&list) };
    writeln!(stdout(), "{text}")?;
    Ok(())
}

/// The devices of this machine, or those for tests.
pub(crate) fn backend(null_devices: bool) -> Backend {
    if null_devices { Backend::Null } else { Backend::Automatic }
}

/// Names come from devices, which are untrusted: they must not contain terminal control sequences.
pub(crate) fn shown(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn as_json(list: &DeviceList) -> Value {
    let devices = |direction| -> Vec<Value> {
        let devices = list.of(direction).iter();
        devices.map(|device| json!({"name": device.name, "default": device.is_default})).collect()
    };
    json!({"inputs": devices(Direction::Input), "outputs": devices(Direction::Output)})
}

fn in_words(list: &DeviceList) -> String {
    if list.inputs.is_empty() && list.outputs.is_empty() {
        return DeviceError::Missing.to_string();
    }
    let mut lines = rows("microphones", &list.inputs);
    lines.extend(rows("loudspeakers", &list.outputs));
    if list.inputs.iter().chain(&list.outputs).any(|device| device.is_default) {
        lines.push("\n* is the system's default".into());
    }
    lines.join("\n")
}

/// One line per device, the heading before the first.
fn rows(heading: &str, devices: &[DeviceInfo]) -> Vec<String> {
    if devices.is_empty() {
        return vec![format!("{heading:<14}  none")];
    }
    let headings = std::iter::once(heading).chain(std::iter::repeat(""));
    let row = |(heading, device): (&str, &DeviceInfo)| {
        let mark = if device.is_default { '*' } else { ' ' };
        format!("{heading:<14}{mark} {}", shown(&device.name))
    };
    headings.zip(devices).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str, is_default: bool) -> DeviceInfo {
        DeviceInfo { name: name.into(), is_default }
    }

    #[test]
    fn the_default_is_marked_in_each_direction() {
        let list = DeviceList {
            inputs: vec![device("Webcam", false), device("Headset", true)],
            outputs: vec![device("Headset", true)],
        };
        let expected = "microphones     Webcam\n              * Headset\nloudspeakers  * Headset\n\n\
                        * is the system's default";
        assert_eq!(in_words(&list), expected);
        let json = as_json(&list);
        assert_eq!(json["inputs"][1], json!({"name": "Headset", "default": true}));
    }

    #[test]
    fn nothing_is_said_in_one_kind_line() {
        assert_eq!(in_words(&DeviceList::default()).lines().count(), 1);
        assert_eq!(as_json(&DeviceList::default()), json!({"inputs": [], "outputs": []}));
        let deaf = DeviceList { inputs: vec![device("Webcam", false)], outputs: Vec::new() };
        assert_eq!(in_words(&deaf), "microphones     Webcam\nloudspeakers    none");
    }

    #[test]
    fn the_name_of_a_device_cannot_steer_the_terminal() {
        assert_eq!(rows("", &[device("Eve\u{1b}[2J", false)]), ["                Eve [2J"]);
    }
}
