//! Whether answers are what a form asks for.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Answers, Asked, Fault, Form, FormKind, Lookup, scaled};
use crate::base::text::{in_quotes, visible};
use crate::base::time::Day;

/// How closely answers are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// What is being written: it may be incomplete, and longer than it will have to be.
    Draft,
    /// What is handed in.
    Whole,
}

/// What a draft may hold at most, whatever its form says.
const DRAFT_TEXT: usize = 5_000;
const DRAFT_NUMBER: usize = 40;
const DRAFT_ROWS: usize = 100;

/// The answers as they are kept, without what is empty; or everything that is wrong with them, with pointers into them.
/// What the program fills in is taken as it is.
pub fn clean(form: &Form, answers: &Answers, care: Care, lookup: &Lookup<'_>) -> Result<Answers, Vec<Fault>> {
    let mut kept = Answers::new();
    let mut look = Looking { care, lookup, faults: Vec::new() };
    for key in answers.keys().filter(|key| form.field(key).is_none()) {
        look.fault(&format!("/{}", pointer_part(key)), "unknown", "表单中没有这一项");
    }
    for field in &form.fields {
        let at = format!("/{}", field.key);
        let given = answers.get(&field.key).unwrap_or(&Value::Null);
        if field.fact.is_some() {
            if let Value::String(_) = given {
                kept.insert(field.key.clone(), given.clone());
            }
            continue;
        }
        if let Some(value) = look.value(&at, field.into(), given) {
            kept.insert(field.key.clone(), value);
        }
    }
    if look.faults.is_empty() { Ok(kept) } else { Err(look.faults) }
}

/// Of answers to an older form those that this one asks for in the same way, without what the program fills in and without
/// files: what a new answer may begin with.
pub fn previous(form: &Form, older: &Form, answers: &Answers) -> Answers {
    let carries = |key: &str| {
        let (now, then) = (form.field(key)?, older.field(key)?);
        let alike = now.kind == then.kind
            && now.columns.len() == then.columns.len()
            && now.limits.options == then.limits.options;
        let same_columns =
            now.columns.iter().zip(&then.columns).all(|(now, then)| now.key == then.key && now.kind == then.kind);
        (alike && same_columns && now.fact.is_none() && !now.kind.holds_files()).then_some(())
    };
    answers.iter().filter(|(key, _)| carries(key).is_some()).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A key as a part of a JSON pointer.
fn pointer_part(key: &str) -> String {
    let short: String = key.chars().filter(|c| !c.is_control()).take(60).collect();
    short.replace('~', "~0").replace('/', "~1")
}

struct Looking<'a> {
    care: Care,
    lookup: &'a Lookup<'a>,
    faults: Vec<Fault>,
}

