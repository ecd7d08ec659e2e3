//! The microphones and loudspeakers of a system.

use crate::devices::event::Direction;
use crate::devices::limits::LISTED_MAX;

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// The system's name for it; unique within its direction: if several devices share a name, a number is appended.
    pub name: String,
    /// Whether it is the system's default.
    pub is_default: bool,
}

/// The available devices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceList {
    /// Microphones.
    pub inputs: Vec<DeviceInfo>,
    /// Loudspeakers.
    pub outputs: Vec<DeviceInfo>,
}

impl DeviceList {
    /// The devices of one direction.
    pub fn of(&self, direction: Direction) -> &[DeviceInfo] {
        match direction {
            Direction::Input => &self.inputs,
            Direction::Output => &self.outputs,
        }
    }

    /// The one that the system uses.
    pub fn default_of(&self, direction: Direction) -> Option<&DeviceInfo> {
        self.of(direction).iter().find(|device| device.is_default)
    }

    /// The device with this full name, or with this part of its name if no other device has it, ignoring case.
    ///
    /// # Errors
    /// [`FindError`] if no device matches, or several do.
    pub fn find(&self, direction: Direction, words: &str) -> Result<&DeviceInfo, FindError> {
        let devices = self.of(direction);
        if let Some(exact) = devices.iter().find(|device| device.name == words) {
            return Ok(exact);
        }
        let part = words.to_lowercase();
        let names = |devices: &mut dyn Iterator<Item = &DeviceInfo>| {
            devices.map(|device| device.name.clone()).collect::<Vec<_>>()
        };
        let mut matching = devices.iter().filter(|device| device.name.to_lowercase().contains(&part));
        match (matching.next(), matching.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(FindError::Unknown { words: words.into(), names: names(&mut devices.iter()) }),
            (Some(first), Some(second)) => {
                let names = names(&mut [first, second].into_iter().chain(matching));
                Err(FindError::Ambiguous { words: words.into(), names })
            }
        }
    }

    /// Adds a device under a unique name.
    pub(crate) fn add(&mut self, direction: Direction, name: &str, is_default: bool) -> Option<&DeviceInfo> {
        let devices = match direction {
            Direction::Input => &mut self.inputs,
            Direction::Output => &mut self.outputs,
        };
        if devices.len() == LISTED_MAX {
            return None;
        }
        let name = if name.is_empty() { "unnamed device" } else { name };
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let name = names.find(|name| devices.iter().all(|device| device.name != *name))?;
        devices.push(DeviceInfo { name, is_default });
        devices.last()
    }
}

/// Why a name does not identify a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// No device has this name.
    #[error("unknown device \"{words}\"{}", choose(names))]
    Unknown {
        /// The name, or part of a name, that was searched for.
        words: String,
        /// The names of all devices of that direction.
        names: Vec<String>,
    },
    /// Several devices match.
    #[error("\"{words}\" is ambiguous, matching: {}; enter more of the name", names.join(", "))]
    Ambiguous {
        /// The name, or part of a name, that was searched for.
        words: String,
        /// The names of the devices that match.
        names: Vec<String>,
    },
}

/// What to do about a name that no device has.
fn choose(names: &[String]) -> String {
    if names.is_empty() {
        ", and none is available; plug one in".to_owned()
    } else {
        format!("; choose one of: {}", names.join(", "))
    }
}

impl FindError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown",
            Self::Ambiguous { .. } => "ambiguous",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> DeviceList {
        let mut list = DeviceList::default();
        for (name, is_default) in [("Headset", false), ("Built-in Microphone", true), ("Headset", false)] {
            list.add(Direction::Input, name, is_default);
        }
        list
    }

    #[test]
    fn two_of_a_name_are_numbered_and_what_has_no_name_gets_one() {
        let mut list = list();
        list.add(Direction::Input, "", false);
        let names: Vec<_> = list.inputs.iter().map(|device| &*device.name).collect();
        assert_eq!(names, ["Headset", "Built-in Microphone", "Headset (2)", "unnamed device"]);
        assert_eq!(
            list.default_of(Direction::Input).map(|device| &*device.name),
            Some("Built-in Microphone")
        );
        assert_eq!(list.default_of(Direction::Output), None);
    }

    #[test]
    fn a_device_is_found_by_its_name_or_an_unmistakable_part_of_it() {
        let list = list();
        let find = |words| list.find(Direction::Input, words).map(|device| &*device.name);
        assert_eq!(find("Headset"), Ok("Headset"));
        assert_eq!(find("built"), Ok("Built-in Microphone"));
        let names = vec!["Headset".to_owned(), "Headset (2)".to_owned()];
        assert_eq!(find("head"), Err(FindError::Ambiguous { words: "head".into(), names }));
        assert!(find("webcam").unwrap_err().to_string().ends_with("Built-in Microphone, Headset (2)"));
        assert!(list.find(Direction::Output, "any").unwrap_err().to_string().contains("plug one in"));
    }

    #[test]
    fn a_system_with_very_many_devices_is_cut_short() {
        let mut list = DeviceList::default();
        for _ in 0..=LISTED_MAX {
            list.add(Direction::Output, "virtual", false);
        }
        assert_eq!(list.outputs.len(), LISTED_MAX);
    }
}
