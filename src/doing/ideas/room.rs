//! What the room hands over to the program.

use super::facts::{PARTICIPATION, SAVINGS, STEPS};
use super::personal::PERSONAL;
use super::{ATTACHMENT, EVIDENCE, Ideas, is_draft, is_hidden, list_actors_at};
use crate::doing::meetings::{LinkedKind, Meetings};
use crate::ground::files::Files;
use crate::people::members::Members;
use crate::room::{House, MINUTE, Opened, Room};

crate::point_rules! {
    /// 金点子征集: points when an idea is collected at a group meeting.
    IDEA_COLLECTED = "idea.collected" / "金点子被征集": "金点子征集", Example, 2, month at most 10;
    /// 金点子采纳: points when the committee adopts an idea, as a pilot too.
    IDEA_ADOPTED = "idea.adopted" / "金点子被采纳": "金点子采纳", Example, 10;
    /// 金点子实施: points when the work on an idea is accepted.
    IDEA_IMPLEMENTED = "idea.implemented" / "金点子已实施": "金点子实施", Example, 20;
    /// 金点子成果: points for each outcome of an idea.
    IDEA_OUTCOME = "idea.outcome" / "金点子出成果": "金点子成果", Example, 10, month at most 40;
}

crate::notice_kinds! {
    /// A step of an idea that the member wrote or carries out.
    IDEA = "idea" / "金点子": AT_ONCE,
}

pub async fn open(house: &House) -> Opened {
    let ideas = Ideas::new(
        house.db.clone(),
        house.get(),
        house.get(),
        (house.get(), house.get()),
        (house.get(), house.calendar.clone()),
        (house.get(), house.get()),
    );
    ideas.have_texts_held();
    house.get::<Meetings>().unless_cited(list_actors_at);
    let explaining = ideas.clone();
    house.get::<Meetings>().explained_by(move |conn, person, meeting| explaining.done_at(conn, person, meeting));
    let naming = ideas.clone();
    house
        .get::<Meetings>()
        .links_to(LinkedKind::Idea, move |conn, person, id| naming.title_for(conn, person, id.uuid().into()));
    let departed = ideas.clone();
    house.get::<Members>().upon_departure(move |tx, departure| departed.depart(tx, departure));
    let files = house.get::<Files>();
    for kind in [ATTACHMENT, EVIDENCE] {
        let seen = ideas.clone();
        files.let_read(kind, move |conn, person, id| seen.may_see(conn, person, id));
        files.hide_when(kind, is_hidden);
    }
    files.let_delete(ATTACHMENT, |conn, _, id| is_draft(conn, id));
    let settings = ideas.quotas.settings();
    let mut room = Room::of(ideas)
        .every(MINUTE, "ideas", |ideas| async move { ideas.care().await })
        .tells(SAVINGS, |ideas, month| async move { ideas.saved(month).await })
        .tells(PARTICIPATION, |ideas, month| async move { ideas.participation(month).await });
    for (about, is_such) in STEPS {
        room = room.tells(about, move |ideas, month| async move { ideas.taken(is_such, month).await });
    }
    Ok(room.room().keeps(PERSONAL).settings(settings))
}
