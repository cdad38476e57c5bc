//! A document number as it is written, and what bears it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::text::Text;

crate::id!(
    /// The document that bears a number, of whatever kind.
    DocumentId
);

/// A document number 发文字号, such as 金集组发〔2022〕7号.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentNumber {
    /// The issuer's sign 发文机关代字, such as 金集组发.
    pub prefix: Text<20>,
    /// 1949 to 2999
    pub year: u16,
    /// 1 to 9999
    pub number: u16,
}

impl std::fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}〔{}〕{}号", self.prefix, self.year, self.number)
    }
}
