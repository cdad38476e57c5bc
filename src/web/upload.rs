//! Files that are sent: as the whole body, or as the one file of a form, which is all that some clients can do
//! (`wx.uploadFile`, a plain page).

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::Bytes;
use futures_util::StreamExt;
use utoipa::ToSchema;

use super::body::{in_time, media_type, receive_file, too_large};
use super::error::{FieldError, Problem};

/// What a form may have beside its file, in fields and in bytes: a few settings that the client always sends.
const MAX_FIELDS: usize = 20;
const MAX_FIELD_BYTES: usize = 16 * 1024;

/// The bytes of a form that are not its file's.
const FRAME: usize = 64 * 1024;

/// The field that names the file; what clients call it by themselves is often made up.
const NAME_FIELD: &str = "name";

/// A file that has come.
pub struct Upload {
    pub bytes: Bytes,
    /// What the form calls it.
    pub name: Option<String>,
    /// The media type that the client takes it for, in small letters.
    pub kind: Option<String>,
}

/// A form with one file. Other fields are passed over.
#[derive(ToSchema)]
pub struct FileForm {
    /// The file; its field may have any name.
    #[schema(content_media_type = "application/octet-stream")]
    pub file: String,
    /// What the file is called; its own name counts when absent. For what is kept under a name.
    pub name: Option<String>,
}

/// Whether the request brings a form.
pub fn is_form(req: &HttpRequest) -> bool {
    media_type(req).is_some_and(|kind| kind == "multipart/form-data")
}

/// How many bytes the request says that it brings, with the frame of a form; `limit` where it does not say.
pub fn announced(req: &HttpRequest, limit: usize) -> usize {
    let said = req.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    said.unwrap_or(limit).min(limit)
}

/// Receives a file of at most `limit` bytes. One that says itself to be larger is refused before it comes.
pub async fn receive_upload(req: &HttpRequest, payload: Payload, limit: usize) -> Result<Upload, Problem> {
    let announced = req.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    let is_form = is_form(req);
    if announced > if is_form { limit + FRAME } else { limit } {
        return Err(too_large(limit));
    }
    match is_form {
        true => receive_form(Multipart::new(req.headers(), payload), announced, limit).await,
        false => {
            let bytes = receive_file(payload, announced, limit).await?;
            Ok(Upload { bytes, name: None, kind: media_type(req) })
        }
    }
}

async fn receive_form(mut form: Multipart, announced: usize, limit: usize) -> Result<Upload, Problem> {
    let (mut file, mut name) = (None, None);
    for _ in 0..MAX_FIELDS {
        let Some(field) = in_time(form.next()).await? else {
            let file: Upload = file.ok_or_else(no_file)?;
            return Ok(Upload { name: name.or(file.name), ..file });
        };
        let field = field.map_err(|error| broken(&error))?;
        match file_name(&field) {
            Some(_) if file.is_some() => return Err(one_file_only()),
            Some(name) => {
                let kind = field.content_type().map(|kind| kind.essence_str().to_ascii_lowercase());
                let bytes = receive_file(field, announced, limit).await?;
                // a page sends the field of a file that nobody has chosen
                let is_chosen = !(name.is_empty() && bytes.is_empty());
                file = is_chosen.then_some(Upload { bytes, name: Some(name).filter(|name| !name.is_empty()), kind });
            }
            None => {
                let is_name = field.name() == Some(NAME_FIELD);
                let text = receive_file(field, 0, MAX_FIELD_BYTES).await?;
                if is_name {
                    name = String::from_utf8(text.to_vec()).ok().filter(|text| !text.trim().is_empty());
                }
            }
        }
    }
    Err(bad_form("表单的字段过多"))
}

/// What a field calls its file; `None` for a field that is none. A file whose client gives it no name has an empty one.
fn file_name(field: &Field) -> Option<String> {
    let placed = field.content_disposition()?;
    // RFC 5987, for what a plain name could not hold
    let extended = placed.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
    let plain = || placed.get_filename().map(unescaped);
    let is_untold_file = || field.content_type().is_some_and(|kind| kind.type_() != "text");
    extended.or_else(plain).or_else(|| is_untold_file().then(String::new))
}

/// A name as it was meant: some clients escape what is not ASCII as in an address.
fn unescaped(name: &str) -> String {
    let meant = percent_encoding::percent_decode_str(name).decode_utf8().ok();
    meant.filter(|meant| !meant.is_ascii()).map_or_else(|| name.to_owned(), String::from)
}

fn broken(error: &MultipartError) -> Problem {
    match error {
        MultipartError::Incomplete | MultipartError::Payload(_) => {
            Problem::malformed("body.incomplete", "请求内容没有完整送达")
        }
        _ => bad_form("表单的格式不对（multipart/form-data，文件名须为 UTF-8）"),
    }
}

fn bad_form(detail: &'static str) -> Problem {
    Problem::malformed("body.bad_form", detail)
}

fn no_file() -> Problem {
    let missing = FieldError { pointer: "/file".into(), code: "missing".into(), message: "缺少文件".into() };
    Problem::unprocessable("body.no_file", "表单中没有文件，请选择文件后再上传").with_errors(vec![missing])
}

fn one_file_only() -> Problem {
    Problem::unprocessable("body.one_file_only", "一次只能上传一个文件")
}
