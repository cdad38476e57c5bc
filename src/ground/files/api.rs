//! The routes of the room.

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LOCATION,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::{AddressRefusal, DeleteRefusal, Files, UploadRefusal, thumbnail_of};
use super::addresses::{Address, PictureSize};
use super::blob_store::BlobError;
use super::lending::AttachRefusal;
use super::model::{File, FileId, FileView};
use super::rules::{MAX_BYTES, MAX_PER_SUBJECT, clean_name};
use crate::base::crypto::digest;
use crate::web::caller::Member;
use crate::web::etag;
use crate::web::sheet::disposition;
use crate::web::upload::{FileForm, Upload, announced, is_form, receive_upload};
use crate::web::{OptionalKey, Path, Problem, Query, limits};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(upload_file).service(get_file).service(get_thumbnail).service(get_picture).service(delete_file);
}

/// What an upload is called.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// The file's name, percent-encoded UTF-8, 200 characters at most; may be sent as header `X-File-Name` instead, and
    /// a form may leave it to the file.
    name: Option<String>,
}

/// 上传文件
///
/// Uploads a jpeg, png, webp, pdf, docx or xlsx file of at most 10 MB; its content decides what it is.
/// Pictures are painted anew, without what was hidden in them. A file that is attached to nothing goes after a day.
#[utoipa::path(tag = "files", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer"),
        UploadQuery),
    request_body(description = "The file, 10 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 201, description = "Stored", body = FileView)))]
#[post("/files")]
async fn upload_file(
    caller: Member,
    req: HttpRequest,
    query: Query<UploadQuery>,
    key: OptionalKey,
    payload: web::Payload,
    files: web::Data<Files>,
) -> Result<HttpResponse, Problem> {
    let named = sent_name(&req, &query);
    if named.is_none() && !is_form(&req) {
        return Err(bad_name());
    }
    let _held = files.expect(&caller.person, announced(&req, MAX_BYTES)).await?;
    let Upload { bytes, name, .. } = receive_upload(&req, payload.into_inner(), MAX_BYTES).await?;
    let name = named.or(name).as_deref().and_then(clean_name).ok_or_else(bad_name)?;
    let key = key.of(caller.member, "POST /files", &(&name, digest(&bytes)));
    let file = files.upload(caller.person.clone(), &name, bytes, key).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/api/v1/files/{}", file.id))).json(file))
}

/// 下载文件
///
/// The bytes of a file: pictures and PDFs to be shown, everything else to be saved.
#[utoipa::path(tag = "files",
    responses((status = 200, description = "The bytes", content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"),
            (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 304, description = "The client has them")))]
#[get("/files/{id}")]
async fn get_file(
    caller: Member,
    req: HttpRequest,
    id: Path<FileId>,
    files: web::Data<Files>,
) -> Result<HttpResponse, Problem> {
    let file = files.find_for(caller.person.clone(), *id).await?.ok_or_else(no_such_file)?;
    let (tag, kind) = (format!("\"{}\"", file.hash()), file.kind.media_type());
    send(&req, &files, &file.stored_as, Sent { tag, kind, file: &file, kept: CHECKED.into() }).await
}

/// 缩略图
///
/// A picture in small: a JPEG of at most 480 pixels a side.
#[utoipa::path(tag = "files",
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "The client has them")))]
#[get("/files/{id}/thumbnail")]
async fn get_thumbnail(
    caller: Member,
    req: HttpRequest,
    id: Path<FileId>,
    files: web::Data<Files>,
) -> Result<HttpResponse, Problem> {
    let file = files.find_for(caller.person.clone(), *id).await?.ok_or_else(no_such_file)?;
    if !file.has_thumbnail {
        return Err(Problem::not_found("files.no_thumbnail", "只有图片才有缩略图"));
    }
    send(&req, &files, &thumbnail_of(&file.stored_as), thumbnail(&file, CHECKED.into())).await
}

fn thumbnail(file: &File, kept: String) -> Sent<'_> {
    Sent { tag: format!("\"{}-thumbnail\"", file.hash()), kind: "image/jpeg", file, kept }
}

/// What an address of a picture says; further parameters say nothing.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PictureQuery {
    /// As in the address.
    #[param(inline)]
    size: PictureSize,
    /// As in the address.
    half_day: i64,
    /// As in the address.
    signature: String,
}

/// 查看图片
///
/// A picture by the address that a file's view gave (`url`, `thumbnail_url`), without a session. The address is good for 24
/// hours at most, and ends when the file is deleted or taken off, or when what it is attached to is hidden.
#[utoipa::path(tag = "files", security(()), params(PictureQuery),
    responses((status = 200, description = "The bytes",
            content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"))),
        (status = 304, description = "The client has them")))]
#[get("/files/{id}/picture")]
async fn get_picture(
    req: HttpRequest,
    id: Path<FileId>,
    query: Query<PictureQuery>,
    files: web::Data<Files>,
) -> Result<HttpResponse, Problem> {
    let PictureQuery { size, half_day, signature } = query.0;
    let address = Address { size, half_day, signature };
    let (file, left) = match files.picture(*id, &address).await {
        Ok(found) => found,
        Err(stop) => {
            // somebody who guesses is slowed down
            limits::address(&req)?;
            return Err(stop.into());
        }
    };
    let kept = format!("private, immutable, max-age={left}");
    match size {
        PictureSize::Thumbnail => send(&req, &files, &thumbnail_of(&file.stored_as), thumbnail(&file, kept)).await,
        PictureSize::Full => {
            let (tag, kind) = (format!("\"{}\"", file.hash()), file.kind.media_type());
            send(&req, &files, &file.stored_as, Sent { tag, kind, file: &file, kept }).await
        }
    }
}

