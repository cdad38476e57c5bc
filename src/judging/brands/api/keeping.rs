//! Brands one by one.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{BrandName, BrandView};
use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::db::Db;
use crate::ground::files::{Addresses, FileId, FileView};
use crate::judging::brands::actions::Brands;
use crate::judging::brands::model::{BrandChange, BrandEvidenceKind, BrandId, NewBrand, WholeBrand, thing};
use crate::people::members::Directory;
use crate::web::caller::{BrandKeeper, Member};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, Path, Problem, nullable};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_brand)
        .service(create_brand)
        .service(edit_brand)
        .service(attach_brand_evidence)
        .service(detach_brand_evidence)
        .service(put_brand_picture);
}

/// A brand with what shows it.
#[derive(Serialize, ToSchema)]
struct BrandDetail {
    #[serde(flatten)]
    brand: BrandView,
    /// What was done for it; may be empty, as the two below.
    measures: String,
    /// What was learned.
    experience: String,
    /// What came of it, in figures.
    figures: String,
    /// The brands that belong to it.
    children: Vec<BrandName>,
    /// Files that show its measures, experience and figures, each in the order of uploading.
    evidence: Vec<BrandEvidence>,
}

/// A file with what it shows of a brand.
#[derive(Serialize, ToSchema)]
struct BrandEvidence {
    kind: BrandEvidenceKind,
    file: FileView,
}

impl BrandDetail {
    fn new(directory: &Directory, whole: WholeBrand) -> Self {
        let WholeBrand { brand, parent, children, picture, evidence } = whole;
        BrandDetail {
            measures: brand.measures.clone(),
            experience: brand.experience.clone(),
            figures: brand.figures.clone(),
            children: children.iter().map(BrandName::from).collect(),
            evidence: evidence.into_iter().map(|(kind, file)| BrandEvidence { kind, file }).collect(),
            brand: BrandView::new(directory, brand, &(parent.into_iter().collect(), picture.into_iter().collect())),
        }
    }
}

/// What is needed to show a brand.
#[derive(Clone)]
struct Showing<'a> {
    brands: &'a Brands,
    addresses: &'a Addresses,
    directory: &'a Directory,
}

impl Showing<'_> {
    async fn show(&self, id: BrandId) -> Result<BrandDetail, Problem> {
        Ok(BrandDetail::new(self.directory, self.brands.find(id, self.addresses).await?))
    }
}

/// 党建品牌
///
/// A brand with what was done for it, what was learned, what came of it, and the files that show that.
#[utoipa::path(tag = "brands", params(("id" = BrandId, Path, description = "The brand")),
    responses((status = 200, description = "The brand", body = BrandDetail),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/brands/{id}")]
async fn get_brand(
    _caller: Member,
    id: Path<BrandId>,
    db: web::Data<Db>,
    brands: web::Data<Brands>,
    addresses: web::Data<Addresses>,
    directory: web::Data<Directory>,
) -> Result<Versioned<BrandDetail>, Problem> {
    let version = thing(*id).present(&db).await?;
    let showing = Showing { brands: &brands, addresses: &addresses, directory: &directory };
    Ok(Versioned(showing.show(*id).await?, version))
}

/// A brand to write down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrandBody {
    /// The unit that builds it; a unit has one.
    unit_id: UnitId,
    /// Such as 铜花飞扬 筑梦中冶.
    name: Text<100>,
    /// What it stands for and how it is built.
    summary: Option<Text<1000>>,
    /// What was done for it.
    measures: Option<Text<5000>>,
    /// What was learned.
    experience: Option<Text<5000>>,
    /// What came of it, in figures.
    figures: Option<Text<5000>>,
    /// Words by which it is known, 10 at most.
    #[serde(default)]
    keywords: Vec<Text<20>>,
    /// The umbrella brand 母品牌 that it belongs to; one that belongs to another is none.
    parent_id: Option<BrandId>,
}

/// 新建党建品牌
///
/// Writes down the brand of a unit within the caller's scope that has none.
#[utoipa::path(tag = "brands", request_body = BrandBody,
    responses((status = 201, description = "Written", body = BrandDetail)))]
#[post("/brands")]
async fn create_brand(
    keeper: BrandKeeper,
    brands: web::Data<Brands>,
    addresses: web::Data<Addresses>,
    directory: web::Data<Directory>,
    body: Body<BrandBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let text = BrandChange {
        name: None,
        summary: Some(body.summary.map(Text::into_string)),
        measures: Some(body.measures.map(Text::into_string)),
        experience: Some(body.experience.map(Text::into_string)),
        figures: Some(body.figures.map(Text::into_string)),
        keywords: Some(body.keywords.into_iter().map(Text::into_string).collect()),
        parent: Some(body.parent_id),
    };
    let new = NewBrand { unit: body.unit_id, name: body.name.into_string(), text };
    let id = brands.create(keeper.member, &keeper.reach, new).await?;
    let showing = Showing { brands: &brands, addresses: &addresses, directory: &directory };
    let place = format!("/api/v1/brands/{id}");
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(showing.show(id).await?))
}

