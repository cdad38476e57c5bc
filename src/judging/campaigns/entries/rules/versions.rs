//! What changed from one version of a plan to the next.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A place that differs.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = PlanDifference)]
pub struct Difference {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What stood there; `null` for what is new.
    #[schema(value_type = serde_json::Value)]
    pub before: Value,
    /// What stands there now; `null` for what is gone.
    #[schema(value_type = serde_json::Value)]
    pub after: Value,
}

/// Every place at which `after` differs from `before`; lists are compared item by item in their order.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(pointer: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let (old, new) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
                compare(&format!("{pointer}/{key}"), old, new, found);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for index in 0..old.len().max(new.len()) {
                let (old, new) = (old.get(index).unwrap_or(&Value::Null), new.get(index).unwrap_or(&Value::Null));
                compare(&format!("{pointer}/{index}"), old, new, found);
            }
        }
        (before, after) if before != after => {
            found.push(Difference { pointer: pointer.to_owned(), before: before.clone(), after: after.clone() });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_change_is_named_by_its_place() {
        let before = json!({ "title": "甲", "goals": [{ "name": "一" }, { "name": "二" }], "slogan": null });
        let after = json!({ "title": "乙", "goals": [{ "name": "一", "target": "95" }], "slogan": null });
        let found: Vec<String> = differences(&before, &after).into_iter().map(|change| change.pointer).collect();
        assert_eq!(found, ["/goals/0/target", "/goals/1", "/title"]);
        assert!(differences(&after, &after).is_empty());
    }
}
