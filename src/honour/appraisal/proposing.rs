//! Proposing what members are given or lose: by themselves, by those with a duty, and by a rule that the records tell of
//! something. Nothing of it is in the book until another person has approved it.

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::actions::{Appraisal, Outcome, book, classes};
use super::book::is_settled;
use super::model::{
    AppraisalEntryId, AppraisalKind, AppraisalOrigin, AppraisalProposalId, AppraisalRecord, AppraisalReply,
    AppraisalRule, AppraisalScheme, AppraisalSource, AppraisalSourceId, Proposal, Proposed, SchemeBook, SchemeVersion,
};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::ground::files::{self, FileId, FileView};
use crate::kernel::desk;
use crate::kernel::idempotency;
use crate::kernel::trail::{self, Act};

/// The kind under which files belong to a proposal; the room vouches for it.
pub(super) const EVIDENCE: &str = "appraisal_proposal";

/// What somebody proposes.
#[derive(Clone, Debug)]
pub(super) struct NewProposal {
    pub member: MemberId,
    pub rule: String,
    /// Without a sign; `None` where the rule leaves no choice.
    pub points: Option<i32>,
    pub day: Day,
    pub matter: String,
    pub reason: String,
    pub files: Vec<FileId>,
    /// The entry to be put right, for the rule of corrections.
    pub corrects: Option<AppraisalEntryId>,
}

/// What the records of another room tell.
#[derive(Clone, Debug)]
pub struct Suggestion<'a> {
    pub record: AppraisalRecord,
    pub member: MemberId,
    /// The thing that was recorded, such as an idea.
    pub subject: Uuid,
    /// When it happened.
    pub day: Day,
    /// How much it is worth, in hundredths, where a rule leaves that open; the least that it gives where nothing is said.
    pub worth: Option<i32>,
    /// A Chinese sentence that members read.
    pub reason: &'a str,
}

impl<'a> Suggestion<'a> {
    /// Something that a room records today, worth what the rule says.
    pub fn today(tx: &Tx, record: AppraisalRecord, whose: (MemberId, Uuid), reason: &'a str) -> Self {
        Suggestion::of(tx, record, whose, tx.today(), reason)
    }

    /// Something of a day, worth what the rule says; of today where that day counts no more.
    pub fn of(
        tx: &Tx,
        record: AppraisalRecord,
        (member, subject): (MemberId, Uuid),
        day: Day,
        reason: &'a str,
    ) -> Self {
        let day = if rules::check_event_day(day, tx.today()).is_ok() { day } else { tx.today() };
        Suggestion { record, member, subject, day, worth: None, reason }
    }
}

