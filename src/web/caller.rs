//! Who is calling. A handler's first argument says who may: [`Member`] for anyone signed in, else a capability's name.
//!
//! How a token becomes a caller is the sessions room's business; it hands it over as a [`Doorkeeper`].

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::error::Problem;
use super::second_factor;
use crate::base::capability::{Capability, Reach};
use crate::base::id::SessionId;
use crate::base::origin::Origin;
use crate::base::person::{Denied, Person, Withholding};

/// Who sent the request: a person on a session.
#[derive(Clone, Debug)]
pub struct Caller {
    pub session: SessionId,
    pub person: Arc<Person>,
    /// Has a second factor, and gave no code of it in this session lately: what [`second_factor`] marks waits for one.
    pub must_give_code: bool,
}

impl Deref for Caller {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.person
    }
}

type Recognising = Pin<Box<dyn Future<Output = Result<Caller, Problem>>>>;

/// What is known of the session that a token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As this process remembers it.
    Remembered,
    /// As the database has it: another process may have taken a code a moment ago.
    Anew,
}

/// Recognises callers by their access token.
pub struct Doorkeeper(Box<Recognise>);

type Recognise = dyn Fn(&str, Look) -> Recognising + Send + Sync;

impl Doorkeeper {
    pub fn new<F, A>(recognise: F) -> Self
    where
        F: Fn(&str, Look) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Caller, Problem>> + 'static,
    {
        Doorkeeper(Box::new(move |token, look| Box::pin(recognise(token, look))))
    }
}

/// The longest access token that is looked at; ours have about 300 bytes.
const MAX_TOKEN: usize = 4096;

/// The token of an `Authorization: Bearer …` header, if the request has one.
pub fn bearer(req: &HttpRequest) -> Option<&str> {
    let (scheme, token) = req.headers().get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn token(req: &HttpRequest) -> Result<&str, Problem> {
    bearer(req)
        .filter(|token| !token.is_empty() && token.len() <= MAX_TOKEN)
        .ok_or_else(|| Problem::unauthenticated("sessions.required", "请先登录"))
}

/// Recognises the caller and leaves it with the request, for the log and the limits.
async fn recognise(req: &HttpRequest, look: Look) -> Result<Caller, Problem> {
    let doorkeeper =
        req.app_data::<web::Data<Doorkeeper>>().ok_or_else(|| Problem::internal("no doorkeeper was hired"))?;
    let caller = (doorkeeper.0)(token(req)?, look).await?;
    if look == Look::Remembered {
        super::limits::account(req, caller.member)?;
        Origin::recognise(caller.session);
    }
    req.extensions_mut().insert(caller.clone());
    Ok(caller)
}

/// Recognises the caller and lets him in if `check` does and no code of a second factor is due.
fn admit<T: 'static>(req: &HttpRequest, check: fn(&Caller) -> Result<T, Denied>) -> Admitting<T> {
    let req = req.clone();
    Box::pin(async move {
        let enter = |caller: Caller| -> Result<(Caller, T), Problem> {
            let found = check(&caller)?;
            second_factor::check(&req, &caller)?;
            Ok((caller, found))
        };
        let caller = recognise(&req, Look::Remembered).await?;
        if !caller.must_give_code && caller.withheld_because != Some(Withholding::CodeMissing) {
            return enter(caller);
        }
        match enter(caller) {
            // the code may have been given to another server a moment ago
            Err(refused) if second_factor::is_about_codes(&refused) => enter(recognise(&req, Look::Anew).await?),
            entered => entered,
        }
    })
}

type Admitting<T> = Pin<Box<dyn Future<Output = Result<(Caller, T), Problem>>>>;

/// Anyone who is signed in.
pub struct Member(Caller);

impl Deref for Member {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl FromRequest for Member {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let admitting = admit(req, |_| Ok(()));
        Box::pin(async move { admitting.await.map(|(caller, ())| Member(caller)) })
    }
}

