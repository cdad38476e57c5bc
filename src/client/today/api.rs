//! How the page looks.

use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::page::{Page, Today};
use crate::base::capability::{Capability, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Withholding;
use crate::base::time::{Day, Timestamp};
use crate::doing::ideas::{IdeaId, IdeaState};
use crate::doing::meetings::{MeetingId, MeetingKind};
use crate::ground::notices::{NoticeId, NoticeKind};
use crate::honour::boards::BranchPlace;
use crate::kernel::desk::{DeskItemId, Item, Urgency};
use crate::learning::quiz::{PaperId, PaperState, QUESTION_SECONDS};
use crate::learning::study::{FeedPush, ReadState};
use crate::people::desk::First;
use crate::people::members::model::{MemberKind, MemberSettings, MemberStatus};
use crate::web::Problem;
use crate::web::caller::{Caller, Member};
use crate::web::etag::Polled;
use crate::web::unread::with_unread;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_today);
}

/// Everything on a member's first page.
#[derive(Serialize, ToSchema)]
struct MyToday {
    /// The present business day.
    day: Day,
    me: TodayMe,
    /// What the member set for himself.
    settings: MemberSettings,
    /// Unread notices of the kinds that are counted; also in the header `X-Unread`.
    unread: i64,
    study: TodayStudy,
    quiz: TodayQuiz,
    /// Minutes that what is left of today's study and paper takes; 0 when both are done.
    minutes_left: i64,
    /// What was begun and waits to be gone on with; what ends first comes first.
    unfinished: Vec<UnfinishedThing>,
    desk: TodayDesk,
    /// Votes and contests that are open to the member, by when they close.
    open: Vec<OpenThing>,
    /// The newest three notices.
    notices: Vec<TodayNotice>,
    points: TodayPoints,
    streak: TodayStreak,
    /// The idea of the member's own that moved last; `null` for anyone who has none.
    idea: Option<TodayIdea>,
    /// `null` for anyone who belongs to no branch.
    branch: Option<TodayBranch>,
    /// Questions in the book of wrong answers.
    wrong_answers: i64,
}

/// Who the member is.
#[derive(Serialize, ToSchema)]
struct TodayMe {
    id: MemberId,
    /// The member's name.
    name: String,
    kind: MemberKind,
    status: MemberStatus,
    /// The home unit.
    unit_id: UnitId,
    /// Its short name.
    unit_name: String,
    /// The duties of today.
    duties: Vec<TodayDuty>,
    /// What they allow somewhere: with any of these the page has a part for work.
    capabilities: Vec<Capability>,
    /// Whether some duties allow nothing until the password is longer.
    needs_longer_password: bool,
    /// What today's privileged duties wait for; absent while they allow everything.
    withheld_because: Option<Withholding>,
}

/// A duty of today.
#[derive(Serialize, ToSchema)]
struct TodayDuty {
    role: Role,
    /// The duty in Chinese.
    title: &'static str,
    unit_id: UnitId,
    /// The unit's short name.
    unit_name: String,
}

/// Today's study.
#[derive(Serialize, ToSchema)]
struct TodayStudy {
    /// What was published today to the member's units; the newest first.
    items: Vec<TodayPush>,
    /// When the next one of today is published; `null` when none is planned.
    next_publish_at: Option<Timestamp>,
    /// Whether everything of today is read; `false` while there is nothing.
    done: bool,
}

/// A published item with what the member has done with it.
#[derive(Serialize, ToSchema)]
struct TodayPush {
    #[serde(flatten)]
    push: FeedPush,
    state: ReadState,
}

/// Today's paper.
#[derive(Serialize, ToSchema)]
struct TodayQuiz {
    /// `null` while there is none.
    paper_id: Option<PaperId>,
    state: PaperState,
    /// Questions on the paper; 0 while there is none.
    question_count: i64,
    /// When the day's paper comes out.
    publishes_at: Timestamp,
    /// Until when it can be handed in on time.
    closes_at: Timestamp,
    /// Right answers, once it was handed in.
    right_count: Option<i64>,
    /// Points for it, once it was handed in.
    points: Option<i64>,
}

crate::words!(
    /// What can be gone on with.
    UnfinishedKind {
        /// A study item that was opened.
        Reading = "reading" / "学习",
        /// The paper of the day, which the member was handed.
        Quiz = "quiz" / "每日一答",
        /// A run of the challenge.
        Challenge = "challenge" / "挑战答题",
        /// An attempt at a contest.
        Contest = "contest" / "知识竞赛",
    }
);

