//! 双十佳 2022: 24 units through submission, open review, expert review, decision, objections and publication to the result
//! list that was really published, and to its bulletin.
//!
//! The list is the real one (`demo/dual-ten-2022.csv`). How it came about is not known: scores and plans are the test's
//! own, the plans with figures and slogans that the bulletin of 2022 quotes.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::imports::Mode;
use xianfeng::judging::campaigns;
use xianfeng::people::members::{Manager, Members};

use super::{announced, at, recompute};
use crate::support::{Person, TestApp};

const RESULT: &str = include_str!("../../demo/dual-ten-2022.csv");
const UNITS: &[u8] = include_bytes!("../../demo/organization.csv");

const HEADINGS: [(&str, &str, u32, Option<&str>); 3] = [
    ("point", "党建示范点十佳", 10, Some("point")),
    ("pioneer", "党员先锋岗十佳", 10, Some("pioneer")),
    ("praise", "通报表扬", 4, None),
];

/// What the organisers write of problems, under the draft's dimensions and as the bulletin of 2022 says it.
const PROBLEMS: [(&str, &str); 3] = [
    ("目标不具体，大而空", "有的方案目标不具体"),
    ("载体单一，空而不实", "有的方案载体单一"),
    ("不重视，敷衍应付", "有的把方案交由基层车间和组织干事，书记和党办主任“大撒把”，月报中没有体现，人为迟交"),
];

/// What the plans of some units say: goal, its figure, a measure, a standard.
const PLANS: [(&str, [&str; 4]); 12] = [
    ("选矿厂", ["年处理矿量", "1180万吨", "抓全面从严治党、抓坚强基层组织、抓融入中心工作", "三抓三化"]),
    ("动力厂", ["生产氧气", "7.4亿标立", "构建“两融合两促进”安全高效型动氧服务保障体系", "瓶装气体85000瓶"]),
    ("铜业公司", ["30kt/a铜箔项目", "按期建成", "开展“铜芯向党”六项先锋行动", "一通两抓三联三降四保五提升"]),
    ("镍都实业公司", ["实现一个目标、三个提升", "四项行动", "嵌入、融入、创新、创效", "党建+创新发展"]),
    (
        "镍冶炼厂",
        [
            "促安全、优工艺、提质量、强装备、降成本",
            "五个目标",
            "开展政治、组织、思想、先锋、制度、载体六领航",
            "六领航",
        ],
    ),
    ("镍盐公司", ["高端电镀用镍盐", "3.5万吨", "安全三抓三促、科技攻关三勇三敢、作风三心三干", "三个平台、三个团队"]),
    ("三矿区", ["79号铲运机车组", "四带头", "亮明身份、提升技能、践行宗旨、争创佳绩", "六强标准"]),
    ("保卫部", ["打造应急救援铁军", "三个100%", "一个主旨、两个担当、三个提升、四个融合", "六硬铁军"]),
    (
        "工程建设公司",
        ["一次验收合格率", "100%", "五融五创，建设平安工地、精品工程、标杆工程、文明工地、和谐工地", "五个党建+"],
    ),
    ("物流公司", ["5743“红旗机车”", "五个标杆", "推广康亚林内燃机车节能操作法", "六检、五吹、四给油"]),
    ("二矿区", ["全尾砂废石膏体充填工业项目", "分阶段实施", "党员攻关组分阶段承担任务", "分阶段考核"]),
    (
        "职工医院",
        ["改进工作作风、提高医疗质量、提升服务水平", "暖心接力", "导医、挂号、药房、诊室窗口暖心接力", "必定有我"],
    ),
];

/// Unit and heading, in the order of the published list.
fn published() -> Vec<(&'static str, &'static str)> {
    let lines = RESULT.trim_start_matches('\u{feff}').lines().skip(1);
    lines.map(|line| line.trim().split_once(',').unwrap()).collect()
}

/// The category of the entry with that place in the list; commended ones come from both.
fn category(index: usize) -> &'static str {
    if index < 10 || index == 20 || index == 22 { "point" } else { "pioneer" }
}

/// Points that judges give the entry for each criterion: those of a heading descend, and commended ones stay below.
fn points(index: usize) -> [usize; 3] {
    let best = if index < 20 { 99 - 2 * (index % 10) } else { 70 - 2 * (index - 20) };
    [best, best - 1, best - 2]
}

