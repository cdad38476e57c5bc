//! Enrolling a second factor, giving its codes, and laying it down.

use diesel::QueryResult;
use serde_json::{Value, json};

use super::model::{Factor, Given};
use super::rules::{self, RECOVERY_CODES, Refusal};
use super::store;
use crate::base::crypto::{Key, normal_code, random_code, random_secret};
use crate::base::id::{MemberId, SessionId};
use crate::base::origin::Origin;
use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::base::totp::{self, Match};
use crate::config::Secrets;
use crate::db::{Db, DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::attempts::{Attempts, Key as LevelKey, Pace, Taken};
use crate::kernel::trail::{self, Act, ActResult, Repetitions};
use crate::people::members::{Desks, Directory};
use crate::people::sessions::{FactorPolicy, FactorTerms, Sessions};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

/// Tries at one member's codes: about a hundred a day come through, each with three chances in a million.
const PACE: Pace = Pace { free: 5, longest_wait_seconds: 15 * 60, drain_seconds: 15 * 60 };

/// Who shows the codes, where the enterprise has no name yet.
const ISSUER: &str = "先锋";

/// Everything the room works with; clones share it.
#[derive(Clone)]
pub struct SecondFactors {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    pub(super) sessions: Sessions,
    pub(super) terms: FactorTerms,
    attempts: Attempts,
    /// Seals secrets, and makes the hashes of recovery codes and of what is counted.
    key: Key,
    /// Lock-outs that were told of lately.
    lock_outs: std::sync::Arc<Repetitions>,
}

/// How a member's second factor stands.
#[derive(Clone, Debug)]
pub struct Standing {
    pub enrolled_at: Option<Timestamp>,
    pub recovery_codes_left: usize,
    /// When a code was last given in this session.
    pub given_at: Option<Timestamp>,
    pub may_enrol: bool,
}

/// What a member enrols with, told once.
#[derive(Clone, Debug)]
pub struct Begun {
    /// In base32.
    pub secret: String,
    /// What an authenticator reads from the picture.
    pub address: String,
}

impl SecondFactors {
    pub fn new(
        db: Db,
        (directory, desks): (Directory, Desks),
        sessions: Sessions,
        attempts: Attempts,
        secrets: &Secrets,
    ) -> SecondFactors {
        SecondFactors {
            db,
            directory,
            desks,
            terms: sessions.factor_terms(),
            sessions,
            attempts,
            key: secrets.session_key.derive(b"second factors"),
            lock_outs: std::sync::Arc::default(),
        }
    }

    pub async fn standing(&self, member: MemberId, session: SessionId) -> Result<Standing, DbError> {
        let room = self.clone();
        self.db
            .read(move |conn| {
                Ok(Standing {
                    enrolled_at: store::find(conn, member)?.and_then(|factor| factor.confirmed_at),
                    recovery_codes_left: store::count_codes(conn, member)?,
                    given_at: room.sessions.code_given_at(conn, session)?,
                    may_enrol: room.check_may_enrol(member).is_ok(),
                })
            })
            .await
    }

    /// Begins an enrolment with a fresh secret; one that was begun before and not confirmed is forgotten.
    pub async fn begin(&self, member: MemberId) -> Outcome<Begun> {
        self.check_may_enrol(member)?;
        let room = self.clone();
        let secret = random_secret();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                if store::is_enrolled(tx.conn, member)? {
                    return Err(Refusal::Enrolled.into());
                }
                store::delete(tx.conn, member)?;
                let factor = Factor {
                    member_id: member,
                    secret_sealed: room.key.seal_for(member.uuid().as_bytes(), &secret),
                    begun_at: tx.now(),
                    confirmed_at: None,
                    last_step: None,
                };
                Ok(store::insert(tx.conn, &factor)?)
            })
            .await?;
        let account = self.directory.member(member).map(|card| card.employee_no.to_string()).unwrap_or_default();
        let tree = self.directory.tree();
        let top = tree.root().and_then(|root| tree.get(root)).map(|card| card.unit.name.clone());
        let issuer = top.unwrap_or_else(|| ISSUER.to_owned());
        Ok(Begun { secret: totp::base32(&secret), address: totp::address(&issuer, &account, &secret) })
    }

    /// Enrols what was begun, by a first code, and gives the recovery codes.
    pub async fn confirm(&self, member: MemberId, session: SessionId, typed: String) -> Outcome<Vec<String>> {
        self.check_may_enrol(member)?;
        let room = self.clone();
        self.with_code(member, typed, move |tx, factor, _| {
            if factor.confirmed_at.is_some() {
                return Err(Refusal::Enrolled.into());
            }
            store::confirm(tx.conn, member, tx.now())?;
            let codes = room.fresh_codes(tx, member)?;
            room.sessions.forget_codes(tx, member)?;
            room.sessions.put_code_given(tx, session)?;
            note(tx, member, "second_factors.enrol", json!({}))?;
            tell(
                tx,
                member,
                "您的账号已启用动态口令",
                "今后登录须输入动态口令，职务权限才能使用。请妥善保存恢复码。如非本人操作，请立即修改密码并联系管理员。",
            )?;
            Ok(codes)
        })
        .await
    }

    /// A code for this session: privileged duties work from now on, and what asks again is satisfied for some minutes.
    pub async fn give(&self, member: MemberId, session: SessionId, typed: String) -> Outcome<Given> {
        let room = self.clone();
        self.with_code(member, typed, move |tx, factor, given| {
            if factor.confirmed_at.is_none() {
                return Err(Refusal::NotEnrolled.into());
            }
            room.sessions.put_code_given(tx, session)?;
            if given == Given::Code {
                note(tx, member, "second_factors.give_code", json!({}))?;
            }
            Ok(given)
        })
        .await
    }

    /// Ten fresh recovery codes in the place of those that are left.
    pub async fn renew_codes(&self, member: MemberId, typed: String) -> Outcome<Vec<String>> {
        let room = self.clone();
        self.with_code(member, typed, move |tx, factor, _| {
            if factor.confirmed_at.is_none() {
                return Err(Refusal::NotEnrolled.into());
            }
            let codes = room.fresh_codes(tx, member)?;
            note(tx, member, "second_factors.renew_recovery_codes", json!({}))?;
            tell(tx, member, "您的恢复码已更换", "原来的恢复码全部作废。如非本人操作，请立即修改密码并联系管理员。")?;
            Ok(codes)
        })
        .await
    }

    /// Lays the factor down, by a code of it.
    pub async fn remove(&self, member: MemberId, typed: String) -> Outcome<()> {
        let room = self.clone();
        self.with_code(member, typed, move |tx, _, _| {
            room.take_away(tx, member)?;
            note(tx, member, "second_factors.remove", json!({}))?;
            tell(tx, member, "您的账号已停用动态口令", "如非本人操作，请立即修改密码并联系管理员。")?;
            Ok(())
        })
        .await
    }

    /// Takes a factor away at the operator's word, for an enterprise whose only administrator has lost his.
    pub async fn remove_by_operator(&self, employee_no: &str) -> Outcome<()> {
        let (room, employee_no) = (self.clone(), fold(employee_no).to_uppercase());
        self.db
            .write(move |tx| {
                let row = crate::people::members::store::find_by_employee_no(tx.conn, &employee_no)?;
                let member = row.ok_or(Refusal::NoSuchAccount)?.id;
                tx.take_turn(member)?;
                if !store::is_enrolled(tx.conn, member)? {
                    return Err(Refusal::NotEnrolled.into());
                }
                room.take_away(tx, member)?;
                let (action, subject_id) = ("second_factors.reset", member.uuid());
                let detail = json!({ "by": "operator on the machine" });
                trail::note(tx, Act { actor: None, action, subject_kind: "member", subject_id, detail })?;
                tell(
                    tx,
                    member,
                    "系统维护人员已停用您的动态口令",
                    "请登录后重新启用。如非您本人要求，请立即联系管理员。",
                )?;
                Ok(())
            })
            .await
    }

    /// Everything of a factor goes; the caller has the member's turn.
    pub(super) fn take_away(&self, tx: &mut Tx, member: MemberId) -> QueryResult<()> {
        store::delete(tx.conn, member)?;
        self.sessions.forget_codes(tx, member)
    }

    fn check_may_enrol(&self, member: MemberId) -> Result<(), Refusal> {
        if self.terms.policy() == FactorPolicy::Off {
            return Err(Refusal::Off);
        }
        let card = self.directory.member(member);
        // also who will hold one from tomorrow on
        let is_privileged = card.is_some_and(|card| card.duties.iter().any(|duty| duty.role.is_privileged()));
        if is_privileged { Ok(()) } else { Err(Refusal::NoPrivilegedDuty) }
    }

    /// Does `then` once a code of the member's factor was given; tries are counted before they are looked at, and wrong
    /// ones stay counted.
    async fn with_code<T: Send + 'static>(
        &self,
        member: MemberId,
        typed: String,
        then: impl Fn(&mut Tx, &Factor, Given) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let attempt = self.begin_try(member).await?;
        let room = self.clone();
        let judged: Outcome<Result<T, Refusal>> = self
            .db
            .write(move |tx| {
                tx.take_turn(member)?;
                let factor = store::find(tx.conn, member)?;
                let in_time =
                    |factor: &Factor| factor.confirmed_at.is_some() || rules::is_in_time(factor.begun_at, tx.now());
                let factor = match factor {
                    Some(factor) if in_time(&factor) => factor,
                    Some(_) => return Err(Refusal::NothingBegun.into()),
                    None => return Err(Refusal::NotEnrolled.into()),
                };
                match room.judge(tx, &factor, &typed)? {
                    Ok(given) => Ok(Ok(then(tx, &factor, given)?)),
                    // what was wrong is written down, so this transaction commits
                    Err(why) => {
                        note_as(tx, member, "second_factors.refuse_code", json!({}), ActResult::Refused)?;
                        Ok(Err(why))
                    }
                }
            })
            .await;
        match judged {
            Ok(Ok(done)) => {
                self.attempts.give_back(attempt).await;
                Ok(done)
            }
            Ok(Err(why)) => Err(why.into()),
            Err(stop) => {
                self.attempts.give_back(attempt).await;
                Err(stop)
            }
        }
    }

    async fn begin_try(&self, member: MemberId) -> Result<Taken, Refusal> {
        let key: LevelKey = self.key.mac(&[b"tries", member.uuid().as_bytes()]);
        match self.attempts.take(key, PACE).await {
            Ok(taken) => Ok(taken),
            Err(seconds) => {
                self.note_lock_out(member).await;
                Err(Refusal::LockedOut { seconds })
            }
        }
    }

    /// Has the trail and the member told that codes of his are tried: somebody may know his password.
    async fn note_lock_out(&self, member: MemberId) {
        let Some(before) = self.lock_outs.count(member, self.db.now()) else { return };
        let noting = Origin::present().answer(self.db.write(move |tx| -> Result<(), Stop<Never>> {
            let detail = json!({ "unwritten_before": before });
            note_as(tx, member, "second_factors.lock_out", detail, ActResult::Refused)?;
            tell(
                tx,
                member,
                "有人多次输入错误的动态口令",
                "您的账号在短时间内多次输入错误的动态口令，已暂停验证。如非本人操作，您的密码可能已被他人知道，请立即修改。",
            )?;
            Ok(())
        }));
        if let Err(error) = noting.await.map_err(DbError::from) {
            tracing::warn!("a lock-out was not written down: {error}");
        }
    }

    /// What a typed code is worth; a right one is used up.
    fn judge(&self, tx: &mut Tx, factor: &Factor, typed: &str) -> QueryResult<Result<Given, Refusal>> {
        let (member, now) = (factor.member_id, tx.now());
        let typed = fold(typed);
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if totp::is_code(&digits) {
            let Some(secret) = self.key.open_for(member.uuid().as_bytes(), &factor.secret_sealed) else {
                tracing::error!(%member, "a second factor does not open: other secrets are in use than sealed it");
                return Ok(Err(Refusal::WrongCode));
            };
            return Ok(match totp::judge(&secret, &digits, now, factor.last_step) {
                Match::Fits(step) if store::use_step(tx.conn, member, step)? => Ok(Given::Code),
                Match::Fits(_) | Match::Used => Err(Refusal::CodeUsed),
                Match::Wrong => Err(Refusal::WrongCode),
            });
        }
        let hash = self.code_hash(member, &typed);
        if factor.confirmed_at.is_none() || !store::use_recovery_code(tx.conn, member, &hash, now)? {
            return Ok(Err(Refusal::WrongCode));
        }
        let left = store::count_codes(tx.conn, member)?;
        note(tx, member, "second_factors.use_recovery_code", json!({ "left": left }))?;
        let body = format!("还剩 {left} 个恢复码。如非本人操作，请立即修改密码并联系管理员。");
        tell(tx, member, "您的账号使用了一个恢复码", &body)?;
        Ok(Ok(Given::Recovery { left }))
    }

    /// Fresh recovery codes in the place of those before.
    fn fresh_codes(&self, tx: &mut Tx, member: MemberId) -> QueryResult<Vec<String>> {
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| random_code()).collect();
        let hashes: Vec<[u8; 32]> = codes.iter().map(|code| self.code_hash(member, code)).collect();
        store::delete_codes(tx.conn, member)?;
        store::insert_codes(tx.conn, member, &hashes)?;
        Ok(codes)
    }

    /// What is kept of a recovery code, however it was typed.
    fn code_hash(&self, member: MemberId, code: &str) -> [u8; 32] {
        self.key.mac(&[b"recovery", member.uuid().as_bytes(), normal_code(code).as_bytes()])
    }
}

/// What a member did with a factor of his own.
fn note(tx: &mut Tx, member: MemberId, action: &str, detail: Value) -> QueryResult<()> {
    note_as(tx, member, action, detail, ActResult::Done)
}

fn note_as(tx: &mut Tx, member: MemberId, action: &str, detail: Value, result: ActResult) -> QueryResult<()> {
    let (actor, subject_id) = (Some(member), member.uuid());
    trail::note_as(tx, Act { actor, action, subject_kind: "member", subject_id, detail }, result)
}

/// Tells a member what became of his factor.
pub(super) fn tell(tx: &mut Tx, member: MemberId, title: &str, body: &str) -> QueryResult<()> {
    let link = Some("/me/second-factor".into());
    let (title, body) = (title.to_owned(), body.to_owned());
    notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::SECURITY, title, body, link })
}