/// Something that was begun.
#[derive(Serialize, ToSchema)]
struct UnfinishedThing {
    kind: UnfinishedKind,
    /// The item, the paper, the run or the attempt.
    id: String,
    /// In Chinese.
    title: String,
    /// The API path to go on with it.
    link: String,
    /// When it ends by the server's clock; the header `Date` of this answer says what that shows.
    ends_at: Option<Timestamp>,
    /// Answered questions, where the server knows them.
    answered: Option<i64>,
    /// Questions in all.
    question_count: Option<i64>,
}

/// What waits for the member.
#[derive(Serialize, ToSchema)]
struct TodayDesk {
    /// How much in all.
    count: i64,
    /// What is due first, three at most.
    items: Vec<TodayDeskItem>,
}

/// Something that waits.
#[derive(Serialize, ToSchema)]
struct TodayDeskItem {
    id: DeskItemId,
    /// What kind of thing it is, such as `idea`.
    kind: String,
    /// What is to be done.
    title: String,
    /// The API path of it.
    link: String,
    /// The last day that is not late.
    due_on: Option<Day>,
    urgency: Urgency,
}

fn desk(First { items, count }: First, viewer: MemberId) -> TodayDesk {
    let shown = |item: Item| TodayDeskItem {
        id: item.id,
        title: item.title_for(viewer),
        link: item.link_for(viewer),
        due_on: item.due_on(),
        urgency: item.urgency,
        kind: item.kind,
    };
    TodayDesk { count, items: items.into_iter().map(shown).collect() }
}

crate::words!(
    /// What is open to members for a while.
    OpenKind {
        Vote = "vote" / "投票",
        Contest = "contest" / "知识竞赛",
    }
);

/// A vote or a contest that is open to the member.
#[derive(Serialize, ToSchema)]
struct OpenThing {
    kind: OpenKind,
    /// The campaign or the contest.
    id: String,
    /// In Chinese.
    title: String,
    /// The API path of it.
    link: String,
    closes_at: Timestamp,
    /// Days until then; 0 on the last day.
    days_left: i64,
    /// Whether the member has voted (in a daily vote: today), or has no attempt left.
    done: bool,
}

/// A notice.
#[derive(Serialize, ToSchema)]
struct TodayNotice {
    id: NoticeId,
    kind: NoticeKind,
    /// One line.
    title: String,
    /// The text.
    body: String,
    /// The API path of what it is about.
    link: Option<String>,
    /// Whether the member has not marked it as read.
    unread: bool,
    created_at: Timestamp,
}

/// The member's points.
#[derive(Serialize, ToSchema)]
struct TodayPoints {
    /// What today has given.
    today: i64,
    /// What today's study, its paper and the challenge would still give, by the caps of the day.
    left_today: i64,
    /// The newest entry; `null` before the first one.
    last: Option<LastPoints>,
}

/// The newest entry of the ledger.
#[derive(Serialize, ToSchema)]
struct LastPoints {
    /// Negative when something was taken back.
    points: i64,
    /// Why, in Chinese.
    reason: String,
    at: Timestamp,
}

/// Days without a missed one in between.
#[derive(Serialize, ToSchema)]
struct TodayStreak {
    /// Days with something finished or answered; only the member himself sees them.
    days: u32,
    /// Whether today counts already.
    today_done: bool,
}

/// An idea and where it stands.
#[derive(Serialize, ToSchema)]
struct TodayIdea {
    id: IdeaId,
    /// As its author wrote it.
    title: String,
    state: IdeaState,
    /// When it last moved or was changed.
    moved_at: Timestamp,
}

/// The member's branch.
#[derive(Serialize, ToSchema)]
struct TodayBranch {
    id: UnitId,
    /// Its short name.
    name: String,
    /// Who leads it.
    secretaries: Vec<SecretaryName>,
    /// The next meeting of the branch or of the member's group, today's among them; `null` when none is written down.
    next_meeting: Option<ComingMeeting>,
    /// Where it stands among all branches this week; `null` where branches are not compared.
    board: Option<TodayBranchBoard>,
}

/// A secretary.
#[derive(Serialize, ToSchema)]
struct SecretaryName {
    id: MemberId,
    /// In full: it is the member's own branch.
    name: String,
}

/// A meeting that is to come.
#[derive(Serialize, ToSchema)]
struct ComingMeeting {
    id: MeetingId,
    kind: MeetingKind,
    /// What it is about, in Chinese.
    title: String,
    held_on: Day,
    /// When it begins; `null` where nobody has said so.
    begins_at: Option<Timestamp>,
    /// Where it is; `null` where nobody has said so.
    place: Option<String>,
    /// The branch or the group.
    unit_id: UnitId,
}

