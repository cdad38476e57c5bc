//! What sessions know of second factors: which terms hold, who has one, and when a code was given. The factors themselves
//! are the room `second_factors`, which is opened later.

use diesel::QueryResult;

use super::actions::Sessions;
use super::ending::look_anew;
use super::model::FactorPolicy;
use super::store;
use crate::base::capability::Capability;
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, SessionId};
use crate::base::time::Timestamp;
use crate::db::{Conn, Tx};
use crate::kernel::settings::{Range, Setting};

/// Whether a member has a second factor.
pub type HasFactor = fn(&mut Conn, MemberId) -> QueryResult<bool>;

/// The terms of second factors, as settings.
#[derive(Clone, Debug)]
pub struct FactorTerms {
    policy: Setting,
    minutes: Setting,
}

impl FactorTerms {
    pub(super) fn new() -> FactorTerms {
        let policy = Setting::text(
            "accounts.second_factor",
            (
                "担任重要职务（管理员、审计、组织部、党委委员、评审专家）的人员登录时是否还须动态口令",
                "Whether holders of privileged duties give a one-time code beside their password",
            ),
            Capability::ManageMembers,
            Range::OneOf(&[("off", "不使用"), ("offered", "自愿启用"), ("required", "必须启用")]),
            FactorPolicy::Offered.as_str(),
        );
        let minutes = Setting::number(
            "accounts.second_factor_minutes",
            (
                "办理双人复核事项和导出个人信息前，多长时间内输入过动态口令即不再询问",
                "Minutes for which a one-time code is good before acts of two people and exports of personal data",
            ),
            Capability::ManageMembers,
            ((1, 60), "分钟"),
            10,
        );
        FactorTerms { policy: policy.delicate(), minutes: minutes.delicate() }
    }

    /// What holds now.
    pub fn policy(&self) -> FactorPolicy {
        self.policy.words().parse().unwrap_or(FactorPolicy::Offered)
    }

    /// Minutes after which a code is asked for again.
    pub fn minutes(&self) -> i64 {
        self.minutes.get()
    }

    /// Whether a code given at `given_at` is too old at `now` for what asks for one again.
    pub fn is_old(&self, given_at: Option<Timestamp>, now: Timestamp) -> bool {
        given_at.is_none_or(|at| now.seconds_since(at) >= self.minutes() * 60)
    }

    pub(super) fn each(&self) -> [Setting; 2] {
        [self.policy.clone(), self.minutes.clone()]
    }
}

/// What the gate asks about second factors; clones share it.
#[derive(Clone)]
pub struct Factors {
    pub terms: FactorTerms,
    pub(super) hooks: Hooks<HasFactor>,
}

impl Factors {
    pub(super) fn new() -> Factors {
        Factors { terms: FactorTerms::new(), hooks: Hooks::default() }
    }

    pub(super) fn has(&self, conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
        for has in self.hooks.each() {
            if has(conn, member)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Sessions {
    /// Has the room of second factors say who has one.
    pub fn tell_factors(&self, has: HasFactor) {
        self.factors.hooks.add(has);
    }

    /// The terms of second factors.
    pub fn factor_terms(&self) -> FactorTerms {
        self.factors.terms.clone()
    }

    /// Puts down that a code was given in a session; every process learns of it.
    pub fn put_code_given(&self, tx: &mut Tx, session: SessionId) -> QueryResult<()> {
        store::factors::put_code_given(tx.conn, session, tx.now())?;
        look_anew(tx, &self.gate, session)
    }

    /// When a code was last given in a session.
    pub fn code_given_at(&self, conn: &mut Conn, session: SessionId) -> QueryResult<Option<Timestamp>> {
        Ok(store::find_session(conn, session)?.and_then(|session| session.code_given_at))
    }

    /// A member's factor came or went: codes that were given count no more, and every process looks at all of his sessions
    /// anew.
    pub fn forget_codes(&self, tx: &mut Tx, member: MemberId) -> QueryResult<()> {
        for session in store::factors::forget_codes(tx.conn, member, tx.now())? {
            look_anew(tx, &self.gate, session)?;
        }
        Ok(())
    }
}
