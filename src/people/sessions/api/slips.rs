//! Invite codes as a page of A4: slips to cut apart, one a member. Pure.

use crate::base::text::escape_html;
use crate::base::time::Day;
use crate::people::sessions::invitations::IssuedCode;
use crate::people::sessions::rules::Standing;
use crate::people::sessions::wording::said;
use crate::web::print::{self, Paper};

/// Two columns on paper and wide screens, one on a phone. A long name breaks rather than widens its column.
const STYLE: &str = "body{font-family:\"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif}\
    h1{font-size:1.4rem;text-align:center;margin:0 0 .25rem}h1+p{text-align:center;margin:0 0 1rem}\
    main{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem}\
    section{border:1px dashed #888;padding:1rem;break-inside:avoid}section p{margin:0 0 .25rem}\
    code{font-size:1.4rem;white-space:nowrap}small{display:block;font-size:.85rem}\
    @media (min-width:40rem){main{grid-template-columns:repeat(2,minmax(0,1fr))}}\
    @media print{main{grid-template-columns:repeat(2,minmax(0,1fr));gap:4mm}section{padding:4mm}}";

/// The page.
pub(super) fn page(codes: &[IssuedCode]) -> String {
    let slips: String = codes.iter().map(slip).collect();
    let body =
        format!("<h1>邀请码发放单</h1><p>共 {} 张，请沿虚线裁开，当面交给本人。</p><main>{slips}</main>", codes.len());
    print::page(&Paper {
        title: "邀请码发放单", points: 12, margin: "12mm 12mm 16mm", style: STYLE, mark: None, body
    })
}

/// A slip: whose code it is, where it is used, and until when.
fn slip(code: &IssuedCode) -> String {
    let [unit, name, number] = [&code.unit_name, &code.name, &code.employee_no].map(|text| escape_html(text));
    let purpose = code.reset.map(|(_, standing)| purpose(standing)).unwrap_or_default();
    let last_day = Day::in_chinese_with_year(code.expires_at.plus_seconds(-1).day());
    format!(
        "<section><p>{unit}</p><p><b>{name}</b>（工号 {number}）</p><p>邀请码 <code>{}</code></p>\
         <small>请在先锋的登录页选择“使用邀请码”，填写工号和邀请码，设置您自己的密码。</small>\
         <small>{purpose}有效期至{last_day}，仅可使用一次，请勿转交他人。</small></section>",
        code.code
    )
}

/// What the slip of a reset says beside the code.
fn purpose(standing: Standing) -> String {
    match standing {
        Standing::Effective { .. } => "用于重设密码，已可使用。".into(),
        Standing::Waits { until } => format!("用于重设密码，{}起可用；您也可以在自己的设备上确认或拒绝。", said(until)),
        Standing::NeedsApproval => "用于重设密码，须经另一位有权发码的人或您在自己的设备上确认后才能使用。".into(),
        Standing::Refused { .. } => "用于重设密码，已被本人拒绝，不能使用。".into(),
    }
}