/// The place of a branch.
#[derive(Serialize, ToSchema)]
struct TodayBranchBoard {
    /// 1 is the best.
    rank: usize,
    /// Branches in all.
    size: usize,
    /// Hundredths of a point per active member; `null` where the board does not tell, since few of the branch hide.
    average_hundredths: Option<i64>,
}

impl From<BranchPlace> for TodayBranchBoard {
    fn from(BranchPlace { rank, size, average_hundredths }: BranchPlace) -> Self {
        TodayBranchBoard { rank, size, average_hundredths }
    }
}

/// 首页
///
/// Everything on the caller's first page: study, paper, what was begun, what waits, what is open, notices, points, ideas,
/// the branch. Asked for again with its ETag, it costs no bytes while nothing has changed; the header `X-Unread` says how
/// many notices are unread.
#[utoipa::path(tag = "client", responses((status = 200, description = "The page", body = MyToday),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/me/today")]
async fn get_my_today(caller: Member, req: HttpRequest, today: web::Data<Today>) -> Result<HttpResponse, Problem> {
    let page = today.page(&caller.person).await?;
    let page = page.ok_or_else(|| Problem::not_found("members.not_found", "没有找到该人员"))?;
    let view = show(&today, &caller, page);
    let unread = view.unread;
    Ok(with_unread(Polled(view).respond_to(&req), unread))
}

fn show(today: &Today, caller: &Caller, page: Page) -> MyToday {
    let is_counted = |kind: &NoticeKind| !page.settings.muted_notices.contains(kind);
    let unread = page.notices.unread.iter().filter(|(kind, _)| is_counted(kind)).map(|(_, count)| count).sum();
    MyToday {
        day: page.day,
        me: me(today, caller, &page),
        unread,
        minutes_left: minutes_left(&page),
        unfinished: unfinished(&page),
        open: open(&page),
        branch: branch(today, caller, &page),
        desk: desk(page.desk, page.card.id),
        quiz: TodayQuiz {
            paper_id: page.quiz.paper_id,
            state: page.quiz.state,
            question_count: page.quiz.question_count,
            publishes_at: page.quiz.publishes_at,
            closes_at: page.quiz.closes_at,
            right_count: page.quiz.right_count,
            points: page.quiz.points,
        },
        points: TodayPoints {
            today: page.points.today,
            left_today: page.points_left,
            last: page.points.last.map(|(points, reason, at)| LastPoints { points, reason, at }),
        },
        streak: TodayStreak { days: page.study.streak.current, today_done: page.study.streak.today_done },
        idea: page.idea.map(|idea| TodayIdea {
            id: idea.id,
            title: idea.title,
            state: idea.state,
            moved_at: idea.moved_at,
        }),
        wrong_answers: page.quiz.wrong_answers,
        notices: page.notices.notices.into_iter().map(notice).collect(),
        study: TodayStudy {
            done: !page.study.items.is_empty()
                && page.study.items.iter().all(|(_, state)| *state == ReadState::Finished),
            next_publish_at: page.study.next_publish_at,
            items: page.study.items.into_iter().map(|(push, state)| TodayPush { push, state }).collect(),
        },
        settings: page.settings,
    }
}

fn me(today: &Today, caller: &Caller, page: &Page) -> TodayMe {
    let tree = today.directory.tree();
    let short = |unit: UnitId| tree.get(unit).map(|card| card.unit.short_name.clone()).unwrap_or_default();
    let duty = |duty: &crate::base::capability::Duty| TodayDuty {
        role: duty.role,
        title: duty.role.title(),
        unit_id: duty.unit,
        unit_name: short(duty.unit),
    };
    TodayMe {
        id: caller.member,
        name: page.card.name.to_string(),
        kind: page.card.kind,
        status: page.card.status,
        unit_id: caller.unit(),
        unit_name: short(caller.unit()),
        duties: caller.duties.iter().chain(&caller.withheld).map(duty).collect(),
        capabilities: Capability::EACH
            .iter()
            .copied()
            .filter(|capability| caller.reach(*capability).is_some())
            .collect(),
        needs_longer_password: caller.withheld_because == Some(Withholding::ShortPassword),
        withheld_because: caller.withheld_because,
    }
}

