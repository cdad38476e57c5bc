//! What waits for a second person: changes of duties, and phone numbers that members gave.

use diesel::prelude::*;

use crate::base::approval::ProposalState;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{duty_proposals, members, phone_proposals};
use crate::on;
use crate::people::members::model::{DutyProposal, DutyProposalId, PhoneProposal, PhoneProposalId, RoleId};

/// An answer as it is written down.
#[derive(Clone, Debug)]
pub struct Answered {
    pub state: ProposalState,
    /// `None` when time was over.
    pub by: Option<MemberId>,
    pub at: Timestamp,
    /// Why it was refused, or ended by itself.
    pub reason: Option<String>,
}

pub fn insert_duty(conn: &mut Conn, proposal: &DutyProposal) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(duty_proposals::table).values(proposal).execute(c)).map(drop)
}

pub fn find_duty(conn: &mut Conn, id: DutyProposalId) -> QueryResult<Option<DutyProposal>> {
    on!(conn, c => duty_proposals::table.find(id).select(DutyProposal::as_select()).first(c).optional())
}

/// Proposals about these members that nobody has answered and whose time is not over at `now`.
pub fn list_open_duties_of(conn: &mut Conn, of: &[MemberId], now: Timestamp) -> QueryResult<Vec<DutyProposal>> {
    on!(conn, c => duty_proposals::table
        .filter(duty_proposals::member_id.eq_any(of))
        .filter(duty_proposals::state.eq(ProposalState::Open))
        .filter(duty_proposals::expires_at.gt(now))
        .order(duty_proposals::id)
        .select(DutyProposal::as_select())
        .load(c))
}

/// Every proposal that waits for an answer at `now`.
pub fn list_open_duties(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<DutyProposalId>> {
    on!(conn, c => duty_proposals::table
        .filter(duty_proposals::state.eq(ProposalState::Open))
        .filter(duty_proposals::expires_at.gt(now))
        .order(duty_proposals::id)
        .select(duty_proposals::id)
        .load(c))
}

/// What waits for an answer at `now` about a member, or by his own proposal.
pub fn list_open_duties_with(conn: &mut Conn, member: MemberId, now: Timestamp) -> QueryResult<Vec<DutyProposal>> {
    on!(conn, c => duty_proposals::table
        .filter(duty_proposals::member_id.eq(member).or(duty_proposals::proposed_by.eq(member)))
        .filter(duty_proposals::state.eq(ProposalState::Open))
        .filter(duty_proposals::expires_at.gt(now))
        .order(duty_proposals::id)
        .select(DutyProposal::as_select())
        .load(c))
}

/// A page of the proposals in that state at `now` about members at home in one of `units`, newest first, before `before`.
pub fn list_duties(
    conn: &mut Conn,
    units: &[UnitId],
    state: ProposalState,
    now: Timestamp,
    before: Option<DutyProposalId>,
    limit: i64,
) -> QueryResult<Vec<DutyProposal>> {
    on!(conn, c => {
        let mut found = duty_proposals::table
            .inner_join(members::table.on(members::id.eq(duty_proposals::member_id)))
            .filter(members::unit_id.eq_any(units))
            .into_boxed();
        let (open, over) = (duty_proposals::state.eq(ProposalState::Open), duty_proposals::expires_at.le(now));
        found = match state {
            ProposalState::Open => found.filter(open.and(duty_proposals::expires_at.gt(now))),
            ProposalState::Expired => {
                found.filter(duty_proposals::state.eq(ProposalState::Expired).or(open.and(over)))
            }
            state => found.filter(duty_proposals::state.eq(state)),
        };
        if let Some(before) = before {
            found = found.filter(duty_proposals::id.lt(before));
        }
        found.order(duty_proposals::id.desc()).limit(limit).select(DutyProposal::as_select()).load(c)
    })
}

/// Takes back a proposal that nobody has answered; false when somebody did.
pub fn delete_open_duty(conn: &mut Conn, id: DutyProposalId) -> QueryResult<bool> {
    let open = duty_proposals::id.eq(id).and(duty_proposals::state.eq(ProposalState::Open));
    Ok(on!(conn, c => diesel::delete(duty_proposals::table.filter(open)).execute(c))? == 1)
}

/// Writes the answer to an open proposal; false when it was answered already.
pub fn answer_duty(conn: &mut Conn, id: DutyProposalId, answer: &Answered) -> QueryResult<bool> {
    let open = duty_proposals::id.eq(id).and(duty_proposals::state.eq(ProposalState::Open));
    let written = on!(conn, c => diesel::update(duty_proposals::table.filter(open))
        .set((
            duty_proposals::state.eq(answer.state),
            duty_proposals::answered_by.eq(answer.by),
            duty_proposals::answered_at.eq(answer.at),
            duty_proposals::reason.eq(&answer.reason),
        ))
        .execute(c))?;
    Ok(written == 1)
}

/// Puts down the duty that a proposal to grant one became.
pub fn put_granted(conn: &mut Conn, id: DutyProposalId, became: RoleId) -> QueryResult<()> {
    let proposal = duty_proposals::table.find(id);
    on!(conn, c => diesel::update(proposal).set(duty_proposals::role_id.eq(became)).execute(c)).map(drop)
}

/// Unanswered proposals whose time is over at `now`, at most `limit`.
pub fn list_overdue_duties(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<DutyProposal>> {
    on!(conn, c => duty_proposals::table
        .filter(duty_proposals::state.eq(ProposalState::Open))
        .filter(duty_proposals::expires_at.le(now))
        .order(duty_proposals::id)
        .limit(limit)
        .select(DutyProposal::as_select())
        .load(c))
}

pub fn insert_phone(conn: &mut Conn, proposal: &PhoneProposal) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(phone_proposals::table).values(proposal).execute(c)).map(drop)
}

