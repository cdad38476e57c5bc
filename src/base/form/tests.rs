//! What a form accepts and says, of cases and of whatever comes.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const BOUNDS: Bounds = Bounds { text: 300, rows: 10, requires_photos: false };

fn form(fields: Value) -> Form {
    serde_json::from_value(json!({ "fields": fields })).unwrap()
}

fn lookup<T>(act: impl FnOnce(&Lookup<'_>) -> T) -> T {
    let known = |id: Uuid| (id.as_u128() < 10).then(|| format!("第{}", id.as_u128()));
    act(&Lookup {
        member: &|id: MemberId| known(id.uuid()),
        unit: &|id: UnitId| known(id.uuid()),
        file: &|id| known(id),
    })
}

fn answers(value: Value) -> Answers {
    serde_json::from_value(value).unwrap()
}

fn every_kind() -> Form {
    form(json!([
        { "key": "text", "title": "措施", "kind": "text", "required": true, "limits": { "most": 5 } },
        { "key": "number", "title": "金额", "kind": "number", "limits": { "decimals": 2, "unit": "万元", "least": "0", "greatest": "10.5" } },
        { "key": "choice", "title": "情况", "kind": "choice", "limits": { "options": ["有", "无"] } },
        { "key": "choices", "title": "多项", "kind": "choices", "limits": { "options": ["甲", "乙", "丙"], "most": 2 } },
        { "key": "date", "title": "日期", "kind": "date" },
        { "key": "yes", "title": "是否", "kind": "yes_no" },
        { "key": "member", "title": "责任人", "kind": "member" },
        { "key": "unit", "title": "单位", "kind": "unit" },
        { "key": "file", "title": "附件", "kind": "file" },
        { "key": "photo", "title": "照片", "kind": "photo" },
        { "key": "table", "title": "三亮", "kind": "table", "limits": { "most": 2 }, "columns": [
            { "key": "topic", "title": "课题", "kind": "text", "required": true },
            { "key": "part", "title": "进度", "kind": "number", "limits": { "unit": "%" } },
        ] },
        { "key": "held", "title": "会议", "kind": "number", "fact": "meetings.branch" },
    ]))
}

#[test]
fn what_is_wrong_is_said_of_each_field_and_a_draft_may_be_incomplete() {
    let form = every_kind();
    assert_eq!(flaws(&form, BOUNDS), []);
    let wrong = answers(json!({
        "text": "一二三四五六", "number": "10.51", "choice": "或许", "choices": ["甲", "甲"], "date": "昨天", "yes": "是",
        "member": Uuid::from_u128(11).to_string(), "unit": 5, "file": ["x"], "table": [{ "part": "1.5" }, { "more": 1 }], "extra": 1,
    }));
    let told = |care| match lookup(|lookup| clean(&form, &wrong, care, lookup)) {
        Ok(kept) => panic!("{kept:?}"),
        Err(faults) => faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect::<Vec<_>>(),
    };
    let expected = [
        ("/extra", "unknown"),
        ("/text", "too_long"),
        ("/number", "too_great"),
        ("/choice", "no_such_option"),
        ("/choices", "twice"),
        ("/date", "no_date"),
        ("/yes", "wrong_type"),
        ("/member", "unknown_id"),
        ("/unit", "wrong_type"),
        ("/file", "wrong_type"),
        ("/table/0/topic", "required"),
        ("/table/0/part", "no_number"),
        ("/table/1/more", "unknown"),
        ("/table/1/topic", "required"),
    ];
    let expected: Vec<(String, &str)> = expected.into_iter().map(|(at, code)| (at.to_owned(), code)).collect();
    assert_eq!(told(Care::Whole), expected);
    let of_draft = |(at, code): &(String, &str)| {
        !["too_long", "too_great", "required", "no_number"].contains(code) || at == "/extra"
    };
    assert_eq!(told(Care::Draft), expected.iter().filter(|fault| of_draft(fault)).cloned().collect::<Vec<_>>());
    lookup(|lookup| {
        assert_eq!(clean(&form, &answers(json!({})), Care::Draft, lookup), Ok(Answers::new()));
        let faults = clean(&form, &answers(json!({ "text": "  " })), Care::Whole, lookup).unwrap_err();
        assert_eq!((faults.len(), faults[0].message.as_str()), (1, "请填写“措施”"));
    });
}

#[test]
fn right_answers_are_kept_printed_and_exported() {
    let form = every_kind();
    let given = answers(json!({
        "text": " 抢修 ", "number": "0.50", "choice": "有", "choices": ["丙", "甲"], "date": "2026-07-01", "yes": true,
        "member": Uuid::from_u128(1).to_string(), "unit": Uuid::from_u128(2).to_string(), "file": [Uuid::from_u128(3).to_string()],
        "table": [{ "topic": "<b>", "part": 40 }, { "topic": " " }], "held": "2",
    }));
    lookup(|lookup| {
        let kept = clean(&form, &given, Care::Whole, lookup).unwrap();
        assert_eq!((&kept["text"], &kept["choices"]), (&json!("抢修"), &json!(["甲", "丙"])));
        assert_eq!(kept["table"], json!([{ "topic": "<b>", "part": "40" }]));
        let cells = row(&form, &kept, lookup);
        assert_eq!(
            cells,
            ["抢修", "0.50", "有", "甲、丙", "2026年7月1日", "是", "第1", "第2", "第3", "", "课题：<b>；进度：40", "2"]
        );
        assert_eq!(headers(&form)[1], "金额（万元）");
        let page = html(&form, &kept, lookup);
        assert!(!page.contains("<b>") && page.contains("&lt;b&gt;") && page.contains("进度（%）"), "{page}");
        assert_eq!(form.files(&kept), [Uuid::from_u128(3)]);
    });
    // what was answered before is offered again, without files and what the program knows
    let carried = previous(&form, &form, &given);
    assert!(carried.contains_key("text") && !carried.contains_key("file") && !carried.contains_key("held"));
}

#[test]
fn a_form_says_what_is_wrong_with_it() {
    let bad = form(json!([
        { "key": "A", "title": "", "kind": "text", "limits": { "most": 301 } },
        { "key": "a", "title": "照片", "kind": "photo", "required": true },
        { "key": "a", "title": "选", "kind": "choice" },
        { "key": "t", "title": "表", "kind": "table" },
        { "key": "n", "title": "数", "kind": "number", "limits": { "least": "2", "greatest": "1" } },
        { "key": "f", "title": "实", "kind": "text", "fact": "ideas.submitted" },
    ]));
    let told: Vec<String> = flaws(&bad, BOUNDS).into_iter().map(|fault| fault.pointer).collect();
    let expected = [
        "/fields/0/key",
        "/fields/0/title",
        "/fields/0/limits/most",
        "/fields/1/required",
        "/fields/2/key",
        "/fields/2/limits/options",
        "/fields/3/columns",
        "/fields/4/limits/least",
        "/fields/5/kind",
    ];
    assert_eq!(told, expected);
    assert_eq!(flaws(&Form::default(), BOUNDS)[0].pointer, "/fields");
}

#[test]
fn numbers_are_decimals_and_never_rounded() {
    for (text, decimals, value) in [
        ("0", 0, Some(0)),
        ("12.5", 2, Some(1250)),
        ("-0.05", 2, Some(-5)),
        ("999999999999", 4, Some(9_999_999_999_990_000)),
        ("12.345", 2, None),
        ("1.", 2, None),
        (".5", 2, None),
        ("1e3", 2, None),
        ("１", 0, None),
        ("", 0, None),
        ("-", 0, None),
        ("1000000000000", 0, None),
    ] {
        assert_eq!(scaled(text, decimals), value, "{text}");
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,12}".prop_map(Value::String),
        prop::sample::select(vec!["有", "无", "甲", "2026-02-29", "12.5", "<script>", "\u{0}"])
            .prop_map(|text| json!(text)),
        (0_u128..20).prop_map(|id| json!(Uuid::from_u128(id).to_string())),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::hash_map(prop::sample::select(vec!["topic", "part", "x"]), inner, 0..3)
                .prop_map(|cells| cells
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>())
                .prop_map(Value::Object),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_answered_is_refused_with_a_reason_or_kept_for_good(
        values in prop::collection::vec(anything(), 13),
        whole in any::<bool>(),
    ) {
        let form = every_kind();
        let keys = ["text", "number", "choice", "choices", "date", "yes", "member", "unit", "file", "photo", "table", "held", "more"];
        let given: Answers = keys.iter().map(|key| (*key).to_owned()).zip(values).collect();
        let care = if whole { Care::Whole } else { Care::Draft };
        lookup(|lookup| {
            match clean(&form, &given, care, lookup) {
                Err(faults) => {
                    prop_assert!(!faults.is_empty());
                    for fault in faults {
                        prop_assert!(fault.pointer.starts_with('/') && !fault.message.is_empty());
                    }
                }
                Ok(kept) => {
                    prop_assert_eq!(clean(&form, &kept, care, lookup), Ok(kept.clone()), "kept as it is");
                    prop_assert_eq!(row(&form, &kept, lookup).len(), headers(&form).len());
                    prop_assert!(!html(&form, &kept, lookup).contains("<script"));
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_number_reads_as_what_was_written(value in -999_999_999_999_i64..1_000_000_000_000) {
        let text = format!("{}{}.{:02}", if value < 0 { "-" } else { "" }, value.abs() / 100, value.abs() % 100);
        prop_assert_eq!(scaled(&text, 2), Some(value));
    }
}
