//! Files that prove an entry: putting them on it and taking them off. They are uploaded and fetched at `/files`.

use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::files::{Addresses, FileId, FileView};
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::entries::api::entries::writer;
use crate::judging::campaigns::entries::model::{EntryId, EvidenceKind};
use crate::web::caller::{EntryWriter, Member};
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_evidence).service(attach_evidence).service(detach_evidence);
}

/// Files that prove an entry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EvidenceBody {
    /// What they prove.
    kind: EvidenceKind,
    /// The caller's own files; those that are attached already stay. An entry has 9 files of each kind at most.
    file_ids: Vec<FileId>,
}

/// A file with what it proves.
#[derive(Serialize, ToSchema)]
struct EvidenceFile {
    kind: EvidenceKind,
    file: FileView,
}

/// The files of an entry.
#[derive(Serialize, ToSchema)]
struct EvidenceList {
    /// Measures, experience, data; each in the order of uploading.
    items: Vec<EvidenceFile>,
}

async fn shown(campaigns: &Campaigns, addresses: &Addresses, id: EntryId) -> Result<web::Json<EvidenceList>, Problem> {
    let files = campaigns.evidence_of(id, addresses).await?;
    let items = files.into_iter().map(|(kind, file)| EvidenceFile { kind, file }).collect();
    Ok(web::Json(EvidenceList { items }))
}

/// 佐证材料
///
/// The files that prove an entry, for everybody who sees the entry.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "Files", body = EvidenceList)))]
#[get("/entries/{id}/evidence")]
async fn list_evidence(
    caller: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<EvidenceList>, Problem> {
    campaigns.entry(&viewer(&caller), *id).await?;
    shown(&campaigns, &addresses, *id).await
}

/// 添加佐证材料
///
/// Attaches files to an entry of the caller's unit until the judging begins.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    request_body = EvidenceBody, responses((status = 200, description = "Attached", body = EvidenceList)))]
#[post("/entries/{id}/evidence")]
async fn attach_evidence(
    caller: EntryWriter,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
    body: Body<EvidenceBody>,
) -> Result<web::Json<EvidenceList>, Problem> {
    let EvidenceBody { kind, file_ids } = body.into_inner();
    campaigns.attach_evidence(writer(&caller), *id, kind, file_ids).await?;
    shown(&campaigns, &addresses, *id).await
}

/// 移除佐证材料
///
/// Takes a file off an entry until the judging begins; attached to nothing, it goes after a day.
#[utoipa::path(tag = "campaigns",
    params(("id" = EntryId, Path, description = "The entry"), ("file_id" = FileId, Path, description = "The file")),
    responses((status = 204, description = "Off")))]
#[delete("/entries/{id}/evidence/{file_id}")]
async fn detach_evidence(
    caller: EntryWriter,
    path: Path<(EntryId, FileId)>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = *path;
    campaigns.detach_evidence(writer(&caller), id, file).await?;
    Ok(HttpResponse::NoContent().finish())
}
