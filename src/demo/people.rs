//! The people whose sign-in data the demo prints.

use crate::app::App;
use crate::base::capability::Role;
use crate::base::crypto::random_code;
use crate::base::id::{MemberId, UnitId};
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;
use crate::people::members::{Directory, FirstAdministrator, Manager, Members, NewDuty};

use super::complaint;
use crate::people::sessions::Sessions;

/// Somebody to sign in as.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// What the person is called in the address of a tap.
    pub key: &'static str,
    /// What the person is, in Chinese and English.
    pub title: &'static str,
    /// What there is to try, in Chinese.
    pub tries: &'static str,
    pub id: MemberId,
    pub employee_no: String,
    pub name: String,
}

/// One of each kind that the guide names, a member first.
pub struct Cast(Vec<SignIn>);

impl Cast {
    pub fn each(&self) -> &[SignIn] {
        &self.0
    }

    /// Who writes contents and runs selections.
    pub fn organiser(&self) -> MemberId {
        self.of("organiser").map_or_else(|| self.0[0].id, |organiser| organiser.id)
    }

    pub fn of(&self, key: &str) -> Option<&SignIn> {
        self.0.iter().find(|person| person.key == key)
    }
}

/// Those who decide on the top unit and those who head the units below it, of whom the roster names none: two members of
/// the committee and a second organiser on the top unit, and a secretary for every unit that has branches below. Before
/// there is a second administrator, since afterwards it takes two.
pub async fn appoint_heads(app: &App) -> Result<(), String> {
    let (tree, members) = (app.get::<Directory>().tree(), app.get::<Members>());
    let root = tree.root().ok_or("the demo enterprise has no units")?;
    let cards = active(app);
    let free = cards.iter().rev().filter(|card| card.duties.is_empty());
    let wanted = [Role::CommitteeMember, Role::CommitteeMember, Role::Organiser];
    for (card, role) in free.zip(wanted) {
        grant(&members, card.id, role, root).await?;
    }
    for unit in tree.each().filter(|card| card.unit.id != root && tree.has_branches_below(card.unit.id)) {
        let heads = |card: &&MemberCard| {
            card.duties.iter().any(|duty| duty.role == Role::CommitteeMember && duty.unit_id == unit.unit.id)
        };
        if let Some(card) = cards.iter().find(heads) {
            grant(&members, card.id, Role::Secretary, unit.unit.id).await?;
        }
    }
    Ok(())
}

async fn grant(members: &Members, member: MemberId, role: Role, unit: UnitId) -> Result<(), String> {
    let duty = NewDuty { role, unit, from: None, to: None };
    members.grant_role(Manager::operator(), member, duty).await.map(drop).map_err(complaint)
}

/// Makes the last member without a duty an administrator, unless there are two: privileged duties take two.
pub async fn appoint_second_administrator(app: &App) -> Result<(), String> {
    let (cards, tree) = (active(app), app.get::<Directory>().tree());
    let root = tree.root().and_then(|root| tree.get(root)).ok_or("the demo enterprise has no units")?;
    if cards.iter().filter(|card| holds(card, Role::Administrator)).count() > 1 {
        return Ok(());
    }
    let card = cards.iter().rfind(|card| card.duties.is_empty()).ok_or("the demo enterprise has no members")?;
    let ask = FirstAdministrator {
        employee_no: card.employee_no.to_string(),
        name: card.name.to_string(),
        unit_code: root.unit.code.clone(),
        unit_name: root.unit.name.clone(),
    };
    app.get::<Members>().create_first_administrator(ask).await.map(drop).map_err(complaint)
}

/// Everybody who takes part, by employee number.
fn active(app: &App) -> Vec<MemberCard> {
    let mut cards: Vec<MemberCard> = Vec::new();
    app.get::<Directory>().each_member(|card, _| cards.push(card.clone()));
    cards.retain(|card| card.status == MemberStatus::Active);
    cards.sort_by(|a, b| a.employee_no.cmp(&b.employee_no));
    cards
}

fn holds(card: &MemberCard, role: Role) -> bool {
    card.duties.iter().any(|duty| duty.role == role)
}

/// Whom the guide names: a key, a title, what there is to try, the duty, and whether it is held on the top unit.
type Part = (&'static str, &'static str, &'static str, Option<Role>, bool);

const PARTS: [Part; 11] = [
    ("member", "党员 member", "今天的学习与答题、投票、金点子", None, false),
    ("group_leader", "党小组组长 group leader", "征集金点子、登记党小组会", Some(Role::GroupLeader), false),
    ("secretary", "支部书记 secretary", "研究金点子、邀请码、本支部情况", Some(Role::Secretary), false),
    ("branch_committee", "支委 branch committee", "与书记一起研究和验收金点子", Some(Role::BranchCommittee), false),
    ("organiser", "组织部 organiser", "内容、竞赛、评选、答复意见", Some(Role::Organiser), true),
    ("committee_member", "党委委员 committee member", "决定评选结果、审核通报", Some(Role::CommitteeMember), true),
    ("expert", "评审专家 expert", "为创建方案评分", Some(Role::Expert), true),
    ("leader", "领导 leader", "查看金点子", Some(Role::Leader), true),
    ("inspector", "督导 inspector", "督导员所见", Some(Role::Inspector), true),
    ("auditor", "审计 auditor", "操作留痕，只读全部", Some(Role::Auditor), true),
    ("administrator", "管理员 administrator", "组织、人员、职务、设置", Some(Role::Administrator), true),
];

/// The second ones, who confirm what the first ones propose.
const SECONDS: [Part; 2] = [
    ("second_organiser", "第二名组织部 second organiser", "签发通报、确认他人提议", Some(Role::Organiser), true),
    (
        "second_administrator",
        "第二名管理员 second administrator",
        "确认职务与设置变动",
        Some(Role::Administrator),
        true,
    ),
];

/// Picks the people: the first of each kind by employee number, the same at every start. Of those whom an older demo does
/// not have, none but the member, the organiser and the administrator must be there.
pub fn cast(app: &App) -> Result<Cast, String> {
    let cards = active(app);
    let root = app.get::<Directory>().tree().root();
    let mut cast: Vec<SignIn> = Vec::new();
    for (key, title, tries, role, on_top) in PARTS.into_iter().chain(SECONDS) {
        let fits = |card: &&MemberCard| {
            let holds = |role: Role| {
                card.duties.iter().any(|duty| duty.role == role && (!on_top || Some(duty.unit_id) == root))
            };
            role.map_or(card.duties.is_empty(), holds) && cast.iter().all(|known| known.id != card.id)
        };
        match cards.iter().find(fits) {
            Some(card) => cast.push(SignIn {
                key,
                title,
                tries,
                id: card.id,
                employee_no: card.employee_no.to_string(),
                name: card.name.to_string(),
            }),
            None if ["member", "organiser", "administrator"].contains(&key) => {
                return Err(format!("the database has no {title}; the demo starts on an empty one"));
            }
            None => {}
        }
    }
    Ok(Cast(cast))
}

/// Makes a password for each of them, in the order of [`Cast::each`].
pub async fn set_passwords(app: &App, cast: &Cast) -> Result<Vec<String>, String> {
    let mut passwords = Vec::new();
    for person in cast.each() {
        let password = random_code();
        app.get::<Sessions>().set_password(person.id, password.clone()).await.map_err(complaint)?;
        passwords.push(password);
    }
    Ok(passwords)
}
