//! The bulletin 通报: what a draft says of its own accord, what may be written, and how it becomes a sheet.
//!
//! A draft cites the plans that were judged and the awards, and names nobody, so it leaves out who is to carry a plan out;
//! its demands are those of every such selection, to be edited.

use std::collections::{BTreeSet, HashMap};

use super::model::{BulletinText, Finding, FindingKind};
use crate::base::text::{Text, chinese_number, cut, ended, in_quotes, in_title_marks, listed, without_end};
use crate::base::time::Day;
use crate::doing::tasks;
use crate::ground::bulletins::{self, Paragraph, Sheet, SheetPart};
use crate::ground::documents::{self, DocumentNumber};
use crate::judging::campaigns::decision::model::Award;
use crate::judging::campaigns::entries::model::{EntryId, Goal, Plan};
use crate::judging::campaigns::model::{AwardHeading, CampaignKind, Terms};
use crate::judging::campaigns::rules::{CampaignRefusal, demand, flaw};

/// A no of bulletins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Of the campaign itself.
    Campaign(CampaignRefusal),
    /// Of the bulletin as such.
    Bulletin(bulletins::Refusal),
    /// Of the task that a finding would become.
    Task(tasks::Refusal),
    NoSuchFinding,
    /// Highlights are nothing to put right.
    NotAProblem,
    /// Until it is issued, a bulletin is written anew.
    NotIssued,
    /// The finding is about no entry, so the unit is to be said.
    NoUnit,
}

const DIMENSION_LIMIT: usize = 10;
const FINDING_LIMIT: usize = 100;
const REQUIREMENT_LIMIT: usize = 20;
/// Entries that a draft cites under a highlight, and the characters that it cites of each.
const CITED: usize = 2;
const CITED_CHARS: usize = 120;

/// The five dimensions by which such bulletins praise plans.
const HIGHLIGHTS: [&str; 5] = [
    "目标明确、思路清晰、标准把握准确",
    "步骤严谨、措施具体、主题突出",
    "突出实践、注重效果、联系紧密",
    "领导重视、载体多样、提升活力",
    "活动量化、操作性强、考评标准具体",
];
const PROBLEMS: [&str; 3] = ["目标不具体，大而空", "载体单一，空而不实", "不重视，敷衍应付"];
const LATE: &str = "申报不及时";
const REQUIREMENTS: [&str; 4] = [
    "落实“一把手”工程。各单位党组织书记要亲自安排、亲自协调、亲自督查，防止单打一。",
    "持续修订完善方案。要边实施、边整改、边总结、边深化，把方案的关键内容作为常态化现场督导的依据。",
    "坚持月点评、月通报。党委工作月报要反映创建措施、推进情况、阶段成效和存在的问题。",
    "严格考核奖惩。创建情况纳入党建考核，加大奖惩力度，防止流于形式，以点带面、变“盆景”为风景。",
];

/// Who issues a bulletin and what it is called; everything else a draft takes from the campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub issuer: Text<60>,
    pub document_no: Option<DocumentNumber>,
    pub addressees: Text<300>,
    pub signature: Text<100>,
    pub dated_on: Day,
}

/// What a draft is made from.
pub struct Material<'a> {
    pub campaign: &'a str,
    pub notice_no: Option<&'a str>,
    /// By heading and place.
    pub awards: &'a [Award],
    /// The judged plans.
    pub plans: &'a HashMap<EntryId, Plan>,
    /// Entries that were judged, and those among them that came late.
    pub entries: usize,
    pub late: usize,
}

/// The draft. An error means that a text came out too long, with what it was for.
pub fn draft(frame: Frame, material: &Material<'_>) -> Result<BulletinText, Refusal> {
    let Frame { issuer, document_no, addressees, signature, dated_on } = frame;
    let title: String = format!("关于{}结果的通报", selection(material.campaign)).chars().take(150).collect();
    let mut problems = texts(&PROBLEMS)?;
    let mut findings = highlights(material)?;
    if material.late > 0 {
        problems.push(text(LATE)?);
        let excerpt = format!("有 {} 项申报晚于规定的截止时间。", material.late);
        let (kind, dimension) = (FindingKind::Problem, text(LATE)?);
        findings.push(Finding { kind, dimension, entry_id: None, excerpt: text(&excerpt)? });
    }
    Ok(BulletinText {
        issuer,
        document_no,
        title: text(&title)?,
        addressees,
        opening: text(&opening(material))?,
        highlights: texts(&HIGHLIGHTS)?,
        problems,
        findings,
        requirements: texts(&REQUIREMENTS)?,
        signature,
        dated_on,
    })
}

