//! What the operator says: settings (flag = environment variable = TOML key) and the catalogue file.

mod catalogue;
mod file;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::admission::Admission;
use crate::domain::catalogue::Catalogue;
use crate::domain::policy::Policy;
use crate::domain::secret::Prefix;
use crate::domain::sets::Sets;
pub use file::{Mistake, Mistakes};
pub use settings::{
    EventSinks, Given, LogFormat, SETTINGS, Setting, Settings, Source, SyslogTarget, Values,
    duration,
};

/// The commented file that stands in while there is none, and that `latchkey config sample` prints.
pub const SAMPLE: &str = include_str!("sample.toml");
/// Where the file is looked for when nothing else is said.
pub const DEFAULT_FILE: &str = "latchkey.toml";

/// Everything the operator said, checked.
#[derive(Debug)]
pub struct Config {
    pub settings: Settings,
    pub instance: String,
    pub prefix: Prefix,
    pub policy: Policy,
    pub catalogue: Arc<Catalogue>,
    pub sets: Arc<Sets>,
    /// Which groups of the identity provider let people in; `None` where it alone decides.
    pub admission: Option<Arc<Admission>>,
    /// Each setting as it was given, to be shown.
    pub values: Values,
    /// The file that was read; `None` where the sample stands in.
    pub file: Option<PathBuf>,
}

impl Config {
    /// Reads file and settings. Every mistake is reported, not only the first.
    ///
    /// `path` is a file that has to be there; without one [`DEFAULT_FILE`] is read if it is there, else the sample.
    pub fn load(path: Option<&Path>, given: Values) -> Result<Self, Mistakes> {
        match path {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|e| Mistakes::one(format!("{}: {e}", path.display())))?;
                let config = Self::read(&text, &path.display().to_string(), given)?;
                Ok(Self { file: Some(path.to_owned()), ..config })
            }
            None => match std::fs::read_to_string(DEFAULT_FILE) {
                Ok(text) => {
                    let config = Self::read(&text, DEFAULT_FILE, given)?;
                    Ok(Self { file: Some(DEFAULT_FILE.into()), ..config })
                }
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                    Self::read(SAMPLE, "the sample catalogue", given)
                }
                Err(e) => Err(Mistakes::one(format!("{DEFAULT_FILE}: {e}"))),
            },
        }
    }

    /// What another state of the file says differently that holds from the next start only: settings, and the name.
    pub fn held_back(&self, other: &Self) -> Vec<&'static str> {
        let value = |config: &Self, setting: &Setting| {
            let given = config.values.get(setting.key).map(|given| given.value.trim().to_owned());
            given.unwrap_or_else(|| setting.default.to_owned())
        };
        let name = (self.instance != other.instance).then_some("name");
        let differ = |setting: &&Setting| value(self, setting) != value(other, setting);
        let settings = SETTINGS.iter().filter(differ).map(|setting| setting.key);
        name.into_iter().chain(settings).collect()
    }

    /// What is wrong on this machine, as it is now, with what settings name. A server starts all the same, and waits for it.
    pub fn look_around(&self) -> Result<(), Mistakes> {
        let Some(path) = &self.settings.events.file else { return Ok(()) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let wrong = if path.is_dir() {
            format!("{} is a folder: name a file in it", path.display())
        } else if !folder.is_dir() {
            format!("there is no folder {}: make it, nothing else does", folder.display())
        } else {
            return Ok(());
        };
        let mut mistakes = Mistakes::default();
        mistakes.add(settings::place(&self.values, "events_file"), wrong);
        Err(mistakes)
    }

    /// Reads a file's text; `name` is what its mistakes are reported under.
    pub fn read(text: &str, name: &str, mut given: Values) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::of_file(name, text);
        let parsed = file::parse(text, &mut mistakes);
        let content = catalogue::read(&parsed, &mut given, &mut mistakes);
        let settings = Settings::read(&given, &mut mistakes);
        match (content, settings) {
            (Some(content), Some(settings)) if mistakes.is_empty() => Ok(Self {
                settings,
                instance: content.instance,
                prefix: content.prefix,
                policy: content.policy,
                catalogue: Arc::new(content.catalogue),
                sets: Arc::new(content.sets),
                admission: content.admission.map(Arc::new),
                values: given,
                file: None,
            }),
            _ => Err(mistakes),
        }
    }
}

#[cfg(test)]
mod limit_tests;
#[cfg(test)]
mod tests;
