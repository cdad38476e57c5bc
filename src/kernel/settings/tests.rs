//! What a setting takes, and what is in force.

use super::*;

fn seconds() -> Setting {
    let title = ("每题时间", "Seconds for a question");
    Setting::number("test.seconds", title, Capability::ManageContent, ((5, 600), "秒"), 20)
}

#[test]
fn a_value_is_of_the_right_form_and_within_the_range() {
    let number = seconds();
    assert_eq!(number.read(&SettingValue::Number(600)), Some(Value::Number(600)));
    assert_eq!(number.read(&SettingValue::Number(601)), None);
    assert_eq!(number.read(&SettingValue::Text("07:50".into())), None);
    let at = NaiveTime::from_hms_opt(7, 50, 0).unwrap();
    let time = Setting::time("test.at", ("时间", "When"), Capability::ManageContent, at);
    assert_eq!(time.read(&SettingValue::Text("08:05".into())), Some(Value::Number(8 * 60 + 5)));
    for bad in ["8:05", " 7:50", "+7:50", "07:5 ", "24:00", "08:60", "八点整"] {
        assert_eq!(time.read(&SettingValue::Text(bad.into())), None, "{bad}");
    }
    assert_eq!(time.show(time.value()), SettingValue::Text("07:50".into()));
    assert_eq!(time.time_of_day(), at);
}

#[test]
fn what_an_earlier_program_allowed_and_this_one_does_not_is_the_default() {
    let setting = seconds();
    let kept = setting.clone();
    setting.put(Some(Value::Number(30)));
    assert_eq!(kept.get(), 30, "clones share what is in force");
    setting.put(Some(Value::Number(1000)));
    assert_eq!(kept.get(), 20);
    setting.put(Some(Value::Number(30)));
    setting.put(None);
    assert_eq!(kept.get_as::<u16>(), 20);
}

#[test]
fn text_has_its_form() {
    let text = |range| Setting::text("test.text", ("文字", "Text"), Capability::ManageContent, range, "");
    let takes = |range, sent: &str| text(range).read(&SettingValue::Text(sent.into()));
    let kept = |text: &str| Some(Value::Text(text.into()));
    assert_eq!(takes(Range::Words { most: 4 }, " 示范集团 "), kept("示范集团"));
    assert_eq!(takes(Range::Words { most: 3 }, "示范集团"), None);
    assert_eq!(takes(Range::Phone, "0935-8811234"), kept("0935-8811234"));
    assert_eq!(takes(Range::Phone, "call me"), None);
    assert_eq!(takes(Range::Colour, "#C8161D"), kept("#C8161D"));
    assert_eq!(takes(Range::Colour, "red"), None);
    const WORDS: &[(&str, &str)] = &[("on", "开启"), ("off", "关闭")];
    assert_eq!(takes(Range::OneOf(WORDS), "on"), kept("on"));
    assert_eq!(takes(Range::OneOf(WORDS), "maybe"), None);
    let colour = text(Range::Colour);
    assert_eq!(colour.read(&SettingValue::Number(1)), None);
    colour.put(kept("#C8161D"));
    assert_eq!((&*colour.words(), colour.value()), ("#C8161D", Value::Text("#C8161D".into())));
}
