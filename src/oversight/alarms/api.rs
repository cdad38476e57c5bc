//! The alarms as they are read.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::AlarmRoom;
use crate::base::time::Timestamp;
use crate::kernel::alarms::{Alarm, AlarmKind};
use crate::web::Problem;
use crate::web::caller::Operator;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_alarms);
}

/// Something that somebody should look after.
#[derive(Serialize, ToSchema)]
struct AlarmView {
    kind: AlarmKind,
    /// What is the matter, in Chinese.
    message: String,
    /// What to do, in Chinese.
    advice: &'static str,
    /// Since when; `null` where that is not known.
    since: Option<Timestamp>,
}

/// Everything that should be looked after now.
#[derive(Serialize, ToSchema)]
struct AlarmList {
    /// Empty when all is well.
    items: Vec<AlarmView>,
    /// When this was looked at.
    now: Timestamp,
}

/// 运行告警
///
/// What somebody should look after now: what did not happen at its time, and means that run out. The same as measurements
/// (`xianfeng_alarm` of `/metrics`) and in `xianfeng doctor`.
#[utoipa::path(tag = "alarms", responses((status = 200, description = "Alarms", body = AlarmList)))]
#[get("/operations/alarms")]
async fn list_alarms(_caller: Operator, alarms: web::Data<AlarmRoom>) -> Result<web::Json<AlarmList>, Problem> {
    let (found, now) = alarms.look().await;
    let view = |Alarm { kind, message, advice, since }| AlarmView { kind, message, advice, since };
    Ok(web::Json(AlarmList { items: found.into_iter().map(view).collect(), now }))
}
