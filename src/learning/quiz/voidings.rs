//! Making a question void 作废: one that has no right answer, or several, gives full marks to all who were asked it.
//!
//! That changes results without any key to check it by, so that it takes two people, with a reason that everybody concerned
//! reads. Confirmed, it is a correction whose right key is none: [`super::corrections`] puts it on every paper, and results,
//! points and books follow.

use serde_json::json;

use super::Quiz;
use super::corrections::{find_wording, void_wording};
use super::lending::take_turns;
use super::model::voiding::{QuestionVoiding, QuestionVoidingId};
use super::model::{Question, QuestionId};
use super::rules::Refusal;
use super::store;
use crate::base::approval::{Answer, ProposalState};
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::text::{cut, in_quotes};
use crate::base::time::Day;
use crate::db::{DbError, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::kernel::trail::{self, Act};

type Outcome<T> = Result<T, Stop<Refusal>>;

crate::kernel::desk::kinds! {
    /// What proposals to make a question void are on the desk.
    pub(super) VOIDING_ON_DESK = "question_voiding" / "题目作废",
}

/// Characters of a question that a title shows.
const SHOWN_CHARS: usize = 30;

impl Quiz {
    /// Proposes that a wording of a question be void, the present one unless another is named. The same proposal of the same
    /// person again is the one that was made.
    pub async fn propose_voiding(
        &self,
        actor: MemberId,
        id: QuestionId,
        version: Option<i32>,
        reason: String,
    ) -> Outcome<QuestionVoiding> {
        let quiz = self.clone();
        self.db
            .write(move |tx| {
                let question = store::find_question_for_edit(tx.conn, id)?.ok_or(Refusal::NoSuchQuestion)?;
                let version = void_wording(find_wording(tx.conn, &question, version)?)?.version;
                if store::is_void(tx.conn, id, version)? {
                    return Err(Refusal::QuestionVoid.into());
                }
                if question.first_dealt_at.is_none() {
                    return Err(Refusal::NeverAsked.into());
                }
                if let Some(open) = store::find_open_voiding(tx.conn, id, version)? {
                    let same = open.proposed_by == actor && open.reason == reason;
                    if open.rule().state_at(tx.now()) == ProposalState::Open {
                        return if same { Ok(open) } else { Err(Refusal::VoidingProposed.into()) };
                    }
                    store::answer_voiding(tx.conn, &QuestionVoiding { state: ProposalState::Expired, ..open })?;
                    desk::clear(tx, VOIDING_ON_DESK, open.id.uuid())?;
                }
                let voiding = QuestionVoiding {
                    id: tx.fresh_id(),
                    question_id: id,
                    version,
                    reason: reason.clone(),
                    state: ProposalState::Open,
                    proposed_by: actor,
                    proposed_at: tx.now(),
                    answered_by: None,
                    answered_at: None,
                };
                store::insert_voiding(tx.conn, &voiding)?;
                quiz.lay_voiding(tx, &question, &voiding)?;
                note(tx, actor, "quiz.propose_voiding", &voiding)?;
                Ok(voiding)
            })
            .await
    }

    /// A proposal.
    pub async fn voiding(&self, id: QuestionVoidingId) -> Outcome<QuestionVoiding> {
        let found = self.db.read(move |conn| store::find_voiding(conn, id)).await?;
        found.ok_or_else(|| Refusal::NoSuchVoiding.into())
    }

    /// The proposals about a question before `before`, newest first.
    pub async fn voidings(
        &self,
        id: QuestionId,
        before: Option<QuestionVoidingId>,
        limit: i64,
    ) -> Outcome<Vec<QuestionVoiding>> {
        let before = before.unwrap_or_else(|| uuid::Uuid::max().into());
        let found = self
            .db
            .read(move |conn| {
                let known = store::find_question(conn, id)?.is_some();
                Ok(known.then_some(store::list_voidings(conn, id, before, limit)?))
            })
            .await?;
        found.ok_or_else(|| Refusal::NoSuchQuestion.into())
    }

    /// Answers a proposal; approved, the question is void at once, and what was answered is graded anew. The same answer
    /// again changes nothing.
    pub async fn answer_voiding(
        &self,
        by: MemberId,
        id: QuestionVoidingId,
        answer: Answer,
    ) -> Outcome<QuestionVoiding> {
        let about = self.voiding(id).await?.question_id;
        let quiz = self.clone();
        self.db
            .write(move |tx| {
                // as for every correction: nobody puts the question on a paper meanwhile
                take_turns(tx)?;
                let mut question = store::find_question_for_edit(tx.conn, about)?.ok_or(Refusal::NoSuchQuestion)?;
                let voiding = store::find_voiding(tx.conn, id)?.ok_or(Refusal::NoSuchVoiding)?;
                if !voiding.rule().answer(answer, by, tx.now()).map_err(Refusal::from)? {
                    return Ok(voiding);
                }
                let state = answer.leads_to();
                if state == ProposalState::Approved && !quiz.may_make_void(voiding.proposed_by, tx.today()) {
                    return Err(Refusal::ProposerGone.into());
                }
                let voiding = QuestionVoiding { state, answered_by: Some(by), answered_at: Some(tx.now()), ..voiding };
                store::answer_voiding(tx.conn, &voiding)?;
                desk::clear(tx, VOIDING_ON_DESK, id.uuid())?;
                note(tx, by, deed(answer), &voiding)?;
                if answer != Answer::TakeBack {
                    tell_proposer(tx, &question, &voiding)?;
                }
                if state == ProposalState::Approved {
                    let wording = void_wording(find_wording(tx.conn, &question, Some(voiding.version))?)?;
                    quiz.put_right(tx, by, &mut question, wording, &voiding.reason)?;
                }
                Ok(voiding)
            })
            .await
    }

    /// Whether somebody makes questions void by duty: it changes results of all units.
    fn may_make_void(&self, member: MemberId, today: Day) -> bool {
        let reach = self.directory.person(member, today).and_then(|person| person.reach(Capability::ManageContent));
        let top = self.directory.tree().root();
        reach.zip(top).is_some_and(|(reach, top)| reach.covers(&[top]))
    }

    /// Has the proposal wait for those who may confirm it.
    fn lay_voiding(&self, tx: &mut Tx, question: &Question, voiding: &QuestionVoiding) -> diesel::QueryResult<()> {
        let Some(unit) = self.directory.tree().root() else { return Ok(()) };
        let item = NewItem {
            kind: VOIDING_ON_DESK,
            subject: voiding.id.uuid(),
            title: format!("确认题目{}作废", in_quotes(&cut(&question.stem, SHOWN_CHARS))),
            link: format!("/question-voidings/{}", voiding.id),
            due: Some(Due::At(voiding.expires_at())),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: Capability::ManageContent, unit }),
            barred: vec![voiding.proposed_by],
        };
        self.desks.replace(tx, VOIDING_ON_DESK, voiding.id.uuid(), Some(item))
    }

    /// A question's wording as it is proposed to be void, for who looks at the proposal.
    pub async fn stem_of(&self, voiding: &QuestionVoiding) -> Result<String, DbError> {
        let (id, version) = (voiding.question_id, voiding.version);
        let found = self
            .db
            .read(move |conn| match store::find_question(conn, id)? {
                Some(question) => find_wording(conn, &question, Some(version)),
                None => Ok(None),
            })
            .await?;
        Ok(found.map(|(.., text)| text.stem).unwrap_or_default())
    }
}

