//! Stars, and what they are made of.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AwardId, HolderId};
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::schema::honour_falls;

crate::id!(
    /// What a post or a zone lost.
    FallId
);

crate::id!(
    /// A member, a branch, a post or a zone, as somebody with stars.
    StarHolderId
);

crate::words!(
    /// Who has stars.
    StarSubject {
        Member = "member" / "星级党员",
        Branch = "branch" / "星级党支部",
        Post = "post" / "党员示范岗",
        Zone = "zone" / "党员责任区",
    }
);

crate::words!(
    /// What a post or a zone lost.
    HonourFallKind {
        /// One star, after a review that it did not pass.
        Star = "star" / "降星",
        /// All of them, and for some months no new one.
        Plate = "plate" / "摘牌",
    }
);

/// What a post or a zone lost.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = honour_falls)]
pub struct HonourFall {
    pub id: FallId,
    pub holder_id: HolderId,
    pub fall: HonourFallKind,
    pub day: Day,
    pub document: String,
    pub entered_by: MemberId,
    pub created_at: Timestamp,
}

/// At most such a share has this many stars or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StarShare {
    /// 1 to 5.
    pub stars: i32,
    /// At most this share of all, in basis points.
    pub most: i32,
}

/// Stars by the points of a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointStars {
    /// From how many points on somebody has one star, two stars and so on, in hundredths; 1 to 5, rising.
    pub thresholds: Vec<i32>,
    /// At most such shares have so many stars; none where everybody who reaches a threshold has the star.
    pub shares: Vec<StarShare>,
    /// The most stars of somebody who takes no part in the year.
    pub barred_most: i32,
}

/// Stars of posts and zones: one for each year in which they were awarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldingStars {
    /// Titles that give a star.
    pub titles: Vec<String>,
    /// The most stars, 1 to 5.
    pub most: i32,
    /// Months after a lost plate in which no title gives a star.
    pub bar_months: i32,
}

/// What the three grades of branches ask for; scores are hundredths, shares are basis points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GradeRules {
    /// The score of a standard branch; below it a branch falls by one grade.
    pub standard: i32,
    /// The score of a model branch, once.
    pub model_once: i32,
    /// The score of a model branch, two years running.
    pub model_twice: i32,
    /// The score of a red-flag branch.
    pub red_flag: i32,
    /// Years as a model branch before the red flag.
    pub model_years: i32,
    /// At most this share of branches are model branches.
    pub model_most: i32,
    /// At most this share of branches have the red flag.
    pub red_flag_most: i32,
    /// Days within which findings are put right.
    pub rectify_days: i32,
}

/// A functional type of branches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionalType {
    /// A word of small letters.
    pub key: String,
    /// Such as 支持保障型.
    pub name: String,
    /// A branch whose name, or that of a unit above it, contains one of these is of the type; empty for all the others.
    pub words: Vec<String>,
}

/// What stars, grades and types are made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StarScheme {
    pub members: PointStars,
    /// By the mean of the points of a branch's members.
    pub branches: PointStars,
    pub holdings: HoldingStars,
    pub grades: GradeRules,
    /// 1 to 10, looked at in their order.
    pub types: Vec<FunctionalType>,
}

impl StarScheme {
    /// The scheme that the product brings (practice.md 2.4).
    pub fn shipped() -> StarScheme {
        let share = |stars, most| StarShare { stars, most };
        let kind = |key: &str, name: &str, words: &[&str]| FunctionalType {
            key: key.into(),
            name: name.into(),
            words: words.iter().map(|word| (*word).into()).collect(),
        };
        StarScheme {
            members: PointStars {
                thresholds: vec![6000, 7000, 8000, 9000, 9500],
                shares: vec![share(4, 3000), share(5, 1000)],
                barred_most: 0,
            },
            branches: PointStars {
                thresholds: vec![6000, 7000, 8000, 9000, 9500],
                shares: vec![share(4, 4000), share(5, 1000)],
                barred_most: 2,
            },
            holdings: HoldingStars {
                titles: vec!["党员示范岗".into(), "党员先锋岗".into(), "优秀党员责任区".into(), "党员责任区".into()],
                most: 5,
                bar_months: 12,
            },
            grades: GradeRules {
                standard: 8000,
                model_once: 9000,
                model_twice: 8500,
                red_flag: 9200,
                model_years: 1,
                model_most: 3000,
                red_flag_most: 2500,
                rectify_days: 30,
            },
            types: vec![
                kind("management", "管理服务型", &["机关", "职能", "部室", "本部", "管理"]),
                kind("support", "支持保障型", &["动力", "运输", "物流", "检修", "后勤", "保障", "服务", "医院"]),
                kind("innovation", "创新创效型", &[]),
            ],
        }
    }
}

/// A scheme in one version; the one that the product brings is version 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarVersion {
    pub version: i32,
    pub scheme: StarScheme,
    /// The decision by which it was made.
    pub basis: String,
    /// `None` for the one that the product brings.
    pub effective_on: Option<Day>,
    pub created_by: Option<MemberId>,
    pub created_at: Option<Timestamp>,
}

/// Every version that was not taken back, the oldest first, beginning with what the product brings.
#[derive(Clone, Debug)]
pub struct StarBook(Vec<StarVersion>);

impl StarBook {
    pub fn new(written: Vec<StarVersion>) -> StarBook {
        let shipped = StarVersion {
            version: 0,
            scheme: StarScheme::shipped(),
            basis: "产品自带的办法".into(),
            effective_on: None,
            created_by: None,
            created_at: None,
        };
        StarBook([shipped].into_iter().chain(written).collect())
    }

    /// The version that holds on a day: of those in force by then, the newest.
    pub fn on(&self, day: Day) -> &StarVersion {
        let holds = |version: &&StarVersion| version.effective_on.is_none_or(|from| from <= day);
        self.0.iter().rev().find(holds).unwrap_or(&self.0[0])
    }

    pub fn version(&self, number: i32) -> Option<&StarVersion> {
        self.0.iter().find(|version| version.version == number)
    }

    pub fn each(&self) -> &[StarVersion] {
        &self.0
    }
}

/// A line of why somebody has so many stars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StarLine {
    /// The year that it counts for.
    pub year: i32,
    /// What happened, in words.
    pub text: String,
    /// The honour that gave it.
    pub award_id: Option<AwardId>,
    /// Stars after it.
    pub stars: i32,
}

/// How many stars, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stars {
    pub stars: i32,
    pub lines: Vec<StarLine>,
}
