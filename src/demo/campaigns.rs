//! The demo's selection: the ten best brands, with the brands that the project ships, and a vote that is open.
//!
//! The brands are those that the sources name; plans and articles say nothing of them beyond what the file says, and
//! nobody has voted. The result of 2022 is history, which no program can replay.

use std::time::Duration;

use serde_json::json;

use crate::app::App;
use crate::base::capability::{Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::judging::campaigns::{ArticleDraft, CampaignId, Campaigns, Draft, EntryId, NewEntry, Plan, Terms, Writer};

use super::complaint;
use crate::judging::brands::Brands;
use crate::people::members::Directory;

/// How long entries are taken: enough to write them, since the vote opens then.
const ENTRY_SECONDS: i64 = 6;

/// Days from today on which the vote, the committee and the objections end.
const VOTE_DAYS: u64 = 7;
const COMMITTEE_DAYS: u64 = 10;
const OBJECTION_DAYS: u64 = 15;

/// Brands that the demo has, at most.
const BRANDS: i64 = 100;

/// Announces and opens the selection and hands in an entry for every brand; its vote opens [`ENTRY_SECONDS`] later.
pub async fn begin(app: &App, organiser: MemberId) -> Result<CampaignId, String> {
    let (reach, unit) =
        (Reach::Everything, app.get::<Directory>().tree().root().ok_or("the demo enterprise has no units")?);
    let draft = Draft { title: "十大优秀党建品牌评选".into(), unit, terms: terms(app)? };
    let id = app.get::<Campaigns>().create(organiser, &reach, draft, None).await.map_err(complaint)?.id;
    app.get::<Campaigns>().announce(organiser, &reach, id).await.map_err(complaint)?;
    app.get::<Campaigns>().open_early(organiser, &reach, id).await.map_err(complaint)?;
    for brand in app.get::<Brands>().list(None, None, BRANDS).await.map_err(|error| error.to_string())? {
        let owner = leader(app, brand.unit_id).unwrap_or(organiser);
        let entry = enter(app, owner, id, brand.unit_id, plan(owner, &brand.name, &brand.summary)?).await?;
        let article = ArticleDraft { title: brand.name, body: brand.summary, pictures: None };
        let runs = (Some(reach.clone()), None);
        app.get::<Campaigns>().publish_article(organiser, runs, entry, None, article).await.map_err(complaint)?;
    }
    Ok(id)
}

/// Waits until the vote is open.
pub async fn vote_opens(app: &App, id: CampaignId) -> Result<(), String> {
    for _ in 0..=2 * ENTRY_SECONDS {
        app.get::<Campaigns>().move_due().await.map_err(|error| error.to_string())?;
        if app.get::<Campaigns>().votes(id).await.map_err(|error| error.to_string())? {
            eprintln!("  评选 selection: 投票已开始 the vote is open");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Err("the vote of the demo did not open".into())
}

async fn enter(app: &App, owner: MemberId, id: CampaignId, unit: UnitId, plan: Plan) -> Result<EntryId, String> {
    let writer = || Writer { member: owner, reach: Reach::Everything };
    let new = NewEntry { unit, category: "brand".into(), plan };
    let entry = app.get::<Campaigns>().create_entry(writer(), id, new, None).await.map_err(complaint)?.id;
    app.get::<Campaigns>().submit_entry(writer(), entry).await.map_err(complaint)?;
    Ok(entry)
}

/// Who leads a unit's brand: its secretary, or the first of its committee.
fn leader(app: &App, unit: UnitId) -> Option<MemberId> {
    let today = app.db.today();
    let holder = |role| app.get::<Directory>().holders(role, unit, today).into_iter().min();
    holder(Role::Secretary).or_else(|| holder(Role::CommitteeMember))
}

fn plan(owner: MemberId, brand: &str, summary: &str) -> Result<Plan, String> {
    let short: String = summary.chars().take(200).collect();
    let plan = json!({
        "title": brand, "brand": brand, "owner_id": owner,
        "goals": [{ "name": short }],
        "measures": [{ "text": "按照创建要点制定年度措施，按月检查、按季通报。" }],
        "expected_effects": ["品牌得到党员群众认可，带动本单位重点工作。"],
    });
    serde_json::from_value(plan).map_err(|error| error.to_string())
}

/// Everybody votes for one to ten brands, and branches score each other; the weights are the demo's own.
fn terms(app: &App) -> Result<Terms, String> {
    let (now, today) = (app.db.now(), app.db.today());
    let evening = |days: u64| today.plus_days(days).start().plus_seconds(18 * 3600);
    let begins = now.plus_seconds(ENTRY_SECONDS);
    let criterion = |code: &str, title: &str| json!({ "code": code, "title": title, "full": 100, "weight": 2500 });
    let terms = json!({
        "kind": "brand_top_ten",
        "notice": {
            "document_no": format!("示范组发〔{}〕1号", today.parts().0),
            "text": "请各党支部申报党建品牌。申报作品经宣传后由全体党员群众投票、各支部互评，经党委研究和公示后公布。",
        },
        "categories": [{ "code": "brand", "title": "优秀党建品牌", "quota": 10 }],
        "electorate": { "kinds": ["full", "probationary", "masses"] },
        "timetable": [
            { "stage": "entry", "opens_at": now, "closes_at": begins },
            { "stage": "publicity", "opens_at": now, "closes_at": evening(VOTE_DAYS) },
            { "stage": "vote", "opens_at": begins, "closes_at": evening(VOTE_DAYS) },
            { "stage": "peer", "opens_at": begins, "closes_at": evening(VOTE_DAYS) },
            { "stage": "committee", "opens_at": evening(VOTE_DAYS), "closes_at": evening(COMMITTEE_DAYS) },
            { "stage": "objection", "opens_at": evening(COMMITTEE_DAYS), "closes_at": evening(OBJECTION_DAYS) },
        ],
        "criteria": [
            criterion("fame", "品牌知名度"), criterion("repute", "美誉度"),
            criterion("lasting", "可持续性"), criterion("effect", "创建成效"),
        ],
        "sources": [
            { "source": "vote", "rule": "share_of_ballots", "weight": 6000 },
            { "source": "peer", "rule": "share_of_full", "weight": 4000 },
        ],
        "tie_order": ["vote", "peer"],
        "ballot": { "min": 1, "max": 10 },
        "entries": { "article_required": true },
        "awards": [{ "code": "ten", "title": "十大优秀党建品牌", "quota": 10, "category": "brand" }],
    });
    serde_json::from_value(terms).map_err(|error| error.to_string())
}