/// A campaign as a sentence names it: with 评选 after its title, where the title does not end so itself, in brackets 《》 or
/// without.
fn selection(title: &str) -> String {
    let bare = title.trim_end_matches(['》', '”', '"', '」']);
    let names_it = ["评选", "评选活动", "评比", "投票"].iter().any(|end| bare.ends_with(end));
    if names_it { title.to_owned() } else { format!("{title}评选") }
}

fn opening(material: &Material<'_>) -> String {
    let notice = material.notice_no.map(|number| format!("按照{number}的安排，")).unwrap_or_default();
    let awarded = match material.awards.len() {
        0 => "各奖项空缺".to_owned(),
        count => format!("确定获奖 {count} 项"),
    };
    format!("{notice}各单位共申报 {} 项，经评选，{awarded}。现将评选结果通报如下。", material.entries)
}

fn text<const MAX: usize>(written: &str) -> Result<Text<MAX>, Refusal> {
    Text::new(written).map_err(|message| flaw("/text", message).into())
}

fn texts<const MAX: usize>(written: &[&str]) -> Result<Vec<Text<MAX>>, Refusal> {
    written.iter().map(|one| text(one)).collect()
}

/// Cites awarded plans under each dimension, each time beginning with another unit, so that not one fills them all.
fn highlights(material: &Material<'_>) -> Result<Vec<Finding>, Refusal> {
    let mut findings = Vec::new();
    let count = material.awards.len().max(1);
    for (index, dimension) in HIGHLIGHTS.iter().enumerate() {
        let turned = material.awards.iter().cycle().skip(index * CITED % count).take(material.awards.len());
        let cited = turned.filter_map(|award| {
            let excerpt = excerpt(index, material.plans.get(&award.entry_id)?)?;
            Some((award.entry_id, cut(&excerpt, CITED_CHARS)))
        });
        for (entry, excerpt) in cited.take(CITED) {
            let (kind, dimension) = (FindingKind::Highlight, text(dimension)?);
            findings.push(Finding { kind, dimension, entry_id: Some(entry), excerpt: text(&excerpt)? });
        }
    }
    Ok(findings)
}

/// The part of a plan that speaks to the dimension with that number; `None` when the plan is silent.
fn excerpt(dimension: usize, plan: &Plan) -> Option<String> {
    let goal = |goal: &Goal| match &goal.target {
        Some(target) => format!("{}（{}）", without_end(&goal.name), without_end(target)),
        None => goal.name.to_string(),
    };
    let joined = |parts: Vec<String>| Some(listed(&parts)).filter(|said| !said.is_empty());
    match dimension {
        0 => joined(plan.goals.iter().map(goal).collect()),
        1 => joined(plan.measures.iter().map(|measure| measure.text.to_string()).collect()),
        2 => joined(plan.expected_effects.iter().map(ToString::to_string).collect()),
        3 => plan.slogan.as_ref().map(ToString::to_string),
        _ => joined(plan.standards.iter().map(ToString::to_string).collect())
            .or_else(|| joined(plan.goals.iter().filter(|one| one.target.is_some()).map(goal).collect())),
    }
}

