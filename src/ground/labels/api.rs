//! The route of names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::get;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::words::EVERY_SET;
use crate::web::etag::Polled;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_labels);
}

/// What people read.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
struct Name {
    /// In Chinese; of a code the sentence, with braces where something is filled in.
    zh: String,
    /// In English.
    en: String,
}

/// What people read in the place of words and codes.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = LabelList)]
struct Labels {
    /// By the name of a schema of this document, then by the word; `DeskKind` names what is on desks.
    words: BTreeMap<String, BTreeMap<String, Name>>,
    /// By the code.
    codes: BTreeMap<String, Name>,
}

static LABELS: LazyLock<Labels> = LazyLock::new(|| Labels {
    words: EVERY_SET.iter().fold(BTreeMap::new(), |mut words: BTreeMap<String, BTreeMap<String, Name>>, set| {
        let names = (set.labels)()
            .into_iter()
            .map(|label| (label.word.to_owned(), Name { zh: label.chinese.to_owned(), en: label.english() }));
        // rooms add to one set what each has on the desk
        words.entry((set.name)().into_owned()).or_default().extend(names);
        words
    }),
    codes: serde_json::from_str(include_str!("../../../openapi/codes.json")).expect("the file is made by a test"),
});

/// 名称对照
///
/// What people read in the place of every word and every code, in Chinese and in English. The same for everybody, and for
/// anybody; it changes with the program only.
#[utoipa::path(tag = "labels", security(()), responses((status = 200, description = "The names", body = Labels),
    (status = 304, description = "Not changed since the given ETag")))]
#[get("/labels")]
async fn list_labels() -> Polled<&'static Labels> {
    Polled(&LABELS)
}
