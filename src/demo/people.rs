//! The people whose sign-in data the demo prints.

use crate::app::App;
use crate::base::capability::Role;
use crate::base::crypto::random_code;
use crate::base::id::MemberId;
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;
use crate::people::members::{Directory, FirstAdministrator, Members};

use super::complaint;
use crate::people::sessions::Sessions;

/// Somebody to sign in as.
pub struct SignIn {
    /// What the person is, in Chinese and English.
    pub title: &'static str,
    pub id: MemberId,
    pub employee_no: String,
}

/// One of each kind that the guide names.
pub struct Cast {
    member: SignIn,
    secretary: SignIn,
    pub organiser: SignIn,
    administrator: SignIn,
    /// Confirms what the first one proposes.
    second_administrator: SignIn,
}

impl Cast {
    pub fn each(&self) -> [&SignIn; 5] {
        [&self.member, &self.secretary, &self.organiser, &self.administrator, &self.second_administrator]
    }
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

/// Picks the people: the first of each kind by employee number, the same at every start.
pub fn cast(app: &App) -> Result<Cast, String> {
    let cards = active(app);
    let find = |title, fits: &dyn Fn(&MemberCard) -> bool| {
        cards
            .iter()
            .find(|card| fits(card))
            .map(|card| SignIn { title, id: card.id, employee_no: card.employee_no.to_string() })
            .ok_or_else(|| format!("the database has no {title}; the demo starts on an empty one"))
    };
    let administrator = find("管理员 administrator", &|card| holds(card, Role::Administrator))?;
    let another = |card: &MemberCard| holds(card, Role::Administrator) && card.id != administrator.id;
    Ok(Cast {
        member: find("党员 member", &|card| card.duties.is_empty())?,
        secretary: find("支部书记 secretary", &|card| holds(card, Role::Secretary))?,
        organiser: find("组织部 organiser", &|card| holds(card, Role::Organiser))?,
        second_administrator: find("第二名管理员 second administrator", &another)?,
        administrator,
    })
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
