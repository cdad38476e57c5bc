//! Changing settings, and answering proposals about delicate ones.

use serde_json::json;

use super::SettingRoom;
use super::rules::Refusal;
use crate::base::approval::{Answer, NoAnswer, ProposalState};
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::base::version::{SeenState, Version, changed_since};
use crate::db::{DbError, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::kernel::settings::{self, Range, Setting, SettingChange, SettingChangeId, SettingValue, Value};
use crate::kernel::trail::{self, Act};
use crate::people::members::model::MemberStatus;

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

crate::kernel::desk::kinds! {
    /// What proposals are on the desk.
    pub(super) PROPOSAL_ON_DESK = "setting_proposal" / "设置变动",
}

/// A setting with what is proposed for it.
#[derive(Clone, Debug)]
pub struct Known {
    pub setting: Setting,
    pub proposal: Option<SettingChange>,
}

/// What a setting is to be, and why.
#[derive(Clone, Debug)]
pub struct Wish {
    /// `None` for the default.
    pub value: Option<SettingValue>,
    pub reason: String,
    /// The state of the setting that the person saw.
    pub seen: Option<SeenState>,
}

/// What has come of a change.
#[derive(Clone, Debug)]
pub enum Changed {
    /// It is in force.
    InForce,
    /// It waits for a second person.
    Proposed(SettingChange),
}

impl SettingRoom {
    /// Every setting, room by room.
    pub(super) async fn list(&self) -> Result<Vec<Known>, DbError> {
        let (now, open) = (self.db.now(), self.db.read(settings::list_open).await?);
        let open: Vec<SettingChange> =
            open.into_iter().filter(|change| change.rule().state_at(now) == ProposalState::Open).collect();
        let known = |setting: Setting| {
            let proposal = open.iter().find(|change| change.key == setting.key).cloned();
            Known { setting, proposal }
        };
        Ok(self.settings.each().into_iter().map(known).collect())
    }

    /// One setting with what is proposed for it, and the state in which it is.
    pub(super) async fn known(&self, key: &str) -> Outcome<(Known, Option<Version>)> {
        let (setting, now) = (self.setting(key)?, self.db.now());
        let key = setting.key;
        let last = self.db.read(move |conn| settings::newest_in_force(conn, key)).await?;
        let open = self.db.read(settings::list_open).await?;
        let is_open = |change: &SettingChange| change.key == key && change.rule().state_at(now) == ProposalState::Open;
        let proposal = open.into_iter().find(is_open);
        let version = last.and_then(|last| last.as_last()).map(|last| last.version);
        Ok((Known { setting, proposal }, version))
    }

    pub(super) fn setting(&self, key: &str) -> Outcome<Setting> {
        self.settings.find(key).ok_or_else(|| Refusal::NoSuchSetting.into())
    }

    /// Whether the setting is the person's to change, and to approve changes of.
    pub(super) fn is_theirs(&self, person: &Person, setting: &Setting) -> bool {
        let reach = person.reach(setting.changed_by);
        let top = self.directory.tree().root();
        reach.zip(top).is_some_and(|(reach, top)| reach.covers(&[top]))
    }

    /// Sets a setting, or puts it back to its default; of a delicate one this is a proposal. What is in force already, or
    /// proposed by the same person, changes nothing.
    pub(super) async fn change(&self, person: &Person, key: &str, wish: Wish) -> Outcome<Changed> {
        let setting = self.setting(key)?;
        if !self.is_theirs(person, &setting) {
            return Err(Refusal::NotYours.into());
        }
        let value = match &wish.value {
            Some(sent) => Some(setting.read(sent).ok_or_else(|| Refusal::BadValue(allowed(&setting)))?),
            None => None,
        };
        let (room, by) = (self.clone(), person.member);
        self.db.write(move |tx| room.change_in(tx, by, &setting, value.clone(), &wish)).await
    }

    fn change_in(
        &self,
        tx: &mut Tx,
        by: MemberId,
        setting: &Setting,
        value: Option<Value>,
        wish: &Wish,
    ) -> Outcome<Changed> {
        // of two changes at once the second one is looked at when the first is in force
        tx.take_turn_on(setting.key)?;
        let last = settings::newest_in_force(tx.conn, setting.key)?;
        let newest = last.as_ref().and_then(SettingChange::value);
        if newest == value {
            return Ok(Changed::InForce);
        }
        changed_since(last.and_then(|last| last.as_last()), wish.seen).map_err(Refusal::Outdated)?;
        let (state, answered_at) = match setting.is_delicate {
            true => (ProposalState::Open, None),
            false => (ProposalState::Approved, Some(settings::instant_of_change(tx, setting.key)?)),
        };
        let (former, former_text) = newest.unwrap_or_else(|| setting.default()).columns();
        let (number, text) = value.clone().map(Value::columns).unzip();
        let change = SettingChange {
            id: tx.fresh_id(),
            key: setting.key.to_owned(),
            former,
            value: number,
            former_text,
            text: text.flatten(),
            reason: wish.reason.clone(),
            state,
            proposed_by: by,
            proposed_at: tx.now(),
            answered_by: None,
            answered_at,
        };
        for over in settings::list_open(tx.conn)?.into_iter().filter(|open| open.key == setting.key) {
            if over.rule().state_at(tx.now()) == ProposalState::Expired {
                desk::clear(tx, PROPOSAL_ON_DESK, over.id.uuid())?;
            }
        }
        if !settings::insert(tx, &change)? {
            let open = settings::list_open(tx.conn)?.into_iter().find(|open| open.key == setting.key);
            let same = open.filter(|open| open.proposed_by == by && open.value() == value);
            return same.map(Changed::Proposed).ok_or_else(|| Refusal::ProposedAlready.into());
        }
        if setting.is_delicate {
            note(tx, by, "settings.propose", &change)?;
            self.lay_on_desk(tx, setting, &change)?;
            self.tell_approvers(tx, setting, &change)?;
            return Ok(Changed::Proposed(change));
        }
        settings::put_in_force(tx, setting, &change)?;
        note(tx, by, "settings.change", &change)?;
        Ok(Changed::InForce)
    }

    /// A proposal with its setting.
    pub(super) async fn proposal(&self, id: SettingChangeId) -> Outcome<(Setting, SettingChange)> {
        let change = self.db.read(move |conn| settings::find(conn, id)).await?.ok_or(Refusal::NoSuchProposal)?;
        let setting = self.settings.find(&change.key).filter(|_| change.was_proposed());
        Ok((setting.ok_or(Refusal::NoSuchProposal)?, change))
    }

    /// Answers a proposal; approved, it is in force at once. The same answer again changes nothing.
    pub(super) async fn answer(&self, person: &Person, id: SettingChangeId, answer: Answer) -> Outcome<SettingChange> {
        let (setting, _) = self.proposal(id).await?;
        if !self.is_theirs(person, &setting) {
            return Err(Refusal::NotYours.into());
        }
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let change = settings::find(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?;
                if !change.rule().answer(answer, by, tx.now()).map_err(Refusal::from)? {
                    return Ok(change);
                }
                let state = answer.leads_to();
                if state == ProposalState::Approved && !room.may_still_propose(&change, &setting, tx.today()) {
                    return Err(Refusal::ProposerGone.into());
                }
                let at = settings::instant_of_change(tx, setting.key)?;
                if !settings::answer(tx, id, state, (by, at))? {
                    return Err(Refusal::NoAnswer(NoAnswer::Over(ProposalState::Expired)).into());
                }
                let change = SettingChange { state, answered_by: Some(by), answered_at: Some(at), ..change };
                if state == ProposalState::Approved {
                    settings::put_in_force(tx, &setting, &change)?;
                }
                desk::clear(tx, PROPOSAL_ON_DESK, id.uuid())?;
                note(tx, by, deed(answer), &change)?;
                if answer != Answer::TakeBack {
                    tell_proposer(tx, &setting, &change)?;
                }
                Ok(change)
            })
            .await
    }

    /// Has a proposal wait for those who can approve it.
    fn lay_on_desk(&self, tx: &mut Tx, setting: &Setting, change: &SettingChange) -> diesel::QueryResult<()> {
        let Some(unit) = self.directory.tree().root() else { return Ok(()) };
        let item = NewItem {
            kind: PROPOSAL_ON_DESK,
            subject: change.id.uuid(),
            title: format!("确认或拒绝设置变动：{}", said(setting, change)),
            link: format!("/setting-proposals/{}", change.id),
            due: Some(Due::At(change.expires_at())),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: setting.changed_by, unit }),
            barred: vec![change.proposed_by],
        };
        self.desks.replace(tx, PROPOSAL_ON_DESK, change.id.uuid(), Some(item))
    }

    /// Lays out proposals that waited before they were on the desk.
    pub(super) async fn lay_old_on_desk(&self) -> Result<(), DbError> {
        let room = self.clone();
        self.unlaid
            .work_off(&self.db, move |tx, id| {
                let Some(change) = settings::lock_row(tx.conn, id.into())? else { return Ok(()) };
                let waits = change.rule().state_at(tx.now()) == ProposalState::Open;
                match room.settings.find(&change.key).filter(|_| waits) {
                    Some(setting) => room.lay_on_desk(tx, &setting, &change),
                    None => Ok(()),
                }
            })
            .await
    }

    /// Whether the proposer is still here and may still change the setting.
    fn may_still_propose(&self, change: &SettingChange, setting: &Setting, today: Day) -> bool {
        let proposer = self.directory.person(change.proposed_by, today);
        proposer.is_some_and(|proposer| self.is_theirs(&proposer, setting))
    }

    /// What became of a setting before `before`, newest first.
    pub(super) async fn history(
        &self,
        key: &str,
        before: Option<SettingChangeId>,
        limit: i64,
    ) -> Outcome<(Setting, Vec<SettingChange>)> {
        let setting = self.setting(key)?;
        let key = setting.key;
        let changes = self.db.read(move |conn| settings::list(conn, key, before, limit)).await?;
        Ok((setting, changes))
    }

    /// Who made or answered a change.
    pub(super) fn name_of(&self, member: MemberId) -> String {
        self.directory.member(member).map(|card| card.name.to_string()).unwrap_or_default()
    }

    /// Tells those who can approve what waits for them.
    fn tell_approvers(&self, tx: &mut Tx, setting: &Setting, change: &SettingChange) -> diesel::QueryResult<()> {
        let (top, today) = (self.directory.tree().root(), tx.today());
        let mut approvers = Vec::new();
        self.directory.each_member(|member, _| {
            let may = member.duties.iter().any(|duty| {
                let reaches = duty.role.reaches_everything() || Some(duty.unit_id) == top;
                duty.holds_on(today) && reaches && duty.role.allows().contains(&setting.changed_by)
            });
            if may && member.status == MemberStatus::Active && member.id != change.proposed_by {
                approvers.push(member.id);
            }
        });
        approvers.into_iter().try_for_each(|approver| {
            let body = format!("{}。理由：{}", said(setting, change), change.reason);
            tell(tx, approver, "有一项设置变动待您确认", body, change)
        })
    }
}