/// Checks what an organiser writes; `judged` are the entries that findings may be about.
pub fn check_bulletin(text: &BulletinText, judged: &BTreeSet<EntryId>) -> Result<(), Refusal> {
    if let Some(Err(bad)) = text.document_no.as_ref().map(documents::check) {
        return Err(flaw(format!("/text/document_no/{}", bad.field), bad.message).into());
    }
    for (name, dimensions) in [("highlights", &text.highlights), ("problems", &text.problems)] {
        let distinct: BTreeSet<&str> = dimensions.iter().map(|one| &**one).collect();
        let fits = dimensions.len() <= DIMENSION_LIMIT && distinct.len() == dimensions.len();
        demand(fits, format!("/text/{name}"), "最多 10 条，且不能重复")?;
    }
    demand(text.requirements.len() <= REQUIREMENT_LIMIT, "/text/requirements", "最多 20 条")?;
    demand(text.findings.len() <= FINDING_LIMIT, "/text/findings", "最多 100 条")?;
    for (index, finding) in text.findings.iter().enumerate() {
        let pointer = format!("/text/findings/{index}");
        let dimensions = match finding.kind {
            FindingKind::Highlight => &text.highlights,
            FindingKind::Problem => &text.problems,
        };
        demand(dimensions.contains(&finding.dimension), format!("{pointer}/dimension"), "没有列出这一条")?;
        let known = finding.entry_id.is_none_or(|entry| judged.contains(&entry));
        demand(known, format!("{pointer}/entry_id"), "这项申报没有参加评选")?;
        let named = finding.kind == FindingKind::Problem || finding.entry_id.is_some();
        demand(named, format!("{pointer}/entry_id"), "特色须注明引自哪一项申报")?;
    }
    Ok(())
}

/// The sheet: results by heading, highlights and problems where something was found, requirements. `name` gives the unit
/// of an entry; units of problems are not named.
pub fn sheet(text: &BulletinText, terms: &Terms, awards: &[Award], name: impl Fn(EntryId) -> String) -> Sheet {
    let problem = |finding: &Finding| finding.excerpt.to_string();
    let highlight = |finding: &Finding| {
        let unit = finding.entry_id.map(&name).unwrap_or_default();
        format!("{unit}：{}", in_quotes(&finding.excerpt))
    };
    let parts = [
        ("评选结果", results(terms, awards)),
        ("主要特色", found(text, FindingKind::Highlight, &text.highlights, &highlight)),
        ("存在问题", found(text, FindingKind::Problem, &text.problems, &problem)),
        ("工作要求", numbered(text.requirements.iter().map(|one| (String::new(), one.to_string())))),
    ];
    let filled = parts.into_iter().filter(|(_, paragraphs)| !paragraphs.is_empty());
    let part = |(index, (title, paragraphs)): (u32, (&str, Vec<Paragraph>))| SheetPart {
        title: format!("{}、{title}", chinese_number(index)),
        paragraphs,
    };
    Sheet {
        issuer: text.issuer.to_string(),
        document_no: text.document_no.as_ref().map_or_else(|| "（文号待定）".into(), ToString::to_string),
        title: text.title.to_string(),
        addressees: text.addressees.to_string(),
        opening: text.opening.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        parts: (1..).zip(filled).map(part).collect(),
        signature: text.signature.to_string(),
        dated: text.dated_on.in_chinese_numerals(),
    }
}

fn results(terms: &Terms, awards: &[Award]) -> Vec<Paragraph> {
    let whole = terms.kind == CampaignKind::DoubleTenBest;
    let named = |award: &Award| {
        let tied = if award.shared { format!("（并列第 {} 名）", award.place) } else { String::new() };
        let once = awards.iter().filter(|other| other.unit_id == award.unit_id).count() == 1;
        let title = if whole && once { String::new() } else { in_title_marks(&award.title) };
        format!("{}{title}{tied}", award.unit_name)
    };
    let line = |heading: AwardHeading| {
        let under: Vec<String> = awards.iter().filter(|award| award.heading == *heading.code).map(named).collect();
        match under.len() {
            0 => (heading.title.to_string(), "空缺。".into()),
            count => (format!("{}（{count} 个）", heading.title), format!("{}。", under.join("、"))),
        }
    };
    let mut results = numbered(terms.headings().into_iter().map(line));
    results.extend(terms.vote_note().map(|note| Paragraph { lead: String::new(), text: format!("注：{note}。") }));
    results
}

fn found(
    text: &BulletinText,
    kind: FindingKind,
    dimensions: &[Text<60>],
    say: &dyn Fn(&Finding) -> String,
) -> Vec<Paragraph> {
    let under = |dimension: &Text<60>| {
        let findings = text.findings.iter().filter(|one| one.kind == kind && one.dimension == *dimension);
        let said: Vec<String> = findings.map(|finding| ended(&say(finding))).collect();
        (!said.is_empty()).then(|| (dimension.to_string(), said.concat()))
    };
    numbered(dimensions.iter().filter_map(under))
}

