//! What the room hands over to the program.

use super::actions::{OFF, ON, REVIEW, Texts};
use super::checking::{CHECK, LANE};
use super::deciding;
use super::personal::PERSONAL;
use crate::base::capability::Capability;
use crate::kernel::outbox::{Handlers, Lane};
use crate::kernel::settings::{Range, Setting};
use crate::room::{House, Opened, Room};

crate::notice_kinds! {
    /// Somebody decided whether others may see what the member wrote.
    TEXT_REVIEW = "text_review" / "文字审核": AT_ONCE,
}

/// Checks that one process has under way.
const IN_FLIGHT: usize = 4;

pub async fn open(house: &House) -> Opened {
    let review = Setting::text(
        REVIEW,
        (
            "成员发表的文字是否先审核后公开",
            "Whether what members write is seen by others only once somebody has let it through",
        ),
        Capability::ManageContent,
        Range::OneOf(&[(OFF, "直接公开"), (ON, "先审核后公开")]),
        OFF,
    );
    let texts = Texts::new(house.db.clone(), (house.get(), house.get()), house.get(), house.get(), review.clone());
    let mut handlers = Handlers::default();
    handlers.lane(Lane { name: LANE, at_once: 1, in_flight: IN_FLIGHT });
    let checking = texts.clone();
    handlers.on_batch(CHECK, move |messages| {
        let room = checking.clone();
        async move { room.check(messages).await }
    });
    Ok(Room::of(texts).room().keeps(PERSONAL).delivers(handlers).settings([review]).tidies(deciding::tidy))
}