/// Declares a caller who must have a capability; [`Deref`]s to [`Caller`] and knows how far it reaches.
macro_rules! capable {
    ($($(#[$doc:meta])* $name:ident: $capability:ident),+ $(,)?) => {$(
        $(#[$doc])*
        pub struct $name {
            caller: Caller,
            /// The part of the enterprise within which the caller may do so.
            pub reach: Reach,
        }

        impl Deref for $name {
            type Target = Caller;

            fn deref(&self) -> &Caller {
                &self.caller
            }
        }

        impl FromRequest for $name {
            type Error = Problem;
            type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

            fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
                let admitting = admit(req, |caller| caller.reach_of(Capability::$capability));
                Box::pin(async move { admitting.await.map(|(caller, reach)| $name { caller, reach }) })
            }
        }
    )+};
}

capable!(
    /// May see members' points and study coverage by name.
    ResultReader: SeeResults,
    /// May plan study pushes.
    PushPlanner: PlanPushes,
    /// May write study items, questions and papers.
    ContentManager: ManageContent,
    /// May read questions with their answers, and what is not published yet.
    ContentReader: ReadContent,
    /// May read what pushes and contests are made of, without the keys of questions.
    ContentChooser: ChooseContent,
    /// May run knowledge contests.
    ContestRunner: RunContests,
    /// May see contests before they are announced, and their results before publication.
    ContestReader: ReadContests,
    /// May confirm what somebody else proposed about a contest.
    ContestConfirmer: ConfirmContests,
    /// May see rosters.
    RosterReader: SeeMembers,
    /// May change units, members and duties.
    RosterManager: ManageMembers,
    /// May see proposals about duties.
    DutyReader: ReviewDuties,
    /// May issue invite codes and confirm phone numbers.
    Inviter: Invite,
    /// May put down leave of members.
    LeaveRecorder: RecordLeave,
    /// May read every version of the point rules.
    RuleReader: ReadRules,
    /// May write new versions of the point rules.
    RuleManager: ManageRules,
    /// May operate the service.
    Operator: Operate,
    /// May read who did what.
    AuditReader: Audit,
    /// May read what was written down about meetings before.
    MeetingReader: ReadMeetings,
    /// May write down meetings.
    MeetingHolder: HoldMeetings,
    /// May see what units are to do by themselves.
    ObligationReader: ReadObligations,
    /// May write down what was done by themselves.
    ObligationKeeper: KeepObligations,
    /// May agree that something does not apply.
    ObligationExcuser: ExcuseObligations,
    /// May make rules about what units do by themselves.
    ObligationManager: ManageObligations,
    /// May see the ideas of a scope and their statistics.
    IdeaReader: SeeIdeas,
    /// May collect ideas.
    IdeaCollector: CollectIdeas,
    /// May decide, assign and accept ideas.
    IdeaDecider: DecideIdeas,
    /// May write and run selections.
    CampaignRunner: RunCampaigns,
    /// May see how selections are run.
    CampaignReader: ReadCampaigns,
    /// May decide selections and confirm what others propose.
    CampaignDecider: DecideCampaigns,
    /// May write down brands of units.
    BrandKeeper: KeepBrands,
    /// May write entries of the own unit.
    EntryWriter: WriteEntries,
    /// May write articles about entries.
    ArticleWriter: WriteArticles,
    /// May see the settings.
    SettingReader: ReadSettings,
    /// May change the settings that are theirs.
    SettingChanger: ChangeSettings,
    /// May read what members say.
    FeedbackReader: ReadFeedback,
    /// May answer what members say.
    FeedbackAnswerer: AnswerFeedback,
    /// May read what waits before others see it, and decide about it.
    TextReviewer: ReviewTexts,
    /// May propose what members are given or lose in the book of appraisal.
    AppraisalProposer: ProposeAppraisal,
    /// May decide about the appraisal of members of branches.
    AppraisalDecider: DecideAppraisal,
    /// May recommend for titles and assess the own branch for a grade.
    HonourRecommender: RecommendHonours,
    /// May write honours from above down, and inspect branches.
    HonourKeeper: KeepHonours,
    /// May give honours, titles and grades, and take them away.
    HonourGranter: GrantHonours,
    /// May hand in what units owe.
    ReportFiller: FillReports,
    /// May see what units owe.
    ReportReader: ReadReports,
    /// May say what units report, and review it.
    ReportRunner: RunReports,
    /// May approve what is asked beyond the limits, and bulletins about reports.
    ReportApprover: ApproveReports,
    /// May set tasks and close them.
    TaskIssuer: IssueTasks,
    /// May see tasks of a scope and how units stand.
    TaskReader: SeeTasks,
);

/// Refuses who has a duty for a part of the enterprise only, where what is done holds for all of it.
pub fn check_top(caller: &Caller, reach: &Reach) -> Result<(), Problem> {
    if caller.path.last().is_some_and(|top| reach.covers(&[*top])) { Ok(()) } else { Err(out_of_reach()) }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotAllowed => not_allowed(),
            Denied::Withheld(Withholding::ShortPassword) => password_too_short(),
            Denied::Withheld(Withholding::FactorMissing) => second_factor::required(),
            Denied::Withheld(Withholding::CodeMissing) => second_factor::needed(),
        }
    }
}

/// 403 for anyone who lacks the duty.
pub fn not_allowed() -> Problem {
    Problem::forbidden("access.denied", "您没有进行此操作的权限")
}

/// 403 for anyone with a duty that asks for a longer password.
fn password_too_short() -> Problem {
    let advice = "您的职务要求登录密码不少于 10 个字符。请先修改密码；密码已够长的，重新登录一次即可";
    Problem::forbidden("sessions.password_too_short", advice)
}

/// 403 for anyone who has the duty, but not for this part of the enterprise.
pub fn out_of_reach() -> Problem {
    Problem::forbidden("access.out_of_scope", "不在您的职责范围之内")
}
