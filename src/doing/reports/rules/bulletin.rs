//! What the bulletin of a period says: a draft from what came in, and the sheet that is printed of it.

use super::Refusal;
use crate::base::text::{Text, chinese_number, cut, ended};
use crate::base::time::Day;
use crate::doing::reports::model::bulletin::{ReportBulletinText, ReportExtract};
use crate::doing::reports::model::{ReportHead, ReportId, ReportStanding};
use crate::ground::bulletins::{Paragraph, Sheet, SheetPart};
use crate::ground::documents::DocumentNumber;

/// Who issues a bulletin and under which number; everything else of the draft comes from what was reported.
#[derive(Clone, Debug)]
pub struct Frame {
    pub issuer: Text<60>,
    pub document_no: Option<DocumentNumber>,
    pub addressees: Text<300>,
    pub signature: Text<100>,
    pub dated_on: Day,
}

/// What was answered to a text field: whose report, what the field is called, and the text.
pub type Cited = (ReportId, String, String);

const MOST_EXTRACTS: usize = 50;
const MOST_REQUIREMENTS: usize = 20;
/// Extracts of one field in a draft.
const CITED: usize = 3;
const CITED_CHARS: usize = 200;

const REQUIREMENTS: [&str; 2] =
    ["请各单位按时报送，内容写实、简明。", "请对照存在的问题列出措施，下期报送时说明进展。"];

/// How many came when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub due: usize,
    pub on_time: usize,
    pub late: usize,
    pub missing: usize,
    pub excused: usize,
    pub open: usize,
    pub unchanged: usize,
}

/// Counts the reports of a period on `today`.
pub fn count(reports: &[ReportHead], today: Day) -> Counts {
    let mut counts = Counts { due: reports.len(), ..Counts::default() };
    for report in reports {
        match super::standing(report, today) {
            ReportStanding::OnTime => counts.on_time += 1,
            ReportStanding::Late => counts.late += 1,
            ReportStanding::Missing => counts.missing += 1,
            ReportStanding::Excused => counts.excused += 1,
            ReportStanding::Open => counts.open += 1,
        }
        counts.unchanged += usize::from(report.no_change);
    }
    counts
}

/// The draft: numbers, extracts of each text that units wrote, and requirements. It names nobody.
pub fn draft(frame: Frame, called: &str, cited: &[Cited]) -> Result<ReportBulletinText, Refusal> {
    let Frame { issuer, document_no, addressees, signature, dated_on } = frame;
    let mut extracts: Vec<ReportExtract> = Vec::new();
    for (report, heading, answer) in cited {
        let heading = text(&cut(heading, 60))?;
        let of_heading = extracts.iter().filter(|known| known.heading == heading).count();
        if of_heading < CITED && extracts.len() < MOST_EXTRACTS {
            extracts.push(ReportExtract {
                report_id: Some(*report),
                heading,
                excerpt: text(&cut(answer, CITED_CHARS))?,
            });
        }
    }
    Ok(ReportBulletinText {
        issuer,
        document_no,
        title: text(&cut(&format!("关于{called}报送情况的通报"), 150))?,
        addressees,
        opening: text(&format!("现将{called}报送情况通报如下。"))?,
        names_units: false,
        extracts,
        requirements: REQUIREMENTS.iter().map(|one| text(one)).collect::<Result<_, _>>()?,
        signature,
        dated_on,
    })
}

fn text<const MAX: usize>(written: &str) -> Result<Text<MAX>, Refusal> {
    Text::new(written).map_err(Refusal::BadBulletin)
}

/// Whether a text may stand: not too much of anything, and what it cites is of the period.
pub fn check(text: &ReportBulletinText, is_of_period: impl Fn(ReportId) -> bool) -> Result<(), Refusal> {
    if text.extracts.len() > MOST_EXTRACTS || text.requirements.len() > MOST_REQUIREMENTS {
        return Err(Refusal::BadBulletin(format!("摘录最多 {MOST_EXTRACTS} 条，工作要求最多 {MOST_REQUIREMENTS} 条")));
    }
    if text.extracts.iter().filter_map(|extract| extract.report_id).any(|id| !is_of_period(id)) {
        return Err(Refusal::BadBulletin("摘录须出自本期的报送".to_owned()));
    }
    Ok(())
}

/// How it is printed. Units are named where the text asks for it and the signer has ticked it.
pub fn sheet(
    text: &ReportBulletinText,
    (reports, today): (&[ReportHead], Day),
    is_ticked: bool,
    name: impl Fn(&ReportHead) -> String,
) -> Sheet {
    let names_units = text.names_units && is_ticked;
    let counts = count(reports, today);
    let mut lines = vec![Paragraph { lead: "总体情况：".to_owned(), text: numbers(counts) }];
    if names_units {
        for (standing, lead) in [(ReportStanding::Late, "迟报单位："), (ReportStanding::Missing, "未报单位：")]
        {
            let those = reports.iter().filter(|report| super::standing(report, today) == standing);
            let names: Vec<String> = those.map(&name).collect();
            if !names.is_empty() {
                lines.push(Paragraph { lead: lead.to_owned(), text: ended(&names.join("、")) });
            }
        }
    }
    let whose = |id: ReportId| reports.iter().find(|report| report.id == id).map(&name);
    let extract = |extract: &ReportExtract| {
        let unit = extract.report_id.filter(|_| names_units).and_then(whose);
        let unit = unit.map(|unit| format!("（{unit}）")).unwrap_or_default();
        Paragraph { lead: format!("{}{unit}：", &*extract.heading), text: extract.excerpt.to_string() }
    };
    let requirement =
        |(at, one): (usize, &Text<1000>)| Paragraph { lead: format!("{}.", at + 1), text: one.to_string() };
    let parts = [
        ("报送情况", lines),
        ("工作摘录", text.extracts.iter().map(extract).collect()),
        ("工作要求", text.requirements.iter().enumerate().map(requirement).collect()),
    ];
    let said = parts.into_iter().filter(|(_, paragraphs)| !paragraphs.is_empty());
    let parts = (1..)
        .zip(said)
        .map(|(at, (title, paragraphs))| SheetPart { title: format!("{}、{title}", chinese_number(at)), paragraphs });
    Sheet {
        issuer: text.issuer.to_string(),
        document_no: text.document_no.as_ref().map_or_else(|| "（文号待定）".to_owned(), ToString::to_string),
        title: text.title.to_string(),
        addressees: text.addressees.to_string(),
        opening: text.opening.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        parts: parts.collect(),
        signature: text.signature.to_string(),
        dated: text.dated_on.in_chinese_numerals(),
    }
}

fn numbers(counts: Counts) -> String {
    let Counts { due, on_time, late, missing, excused, open, unchanged } = counts;
    let mut said = format!("应报 {due} 个单位，按期 {on_time} 个，迟报 {late} 个，未报 {missing} 个");
    for (count, what) in [(excused, "免报"), (open, "未到期"), (unchanged, "报无变化")] {
        if count > 0 {
            said.push_str(&format!("，{what} {count} 个"));
        }
    }
    said.push('。');
    said
}