fn plan(unit: &str, owner: xianfeng::base::id::MemberId) -> Value {
    let known = PLANS.iter().find(|(known, _)| *known == unit).map(|(_, plan)| *plan);
    let [goal, target, measure, standard] =
        known.unwrap_or(["党建与生产经营深度融合", "年度目标", "分阶段推进、按月检查", "按月考评"]);
    json!({
        "title": format!("{unit}品牌创建方案"),
        "owner_id": owner,
        "goals": [{ "name": goal, "target": target }],
        "measures": [{ "text": measure }],
        "expected_effects": [format!("{goal}见实效")],
        "team": ["党委书记任组长的工作专班"],
        "standards": [standard],
    })
}

fn body(app: &TestApp, experts: &[Person<'_>]) -> Value {
    let minute = |minute: u32| format!("2022-05-12T08:{minute:02}:00+08:00");
    let stage =
        |name: &str, from: u32, to: u32| json!({ "stage": name, "opens_at": minute(from), "closes_at": minute(to) });
    let heading = |(code, title, quota, category): &(&str, &str, u32, Option<&str>)| json!({ "code": code, "title": title, "quota": quota, "category": category });
    let source = |name: &str, weight: u32| json!({ "source": name, "rule": "share_of_full", "weight": weight });
    json!({
        "title": "“双创双争当”党建示范品牌十佳创建方案",
        "unit_id": app.unit("SF"),
        "terms": {
            "kind": "double_ten_best",
            "notice": {
                "document_no": "金集组发〔2022〕3号",
                "text": "关于开展“双创双争当”党建示范品牌十佳创建方案评选的通知",
            },
            "categories": [
                { "code": "point", "title": "党建示范点", "quota": 10 },
                { "code": "pioneer", "title": "党员先锋岗", "quota": 10 },
            ],
            "electorate": { "kinds": ["full"] },
            "timetable": [
                stage("entry", 1, 2), stage("open_review", 3, 5), stage("expert", 3, 5),
                stage("committee", 6, 7), stage("objection", 8, 9),
            ],
            "criteria": [
                { "code": "topic", "title": "立项是否准确", "full": 100, "weight": 4000 },
                { "code": "measures", "title": "措施是否具体", "full": 100, "weight": 3000 },
                { "code": "effects", "title": "预期效果是否明显", "full": 100, "weight": 3000 },
            ],
            "sources": [source("open_review", 5000), source("expert", 5000)],
            "tie_order": ["expert", "open_review"],
            "expert_ids": experts.iter().map(|expert| json!(expert.id)).collect::<Vec<_>>(),
            "awards": HEADINGS.iter().map(heading).collect::<Vec<_>>(),
        },
    })
}

async fn score(judge: &Person<'_>, entry: &str, index: usize, source: &str, unit: Value) {
    let [topic, measures, effects] = points(index);
    let mark = |criterion: &str, points: usize| json!({ "criterion": criterion, "points": points });
    let marks = [mark("topic", topic), mark("measures", measures), mark("effects", effects)];
    let mut body = json!({ "source": source, "marks": marks });
    if source == "open_review" {
        body["unit_id"] = unit;
    }
    judge.put(&format!("/entries/{entry}/scores/mine"), body).await.ok(200);
}

#[tokio::test]
async fn the_selection_of_2022_comes_to_the_list_that_was_published() {
    let list = published();
    let app = TestApp::start_empty().await;
    app.set_clock("2022-05-12T08:00:00+08:00");
    let report =
        app.app.get::<Members>().import_units(Manager::operator(), UNITS, Mode::AtOnce, &|_, _| {}).await.unwrap();
    assert!(report.problems.is_empty());
    let code = |unit: &str| {
        let tree = app.directory().tree();
        tree.each().find(|card| card.unit.short_name == unit).unwrap_or_else(|| panic!("{unit}")).unit.code.clone()
    };
    let organiser = app.member("组织部").home("SF").role(Role::Organiser, "SF").sign_in().await;
    let second = app.member("组织部二").home("SF").role(Role::Organiser, "SF").sign_in().await;
    let committee = app.member("党委").home("SF").role(Role::CommitteeMember, "SF").sign_in().await;
    let mut experts = Vec::new();
    for n in 0..3 {
        experts.push(app.member(&format!("专家{n}")).home("SF").role(Role::Expert, "SF").sign_in().await);
    }
    let mut secretaries = Vec::new();
    for (unit, _) in &list {
        let code = code(unit);
        secretaries.push(app.member(unit).home(&code).role(Role::Secretary, &code).sign_in().await);
    }
    let campaign = announced(&organiser, body(&app, &experts)).await;
    at(&app, "2022-05-12T08:01:00+08:00").await;
    let mut entries = Vec::new();
    for (index, (unit, _)) in list.iter().enumerate() {
        let secretary = &secretaries[index];
        let plan = plan(unit, secretary.id);
        let new = json!({ "unit_id": app.unit(&code(unit)), "category": category(index), "plan": plan });
        let entry = secretary.post(&format!("{campaign}/entries"), new).await.ok(201);
        let id = entry["id"].as_str().unwrap().to_owned();
        secretary.post(&format!("/entries/{id}/submission"), json!({})).await.ok(200);
        entries.push(id);
    }
    at(&app, "2022-05-12T08:02:00+08:00").await;
    at(&app, "2022-05-12T08:03:00+08:00").await;
    for (index, entry) in entries.iter().enumerate() {
        for expert in &experts {
            score(expert, entry, index, "expert", Value::Null).await;
        }
        for (judge, secretary) in secretaries.iter().enumerate().filter(|(judge, _)| *judge != index) {
            score(secretary, entry, index, "open_review", json!(app.unit(&code(list[judge].0)))).await;
        }
    }
    at(&app, "2022-05-12T08:05:00+08:00").await;
    at(&app, "2022-05-12T08:06:00+08:00").await;
    assert_eq!(committee.put(&format!("{campaign}/decision"), json!({})).await.ok(201)["state"], "decided");
    at(&app, "2022-05-12T08:07:00+08:00").await;
    at(&app, "2022-05-12T08:08:00+08:00").await;
    let doubt = json!({ "entry_id": entries[0], "text": "请核实示范点目标的完成情况" });
    let raised = secretaries[23].post(&format!("{campaign}/objections"), doubt).await.ok(201);
    at(&app, "2022-05-12T08:09:00+08:00").await;
    let publication = format!("{campaign}/publication");
    organiser.post(&publication, json!({})).await.refused(409, "campaigns.open_objections");
    let answer = format!("/objections/{}/answer", raised["id"].as_str().unwrap());
    organiser.put(&answer, json!({ "upheld": false, "answer": "已现场核实，情况属实。" })).await.ok(200);
    organiser.post(&publication, json!({})).await.ok(200);

    let awards = secretaries[0].get(&format!("{campaign}/awards")).await.ok(200)["items"].clone();
    let found: Vec<(&str, &str)> = awards
        .as_array()
        .unwrap()
        .iter()
        .map(|award| (award["unit_name"].as_str().unwrap(), award["heading_title"].as_str().unwrap()))
        .collect();
    assert_eq!(found, list, "10 + 10 + 4 under their three headings");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    found.iter().for_each(|(_, heading)| *counts.entry(heading).or_default() += 1);
    assert_eq!(HEADINGS.map(|(_, title, ..)| counts[title]), [10, 10, 4]);
    let export = app.get(&format!("/exports{campaign}")).await.text();
    assert_eq!(campaigns::verify(&export).unwrap().awards.len(), 24);
    recompute(&app, &export);

    let path = format!("{campaign}/bulletin");
    let frame = json!({
        "issuer": "组织部",
        "document_no": { "prefix": "金集组发", "year": 2022, "number": 7 },
        "addressees": "各单位党委（总支）",
        "signature": "“双创双争当”活动领导小组办公室（代）",
        "dated_on": "2022-05-13",
    });
    let mut text = organiser.post(&path, frame).await.ok(201)["text"].clone();
    let findings = text["findings"].as_array_mut().unwrap();
    assert_eq!(findings.len(), 8, "two plans cited under each highlight but that of slogans, of which these have none");
    findings.extend(PROBLEMS.map(|(dimension, excerpt)| {
        json!({ "kind": "problem", "dimension": dimension, "entry_id": null, "excerpt": excerpt })
    }));
    organiser.put(&path, json!({ "text": text })).await.ok(200);
    committee.post(&format!("{path}/review"), json!({ "version": 2 })).await.ok(200);
    second.post(&format!("{path}/issuance"), json!({ "version": 2 })).await.ok(200);
    let markdown = secretaries[5].get(&format!("{path}?format=md")).await.text();
    println!("{markdown}");
    for (_, title, quota, _) in HEADINGS {
        let units: Vec<&str> = list.iter().filter(|(_, heading)| *heading == title).map(|(unit, _)| *unit).collect();
        let line = format!("{title}（{quota} 个）。** {}。", units.join("、"));
        assert!(markdown.contains(&line), "{line}");
    }
    assert!(markdown.contains("金集组发〔2022〕7号") && markdown.ends_with("二〇二二年五月十三日\n"));
    assert!(!markdown.contains("专家"), "nobody is named");
    let parts: Vec<&str> = markdown.lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(parts, ["## 一、评选结果", "## 二、主要特色", "## 三、存在问题", "## 四、工作要求"]);
    app.drain().await;
}
