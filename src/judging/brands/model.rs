//! What the room keeps.

use diesel::prelude::*;

use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::db::Json;
use crate::db::schema::brands;
use crate::ground::files::{FileId, FileView};
use crate::kernel::trail::Thing;

crate::id!(
    /// A unit's brand.
    BrandId
);

crate::words!(
    /// What a file shows of a brand.
    BrandEvidenceKind {
        /// 措施
        Measure = "measure" / "措施",
        /// 经验
        Experience = "experience" / "经验",
        /// 数据
        Data = "data" / "数据",
    }
);

/// The brand of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = brands, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Brand {
    pub id: BrandId,
    pub unit_id: UnitId,
    pub name: String,
    /// What it stands for and how it is built.
    pub summary: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What was done for it; may be empty, as the two below.
    pub measures: String,
    /// What was learned.
    pub experience: String,
    /// What came of it, in figures.
    pub figures: String,
    pub keywords: Json<Vec<String>>,
    /// Its mark: a file of its own, or of the entry by which the mark was chosen.
    pub picture_id: Option<FileId>,
    /// The umbrella brand 母品牌 that it belongs to.
    pub parent_id: Option<BrandId>,
}

impl Brand {
    /// Whether it has no more than what an import writes.
    pub fn is_bare(&self) -> bool {
        let texts = [&self.measures, &self.experience, &self.figures];
        texts.iter().all(|text| text.is_empty())
            && self.keywords.0.is_empty()
            && self.picture_id.is_none()
            && self.parent_id.is_none()
    }
}

/// A brand with everything around it.
pub struct WholeBrand {
    pub brand: Brand,
    /// The brand above it.
    pub parent: Option<Brand>,
    /// The brands that belong to it, in the order in which they came.
    pub children: Vec<Brand>,
    pub picture: Option<FileView>,
    /// Files, with what each shows.
    pub evidence: Vec<(BrandEvidenceKind, FileView)>,
}

/// A brand as somebody writes it down.
#[derive(Clone, Debug)]
pub struct NewBrand {
    pub unit: UnitId,
    pub name: String,
    pub text: BrandChange,
}

/// What changes of a brand; `None` stays, and an inner `None` takes away.
#[derive(Clone, Debug, Default)]
pub struct BrandChange {
    pub name: Option<String>,
    pub summary: Option<Option<String>>,
    pub measures: Option<Option<String>>,
    pub experience: Option<Option<String>>,
    pub figures: Option<Option<String>>,
    pub keywords: Option<Vec<String>>,
    pub parent: Option<Option<BrandId>>,
}

/// A brand, as its trail knows it.
pub fn thing(id: BrandId) -> Thing {
    Thing { room: "brands", kind: "brand", id: id.uuid() }
}