pub fn find_phone(conn: &mut Conn, id: PhoneProposalId) -> QueryResult<Option<PhoneProposal>> {
    on!(conn, c => phone_proposals::table.find(id).select(PhoneProposal::as_select()).first(c).optional())
}

/// Every number that waits for an answer at `now`.
pub fn list_waiting_phones(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<PhoneProposalId>> {
    on!(conn, c => phone_proposals::table
        .filter(phone_proposals::state.eq(ProposalState::Open))
        .filter(phone_proposals::expires_at.gt(now))
        .order(phone_proposals::id)
        .select(phone_proposals::id)
        .load(c))
}

/// The number that a member waits for, also when its time is over.
pub fn find_unanswered_phone(conn: &mut Conn, member: MemberId) -> QueryResult<Option<PhoneProposal>> {
    on!(conn, c => phone_proposals::table
        .filter(phone_proposals::member_id.eq(member))
        .filter(phone_proposals::state.eq(ProposalState::Open))
        .select(PhoneProposal::as_select())
        .first(c)
        .optional())
}

/// How many numbers a member has given since `since`.
pub fn count_phones_since(conn: &mut Conn, member: MemberId, since: Timestamp) -> QueryResult<i64> {
    on!(conn, c => phone_proposals::table
        .filter(phone_proposals::member_id.eq(member))
        .filter(phone_proposals::proposed_at.ge(since))
        .count()
        .get_result(c))
}

/// A page of the numbers that wait at `now`, of members at home in one of `units` but not of `except`, newest first.
pub fn list_open_phones(
    conn: &mut Conn,
    units: &[UnitId],
    except: MemberId,
    now: Timestamp,
    before: Option<PhoneProposalId>,
    limit: i64,
) -> QueryResult<Vec<PhoneProposal>> {
    on!(conn, c => {
        let mut found = phone_proposals::table
            .inner_join(members::table.on(members::id.eq(phone_proposals::member_id)))
            .filter(members::unit_id.eq_any(units))
            .filter(phone_proposals::member_id.ne(except))
            .filter(phone_proposals::state.eq(ProposalState::Open))
            .filter(phone_proposals::expires_at.gt(now))
            .into_boxed();
        if let Some(before) = before {
            found = found.filter(phone_proposals::id.lt(before));
        }
        found.order(phone_proposals::id.desc()).limit(limit).select(PhoneProposal::as_select()).load(c)
    })
}

/// Writes the answer to a waiting number and erases it; false when it was answered already.
pub fn answer_phone(conn: &mut Conn, id: PhoneProposalId, answer: &Answered) -> QueryResult<bool> {
    let open = phone_proposals::id.eq(id).and(phone_proposals::state.eq(ProposalState::Open));
    let written = on!(conn, c => diesel::update(phone_proposals::table.filter(open))
        .set((
            phone_proposals::state.eq(answer.state),
            phone_proposals::answered_by.eq(answer.by),
            phone_proposals::answered_at.eq(answer.at),
            phone_proposals::reason.eq(&answer.reason),
            phone_proposals::number_sealed.eq(None::<Vec<u8>>),
        ))
        .execute(c))?;
    Ok(written == 1)
}

/// Numbers that nobody answered and whose time is over at `now`, at most `limit`.
pub fn list_overdue_phones(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<PhoneProposal>> {
    on!(conn, c => phone_proposals::table
        .filter(phone_proposals::state.eq(ProposalState::Open))
        .filter(phone_proposals::expires_at.le(now))
        .order(phone_proposals::id)
        .limit(limit)
        .select(PhoneProposal::as_select())
        .load(c))
}