impl Appraisal {
    /// Proposes something; it waits for another person.
    pub(super) async fn propose(
        &self,
        person: &Person,
        new: NewProposal,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Proposed> {
        let path = self.directory.path_unless_left(new.member).ok_or(Refusal::NoSuchMember)?;
        let own = new.member == person.member;
        let reach = person.reach(Capability::ProposeAppraisal);
        if !own && reach.is_none() {
            return Err(Refusal::NotAllowed.into());
        }
        if !own && !reach.is_some_and(|reach| reach.covers(&path)) {
            return Err(Refusal::OutOfReach.into());
        }
        let unit = *path.first().ok_or(Refusal::NoSuchMember)?;
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                tx.take_turn(new.member)?;
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<AppraisalProposalId> {
                    let proposal = room.propose_in(tx, (by, unit), &new)?;
                    Ok(proposal.id)
                })?;
                Ok(store::proposals::find(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?)
            })
            .await
    }

    fn propose_in(&self, tx: &mut Tx, (by, unit): (MemberId, UnitId), new: &NewProposal) -> Outcome<Proposal> {
        rules::check_event_day(new.day, tx.today())?;
        let book = book(tx.conn)?;
        let version = book.on(new.day).ok_or(Refusal::NoScheme)?;
        let rule = version.scheme.rule(&new.rule).ok_or(Refusal::NoSuchRule)?;
        if let Some(evidence) = rule.evidence.as_ref().filter(|_| new.files.is_empty()) {
            return Err(Refusal::EvidenceMissing(evidence.clone()).into());
        }
        let mut proposal = match rule.kind {
            AppraisalKind::Correction => self.correcting(tx, (by, unit), new, version)?,
            AppraisalKind::Base | AppraisalKind::Carry => {
                return Err(Refusal::NotProposed("基础分和年初结转由开账统一记入，不能单独提出").into());
            }
            AppraisalKind::Bonus | AppraisalKind::Deduction => {
                let own = new.member == by;
                if own && (rule.origin != AppraisalOrigin::Declared || rule.kind != AppraisalKind::Bonus) {
                    return Err(Refusal::NotProposed("这一项不由本人申报，请联系党小组或支部").into());
                }
                let classes = classes(tx.conn, &[new.member], new.day)?;
                let class = classes.get(&new.member).map(String::as_str);
                drawn(tx, (by, unit), new, (version, rule, class))?
            }
        };
        if rule.kind == AppraisalKind::Deduction {
            proposal.reply_until = Some(self.calendar.working_day_from(tx.today().plus_days(self.terms.reply_days())));
        }
        self.put(tx, &proposal, rule)?;
        files::attach::<Refusal>(tx, &new.files, by, EVIDENCE, proposal.id.uuid())?;
        Ok(proposal)
    }

    /// Writes a proposal and has it wait.
    fn put(&self, tx: &mut Tx, proposal: &Proposal, rule: &AppraisalRule) -> Outcome<()> {
        store::proposals::insert(tx.conn, proposal)?;
        if !store::proposals::take_cause(tx.conn, proposal)? {
            return Err(Refusal::CauseTaken.into());
        }
        self.lay_proposal(tx, proposal, rule)?;
        Ok(note(tx, proposal.proposed_by, "appraisal.propose", proposal)?)
    }

    /// A proposal to put an entry right by its opposite.
    fn correcting(
        &self,
        tx: &mut Tx,
        (by, unit): (MemberId, UnitId),
        new: &NewProposal,
        version: &SchemeVersion,
    ) -> Outcome<Proposal> {
        if new.member == by {
            return Err(Refusal::NotProposed("本人的记录请通过申诉更正").into());
        }
        let id = new.corrects.ok_or(Refusal::NotProposed("更正须写明要更正哪一条记录"))?;
        let entry = store::book::find(tx.conn, id)?.filter(|entry| entry.member_id == new.member);
        let entry = entry.ok_or(Refusal::NoSuchCorrected)?;
        if entry.kind == AppraisalKind::Carry {
            return Err(Refusal::CarriedOver.into());
        }
        if is_settled(tx, &entry)? || entry.points == 0 {
            return Err(Refusal::Corrected.into());
        }
        Ok(Proposal {
            dimension: entry.dimension,
            points: -entry.points,
            cause: correction_of(id),
            corrects_id: Some(id),
            ..blank(tx, (by, unit), new, version)
        })
    }

    /// Has the rules that hold for a record propose what they give, within the transaction that records it. Where no
    /// scheme holds, no rule does, its day counts no more, the member is exempt or the same matter was proposed, nothing
    /// happens.
    pub fn suggest(&self, tx: &mut Tx, told: &Suggestion<'_>) -> QueryResult<()> {
        let Some(path) = self.directory.path_unless_left(told.member) else { return Ok(()) };
        let Some(unit) = path.first().copied() else { return Ok(()) };
        tx.take_turn(told.member)?;
        let (book, today) = (book(tx.conn)?, tx.today());
        let Some(version) = book.on(told.day).filter(|_| rules::check_event_day(told.day, today).is_ok()) else {
            return Ok(());
        };
        let classes = classes(tx.conn, &[told.member], told.day)?;
        let class = version.scheme.class(classes.get(&told.member).map(String::as_str));
        for rule in rules::of_record(&version.scheme, told.record, told.worth) {
            let (Some(dimension), Some(class)) = (&rule.dimension, class) else { continue };
            let least = rule.least.max(1);
            let points = told.worth.unwrap_or(least).clamp(least, rule.most.max(least));
            let cause = rules::cause_of(rule, &told.subject.to_string());
            if rules::check_award(rule, class, points).is_err()
                || store::proposals::is_taken(tx.conn, told.member, &cause)?
            {
                continue;
            }
            let is_deduction = rule.kind == AppraisalKind::Deduction;
            let until = self.calendar.working_day_from(today.plus_days(self.terms.reply_days()));
            let proposal = Proposal {
                id: tx.fresh_id(),
                member_id: told.member,
                unit_id: unit,
                rule: rule.code.clone(),
                scheme_version: version.version,
                dimension: dimension.clone(),
                points: if is_deduction { -points } else { points },
                day: told.day,
                cause,
                reason: told.reason.to_owned(),
                corrects_id: None,
                import_id: None,
                proposed_by: None,
                reply_until: is_deduction.then_some(until),
                created_at: tx.now(),
            };
            store::proposals::insert(tx.conn, &proposal)?;
            store::proposals::take_cause(tx.conn, &proposal)?;
            self.lay_proposal(tx, &proposal, rule)?;
        }
        Ok(())
    }

    /// Whether something was proposed to be taken of the member for one of these things, whatever became of it.
    pub fn is_charged(&self, conn: &mut Conn, member: MemberId, subjects: &[Uuid]) -> QueryResult<bool> {
        for subject in subjects {
            if store::proposals::is_taken(conn, member, &rules::cost_of(&subject.to_string()))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Says something about a deduction that was proposed; once.
    pub(super) async fn reply(&self, member: MemberId, id: AppraisalProposalId, text: String) -> Outcome<Proposed> {
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                let (proposal, reply, decision) =
                    store::proposals::find(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?;
                if proposal.member_id != member {
                    return Err(Refusal::NoSuchProposal.into());
                }
                if reply.as_ref().is_some_and(|reply| reply.text == text) {
                    return Ok((proposal, reply, decision));
                }
                let until = proposal.reply_until.ok_or(Refusal::NoReply)?;
                if decision.is_some() || tx.today() > until {
                    return Err(Refusal::NoReply.into());
                }
                let reply = AppraisalReply { proposal_id: id, text: text.clone(), replied_at: tx.now() };
                if !store::proposals::insert_reply(tx.conn, &reply)? {
                    return Err(Refusal::Replied.into());
                }
                desk::clear(tx, super::desk::REPLY, id.uuid())?;
                note(tx, Some(member), "appraisal.reply", &proposal)?;
                Ok((proposal, Some(reply), None))
            })
            .await
    }

    /// A proposal, for its member, for who proposed it and for those whose duties reach the member.
    pub(super) async fn proposal(&self, person: &Person, id: AppraisalProposalId) -> Outcome<Proposed> {
        let found = self.db.read(move |conn| store::proposals::find(conn, id)).await?;
        let found = found.filter(|(proposal, ..)| self.sees(person, proposal));
        Ok(found.ok_or(Refusal::NoSuchProposal)?)
    }

    /// Whether `person` may see the proposal with that id, and so its evidence.
    pub(super) fn may_see(&self, conn: &mut Conn, person: &Person, id: Uuid) -> QueryResult<bool> {
        let found = store::proposals::find(conn, id.into())?;
        Ok(found.is_some_and(|(proposal, ..)| self.sees(person, &proposal)))
    }

    fn sees(&self, person: &Person, proposal: &Proposal) -> bool {
        let reaches = |capability| person.reach(capability).is_some_and(|reach| self.covers(&reach, proposal.unit_id));
        proposal.member_id == person.member
            || proposal.proposed_by == Some(person.member)
            || reaches(Capability::SeeResults)
    }

    /// Proposals that a list shows, newest first.
    pub(super) async fn list_proposals(
        &self,
        wanted: store::proposals::Wanted,
        before: Option<AppraisalProposalId>,
        limit: i64,
    ) -> Outcome<Vec<Proposed>> {
        Ok(self.db.read(move |conn| store::proposals::list(conn, &wanted, before, limit)).await?)
    }
}