/// 删除文件
///
/// Deletes a file of the caller's own that is attached to nothing, or to what may still be changed, such as a draft.
#[utoipa::path(tag = "files", responses((status = 204, description = "Gone")))]
#[delete("/files/{id}")]
async fn delete_file(caller: Member, id: Path<FileId>, files: web::Data<Files>) -> Result<HttpResponse, Problem> {
    files.delete(caller.person.clone(), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How bytes are sent.
struct Sent<'a> {
    tag: String,
    /// Media type.
    kind: &'static str,
    file: &'a File,
    /// Who may keep them, and for how long.
    kept: String,
}

/// Kept by the phone alone, which asks again.
const CHECKED: &str = "private, no-cache";

async fn send(req: &HttpRequest, files: &Files, key: &str, sent: Sent<'_>) -> Result<HttpResponse, Problem> {
    if etag::knows(req.headers(), &sent.tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, sent.tag))
            .insert_header((CACHE_CONTROL, sent.kept))
            .finish());
    }
    let (size, bytes) = files.blobs().fetch(key).await?;
    let is_shown = sent.kind.starts_with("image/") || sent.kind == "application/pdf";
    let placement = if is_shown { "inline" } else { "attachment" };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, sent.kind))
        .insert_header((CONTENT_DISPOSITION, disposition(placement, &sent.file.name)))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .insert_header((ETAG, sent.tag))
        .insert_header((CACHE_CONTROL, sent.kept))
        // packed already, all of them; it also keeps the middleware from packing them again
        .insert_header((CONTENT_ENCODING, "identity"));
    Ok(response.body(SizedStream::new(size, bytes)))
}

/// The name in the query or the header, if there is one.
fn sent_name(req: &HttpRequest, query: &UploadQuery) -> Option<String> {
    let header = || {
        let value = req.headers().get("x-file-name")?.as_bytes();
        percent_encoding::percent_decode(value).decode_utf8().ok().map(String::from)
    };
    query.name.clone().or_else(header)
}

fn bad_name() -> Problem {
    let message =
        "须在 X-File-Name 或 name 参数中给出文件名（百分号编码的 UTF-8，1 到 200 个字符），表单可以用文件自带的名称";
    Problem::unprocessable("files.bad_name", message)
}

fn no_such_file() -> Problem {
    Problem::not_found("files.not_found", "没有这个文件，或您无权查看")
}

impl From<UploadRefusal> for Problem {
    fn from(refusal: UploadRefusal) -> Self {
        match refusal {
            UploadRefusal::Unsupported => Problem::unprocessable(
                "files.unsupported",
                "只接受 jpg、png、webp 图片和 pdf、docx、xlsx 文件，以文件内容为准",
            ),
            UploadRefusal::Broken => Problem::unprocessable("files.broken", "图片不完整或已损坏，请重新选择"),
            UploadRefusal::TooLarge { megapixels } => Problem::unprocessable(
                "files.too_many_pixels",
                format!("图片像素过多（这种图片的上限约 {megapixels}00 万），请缩小后再上传"),
            ),
            UploadRefusal::AllowanceUsed(spent) => Problem::used_up("files.allowance_used", "上传附件", "MB", spent),
            UploadRefusal::NoRoom => Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "files.no_room",
                "服务器磁盘空间不足，暂时不能上传附件，其他功能不受影响。请稍后再试，或联系系统维护人员",
            )
            .retry_after(600),
            UploadRefusal::Busy => Problem::crowded("too many uploads are under way"),
            UploadRefusal::Store(cause) => Problem::unavailable(cause),
            UploadRefusal::KeyReused => {
                Problem::unprocessable("idempotency.reused", "此 Idempotency-Key 已用于另一个请求")
            }
        }
    }
}

impl From<AddressRefusal> for Problem {
    fn from(refusal: AddressRefusal) -> Self {
        match refusal {
            AddressRefusal::Over => Problem::gone("files.address_over", "图片地址已过期，请刷新页面后重试"),
            AddressRefusal::Unknown => no_such_file(),
        }
    }
}

impl From<DeleteRefusal> for Problem {
    fn from(refusal: DeleteRefusal) -> Self {
        match refusal {
            DeleteRefusal::Unknown => no_such_file(),
            DeleteRefusal::InUse => Problem::conflict("files.in_use", "文件已附在提交的内容上，不能删除"),
        }
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Missing => Problem::internal("a file's bytes are missing in the blob store"),
            BlobError::Away(cause) => Problem::unavailable(cause),
        }
    }
}

impl From<AttachRefusal> for Problem {
    fn from(refusal: AttachRefusal) -> Self {
        match refusal {
            AttachRefusal::TooMany => {
                Problem::unprocessable("files.too_many", format!("附件不能超过 {MAX_PER_SUBJECT} 个"))
            }
            AttachRefusal::Unknown => Problem::unprocessable("files.unknown", "附件不存在或已过期，请重新上传"),
            AttachRefusal::Elsewhere => Problem::unprocessable("files.attached", "附件已用于其他内容，请重新上传"),
        }
    }
}
