//! The routes of units, members and duties.

mod absences;
mod corrections;
mod duties;
mod exports;
mod imports;
mod me;
mod members;
mod phones;
mod proposals;
mod settings;
mod units;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::{Refusal, widens_duty};
use crate::web::Problem;
use crate::web::approval::unanswerable;
use crate::web::caller::out_of_reach;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(me::get_me)
        .service(me::edit_me)
        .service(settings::get_my_settings)
        .service(settings::set_my_settings)
        .service(units::list_units)
        .service(units::create_unit)
        .service(units::get_unit)
        .service(units::edit_unit)
        .service(members::list_unit_members)
        .service(members::create_member)
        .service(members::get_member)
        .service(members::edit_member)
        .service(absences::list_absences)
        .service(absences::create_absence)
        .service(absences::withdraw_absence)
        .service(duties::grant_role)
        .service(duties::end_role)
        .service(duties::list_duty_conflicts)
        .service(proposals::list_duty_proposals)
        .service(proposals::get_duty_proposal)
        .service(proposals::approve_duty_proposal)
        .service(proposals::refuse_duty_proposal)
        .service(proposals::withdraw_duty_proposal)
        .service(phones::list_phone_proposals)
        .service(phones::approve_phone_proposal)
        .service(phones::refuse_phone_proposal)
        .service(phones::withdraw_phone_proposal)
        .service(corrections::ask_correction)
        .service(corrections::list_my_corrections)
        .service(corrections::withdraw_correction)
        .service(corrections::list_corrections)
        .service(corrections::approve_correction)
        .service(corrections::refuse_correction)
        .service(imports::import_units)
        .service(imports::import_members)
        .service(imports::withdraw_unit_import)
        .service(imports::withdraw_member_import)
        .service(imports::get_member_template)
        .service(exports::export_members)
        .service(exports::export_units);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::NoSuchUnit => Problem::not_found("units.not_found", "没有找到这个组织"),
            Refusal::UnknownUnit { pointer } => Problem::field(pointer, "no_such_unit", "没有找到这个组织"),
            Refusal::NoSuchMember => Problem::not_found("members.not_found", "没有找到该人员"),
            Refusal::NoSuchDuty => Problem::not_found("duties.not_found", "没有找到这项职务，或已经终止"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::CodeTaken => Problem::conflict("units.code_taken", "这个组织编码已被使用"),
            Refusal::NumberTaken => Problem::conflict("members.number_taken", "这个工号已被使用"),
            Refusal::PhoneTaken => Problem::conflict("members.phone_taken", "这个手机号已被其他人员使用"),
            Refusal::PhoneHeld { by: Some(name) } => {
                Problem::conflict("members.phone_taken", format!("这个手机号已由{name}使用，请核实后再确认或拒绝"))
            }
            Refusal::PhoneHeld { by: None } => {
                Problem::conflict("members.phone_taken", "这个手机号已被您职责范围以外的人员使用，请核实后再确认或拒绝")
            }
            Refusal::TooManyNumbers => {
                Problem::conflict("members.too_many_numbers", "您今天已多次提交手机号，请明天再试，或请管理员代为修改")
            }
            Refusal::BadSheet(error) => error.into(),
            Refusal::NoImport(no) => no.into(),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
            Refusal::BadPhone => Problem::field("/phone", "members.bad_phone", "手机号应为 11 位数字"),
            Refusal::BadNumber => {
                Problem::unprocessable("members.bad_number", "编码和工号只能包含字母、数字和连字符，最多 32 位")
            }
            Refusal::Circle => Problem::conflict("units.circle", "不能把组织移到它自己或下级组织之下"),
            Refusal::TooDeep => Problem::conflict("units.too_deep", "组织层级过深，最多 12 级"),
            Refusal::UnitClosed => Problem::conflict("units.closed", "该组织已撤销，不能再加入组织、人员或职务"),
            Refusal::UnitNotEmpty => Problem::conflict("units.not_empty", "该组织还有下级组织或人员，请先移出后再撤销"),
            Refusal::MemberLeft => Problem::conflict("members.left", "该人员已离开，不能担任职务"),
            Refusal::NotLeft => Problem::conflict("members.not_left", "该人员仍在册，离开后才能注销个人信息"),
            Refusal::Anonymised => Problem::conflict("members.anonymised", "该人员的个人信息已注销，不能恢复或修改"),
            Refusal::NothingToCorrect => Problem::unprocessable(
                "member_corrections.nothing",
                "请至少填写一项与现在不同的信息：姓名、政治面貌或所在组织",
            ),
            Refusal::CorrectionOpen => {
                Problem::conflict("member_corrections.open", "您已有一项更正申请在办理，请先撤回，再重新申请")
            }
            Refusal::TooManyCorrections => {
                Problem::conflict("member_corrections.too_many", "您今天已多次申请更正，请明天再试，或直接联系管理员")
            }
            Refusal::NoSuchCorrection => Problem::not_found("member_corrections.not_found", "没有找到这项更正申请"),
            Refusal::OwnDuty => Problem::forbidden("duties.own", "不能给自己任命职务"),
            Refusal::DutyHeld => Problem::conflict("duties.held", "该人员在这个组织已担任此职务"),
            Refusal::OwnLeave => Problem::forbidden("absences.own", "不能登记或撤销本人的请假，请由其他人员办理"),
            Refusal::BadLeave => {
                Problem::field("/to_on", "absences.bad_days", "结束日期不能早于开始日期，且请假日期须在前后一年之内")
            }
            Refusal::LeaveOverlaps => Problem::conflict("absences.overlap", "该人员在这段时间内已有请假或外出记录"),
            Refusal::NoSuchLeave => Problem::not_found("absences.not_found", "没有找到这条请假记录"),
            Refusal::BadDays => Problem::field("/to_on", "duties.bad_days", "终止日期不能早于起始日期"),
            Refusal::LastAdministrator => {
                Problem::conflict("duties.last_administrator", "不能终止全企业最后一名管理员，请先任命另一名管理员")
            }
            Refusal::Separation { wanted, other } => Problem::conflict(
                "duties.separation",
                format!("“{}”与“{}”不能由同一人同时担任（三员分立）", wanted.title(), other.title()),
            ),
            Refusal::NamedExpert { wanted } => Problem::conflict(
                "duties.named_expert",
                format!("该人员是尚未结束的评选的评审专家，不能同时担任“{}”（三员分立）", wanted.title()),
            ),
            Refusal::WidensDuty { role, unit } => Problem::conflict("units.widens_duty", widens_duty(role, &unit)),
            Refusal::TooLow { role } => Problem::field(
                "/unit_id",
                "duties.too_low",
                format!("“{}”须在党支部或其上级组织任职，不能设在支部以下的组织", role.title()),
            ),
            Refusal::TooHigh { role } => Problem::field(
                "/unit_id",
                "duties.too_high",
                format!("“{}”须在党支部或党小组任职，不能设在下辖多个支部的组织", role.title()),
            ),
            Refusal::NoSuchProposal => Problem::not_found("proposals.not_found", "没有找到这项提议"),
            Refusal::ProposedAlready => {
                Problem::conflict("proposals.open", "对这项职务已有待确认的提议，请先确认、拒绝或撤回该提议")
            }
            Refusal::ProposerGone => {
                Problem::conflict("proposals.proposer_gone", "提议人已不再有权提出此项变动，请重新提议")
            }
            Refusal::DaysOver => Problem::conflict("proposals.days_over", "所提议的任期已经结束，请重新提议"),
            Refusal::HalfQuiet => {
                Problem::field("/quiet_until", "one_of", "免打扰的开始与结束时间须同时填写，或同时留空")
            }
            Refusal::AlwaysCounted => {
                Problem::field("/muted_notices", "members.always_counted", "账号安全类消息不能设为不提醒")
            }
            Refusal::NoAnswer(no) => unanswerable(no),
        }
    }
}