/// What lists of proposals show beside them, by one query for each kind of thing.
pub(super) struct Beside {
    pub book: SchemeBook,
    pub evidence: Vec<(Uuid, FileView)>,
    /// What came of each: the source of the entry, and the entry.
    pub entries: Vec<(Uuid, AppraisalEntryId)>,
}

impl Appraisal {
    /// What is shown beside these proposals.
    pub(super) async fn beside(&self, proposed: &[Proposed]) -> Outcome<Beside> {
        let ids: Vec<Uuid> = proposed.iter().map(|(proposal, ..)| proposal.id.uuid()).collect();
        let wrong: Vec<_> = proposed.iter().filter_map(|(proposal, ..)| proposal.corrects_id).collect();
        let read = move |conn: &mut Conn| {
            let sources: Vec<AppraisalSourceId> = ids.iter().map(|id| (*id).into()).collect();
            let wrong: Vec<AppraisalSourceId> = wrong.iter().map(|id| id.uuid().into()).collect();
            let mut entries = store::book::list_from(conn, AppraisalSource::Proposal, &sources)?;
            entries.extend(store::book::list_from(conn, AppraisalSource::Correction, &wrong)?);
            Ok(Beside {
                book: book(conn)?,
                evidence: files::list_of_each(conn, &[EVIDENCE], &ids)?,
                entries: entries.into_iter().map(|entry| (entry.source_id.uuid(), entry.id)).collect(),
            })
        };
        Ok(self.db.read(read).await?)
    }
}

