//! What the room keeps.

mod grades;
mod insignia;
mod stars;
mod titles;

use diesel::prelude::*;
use uuid::Uuid;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{honour_awards, honour_bars, honour_holders, honour_withdrawals};

pub use grades::{
    GradeCase, GradeCaseId, GradeCount, GradeHow, GradeMove, GradeState, GradeStep, PartyGrade, UnitGrade, UnitGradeId,
};
pub use insignia::{Holding, HoldingId, Insigne, InsigneId};
pub use stars::{
    FunctionalType, GradeRules, HoldingStars, HonourFall, HonourFallKind, PointStars, StarBook, StarHolderId, StarLine,
    StarScheme, StarSubject, StarVersion, Stars,
};
pub use titles::{
    Eligibility, NominationId, NominationState, Office, TitleMove, TitleNomination, TitleRound, TitleRoundId,
    TitleStep, TitleSubject, TitleTerms, WantedFact,
};

#[cfg(test)]
pub use titles::WantedAward;

crate::id!(
    /// An honour that somebody was given.
    AwardId
);

crate::id!(
    /// A post, a zone or a brand that holds honours.
    HolderId
);

crate::id!(
    /// What an honour came from: an entry of a selection, a nomination, a file, a decision.
    AwardSourceId
);

crate::id!(
    /// That somebody takes no part in a year.
    BarId
);

crate::words!(
    /// Who holds an honour.
    HonourHolderKind {
        Member = "member" / "党员",
        Unit = "unit" / "组织",
        /// A brand of a unit, by its name.
        Brand = "brand" / "党建品牌",
        /// 党员示范岗, by its name.
        Post = "post" / "党员示范岗",
        /// 党员责任区, by its name.
        Zone = "zone" / "党员责任区",
    }
);

crate::words!(
    /// What an honour is.
    HonourKind {
        /// 党内表彰: given by Party committees alone.
        Commendation = "commendation" / "党内表彰",
        /// 荣誉称号
        Honour = "honour" / "荣誉称号",
        /// 通报表扬, the honour board of a branch.
        Praise = "praise" / "通报表扬",
    }
);

crate::words!(
    /// The level at which an honour is given.
    HonourLevel {
        Branch = "branch" / "党支部",
        GeneralBranch = "general_branch" / "党总支",
        Committee = "committee" / "基层党委",
        Enterprise = "enterprise" / "本企业",
        City = "city" / "市级",
        Province = "province" / "省级",
        CentralSoe = "central_soe" / "中央企业",
        National = "national" / "国家级",
    }
);

impl HonourLevel {
    /// Whether somebody of the enterprise gives it.
    pub const fn is_internal(self) -> bool {
        matches!(
            self,
            HonourLevel::Branch | HonourLevel::GeneralBranch | HonourLevel::Committee | HonourLevel::Enterprise
        )
    }
}

crate::words!(
    /// Where an honour came from.
    AwardSource {
        /// A committee gave it.
        Decision = "decision" / "党委决定",
        /// The published result of a selection.
        Campaign = "campaign" / "评选结果",
        /// A prize of a contest whose results are published.
        Contest = "contest" / "竞赛结果",
        /// A file of honours from above.
        Import = "import" / "导入",
        /// A title that was named.
        Title = "title" / "命名表彰",
        /// A grade of a branch.
        Grade = "grade" / "定级",
    }
);

/// Whose an honour is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    Member(MemberId),
    Unit(UnitId),
    /// A brand, a post or a zone.
    Thing(HonourHolderKind, HolderId),
}

impl Holder {
    pub const fn kind(self) -> HonourHolderKind {
        match self {
            Holder::Member(_) => HonourHolderKind::Member,
            Holder::Unit(_) => HonourHolderKind::Unit,
            Holder::Thing(kind, _) => kind,
        }
    }

    pub const fn member(self) -> Option<MemberId> {
        match self {
            Holder::Member(member) => Some(member),
            Holder::Unit(_) | Holder::Thing(..) => None,
        }
    }

    pub const fn thing(self) -> Option<HolderId> {
        match self {
            Holder::Thing(_, thing) => Some(thing),
            Holder::Unit(_) | Holder::Member(_) => None,
        }
    }

    /// The bare id, for what is compared.
    pub const fn uuid(self) -> Uuid {
        match self {
            Holder::Member(id) => id.uuid(),
            Holder::Unit(id) => id.uuid(),
            Holder::Thing(_, id) => id.uuid(),
        }
    }
}

/// A brand, a post or a zone.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = honour_holders)]
pub struct HolderRow {
    pub id: HolderId,
    pub kind: HonourHolderKind,
    pub unit_id: UnitId,
    pub name: String,
    pub created_at: Timestamp,
}

/// An honour.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = honour_awards, treat_none_as_default_value = false)]
pub struct Award {
    pub id: AwardId,
    pub holder_kind: HonourHolderKind,
    pub member_id: Option<MemberId>,
    /// The unit itself, or the one to which the holder belonged at that time.
    pub unit_id: UnitId,
    pub holder_id: Option<HolderId>,
    pub kind: HonourKind,
    pub title: String,
    pub level: HonourLevel,
    pub year: i32,
    pub awarded_on: Day,
    /// On what it rests.
    pub document: String,
    /// Who gave it, as it is printed.
    pub issuer: String,
    pub source_kind: AwardSource,
    pub source_id: AwardSourceId,
    pub cause: String,
    pub code: String,
    pub entered_by: Option<MemberId>,
    pub created_at: Timestamp,
}

impl Award {
    /// Whose it is.
    pub fn holder(&self) -> Holder {
        match (self.member_id, self.holder_id) {
            (Some(member), _) => Holder::Member(member),
            (None, Some(thing)) => Holder::Thing(self.holder_kind, thing),
            (None, None) => Holder::Unit(self.unit_id),
        }
    }
}

/// That an honour was taken away.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = honour_withdrawals)]
pub struct Withdrawal {
    pub award_id: AwardId,
    pub document: String,
    pub withdrawn_by: MemberId,
    pub withdrawn_at: Timestamp,
}

/// An honour with what became of it, and the name of the brand, post or zone that holds it.
pub type Awarded = (Award, Option<Withdrawal>, Option<String>);

/// That somebody takes no part in a year.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = honour_bars, treat_none_as_default_value = false)]
pub struct Bar {
    pub id: BarId,
    pub member_id: Option<MemberId>,
    pub unit_id: UnitId,
    pub year: i32,
    pub document: String,
    pub barred_by: MemberId,
    pub barred_at: Timestamp,
}
