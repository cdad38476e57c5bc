//! What bulletins say to the outside: a sheet's forms, and refusals.

pub mod sheet;

use super::rules::Refusal;
use crate::web::Problem;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Problem::not_found("bulletins.not_found", "还没有通报"),
            Refusal::Issued => Problem::conflict("bulletins.issued", "通报已经印发，不能再改动"),
            Refusal::Changed { version } => {
                Problem::conflict("bulletins.changed", format!("通报已被改动，现为第 {version} 稿，请重新查看后再操作"))
            }
            Refusal::Own => Problem::forbidden("bulletins.own", "不能审核自己起草的通报，须由另一人审核"),
            Refusal::NotReviewed => Problem::conflict("bulletins.not_reviewed", "通报还没有审核"),
            Refusal::NoNumber => Problem::field("/text/document_no", "bulletins.no_number", "审核前须填写文号"),
            Refusal::NumberTaken => Problem::conflict("bulletins.number_taken", "这个文号已被使用"),
        }
    }
}
