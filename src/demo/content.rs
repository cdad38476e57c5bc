//! What the demo's members study and answer.

use crate::app::App;
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::learning::study::{Draft, ItemId, Plan, Study};

use super::complaint;
use crate::learning::quiz::Quiz;
use crate::people::members::Directory;

/// The study items that the project ships, in the order in which they are pushed.
const ITEMS: [&str; 32] = [
    include_str!("../../demo/study/01.md"),
    include_str!("../../demo/study/02.md"),
    include_str!("../../demo/study/03.md"),
    include_str!("../../demo/study/04.md"),
    include_str!("../../demo/study/05.md"),
    include_str!("../../demo/study/06.md"),
    include_str!("../../demo/study/07.md"),
    include_str!("../../demo/study/08.md"),
    include_str!("../../demo/study/09.md"),
    include_str!("../../demo/study/10.md"),
    include_str!("../../demo/study/11.md"),
    include_str!("../../demo/study/12.md"),
    include_str!("../../demo/study/13.md"),
    include_str!("../../demo/study/14.md"),
    include_str!("../../demo/study/15.md"),
    include_str!("../../demo/study/16.md"),
    include_str!("../../demo/study/17.md"),
    include_str!("../../demo/study/18.md"),
    include_str!("../../demo/study/19.md"),
    include_str!("../../demo/study/20.md"),
    include_str!("../../demo/study/21.md"),
    include_str!("../../demo/study/22.md"),
    include_str!("../../demo/study/23.md"),
    include_str!("../../demo/study/24.md"),
    include_str!("../../demo/study/25.md"),
    include_str!("../../demo/study/26.md"),
    include_str!("../../demo/study/27.md"),
    include_str!("../../demo/study/28.md"),
    include_str!("../../demo/study/29.md"),
    include_str!("../../demo/study/30.md"),
    include_str!("../../demo/study/31.md"),
    include_str!("../../demo/study/32.md"),
];

/// Writes the shipped items.
pub async fn write_items(app: &App, author: MemberId, progress: &impl Fn(usize, usize)) -> Result<(), String> {
    for (index, text) in ITEMS.iter().enumerate() {
        app.get::<Study>().write_item(author, None, read_item(text)?).await.map_err(complaint)?;
        progress(index + 1, ITEMS.len());
    }
    Ok(())
}

/// An item as it is shipped: `key: value` lines, a line of dashes, the Markdown body.
fn read_item(text: &str) -> Result<Draft, String> {
    let (head, body) = text.split_once("\n---\n").ok_or("a study item has no header")?;
    let field = |name: &str| {
        head.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .map(|value| value.trim().to_owned())
            .ok_or_else(|| format!("a study item has no {name}"))
    };
    Ok(Draft {
        title: field("title")?,
        summary: field("summary")?,
        body: body.trim().to_owned(),
        source: field("source")?,
        cover_url: None,
        category: None,
        cover: None,
        pictures: Vec::new(),
        minimum_seconds: field("minimum_seconds")?.parse().map_err(|_| "minimum_seconds is not a number")?,
        question_ids: Vec::new(),
    })
}

/// Plans a push and a paper for each of the next `days` days that has none, and publishes today's whatever the hour.
pub async fn plan_days(app: &App, planner: MemberId, days: u64) -> Result<(), String> {
    let today = app.db.today();
    let root = app.get::<Directory>().tree().root().ok_or("the demo enterprise has no units")?;
    let items: Vec<ItemId> = app.get::<Study>().item_ids().await.map_err(|error| error.to_string())?;
    for day in (0..days).map(|ahead| today.plus_days(ahead)) {
        // the day's number picks the item, so that every start of the demo plans the same
        let turn = usize::try_from(day.number()).unwrap_or(0) % items.len().max(1);
        let is_open = !app.get::<Study>().has_push(root, day).await.map_err(|error| error.to_string())?;
        if let Some(item) = items.get(turn).filter(|_| is_open) {
            let plan = Plan { item: *item, unit: root, day, time: None };
            app.get::<Study>().plan(planner, &Reach::Everything, None, plan).await.map_err(complaint)?;
        }
        app.get::<Quiz>().draw_paper(day).await.map_err(|error| error.to_string())?;
    }
    app.get::<Study>().publish_today().await.map_err(|error| error.to_string())?;
    app.get::<Quiz>().publish_today().await.map_err(|error| error.to_string())
}
