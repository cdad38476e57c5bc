//! Running a command on the rooms.

use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use super::model::{Command, ImportKind, MessageCommand, Via, Voice};
use crate::base::crypto::random_code;
use crate::base::imports::Mode;
use crate::db::{Db, DbError, Never, Stop};
use crate::honour::boards::BoardRoom;
use crate::judging::campaigns::{CampaignId, Campaigns};
use crate::kernel::board::Difference;
use crate::kernel::outbox::{self, MessageId};
use crate::kernel::trail::{self, Act};
use crate::kernel::uptime::Uptime;
use crate::learning::quiz::Quiz;
use crate::oversight::alarms::AlarmRoom;
use crate::oversight::audit::Audit;
use crate::oversight::backup::Backups;
use crate::people::channels::Channels;
use crate::people::members::{FirstAdministrator, Manager, Members};
use crate::people::second_factors::SecondFactors;
use crate::people::sessions::Sessions;
use crate::web::Problem;

/// Messages that are read at once.
const CHUNK: i64 = 200;

/// Everything that commands need; clones share it.
#[derive(Clone)]
pub struct Operator {
    pub db: Db,
    pub uptime: Uptime,
    pub members: Members,
    pub sessions: Sessions,
    pub quiz: Quiz,
    pub board_room: BoardRoom,
    pub campaigns: Campaigns,
    pub backups: Backups,
    pub audit: Audit,
    pub alarms: AlarmRoom,
    pub channels: Channels,
    pub second_factors: SecondFactors,
}

type Outcome = Result<(), String>;

impl Operator {
    /// Runs `command` with the bytes of the file that came with it, once the trail knows of it.
    pub async fn run(&self, command: Command, file: Vec<u8>, via: Via, voice: &Voice) -> Outcome {
        // before the trail, which nobody writes into as long as the clock is doubted
        if matches!(command, Command::ConfirmClock) {
            self.uptime.confirm().await.map_err(told)?;
        }
        let noted = self.note(&command, via).await;
        // which is asked for when nothing can be written, too
        if !matches!(command, Command::Doctor) {
            noted.map_err(told)?;
        }
        match command {
            Command::CreateAdministrator { employee_no, name, unit_code, unit_name } => {
                let ask = FirstAdministrator { employee_no, name, unit_code, unit_name };
                self.create_administrator(ask, voice).await
            }
            Command::Import { what, dry_run } => self.import(what, file, dry_run, voice).await,
            Command::RebuildBoards { dry_run } => self.rebuild_boards(dry_run, voice).await,
            Command::ConfirmClock => self.follow_clock(voice).await,
            Command::Recount { campaign } => self.recount(campaign, voice).await,
            Command::Backup { file } => self.back_up(file, voice).await,
            Command::VerifyTrail => self.verify_trail(voice).await,
            Command::VerifyTrailExport => self.verify_trail_export(file, voice).await,
            Command::ResetSecondFactor { employee_no } => self.reset_second_factor(&employee_no, voice).await,
            Command::Doctor => self.examine(voice).await,
            Command::CheckChannels => self.check_channels(voice).await,
            Command::Messages { verb, id } => self.look_after_messages(verb, id, voice).await,
        }
    }