/// The cause of putting an entry right: it is put right once.
pub(super) fn correction_of(id: AppraisalEntryId) -> String {
    format!("=:{id}")
}

/// What an award or a deduction says, checked against its rule.
pub(super) fn drawn(
    tx: &Tx,
    whose: (MemberId, UnitId),
    new: &NewProposal,
    (version, rule, class): (&SchemeVersion, &AppraisalRule, Option<&str>),
) -> Result<Proposal, Refusal> {
    let points = check(&version.scheme, rule, class, new.points)?;
    let dimension = rule.dimension.clone().ok_or(Refusal::BadDimension)?;
    let signed = if rule.kind == AppraisalKind::Deduction { -points } else { points };
    let cause = rules::cause_of(rule, &new.matter);
    Ok(Proposal { dimension, points: signed, cause, ..blank(tx, whose, new, version) })
}

/// How much a rule gives or takes of a member of that class; `None` where it leaves no choice.
pub(super) fn check(
    scheme: &AppraisalScheme,
    rule: &AppraisalRule,
    class: Option<&str>,
    points: Option<i32>,
) -> Result<i32, Refusal> {
    let fixed = (rule.least == rule.most).then_some(rule.most);
    let points = points.or(fixed).ok_or(Refusal::PointsOutOfRange(rule.least.max(1), rule.most))?;
    let class = scheme.class(class).ok_or(Refusal::NoSuchClass)?;
    rules::check_award(rule, class, points)?;
    Ok(points)
}

fn blank(tx: &Tx, (by, unit): (MemberId, UnitId), new: &NewProposal, version: &SchemeVersion) -> Proposal {
    Proposal {
        id: tx.fresh_id(),
        member_id: new.member,
        unit_id: unit,
        rule: new.rule.clone(),
        scheme_version: version.version,
        dimension: String::new(),
        points: 0,
        day: new.day,
        cause: String::new(),
        reason: new.reason.clone(),
        corrects_id: None,
        import_id: None,
        proposed_by: Some(by),
        reply_until: None,
        created_at: tx.now(),
    }
}

/// What was proposed is in the trail; what it is about and why stays with the proposal.
pub(super) fn note(tx: &mut Tx, actor: Option<MemberId>, action: &str, proposal: &Proposal) -> QueryResult<()> {
    let detail = json!({
        "member_id": proposal.member_id, "rule": proposal.rule, "points": proposal.points, "day": proposal.day,
    });
    let subject_id = proposal.id.uuid();
    trail::note(tx, Act { actor, action, subject_kind: "appraisal_proposal", subject_id, detail })
}
