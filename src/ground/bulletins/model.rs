//! A bulletin, and the sheet that is printed of it.

use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Json;
use crate::db::schema::bulletins;
use crate::ground::documents::DocumentNumber;

crate::id!(
    /// The thing of another room that a bulletin tells of.
    AboutId
);

crate::words!(
    /// How far a bulletin has come.
    BulletinState {
        /// Being written.
        Draft = "draft" / "草稿",
        /// Read and approved by another person than who wrote it last.
        Reviewed = "reviewed" / "已审核",
        /// Told to the audience; it stays as it is.
        Issued = "issued" / "已印发",
    }
);

/// What a room writes of a bulletin.
pub trait Written: Clone + Serialize + DeserializeOwned {
    /// The number that the bulletin bears, if it has one by now.
    fn document_no(&self) -> Option<&DocumentNumber>;
}

/// What a bulletin tells of: a kind of thing and which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Also what the register of numbers calls it, such as `campaign_bulletin`.
    pub kind: &'static str,
    pub id: AboutId,
}

/// A bulletin, whose text is `T`.
#[derive(Clone, Debug)]
pub struct Bulletin<T> {
    pub about: About,
    /// Grows with every edit.
    pub version: i32,
    pub state: BulletinState,
    pub text: T,
    /// As it was issued.
    pub sheet: Option<Sheet>,
    /// Who wrote this version.
    pub edited_by: MemberId,
    pub edited_at: Timestamp,
    pub reviewed_by: Option<MemberId>,
    pub reviewed_at: Option<Timestamp>,
    pub issued_by: Option<MemberId>,
    pub issued_at: Option<Timestamp>,
}

/// A bulletin as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = bulletins, primary_key(about_kind, about_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct BulletinRow {
    pub about_kind: String,
    pub about_id: AboutId,
    pub version: i32,
    pub state: BulletinState,
    pub content: Json<Value>,
    pub sheet: Option<Json<Sheet>>,
    pub edited_by: MemberId,
    pub edited_at: Timestamp,
    pub reviewed_by: Option<MemberId>,
    pub reviewed_at: Option<Timestamp>,
    pub issued_by: Option<MemberId>,
    pub issued_at: Option<Timestamp>,
}

impl<T: Written> Bulletin<T> {
    /// The bulletin of a row; an error when another kind of text is stored.
    pub fn of(row: BulletinRow, about: About) -> serde_json::Result<Bulletin<T>> {
        Ok(Bulletin {
            about,
            version: row.version,
            state: row.state,
            text: serde_json::from_value(row.content.0)?,
            sheet: row.sheet.map(|sheet| sheet.0),
            edited_by: row.edited_by,
            edited_at: row.edited_at,
            reviewed_by: row.reviewed_by,
            reviewed_at: row.reviewed_at,
            issued_by: row.issued_by,
            issued_at: row.issued_at,
        })
    }

    /// How it is stored.
    pub fn row(&self) -> serde_json::Result<BulletinRow> {
        Ok(BulletinRow {
            about_kind: self.about.kind.to_owned(),
            about_id: self.about.id,
            version: self.version,
            state: self.state,
            content: Json(serde_json::to_value(&self.text)?),
            sheet: self.sheet.clone().map(Json),
            edited_by: self.edited_by,
            edited_at: self.edited_at,
            reviewed_by: self.reviewed_by,
            reviewed_at: self.reviewed_at,
            issued_by: self.issued_by,
            issued_at: self.issued_at,
        })
    }
}

/// A bulletin as it is printed, without any form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sheet {
    /// 发文机关
    pub issuer: String,
    /// （文号待定） while there is none.
    pub document_no: String,
    /// 标题
    pub title: String,
    /// 主送
    pub addressees: String,
    /// What stands before the first part, by paragraphs.
    pub opening: Vec<String>,
    /// Numbered, without those that have nothing to say.
    pub parts: Vec<SheetPart>,
    /// 落款
    pub signature: String,
    /// In Chinese numerals.
    pub dated: String,
}

/// A numbered part of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetPart {
    /// With its number, such as 一、评选结果.
    pub title: String,
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paragraph {
    /// Its number with what it is about, printed bold.
    pub lead: String,
    /// What it says.
    pub text: String,
}