/// What changes of a brand; a field that is left out stays, and `null` takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrandPatch {
    /// One line.
    name: Option<Text<100>>,
    /// What it stands for and how it is built.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    summary: Option<Option<Text<1000>>>,
    /// What was done for it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    measures: Option<Option<Text<5000>>>,
    /// What was learned.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    experience: Option<Option<Text<5000>>>,
    /// What came of it, in figures.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    figures: Option<Option<Text<5000>>>,
    /// Words by which it is known, 10 at most.
    keywords: Option<Vec<Text<20>>>,
    /// The umbrella brand 母品牌 that it belongs to.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<BrandId>)]
    parent_id: Option<Option<BrandId>>,
}

impl From<BrandPatch> for BrandChange {
    fn from(patch: BrandPatch) -> Self {
        BrandChange {
            name: patch.name.map(Text::into_string),
            summary: patch.summary.map(|text| text.map(Text::into_string)),
            measures: patch.measures.map(|text| text.map(Text::into_string)),
            experience: patch.experience.map(|text| text.map(Text::into_string)),
            figures: patch.figures.map(|text| text.map(Text::into_string)),
            keywords: patch.keywords.map(|words| words.into_iter().map(Text::into_string).collect()),
            parent: patch.parent_id,
        }
    }
}

/// 修改党建品牌
///
/// Changes the brand of a unit within the caller's scope.
#[utoipa::path(tag = "brands", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409"),
        ("id" = BrandId, Path, description = "The brand")), request_body = BrandPatch,
    responses((status = 200, description = "Changed", body = BrandDetail)))]
#[patch("/brands/{id}")]
async fn edit_brand(
    keeper: BrandKeeper,
    id: Path<BrandId>,
    IfMatch(seen): IfMatch,
    brands: web::Data<Brands>,
    addresses: web::Data<Addresses>,
    directory: web::Data<Directory>,
    body: Body<BrandPatch>,
) -> Result<web::Json<BrandDetail>, Problem> {
    brands.edit(keeper.member, &keeper.reach, *id, seen, body.into_inner().into()).await?;
    let showing = Showing { brands: &brands, addresses: &addresses, directory: &directory };
    Ok(web::Json(showing.show(*id).await?))
}

/// Files that show something of a brand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrandEvidenceBody {
    /// What they show.
    kind: BrandEvidenceKind,
    /// The caller's own files; those that are attached already stay. A brand has 9 files of each kind at most.
    file_ids: Vec<FileId>,
}

/// 添加品牌佐证材料
///
/// Attaches files to the brand of a unit within the caller's scope.
#[utoipa::path(tag = "brands", params(("id" = BrandId, Path, description = "The brand")),
    request_body = BrandEvidenceBody, responses((status = 200, description = "Attached", body = BrandDetail)))]
#[post("/brands/{id}/evidence")]
async fn attach_brand_evidence(
    keeper: BrandKeeper,
    id: Path<BrandId>,
    brands: web::Data<Brands>,
    addresses: web::Data<Addresses>,
    directory: web::Data<Directory>,
    body: Body<BrandEvidenceBody>,
) -> Result<web::Json<BrandDetail>, Problem> {
    let BrandEvidenceBody { kind, file_ids } = body.into_inner();
    brands.attach(keeper.member, &keeper.reach, *id, (kind, file_ids)).await?;
    let showing = Showing { brands: &brands, addresses: &addresses, directory: &directory };
    Ok(web::Json(showing.show(*id).await?))
}

/// 移除品牌佐证材料
///
/// Takes a file off a brand; attached to nothing, it goes after a day.
#[utoipa::path(tag = "brands",
    params(("id" = BrandId, Path, description = "The brand"), ("file_id" = FileId, Path, description = "The file")),
    responses((status = 204, description = "Off")))]
#[delete("/brands/{id}/evidence/{file_id}")]
async fn detach_brand_evidence(
    keeper: BrandKeeper,
    path: Path<(BrandId, FileId)>,
    brands: web::Data<Brands>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = *path;
    brands.detach(keeper.member, &keeper.reach, id, file).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The mark of a brand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrandPictureBody {
    /// A picture that the caller uploaded; `null` takes the mark away.
    file_id: Option<FileId>,
}

/// 设置品牌标识
///
/// Makes a picture the mark of a brand, in the place of the one before.
#[utoipa::path(tag = "brands", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409"),
        ("id" = BrandId, Path, description = "The brand")), request_body = BrandPictureBody,
    responses((status = 200, description = "Put", body = BrandDetail)))]
#[put("/brands/{id}/picture")]
async fn put_brand_picture(
    keeper: BrandKeeper,
    id: Path<BrandId>,
    IfMatch(seen): IfMatch,
    brands: web::Data<Brands>,
    addresses: web::Data<Addresses>,
    directory: web::Data<Directory>,
    body: Body<BrandPictureBody>,
) -> Result<web::Json<BrandDetail>, Problem> {
    brands.put_picture(keeper.member, &keeper.reach, (*id, seen), body.into_inner().file_id).await?;
    let showing = Showing { brands: &brands, addresses: &addresses, directory: &directory };
    Ok(web::Json(showing.show(*id).await?))
}
