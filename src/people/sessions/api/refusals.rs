//! What the refusals of the room say to people.

use crate::base::time::Timestamp;
use crate::people::sessions::rules::{Refusal, Standing, Weakness};
use crate::people::sessions::wording::said;
use crate::web::Problem;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::WrongPassword => Problem::unauthenticated("sessions.wrong_password", "账号或密码不正确"),
            Refusal::WrongOldPassword => Problem::unauthenticated("sessions.wrong_password", "原密码不正确"),
            Refusal::LockedOut { seconds } => Problem::too_many("sessions.locked_out", seconds),
            Refusal::Busy => Problem::crowded("too many sign-ins wait"),
            Refusal::SessionOver => Problem::unauthenticated("sessions.over", "登录已失效，请重新登录"),
            Refusal::TokenReused => {
                Problem::unauthenticated("sessions.token_reused", "登录凭证已被使用过，为安全起见请重新登录")
            }
            Refusal::SessionCrowdedOut => Problem::unauthenticated(
                "sessions.too_many",
                "同一账号最多同时在 20 台设备上登录，这台设备最久未使用，已自动退出，请重新登录；如非本人在其他设备登录，请修改密码",
            ),
            Refusal::SessionReset { at, by } => Problem::unauthenticated(
                "sessions.reset",
                format!(
                    "您的登录密码于{}被重设（{by}），这个设备已退出。请用新密码登录；如果不是您本人所为，请立即联系上级党组织或管理员",
                    said(at)
                ),
            ),
            Refusal::SessionRestored => {
                Problem::unauthenticated("sessions.restored", "系统已从备份恢复，所有设备都已退出，请重新登录")
            }
            Refusal::NoSuchSession => Problem::not_found("sessions.not_found", "没有找到这个登录设备"),
            Refusal::BadInvitation => {
                Problem::unprocessable("invitations.invalid", "邀请码不正确、已使用或已过期，请向支部书记重新申请")
            }
            Refusal::WeakPassword(weakness) => Problem::field("/new_password", "passwords.weak", advice(weakness)),
            Refusal::OtherPrivacyNotice => {
                Problem::conflict("consents.other_version", "个人信息保护告知书已更新，请阅读最新版本后再确认")
            }
            Refusal::NoSuchMember => {
                Problem::field("/member_id", "no_such_member", "没有找到该人员，或不在您的职责范围之内")
            }
            Refusal::NoSuchUnit => Problem::field("/unit_id", "no_such_unit", "没有找到该组织，或不在您的职责范围之内"),
            Refusal::BeyondReach => Problem::forbidden(
                "invitations.beyond_reach",
                "该人员担任的职务超出您的职责范围，请由上级或管理员发放邀请码",
            ),
            Refusal::ResetNotEffective { standing, issuer, issued_at } => not_effective(standing, &issuer, issued_at),
            Refusal::NoSuchReset => {
                Problem::not_found("resets.not_found", "没有找到这项密码重设，可能已使用、已过期或已重新发码")
            }
            Refusal::IssuersAccount => Problem::forbidden(
                "resets.issuers_account",
                "您的账号是由发放这个邀请码的人开通的，不能由您确认，请由其他有权发码的人或本人确认",
            ),
            Refusal::OwnReset => {
                Problem::forbidden("resets.own", "不能确认自己发放的邀请码，须由另一位有权发码的人确认")
            }
            Refusal::ResetRefused { at } => {
                Problem::conflict("resets.refused", format!("本人已于{}拒绝这项密码重设，不能再确认", said(at)))
            }
            Refusal::NoResetRequest => Problem::not_found("resets.not_requested", "您没有申请重设密码"),
            Refusal::NobodyToInvite => Problem::conflict("invitations.nobody", "该组织没有需要发放邀请码的人员"),
            Refusal::OpenCodes { count } => Problem::conflict(
                "invitations.open_codes",
                format!(
                    "其中 {count} 人的邀请码已经发放、仍可使用，重新发放后这 {count} 个邀请码即作废。请先核对尚未使用的邀请码，确需重新发放请再次确认"
                ),
            ),
            Refusal::SheetTooLong => {
                Problem::unprocessable("invitations.sheet_too_long", "一次最多发放 500 个邀请码，请按下级组织分别发放")
            }
        }
    }
}

/// Only anyone who has the code hears this.
fn not_effective(standing: Standing, issuer: &str, issued_at: Timestamp) -> Problem {
    let whose = format!("这个用于重设密码的邀请码由{issuer}于{}发放", said(issued_at));
    match standing {
        Standing::Refused { at } => {
            Problem::conflict("resets.refused", format!("{whose}，本人已于{}拒绝，不能使用", said(at)))
        }
        Standing::Waits { until } => Problem::conflict(
            "resets.waits",
            format!("{whose}，将于{}生效；您也可以在已登录的设备上确认，确认后即可使用", said(until)),
        ),
        // one that is effective is not refused
        Standing::NeedsApproval | Standing::Effective { .. } => Problem::conflict(
            "resets.needs_approval",
            format!(
                "{whose}，尚未生效：须由另一位有权发码的人（包括上级组织和管理员）确认，或由您在已登录的设备上确认"
            ),
        ),
    }
}

fn advice(weakness: Weakness) -> &'static str {
    match weakness {
        Weakness::TooShort => "密码至少 8 个字符",
        Weakness::TooShortForDuty => "您担任重要职务，密码至少 10 个字符",
        Weakness::TooLong => "密码最多 64 个字符",
        Weakness::OneKind => "密码须包含数字、小写字母、大写字母、其他字符中的至少两类",
        Weakness::ContainsAccount => "密码不能包含工号",
        Weakness::ContainsName => "密码不能包含您的姓名",
        Weakness::ContainsPhone => "密码不能包含您的手机号",
        Weakness::Common => "这个密码过于常见，容易被猜到，请换一个",
        Weakness::Guessable => "密码不能只由单位名称、常用词、年份和简单数字组成，请加入别人想不到的内容",
        Weakness::Unchanged => "新密码不能与原密码相同",
    }
}
