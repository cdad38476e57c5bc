//! What an enterprise may change without a restart 运行设置: a key, a range, a default, and whose change it is.
//!
//! A room makes its settings when it is opened, keeps them to read, and hands them over in its
//! [`Room`](crate::room::Room). What is in force is kept in memory and costs nothing to read; what was set is the newest
//! approved row of `setting_changes` for the key, and the default where there is none. The rows are the history, with who,
//! when and why; a delicate setting changes when a second person has approved ([`crate::base::approval`]). Another server
//! hears of a change within two seconds ([`TOPIC`]).
//!
//! The default is what the environment says, so a database on which nothing was set goes by it.

mod history;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{NaiveTime, Timelike};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::capability::Capability;
use crate::base::time::{Day, Timestamp, off_the_half_hour};
use crate::db::{Db, DbError};

pub use history::{
    SettingChange, SettingChangeId, answer, find, insert, instant_of_change, list, list_open, lock_row,
    newest_in_force, put_in_force,
};

use history::list_approved;

/// What other processes hear when a setting has changed.
pub const TOPIC: &str = "settings";

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From one number to another, both included, of this unit (in Chinese).
    Number { from: i64, to: i64, unit: &'static str },
    /// A time of day on the enterprise's clock.
    Time,
    /// Words of the enterprise's own, so many characters at most; may be empty.
    Words { most: usize },
    /// A telephone number as people write it; may be empty.
    Phone,
    /// A colour, `#RRGGBB`.
    Colour,
    /// One of these words, each with what people read in its place.
    OneOf(&'static [(&'static str, &'static str)]),
}

/// A value as it is sent and shown: a number, or text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// Of a setting that is a number.
    Number(i64),
    /// HH:MM at +08:00 of a setting that is a time of day; else the text itself.
    Text(String),
}

/// A value as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, or the minutes since midnight of a time of day.
    Number(i64),
    Text(String),
}

impl Value {
    /// The columns that keep it.
    pub fn columns(self) -> (i64, Option<String>) {
        match self {
            Value::Number(number) => (number, None),
            Value::Text(text) => (0, Some(text)),
        }
    }

    fn of(number: i64, text: Option<String>) -> Value {
        text.map_or(Value::Number(number), Value::Text)
    }
}

/// The longest telephone number, with what people write between its digits.
const PHONE_MOST: usize = 30;

/// One setting; clones share what is in force.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The room and what it is, such as `study.push_at`.
    pub key: &'static str,
    /// What it decides, in Chinese and in English.
    pub title: (&'static str, &'static str),
    pub range: Range,
    /// Who may change it.
    pub changed_by: Capability,
    /// Whether a second person has to approve.
    pub is_delicate: bool,
    default: Value,
    /// Whether a time on the hour or the half hour is moved.
    avoids_half_hours: bool,
    wakes: Option<&'static str>,
    current: Arc<AtomicI64>,
    /// What it was set to, and when, in that order; `None` for the default.
    changes: Arc<RwLock<Changes>>,
    text: Arc<RwLock<Arc<str>>>,
}

type Changes = Vec<(Timestamp, Option<Value>)>;