    async fn note(&self, command: &Command, via: Via) -> Result<(), DbError> {
        let (action, what) = command.act();
        let detail = serde_json::json!({ "by": "operator on the machine", "via": via, "command": what });
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                let detail = detail.clone();
                let act = Act { actor: None, action, subject_kind: "operator", subject_id: Uuid::nil(), detail };
                Ok(trail::note(tx, act)?)
            })
            .await
            .map_err(DbError::from)
    }

    async fn create_administrator(&self, ask: FirstAdministrator, voice: &Voice) -> Outcome {
        let employee_no = ask.employee_no.clone();
        let member = self.members.create_first_administrator(ask).await.map_err(told)?;
        let password = random_code().to_lowercase();
        self.sessions.set_password(member, password.clone()).await.map_err(told)?;
        voice.line(format!("工号 {employee_no}，密码 {password}（请登录后立即修改）")).await;
        Ok(())
    }

    async fn import(&self, what: ImportKind, file: Vec<u8>, dry_run: bool, voice: &Voice) -> Outcome {
        let speaker = voice.clone();
        let progress = move |done: usize, total: usize| speaker.progress(format!("{done}/{total}"));
        let operator = Manager::operator();
        let mode = Mode::of(dry_run, None);
        let report = match what {
            ImportKind::Units => self.members.import_units(operator, file, mode, &progress).await.map_err(told)?,
            ImportKind::Members => self.members.import_members(operator, file, mode, &progress).await.map_err(told)?,
            ImportKind::Questions => {
                self.quiz.import_questions(None, file, mode, false, progress).await.map_err(told)?
            }
        };
        for line in report.lines() {
            voice.line(line).await;
        }
        Ok(())
    }

    async fn rebuild_boards(&self, dry_run: bool, voice: &Voice) -> Outcome {
        let (mut members, mut differing, mut after) = (0, 0, None);
        loop {
            let report = self.board_room.rebuild(None, dry_run, after).await.map_err(told)?;
            for Difference { member, measure, what, expected, found } in &report.differences {
                voice.line(format!("{member} {measure} {what}: {found}, should be {expected}")).await;
            }
            members += report.members;
            differing += report.differing;
            voice.progress(members.to_string());
            after = report.next;
            if after.is_none() {
                break;
            }
        }
        if !dry_run {
            self.board_room.catch_up().await.map_err(told)?;
        }
        let done = if dry_run { "试运行，未写入" } else { "已更正" };
        voice.line(format!("{done}：党员 {members}，不一致 {differing}")).await;
        Ok(())
    }

    /// Says what the clock shows, and puts right what was entered ahead of it.
    async fn follow_clock(&self, voice: &Voice) -> Outcome {
        voice.line(format!("已确认服务器时钟：{}", self.db.now())).await;
        self.rebuild_boards(false, voice).await
    }

    async fn recount(&self, campaign: CampaignId, voice: &Voice) -> Outcome {
        let recount = self.campaigns.recount(campaign).await.map_err(told)?;
        for (entry, recounted, published) in &recount.lines {
            voice.line(format!("{entry} {recounted} {published}")).await;
        }
        if !recount.agrees {
            return Err(format!("重新计票 {} 张，与公布的结果不一致", recount.ballots));
        }
        voice.line(format!("重新计票 {} 张，得票、回执及其 SHA-256 均与公布的一致", recount.ballots)).await;
        Ok(())
    }

    async fn back_up(&self, file: PathBuf, voice: &Voice) -> Outcome {
        let speaker = voice.clone();
        let taken = self.backups.take(&file, &(Arc::new(move |sentence| speaker.progress(sentence)) as _)).await?;
        for line in taken.lines(&file) {
            voice.line(line).await;
        }
        Ok(())
    }

    async fn verify_trail(&self, voice: &Voice) -> Outcome {
        let verified = self.audit.verify().await.map_err(told)?;
        for line in verified.lines() {
            voice.line(line).await;
        }
        match verified.fault {
            None => Ok(()),
            Some(fault) => Err(fault.message),
        }
    }

    async fn verify_trail_export(&self, file: Vec<u8>, voice: &Voice) -> Outcome {
        let audit = self.audit.clone();
        let checked = tokio::task::spawn_blocking(move || audit.verify_export(&file)).await;
        let (first, last) = checked.map_err(|error| error.to_string())??;
        let found = match last < first {
            true => "核验通过：其中没有留痕".to_owned(),
            false => format!("核验通过：第 {first} 至 {last} 条留痕与封存时一致"),
        };
        voice.line(found).await;
        Ok(())
    }

    async fn reset_second_factor(&self, employee_no: &str, voice: &Voice) -> Outcome {
        self.second_factors.remove_by_operator(employee_no).await.map_err(told)?;
        voice.line(format!("工号 {employee_no} 的动态口令已停用，请通知本人登录后重新启用")).await;
        Ok(())
    }

    async fn examine(&self, voice: &Voice) -> Outcome {
        let findings = self.alarms.examine().await;
        for finding in &findings {
            voice.line(finding.line()).await;
        }
        match findings.iter().filter(|finding| !finding.is_well).count() {
            0 => Ok(()),
            bad => Err(format!("有 {bad} 项需要处理")),
        }
    }

    async fn check_channels(&self, voice: &Voice) -> Outcome {
        let steps = self.channels.check().await.map_err(told)?;
        let missing = steps.iter().filter(|step| step.state.is_fault()).count();
        for step in steps {
            voice.line(format!("{} {}：{}", step.state.mark(), step.title, step.found)).await;
            if let Some(advice) = step.advice {
                voice.line(format!("  → {advice}")).await;
            }
        }
        match missing {
            0 => Ok(()),
            missing => Err(format!("有 {missing} 项需要处理 ({missing} to be put right)")),
        }
    }

    async fn look_after_messages(&self, verb: MessageCommand, id: Option<MessageId>, voice: &Voice) -> Outcome {
        let changed = match verb {
            MessageCommand::List => return self.list_messages(voice).await,
            MessageCommand::Release => {
                self.db.write(move |tx| -> Result<_, Stop<Never>> { Ok(outbox::release(tx, id)?) }).await
            }
            MessageCommand::Discard => {
                self.db.write(move |tx| -> Result<_, Stop<Never>> { Ok(outbox::discard(tx, id)?) }).await
            }
        };
        let changed = changed.map_err(|stop| told(DbError::from(stop)))?;
        let done = if verb == MessageCommand::Release { "已放行" } else { "已丢弃" };
        if id.is_some() && changed == 0 {
            return Err("没有这条暂停的消息 (no such message is held)".into());
        }
        voice.line(format!("{done} {changed} 条消息")).await;
        Ok(())
    }

    async fn list_messages(&self, voice: &Voice) -> Outcome {
        let (mut count, mut after) = (0, None);
        loop {
            let held = self.db.read(move |conn| outbox::list_parked(conn, after, CHUNK)).await.map_err(told)?;
            let Some(last) = held.last() else { break };
            after = Some(last.id);
            count += held.len();
            for message in held {
                let why = message.last_error.unwrap_or_default();
                voice
                    .line(format!(
                        "{} {} {} {why}\n  {}",
                        message.id, message.created_at, message.topic, message.payload
                    ))
                    .await;
            }
        }
        voice.line(format!("暂停的消息 {count} 条")).await;
        Ok(())
    }
}

/// A refusal as the API would tell it.
fn told(stop: impl Into<Problem>) -> String {
    let problem: Problem = stop.into();
    problem.cause().map_or_else(|| format!("{problem}: {}", problem.detail()), str::to_owned)
}
