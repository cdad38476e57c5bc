//! The demo enterprise: real data on an empty database, so that a morning can be tried within a minute.
//!
//! Loads the organisation and the members that the project ships under `demo/`, with a question bank and study items
//! written for it, carries a few golden ideas into different stages, opens the vote on the ten best brands, plans pushes,
//! papers and contests around today, and makes passwords for a few people. A second start keeps everything and extends pushes, papers and contests to today.
//! Nothing here is used by `serve`.

mod campaigns;
mod content;
mod contests;
mod front;
mod ideas;
mod people;
mod plans;
pub mod platform;
mod stand_in;

use std::net::SocketAddr;

use crate::app::App;
use crate::base::id::MemberId;
use crate::base::imports::Mode;
use crate::base::sheet;
use crate::judging::brands::Brands;
use crate::learning::quiz::Quiz;
use crate::people::members::{Directory, Manager, Members};

pub use front::{Lan, front};
use people::SignIn;
pub use stand_in::StandIn;

/// Days for which pushes and papers are planned, today included.
const PLANNED_DAYS: u64 = 7;

/// Brings the demo enterprise up to date; what to print, for how to use it at `address`.
///
/// Passwords exist only as hashes, so they are told when they are made: at the first start, or with `new_passwords`.
pub async fn prepare(app: &App, address: SocketAddr, new_passwords: bool) -> Result<String, String> {
    let is_new = app.get::<Directory>().tree().is_empty();
    if is_new {
        load_people(app).await?;
        people::appoint_heads(app).await?;
    }
    people::appoint_second_administrator(app).await?;
    let cast = people::cast(app)?;
    // before the selection is announced: accounts that are younger than a vote are worth a look in it
    let passwords = if is_new || new_passwords { Some(people::set_passwords(app, &cast).await?) } else { None };
    if is_new {
        Box::pin(load_content(app, cast.organiser())).await?;
    }
    content::plan_days(app, cast.organiser(), PLANNED_DAYS).await?;
    contests::plan_contests(app, cast.organiser()).await?;
    Ok(guide(address, cast.each(), passwords.as_deref()))
}

async fn load_people(app: &App) -> Result<(), String> {
    let units = include_bytes!("../../demo/organization.csv");
    let members = include_bytes!("../../demo/members.xlsx");
    let report = app
        .get::<Members>()
        .import_units(Manager::operator(), units.as_slice(), Mode::AtOnce, &progress("组织 units"))
        .await
        .map_err(complaint)?;
    expect_clean(&report)?;
    let report = app
        .get::<Members>()
        .import_members(Manager::operator(), members.as_slice(), Mode::AtOnce, &progress("人员 members"))
        .await
        .map_err(complaint)?;
    expect_clean(&report)
}

async fn load_content(app: &App, organiser: MemberId) -> Result<(), String> {
    let questions = include_bytes!("../../demo/questions.csv");
    let report = app
        .get::<Quiz>()
        .import_questions(None, questions.as_slice(), Mode::AtOnce, false, progress("题库 questions"))
        .await
        .map_err(complaint)?;
    expect_clean(&report)?;
    let brands = include_bytes!("../../demo/brands.csv");
    let report = app.get::<Brands>().import(None, brands.as_slice(), Mode::AtOnce).await.map_err(complaint)?;
    expect_clean(&report)?;
    eprintln!("  品牌 brands: {}", report.accepted);
    // each by itself on the heap: one in the other they were too much for the stack of a thread
    let selection = Box::pin(campaigns::begin(app, organiser)).await?;
    Box::pin(plans::begin(app, organiser)).await?;
    Box::pin(content::write_items(app, organiser, &progress("学习内容 study items"))).await?;
    Box::pin(ideas::write(app)).await?;
    Box::pin(campaigns::vote_opens(app, selection)).await
}

/// What the project ships must load whole. That duties hold without a second administrator is remarked and as it should
/// be: the enterprise has none yet.
fn expect_clean(report: &sheet::ImportReport) -> Result<(), String> {
    match report.problems.first() {
        None => Ok(()),
        Some(problem) => Err(format!("the demo data: {}", problem.line())),
    }
}

fn complaint(stop: impl Into<crate::web::Problem>) -> String {
    stop.into().to_string()
}

/// Shows on standard error how far a long step has come.
fn progress(what: &'static str) -> impl Fn(usize, usize) + Sync {
    move |done, total| eprintln!("  {what}: {done}/{total}")
}

fn guide(address: SocketAddr, people: &[SignIn], passwords: Option<&[String]>) -> String {
    let mut lines = vec![
        format!("\n先锋 Xianfeng 已就绪：http://{address}"),
        "  用浏览器打开即可一键登录任一角色 open it and tap a name".into(),
        format!("  接口文档 interactive API page: http://{address}/docs/\n"),
        "登录 sign-in:".into(),
    ];
    for (index, person) in people.iter().enumerate() {
        let password = passwords.and_then(|all| all.get(index)).map_or("（已设置，见首次启动的输出）", String::as_str);
        lines.push(format!("  {:<24} 工号 {}  密码 {}", person.title, person.employee_no, password));
    }
    if passwords.is_none() {
        lines.push("  重新生成密码 new passwords: cargo run --release -- demo --new-passwords".into());
    }
    let employee_no = &people[0].employee_no;
    let password = passwords.map_or("在此填写密码", |all| all[0].as_str());
    lines.extend([
        "\n试一试 try:".into(),
        format!(
            "  TOKEN=$(curl -s http://{address}/api/v1/session -H 'Content-Type: application/json' -d '{{\"account\":\"{employee_no}\",\"password\":\"{password}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')"
        ),
        format!("  curl -s http://{address}/api/v1/quiz/daily -H \"Authorization: Bearer $TOKEN\""),
        format!(
            "  curl -s 'http://{address}/api/v1/boards/enterprise/total?period=week' -H \"Authorization: Bearer $TOKEN\"\n"
        ),
    ]);
    lines.join("\n")
}