fn deed(answer: Answer) -> &'static str {
    match answer {
        Answer::Approve => "quiz.approve_voiding",
        Answer::Refuse => "quiz.refuse_voiding",
        Answer::TakeBack => "quiz.withdraw_voiding",
    }
}

fn tell_proposer(tx: &mut Tx, question: &Question, voiding: &QuestionVoiding) -> diesel::QueryResult<()> {
    let title = match voiding.state {
        ProposalState::Approved => "您提议的题目作废已经确认",
        _ => "您提议的题目作废未获确认",
    };
    notices::tell(
        tx,
        NewNotice {
            to: To::Member(voiding.proposed_by),
            kind: NoticeKind::PUBLISHED,
            title: title.to_owned(),
            body: format!("题目{}：{}", in_quotes(&cut(&question.stem, SHOWN_CHARS)), voiding.reason),
            link: Some(format!("/question-voidings/{}", voiding.id)),
        },
    )
}

/// For the trail, which holds no key.
fn note(tx: &mut Tx, by: MemberId, action: &str, voiding: &QuestionVoiding) -> diesel::QueryResult<()> {
    let detail = json!({ "voiding_id": voiding.id, "version": voiding.version, "reason": voiding.reason });
    let subject_id = voiding.question_id.uuid();
    trail::note(tx, Act { actor: Some(by), action, subject_kind: "question", subject_id, detail })
}
