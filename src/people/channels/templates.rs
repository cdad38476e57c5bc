//! Templates of WeChat: which serves which kind of notice, and what stands in their fields, cut to what the platform takes.
//!
//! A setting says so in one line: `study=TEMPLATE_ID(thing1:title,thing2:body,time3:time); *=OTHER_ID(thing1:title)`. `*` serves
//! every kind that is not named.

use serde_json::{Map, Value, json};

use crate::base::time::Timestamp;

/// What a field is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Title,
    Body,
    Time,
}

/// A template, with what stands in its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: String,
    fields: Vec<(String, Source)>,
}

impl Template {
    /// The template of a kind, as the setting says it; nothing where it names none, or cannot be read.
    pub fn of_kind(setting: &str, kind: &str) -> Option<Template> {
        let lines = || setting.split(';').filter_map(|line| line.trim().split_once('='));
        let own = lines().find(|(of, _)| of.trim() == kind);
        let (_, said) = own.or_else(|| lines().find(|(of, _)| of.trim() == "*"))?;
        Template::read(said).ok()
    }

    /// What is wrong with the setting, in Chinese; nothing when it can be read.
    pub fn complaint(setting: &str, kinds: &[&str]) -> Option<String> {
        for line in setting.split(';').map(str::trim).filter(|line| !line.is_empty()) {
            let Some((kind, said)) = line.split_once('=') else {
                return Some(format!("“{line}”不是“类别=模板(字段:内容)”"));
            };
            if kind.trim() != "*" && !kinds.contains(&kind.trim()) {
                return Some(format!("没有“{}”这类通知", kind.trim()));
            }
            if let Err(complaint) = Template::read(said) {
                return Some(complaint);
            }
        }
        None
    }

    fn read(said: &str) -> Result<Template, String> {
        let wrong = || format!("“{}”不是“模板(字段:内容)”", said.trim());
        let (id, rest) = said.trim().split_once('(').ok_or_else(wrong)?;
        let inside = rest.strip_suffix(')').ok_or_else(wrong)?;
        let fields = inside.split(',').map(|field| {
            let (name, source) = field.split_once(':').ok_or_else(wrong)?;
            let source = match source.trim() {
                "title" => Source::Title,
                "body" => Source::Body,
                "time" => Source::Time,
                other => return Err(format!("字段内容只能是 title、body 或 time，不能是“{other}”")),
            };
            let name = name.trim();
            if limit_of(name).is_none() && source != Source::Time {
                return Err(format!(
                    "字段“{name}”的类型不能填写文字，请用 thing、name、phrase、character_string 或 const"
                ));
            }
            Ok((name.to_owned(), source))
        });
        let fields = fields.collect::<Result<Vec<_>, String>>()?;
        if id.trim().is_empty() || fields.is_empty() {
            return Err(wrong());
        }
        Ok(Template { id: id.trim().to_owned(), fields })
    }

    /// The fields of a message, each cut by characters; none is ever empty, which the platform refuses.
    pub fn fill(&self, title: &str, body: &str, at: Timestamp) -> Value {
        let mut data = Map::new();
        for (name, source) in &self.fields {
            let text = match source {
                Source::Title => title.to_owned(),
                Source::Body => body.replace(['\n', '\r'], " "),
                Source::Time => time_of(at),
            };
            let text = if text.trim().is_empty() { title.to_owned() } else { text };
            let text = limit_of(name).map_or(text.clone(), |limit| fitted(&text, limit));
            data.insert(name.clone(), json!({ "value": text }));
        }
        Value::Object(data)
    }
}

/// As much of a text as fits into so many characters, the sign for what is left out among them.
fn fitted(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}

/// Characters that a field of its type takes.
fn limit_of(name: &str) -> Option<usize> {
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
    match kind {
        "thing" | "const" => Some(20),
        "character_string" | "letter" => Some(32),
        "name" => Some(10),
        "phrase" => Some(5),
        // what an older template of the official account calls its fields
        "first" | "remark" | "keyword" => Some(100),
        _ => None,
    }
}

/// `2026年7月1日 07:50`, as the platform reads times.
fn time_of(at: Timestamp) -> String {
    let (year, month, day) = at.day().parts();
    format!("{year}年{month}月{day}日 {}", at.wall_time().0.format("%H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTING: &str = "study=A1(thing1:title,thing2:body,time3:time); *=B2(thing1:title)";

    #[test]
    fn each_kind_has_its_template_and_every_other_the_common_one() {
        assert_eq!(Template::of_kind(SETTING, "study").unwrap().id, "A1");
        assert_eq!(Template::of_kind(SETTING, "idea").unwrap().id, "B2");
        assert_eq!(Template::of_kind("study=A1(thing1:title)", "idea"), None);
        assert_eq!(Template::of_kind("", "study"), None);
    }

    #[test]
    fn fields_are_cut_by_characters_and_never_empty() {
        let at: Timestamp = "2026-07-01T07:50:00+08:00".parse().unwrap();
        let long = "学".repeat(40);
        let data = Template::of_kind(SETTING, "study").unwrap().fill(&long, "", at);
        let value = |name: &str| data[name]["value"].as_str().unwrap().to_owned();
        assert_eq!(value("thing1").chars().count(), 20);
        assert_eq!(value("thing2"), value("thing1"), "an empty one is refused by the platform");
        assert_eq!(value("time3"), "2026年7月1日 07:50");
    }

    #[test]
    fn a_setting_that_cannot_be_read_says_why() {
        for (setting, says) in [
            ("study", "不是"),
            ("other=A(thing1:title)", "没有“other”"),
            ("study=A", "不是"),
            ("study=A(thing1:name)", "只能是"),
            ("study=A(amount1:title)", "不能填写文字"),
        ] {
            assert!(Template::complaint(setting, &["study"]).unwrap().contains(says), "{setting}");
        }
        assert_eq!(Template::complaint(SETTING, &["study"]), None);
        assert_eq!(Template::complaint("", &[]), None);
    }
}