impl Looking<'_> {
    fn fault(&mut self, at: &str, code: &'static str, message: impl Into<String>) {
        self.faults.push(Fault { pointer: at.to_owned(), code, message: message.into() });
    }

    /// The value as it is kept; `None` where nothing was answered, or what was is wrong.
    fn value(&mut self, at: &str, asked: Asked<'_>, given: &Value) -> Option<Value> {
        let before = self.faults.len();
        let value = match given {
            Value::Null => None,
            given => self.given(at, asked, given),
        };
        let is_wrong = self.faults.len() > before;
        if value.is_none() && !is_wrong && asked.required && self.care == Care::Whole {
            self.fault(at, "required", format!("请填写{}", in_quotes(asked.title)));
        }
        value.filter(|_| !is_wrong)
    }

    fn given(&mut self, at: &str, asked: Asked<'_>, given: &Value) -> Option<Value> {
        match asked.kind {
            FormKind::Text => self.text(at, asked, given),
            FormKind::Number => self.number(at, asked, given),
            FormKind::Choice => {
                let chosen = self.string(at, given)?;
                if chosen.is_empty() {
                    return None;
                }
                if !asked.limits.options.contains(&chosen) {
                    self.fault(at, "no_such_option", format!("{}须从所列选项中选择", in_quotes(asked.title)));
                }
                Some(Value::String(chosen))
            }
            FormKind::Choices => self.choices(at, asked, given),
            FormKind::Date => {
                let day = self.string(at, given)?;
                if !day.is_empty() && day.parse::<Day>().is_err() {
                    self.fault(at, "no_date", "日期须写作 2026-07-01 的样子");
                }
                (!day.is_empty()).then_some(Value::String(day))
            }
            FormKind::YesNo => {
                if !given.is_boolean() {
                    self.fault(at, "wrong_type", "须回答是或否");
                }
                Some(given.clone())
            }
            FormKind::Member => {
                self.named(at, given, "没有找到这名人员", |lookup, id| (lookup.member)(id.into()).is_some())
            }
            FormKind::Unit => {
                self.named(at, given, "没有找到这个组织", |lookup, id| (lookup.unit)(id.into()).is_some())
            }
            FormKind::File | FormKind::Photo => self.files(at, asked, given),
            FormKind::Table => self.table(at, asked, given),
        }
    }

    fn string(&mut self, at: &str, given: &Value) -> Option<String> {
        match given {
            Value::String(text) => Some(visible(text).trim().to_owned()),
            _ => {
                self.fault(at, "wrong_type", "须是文字");
                None
            }
        }
    }

    fn text(&mut self, at: &str, asked: Asked<'_>, given: &Value) -> Option<Value> {
        let text = self.string(at, given)?;
        let (length, most) = (text.chars().count(), asked.most());
        let allowed = if self.care == Care::Draft { most.max(DRAFT_TEXT) } else { most };
        if length > allowed {
            let message = format!("{}不能超过 {allowed} 个字符，现有 {length} 个", in_quotes(asked.title));
            self.fault(at, "too_long", message);
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.fault(at, "control", "含有不可见的控制字符");
        }
        (!text.is_empty()).then_some(Value::String(text))
    }

    fn number(&mut self, at: &str, asked: Asked<'_>, given: &Value) -> Option<Value> {
        let text = match given {
            Value::Number(number) if number.is_i64() => number.to_string(),
            given => self.string(at, given)?,
        };
        if text.is_empty() {
            return None;
        }
        if self.care == Care::Draft {
            if text.chars().count() > DRAFT_NUMBER || text.chars().any(char::is_control) {
                self.fault(at, "no_number", "须是数字");
            }
            return Some(Value::String(text));
        }
        let decimals = asked.decimals();
        match scaled(&text, decimals) {
            None if decimals == 0 => self.fault(at, "no_number", format!("{}须是整数", in_quotes(asked.title))),
            None => {
                let message = format!("{}须是数字，小数不超过 {decimals} 位", in_quotes(asked.title));
                self.fault(at, "no_number", message);
            }
            Some(value) => {
                let bound = |text: &Option<String>| text.as_deref().and_then(|text| scaled(text, decimals));
                if let Some((least, text)) = bound(&asked.limits.least).zip(asked.limits.least.as_ref())
                    && value < least
                {
                    self.fault(at, "too_small", format!("{}不能小于 {text}", in_quotes(asked.title)));
                }
                if let Some((greatest, text)) = bound(&asked.limits.greatest).zip(asked.limits.greatest.as_ref())
                    && value > greatest
                {
                    self.fault(at, "too_great", format!("{}不能大于 {text}", in_quotes(asked.title)));
                }
            }
        }
        Some(Value::String(text))
    }

    /// The texts of a list, each once.
    fn list(&mut self, at: &str, asked: Asked<'_>, given: &Value) -> Option<Vec<String>> {
        let texts: Option<Vec<String>> =
            given.as_array().and_then(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        let Some(texts) = texts else {
            self.fault(at, "wrong_type", "须是一组文字");
            return None;
        };
        let most = asked.most();
        if texts.len() > most {
            self.fault(at, "too_many", format!("{}最多 {most} 项", in_quotes(asked.title)));
        }
        let mut once = texts.clone();
        once.sort_unstable();
        once.dedup();
        if once.len() != texts.len() {
            self.fault(at, "twice", "同一项只能选一次");
        }
        Some(texts)
    }

    fn choices(&mut self, at: &str, asked: Asked<'_>, given: &Value) -> Option<Value> {
        let chosen = self.list(at, asked, given)?;
        if chosen.iter().any(|one| !asked.limits.options.contains(one)) {
            self.fault(at, "no_such_option", format!("{}须从所列选项中选择", in_quotes(asked.title)));
        }
        // in the order of the options, so that the same choice is the same answer
        let ordered = asked.limits.options.iter().filter(|option| chosen.contains(option));
        let ordered: Vec<Value> = ordered.map(|option| Value::String(option.clone())).collect();
        (!ordered.is_empty()).then_some(Value::Array(ordered))
    }

    fn files(&mut self, at: &str, asked: Asked<'_>, given: &Value) -> Option<Value> {
        let ids = self.list(at, asked, given)?;
        let parsed: Vec<Value> =
            ids.iter().filter_map(|id| id.parse::<Uuid>().ok()).map(|id| Value::String(id.to_string())).collect();
        if parsed.len() != ids.len() {
            self.fault(at, "wrong_type", "附件须以其编号列出");
        }
        (!parsed.is_empty()).then_some(Value::Array(parsed))
    }

    fn named(
        &mut self,
        at: &str,
        given: &Value,
        unknown: &str,
        is_known: impl Fn(&Lookup<'_>, Uuid) -> bool,
    ) -> Option<Value> {
        let text = self.string(at, given)?;
        if text.is_empty() {
            return None;
        }
        match text.parse::<Uuid>() {
            Ok(id) if is_known(self.lookup, id) => Some(Value::String(id.to_string())),
            _ => {
                self.fault(at, "unknown_id", unknown);
                None
            }
        }
    }

    fn table(&mut self, at: &str, asked: Asked<'_>, given: &Value) -> Option<Value> {
        let Some(rows) = given.as_array() else {
            self.fault(at, "wrong_type", "表格须是一组行");
            return None;
        };
        let most = asked.most();
        let allowed = if self.care == Care::Draft { most.max(DRAFT_ROWS) } else { most };
        if rows.len() > allowed {
            self.fault(at, "too_many", format!("{}最多 {allowed} 行", in_quotes(asked.title)));
            return None;
        }
        let mut kept = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let at = format!("{at}/{index}");
            let Some(cells) = row.as_object() else {
                self.fault(&at, "wrong_type", "表格的行须按列名给出");
                continue;
            };
            for key in cells.keys().filter(|key| !asked.columns.iter().any(|column| column.key == **key)) {
                self.fault(&format!("{at}/{}", pointer_part(key)), "unknown", "表格中没有这一列");
            }
            let is_empty = cells
                .values()
                .all(|value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()));
            if is_empty {
                continue;
            }
            let mut made = Map::new();
            for column in asked.columns {
                let given = cells.get(&column.key).unwrap_or(&Value::Null);
                if let Some(value) = self.value(&format!("{at}/{}", column.key), column.into(), given) {
                    made.insert(column.key.clone(), value);
                }
            }
            if !made.is_empty() {
                kept.push(Value::Object(made));
            }
        }
        (!kept.is_empty()).then_some(Value::Array(kept))
    }
}
