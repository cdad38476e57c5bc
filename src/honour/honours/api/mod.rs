//! The routes of the room, by what they are about.

mod awards;
mod certificates;
mod grade_cases;
mod grades;
mod holders;
mod imports;
mod insignia;
mod nominations;
mod paper;
mod schemes;
mod stars;
mod titles;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Refusal;
use crate::web::Problem;
use crate::web::caller::{not_allowed, out_of_reach};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(awards::routes)
        .configure(holders::routes)
        .configure(imports::routes)
        .configure(certificates::routes)
        .configure(schemes::routes)
        .configure(stars::routes)
        .configure(grades::routes)
        .configure(grade_cases::routes)
        .configure(titles::routes)
        .configure(nominations::routes)
        .configure(insignia::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchAward => Problem::not_found("honours.not_found", "没有找到这项荣誉"),
            Refusal::BadHolder(why) => Problem::field("/holder", "honours.bad_holder", why),
            Refusal::NoSuchHolder => Problem::not_found("honours.holder_not_found", "没有找到这个岗位、责任区或品牌"),
            Refusal::NoSuchMember => Problem::field("/member_id", "honours.no_such_member", "没有找到该人员，或已离开"),
            Refusal::NoSuchUnit => Problem::not_found("units.not_found", "没有找到该组织"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::NotAllowed => not_allowed(),
            Refusal::Own => Problem::forbidden("honours.own", "本人或本组织的荣誉、等级和推荐须由其他人员办理"),
            Refusal::MayNotCommend => Problem::conflict(
                "honours.may_not_commend",
                "党内表彰只能由党委授予；党支部和党总支可以推荐，也可以通报表扬",
            ),
            Refusal::NumberNeeded => Problem::field(
                "/document",
                "honours.number_needed",
                "“两优一先”以外的党内表彰须写明批准文件的文号，如“集团党发〔2026〕5号”",
            ),
            Refusal::NoNumber => Problem::field(
                "/document",
                "honours.no_number",
                "这里只写文件的文号，如“集团党发〔2026〕5号”，不写事由",
            ),
            Refusal::Known => Problem::conflict("honours.known", "同一对象的这项荣誉已经登记过"),
            Refusal::Withdrawn => Problem::conflict("honours.withdrawn", "这项荣誉已经撤销，不能再打印证书"),
            Refusal::BadYear => Problem::field("/year", "honours.bad_year", "年度不正确，或晚于今年"),
            Refusal::BadDay => {
                Problem::field("/awarded_on", "honours.bad_day", "日期不能晚于今天，授予日期须在该年度或次年")
            }
            Refusal::NoSuchCertificate => {
                Problem::not_found("honours.certificate_not_found", "没有找到这个编号的证书，请核对后重试")
            }
            Refusal::TooMany { seconds } => Problem::too_many("honours.too_many_codes", seconds),
            Refusal::BadSheet(error) => error.into(),
            Refusal::NoImport(no) => no.into(),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
            Refusal::NoSuchVersion => Problem::not_found("honours.version_not_found", "没有找到这个版本的星级办法"),
            Refusal::InForce => {
                Problem::conflict("honours.scheme_in_force", "这个版本已经生效，不能撤回；请写一个新的版本")
            }
            Refusal::BadEffectiveDay => {
                Problem::field("/effective_on", "honours.bad_effective_day", "生效日期最早为明天，最晚为一年之后")
            }
            Refusal::Contradiction(place, why) => Problem::field(place, "honours.contradiction", why),
            Refusal::ChangedMeanwhile => Problem::conflict("honours.changed", "刚刚被他人办理，请刷新后重试"),
            Refusal::NotABranch => Problem::field("/unit_id", "honours.not_a_branch", "只有党支部可以评定等级"),
            Refusal::NoSuchCase => Problem::not_found("honours.case_not_found", "没有找到这次定级"),
            Refusal::CaseThere => Problem::conflict("honours.case_there", "这个党支部本年度已经自评"),
            Refusal::WrongGradeState(state) => Problem::conflict(
                "honours.wrong_grade_state",
                format!("这次定级现在为“{}”，不能这样办理", state.title()),
            ),
            Refusal::NotReached(why) => Problem::conflict("honours.not_reached", why),
            Refusal::DueMissing => {
                Problem::field("/due_on", "honours.due_missing", "要求整改时须写明问题，整改期限不能早于明天")
            }
            Refusal::NoSuchRound => Problem::not_found("honours.round_not_found", "没有找到这次评选表彰"),
            Refusal::NoSuchNomination => Problem::not_found("honours.nomination_not_found", "没有找到这条推荐"),
            Refusal::Nominated => Problem::conflict("honours.nominated", "这次评选表彰中已经推荐过"),
            Refusal::WrongNominationState(state) => Problem::conflict(
                "honours.wrong_nomination_state",
                format!("这条推荐现在为“{}”，不能这样办理", state.title()),
            ),
            Refusal::Objected => Problem::conflict("honours.objected", "征求意见时有部门提出异议，不能继续"),
            Refusal::OverQuota(quota) => {
                Problem::conflict("honours.over_quota", format!("超出名额，本次最多命名 {quota} 个"))
            }
            Refusal::StillShown(until) => {
                Problem::conflict("honours.still_shown", format!("公示到{}，期满后才能命名", until.in_chinese()))
            }
            Refusal::NoSuchInsigne => Problem::not_found("honours.insigne_not_found", "没有找到这个流动标识"),
            Refusal::InsigneThere => Problem::conflict("honours.insigne_there", "这个组织已有同名的流动标识"),
            Refusal::HasIt => Problem::conflict("honours.has_it", "已经由这个对象持有"),
        }
    }
}
