//! The route that tells everybody of the enterprise what is switched how, and why.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::Preset;
use super::switches::Presets;
use crate::web::caller::Member;
use crate::web::etag::Polled;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_presets);
}

/// How much the product asks of people here.
#[derive(Serialize, ToSchema)]
struct PresetView {
    preset: Preset,
    switches: Vec<SwitchView>,
}

/// A switch.
#[derive(Serialize, ToSchema)]
#[schema(as = PresetSwitch)]
struct SwitchView {
    /// The setting; `PUT /settings/{key}` proposes a change.
    #[schema(examples("presets.personal_boards"))]
    key: &'static str,
    /// What it decides, in Chinese.
    title: &'static str,
    /// What is in force, in Chinese.
    value: &'static str,
    /// Whether it follows the preset.
    follows_preset: bool,
    /// Why the preset has it so, in Chinese.
    reason: &'static str,
}

/// 方案与开关
///
/// Which preset the enterprise goes by, what each switch is and why: for everybody of the enterprise.
#[utoipa::path(tag = "presets", responses((status = 200, description = "The preset and its switches", body = PresetView),
    (status = 304, description = "Not changed since the given ETag")))]
#[get("/presets")]
async fn get_presets(_caller: Member, presets: web::Data<Presets>) -> Polled<PresetView> {
    let switch = |told: super::switches::Told| SwitchView {
        key: told.key,
        title: told.title,
        value: told.value,
        follows_preset: told.follows_preset,
        reason: told.reason,
    };
    Polled(PresetView { preset: presets.preset(), switches: presets.told().into_iter().map(switch).collect() })
}