/// What a value may be, for a sentence.
fn allowed(setting: &Setting) -> String {
    match setting.range {
        Range::Number { from, to, unit } => format!("应为 {from} 至 {to} 之间的整数，单位：{unit}"),
        Range::Time => "应为时间，如 07:50".to_owned(),
        Range::Words { most } => format!("应为文字，最多 {most} 字"),
        Range::Phone => "应为电话号码，如 0935-8811234；不公布时留空".to_owned(),
        Range::Colour => "应为颜色，如 #C8161D".to_owned(),
        Range::OneOf(words) => {
            let words: Vec<String> = words.iter().map(|(word, title)| format!("{word}（{title}）")).collect();
            format!("应为 {} 之一", words.join("、"))
        }
    }
}

/// A value in a sentence.
fn in_words(setting: &Setting, value: Value) -> String {
    match (setting.show(value), setting.range) {
        (SettingValue::Number(value), Range::Number { unit, .. }) => format!("{value}{unit}"),
        (SettingValue::Number(value), _) => value.to_string(),
        (SettingValue::Text(text), _) if text.is_empty() => "（空）".to_owned(),
        (SettingValue::Text(text), Range::OneOf(words)) => {
            words.iter().find(|(word, _)| *word == text).map_or(text.clone(), |(_, title)| (*title).to_owned())
        }
        (SettingValue::Text(text), _) => text,
    }
}