fn minutes_left(page: &Page) -> i64 {
    let unread = page.study.items.iter().filter(|(_, state)| *state != ReadState::Finished);
    let reading: i64 = unread.map(|(push, _)| i64::from(push.minimum_seconds)).sum();
    let asked = match page.quiz.state {
        PaperState::New | PaperState::Begun => page.quiz.question_count,
        PaperState::Waiting | PaperState::Submitted => 0,
    };
    (reading + asked * QUESTION_SECONDS).div_euclid(60) + i64::from((reading + asked * QUESTION_SECONDS) % 60 > 0)
}

fn unfinished(page: &Page) -> Vec<UnfinishedThing> {
    let reading =
        page.study.items.iter().filter(|(_, state)| *state == ReadState::Reading).map(|(push, _)| UnfinishedThing {
            kind: UnfinishedKind::Reading,
            id: push.item_id.to_string(),
            title: push.title.clone(),
            link: format!("/study/items/{}", push.item_id),
            ends_at: None,
            answered: None,
            question_count: None,
        });
    let paper = page.quiz.paper_id.filter(|_| page.quiz.state == PaperState::Begun).map(|id| UnfinishedThing {
        kind: UnfinishedKind::Quiz,
        id: id.to_string(),
        title: format!("{}的每日一答", page.day.in_chinese()),
        link: "/quiz/daily".into(),
        ends_at: Some(page.quiz.closes_at),
        answered: None,
        question_count: Some(page.quiz.question_count),
    });
    let run = page.run.map(|run| UnfinishedThing {
        kind: UnfinishedKind::Challenge,
        id: run.id.to_string(),
        title: "挑战答题".into(),
        link: "/challenge/runs/current".into(),
        ends_at: Some(run.due_at),
        answered: Some(run.right_count),
        question_count: None,
    });
    let attempts = page.contests.iter().filter_map(|(contest, attempted)| {
        let running = attempted.running?;
        Some(UnfinishedThing {
            kind: UnfinishedKind::Contest,
            id: running.id.to_string(),
            title: contest.title.clone(),
            link: format!("/contests/{}", contest.id),
            ends_at: Some(running.due_at),
            answered: Some(running.answer_count),
            question_count: i64::try_from(contest.question_count).ok(),
        })
    });
    let mut all: Vec<UnfinishedThing> = reading.chain(paper).chain(run).chain(attempts).collect();
    all.sort_by_key(|thing| (thing.ends_at.is_none(), thing.ends_at));
    all
}

fn open(page: &Page) -> Vec<OpenThing> {
    let today = i64::from(page.day.number());
    let days_left = |closes_at: Timestamp| (i64::from(closes_at.day().number()) - today).max(0);
    let votes = page.votes.iter().map(|(vote, done)| OpenThing {
        kind: OpenKind::Vote,
        id: vote.id.to_string(),
        title: vote.title.clone(),
        link: format!("/campaigns/{}", vote.id),
        closes_at: vote.closes_at,
        days_left: days_left(vote.closes_at),
        done: *done,
    });
    let contests = page.contests.iter().map(|(contest, attempted)| OpenThing {
        kind: OpenKind::Contest,
        id: contest.id.to_string(),
        title: contest.title.clone(),
        link: format!("/contests/{}", contest.id),
        closes_at: contest.closes_at,
        days_left: days_left(contest.closes_at),
        done: attempted.is_done,
    });
    let mut all: Vec<OpenThing> = votes.chain(contests).collect();
    all.sort_by_key(|thing| thing.closes_at);
    all
}

fn notice((notice, read_at): (crate::ground::notices::Notice, Option<Timestamp>)) -> TodayNotice {
    TodayNotice {
        id: notice.id,
        kind: notice.kind,
        title: notice.shown_title(),
        body: notice.body,
        link: notice.link,
        unread: read_at.is_none(),
        created_at: notice.created_at,
    }
}

fn branch(today: &Today, caller: &Caller, page: &Page) -> Option<TodayBranch> {
    let id = caller.branch?;
    let name = today.directory.tree().get(id)?.unit.short_name.clone();
    let secretaries = today.secretaries(id).into_iter().map(|(id, name)| SecretaryName { id, name }).collect();
    let next_meeting = page.next_meeting.clone().map(|meeting| ComingMeeting {
        id: meeting.id,
        kind: meeting.kind,
        title: meeting.title,
        held_on: meeting.held_on,
        begins_at: meeting.begins_at,
        place: meeting.place,
        unit_id: meeting.unit_id,
    });
    Some(TodayBranch { id, name, secretaries, next_meeting, board: page.branch_place.map(TodayBranchBoard::from) })
}