impl Setting {
    /// A setting that is a number of `unit`; `bounds` are included.
    pub fn number(
        key: &'static str,
        title: (&'static str, &'static str),
        changed_by: Capability,
        (bounds, unit): ((i64, i64), &'static str),
        default: i64,
    ) -> Setting {
        let range = Range::Number { from: bounds.0, to: bounds.1, unit };
        Setting::new(key, title, changed_by, range, Value::Number(default))
    }

    /// A setting that is text of the form that `range` says.
    pub fn text(
        key: &'static str,
        title: (&'static str, &'static str),
        changed_by: Capability,
        range: Range,
        default: &str,
    ) -> Setting {
        Setting::new(key, title, changed_by, range, Value::Text(default.to_owned()))
    }

    /// A setting that is a time of day.
    pub fn time(
        key: &'static str,
        title: (&'static str, &'static str),
        changed_by: Capability,
        default: NaiveTime,
    ) -> Setting {
        Setting::new(key, title, changed_by, Range::Time, Value::Number(minutes(default)))
    }

    fn new(
        key: &'static str,
        title: (&'static str, &'static str),
        changed_by: Capability,
        range: Range,
        default: Value,
    ) -> Setting {
        let setting = Setting {
            key,
            title,
            range,
            changed_by,
            is_delicate: false,
            default: default.clone(),
            avoids_half_hours: false,
            wakes: None,
            current: Arc::default(),
            changes: Arc::default(),
            text: Arc::new(RwLock::new("".into())),
        };
        setting.keep(default);
        setting
    }

    /// A change of it takes two people.
    pub fn delicate(self) -> Setting {
        Setting { is_delicate: true, ..self }
    }

    /// A time on the hour or the half hour is moved by some minutes, whoever says it.
    pub fn off_the_half_hour(self) -> Setting {
        let moved = Setting { default: moved(self.key, self.default.clone()), avoids_half_hours: true, ..self };
        moved.keep(moved.default());
        moved
    }

    /// A change of it may make something of this kind due at another instant.
    pub fn waking(self, kind: &'static str) -> Setting {
        Setting { wakes: Some(kind), ..self }
    }

    /// What is in force of a setting that is no text; minutes since midnight for a time of day.
    pub fn get(&self) -> i64 {
        self.current.load(Ordering::Relaxed)
    }

    /// What was in force when `day` began, of a setting that is no text: for what must not become otherwise in the course
    /// of a day.
    pub fn get_at_start_of(&self, day: Day) -> i64 {
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let last = changes.iter().rev().find(|(at, _)| *at < day.start()).and_then(|(_, value)| value.clone());
        match last.filter(|value| self.allows(value)).unwrap_or_else(|| self.default()) {
            Value::Number(number) => number,
            Value::Text(_) => 0,
        }
    }

    /// What is in force, for a setting whose range lies within the type.
    pub fn get_as<T: TryFrom<i64> + Default>(&self) -> T {
        T::try_from(self.get()).unwrap_or_default()
    }

    /// The time of day in force.
    pub fn time_of_day(&self) -> NaiveTime {
        time_of(self.get())
    }

    /// The text in force.
    pub fn words(&self) -> Arc<str> {
        self.text.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is in force.
    pub fn value(&self) -> Value {
        match self.default {
            Value::Number(_) => Value::Number(self.get()),
            Value::Text(_) => Value::Text(self.words().to_string()),
        }
    }

    /// A value as it is shown.
    pub fn show(&self, value: Value) -> SettingValue {
        match (self.range, value) {
            (Range::Time, Value::Number(minutes)) => SettingValue::Text(time_of(minutes).format("%H:%M").to_string()),
            (_, Value::Number(number)) => SettingValue::Number(number),
            (_, Value::Text(text)) => SettingValue::Text(text),
        }
    }

    /// What applies where nothing was set.
    pub fn default(&self) -> Value {
        self.default.clone()
    }

    /// A value as it was sent, if it lies within the range.
    pub fn read(&self, value: &SettingValue) -> Option<Value> {
        let value = match (self.range, value) {
            (Range::Number { .. }, SettingValue::Number(value)) => Value::Number(*value),
            (Range::Time, SettingValue::Text(text)) if is_hours_and_minutes(text) => {
                let time = Value::Number(minutes(NaiveTime::parse_from_str(text, "%H:%M").ok()?));
                if self.avoids_half_hours { moved(self.key, time) } else { time }
            }
            (Range::Number { .. } | Range::Time, _) | (_, SettingValue::Number(_)) => return None,
            (_, SettingValue::Text(text)) => Value::Text(text.trim().to_owned()),
        };
        self.allows(&value).then_some(value)
    }

    fn allows(&self, value: &Value) -> bool {
        match (self.range, value) {
            (Range::Number { from, to, .. }, Value::Number(value)) => (from..=to).contains(value),
            (Range::Time, Value::Number(value)) => (0..24 * 60).contains(value),
            (Range::Words { most }, Value::Text(text)) => {
                text.chars().count() <= most && !text.contains(char::is_control)
            }
            (Range::Phone, Value::Text(text)) => {
                text.len() <= PHONE_MOST && text.chars().all(|c| c.is_ascii_digit() || " -+()".contains(c))
            }
            (Range::Colour, Value::Text(text)) => {
                let digits = text.strip_prefix('#').unwrap_or_default();
                digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit())
            }
            (Range::OneOf(words), Value::Text(text)) => words.iter().any(|(word, _)| word == text),
            _ => false,
        }
    }

    /// Puts into force what was set at an instant.
    fn take(&self, at: Timestamp, set: Option<Value>) {
        self.changes.write().unwrap_or_else(PoisonError::into_inner).push((at, set.clone()));
        self.put(set);
    }

    /// Puts into force what the database says.
    fn replace(&self, changes: Changes) {
        let newest = changes.last().and_then(|(_, value)| value.clone());
        *self.changes.write().unwrap_or_else(PoisonError::into_inner) = changes;
        self.put(newest);
    }

    /// What an earlier version of the program allowed and this one does not is left out.
    fn put(&self, set: Option<Value>) {
        let allowed = set.clone().filter(|value| self.allows(value));
        if allowed != set {
            tracing::warn!(setting = self.key, ?set, "what was set lies outside of the range; the default applies");
        }
        self.keep(allowed.unwrap_or_else(|| self.default()));
    }

    fn keep(&self, value: Value) {
        // what was set before times were moved
        let value = if self.avoids_half_hours { moved(self.key, value) } else { value };
        match value {
            Value::Number(number) => self.current.store(number, Ordering::Relaxed),
            Value::Text(text) => *self.text.write().unwrap_or_else(PoisonError::into_inner) = text.into(),
        }
    }
}

/// Two digits, a colon and two digits, without any space or sign that parsers let pass.
fn is_hours_and_minutes(text: &str) -> bool {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    text.len() == 5 && text.as_bytes().get(2) == Some(&b':') && [0, 1, 3, 4].into_iter().all(is_digit)
}

/// A time of day off the half hour.
fn moved(key: &str, value: Value) -> Value {
    match value {
        Value::Number(at) => Value::Number(minutes(off_the_half_hour(time_of(at), key.as_bytes()))),
        text => text,
    }
}

fn minutes(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight() / 60)
}

fn time_of(minutes: i64) -> NaiveTime {
    let seconds = u32::try_from(minutes * 60).unwrap_or_default();
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default()
}

/// The settings of all rooms; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Settings(Arc<RwLock<Vec<Setting>>>);

impl Settings {
    /// Takes in what a room hands over.
    pub fn admit(&self, settings: Vec<Setting>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(settings);
    }

    /// Every setting, in the order of the rooms.
    pub fn each(&self) -> Vec<Setting> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn find(&self, key: &str) -> Option<Setting> {
        self.each().into_iter().find(|setting| setting.key == key)
    }

    /// Puts into force what the database says.
    pub async fn load(&self, db: &Db) -> Result<(), DbError> {
        let mut set = db.read(list_approved).await?;
        for setting in self.each() {
            setting.replace(set.remove(setting.key).unwrap_or_default());
        }
        Ok(())
    }
}