/// What would change, or has changed.
fn said(setting: &Setting, change: &SettingChange) -> String {
    let to = in_words(setting, change.value().unwrap_or_else(|| setting.default()));
    format!("“{}”由 {} 改为 {to}", setting.title.0, in_words(setting, change.former()))
}

fn deed(answer: Answer) -> &'static str {
    match answer {
        Answer::Approve => "settings.approve",
        Answer::Refuse => "settings.refuse",
        Answer::TakeBack => "settings.take_back",
    }
}

fn note(tx: &mut Tx, by: MemberId, action: &str, change: &SettingChange) -> diesel::QueryResult<()> {
    let plain = |value: Value| match value {
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
    };
    let (former, value) = (plain(change.former()), change.value().map(plain));
    let detail = json!({ "key": change.key, "former": former, "value": value, "reason": change.reason });
    trail::note(
        tx,
        Act { actor: Some(by), action, subject_kind: "setting_change", subject_id: change.id.uuid(), detail },
    )
}

fn tell_proposer(tx: &mut Tx, setting: &Setting, change: &SettingChange) -> diesel::QueryResult<()> {
    let title = match change.state {
        ProposalState::Approved => "您提议的设置变动已生效",
        _ => "您提议的设置变动未获确认",
    };
    tell(tx, change.proposed_by, title, said(setting, change), change)
}

fn tell(tx: &mut Tx, to: MemberId, title: &str, body: String, change: &SettingChange) -> diesel::QueryResult<()> {
    notices::tell(
        tx,
        NewNotice {
            to: To::Member(to),
            kind: NoticeKind::SETTING,
            title: title.to_owned(),
            body,
            link: Some(format!("/setting-proposals/{}", change.id)),
        },
    )
}
