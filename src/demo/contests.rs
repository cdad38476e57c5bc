//! The demo's knowledge contests: one that is open, and one announced for the week after.

use serde::Deserialize;

use crate::app::App;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::learning::contests::{ContestState, Contests, Draft, Rules};

use super::complaint;
use crate::people::members::Directory;

/// The contests that the project ships; their questions are drawn from the bank when they open.
const CONTESTS: &str = include_str!("../../demo/contests.json");

/// How many days a contest stays open, and how many days ahead the next one is announced.
const OPEN_DAYS: u64 = 5;
const AHEAD_DAYS: u64 = 7;

/// Contests that the demo has at one time, at most.
const LISTED: i64 = 100;

/// A contest as it is shipped.
#[derive(Clone, Deserialize)]
struct Shipped {
    title: String,
    description: String,
    rules: Rules,
}

/// Publishes what ended while the demo was away, with whatever members made of it; then sees to it that one contest is
/// open and another one announced.
pub async fn plan_contests(app: &App, planner: MemberId) -> Result<(), String> {
    publish_ended(app, planner).await?;
    let shipped: Vec<Shipped> = serde_json::from_str(CONTESTS).map_err(|error| error.to_string())?;
    let root = app.get::<Directory>().tree().root().ok_or("the demo enterprise has no units")?;
    let mut live = titles(app, ContestState::Open).await?;
    let is_open = !live.is_empty();
    let announced = titles(app, ContestState::Announced).await?;
    let is_announced = !announced.is_empty();
    live.extend(announced);
    let mut others = shipped.into_iter().filter(|contest| !live.contains(&contest.title));
    let today = app.db.today();
    if !is_open && let Some(contest) = others.next() {
        announce(app, planner, draft(contest, root, today), true).await?;
    }
    if !is_announced && let Some(contest) = others.next() {
        announce(app, planner, draft(contest, root, today.plus_days(AHEAD_DAYS)), false).await?;
    }
    Ok(())
}

async fn publish_ended(app: &App, planner: MemberId) -> Result<(), String> {
    let contests = app.get::<Contests>();
    contests.catch_up().await.map_err(|error| error.to_string())?;
    contests.settle().await.map_err(|error| error.to_string())?;
    let closed = contests.list_within(&Reach::Everything, Some(ContestState::Closed), None, LISTED);
    for contest in closed.await.map_err(|error| error.to_string())? {
        // one whose ranking is not complete waits for the next start
        if contest.ranked_at.is_some() {
            app.get::<Contests>().publish(planner, &Reach::Everything, contest.id).await.map_err(complaint)?;
        }
    }
    Ok(())
}

async fn titles(app: &App, state: ContestState) -> Result<Vec<String>, String> {
    let found = app.get::<Contests>().list_within(&Reach::Everything, Some(state), None, LISTED).await;
    let found = found.map_err(|error| error.to_string())?;
    Ok(found.into_iter().map(|contest| contest.title).collect())
}

/// Open from the morning of `day` until the evening some days later.
fn draft(contest: Shipped, unit: UnitId, day: Day) -> Draft {
    Draft {
        title: contest.title,
        description: contest.description,
        unit,
        opens_at: day.start().plus_seconds(8 * 3600),
        closes_at: day.plus_days(OPEN_DAYS).start().plus_seconds(18 * 3600),
        rules: contest.rules,
        meeting: None,
    }
}

/// Writes and announces a contest, and opens it whatever the hour if it is for today.
async fn announce(app: &App, planner: MemberId, draft: Draft, is_for_today: bool) -> Result<(), String> {
    let reach = Reach::Everything;
    let contest = app.get::<Contests>().create(planner, &reach, draft, None).await.map_err(complaint)?;
    app.get::<Contests>().announce(planner, &reach, contest.id).await.map_err(complaint)?;
    if is_for_today {
        app.get::<Contests>().open_early(planner, &reach, contest.id).await.map_err(complaint)?;
    }
    Ok(())
}