fn numbered(paragraphs: impl Iterator<Item = (String, String)>) -> Vec<Paragraph> {
    let paragraph = |(index, (lead, text)): (u32, (String, String))| {
        let number = format!("（{}）", chinese_number(index));
        let lead = if lead.is_empty() { number } else { format!("{number}{}", ended(&lead)) };
        Paragraph { lead, text }
    };
    (1..).zip(paragraphs).map(paragraph).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn award(unit: u128, heading: &str, place: i32, shared: bool) -> Award {
        serde_json::from_value(serde_json::json!({
            "entry_id": uuid::Uuid::from_u128(100 * unit + u128::from(place.unsigned_abs())),
            "unit_id": uuid::Uuid::from_u128(unit), "unit_name": format!("支部{unit}"),
            "heading": heading, "heading_title": "", "heading_position": 0, "place": place, "shared": shared,
            "title": format!("方案{place}"), "decision_version": 1, "awarded_on": "2026-07-01",
        }))
        .unwrap()
    }

    fn terms(kind: &str) -> Terms {
        serde_json::from_value(serde_json::json!({
            "kind": kind, "electorate": { "kinds": ["full"] }, "timetable": [], "sources": [],
            "categories": [{ "code": "a", "title": "甲等", "quota": 3 }, { "code": "b", "title": "乙等", "quota": 3 }],
        }))
        .unwrap()
    }

    fn told(terms: &Terms, awards: &[Award]) -> Vec<String> {
        results(terms, awards).into_iter().map(|one| one.lead + &one.text).collect()
    }

    #[test]
    fn results_name_units_once_and_places_that_are_shared() {
        let awards = [award(1, "a", 1, false), award(2, "a", 2, true), award(3, "a", 2, true)];
        let told_of = |kind| told(&terms(kind), &awards);
        let titles =
            "（一）甲等（3 个）。支部1《方案1》、支部2《方案2》（并列第 2 名）、支部3《方案2》（并列第 2 名）。";
        assert_eq!(told_of("brand_top_ten"), [titles, "（二）乙等。空缺。"]);
        let units = "（一）甲等（3 个）。支部1、支部2（并列第 2 名）、支部3（并列第 2 名）。";
        assert_eq!(told_of("double_ten_best"), [units, "（二）乙等。空缺。"]);
        let twice = [award(1, "a", 1, false), award(2, "a", 2, false), award(1, "b", 3, false)];
        let told = told(&terms("double_ten_best"), &twice);
        assert_eq!(told, ["（一）甲等（2 个）。支部1《方案1》、支部2。", "（二）乙等（1 个）。支部1《方案3》。"]);
    }

    #[test]
    fn a_draft_joins_what_people_wrote_line_by_line_and_names_nobody() {
        let plan = |measures: &[&str]| -> Plan {
            let measures: Vec<_> = measures.iter().map(|text| serde_json::json!({ "text": text })).collect();
            let owner = uuid::Uuid::nil();
            serde_json::from_value(serde_json::json!({
                "title": "方案", "owner_id": owner, "team": ["张书记任组长"], "measures": measures,
                "goals": [{ "name": "减少停机", "target": "下降一半。" }],
            }))
            .unwrap()
        };
        let cited = |dimension, measures: &[&str]| excerpt(dimension, &plan(measures));
        assert_eq!(cited(1, &["每月点评。", "逐项销号；"]).unwrap(), "每月点评、逐项销号");
        assert_eq!(cited(1, &["每月点评，每季通报。", "逐项销号。"]).unwrap(), "每月点评，每季通报；逐项销号");
        assert_eq!(cited(0, &[]).unwrap(), "减少停机（下降一半）");
        assert_eq!((cited(1, &[]), cited(3, &[])), (None, None));
    }

    #[test]
    fn a_selection_without_awards_says_so() {
        let plans = HashMap::new();
        let material =
            Material { campaign: "品牌", notice_no: None, awards: &[], plans: &plans, entries: 3, late: 0 };
        let told = "各单位共申报 3 项，经评选，各奖项空缺。现将评选结果通报如下。";
        assert_eq!(opening(&material), told);
    }

    #[test]
    fn a_document_number_is_written_as_offices_do() {
        let number = DocumentNumber { prefix: text("金集组发").unwrap(), year: 2022, number: 7 };
        assert_eq!(number.to_string(), "金集组发〔2022〕7号");
    }
}
