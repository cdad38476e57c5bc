//! A problem that a bulletin names becomes a task to be put right, and the bulletin shows what has become of it.

use diesel::QueryResult;
use serde_json::json;

use super::Outcome;
use super::model::{BulletinText, FindingKind, about, thing};
use super::rules::Refusal;
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::base::text::{cut, in_title_marks};
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::doing::tasks::{Credit, Opener, Opening, Settled, TaskId, TaskListKind, TaskSource, TaskSourceId};
use crate::ground::bulletins::{self, Bulletin, BulletinState};
use crate::judging::campaigns::entries;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::notices::note_of;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::{Campaigns, store as campaigns};

/// What tasks call a problem that a bulletin names.
const FINDING: &str = "finding";
/// Characters of a finding that a task is called by.
const TITLE_CHARS: usize = 100;
/// What is asked where nothing is said.
const STANDARD: &str = "制定整改措施并落实，问题得到解决，形成一句话成效。";

/// How a problem is to be put right.
#[derive(Clone, Debug, Default)]
pub struct Rectification {
    /// Whose it is where the finding is about no entry; else the entry's unit.
    pub unit: Option<UnitId>,
    /// When it counts as done.
    pub standard: Option<String>,
    /// 30 days from today where nothing is said.
    pub due_on: Option<Day>,
}

fn source(id: CampaignId, place: i32) -> TaskSource {
    TaskSource { kind: FINDING.to_owned(), id: TaskSourceId::from(id.uuid()), place }
}

impl Campaigns {
    /// Opens a task of a problem that an issued bulletin names; one that was opened stays.
    pub(in crate::judging::campaigns) async fn open_finding(
        &self,
        person: &Person,
        reach: &crate::base::capability::Reach,
        (id, place): (CampaignId, i32),
        how: Rectification,
    ) -> Outcome<TaskId> {
        self.within(reach, id).await?;
        let (room, opener, by) = (self.clone(), Opener::of(person), person.member);
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let found: Option<Bulletin<BulletinText>> = bulletins::find(tx.conn, about(id))?;
                let bulletin = found.ok_or(bulletins::Refusal::NotFound)?;
                if bulletin.state != BulletinState::Issued {
                    return Err(Refusal::NotIssued.into());
                }
                let index = usize::try_from(place - 1).map_err(|_| Refusal::NoSuchFinding)?;
                let finding = bulletin.text.findings.get(index).ok_or(Refusal::NoSuchFinding)?;
                if finding.kind != FindingKind::Problem {
                    return Err(Refusal::NotAProblem.into());
                }
                let entries = entries::list_submitted(tx.conn, id)?;
                let of_entry = entries.iter().find(|entry| Some(entry.id) == finding.entry_id);
                let unit = of_entry.map(|entry| entry.unit_id).or(how.unit).ok_or(Refusal::NoUnit)?;
                let opening = Opening {
                    source: source(id, place),
                    document: in_title_marks(&cut(&bulletin.text.title, TITLE_CHARS)),
                    owner: campaign.unit_id,
                    list: TaskListKind::Rectification,
                    unit,
                    title: cut(&format!("{}：{}", &*finding.dimension, &*finding.excerpt), TITLE_CHARS),
                    standard: how.standard.clone().unwrap_or_else(|| STANDARD.to_owned()),
                    due_on: how.due_on.unwrap_or_else(|| room.tasks.usual_due(tx.today())),
                    by,
                };
                let task = room.tasks.open(tx, &opener, &opening)?;
                let detail = json!({ "finding": place, "task_id": task });
                note_of(tx, Some(by), "campaigns.open_finding", (thing(id), id), detail)?;
                Ok(task)
            })
            .await
    }

    /// What has become of the problems that a bulletin names, by their places in it.
    pub(in crate::judging::campaigns) fn findings_of(
        &self,
        conn: &mut Conn,
        id: CampaignId,
    ) -> QueryResult<Vec<Settled>> {
        self.tasks.settled_of(conn, FINDING, TaskSourceId::from(id.uuid()))
    }
}

/// Writes down with a bulletin that what it named was put right, or otherwise is over.
pub(in crate::judging::campaigns) fn note_settled(tx: &mut Tx, settled: &Settled) -> QueryResult<Credit> {
    if settled.source.kind != FINDING {
        return Ok(Credit::Open);
    }
    let id = CampaignId::from(settled.source.id.uuid());
    let detail = json!({ "finding": settled.source.place, "task_id": settled.task, "state": settled.state });
    note_of(tx, None, "campaigns.settle_finding", (thing(id), id), detail)?;
    Ok(Credit::Open)
}
