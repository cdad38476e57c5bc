//! The demo's second selection: the ten best plans in two categories 双十佳, with the 24 units whose plans were awarded in
//! 2022, so that experts and secretaries have something to score.
//!
//! Which units they were and what some of their plans say is what the bulletin of 2022 tells; for the others the plan says
//! only what every plan had to. Nobody has scored: how the result of 2022 came about is not known.

use serde_json::json;

use crate::app::App;
use crate::base::capability::{Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::judging::campaigns::{CampaignId, Campaigns, Draft, NewEntry, Plan, Terms, Writer};
use crate::people::members::Directory;

use super::complaint;

/// Units and what they were awarded.
const RESULT: &str = include_str!("../../demo/dual-ten-2022.csv");

/// Days from today on which the reviews, the committee and the objections end.
const REVIEW_DAYS: u64 = 7;
const COMMITTEE_DAYS: u64 = 10;
const OBJECTION_DAYS: u64 = 15;

/// How long entries are taken: enough to write them.
const ENTRY_SECONDS: i64 = 6;

/// What the bulletin quotes of some plans: goal, its figure, a measure, a standard.
const QUOTED: [(&str, [&str; 4]); 12] = [
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

/// Announces and opens the selection and hands in the plan of each of the units; its reviews open [`ENTRY_SECONDS`] later.
pub async fn begin(app: &App, organiser: MemberId) -> Result<CampaignId, String> {
    let (reach, campaigns, tree) = (Reach::Everything, app.get::<Campaigns>(), app.get::<Directory>().tree());
    let unit = tree.root().ok_or("the demo enterprise has no units")?;
    let title = "“双创双争当”党建示范品牌十佳创建方案评选".to_owned();
    let draft = Draft { title, unit, terms: terms(app, unit)? };
    let id = campaigns.create(organiser, &reach, draft, None).await.map_err(complaint)?.id;
    campaigns.announce(organiser, &reach, id).await.map_err(complaint)?;
    campaigns.open_early(organiser, &reach, id).await.map_err(complaint)?;
    for (name, awarded) in RESULT.trim_start_matches('\u{feff}').lines().skip(1).filter_map(|line| line.split_once(','))
    {
        let found = tree.each().find(|card| card.unit.short_name == name);
        let unit = found.ok_or_else(|| format!("the demo enterprise has no {name}"))?.unit.id;
        let owner = head(app, unit).unwrap_or(organiser);
        let category = if awarded.trim() == "党员先锋岗十佳" { "pioneer" } else { "point" };
        let writer = || Writer { member: owner, reach: Reach::Everything };
        let new = NewEntry { unit, category: category.into(), plan: plan(name, owner)? };
        let entry = campaigns.create_entry(writer(), id, new, None).await.map_err(complaint)?.id;
        campaigns.submit_entry(writer(), entry).await.map_err(complaint)?;
    }
    Ok(id)
}

/// Who heads a unit.
fn head(app: &App, unit: UnitId) -> Option<MemberId> {
    app.get::<Directory>().holders(Role::Secretary, unit, app.db.today()).into_iter().min()
}

fn plan(unit: &str, owner: MemberId) -> Result<Plan, String> {
    let quoted = QUOTED.iter().find(|(name, _)| *name == unit).map(|(_, plan)| *plan);
    let [goal, target, measure, standard] =
        quoted.unwrap_or(["党建与生产经营深度融合", "年度目标", "分阶段推进、按月检查", "按月考评"]);
    let plan = json!({
        "title": format!("{unit}品牌创建方案"),
        "owner_id": owner,
        "goals": [{ "name": goal, "target": target }],
        "measures": [{ "text": measure }],
        "expected_effects": [format!("{goal}见实效")],
        "team": ["党委书记任组长的工作专班"],
        "standards": [standard],
    });
    serde_json::from_value(plan).map_err(|error| error.to_string())
}

/// Open review and expert review, half and half; the weights are the demo's own.
fn terms(app: &App, top: UnitId) -> Result<Terms, String> {
    let (now, today) = (app.db.now(), app.db.today());
    let evening = |days: u64| today.plus_days(days).start().plus_seconds(18 * 3600);
    let begins = now.plus_seconds(ENTRY_SECONDS);
    let experts: Vec<MemberId> = app.get::<Directory>().holders(Role::Expert, top, today);
    let source = |name: &str| json!({ "source": name, "rule": "share_of_full", "weight": 5000 });
    let terms = json!({
        "kind": "double_ten_best",
        "notice": {
            "document_no": format!("示范组发〔{}〕2号", today.parts().0),
            "text": "关于开展“双创双争当”党建示范品牌十佳创建方案评选的通知：各单位上报创建方案，经开放型评选和专家型评选、党委研究和公示后公布。",
        },
        "categories": [
            { "code": "point", "title": "党建示范点", "quota": 10 },
            { "code": "pioneer", "title": "党员先锋岗", "quota": 10 },
        ],
        "electorate": { "kinds": ["full"] },
        "timetable": [
            { "stage": "entry", "opens_at": now, "closes_at": begins },
            { "stage": "open_review", "opens_at": begins, "closes_at": evening(REVIEW_DAYS) },
            { "stage": "expert", "opens_at": begins, "closes_at": evening(REVIEW_DAYS) },
            { "stage": "committee", "opens_at": evening(REVIEW_DAYS), "closes_at": evening(COMMITTEE_DAYS) },
            { "stage": "objection", "opens_at": evening(COMMITTEE_DAYS), "closes_at": evening(OBJECTION_DAYS) },
        ],
        "criteria": [
            { "code": "topic", "title": "立项是否准确", "full": 100, "weight": 4000 },
            { "code": "measures", "title": "措施是否具体", "full": 100, "weight": 3000 },
            { "code": "effects", "title": "预期效果是否明显", "full": 100, "weight": 3000 },
        ],
        "sources": [source("open_review"), source("expert")],
        "tie_order": ["expert", "open_review"],
        "expert_ids": experts,
        "awards": [
            { "code": "point", "title": "党建示范点十佳", "quota": 10, "category": "point" },
            { "code": "pioneer", "title": "党员先锋岗十佳", "quota": 10, "category": "pioneer" },
            { "code": "praise", "title": "通报表扬", "quota": 4 },
        ],
    });
    serde_json::from_value(terms).map_err(|error| error.to_string())
}
